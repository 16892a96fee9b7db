import { type Column, type Frame, STALE } from '../frame.ts';
import { ancestorAt, membersOf, placesUnder, type Ranges } from '../members.ts';
import { FEEDS, feedSums, imbalance, loseFeed } from '../power/feed-loss.ts';
import { type SiteFeed, siteFeeds } from '../power/site-feeds.ts';
import { BOARDS, type PowerColumns } from '../power.ts';
import { latest } from '../quantile.ts';
import { recordedAt } from '../recorded/columns.ts';
import { isWaitedFor, partlyRead } from '../recorded/partly-read.ts';
import { GPU, HALL, NODE, RACK } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import type { AlertLevel } from './alert.ts';
import { type AlertScene, flag, once, PLACES, type Quantity, valueAt } from './scene.ts';

/** Feeds of sites, A before B. */
export const siteFeedsOf = (scene: Pick<AlertScene, 'frame' | 'cache'>): readonly SiteFeed[] =>
  once(scene as AlertScene, 'siteFeeds', () => siteFeeds(scene.frame));

/** Racks whose feeds do not all report and for which nothing better than their boards stands in. */
const hardlyKnown = ({ frame: { topology }, power }: AlertScene) =>
  Uint8Array.from({ length: topology.start[NODE] }, (_, rack) =>
    power.rung[rack] === BOARDS && power.feedsFresh[rack] < power.feedsExpected[rack] ? 1 : 0,
  );

/**
 * Draw ÷ budget of places. A sum in which a rack stands with its boards alone, since its meters were not heard of (an
 * engine that has just started), is a lower bound far below the truth: it can tell that a budget is met, never that it
 * is not.
 */
function placeUse(scene: AlertScene): Float32Array {
  const { frame, power, constants } = scene;
  const { start, budgetW, parent } = frame.topology;
  const unsure = hardlyKnown(scene);
  for (let place = start[NODE] - 1; place >= start[HALL]; place--) if (unsure[place] === 1) unsure[parent[place]] = 1;
  return Float32Array.from({ length: start[NODE] }, (_, place) => {
    const use = power.drawW[place] / budgetW[place];
    return unsure[place] === 1 && !(use >= (constants.warn_ratio ?? 0.9)) ? Number.NaN : use;
  });
}

/** Draw ÷ budget of places, or of rack inlets and site feeds. */
function budgetUse(scene: AlertScene, level: AlertLevel): ArrayLike<number> {
  const { frame } = scene;
  const { feedBudgetW } = frame.topology;
  if (level !== 'feed') return once(scene, 'budget places', () => placeUse(scene));
  return once(scene, 'budget feeds', () => {
    const inlets = frame.columns.get('feed.power')?.value;
    const draws = Array.from(feedBudgetW, (watts, feed) => valueAt(inlets, feed) / watts);
    return Float32Array.from([
      ...draws,
      ...siteFeedsOf(scene).map((feed) => (feed.drawW ?? Number.NaN) / feed.budgetW),
    ]);
  });
}

/** Minutes until draw meets budget; Infinity where it does not rise towards it: that is known, not unknown. */
const capMinutes = ({ capMin, power }: AlertScene) =>
  Float64Array.from(capMin, (minutes, place) =>
    Number.isNaN(minutes) && !Number.isNaN(power.drawW[place]) ? Number.POSITIVE_INFINITY : minutes,
  );

/** Places that the loss of each site feed trips; only site feeds have it. */
function lossTrips(scene: AlertScene): ArrayLike<number> {
  const { frame, power } = scene;
  const trips = new Map<string, number>();
  for (let site = 0; site < frame.topology.start[HALL]; site++) {
    for (const lost of FEEDS) trips.set(`${site} ${lost}`, loseFeed(frame, power, site, lost).trips);
  }
  const inlets = new Array(frame.topology.feedRack.length).fill(Number.NaN);
  // A site of which nothing is heard trips nothing that anyone could tell.
  return [
    ...inlets,
    ...siteFeedsOf(scene).map(({ site, name }) =>
      Number.isNaN(power.drawW[site]) ? Number.NaN : (trips.get(`${site} ${name}`) ?? Number.NaN),
    ),
  ];
}

function feedImbalance(scene: AlertScene): ArrayLike<number> {
  const { start } = scene.frame.topology;
  const { a, b } = feedSums(scene.frame);
  const found = new Float64Array(start[NODE]).fill(Number.NaN);
  a.forEach((watts, rack) => {
    found[start[RACK] + rack] = imbalance(watts, b[rack]);
  });
  return found;
}

/** Share of a rack's GPUs that are held by the power cap for more than half of the last 5 min. */
function cappedShare(scene: AlertScene): ArrayLike<number> {
  const { topology } = scene.frame;
  const { gpus } = membersOf(topology);
  const found = new Float64Array(topology.start[NODE]).fill(Number.NaN);
  for (let rack = topology.start[RACK]; rack < topology.start[NODE]; rack++) {
    found[rack] = recordedAt(scene.frame, 'place.cappedLong', rack);
    // What is recorded holds for all of the rack's GPUs; those that are read may be few of them.
    if (!Number.isNaN(found[rack])) continue;
    let [known, capped] = [0, 0];
    for (let place = gpus.from[rack]; place < gpus.to[rack]; place++) {
      const gpu = place - topology.start[GPU];
      const residency = scene.power.live[gpu] === 1 ? scene.memory.residency(gpu, 'cap') : Number.NaN;
      if (Number.isNaN(residency)) continue;
      known++;
      if (residency > 0.5) capped++;
    }
    if (known > 0) found[rack] = capped / known;
  }
  return found;
}

