import type { Frame } from '../frame.ts';
import type { PowerColumns } from '../power.ts';
import { HALL, NODE, RACK } from '../topology.ts';
import { FEEDS, type FeedName, feedSums, hasFeed, loseFeed } from './feed-loss.ts';

/** One utility path of a site: everything that its racks draw through it. */
export interface SiteFeed {
  readonly site: number;
  readonly name: FeedName;
  /** Watts; null while a rack's inlet of it is silent: a part would make its headroom look larger. */
  readonly drawW: number | null;
  /** What it may carry while both are up: its rating × derate. */
  readonly budgetW: number;
  readonly derate: number;
}

/** Whether the fleet survives the loss of either feed of any site. */
export interface FeedLossVerdict {
  readonly verdict: 'survives' | 'trips' | 'dark' | 'unknown';
  /** Places that do not hold, or of which nobody can tell. */
  readonly places: number;
  /** Where it survives: the highest share of a rating that the other feed would carry. */
  readonly ratio: number | null;
}

/** Feeds of all sites that have ratings, A before B. */
export function siteFeeds(frame: Frame): readonly SiteFeed[] {
  const { start, parent, ratingAW, ratingBW, derate } = frame.topology;
  const sums = feedSums(frame);
  const found: SiteFeed[] = [];
  for (let site = 0; site < start[HALL]; site++) {
    for (const name of FEEDS) {
      const ratingW = (name === 'A' ? ratingAW : ratingBW)[site];
      if (Number.isNaN(ratingW)) continue;
      const racks = Array.from({ length: start[NODE] - start[RACK] }, (_, i) => i).filter((i) => {
        const rack = start[RACK] + i;
        return parent[parent[parent[rack]]] === site && hasFeed(frame.topology, rack, name);
      });
      const of = name === 'A' ? sums.a : sums.b;
      const drawW = racks.length === 0 ? Number.NaN : racks.reduce((sum, i) => sum + of[i], 0);
      found.push({
        site,
        name,
        drawW: Number.isNaN(drawW) ? null : drawW,
        budgetW: ratingW * derate[site],
        derate: derate[site],
      });
    }
  }
  return found;
}

/** What losing one feed of one site does at its worst; null where no place has a feed that could be lost. */
export function feedLossVerdict(frame: Frame, power: PowerColumns): FeedLossVerdict | null {
  const { start, ratingAW, ratingBW } = frame.topology;
  let [trips, dark, unknown, of, ratio] = [0, 0, 0, 0, 0];
  for (let site = 0; site < start[HALL]; site++) {
    for (const lost of FEEDS) {
      const loss = loseFeed(frame, power, site, lost);
      trips += loss.trips;
      dark += loss.dark;
      unknown += loss.unknown;
      of += loss.of;
      const other = lost === 'A' ? ratingBW : ratingAW;
      for (const place of loss.held) ratio = Math.max(ratio, power.drawW[place] / other[place]);
    }
  }
  if (of === 0) return null;
  if (trips > 0) return { verdict: 'trips', places: trips, ratio: null };
  if (dark > 0) return { verdict: 'dark', places: dark, ratio: null };
  if (unknown > 0) return { verdict: 'unknown', places: unknown, ratio: null };
  return { verdict: 'survives', places: 0, ratio };
}
