import {
  budgetConditions,
  type Condition,
  type ConditionParts,
  feedConditions,
  gpusOf,
  linkConditions,
  throttleConditions,
} from './conditions.ts';
import type { Finding, Severity, SourceHealth } from './contract.ts';
import { formatCount, formatPower } from './format.ts';
import { labelOf, membersOf } from './members.ts';
import { latest } from './quantile.ts';
import { GPU, NODE, RACK } from './topology.ts';
import type { EpochMs } from './units.ts';

const MOST = 200;
const RANK: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, advisory: 2, nodata: 3 };

/** What the conditions are told from. */
export interface FindingParts extends ConditionParts {
  readonly sources: readonly SourceHealth[];
  /** When each GPU was last heard, epoch ms (index: place − start[GPU]); NaN never. */
  readonly heardAt: Float64Array;
}

/** Conditions that hold now, each with the time at which it was first seen to hold. */
export class Findings {
  #since: ReadonlyMap<string, EpochMs> = new Map();

  /** Sorted by severity, then the longest-lasting first; at most 200, the last of them a count of the others. */
  update(parts: FindingParts, now: EpochMs): readonly Finding[] {
    const conditions = [
      ...budgetConditions(parts),
      ...throttleConditions(parts),
      ...feedConditions(parts),
      ...linkConditions(parts),
      ...silences(parts),
      ...downSources(parts.sources),
    ];
    const since = new Map(conditions.map(({ key }) => [key, this.#since.get(key) ?? now]));
    this.#since = since;
    const found: Finding[] = conditions.map(({ key, ...finding }) => ({ ...finding, since: since.get(key) ?? now }));
    // Wider places have the smaller index: a row stands before its racks, those before single GPUs.
    found.sort((a, b) => RANK[a.severity] - RANK[b.severity] || a.since - b.since || a.place - b.place);
    return found.length <= MOST ? found : [...found.slice(0, MOST - 1), others(found.length - MOST + 1, now)];
  }
}

function others(count: number, now: EpochMs): Finding {
  return {
    ...{ severity: 'advisory', domain: 'data', place: -1, since: now },
    title: `${formatCount(count)} more conditions`,
    detail: `The ${MOST - 1} worst are listed.`,
  };
}

/** The widest places of which nothing is heard: a silent rack is one condition, not one for each of its nodes. */
function silences(parts: FindingParts): Condition[] {
  const { frame, power, heardAt } = parts;
  const { topology } = frame;
  const { start, parent, path } = topology;
  const { gpus } = membersOf(topology);
  const found: Condition[] = [];
  const silent = new Uint8Array(start[NODE + 1]);
  for (let place = 0; place < start[NODE + 1]; place++) {
    const [from, to] = [gpus.from[place] - start[GPU], gpus.to[place] - start[GPU]];
    if (to <= from || power.live.subarray(from, to).includes(1)) continue;
    silent[place] = 1;
    if (parent[place] >= 0 && silent[parent[place]] === 1) continue;
    const never = Number.isNaN(latest(heardAt, from, to));
    found.push({
      ...{ key: `silent ${path[place]}`, severity: 'nodata', domain: 'data', place },
      title: `${labelOf(topology, place)} ${never ? 'has never reported' : 'stopped reporting'}`,
      detail: `${gpusOf(to - from)}.${countedAt(parts, place)}`,
    });
  }
  return found;
}

/** " Budgets count it at 10.2 kW nameplate." */
function countedAt({ frame, power }: FindingParts, place: number): string {
  const { start, parent, nameplateW, budgetW } = frame.topology;
  const rack = place < start[NODE] ? place : parent[place];
  if (power.quality[rack] === 1) return place === rack ? ' Its feeds still report.' : ' Its rack is metered.';
  if (place !== rack && Number.isNaN(power.drawW[rack])) return '';
  const named = !Number.isNaN(nameplateW[place]);
  const watts = named ? nameplateW[place] : budgetW[place];
  // Nothing is counted in a place that has no data itself, which is where a whole site is silent.
  if (Number.isNaN(watts) || parent[place] < 0) return '';
  return ` Budgets count it at ${formatPower(watts, place >= start[RACK] ? 'rack' : 'row')}${named ? ' nameplate' : ', its own budget'}.`;
}

function downSources(sources: readonly SourceHealth[]): Condition[] {
  return sources
    .filter((source) => source.state === 'down')
    .map(({ id, name, fault }) => ({
      ...{ key: `source ${id}`, severity: 'nodata', domain: 'data', place: -1 },
      title: `Source ${name} does not answer`,
      detail: fault ? [fault.message, fault.hint].filter((text) => text !== '').join(' ') : '',
    }));
}
