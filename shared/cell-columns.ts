import { CELL_NODATA, CELL_UNSUPPORTED, cellOfRatio } from './cells.ts';
import type { ViewSignal } from './contract.ts';
import type { FabricColumns } from './fabric.ts';
import { type Column, type Frame, UNSUPPORTED } from './frame.ts';
import type { PowerColumns } from './power.ts';
import type { SignalId } from './signals/catalogue.ts';
import { hardwareOf } from './signals/hardware.ts';
import { HELD, throttleClass } from './throttle.ts';
import { GPU, NODE, RACK } from './topology.ts';

/** What the floor plan shows of one signal. */
export interface SignalColumns {
  /** Share of a limit, or 0..1, for sites to racks (index: place); throttle: share of GPUs that are held. */
  readonly value: Float32Array;
  /** Palette byte a rack (index: place − start[RACK]). */
  readonly rackCells: Uint8Array;
  /** Palette byte a GPU (index: place − start[GPU]). */
  readonly cells: Uint8Array;
  /** Value in the signal's own unit for every GPU. */
  readonly raw: Float32Array;
}

interface Parts {
  readonly frame: Frame;
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
}

const COLUMN: Readonly<Record<ViewSignal, SignalId>> = {
  power: 'gpu.power',
  util: 'gpu.util',
  temp: 'gpu.temp',
  throttle: 'gpu.throttle',
  nvlink: 'gpu.nvlink',
  nic: 'link.rx',
};

/** A GPU's share of its limit by signal; NaN where it is not known. */
type Ratio = (gpu: number) => number;

/**
 * Power of a GPU: its share of its rack's draw over its fair share of the rack's budget, so that the mean over a rack
 * is the rack's own share; where the rack has no budget, its board's draw over its own limit.
 */
function powerRatio({ frame, power }: Parts): Ratio {
  const { parent, budgetW } = frame.topology;
  const [watts, limit] = [frame.columns.get('gpu.power'), frame.columns.get('gpu.powerLimit')];
  return (gpu) => {
    const rack = parent[parent[gpu]];
    const value = watts?.value[gpu] ?? Number.NaN;
    if (Number.isNaN(budgetW[rack]) || Number.isNaN(power.drawW[rack]))
      return value / (limit?.value[gpu] ?? Number.NaN);
    // Boards of silent GPUs are missing from the sum, and so is their share of the rack.
    const share = (power.drawW[rack] * power.gpuLive[rack]) / power.gpuCount[rack] / power.boardsW[rack];
    return (value * share) / (budgetW[rack] / power.gpuCount[rack]);
  };
}

function ratioOf(signal: ViewSignal, parts: Parts): Ratio {
  const { columns, topology } = parts.frame;
  const { parent, model } = topology;
  const of = (id: SignalId): ((gpu: number) => number) => {
    const column = columns.get(id);
    return (gpu) => column?.value[gpu] ?? Number.NaN;
  };
  switch (signal) {
    case 'power':
      return powerRatio(parts);
    case 'util':
      return of('gpu.util');
    case 'temp': {
      const [temp, limit] = [of('gpu.temp'), of('gpu.tempLimit')];
      return (gpu) => temp(gpu) / limit(gpu);
    }
    case 'nvlink': {
      const nvlink = of('gpu.nvlink');
      return (gpu) => nvlink(gpu) / (hardwareOf(model[gpu] || (model[parent[gpu]] ?? ''))?.nvlinkBps || Number.NaN);
    }
    case 'nic':
      return (gpu) => parts.fabric.worst[parent[gpu]];
    case 'throttle':
      return of('gpu.throttle');
  }
}

/** No data where nothing of the GPU is heard, or this signal was once heard of it; unsupported where it never was. */
function missing(column: Column | undefined, live: boolean, gpu: number): number {
  if (!live) return CELL_NODATA;
  return column === undefined || column.quality[gpu] === UNSUPPORTED ? CELL_UNSUPPORTED : CELL_NODATA;
}

