import type { LinkMemory } from '../fabric/flaps.ts';
import { type WatchedLink, watchPorts } from '../fabric/watch-list.ts';
import { type Column, type Frame, STALE } from '../frame.ts';
import { ancestorAt, membersOf, type Ranges } from '../members.ts';
import { FEEDS, feedSums, imbalance, loseFeed } from '../power/feed-loss.ts';
import { type SiteFeed, siteFeeds } from '../power/site-feeds.ts';
import { BOARDS, type PowerColumns } from '../power.ts';
import { latest } from '../quantile.ts';
import { xidOf } from '../rack/xid.ts';
import { partlyRead } from '../recorded/partly-read.ts';
import { type SignalId, signals } from '../signals/catalogue.ts';
import { GPU, HALL, NODE, RACK } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import type { AlertLevel, QuantityInfo } from './alert.ts';
import { type Constants, snakeCase } from './condition.ts';
import type { AlertLeaf } from './leaves.ts';
import type { AlertMemory, Hold } from './memory.ts';
import type { AlertObjects, AlertSource } from './objects.ts';

/** Bit of the HW power brake (ui.md 3.3). */
const BRAKE = 0x80;

/** The fleet at one instant as rules see it; one for all rules of a pass. */
export interface AlertScene {
  readonly now: EpochMs;
  readonly frame: Frame;
  readonly power: PowerColumns;
  readonly slope: Float32Array;
  readonly capMin: Float32Array;
  /** When each GPU was last heard, epoch ms (index: place − start[GPU]); NaN never. */
  readonly heardAt: Float64Array;
  readonly sources: readonly AlertSource[];
  /** Every object that there is, is known: one that is missing is gone, and not merely not heard of yet. */
  readonly complete: boolean;
  readonly links: LinkMemory;
  /** Leaves whose uplinks are known, in the order of the objects' leaves. */
  readonly leaves: readonly AlertLeaf[];
  readonly memory: AlertMemory;
  readonly objects: AlertObjects;
  readonly constants: Constants;
  /** Passes in a row that each rule has failed, in the order of the objects' rules. */
  readonly failedPasses: readonly number[];
  /** What was worked out for this scene already. */
  readonly cache: Map<string, unknown>;
}

/** Something is worked out once a scene. */
function once<Value>({ cache }: AlertScene, key: string, make: () => Value): Value {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key) as Value;
}

export interface Quantity extends QuantityInfo {
  /** Values of the objects of a level by their index; NaN: not known. */
  readonly column: (scene: AlertScene, level: AlertLevel) => ArrayLike<number>;
}

const NONE = new Float32Array(0);
const PLACES: readonly AlertLevel[] = ['site', 'hall', 'row', 'rack'];

/** The columns of the catalogue's signals; those of GPUs and nodes are rolled up to the places above. */
const ofSignals: readonly Quantity[] = signals
  .filter(({ kind }) => kind !== 'server' && kind !== 'port')
  .map(({ id, label, unit, kind, aggregation }) => ({
    ...{ name: snakeCase(id), label, unit },
    levels: [
      ...(kind === 'place' ? PLACES : [kind as AlertLevel]),
      ...(kind === 'gpu' && aggregation !== 'none' ? (['node', ...PLACES] as const) : []),
      ...(kind === 'node' && aggregation !== 'none' ? PLACES : []),
    ],
    column: ({ frame }) => frame.columns.get(id)?.value ?? NONE,
  }));

const ports = (scene: AlertScene): readonly WatchedLink[] =>
  once(scene, 'ports', () => watchPorts(scene.frame, scene.links, scene.now));

const ofPorts = (name: string, label: string, unit: string, read: (port: WatchedLink) => number): Quantity => ({
  ...{ name, label, unit, levels: ['link'] },
  column: (scene) =>
    once(scene, name, () => Float64Array.from(ports(scene), (port) => (port.place < 0 ? Number.NaN : read(port)))),
});

const ofLeaves = (name: string, label: string, unit: string, read: (leaf: AlertLeaf) => number): Quantity => ({
  ...{ name, label, unit, levels: ['leaf'] },
  column: ({ leaves }) => Float64Array.from(leaves, read),
});

const flag = (is: boolean) => (is ? 1 : 0);

/**
 * A quantity of GPUs by place, from columns and what is remembered; NaN for a GPU of which nothing is heard now.
 *
 * @param from signals that it is told from: where none of them is read there is nothing to go through
 */
