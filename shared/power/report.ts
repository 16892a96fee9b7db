import { ASSUMED, type Column, type Frame, QUALITY } from '../frame.ts';
import { placesOfLevel } from '../history/objects.ts';
import { labelOf, levelOf, membersOf, placesUnder } from '../members.ts';
import { type PowerColumns, RUNGS } from '../power.ts';
import { quantile } from '../quantile.ts';
import { recordedAt, recordedLimits } from '../recorded/columns.ts';
import { hardwareOf } from '../signals/hardware.ts';
import { NODE, RACK, type Topology } from '../topology.ts';
import { forecastCap, type TrendRow, WINDOW_MS } from '../trend.ts';
import { type FeedLoss, type FeedName, feedSums, imbalance, loseFeed } from './feed-loss.ts';
import { gpusThatFit } from './fits.ts';

/** One PDU inlet; null is "not known". */
export interface FeedRow {
  readonly rack: number;
  readonly name: string;
  readonly drawW: number | null;
  /** What it may carry while both feeds are up: rating × derate. */
  readonly budgetW: number | null;
  /** Share of its rating of the fullest breaker, of the inlet or of a branch behind it, where the PDU tells any. */
  readonly breakerUse: number | null;
  readonly quality: string;
  readonly sampled: number | null;
}

/** Power at one place, with what follows from it; watts, null is "not known". */
export interface PlacePower {
  readonly place: number;
  readonly label: string;
  readonly drawW: number | null;
  readonly atLeast: boolean;
  readonly quality: string;
  /** How the draw of a rack is known: "2 of 2 feeds", "BMC of 4 of 4 nodes", "boards × 1.49"; '' above racks. */
  readonly basis: string;
  readonly budgetW: number | null;
  readonly headroomW: number | null;
  /**
   * How many more GPUs of the place's own model fit into the headroom of it and the places above and under it, at what
   * such a GPU's node is planned with.
   */
  readonly fits: number | null;
  readonly plannedWPerGpu: number | null;
  /**
   * Σ power limits of its boards ÷ budget; a silent board's is that of its model. null where the limit of a board is not
   * known. Above 1 it is oversubscribed.
   */
  readonly oversubscription: number | null;
  /** 99 % of the time of the window the draw was at most this. */
  readonly p99W: number | null;
  /** Budget that no draw of the window came near: budget − p99. */
  readonly strandedW: number | null;
  /** Minutes until the draw meets the budget, by the last 15 min; null where no line fits or none is in sight. */
  readonly cap: { readonly minutes: number; readonly earliest: number; readonly latest: number | null } | null;
  /** |A − B| ÷ the larger, racks only. */
  readonly imbalance: number | null;
  /** Who is capped first: 1 last … 9 first; null where nobody says. */
  readonly priority: number | null;
}

export interface LossReport extends Omit<FeedLoss, 'rows' | 'held'> {
  /** Places that hold with the least to spare: watts over the rating are below 0. */
  readonly nearest: readonly {
    readonly place: number;
    readonly label: string;
    readonly verdict: 'holds';
    readonly carriesW: number | null;
    readonly ratingW: number | null;
    readonly overW: number | null;
  }[];
  readonly rows: readonly {
    readonly place: number;
    readonly label: string;
    readonly verdict: string;
    readonly carriesW: number | null;
    readonly ratingW: number | null;
    readonly overW: number | null;
  }[];
}

/** A place, its children, its feeds, and what losing one would do. */
export interface PowerReport {
  readonly place: PlacePower;
  /** Places under it down to racks, the most stranded first. */
  readonly under: readonly PlacePower[];
  readonly feeds: readonly FeedRow[];
  readonly loss: Readonly<Record<FeedName, LossReport>>;
  /** Racks of the place whose priority is known, in the order in which they are capped: first those that draw most. */
  readonly cappedFirst: readonly { readonly place: number; readonly label: string; readonly priority: number }[];
  /** The window that p99 and stranded power are of: what was asked for, or what is remembered. */
  readonly windowMs: number;
}

export interface PowerReportParts {
  readonly frame: Frame;
  readonly power: PowerColumns;
  /** Remembered draws within the window, oldest first. */
  readonly rows: readonly TrendRow[];
  /** Draws of the last minutes, for the outlook, where `rows` are too far apart for it. */
  readonly recent?: readonly TrendRow[];
  readonly now: number;
}

const MOST_UNDER = 2000;
const MOST_LOSS = 200;
const MOST_NEAREST = 20;
const orNull = (value: number) => (Number.isFinite(value) ? value : null);

