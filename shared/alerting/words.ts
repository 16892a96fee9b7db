import {
  formatClock,
  formatCount,
  formatCountPair,
  formatDate,
  formatOutlook,
  formatPercent,
  formatPower,
  formatPowerPair,
  formatSlope,
  formatTemp,
  formatTime,
} from '../format.ts';
import { labelOf, membersOf } from '../members.ts';
import { feedSums, loseFeed } from '../power/feed-loss.ts';
import { xidOf } from '../rack/xid.ts';
import { GPU, NODE, RACK } from '../topology.ts';
import { type Condition, limitOf } from './condition.ts';
import { lowerFirst, type ObjectRef } from './objects.ts';
import { heardAt, siteFeedsOf } from './place-quantities.ts';
import { portOf, quantities } from './quantities.ts';
import type { AlertScene } from './scene.ts';

/** Words of one alert: title = object + predicate, as ui.md 4 has it. */
export interface Words {
  readonly object: string;
  /** "at 97.8% of budget"; a verb where there is one: "stopped reporting". */
  readonly predicate: string;
  readonly detail: string;
}

type Comparison = Extract<Condition, { kind: 'compare' }>;
/** @param limit what the value is held against */
type Teller = (scene: AlertScene, ref: ObjectRef, value: number, limit: number) => Omit<Words, 'object'>;

const valueAt = (scene: AlertScene, id: Parameters<AlertScene['frame']['columns']['get']>[0], index: number) =>
  scene.frame.columns.get(id)?.value[index] ?? Number.NaN;

