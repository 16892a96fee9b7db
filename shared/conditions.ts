import type { Finding } from './contract.ts';
import { type FabricColumns, linkLabel } from './fabric.ts';
import {
  formatClock,
  formatCount,
  formatOutlook,
  formatPercent,
  formatPower,
  formatPowerPair,
  formatSlope,
  formatTemp,
} from './format.ts';
import { ASSUMED, type Frame } from './frame.ts';
import { labelOf, membersOf } from './members.ts';
import { FEEDS, feedSums, imbalance, loseFeed } from './power/feed-loss.ts';
import type { PowerColumns } from './power.ts';
import { median } from './quantile.ts';
import { HW_THERMAL, POWER_BRAKE, SW_POWER_CAP, SW_THERMAL, throttleClass } from './throttle.ts';
import { HALL, NODE, RACK, type Topology } from './topology.ts';

/** What conditions of power, heat and links are told from. */
export interface ConditionParts {
  readonly frame: Frame;
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
  readonly slope: Float32Array;
  readonly capMin: Float32Array;
  readonly warnRatio: number;
  readonly critRatio: number;
}

/** A condition before it is known since when it holds; the key is its identity. */
export type Condition = Omit<Finding, 'since'> & { readonly key: string };

/** Above this share of a rack's GPUs the power cap is worth a word; one capped GPU is normal (alerts.md). */
const CAPPED_SHARE = 0.1;
/** Feeds of one rack that differ by more than this share of the larger are uneven (alerts.md). */
const UNEVEN = 0.2;
/** More GPUs than this in one rack become one condition. */
const MOST_SINGLE = 3;

/** Places and feeds at or above the warning share of their budget. */
export function budgetConditions(parts: ConditionParts): Condition[] {
  const { frame, power, slope, capMin, warnRatio, critRatio } = parts;
  const { topology } = frame;
  const found: Condition[] = [];
  const add = (key: string, name: string, place: number, ratio: number, detail: string) =>
    found.push({
      ...{ key, place, detail, domain: 'power', title: `${name} at ${formatPercent(ratio, 1)} of budget` },
      severity: ratio >= critRatio ? 'critical' : 'warning',
    });
  for (let place = 0; place < topology.start[NODE]; place++) {
    const [draw, budget] = [power.drawW[place], topology.budgetW[place]];
    if (!(draw / budget >= warnRatio)) continue;
    const scale = place >= topology.start[RACK] ? 'rack' : 'row';
    const pair = `${power.atLeast[place] ? '≥ ' : ''}${formatPowerPair(draw, budget, scale)}`;
    const trend = outlook(slope[place], capMin[place]);
    add(`budget ${topology.path[place]}`, labelOf(topology, place), place, draw / budget, pair + trend);
  }
  const feeds = frame.columns.get('feed.power');
  for (let feed = 0; feeds && feed < topology.feedRack.length; feed++) {
    const [rack, draw, budget] = [topology.feedRack[feed], feeds.value[feed], topology.feedBudgetW[feed]];
    if (rack < 0 || !(draw / budget >= warnRatio)) continue;
    const name = `Feed ${topology.feedName[feed]} of ${lowerFirst(labelOf(topology, rack))}`;
    const key = `feed ${topology.path[rack]} ${topology.feedName[feed]}`;
    add(key, name, rack, draw / budget, `${formatPowerPair(draw, budget, 'rack')}.`);
  }
  return found;
}

/** A phrase that begins a sentence elsewhere, inside one. */
export const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** ", rising 2.9 kW/min. Cap in ~7 min." */
function outlook(slope: number, capMin: number): string {
  const words = formatOutlook(slope, capMin);
  const rising = slope > 0 && words !== 'Steady' ? `, rising ${formatSlope(slope).slice(1)}` : '';
  return `${rising}.${Number.isFinite(capMin) && capMin > 0 ? ` ${words}.` : ''}`;
}

