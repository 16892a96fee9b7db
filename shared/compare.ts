import type { LayoutDocument, ViewFrame } from './contract.ts';
import { ASSUMED } from './frame.ts';
import { NODE, RACK } from './topology.ts';
import type { FleetInstant } from './view.ts';

/**
 * What changed between two instants: of one fleet at two times, of a live fleet and its past, of two snapshots. A side
 * is made by `sideOfFrame` from any link's frame and layout (live store, time travel, replay of a snapshot), or by
 * `sideOfInstant` where the view itself is at hand (command line). Pure: two sides in, numbers out.
 */
export interface CompareSide {
  /** First place of each level, as in `LayoutDocument`. */
  readonly start: ArrayLike<number>;
  readonly parent: ArrayLike<number>;
  readonly path: readonly string[];
  /** Columns by place, sites to racks. Watts; NaN is no data. */
  readonly drawW: ArrayLike<number>;
  /** Watts; null or NaN where there is none. */
  readonly budgetW: ArrayLike<number | null>;
  /** QUALITY of the draw: ASSUMED counts something silent at its nameplate. */
  readonly quality: ArrayLike<number>;
  readonly gpuLive: ArrayLike<number>;
  readonly findings: readonly { readonly domain: string; readonly place: number; readonly title: string }[];
}

/** Sums over racks. A rack without a draw on one of the sides is in none of the watts: it is counted apart, never as 0. */
export interface RackSums {
  /** Racks with a draw on both sides; the three watts are sums over these alone, NaN where there is none. */
  readonly racks: number;
  readonly beforeW: number;
  readonly afterW: number;
  readonly changeW: number;
  /** Of those, racks whose draw counts something silent at nameplate on a side: their change is partly a guess. */
  readonly assumed: number;
  /** Racks that only one side has, and what they draw there (those that draw something known). */
  readonly onlyBefore: number;
  readonly onlyAfter: number;
  readonly onlyBeforeW: number;
  readonly onlyAfterW: number;
  /** Racks of both sides without data on one or on both. */
  readonly unknown: number;
}

/** A site to rack on both sides. Places are the same by their paths. */
export interface PlaceDifference extends RackSums {
  readonly path: string;
  /** `SITE` to `RACK`. */
  readonly level: number;
  readonly has: 'both' | 'before' | 'after';
  /** The place's own draw as each side tells it; NaN: no data, or it is not there. */
  readonly ownBeforeW: number;
  readonly ownAfterW: number;
  readonly beforeBudgetW: number;
  readonly afterBudgetW: number;
  readonly beforeGpus: number;
  readonly afterGpus: number;
}

export interface Difference {
  /** Places of the side after in its order, then those that only the side before has. */
  readonly places: readonly PlaceDifference[];
  readonly total: RackSums;
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
  /** Titles of conditions that came, went and stayed. */
  readonly came: readonly string[];
  readonly went: readonly string[];
  readonly stayed: readonly string[];
}

/** A frame that a viewer got, with the layout that it belongs to. */
export function sideOfFrame(
  { start, parent, path, budgetW }: Pick<LayoutDocument, 'start' | 'parent' | 'path' | 'budgetW'>,
  { drawW, quality, gpuLive, findings }: Pick<ViewFrame, 'drawW' | 'quality' | 'gpuLive' | 'findings'>,
): CompareSide {
  return { start, parent, path, budgetW, drawW, quality, gpuLive, findings };
}

/** An instant as a view holds it. */
export function sideOfInstant({ frame: { topology }, power, findings }: FleetInstant): CompareSide {
  const { start, parent, path, budgetW } = topology;
  return { start, parent, path, budgetW, drawW: power.drawW, quality: power.quality, gpuLive: power.gpuLive, findings };
}

/** What changed from one side to the other. */
export function compareSides(before: CompareSide, after: CompareSide): Difference {
  const [old, now] = [placesOf(before), placesOf(after)];
  const paths = [...new Set([...now.keys(), ...old.keys()])];
  const sums = new Map(paths.map((path) => [path, emptySums()]));
  const total = emptySums();
  for (const path of paths) {
    const [a, b] = [old.get(path) ?? -1, now.get(path) ?? -1];
    if (!isRack(before, a) && !isRack(after, b)) continue;
    const upwards = new Set([...ancestors(before, a), ...ancestors(after, b)]);
    const one = readingOf(before, a, after, b);
    for (const above of upwards) count(sums.get(above) as Sums, one);
    count(total, one);
  }
  // A condition is the same by where it is and what it is about; its title has numbers.
  const [held, holds] = [conditionsOf(before), conditionsOf(after)];
  return {
    places: paths.map((path) => {
      const [a, b] = [old.get(path) ?? -1, now.get(path) ?? -1];
      return differenceOf(path, before, a, after, b, sums.get(path) as Sums);
    }),
    total: told(total),
    onlyBefore: paths.filter((path) => !now.has(path)),
    onlyAfter: paths.filter((path) => !old.has(path)),
    came: [...holds].flatMap(([key, title]) => (held.has(key) ? [] : [title])),
    went: [...held].flatMap(([key, title]) => (holds.has(key) ? [] : [title])),
    stayed: [...holds].flatMap(([key, title]) => (held.has(key) ? [title] : [])),
  };
}

