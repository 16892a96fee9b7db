import { labelOf } from '../members.ts';
import type { Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import { FleetView } from '../view.ts';
import type { Limits, Snapshot } from './document.ts';
import { frameAt } from './replay.ts';
import { sentenceOf } from './sentence.ts';

/** The sentence of a recorded moment, judged by that instant alone. */
export function sentenceAt({ run, topology }: Pick<Snapshot, 'run' | 'topology'>, limits: Limits, at: EpochMs): string {
  const instant = Math.max(
    0,
    run.times.findLastIndex((time) => time <= at),
  );
  const view = new FleetView({ ...limits, historyBytes: 1 << 20 });
  const frame = frameAt({ run, topology }, instant);
  view.update(frame, [], 0, frame.time, true);
  const summary = view.current()?.summary;
  return summary === undefined ? '' : sentenceOf(summary, (place) => labelOf(topology, place), limits);
}

/** The same of places that were renamed: what a title becomes when free text may not leave. */
export const sentenceWith =
  (run: Snapshot['run'], limits: Limits, at: EpochMs) =>
  (topology: Topology): string =>
    sentenceAt({ run, topology }, limits, at);