/** Bytes and shares of one signal for every GPU, rack and place above. */
export function signalColumns(signal: ViewSignal, parts: Parts): SignalColumns {
  const { topology, columns } = parts.frame;
  const { start } = topology;
  const gpus = start[GPU + 1] - start[GPU];
  const column = signal === 'nic' ? undefined : columns.get(COLUMN[signal]);
  const ratio = ratioOf(signal, parts);
  const ratios = new Float32Array(gpus);
  const cells = new Uint8Array(gpus);
  for (let i = 0; i < gpus; i++) {
    const gpu = start[GPU] + i;
    ratios[i] = ratio(gpu);
    const known = !Number.isNaN(ratios[i]) && parts.power.live[i] === 1;
    if (known) cells[i] = signal === 'throttle' ? throttleClass(ratios[i]) : cellOfRatio(ratios[i]);
    else
      cells[i] =
        signal === 'nic' && parts.power.live[i] ? CELL_UNSUPPORTED : missing(column, parts.power.live[i] === 1, gpu);
  }
  const value = placeValues(signal, parts, ratios, cells);
  const rackCells = new Uint8Array(start[RACK + 1] - start[RACK]);
  const worst = worstClass(parts, cells);
  for (let i = 0; i < rackCells.length; i++) {
    const share = value[start[RACK] + i];
    rackCells[i] = signal === 'throttle' && !Number.isNaN(share) ? worst[i] : cellOfRatio(share);
  }
  const raw = signal === 'nic' ? ratios : (column?.value.slice(start[GPU], start[GPU + 1]) ?? ratios);
  return { value, rackCells, cells, raw };
}

/** The worst throttle class of each rack's GPUs. */
function worstClass({ frame }: Parts, cells: Uint8Array): Uint8Array {
  const { start, parent } = frame.topology;
  const worst = new Uint8Array(start[RACK + 1] - start[RACK]);
  for (let i = 0; i < cells.length; i++) {
    const rack = parent[parent[start[GPU] + i]] - start[RACK];
    if (cells[i] < CELL_UNSUPPORTED && cells[i] > worst[rack]) worst[rack] = cells[i];
  }
  return worst;
}

/** Values of sites to racks: power by budget, temperature and links the worst, utilisation and NVLink the median. */
function placeValues(signal: ViewSignal, parts: Parts, ratios: Float32Array, cells: Uint8Array): Float32Array {
  const { topology } = parts.frame;
  const { start, parent, budgetW } = topology;
  const count = start[NODE];
  const value = new Float32Array(count).fill(Number.NaN);
  if (signal === 'power') {
    for (let place = 0; place < count; place++) value[place] = parts.power.drawW[place] / budgetW[place];
    return value;
  }
  if (signal === 'nic') return parts.fabric.worst.slice(0, count);
  if (signal === 'util') return (parts.frame.columns.get('gpu.util')?.value ?? value).slice(0, count);
  const [held, known] = [new Uint32Array(count), new Uint32Array(count)];
  const histogram = signal === 'nvlink' ? new Uint32Array(count * 256) : new Uint32Array(0);
  for (let i = 0; i < ratios.length; i++) {
    if (cells[i] >= CELL_UNSUPPORTED) continue;
    for (let place = parent[parent[start[GPU] + i]]; place >= 0; place = parent[place]) {
      known[place]++;
      if (signal === 'throttle' && cells[i] >= HELD) held[place]++;
      if (signal === 'nvlink') histogram[place * 256 + cells[i]]++;
      if (signal === 'temp' && !(ratios[i] <= value[place])) value[place] = ratios[i];
    }
  }
  for (let place = 0; place < count; place++) {
    if (known[place] === 0) continue;
    if (signal === 'throttle') value[place] = held[place] / known[place];
    if (signal === 'nvlink') value[place] = medianCell(histogram, place * 256, known[place]) / 220;
  }
  return value;
}

function medianCell(histogram: Uint32Array, base: number, count: number): number {
  let seen = 0;
  for (let cell = 0; cell < 256; cell++) {
    seen += histogram[base + cell];
    if (seen * 2 >= count) return cell;
  }
  return 0;
}
