import type { Frame } from '../frame.ts';
import { membersOf } from '../members.ts';
import { METERED, type NodeRatios, type PowerColumns } from '../power.ts';
import { median } from '../quantile.ts';
import { recordedAt } from '../recorded/columns.ts';
import { NODE, RACK, type Topology } from '../topology.ts';

/**
 * What nodes of each model draw for a watt of their boards: the median, over racks that are metered now and whose
 * boards all report, of feeds ÷ boards. Ratios of models that no such rack is of stay as they were.
 */
export function measureRatios({ topology, columns }: Frame, power: PowerColumns, before: NodeRatios): NodeRatios {
  const boards = columns.get('gpu.power');
  if (!boards) return before;
  const { gpus } = membersOf(topology);
  const found = new Map<string, number[]>();
  for (let rack = topology.start[RACK]; rack < topology.start[NODE]; rack++) {
    const model = topology.model[rack];
    if (power.source[rack] !== METERED || model === '' || power.gpuCount[rack] === 0) continue;
    const told = recordedAt({ columns }, 'place.metered', rack);
    const powered = Number.isNaN(told) ? power.gpuLive[rack] : told;
    const whole = powered === power.gpuCount[rack] ? boards.value[rack] : Number.NaN;
    const recorded = !Number.isNaN(recordedAt({ columns }, 'place.gpuPower', rack));
    let sum = recorded ? whole : 0;
    for (let gpu = gpus.from[rack]; !recorded && gpu < gpus.to[rack]; gpu++) sum += boards.value[gpu];
    // A silent board makes the sum NaN: such a rack tells nothing. Less than its boards no rack draws.
    const ratio = power.drawW[rack] / sum;
    if (!(ratio >= 1 && Number.isFinite(ratio))) continue;
    const of = found.get(model);
    if (of) of.push(ratio);
    else found.set(model, [ratio]);
  }
  if (found.size === 0) return before;
  return new Map([...before, ...[...found].map(([model, all]) => [model, median(all, 0, all.length)] as const)]);
}

/** Last full readings after this frame: those of racks metered now, and the earlier ones of racks still there. */
export function lastMetered(
  topology: Topology,
  power: PowerColumns,
  before: ReadonlyMap<string, number>,
): Map<string, number> {
  const last = new Map<string, number>();
  for (let rack = topology.start[RACK]; rack < topology.start[NODE]; rack++) {
    const path = topology.path[rack];
    const watts = power.source[rack] === METERED ? power.drawW[rack] : before.get(path);
    if (watts !== undefined) last.set(path, watts);
  }
  return last;
}
