import { type Column, DERIVED, type Frame } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { hardwareOf } from '../signals/hardware.ts';
import { NODE, RACK, type Topology } from '../topology.ts';

/** Recorded signals of places, and the signal of GPUs or nodes that each stands for. */
const STANDS_FOR: readonly (readonly [SignalId, SignalId])[] = [
  ['place.gpuPower', 'gpu.power'],
  ['place.util', 'gpu.util'],
  ['place.temp', 'gpu.temp'],
  ['place.throttle', 'gpu.throttle'],
  ['place.nvlink', 'gpu.nvlink'],
  ['place.nodePower', 'node.power'],
];

/**
 * Puts what is recorded of places into the columns of the signals it stands for, before these are rolled up. It is
 * what the rules made of the very same samples, so it holds for a rack of which some or all GPUs are known as well.
 *
 * @returns for each signal 1 where a place has a recorded value: nothing below it is added to that
 */
export function putRecorded(
  columns: ReadonlyMap<SignalId, Column>,
  { start }: Topology,
  into: (id: SignalId) => Column,
): ReadonlyMap<SignalId, Uint8Array> {
  const given = new Map<SignalId, Uint8Array>();
  for (const [from, to] of STANDS_FOR) {
    const recorded = columns.get(from);
    if (!recorded) continue;
    const { value, time, quality } = into(to);
    const mask = new Uint8Array(start[NODE]);
    for (let place = 0; place < start[NODE]; place++) {
      if (Number.isNaN(recorded.value[place])) continue;
      value[place] = recorded.value[place];
      time[place] = recorded.time[place];
      quality[place] = DERIVED;
      mask[place] = 1;
    }
    given.set(to, mask);
  }
  return given;
}

/** 1 for racks whose numbers are recorded now (index: place − start[RACK]); undefined where none are. */
export function recordedRacks({ topology: { start }, columns }: Frame): Uint8Array | undefined {
  const gpus = columns.get('place.gpus')?.value;
  if (!gpus) return undefined;
  const racks = new Uint8Array(start[NODE] - start[RACK]);
  for (let i = 0; i < racks.length; i++) if (!Number.isNaN(gpus[start[RACK] + i])) racks[i] = 1;
  return racks;
}

/** A recorded value of a place; NaN where there is none. */
export const recordedAt = ({ columns }: Pick<Frame, 'columns'>, id: SignalId, place: number) =>
  columns.get(id)?.value[place] ?? Number.NaN;

/**
 * Σ power limits of so many of a rack's boards, watts: what is recorded of those that tell it; others have the hardware
 * table's. Of which of more boards the limits are is not recorded: then those of all count in proportion.
 */
export function recordedLimits(frame: Frame, rack: number, gpus: number): number {
  const told = recordedAt(frame, 'place.gpusLimited', rack) || 0;
  const { tdpW = Number.NaN } = hardwareOf(frame.topology.model[rack]) ?? {};
  const rest = gpus - told;
  const toldW = told > 0 ? recordedAt(frame, 'place.gpuLimit', rack) : 0;
  return rest < 0 ? (toldW / told) * gpus : toldW + (rest > 0 ? rest * tdpW : 0);
}
