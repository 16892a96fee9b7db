import { type Frame, UNSUPPORTED } from '../frame.ts';
import { membersOf } from '../members.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { GPU, NODE, RACK } from '../topology.ts';

/** What a viewer who looks at one rack gets of each of its GPUs, in the order of the column. */
export const RACK_SIGNALS = [
  'gpu.power',
  'gpu.powerLimit',
  'gpu.util',
  'gpu.temp',
  'gpu.tempLimit',
  'gpu.clock',
  'gpu.clockMax',
  'gpu.throttle',
  'gpu.nvlink',
  'gpu.nvlinkErrors',
] as const satisfies readonly SignalId[];
export type RackSignal = (typeof RACK_SIGNALS)[number];

/** All GPUs of one rack at one instant: signal after signal, each by GPU in floor order. */
export interface RackColumns {
  /** In the catalogue's units; NaN is no data. */
  readonly gpuValues: Float32Array;
  /** QUALITY index of each value. */
  readonly gpuQuality: Uint8Array;
  /** When each GPU was last heard, epoch ms; NaN: never, so that a GPU that ought to be there is a hole. */
  readonly gpuHeardAt: Float64Array;
}

const NONE: RackColumns = {
  gpuValues: new Float32Array(0),
  gpuQuality: new Uint8Array(0),
  gpuHeardAt: new Float64Array(0),
};

/**
 * The columns of a rack; empty where the place is none.
 *
 * @param heardAt when each GPU of the fleet was last heard (index: place − start[GPU]), epoch ms
 */
export function rackColumns({ topology, columns }: Frame, heardAt: Float64Array, rack: number): RackColumns {
  const { start } = topology;
  if (!(rack >= start[RACK] && rack < start[NODE])) return NONE;
  const { gpus } = membersOf(topology);
  const [from, to] = [gpus.from[rack], gpus.to[rack]];
  const count = to - from;
  const gpuValues = new Float32Array(RACK_SIGNALS.length * count).fill(Number.NaN);
  const gpuQuality = new Uint8Array(RACK_SIGNALS.length * count).fill(UNSUPPORTED);
  RACK_SIGNALS.forEach((signal, index) => {
    const column = columns.get(signal);
    if (!column) return;
    gpuValues.set(column.value.subarray(from, to), index * count);
    gpuQuality.set(column.quality.subarray(from, to), index * count);
  });
  return { gpuValues, gpuQuality, gpuHeardAt: heardAt.slice(from - start[GPU], to - start[GPU]) };
}

/** One signal's values of the GPUs of the rack that was watched, a view of `gpuValues`. */
export function rackValues({ gpuValues, gpuHeardAt }: RackColumns, signal: RackSignal): Float32Array {
  const count = gpuHeardAt.length;
  const at = RACK_SIGNALS.indexOf(signal) * count;
  return gpuValues.subarray(at, at + count);
}

/** One signal's QUALITY of the GPUs of the rack that was watched. */
export function rackQuality({ gpuQuality, gpuHeardAt }: RackColumns, signal: RackSignal): Uint8Array {
  const count = gpuHeardAt.length;
  const at = RACK_SIGNALS.indexOf(signal) * count;
  return gpuQuality.subarray(at, at + count);
}
