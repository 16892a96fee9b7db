import { isFeed } from '../feeds.ts';
import { type Frame, UNSUPPORTED } from '../frame.ts';
import { placesUnder } from '../members.ts';
import type { PowerColumns } from '../power.ts';
import { NODE, RACK, type Topology } from '../topology.ts';

export const FEEDS = ['A', 'B'] as const;
export type FeedName = (typeof FEEDS)[number];

/** What becomes of a place when a feed is lost. */
export type LossVerdict = 'trips' | 'dark' | 'unknown' | 'holds';

export interface LossRow {
  readonly place: number;
  /** Watts that the other feed must carry then; NaN where the draw is not known. */
  readonly carriesW: number;
  /** What it may carry: its rating, not derated, since the derate is for days with both. NaN: not known. */
  readonly ratingW: number;
  /** Watts over the rating; NaN where it is not known, ≤ 0 where it holds. */
  readonly overW: number;
  readonly verdict: LossVerdict;
}

/** The loss of one feed at a place and everything under it. */
export interface FeedLoss {
  readonly lost: FeedName;
  /** Places that do not hold, the most overloaded first, then dark ones, then those that nobody can tell of. */
  readonly rows: readonly LossRow[];
  /** Places that hold. */
  readonly held: readonly number[];
  readonly trips: number;
  readonly dark: number;
  readonly unknown: number;
  /** Places that were looked at: racks with feeds, and places with ratings of their own. */
  readonly of: number;
}

/**
 * What if feed A (or B) is lost at a site, hall, row or rack: every rack under it draws all of its watts through the
 * other feed, and so do the busways and UPS of the places above it up to `under`.
 *
 * By hand: a rack on A = 64 kW and B = 61 kW, each feed rated 132 kW, loses A: B carries 64 + 61 = 125 kW ≤ 132, it
 * holds by 7. Its row draws 978 kW on two busways rated 900: the other carries 978, 78 over: it trips. A rack that has
 * no other feed goes dark. A draw that is a lower bound, or a rating that nobody gave, makes the verdict unknown unless
 * the bound alone trips.
 */
export function loseFeed(frame: Frame, power: PowerColumns, under: number, lost: FeedName): FeedLoss {
  const { topology } = frame;
  const other = lost === 'A' ? 'B' : 'A';
  const rating = other === 'A' ? topology.ratingAW : topology.ratingBW;
  const rows: LossRow[] = [];
  for (const place of [under, ...placesUnder(topology, under)]) {
    const feeds = place >= topology.start[RACK] ? feedsOf(topology, place) : undefined;
    // A rack that is not known to have the lost feed does not lose it.
    if (feeds && !feeds.some((name) => isFeed(name, lost))) continue;
    if (!feeds && Number.isNaN(rating[place])) continue;
    const dark = feeds !== undefined && !feeds.some((name) => isFeed(name, other));
    const [carriesW, ratingW] = [dark ? 0 : power.drawW[place], dark ? Number.NaN : rating[place]];
    const overW = carriesW - ratingW;
    const sure = !Number.isNaN(overW) && (overW > 0 || power.atLeast[place] === 0);
    const verdict = dark ? 'dark' : !sure ? 'unknown' : overW > 0 ? 'trips' : 'holds';
    rows.push({ place, carriesW, ratingW, overW, verdict });
  }
  const count = (verdict: LossVerdict) => rows.filter((row) => row.verdict === verdict).length;
  return {
    lost,
    rows: rows.filter(({ verdict }) => verdict !== 'holds').sort(worseFirst),
    held: rows.filter(({ verdict }) => verdict === 'holds').map(({ place }) => place),
    ...{ trips: count('trips'), dark: count('dark'), unknown: count('unknown'), of: rows.length },
  };
}

const ORDER: readonly LossVerdict[] = ['trips', 'dark', 'unknown', 'holds'];

function worseFirst(a: LossRow, b: LossRow): number {
  const over = (row: LossRow) => (Number.isNaN(row.overW) ? Number.NEGATIVE_INFINITY : row.overW);
  return ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || over(b) - over(a) || a.place - b.place;
}

const known = new WeakMap<Topology, readonly (readonly string[])[]>();

/** Names of a rack's feeds. */
function feedsOf(topology: Topology, rack: number): readonly string[] {
  let feeds = known.get(topology);
  if (!feeds) {
    const all: string[][] = Array.from({ length: topology.start[NODE] - topology.start[RACK] }, () => []);
    topology.feedRack.forEach((of, feed) => {
      all[of - topology.start[RACK]]?.push(topology.feedName[feed]);
    });
    feeds = all;
    known.set(topology, feeds);
  }
  return feeds[rack - topology.start[RACK]];
}

/** Whether a rack is known to have a feed. */
export function hasFeed(topology: Topology, rack: number, feed: FeedName): boolean {
  return feedsOf(topology, rack).some((name) => isFeed(name, feed));
}

/** How unevenly two feeds share a rack: |A − B| ÷ the larger, 0..1; NaN where one is not known or both are 0. */
export function imbalance(aW: number, bW: number): number {
  const larger = Math.max(aW, bW);
  return larger > 0 ? Math.abs(aW - bW) / larger : Number.NaN;
}

/** Watts through feed A and through feed B of each rack (index: rack − start[RACK]); NaN where an inlet is silent. */
export function feedSums({ topology, columns }: Frame): { readonly a: Float64Array; readonly b: Float64Array } {
  const racks = topology.start[NODE] - topology.start[RACK];
  const sums = { a: new Float64Array(racks), b: new Float64Array(racks) };
  const inlets = { a: new Uint8Array(racks), b: new Uint8Array(racks) };
  const column = columns.get('feed.power');
  topology.feedRack.forEach((rack, feed) => {
    const at = rack - topology.start[RACK];
    const name = isFeed(topology.feedName[feed], 'A') ? 'a' : isFeed(topology.feedName[feed], 'B') ? 'b' : undefined;
    if (!column || !name || rack < 0 || column.quality[feed] === UNSUPPORTED) return;
    sums[name][at] += column.value[feed];
    inlets[name][at]++;
  });
  for (const name of ['a', 'b'] as const) {
    for (let at = 0; at < racks; at++) if (inlets[name][at] === 0) sums[name][at] = Number.NaN;
  }
  return sums;
}
