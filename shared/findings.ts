import type { Finding, SourceHealth } from './contract.ts';
import type { FabricColumns } from './fabric.ts';
import { saturatedByRack } from './fabric.ts';
import {
  formatCap,
  formatCount,
  formatPercent,
  formatPower,
  formatPowerPair,
  formatSlope,
  formatTemp,
} from './format.ts';
import type { Frame } from './frame.ts';
import type { PowerColumns } from './power.ts';
import { HW_THERMAL, POWER_BRAKE, throttleClass } from './throttle.ts';
import { GPU, HALL, NODE, RACK, ROW, SITE, type Topology } from './topology.ts';

const MOST = 200;
const ORDER = ['critical', 'warning', 'nodata', 'advisory'];

/** What the conditions are told from. */
export interface Present {
  readonly frame: Frame;
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
  readonly slope: Float32Array;
  readonly capMin: Float32Array;
  readonly warnRatio: number;
  readonly critRatio: number;
  readonly sources: readonly SourceHealth[];
  /** When each node was last heard, epoch ms; NaN never (index: place − start[NODE]). */
  readonly heardAt: Float64Array;
}

type Draft = Omit<Finding, 'since'> & { readonly key: string; readonly since?: number };

const KIND = ['Site', 'Hall', 'Row', 'Rack'];

/** "Row A2", "Rack A2-05", "Node A2-05-n3", "GPU A2-05 n3-g2". */
export function placeTitle({ name, parent, start }: Topology, place: number): string {
  if (place < start[NODE]) return `${KIND[levelOf(start, place)]} ${name[place]}`;
  if (place < start[GPU]) return `Node ${name[parent[place]]}-${name[place]}`;
  return `GPU ${name[parent[parent[place]]]} ${name[parent[place]]}-${name[place]}`;
}

/** Level of a place. */
export function levelOf(start: Int32Array, place: number): number {
  let level = SITE;
  while (level < GPU && place >= start[level + 1]) level++;
  return level;
}

function budgets({ frame, power, slope, capMin, warnRatio, critRatio }: Present): Draft[] {
  const { topology } = frame;
  const found: Draft[] = [];
  for (let place = 0; place < topology.start[NODE]; place++) {
    const [draw, budget] = [power.drawW[place], topology.budgetW[place]];
    const ratio = draw / budget;
    if (!(ratio >= warnRatio)) continue;
    const cap = formatCap(capMin[place]);
    const rising = slope[place] > 0 ? `, rising ${formatSlope(slope[place]).slice(1)}` : '';
    found.push({
      key: `budget ${topology.path[place]}`,
      severity: ratio >= critRatio ? 'critical' : 'warning',
      domain: 'power',
      title: `${placeTitle(topology, place)} at ${formatPercent(ratio, 1)} of budget`,
      detail: `${formatPowerPair(draw, budget)}${rising}.${cap.startsWith('Cap') ? ` ${cap}.` : ''}`,
      place,
    });
  }
  return found;
}

interface Held {
  readonly perRack: Uint32Array;
  readonly brakes: Uint32Array;
  readonly hot: number[];
}

function heldGpus({ frame }: Present): Held {
  const { topology, columns } = frame;
  const { start, parent } = topology;
  const reasons = columns.get('gpu.throttle');
  const held = { perRack: new Uint32Array(start[NODE]), brakes: new Uint32Array(start[NODE]), hot: [] as number[] };
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    const mask = reasons?.value[gpu] ?? Number.NaN;
    if (Number.isNaN(mask)) continue;
    const worst = throttleClass(mask);
    const rack = parent[parent[gpu]];
    if (mask & 0x4) held.perRack[rack]++;
    if (worst === POWER_BRAKE) held.brakes[rack]++;
    else if (worst === HW_THERMAL) held.hot.push(gpu);
  }
  return held;
}

function throttles(present: Present): Draft[] {
  const { frame, power } = present;
  const { topology, columns } = frame;
  const { start, parent, name, path } = topology;
  const held = heldGpus(present);
  const found: Draft[] = [];
  const rows = new Map<number, number>();
  for (let rack = start[RACK]; rack < start[NODE]; rack++) {
    if (held.brakes[rack] > 0) {
      const detail = 'The rack or its power supplies assert the power brake. Check the feeds.';
      found.push({
        key: `brake ${path[rack]}`,
        severity: 'critical',
        domain: 'power',
        title: `${held.brakes[rack]} GPUs in HW power brake`,
        detail: `Rack ${name[rack]}. ${detail}`,
        place: rack,
      });
    }
    if (held.perRack[rack] * 10 > power.gpuLive[rack])
      rows.set(parent[rack], (rows.get(parent[rack]) ?? 0) + held.perRack[rack]);
  }
  for (const [row, count] of rows) {
    const detail = `Row ${name[row]}, ${formatPercent(count / power.gpuLive[row], 1)} of its GPUs.`;
    found.push({
      key: `cap ${path[row]}`,
      severity: 'warning',
      domain: 'power',
      title: `${count} GPUs held by SW power cap`,
      detail,
      place: row,
    });
  }
  const [temp, limit, clock, clockMax] = [
    columns.get('gpu.temp'),
    columns.get('gpu.tempLimit'),
    columns.get('gpu.clock'),
    columns.get('gpu.clockMax'),
  ];
  for (const gpu of held.hot) {
    const known = Number.isNaN(limit?.value[gpu] ?? Number.NaN)
      ? ''
      : `, limit ${formatTemp(limit?.value[gpu] as number)}`;
    const clocks = Number.isNaN(clock?.value[gpu] ?? Number.NaN)
      ? ''
      : ` Clock ${formatCount(clock?.value[gpu] as number)} of ${formatCount(clockMax?.value[gpu] ?? Number.NaN)} MHz.`;
    found.push({
      key: `hot ${path[gpu]}`,
      severity: 'critical',
      domain: 'power',
      title: `${placeTitle(topology, gpu)} in HW thermal slowdown`,
      detail: `${formatTemp(temp?.value[gpu] ?? Number.NaN)}${known}.${clocks}`,
      place: gpu,
    });
  }
  return found;
}