/** "1 GPU", "131 GPUs". */
export const countOf = (count: number, word: string) => `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;

/** ", rising 2.9 kW/min. Cap in ~7 min." */
function outlook(slope: number, capMin: number): string {
  const words = formatOutlook(slope, capMin);
  const rising = slope > 0 && words !== 'Steady' ? `, rising ${formatSlope(slope).slice(1)}` : '';
  return `${rising}.${Number.isFinite(capMin) && capMin > 0 ? ` ${words}.` : ''}`;
}

/** "978 of 1,000 kW, rising 2.9 kW/min. Cap in ~7 min." */
function drawOf(scene: AlertScene, { level, index }: ObjectRef): string {
  const { topology } = scene.frame;
  if (level === 'feed') {
    const site = siteFeedsOf(scene)[index - topology.feedRack.length];
    const draw = site ? site.drawW : valueAt(scene, 'feed.power', index);
    return `${formatPowerPair(draw, site ? site.budgetW : topology.feedBudgetW[index], site ? 'row' : 'rack')}.`;
  }
  const scale = index >= topology.start[RACK] ? 'rack' : 'row';
  const pair = formatPowerPair(scene.power.drawW[index], topology.budgetW[index], scale);
  const { atLeast, countedW } = scene.power;
  const bound = `${atLeast[index] ? '≥ ' : ''}${pair}${outlook(scene.slope[index], scene.capMin[index])}`;
  return countedW[index] > 0 ? `${bound} ${reporting(scene, index, scale)}` : bound;
}

/** "1,024 of 2,048 GPUs report, with 1.51 MW; the rest is counted for what is silent." */
function reporting({ power }: AlertScene, place: number, scale: 'rack' | 'row'): string {
  const heard = formatPower(power.drawW[place] - power.countedW[place], scale);
  const gpus = `${formatCountPair(power.gpuLive[place], power.gpuCount[place])} GPUs report`;
  return `${gpus}, with ${heard}; the rest is counted for what is silent.`;
}

/** "at 97.8% of budget"; where only what is counted for silent ones makes it so, "counted at 112.0% of budget". */
function shareOfBudget({ frame, power }: AlertScene, { level, index }: ObjectRef, use: number, limit: number): string {
  const text = `${formatPercent(use, 1)} of budget`;
  if (level === 'feed' || power.countedW[index] === 0) return `at ${text}`;
  const heard = (power.drawW[index] - power.countedW[index]) / frame.topology.budgetW[index];
  return heard >= limit ? `at ≥ ${formatPercent(heard, 1)} of budget` : `counted at ${text}`;
}

/** "88 °C, limit 87 °C. Clock 990 of 1,965 MHz." */
function heatOf(scene: AlertScene, { index }: ObjectRef): string {
  const at = (id: 'gpu.temp' | 'gpu.tempLimit') => valueAt(scene, id, index);
  const limit = Number.isNaN(at('gpu.tempLimit')) ? '' : `, limit ${formatTemp(at('gpu.tempLimit'))}`;
  const clock = clockOf(scene, index);
  return `${formatTemp(at('gpu.temp'))}${limit}.${clock === '' ? '' : ` Clock ${clock}.`}`;
}

/** "990 of 1,965 MHz"; '' where the clock is not known. */
function clockOf(scene: AlertScene, gpu: number): string {
  const [clock, max] = [valueAt(scene, 'gpu.clock', gpu), valueAt(scene, 'gpu.clockMax', gpu)];
  if (Number.isNaN(clock)) return '';
  return Number.isNaN(max) ? formatClock(clock) : `${formatCount(clock)} of ${formatClock(max)}`;
}

const gpuOf = ({ frame: { topology } }: AlertScene, gpu: number) =>
  `${labelOf(topology, topology.parent[topology.parent[gpu]])}.`;

/** An XID that was not there at the reading before this long ago came while nobody looked. */
const UNWATCHED_MS = 180_000;

/** " It came while Fleetwatt did not look, after 23 Nov 2026 14:02:10 UTC."; '' where it was seen to come. */
function unwatched({ memory, now, frame: { topology } }: AlertScene, gpu: number): string {
  const { foundAt = now, after = now } = memory.newXid(gpu - topology.start[GPU], now) ?? {};
  if (!(foundAt - after > UNWATCHED_MS)) return '';
  return ` It came while Fleetwatt did not look, after ${formatDate(after)} ${formatTime(after)}.`;
}

/** "8 GPUs. Budgets count it at 10.2 kW nameplate." */
function silence(scene: AlertScene, { level, index }: ObjectRef): Omit<Words, 'object'> {
  const { topology } = scene.frame;
  if (level === 'feed') return { predicate: 'stopped reporting', detail: 'The draw of its rack is not measured now.' };
  const { gpus } = membersOf(topology);
  // Boards of a recorded rack are counted, and no places.
  const places = index >= topology.start[GPU] ? 0 : gpus.to[index] - gpus.from[index];
  const count = index < topology.start[NODE] ? scene.power.gpuCount[index] : places;
  const heard = heardAt(scene, index);
  const last = Number.isNaN(heard) ? '' : ` Last heard ${formatTime(heard)}.`;
  return {
    predicate: Number.isNaN(heard) ? 'has never reported' : 'stopped reporting',
    detail: `${count > 0 ? `${countOf(count, 'GPU')}.` : gpuOf(scene, index)}${countedAt(scene, index)}${last}`,
  };
}

/** " Budgets count it at 10.2 kW nameplate." */
function countedAt({ frame: { topology }, power }: AlertScene, place: number): string {
  const { start, parent, nameplateW, budgetW } = topology;
  if (place >= start[GPU]) return '';
  const rack = place < start[NODE] ? place : parent[place];
  if (power.quality[rack] === 1) return place === rack ? ' Its feeds still report.' : ' Its rack is metered.';
  if (place !== rack && Number.isNaN(power.drawW[rack])) return '';
  const named = !Number.isNaN(nameplateW[place]);
  const watts = named ? nameplateW[place] : budgetW[place];
  // Nothing is counted in a place that has no data itself, which is where a whole site is silent.
  if (Number.isNaN(watts) || parent[place] < 0) return '';
  return ` Budgets count it at ${formatPower(watts, place >= start[RACK] ? 'rack' : 'row')}${named ? ' nameplate' : ', its own budget'}.`;
}

function port(scene: AlertScene, { index }: ObjectRef, predicate: string): Omit<Words, 'object'> {
  const one = portOf(scene, index);
  if (!one) return { predicate, detail: '' };
  const use = Number.isNaN(one.use) ? '' : `${formatPercent(one.use, 1)} of its rate.`;
  const wait = Number.isNaN(one.wait) ? '' : ` Waited ${formatPercent(one.wait, 1)} of the time.`;
  return { predicate, detail: `${use}${wait}${one.degraded === '' ? '' : ` ${one.degraded}.`}`.trim() };
}

/** "97.1% of their rate, 16 of 16 full. Waited 28.4% of the time. Serves racks A1-04 to A1-06." */
function leaf(scene: AlertScene, { index }: ObjectRef): Omit<Words, 'object'> {
  const { use, wait, full, cells, where } = scene.leaves[index];
  const facts = [
    Number.isNaN(use)
      ? ''
      : `${formatPercent(use, 1)} of their rate, ${formatCount(full)} of ${formatCount(cells)} full.`,
    Number.isNaN(wait) ? '' : `Waited ${formatPercent(wait, 1)} of the time.`,
    where === '' ? '' : `Serves ${where}.`,
  ];
  return { predicate: 'uplinks saturated', detail: facts.filter((text) => text !== '').join(' ') };
}

const tellers: Readonly<Record<string, Teller>> = {
  'budget.use': (scene, ref, value, limit) => ({
    predicate: shareOfBudget(scene, ref, value, limit),
    detail: drawOf(scene, ref),
  }),
  'budget.cap_minutes': (scene, ref, value) => ({
    predicate: value > 0 ? `reaches its budget in ~${Math.max(1, Math.round(value))} min` : 'has reached its budget',
    detail: drawOf(scene, ref),
  }),
  'feed.loss_trips': (scene, { index }, value) => {
    const { frame, power } = scene;
    const feed = siteFeedsOf(scene)[index - frame.topology.feedRack.length];
    const worst = feed && loseFeed(frame, power, feed.site, feed.name).rows[0];
    if (!worst) return { predicate: 'could not be lost', detail: '' };
    const others = value > 1 ? ` and ${formatCount(value - 1)} more` : '';
    return {
      predicate: `cannot be lost: it trips ${lowerFirst(labelOf(frame.topology, worst.place))}${others}`,
      detail: `The other feed would carry ${formatPowerPair(worst.carriesW, worst.ratingW, 'row')} of its rating.`,
    };
  },
  'rack.feed_imbalance': (scene, { index }, value) => {
    const { a, b } = feedSums(scene.frame);
    const rack = index - scene.frame.topology.start[RACK];
    return {
      predicate: `has feeds that differ by ${formatPercent(value, 0)}`,
      detail: `A ${formatPower(a[rack], 'rack')}, B ${formatPower(b[rack], 'rack')}.`,
    };
  },
  'rack.capped_share': (scene, { index }, value) => {
    const { gpus } = membersOf(scene.frame.topology);
    const count = gpus.to[index] - gpus.from[index];
    return {
      predicate: `has ${formatPercent(value, 0)} of its GPUs held by power cap`,
      detail: `${formatCount(Math.round(value * count))} of ${countOf(count, 'GPU')}, for over half of 5 min.`,
    };
  },
  'gpu.brake': (scene, { index }) => ({ predicate: 'in HW power brake', detail: gpuOf(scene, index) }),
  'gpu.hw_heat_held': (scene, ref) => ({ predicate: 'in HW thermal slowdown', detail: heatOf(scene, ref) }),
  'gpu.sw_heat_held': (scene, ref) => ({ predicate: 'in SW thermal slowdown', detail: heatOf(scene, ref) }),
  'gpu.clock_share': (scene, { index }, value) => ({
    predicate: `at ${formatPercent(value, 0)} of its clock without a reason`,
    detail: `Clock ${clockOf(scene, index)}. Busy ${formatPercent(valueAt(scene, 'gpu.util', index), 0)}.`,
  }),
  'gpu.pcie_width_share': (scene, { index }) => ({
    predicate: 'has a PCIe link below its maximum',
    detail: `Gen ${valueAt(scene, 'gpu.pcieGen', index)} of ${valueAt(scene, 'gpu.pcieGenMax', index)}, ${valueAt(scene, 'gpu.pcieWidth', index)} of ${valueAt(scene, 'gpu.pcieWidthMax', index)} lanes.`,
  }),
  'gpu.nvlink_errors_unusual': (scene, { index }) => ({
    predicate: 'has link errors above what is usual',
    detail: gpuOf(scene, index),
  }),
  'gpu.nvlinks_down': (scene, { index }, value) => ({
    predicate: `has ${countOf(value, 'NVLink')} down`,
    detail: `${value > 1 ? 'They were' : 'It was'} active before. ${gpuOf(scene, index)}`,
  }),
  'gpu.fatal_xid': (scene, { index }, value) => ({
    predicate: `reported XID ${value}`,
    detail: `${xidOf(value).meaning}.${unwatched(scene, index)}`,
  }),
  'gpu.new_ecc': (scene, { index }, value) => ({
    predicate: `had ${countOf(value, 'uncorrectable ECC error')}`,
    detail: gpuOf(scene, index),
  }),
  'gpu.remap_pending': (scene, { index }) => ({
    predicate: valueAt(scene, 'gpu.remapFailed', index) > 0 ? 'has a failed row remap' : 'has rows to be remapped',
    detail: gpuOf(scene, index),
  }),
  'leaf.saturated': leaf,
  'link.use': (scene, ref) => port(scene, ref, 'saturated'),
  'link.degraded': (scene, ref) => port(scene, ref, 'below the rate of its peers'),
  'link.recent_downs': (scene, ref, value) => port(scene, ref, `went down ${formatCount(value)} times in 10 min`),
  'link.down': (scene, ref) => ({ ...port(scene, ref, 'down'), detail: 'It was active before.' }),
  'link.errors_unusual': (scene, ref) => port(scene, ref, 'has errors above what is usual'),
  'data.silent': silence,
  'source.down': ({ sources }, { index }) => {
    return { predicate: 'does not answer', detail: sources[index].fault };
  },
  'rule.failed_passes': (_, __, value) => ({
    predicate: `could not be evaluated ${formatCount(value)} times in a row`,
    detail: 'Alerts may be missing.',
  }),
};

/** A number with the unit of its quantity. */
export function formatQuantity(value: number, unit: string): string {
  if (Number.isNaN(value)) return '—';
  if (unit === 'ratio') return formatPercent(value, 1);
  if (unit === 'C') return formatTemp(value);
  if (unit === 'W') return formatPower(value, 'rack');
  if (unit === 'MHz') return formatClock(value);
  const plain = Number.isInteger(value) ? formatCount(value) : String(Number(value.toPrecision(4)));
  return unit === 'flag' || unit === 'code' || unit === 'count' || unit === 'bits' ? plain : `${plain} ${unit}`;
}

/** What is said of an object for which a rule's condition holds, with the value of its first quantity. */
export function wordsOf(
  ownTitle: string | undefined,
  { quantity, limit }: Comparison,
  ref: ObjectRef,
  value: number,
  scene: AlertScene,
): Words {
  const object = scene.objects.nameOf(ref);
  const { unit = '', label = quantity } = quantities.get(quantity) ?? {};
  const against = limitOf(limit, scene.constants);
  const [text, most] = [formatQuantity(value, unit), formatQuantity(against, unit)];
  if (ownTitle !== undefined) {
    const put = { object, value: text, limit: most } as const;
    const title = ownTitle.replace(/\{(object|value|limit)\}/g, (_, name: keyof typeof put) => put[name]);
    const predicate = title.startsWith(`${object} `) ? title.slice(object.length + 1) : title;
    return { object, predicate, detail: `${label} ${text}, limit ${most}.` };
  }
  const told = tellers[quantity]?.(scene, ref, value, against);
  return { object, ...(told ?? { predicate: `at ${text}`, detail: `${label} ${text}, limit ${most}.` }) };
}

/** Predicates without numbers, for many objects together: "40 GPUs in HW power brake". */
export const MANY: Readonly<Record<string, string>> = {
  BudgetNearCap: 'near their budget',
  BudgetAtCap: 'at their budget',
  CapForecast: 'about to reach their budget',
  FeedLossNotSurvivable: 'cannot be lost',
  FeedImbalance: 'with uneven feeds',
  GpusHeldByPowerCap: 'with GPUs held by power cap',
  HwPowerBrake: 'in HW power brake',
  HwThermalSlowdown: 'in HW thermal slowdown',
  SwThermalSlowdown: 'in SW thermal slowdown',
  SilentThrottle: 'below their clock without a reason',
  LinkSaturated: 'saturated',
  LeafSaturated: 'with saturated uplinks',
  LinkDegraded: 'below the rate of their peers',
  LinkFlapping: 'flapping',
  LinkDown: 'down',
  NvlinkDown: 'with NVLinks down',
  PcieDowntrained: 'with a PCIe link below its maximum',
  LinkErrors: 'with errors above what is usual',
  GpuLinkErrors: 'with link errors above what is usual',
  FatalXid: 'with a new fatal XID',
  UncorrectableEcc: 'with uncorrectable ECC errors',
  RowRemap: 'with rows to be remapped',
  StoppedReporting: 'stopped reporting',
  AreaStoppedReporting: 'stopped reporting',
  SourceDown: 'do not answer',
  RulesCannotRun: 'could not be evaluated',
};
