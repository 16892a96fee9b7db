import type { Frame } from '../frame.ts';
import type { PowerColumns } from '../power.ts';
import { NODE, RACK } from '../topology.ts';
import { recordedAt, recordedRacks } from './columns.ts';

/** How many racks are asked for at most because someone looks at them. */
const MOST_LOOKED_AT = 64;
/** How many of the worst, by each of what can be wrong with one. */
const WORST = 2;

/**
 * Names of the racks of which GPUs are asked for while others are recorded: those that are looked at (place indexes),
 * and those that stand out in draw, heat, held clocks, full and slow ports and silent GPUs, so that what is wrong is told by the
 * GPU and not only by the rack.
 */
export function racksWanted(frame: Frame, power: PowerColumns, lookedAt: Iterable<number>): readonly string[] {
  const { start, name, budgetW } = frame.topology;
  const racks = recordedRacks(frame);
  if (!racks) return [];
  const wanted = new Set<number>();
  for (const rack of lookedAt)
    if (rack >= start[RACK] && rack < start[NODE] && wanted.size < MOST_LOOKED_AT) wanted.add(rack);
  const known = Array.from(racks.keys(), (i) => start[RACK] + i).filter((rack) => racks[rack - start[RACK]] === 1);
  const worst = (of: (rack: number) => number) => {
    const bad = known.map((rack) => [rack, of(rack)] as const).filter(([, value]) => value > 0);
    for (const [rack] of bad.sort(([, a], [, b]) => b - a).slice(0, WORST)) wanted.add(rack);
  };
  worst((rack) => power.drawW[rack] / budgetW[rack]);
  worst((rack) => recordedAt(frame, 'place.tempUse', rack));
  worst((rack) => recordedAt(frame, 'place.held', rack));
  worst((rack) => recordedAt(frame, 'place.linkUse', rack));
  worst((rack) => recordedAt(frame, 'place.linksFull', rack));
  worst((rack) => recordedAt(frame, 'place.linksDegraded', rack));
  worst((rack) => power.gpuCount[rack] - power.gpuLive[rack]);
  return [...wanted].sort((a, b) => a - b).map((rack) => name[rack]);
}