const ofGpus = (
  name: string,
  label: string,
  unit: string,
  from: readonly SignalId[],
  read: (scene: AlertScene) => (gpu: number, place: number) => number,
): Quantity => ({
  ...{ name, label, unit, levels: ['gpu'] },
  column: (scene) =>
    once(scene, name, (): ArrayLike<number> => {
      const { start } = scene.frame.topology;
      if (!from.some((id) => scene.frame.columns.has(id))) return NONE;
      const of = read(scene);
      const values = new Float64Array(start[GPU + 1]).fill(Number.NaN);
      for (let place = start[GPU]; place < start[GPU + 1]; place++) {
        if (scene.power.live[place - start[GPU]] === 1) values[place] = of(place - start[GPU], place);
      }
      return values;
    }),
});

const values = ({ frame }: AlertScene, id: SignalId) => frame.columns.get(id)?.value;
const valueAt = (column: ArrayLike<number> | undefined, place: number) => column?.[place] ?? Number.NaN;
const held = (hold: Hold) => (scene: AlertScene) => (gpu: number) => scene.memory.residency(gpu, hold);
/** One column ÷ another. */
const share = (part: SignalId, whole: SignalId) => (scene: AlertScene) => {
  const [a, b] = [values(scene, part), values(scene, whole)];
  return (_: number, place: number) => valueAt(a, place) / valueAt(b, place);
};
const unusual = (what: 'nvlink' | 'replay', id: SignalId) => (scene: AlertScene) => {
  const column = values(scene, id);
  return (gpu: number, place: number) => {
    const perS = valueAt(column, place);
    return Number.isNaN(perS) ? Number.NaN : flag(scene.memory.unusual(gpu, what, perS));
  };
};

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
      flag(partlyRead(power, frame.topology, members, start[RACK] + i)),
    );
    for (let place = 0; place < start[GPU + 1]; place++) {
      dark[place] = flag(isDark(power, members.gpus, start, place));
      found[place] = parent[place] >= 0 && dark[parent[place]] === 1 ? Number.NaN : dark[place];
      const rack = dark[place] === 1 && place >= start[NODE] ? ancestorAt(frame.topology, place, RACK) : -1;
      if (rack >= 0 && unread[rack - start[RACK]] === 1) found[place] = Number.NaN;
    }
    return found;
  });
}

/** Something should be heard of a place, and nothing is. */
function isDark(
  { live, gpuCount, gpuLive }: PowerColumns,
  { from, to }: Ranges,
  start: Int32Array,
  place: number,
): boolean {
  if (place < start[NODE]) return gpuCount[place] > 0 && gpuLive[place] === 0;
  const [first, end] = place >= start[GPU] ? [place, place + 1] : [from[place], to[place]];
  return end > first && !live.subarray(first - start[GPU], end - start[GPU]).includes(1);
}

/** When a place was last heard, epoch ms; NaN never. */
export function heardAt({ frame: { topology }, heardAt: heard }: AlertScene, place: number): EpochMs {
  const { gpus } = membersOf(topology);
  const first = topology.start[GPU];
  if (place >= first) return heard[place - first];
  return latest(heard, gpus.from[place] - first, gpus.to[place] - first);
}

