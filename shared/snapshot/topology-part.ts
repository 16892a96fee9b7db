import { DEVICE_KINDS } from '../rack-models.ts';
import { GPU, LEVELS, NODE, RACK, type Topology } from '../topology.ts';
import { SnapshotRefused } from './refused.ts';
import { fields, list, number, oneOf, orNull, type Shape, text, whole } from './shape.ts';

/** More objects than any fleet we name has; a forged count must not make us allocate. */
const MOST = 2_000_000;

/** What a list of a topology is indexed by: every place, those from sites to racks, racks, nodes, GPUs, or other objects. */
type Space = 'place' | 'upper' | 'rack' | 'node' | 'gpu' | 'link' | 'port' | 'feed' | 'server' | 'work';

/** Lists of numbers, and the shape of one entry where a list is of something else. */
type Entry =
  | Float64ArrayConstructor
  | Int32ArrayConstructor
  | Uint8ArrayConstructor
  | Uint16ArrayConstructor
  | Shape<unknown>;

const NUMBERS: ReadonlySet<unknown> = new Set([Float64Array, Int32Array, Uint8Array, Uint16Array]);
const name = text(1000);

/** Every list of a topology: a field that is added to it has to be added here, or nothing compiles. */
export const TOPOLOGY_LISTS: Readonly<
  Record<Exclude<keyof Topology, 'version' | 'start' | 'parent'>, readonly [Space, Entry]>
> = {
  name: ['place', name],
  path: ['place', text(4000)],
  model: ['place', name],
  inferred: ['place', Uint8Array],
  hole: ['place', Uint8Array],
  racks: ['rack', fields({ position: number(0, 1e6), aisle: name, heightU: number(0, 1e4), model: name })],
  nodeU: ['node', Uint16Array],
  nodeHeight: ['node', Uint16Array],
  nodeKind: ['node', oneOf(...DEVICE_KINDS)],
  priority: ['upper', Uint8Array],
  nameplateW: ['place', Float64Array],
  budgetW: ['place', Float64Array],
  linkNode: ['link', Int32Array],
  linkKind: ['link', oneOf('ethernet', 'infiniband')],
  linkName: ['link', name],
  linkTickBytes: ['link', Float64Array],
  ports: [
    'port',
    fields({
      ...{ site: name, kind: oneOf('ethernet', 'infiniband'), switch: name, name, port: name },
      ...{ peer: name, peerSwitch: name, peerPort: name, peerKind: name, tickBytes: orNull(number(0)) },
    }),
  ],
  nvlinkDomain: ['node', name],
  gpuGuid: ['gpu', name],
  feedRack: ['feed', Int32Array],
  feedName: ['feed', name],
  feedBudgetW: ['feed', Float64Array],
  feedHole: ['feed', Uint8Array],
  ratingAW: ['upper', Float64Array],
  ratingBW: ['upper', Float64Array],
  derate: ['upper', Float64Array],
  servers: ['server', fields({ site: name, namespace: name, pod: name, model: name })],
  work: ['gpu', orNull(fields({ namespace: name, pod: name, job: name }))],
  shared: [
    'gpu',
    orNull(list(fields({ work: fields({ namespace: name, pod: name, job: name }), share: number(0, 1) }), 1000)),
  ],
  workRack: ['work', Int32Array],
  workOn: ['work', fields({ namespace: name, pod: name, job: name })],
};

const names = Object.keys(TOPOLOGY_LISTS) as (keyof typeof TOPOLOGY_LISTS)[];

const shape = fields({
  start: list(whole(0, MOST), LEVELS.length + 1),
  parent: list(whole(-1, MOST), MOST),
  ...Object.fromEntries(
    names.map((key) => {
      const entry = TOPOLOGY_LISTS[key][1];
      return [key, list(NUMBERS.has(entry) ? numbersOf(entry) : (entry as Shape<unknown>), MOST)];
    }),
  ),
});

/** Null is "not known" of numbers that may be. */
function numbersOf(entry: Entry): Shape<unknown> {
  if (entry === Float64Array) return orNull(number(-1e15, 1e15));
  return entry === Int32Array ? whole(-1, MOST) : whole(0, entry === Uint8Array ? 0xff : 0xffff);
}

/** The places as JSON: the topology's own lists by their names. */
export function topologyPart(topology: Topology): Record<string, unknown> {
  const lists = names.map((key) => [
    key,
    Array.from(topology[key] as ArrayLike<unknown>, (value) =>
      value === undefined || Number.isNaN(value) ? null : value,
    ),
  ]);
  return { start: [...topology.start], parent: [...topology.parent], ...Object.fromEntries(lists) };
}

