import type { Summary } from './contract.ts';
import type { FabricColumns } from './fabric.ts';
import { placeTitle } from './findings.ts';
import type { Column, Frame } from './frame.ts';
import { ASSUMED } from './frame.ts';
import { ESTIMATED, METERED, MIXED, type PowerColumns } from './power.ts';
import { HELD, reasonsOf, throttleClass } from './throttle.ts';
import { GPU, NODE, SITE } from './topology.ts';

const orNull = (value: number) => (Number.isNaN(value) ? null : value);
const SOURCES = { [METERED]: 'metered', [ESTIMATED]: 'estimated', [MIXED]: 'mixed' } as Record<
  number,
  Summary['powerSource']
>;

interface Parts {
  readonly frame: Frame;
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
  readonly slope: Float32Array;
  readonly capMin: Float32Array;
  readonly heardAt: Float64Array;
  readonly badSamples: number;
  readonly now: number;
}

/** Sums over all sites; with one site these are its own numbers. */
function sitePower({ frame, power, slope }: Parts) {
  const { start, budgetW } = frame.topology;
  let [draw, budget, trend, atLeast, source] = [Number.NaN, 0, 0, false, 0];
  let silent = false;
  for (let site = start[SITE]; site < start[SITE + 1]; site++) {
    if (Number.isNaN(power.drawW[site])) {
      silent = true;
      continue;
    }
    draw = (Number.isNaN(draw) ? 0 : draw) + power.drawW[site];
    budget += budgetW[site];
    trend += slope[site];
    atLeast ||= power.atLeast[site] === 1;
    source = source === 0 || source === power.source[site] ? power.source[site] : MIXED;
  }
  // With a silent site the sum is not the fleet's draw: it is said to be a lower bound and has no headroom.
  const known = !Number.isNaN(draw) && !silent && !Number.isNaN(budget);
  return {
    powerW: orNull(draw),
    budgetW: known ? budget : null,
    powerAtLeast: atLeast || silent,
    powerSource: SOURCES[source] ?? 'none',
    slopeWPerMin: silent || Number.isNaN(draw) ? null : orNull(trend),
    headroomW: known ? budget - draw : null,
  };
}

function tightest({ frame, power, capMin }: Parts): Summary['tightest'] {
  const { start, budgetW } = frame.topology;
  let [place, ratio] = [-1, Number.NEGATIVE_INFINITY];
  for (let one = 0; one < start[NODE]; one++) {
    const share = power.drawW[one] / budgetW[one];
    if (share > ratio) [place, ratio] = [one, share];
  }
  // A row is named before its racks where they stand at the same share within a point: the wider place explains more.
  for (let one = 0; one < place; one++) {
    if (power.drawW[one] / budgetW[one] > ratio - 0.01) {
      [place, ratio] = [one, power.drawW[one] / budgetW[one]];
      break;
    }
  }
  if (place < 0) return null;
  return {
    place,
    ratio,
    headroomW: budgetW[place] - power.drawW[place],
    capMinutes: Number.isFinite(capMin[place]) ? capMin[place] : null,
  };
}

function throttled({ frame }: Parts): Summary['throttled'] {
  const { start, parent } = frame.topology;
  const reasons = frame.columns.get('gpu.throttle');
  let [count, known, worst] = [0, 0, 0];
  const rows = new Map<number, number>();
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    const mask = reasons?.value[gpu] ?? Number.NaN;
    if (Number.isNaN(mask)) continue;
    known++;
    if (throttleClass(mask) < HELD) continue;
    count++;
    if (throttleClass(mask) > throttleClass(worst)) worst = mask;
    const row = parent[parent[parent[gpu]]];
    rows.set(row, (rows.get(row) ?? 0) + 1);
  }
  if (known === 0) return null;
  const [where, most] = [...rows].reduce((a, b) => (b[1] > a[1] ? b : a), [-1, 0]);
  return { gpus: count, of: known, worst: count === 0 ? '' : reasonsOf(worst), where: most === count ? where : -1 };
}