/** Tells the power of a place (site to rack). */
export function powerReport(parts: PowerReportParts, place: number): PowerReport {
  const { frame, power, rows, now } = parts;
  const { topology } = frame;
  const under = placesUnder(topology, place).slice(0, MOST_UNDER);
  const sums = feedSums(frame);
  const fits = gpusThatFit(topology, power.drawW, place, (one) => plannedWPerGpu(topology, one));
  const of = (one: number) => placePower(parts, one, sums, fits);
  const loss = (feed: FeedName): LossReport => {
    const { rows: worst, held, ...counts } = loseFeed(frame, power, place, feed);
    const listed = worst.slice(0, MOST_LOSS).map((row) => ({
      ...{ place: row.place, label: labelOf(topology, row.place), verdict: row.verdict },
      ...{ carriesW: orNull(row.carriesW), ratingW: orNull(row.ratingW), overW: orNull(row.overW) },
    }));
    return { ...counts, rows: listed, nearest: nearestOf(parts, held, feed) };
  };
  return {
    place: of(place),
    under: under.map(of).sort((a, b) => (b.strandedW ?? -Infinity) - (a.strandedW ?? -Infinity)),
    feeds: feedRows(frame, new Set([place, ...under])),
    loss: { A: loss('A'), B: loss('B') },
    cappedFirst: cappedFirst(topology, power, [place, ...under]),
    windowMs: rows.length === 0 ? 0 : now - rows[0].time,
  };
}

/** Racks by the priority of budgets.csv, the highest first. */
function cappedFirst(topology: Topology, { drawW }: PowerColumns, places: readonly number[]) {
  return places
    .filter((place) => place >= topology.start[RACK] && topology.priority[place] > 0)
    .sort((a, b) => topology.priority[b] - topology.priority[a] || (drawW[b] || 0) - (drawW[a] || 0) || a - b)
    .slice(0, MOST_NEAREST)
    .map((place) => ({ place, label: labelOf(topology, place), priority: topology.priority[place] }));
}

/** Of the places that hold, those with the least to spare. */
function nearestOf({ frame: { topology }, power }: PowerReportParts, held: readonly number[], lost: FeedName) {
  const rating = lost === 'A' ? topology.ratingBW : topology.ratingAW;
  return held
    .map((place) => ({ place, carriesW: power.drawW[place], ratingW: rating[place] }))
    .sort((a, b) => a.ratingW - a.carriesW - (b.ratingW - b.carriesW) || a.place - b.place)
    .slice(0, MOST_NEAREST)
    .map(({ place, carriesW, ratingW }) => ({
      ...{ place, label: labelOf(topology, place), verdict: 'holds' as const },
      ...{ carriesW: orNull(carriesW), ratingW: orNull(ratingW), overW: orNull(carriesW - ratingW) },
    }));
}

function placePower(
  parts: PowerReportParts,
  place: number,
  sums: { readonly a: Float64Array; readonly b: Float64Array },
  fits: ReadonlyMap<number, number>,
): PlacePower {
  const { frame, power, rows } = parts;
  const { topology } = frame;
  const [drawW, budgetW] = [power.drawW[place], topology.budgetW[place]];
  const headroomW = budgetW - drawW;
  const planned = plannedWPerGpu(topology, place);
  const values = rows.map(({ values: row, places }) => row[places ? places[place] : place] ?? Number.NaN);
  const p99W = quantile(values, 0, values.length, 0.99);
  const rack = place - topology.start[RACK];
  return {
    ...{ place, label: labelOf(topology, place), drawW: orNull(drawW), atLeast: power.atLeast[place] === 1 },
    ...{ quality: QUALITY[power.quality[place]], basis: basisOf(frame, power, place), budgetW: orNull(budgetW) },
    headroomW: orNull(headroomW),
    fits: orNull(fits.get(place) ?? Number.NaN),
    plannedWPerGpu: orNull(planned),
    oversubscription: orNull(limitsOf(frame, power, place) / budgetW),
    ...{ p99W: orNull(p99W), strandedW: orNull(Math.max(0, budgetW - p99W)) },
    cap: capOf(parts, place),
    imbalance: rack < 0 ? null : orNull(imbalance(sums.a[rack], sums.b[rack])),
    priority: topology.priority[place] || null,
  };
}

/** The forecast by the remembered draws of the last minutes that are of today's basis: a change of basis is a step. */
function capOf({ frame, power, rows, recent = rows, now }: PowerReportParts, place: number): PlacePower['cap'] {
  const samples = recent.flatMap(({ time, values, basis, places }): [number, number][] => {
    const at = places ? places[place] : place;
    const watts = at < 0 ? Number.NaN : values[at];
    if (time < now - WINDOW_MS || Number.isNaN(watts) || basis[at] !== power.quality[place]) return [];
    return [[(time - now) / 60_000, watts]];
  });
  const cap = forecastCap(samples, power.drawW[place], frame.topology.budgetW[place]);
  return cap && { ...cap, latest: orNull(cap.latest) };
}