/**
 * 1 for the widest places of which nothing is heard, 0 for those that are heard, unknown for what lies in a silent
 * place: an alert of a node goes on when its whole rack falls silent, and a silent rack is one alert, not one a GPU.
 */
function silent(scene: AlertScene, level: AlertLevel): ArrayLike<number> {
  const { frame, power } = scene;
  const { start, parent } = frame.topology;
  if (level === 'feed') {
    const column: Column | undefined = frame.columns.get('feed.power');
    return once(scene, 'silent feeds', () =>
      Float32Array.from(frame.topology.feedRack, (rack, feed) =>
        rack < 0 || !column || column.quality[feed] === 0 ? Number.NaN : flag(column.quality[feed] === STALE),
      ),
    );
  }
  return once(scene, 'silent', () => {
    const members = membersOf(frame.topology);
    const found = new Float32Array(start[GPU + 1]);
    const dark = new Uint8Array(start[GPU + 1]);
    const unread = Uint8Array.from({ length: start[NODE] - start[RACK] }, (_, i) =>
      flag(partlyRead(frame, power, start[RACK] + i)),
    );
    const waited = waitedFor(frame);
    for (let place = 0; place < start[GPU + 1]; place++) {
      const unheard = isDark(power, members.gpus, start, place);
      dark[place] = flag(unheard && waited[place] !== 1);
      const known = !unheard || dark[place] === 1;
      found[place] = known && !(parent[place] >= 0 && dark[parent[place]] === 1) ? dark[place] : Number.NaN;
      const rack = dark[place] === 1 && place >= start[NODE] ? ancestorAt(frame.topology, place, RACK) : -1;
      if (rack >= 0 && unread[rack - start[RACK]] === 1) found[place] = Number.NaN;
    }
    return found;
  });
}

/** 1 for racks of which what is recorded is waited for, and places above them: nobody knows whether they are silent. */
function waitedFor(frame: Frame): Uint8Array {
  const { start, parent } = frame.topology;
  const waited = new Uint8Array(start[NODE]);
  for (let rack = start[RACK]; rack < start[NODE]; rack++)
    for (let place = isWaitedFor(frame, rack) ? rack : -1; place >= 0; place = parent[place]) waited[place] = 1;
  return waited;
}

/** Something should be heard of a place, and nothing is. */
function isDark(
  { live, gpuCount, gpuLive }: PowerColumns,
  { from, to }: Ranges,
  start: Int32Array,
  place: number,
): boolean {
  if (place < start[NODE]) return gpuCount[place] > 0 && gpuLive[place] === 0;
  if (place >= start[GPU]) return live[place - start[GPU]] !== 1;
  for (let gpu = from[place]; gpu < to[place]; gpu++) if (live[gpu - start[GPU]] === 1) return false;
  return to[place] > from[place];
}

/** When a place was last heard, by its boards or by what was recorded of its racks, epoch ms; NaN never. */
export function heardAt({ frame: { topology, columns }, heardAt: heard }: AlertScene, place: number): EpochMs {
  const { gpus } = membersOf(topology);
  const { start } = topology;
  if (place >= start[GPU]) return heard[place - start[GPU]];
  const boards = latest(heard, gpus.from[place] - start[GPU], gpus.to[place] - start[GPU]);
  const recorded = columns.get('place.gpus')?.time;
  if (place >= start[NODE] || !recorded) return boards;
  const racks = [place, ...placesUnder(topology, place)].map((one) => recorded[one]);
  return latest(Float64Array.from([boards, ...racks]), 0, racks.length + 1);
}

/** What is told of places and feeds: budgets, feeds, GPUs under the power cap, and what stopped reporting. */
export const placeQuantities: readonly Quantity[] = [
  {
    ...{ name: 'budget.use', label: 'Draw, share of budget', unit: 'ratio', levels: [...PLACES, 'feed'] },
    column: budgetUse,
  },
  {
    ...{ name: 'budget.cap_minutes', label: 'Time until draw meets budget', unit: 'min', levels: PLACES },
    column: (scene) => once(scene, 'capMinutes', () => capMinutes(scene)),
  },
  {
    ...{ name: 'feed.loss_trips', label: 'Places that losing this feed would trip', unit: 'count', levels: ['feed'] },
    column: (scene) => once(scene, 'lossTrips', () => lossTrips(scene)),
  },
  {
    ...{ name: 'rack.feed_imbalance', label: 'Difference of feeds A and B', unit: 'ratio', levels: ['rack'] },
    column: (scene) => once(scene, 'imbalance', () => feedImbalance(scene)),
  },
  {
    ...{ name: 'rack.capped_share', label: 'GPUs held by power cap over 5 min', unit: 'ratio', levels: ['rack'] },
    column: (scene) => once(scene, 'cappedShare', () => cappedShare(scene)),
  },
  {
    ...{ name: 'data.silent', label: 'Stopped reporting', unit: 'flag' },
    levels: [...PLACES, 'node', 'gpu', 'feed'],
    column: silent,
  },
];