/** GPUs of one rack by what holds them. */
interface Held {
  readonly known: number;
  readonly capped: readonly number[];
  readonly warm: readonly number[];
  readonly hot: readonly number[];
  readonly braked: readonly number[];
}

function heldIn({ topology, columns }: Frame, rack: number): Held {
  const { gpus } = membersOf(topology);
  const [mask, temp, limit] = (['gpu.throttle', 'gpu.temp', 'gpu.tempLimit'] as const).map((id) => columns.get(id));
  let known = 0;
  const [capped, warm, hot, braked]: number[][] = [[], [], [], []];
  for (let gpu = gpus.from[rack]; gpu < gpus.to[rack]; gpu++) {
    const bits = mask?.value[gpu] ?? Number.NaN;
    const reason = Number.isNaN(bits) ? 0 : throttleClass(bits);
    if (!Number.isNaN(bits)) known++;
    if ((bits & SW_POWER_CAP) !== 0) capped.push(gpu);
    if (reason === POWER_BRAKE) braked.push(gpu);
    const over = (temp?.value[gpu] ?? Number.NaN) >= (limit?.value[gpu] ?? Number.NaN);
    if (reason === HW_THERMAL || over) hot.push(gpu);
    else if (reason === SW_THERMAL) warm.push(gpu);
  }
  return { known, capped, warm, hot, braked };
}

/** GPUs held by the power brake, by heat, or by the power cap. */
export function throttleConditions({ frame }: ConditionParts): Condition[] {
  const { topology } = frame;
  const found: Condition[] = [];
  const cappedByRow = new Map<number, number[]>();
  for (let rack = topology.start[RACK]; rack < topology.start[RACK + 1]; rack++) {
    const held = heldIn(frame, rack);
    if (held.braked.length > 0) found.push(brake(topology, rack, held.braked.length));
    if (held.hot.length > MOST_SINGLE) found.push(heat(frame, rack, held.hot, 'HW thermal slowdown', 'critical'));
    else for (const gpu of held.hot) found.push(hotGpu(frame, gpu));
    if (held.warm.length > 0) found.push(heat(frame, rack, held.warm, 'SW thermal slowdown', 'warning'));
    if (held.capped.length <= held.known * CAPPED_SHARE) continue;
    const row = topology.parent[rack];
    cappedByRow.set(row, [...(cappedByRow.get(row) ?? []), ...held.capped]);
  }
  for (const [row, gpus] of cappedByRow) found.push(capped(frame, row, gpus));
  return found;
}

function brake(topology: Topology, rack: number, count: number): Condition {
  return {
    ...{ key: `brake ${topology.path[rack]}`, severity: 'critical', domain: 'power', place: rack },
    title: `${gpusOf(count)} in HW power brake`,
    detail: `${labelOf(topology, rack)}. The rack asserts the power brake: check its power supplies and feeds.`,
  };
}

/** "1 GPU", "131 GPUs". */
export const gpusOf = (count: number) => `${formatCount(count)} ${count === 1 ? 'GPU' : 'GPUs'}`;

function heat(
  frame: Frame,
  rack: number,
  gpus: readonly number[],
  what: string,
  severity: Finding['severity'],
): Condition {
  const { topology, columns } = frame;
  const temp = columns.get('gpu.temp');
  const hottest = gpus.reduce((a, b) => ((temp?.value[b] ?? 0) > (temp?.value[a] ?? 0) ? b : a));
  const limit = columns.get('gpu.tempLimit')?.value[hottest] ?? Number.NaN;
  const slowdown = Number.isNaN(limit) ? '' : `, slowdown at ${formatTemp(limit)}`;
  return {
    ...{ key: `${what} ${topology.path[rack]}`, severity, domain: 'power', place: rack },
    title: `${gpusOf(gpus.length)} in ${what}`,
    detail: `${labelOf(topology, rack)}. Hottest ${formatTemp(temp?.value[hottest] ?? Number.NaN)}${slowdown}.`,
  };
}