function fabrics({ frame, fabric }: Present): Draft[] {
  const { topology } = frame;
  const { start, name, path, linkName } = topology;
  const counts = saturatedByRack(frame, fabric);
  const found: Draft[] = [];
  counts.forEach((count, index) => {
    if (count === 0) return;
    const rack = start[RACK] + index;
    const link = fabric.worstLink[rack];
    found.push({
      key: `links ${path[rack]}`,
      severity: 'warning',
      domain: 'fabric',
      title: `${count} ${count === 1 ? 'port' : 'ports'} of rack ${name[rack]} above 95% of line rate`,
      detail: `Highest ${formatPercent(fabric.worst[rack], 0)} on ${linkName[link]}. The wait counter's tick is not known, so this is no alarm.`,
      place: rack,
    });
  });
  return found;
}

function silences({ frame, power, heardAt, sources }: Present): Draft[] {
  const { topology } = frame;
  const { start, parent, path, nameplateW } = topology;
  const found: Draft[] = [];
  const gpus = new Uint32Array(start[NODE + 1]);
  const live = new Uint32Array(start[NODE + 1]);
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    gpus[parent[gpu]]++;
    live[parent[gpu]] += power.live[gpu - start[GPU]];
  }
  for (let node = start[NODE]; node < start[NODE + 1]; node++) {
    if (gpus[node] === 0 || live[node] > 0) continue;
    const heard = heardAt[node - start[NODE]];
    const metered = power.source[parent[node]] === 1;
    const counted = metered
      ? 'Its rack is metered, so the draw is known.'
      : `Budgets count it at ${formatPower(nameplateW[node])} nameplate.`;
    found.push({
      key: `silent ${path[node]}`,
      severity: 'nodata',
      domain: 'data',
      title: Number.isNaN(heard)
        ? `${placeTitle(topology, node)} does not report`
        : `${placeTitle(topology, node)} stopped reporting`,
      detail: `${gpus[node]} GPUs. ${counted}`,
      place: node,
      ...(Number.isNaN(heard) ? {} : { since: heard }),
    });
  }
  for (const source of sources) {
    if (source.state !== 'down') continue;
    const why = source.fault ? `${source.fault.message}` : 'It does not answer.';
    found.push({
      key: `source ${source.id}`,
      severity: 'nodata',
      domain: 'data',
      title: `${source.name} does not answer`,
      detail: why,
      place: -1,
      ...(source.fault ? { since: source.fault.since } : {}),
    });
  }
  return found;
}

/** Conditions that hold now, each with the time at which it was first seen to hold. */
export class Findings {
  #since = new Map<string, number>();

  /** Sorted by severity, then the longest-lasting first; at most 200, the rest as one count. */
  update(present: Present, now: number): readonly Finding[] {
    const drafts = [...budgets(present), ...throttles(present), ...fabrics(present), ...silences(present)];
    const since = new Map<string, number>();
    const all = drafts.map(({ key, since: own, ...draft }) => {
      const begin = own ?? this.#since.get(key) ?? now;
      since.set(key, begin);
      return { ...draft, since: begin };
    });
    this.#since = since;
    all.sort(
      (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || topDown(present, a, b) || a.since - b.since,
    );
    if (all.length <= MOST) return all;
    const rest = all.length - MOST;
    const more: Finding = {
      severity: 'advisory',
      domain: 'data',
      title: `${rest} more conditions`,
      detail: `Listed are the ${MOST} worst.`,
      place: -1,
      since: now,
    };
    return [...all.slice(0, MOST), more];
  }
}

/** A row before its racks, those before single GPUs: the wider condition explains the narrower. */
function topDown({ frame }: Present, a: Finding, b: Finding): number {
  const { start } = frame.topology;
  const level = (finding: Finding) => (finding.place < 0 ? HALL : levelOf(start, finding.place));
  const rank = (finding: Finding) => (level(finding) === ROW ? 0 : level(finding) + 1);
  return rank(a) - rank(b);
}