/** The same of two instants of views. */
export const compareInstants = (before: FleetInstant, after: FleetInstant): Difference =>
  compareSides(sideOfInstant(before), sideOfInstant(after));

/** One rack on both sides. */
interface Reading {
  readonly has: PlaceDifference['has'];
  readonly beforeW: number;
  readonly afterW: number;
  readonly assumed: boolean;
}

type Sums = { -readonly [Key in keyof RackSums]: RackSums[Key] };

const emptySums = (): Sums => ({
  ...{ racks: 0, beforeW: 0, afterW: 0, changeW: 0, assumed: 0 },
  ...{ onlyBefore: 0, onlyAfter: 0, onlyBeforeW: 0, onlyAfterW: 0, unknown: 0 },
});

/** Without a rack that is known on both sides there is no change, which is not a change of 0. */
function told(sums: Sums): RackSums {
  if (sums.racks > 0) return sums;
  return { ...sums, beforeW: Number.NaN, afterW: Number.NaN, changeW: Number.NaN };
}

const isRack = ({ start }: CompareSide, place: number) => place >= start[RACK] && place < start[NODE];

/** Paths of a place and all above it. */
function ancestors({ parent, path }: CompareSide, place: number): string[] {
  const paths: string[] = [];
  for (let at = place; at >= 0; at = parent[at]) paths.push(path[at]);
  return paths;
}

function readingOf(before: CompareSide, a: number, after: CompareSide, b: number): Reading {
  return {
    has: a < 0 ? 'after' : b < 0 ? 'before' : 'both',
    beforeW: a < 0 ? Number.NaN : before.drawW[a],
    afterW: b < 0 ? Number.NaN : after.drawW[b],
    assumed: (a >= 0 && before.quality[a] === ASSUMED) || (b >= 0 && after.quality[b] === ASSUMED),
  };
}

function count(sums: Sums, { has, beforeW, afterW, assumed }: Reading): void {
  if (has === 'before') {
    sums.onlyBefore++;
    sums.onlyBeforeW += beforeW || 0;
  } else if (has === 'after') {
    sums.onlyAfter++;
    sums.onlyAfterW += afterW || 0;
  } else if (Number.isNaN(beforeW) || Number.isNaN(afterW)) sums.unknown++;
  else {
    sums.racks++;
    sums.beforeW += beforeW;
    sums.afterW += afterW;
    sums.changeW += afterW - beforeW;
    if (assumed) sums.assumed++;
  }
}

function differenceOf(path: string, before: CompareSide, a: number, after: CompareSide, b: number, sums: Sums) {
  const { has } = readingOf(before, a, after, b);
  const of = (column: ArrayLike<number | null>, place: number) =>
    place < 0 ? Number.NaN : (column[place] ?? Number.NaN);
  const side = b >= 0 ? after : before;
  return {
    ...told(sums),
    ...{ path, has, level: levelOf(side, b >= 0 ? b : a) },
    ...{ ownBeforeW: of(before.drawW, a), ownAfterW: of(after.drawW, b) },
    ...{ beforeBudgetW: of(before.budgetW, a), afterBudgetW: of(after.budgetW, b) },
    ...{ beforeGpus: a < 0 ? 0 : before.gpuLive[a], afterGpus: b < 0 ? 0 : after.gpuLive[b] },
  };
}

function levelOf({ start }: CompareSide, place: number): number {
  let level = RACK;
  while (level > 0 && place < start[level]) level--;
  return level;
}

const placesOf = ({ start, path }: CompareSide) =>
  new Map(path.slice(0, start[NODE]).map((one, place) => [one, place]));

const conditionsOf = ({ findings, path }: CompareSide) =>
  new Map(
    findings.map(({ domain, place, title }) => [
      `${domain}\n${path[place] ?? title}\n${title.replace(/[\d.,]+/g, '')}`,
      title,
    ]),
  );