/** One GPU in hardware slowdown, or over its slowdown temperature; a limit from the table only warns. */
function hotGpu({ topology, columns }: Frame, gpu: number): Condition {
  const at = (id: 'gpu.temp' | 'gpu.tempLimit' | 'gpu.clock' | 'gpu.clockMax' | 'gpu.throttle') =>
    columns.get(id)?.value[gpu] ?? Number.NaN;
  const slowed = throttleClass(at('gpu.throttle')) === HW_THERMAL;
  const assumed = columns.get('gpu.tempLimit')?.quality[gpu] === ASSUMED;
  const limit = Number.isNaN(at('gpu.tempLimit')) ? '' : `, limit ${formatTemp(at('gpu.tempLimit'))}`;
  const clock = clockText(at('gpu.clock'), at('gpu.clockMax'));
  return {
    ...{ key: `hot ${topology.path[gpu]}`, domain: 'power', place: gpu },
    severity: slowed || !assumed ? 'critical' : 'warning',
    title: `${labelOf(topology, gpu)} ${slowed ? 'in HW thermal slowdown' : `at ${formatTemp(at('gpu.temp'))}`}`,
    detail: `${formatTemp(at('gpu.temp'))}${limit}${assumed ? ' assumed' : ''}.${clock === '' ? '' : ` Clock ${clock}.`}`,
  };
}

/** "990 of 1,965 MHz"; '' where the clock is not known. */
function clockText(clock: number, max: number): string {
  if (Number.isNaN(clock)) return '';
  return Number.isNaN(max) ? formatClock(clock) : `${formatCount(clock)} of ${formatClock(max)}`;
}

function capped({ topology, columns }: Frame, row: number, gpus: readonly number[]): Condition {
  const middle = (id: 'gpu.clock' | 'gpu.clockMax') => {
    const column = columns.get(id);
    const values = gpus.map((gpu) => column?.value[gpu] ?? Number.NaN);
    return median(values, 0, values.length);
  };
  const clock = clockText(middle('gpu.clock'), middle('gpu.clockMax'));
  return {
    ...{ key: `capped ${topology.path[row]}`, severity: 'warning', domain: 'power', place: row },
    title: `${gpusOf(gpus.length)} held by SW power cap`,
    detail: `${labelOf(topology, row)}.${clock === '' ? '' : ` Median clock ${clock}.`}`,
  };
}

/** Links by the rack that they stand in. */
function racksOf({ parent, linkNode }: Topology, links: readonly number[]): ReadonlyMap<number, readonly number[]> {
  const racks = new Map<number, number[]>();
  for (const link of links) {
    const rack = parent[linkNode[link]];
    const of = racks.get(rack);
    if (of) of.push(link);
    else racks.set(rack, [link]);
  }
  return racks;
}

/** Ports that went down, one condition a rack. */
function downByRack({ frame: { topology }, fabric }: ConditionParts): Condition[] {
  return [...racksOf(topology, fabric.down)].map(([rack, links]) => ({
    ...{ key: `down ${topology.path[rack]}`, severity: 'warning', domain: 'fabric', place: rack },
    title:
      links.length > 1
        ? `${formatCount(links.length)} links of ${lowerFirst(labelOf(topology, rack))} down`
        : `Link ${linkLabel(topology, links[0])} down`,
    detail: `${links.length > 1 ? `${linkLabel(topology, links[0])} and others were` : 'It was'} active before.`,
  }));
}