const derived: readonly Quantity[] = [
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
  ofGpus('gpu.cap_held', 'Held by power cap over 5 min', 'ratio', ['gpu.throttle', 'gpu.powerThrottle'], held('cap')),
  ofGpus(
    'gpu.hw_heat_held',
    'In HW thermal slowdown over 5 min',
    'ratio',
    ['gpu.throttle', 'gpu.thermalThrottle'],
    held('hwHeat'),
  ),
  ofGpus(
    'gpu.sw_heat_held',
    'In SW thermal slowdown over 5 min',
    'ratio',
    ['gpu.throttle', 'gpu.thermalThrottle'],
    held('swHeat'),
  ),
  ofGpus('gpu.brake', 'HW power brake', 'flag', ['gpu.throttle', 'gpu.brakeThrottle'], (scene) => {
    const [bits, brake] = [values(scene, 'gpu.throttle'), values(scene, 'gpu.brakeThrottle')];
    return (_, place) => {
      const [mask, time] = [valueAt(bits, place), valueAt(brake, place)];
      if (Number.isNaN(mask) && Number.isNaN(time)) return Number.NaN;
      return flag((mask & BRAKE) !== 0 || time > 0);
    };
  }),
  ofGpus(
    'gpu.clock_share',
    'SM clock, share of its maximum',
    'ratio',
    ['gpu.clockMax'],
    share('gpu.clock', 'gpu.clockMax'),
  ),
  ofGpus(
    'gpu.pcie_width_share',
    'PCIe width, share of its maximum',
    'ratio',
    ['gpu.pcieWidthMax'],
    share('gpu.pcieWidth', 'gpu.pcieWidthMax'),
  ),
  ofGpus(
    'gpu.pcie_gen_share',
    'PCIe generation, share of its maximum',
    'ratio',
    ['gpu.pcieGenMax'],
    share('gpu.pcieGen', 'gpu.pcieGenMax'),
  ),
  ofGpus(
    'gpu.nvlink_errors_unusual',
    'NVLink errors above what is usual',
    'flag',
    ['gpu.nvlinkErrors'],
    unusual('nvlink', 'gpu.nvlinkErrors'),
  ),
  ofGpus(
    'gpu.pcie_replay_unusual',
    'PCIe replays above what is usual',
    'flag',
    ['gpu.pcieReplay'],
    unusual('replay', 'gpu.pcieReplay'),
  ),
  ofGpus('gpu.fatal_xid', 'New XID that costs work', 'code', ['gpu.xid'], (scene) => (gpu) => {
    const code = scene.memory.newXid(gpu, scene.now);
    return code > 0 && xidOf(code).severity === 'critical' ? code : 0;
  }),
  ofGpus(
    'gpu.new_ecc',
    'New uncorrectable ECC errors',
    'count',
    ['gpu.eccUncorrected'],
    (scene) => (gpu) => scene.memory.newEcc(gpu, scene.now),
  ),
  ofLeaves('leaf.saturated', 'Uplinks full and waiting', 'flag', ({ saturated }) => saturated),
  ofLeaves('leaf.use', 'Uplinks, busier direction, share of their rate', 'ratio', ({ use }) => use),
  ofLeaves('leaf.wait_share', 'Share of time that uplinks waited', 'ratio', ({ wait }) => wait),
  ofPorts('link.use', 'Busier direction, share of the rate', 'ratio', ({ use }) => use),
  // The counter of unknown tick gives no wait: no alarm.
  ofPorts('link.wait_share', 'Share of time that it waited', 'ratio', ({ wait }) => wait),
  ofPorts('link.congested', 'ECN marks or PFC above its peers', 'flag', ({ congested, ecn, pfc }) =>
    Number.isNaN(ecn) && Number.isNaN(pfc) ? Number.NaN : flag(congested),
  ),
  ofPorts('link.down', 'Down, and was active before', 'flag', ({ state, troubles }) =>
    Number.isNaN(state) ? Number.NaN : flag(troubles.includes('down')),
  ),
  ofPorts('link.recent_downs', 'Times down within 10 min', 'count', ({ recentDowns }) => recentDowns),
  ofPorts('link.degraded', 'Rate below that of its peers', 'flag', ({ degraded, rateBps }) =>
    Number.isNaN(rateBps) ? Number.NaN : flag(degraded !== ''),
  ),
  ofPorts('link.errors_unusual', 'Errors above what is usual', 'flag', ({ errors, troubles }) =>
    Number.isNaN(errors) ? Number.NaN : flag(troubles.includes('errors')),
  ),
  {
    ...{ name: 'data.silent', label: 'Stopped reporting', unit: 'flag' },
    levels: [...PLACES, 'node', 'gpu', 'feed'],
    column: silent,
  },
  {
    ...{ name: 'source.down', label: 'Does not answer', unit: 'flag', levels: ['source'] },
    column: ({ sources }) =>
      Float32Array.from(sources, ({ state }) => (state === 'starting' ? Number.NaN : flag(state === 'down'))),
  },
  {
    ...{ name: 'rule.failed_passes', label: 'Evaluations that failed in a row', unit: 'count', levels: ['rule'] },
    column: ({ failedPasses }) => failedPasses,
  },
];

/** Every quantity by its name; a derived one stands before a signal of its name. */
export const quantities: ReadonlyMap<string, Quantity> = new Map(
  [...ofSignals, ...derived].map((quantity) => [quantity.name, quantity]),
);

/** A port seen at this scene. */
export const portOf = (scene: AlertScene, link: number): WatchedLink | undefined => ports(scene)[link];