/** Reads the places. @throws SnapshotRefused where they do not form a tree */
export function topologyFrom(value: unknown): Topology {
  // A snapshot of before these were kept has none.
  const since = typeof value === 'object' ? { workRack: [], workOn: [], shared: [], gpuGuid: [], ...value } : value;
  const part = shape(since, 'topology') as Readonly<Record<string, readonly unknown[]>>;
  const [start, parent] = [part.start as number[], part.parent as number[]];
  const lists = names.map((key) => [key, listOf(TOPOLOGY_LISTS[key][1], part[key])]);
  const topology = {
    ...{ version: 1, start: Int32Array.from(start), parent: Int32Array.from(parent) },
    ...Object.fromEntries(lists),
  } as Topology;
  const sound = isTree(start, parent) && names.every((key) => fitsSpace(key, topology)) && pointsInside(topology);
  if (!sound) throw new SnapshotRefused('malformed', 'The places do not form a tree of sites, halls, rows and racks');
  return topology;
}

function listOf(entry: Entry, values: readonly unknown[]): unknown {
  if (entry === TOPOLOGY_LISTS.ports[1])
    return (values as Topology['ports']).map((port) => ({ ...port, tickBytes: port.tickBytes ?? Number.NaN }));
  if (!NUMBERS.has(entry)) return values.map((value) => value ?? undefined);
  return (entry as Float64ArrayConstructor).from(values as number[], (one: number | null) => one ?? Number.NaN);
}

/** How many entries a list of a space has; undefined: as many as there are. */
function sizeOf(space: Space, { start, linkName, ports, feedName, workOn }: Topology): number | undefined {
  switch (space) {
    case 'place':
      return start[LEVELS.length];
    case 'upper':
      return start[NODE];
    case 'rack':
      return start[NODE] - start[RACK];
    case 'node':
      return start[GPU] - start[NODE];
    case 'gpu':
      return start[LEVELS.length] - start[GPU];
    case 'link':
      return linkName.length;
    case 'port':
      return ports.length;
    case 'feed':
      return feedName.length;
    case 'work':
      return workOn.length;
    case 'server':
      return undefined;
  }
}

/** Where nobody says what anything works on or hangs together by, the list may be left out. */
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(['work', 'shared', 'nvlinkDomain', 'gpuGuid']);

function fitsSpace(key: keyof typeof TOPOLOGY_LISTS, topology: Topology): boolean {
  const { length } = topology[key] as ArrayLike<unknown>;
  const size = sizeOf(TOPOLOGY_LISTS[key][0], topology);
  return size === undefined || length === size || (length === 0 && MAY_BE_EMPTY.has(key));
}

const pointsInside = ({ start, linkNode, feedRack, workRack }: Topology) =>
  linkNode.every((node) => node < start[LEVELS.length]) &&
  [feedRack, workRack].every((racks) => racks.every((rack) => rack < start[NODE]));

/** Every place has a parent of the level above; those of one parent lie together, in the order of their parents. */
function isTree(start: readonly number[], parent: readonly number[]): boolean {
  if (start.length !== LEVELS.length + 1 || start[0] !== 0 || start[LEVELS.length] !== parent.length) return false;
  for (let level = 0; level < LEVELS.length; level++) {
    if (start[level + 1] < start[level]) return false;
    const least = level === 0 ? -1 : start[level - 1];
    const most = level === 0 ? -1 : start[level] - 1;
    for (let i = start[level], before = least; i < start[level + 1]; i++) {
      if (parent[i] < before || parent[i] > most) return false;
      before = parent[i];
    }
  }
  return true;
}

/** The same topology with only some of its objects, each list with the entries of those that stay. */
export function pickObjects(topology: Topology, kept: Readonly<Record<Space, readonly number[]>>): Topology {
  const lists = names.map((key) => {
    const [space, entry] = TOPOLOGY_LISTS[key];
    const values = topology[key] as ArrayLike<unknown>;
    const picked = values.length === 0 ? [] : kept[space].map((at) => values[at]);
    return [key, NUMBERS.has(entry) ? (entry as Float64ArrayConstructor).from(picked as number[]) : picked];
  });
  const number = new Map(kept.place.map((place, at) => [place, at]));
  const places = Int32Array.from(topology.start, (first) => kept.place.filter((place) => place < first).length);
  const renumbered = (list: Int32Array, of: readonly number[]) =>
    Int32Array.from(of, (at) => (list[at] < 0 ? -1 : (number.get(list[at]) ?? -1)));
  return {
    ...(Object.fromEntries(lists) as unknown as Topology),
    ...{ version: topology.version, start: places, parent: renumbered(topology.parent, kept.place) },
    linkNode: renumbered(topology.linkNode, kept.link),
    feedRack: renumbered(topology.feedRack, kept.feed),
    workRack: renumbered(topology.workRack, kept.work),
  };
}
