import type { Frame } from '../frame.ts';
import { membersOf } from '../members.ts';
import type { PowerColumns } from '../power.ts';
import { GPU } from '../topology.ts';
import { recordedAt } from './columns.ts';

/**
 * Whether boards of a rack are not read while the rules count them as heard: of those that are not live, nobody knows
 * which are silent. A rack that was read and is not looked at any more becomes one of these board by board. So is one
 * of which what is recorded is waited for.
 */
export function partlyRead(frame: Frame, { live, gpuLive }: PowerColumns, rack: number): boolean {
  if (isWaitedFor(frame, rack)) return true;
  const { start } = frame.topology;
  const { gpus } = membersOf(frame.topology);
  let read = 0;
  for (let gpu = gpus.from[rack]; gpu < gpus.to[rack]; gpu++) read += live[gpu - start[GPU]];
  return read < gpuLive[rack];
}

/** Whether it is not known of a rack if it reports: what is recorded of it is waited for (rounds.ts). */
export const isWaitedFor = (frame: Frame, rack: number): boolean => recordedAt(frame, 'place.waits', rack) === 1;