/** Watts that a node of the place's first known model is planned with for each of its GPUs (nameplate, signals.md 9). */
function plannedWPerGpu(topology: Topology, place: number): number {
  const { gpus } = membersOf(topology);
  for (const rack of placesOfLevel(topology, RACK, place)) {
    for (let gpu = gpus.from[rack]; gpu < gpus.to[rack]; gpu++) {
      const hardware = hardwareOf(topology.model[gpu] || (topology.model[topology.parent[gpu]] ?? ''));
      if (hardware) return hardware.nodeWPerGpu;
    }
    // The boards of a recorded rack may not be read: its model is told all the same.
    const hardware = gpus.to[rack] > gpus.from[rack] ? undefined : hardwareOf(topology.model[rack]);
    if (hardware) return hardware.nodeWPerGpu;
  }
  return Number.NaN;
}

/** Σ power limits of the boards, NaN where one is not known; silent ones by their model. Of recorded racks by what is recorded of them. */
function limitsOf(frame: Frame, power: PowerColumns, place: number): number {
  const { topology, columns } = frame;
  const { gpus } = membersOf(topology);
  const limit = columns.get('gpu.powerLimit');
  let [sum, count] = [0, 0];
  for (const rack of placesOfLevel(topology, RACK, place)) {
    count += power.gpuCount[rack];
    if (!Number.isNaN(recordedAt(frame, 'place.gpus', rack))) sum += recordedLimits(frame, rack, power.gpuCount[rack]);
    // A rack that was recorded and is not any more: its boards are not here.
    else if (gpus.to[rack] - gpus.from[rack] < power.gpuCount[rack]) return Number.NaN;
    else for (let gpu = gpus.from[rack]; gpu < gpus.to[rack]; gpu++) sum += limitOf(topology, limit, gpu);
  }
  return count > 0 ? sum : Number.NaN;
}

/** A board that is silent comes back with some limit: until then it has that of its model (signals.md 9). */
function limitOf({ model, parent }: Topology, limit: Column | undefined, gpu: number): number {
  const told = limit?.value[gpu] ?? Number.NaN;
  return Number.isNaN(told) ? (hardwareOf(model[gpu] || (model[parent[gpu]] ?? ''))?.tdpW ?? Number.NaN) : told;
}

function basisOf({ topology }: Frame, power: PowerColumns, place: number): string {
  if (levelOf(topology, place) !== RACK) return '';
  const { children } = membersOf(topology);
  const nodes = children.to[place] - children.from[place];
  const rung = RUNGS[power.rung[place]];
  const silent = power.quality[place] === ASSUMED ? ', silent ones at nameplate' : '';
  if (rung === 'feeds' || rung === 'partly') return `${power.feedsFresh[place]} of ${power.feedsExpected[place]} feeds`;
  if (rung === 'bmc') return `BMC of ${power.bmcNodes[place]} of ${nodes} nodes`;
  if (rung === 'ratio') return `Boards × measured ratio${silent}`;
  return rung === 'boards' ? `Boards alone${silent}` : '';
}

function feedRows({ topology, columns }: Frame, places: ReadonlySet<number>): readonly FeedRow[] {
  const column = columns.get('feed.power');
  const breakers = (['feed.load', 'feed.breakerUse'] as const).flatMap((signal) => columns.get(signal) ?? []);
  const fullest = (feed: number) => Math.max(...breakers.map(({ value }) => value[feed]).filter((use) => use >= 0));
  return Array.from(topology.feedRack, (rack, feed) => ({ rack, feed }))
    .filter(({ rack, feed }) => places.has(rack) && (column?.quality[feed] ?? 0) !== 0)
    .map(({ rack, feed }) => ({
      ...{ rack, name: topology.feedName[feed], drawW: orNull(column?.value[feed] ?? Number.NaN) },
      ...{ budgetW: orNull(topology.feedBudgetW[feed]), breakerUse: orNull(fullest(feed)) },
      ...{ quality: QUALITY[column?.quality[feed] ?? 0] },
      sampled: orNull(column?.time[feed] ?? Number.NaN),
    }));
}

/** Whether a place index may be asked for: sites to racks. */
export const isPowerPlace = ({ start }: Topology, place: number) => place >= 0 && place < start[NODE];
