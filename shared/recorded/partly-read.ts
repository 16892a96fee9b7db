import type { Members } from '../members.ts';
import type { PowerColumns } from '../power.ts';
import { GPU, type Topology } from '../topology.ts';

/**
 * Whether boards of a rack are not read while the rules count them as heard: of those that are not live, nobody knows
 * which are silent. A rack that was read and is not looked at any more becomes one of these board by board.
 */
export function partlyRead(
  { live, gpuLive }: PowerColumns,
  { start }: Topology,
  { gpus }: Members,
  rack: number,
): boolean {
  let read = 0;
  for (let gpu = gpus.from[rack]; gpu < gpus.to[rack]; gpu++) read += live[gpu - start[GPU]];
  return read < gpuLive[rack];
}
