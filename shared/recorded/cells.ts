import { CELL_NODATA } from '../cells.ts';
import type { ViewSignal } from '../contract.ts';
import type { Frame } from '../frame.ts';
import { membersOf } from '../members.ts';
import type { PowerColumns } from '../power.ts';
import { hardwareOf } from '../signals/hardware.ts';
import { throttleClass } from '../throttle.ts';
import { GPU, NODE, RACK } from '../topology.ts';
import { recordedAt, recordedLimits, recordedRacks } from './columns.ts';
import { partlyRead } from './partly-read.ts';

/**
 * What is recorded of sites to racks as the share that the floor plan shows of it; NaN where nothing is. Power by
 * budget and ports follow from the columns that recorded racks are in already.
 */
export function recordedValues(signal: ViewSignal, frame: Frame): Float32Array | undefined {
  if (!recordedRacks(frame) || signal === 'nic') return undefined;
  if (signal === 'power') return powerOfLimits(frame);
  const { start, parent, model } = frame.topology;
  const value = new Float32Array(start[NODE]).fill(Number.NaN);
  const at = (id: Parameters<typeof recordedAt>[1], place: number) => recordedAt(frame, id, place);
  if (signal === 'util') return value.map((_, place) => at('place.util', place));
  if (signal === 'nvlink') {
    return value.map((_, place) => at('place.nvlink', place) / (hardwareOf(model[place])?.nvlinkBps || Number.NaN));
  }
  const [held, of] = [value.slice().fill(0), value.slice().fill(0)];
  for (let place = start[NODE] - 1; place >= 0; place--) {
    if (place >= start[RACK]) {
      if (signal === 'temp') value[place] = heatOf(frame, place);
      held[place] = at('place.held', place) || 0;
      of[place] = at('place.reasons', place) || 0;
    }
    if (signal === 'throttle' && of[place] > 0) value[place] = held[place] / of[place];
    const above = parent[place];
    if (above < 0) continue;
    if (signal === 'temp' && !(value[place] <= value[above])) value[above] = value[place];
    held[above] += held[place];
    of[above] += of[place];
  }
  return value;
}

/**
 * Power of what has no budget: the mean of its boards' shares of their limits, as far as these are known, where some racks
 * there are recorded. Boards of a recorded rack are taken together.
 */
function powerOfLimits(frame: Frame): Float32Array {
  const { topology, columns } = frame;
  const { start, parent, budgetW } = topology;
  const { gpus } = membersOf(topology);
  const [board, limit] = [columns.get('gpu.power')?.value, columns.get('gpu.powerLimit')?.value];
  const [shares, count, recorded] = [0, 0, 0].map(() => new Float64Array(start[NODE]));
  for (let place = start[NODE] - 1; place >= 0; place--) {
    if (place >= start[RACK]) {
      const [metered, share] = boardsOf(frame, place);
      const told = share > 0;
      if (told) [shares[place], count[place], recorded[place]] = [share * metered, metered, 1];
      for (let gpu = gpus.from[place]; !told && board && limit && gpu < gpus.to[place]; gpu++) {
        if (Number.isNaN(board[gpu] + limit[gpu])) continue;
        shares[place] += board[gpu] / limit[gpu];
        count[place]++;
      }
    }
    const above = parent[place];
    if (above < 0) continue;
    shares[above] += shares[place];
    count[above] += count[place];
    recorded[above] = Math.max(recorded[above], recorded[place]);
  }
  const isShown = (place: number) => Number.isNaN(budgetW[place]) && recorded[place] === 1;
  return Float32Array.from(shares, (sum, place) => (isShown(place) ? sum / count[place] : Number.NaN));
}

/** How many boards of a recorded rack tell their power, and that power by their limits; NaN where one is not known. */
function boardsOf(frame: Frame, rack: number): readonly [number, number] {
  const told = recordedAt(frame, 'place.metered', rack);
  // Rules of before do not count boards without power apart.
  const metered = Number.isNaN(told) ? recordedAt(frame, 'place.gpus', rack) : told;
  return [metered, recordedAt(frame, 'place.gpuPower', rack) / recordedLimits(frame, rack, metered)];
}

/** The hottest GPU of a rack by its limit; by the hardware table's where no exporter tells one. */
function heatOf(frame: Frame, rack: number): number {
  const share = recordedAt(frame, 'place.tempUse', rack);
  if (!Number.isNaN(share)) return share;
  const slowdownC = hardwareOf(frame.topology.model[rack])?.slowdownC ?? Number.NaN;
  return recordedAt(frame, 'place.temp', rack) / slowdownC;
}

/** The worst class of reasons among a rack's GPUs; undefined where none is recorded. */
export function recordedClass(frame: Frame, rack: number): number | undefined {
  const mask = recordedAt(frame, 'place.throttle', rack);
  return Number.isNaN(mask) ? undefined : throttleClass(mask);
}

/** GPUs that nobody asked for, in racks that are recorded, get their rack's byte: what there is to see of them. */
export function shareRackCells(frame: Frame, power: PowerColumns, rackCells: Uint8Array, cells: Uint8Array): void {
  const { start } = frame.topology;
  const members = membersOf(frame.topology);
  for (let rack = start[RACK]; rack < start[NODE]; rack++) {
    if (!partlyRead(frame, power, rack)) continue;
    for (let i = members.gpus.from[rack] - start[GPU]; i < members.gpus.to[rack] - start[GPU]; i++)
      if (power.live[i] === 0 && cells[i] === CELL_NODATA) cells[i] = rackCells[rack - start[RACK]];
  }
}