/** What the loss of a feed would trip, and racks whose feeds are uneven (alerts.md); ratings are those of budgets.csv. */
export function feedConditions({ frame, power }: ConditionParts): Condition[] {
  const { topology } = frame;
  const found: Condition[] = [];
  for (let site = 0; site < topology.start[HALL]; site++) {
    for (const lost of FEEDS) {
      const { rows, trips } = loseFeed(frame, power, site, lost);
      const [worst] = rows;
      if (trips === 0 || !worst) continue;
      const others = trips > 1 ? ` and ${formatCount(trips - 1)} more` : '';
      found.push({
        ...{ key: `loss ${topology.path[site]} ${lost}`, severity: 'warning', domain: 'power', place: worst.place },
        title: `Losing feed ${lost} trips ${lowerFirst(labelOf(topology, worst.place))}${others}`,
        detail: `The other feed would carry ${formatPowerPair(worst.carriesW, worst.ratingW, 'row')} of its rating.`,
      });
    }
  }
  return [...found, ...unevenFeeds(frame)];
}

/** Racks whose feeds differ: each for itself, or one condition a row where they are many. */
function unevenFeeds(frame: Frame): Condition[] {
  const { topology } = frame;
  const { a, b } = feedSums(frame);
  const shares = Array.from(a, (watts, i) => imbalance(watts, b[i]));
  const rows = new Map<number, number[]>();
  for (let i = 0; i < shares.length; i++) {
    const row = topology.parent[topology.start[RACK] + i];
    if (shares[i] > UNEVEN) rows.set(row, [...(rows.get(row) ?? []), i]);
  }
  return [...rows].flatMap(([row, racks]): Condition[] => {
    const one = (i: number, place: number, title: string): Condition => ({
      ...{ key: `uneven ${topology.path[place]}`, severity: 'warning', domain: 'power', place, title },
      detail: `${place === row ? `${labelOf(topology, topology.start[RACK] + i)}: ` : ''}A ${formatPower(a[i], 'rack')}, B ${formatPower(b[i], 'rack')}.`,
    });
    if (racks.length > MOST_SINGLE) {
      const worst = racks.reduce((x, y) => (shares[y] > shares[x] ? y : x));
      return [
        one(
          worst,
          row,
          `Feeds of ${formatCount(racks.length)} racks differ by up to ${formatPercent(shares[worst], 0)}`,
        ),
      ];
    }
    return racks.map((i) => {
      const rack = topology.start[RACK] + i;
      return one(i, rack, `Feeds of ${lowerFirst(labelOf(topology, rack))} differ by ${formatPercent(shares[i], 0)}`);
    });
  });
}

/** Full links that had to wait, one condition a rack. Where the tick is not known it is a fact and no alarm. */
export function linkConditions(parts: ConditionParts): Condition[] {
  const { saturated, waiting } = parts.fabric;
  return [
    ...byRack(parts, saturated, 'critical', 'saturated'),
    ...byRack(parts, waiting, 'warning', 'full'),
    ...downByRack(parts),
  ];
}

function byRack(
  { frame, fabric }: ConditionParts,
  full: readonly number[],
  severity: 'critical' | 'warning',
  word: string,
): Condition[] {
  const { topology, columns } = frame;
  const ticks = columns.get('link.wait');
  return [...racksOf(topology, full)].map(([rack, links]) => {
    const worst = links.reduce((a, b) => (fabric.use[b] > fabric.use[a] ? b : a));
    const many = links.length > 1;
    const share = fabric.wait[worst];
    const wait = Number.isNaN(share)
      ? `Transmit wait ${formatCount(ticks?.value[worst] ?? Number.NaN)} raw ticks/s`
      : `Waited ${formatPercent(share, 1)} of the time`;
    return {
      ...{ key: `links ${word} ${topology.path[rack]}`, severity, domain: 'fabric', place: rack },
      title: many
        ? `${formatCount(links.length)} links of ${lowerFirst(labelOf(topology, rack))} ${word}`
        : `Link ${linkLabel(topology, worst)} ${word}`,
      detail: `${many ? `Highest ${linkLabel(topology, worst)}, ` : ''}${formatPercent(fabric.use[worst], 1)} of its rate. ${wait}.`,
    } satisfies Condition;
  });
}