function fabricOf({ frame, fabric }: Parts): Summary['fabric'] {
  if (fabric.known === 0 && Number.isNaN(fabric.rxBps)) return null;
  const { start, linkName, linkNode } = frame.topology;
  let [worst, use] = [-1, Number.NaN];
  for (let site = start[SITE]; site < start[SITE + 1]; site++) {
    if (!(fabric.worst[site] <= use) && fabric.worstLink[site] >= 0)
      [worst, use] = [fabric.worstLink[site], fabric.worst[site]];
  }
  const name =
    worst < 0 ? '' : `${placeTitle(frame.topology, linkNode[worst]).slice('Node '.length)} ${linkName[worst]}`;
  return {
    saturated: fabric.saturated,
    of: fabric.known,
    worst: name,
    use: orNull(use),
    rxBps: orNull(fabric.rxBps),
    txBps: orNull(fabric.txBps),
  };
}

function utilOf({ frame }: Parts): Summary['util'] {
  const { start } = frame.topology;
  const column = frame.columns.get('gpu.util');
  const values = column?.value
    .subarray(start[GPU], start[GPU + 1])
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (!values || values.length === 0) return null;
  const at = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))];
  let idle = 0;
  while (idle < values.length && values[idle] < 0.05) idle++;
  return { median: at(0.5), p10: at(0.1), idle };
}

/** The GPU nearest to its own temperature limit, or the hottest where no limit is known. */
function hottest({ frame }: Parts): Summary['hottest'] {
  const { start } = frame.topology;
  const [temp, limit] = [frame.columns.get('gpu.temp'), frame.columns.get('gpu.tempLimit')];
  if (!temp) return null;
  let [place, best] = [-1, Number.NEGATIVE_INFINITY];
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    const share =
      temp.value[gpu] / (Number.isNaN(limit?.value[gpu] ?? Number.NaN) ? 100 : (limit as Column).value[gpu]);
    if (share > best) [place, best] = [gpu, share];
  }
  if (place < 0) return null;
  return {
    place,
    celsius: temp.value[place],
    limit: orNull(limit?.value[place] ?? Number.NaN),
    assumed: limit?.quality[place] === ASSUMED,
  };
}

function reporting({ frame, power, heardAt, now }: Parts) {
  const { start, parent } = frame.topology;
  const nodes = start[NODE + 1] - start[NODE];
  const gpus = new Uint32Array(nodes);
  const live = new Uint32Array(nodes);
  const ages: number[] = [];
  const time = frame.columns.get('gpu.power')?.time;
  let reports = 0;
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    gpus[parent[gpu] - start[NODE]]++;
    if (!power.live[gpu - start[GPU]]) continue;
    reports++;
    live[parent[gpu] - start[NODE]]++;
    if (time && !Number.isNaN(time[gpu])) ages.push(now - time[gpu]);
  }
  let [silentNodes, silentSince] = [0, Number.NaN];
  for (let node = 0; node < nodes; node++) {
    if (gpus[node] === 0 || live[node] > 0) continue;
    silentNodes++;
    if (!(heardAt[node] >= silentSince)) silentSince = heardAt[node];
  }
  const sorted = Float64Array.from(ages).sort();
  return {
    gpus: start[GPU + 1] - start[GPU],
    gpusReporting: reports,
    silentNodes,
    silentSince: orNull(silentSince),
    ageP99Ms: sorted.length === 0 ? null : Math.max(0, sorted[Math.floor(0.99 * (sorted.length - 1))]),
  };
}

/** The numbers of the KPI strip. */
export function summarize(parts: Parts): Summary {
  return {
    ...sitePower(parts),
    tightest: tightest(parts),
    throttled: throttled(parts),
    fabric: fabricOf(parts),
    util: utilOf(parts),
    hottest: hottest(parts),
    ...reporting(parts),
    badSamples: parts.badSamples,
  };
}
