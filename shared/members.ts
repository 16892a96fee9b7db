import { nameInFleet, whichOf } from './place-names.ts';
import { GPU, LEVELS, NODE, RACK, SITE, type Topology } from './topology.ts';

/** Half-open runs of place indexes: the members of place p are [from[p], to[p]). */
export interface Ranges {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** The members of every place, one run each, since places of a level lie in the order of their parents. */
export interface Members {
  /** Direct children of places above GPUs. */
  readonly children: Ranges;
  /** GPUs at and under places above GPUs. */
  readonly gpus: Ranges;
  /** The rack of each GPU, indexed from the first GPU. */
  readonly rackOfGpu: Int32Array;
}

const known = new WeakMap<Topology, Members>();

/** Members of a topology; worked out once for each topology object. */
export function membersOf(topology: Topology): Members {
  let members = known.get(topology);
  if (!members) {
    members = findMembers(topology);
    known.set(topology, members);
  }
  return members;
}

function findMembers({ start, parent }: Topology): Members {
  const count = start[GPU];
  const children = { from: new Int32Array(count), to: new Int32Array(count) };
  const gpus = { from: new Int32Array(count), to: new Int32Array(count) };
  const rackOfGpu = new Int32Array(start[LEVELS.length] - count);
  const widen = ({ from, to }: Ranges, place: number, first: number, end: number) => {
    if (to[place] === 0 || first < from[place]) from[place] = first;
    if (end > to[place]) to[place] = end;
  };
  for (let place = start[LEVELS.length] - 1; place >= start[SITE + 1]; place--) {
    const above = parent[place];
    widen(children, above, place, place + 1);
    if (place >= count) {
      widen(gpus, above, place, place + 1);
      rackOfGpu[place - count] = parent[above];
    } else if (gpus.to[place] > 0) widen(gpus, above, gpus.from[place], gpus.to[place]);
  }
  return { children, gpus, rackOfGpu };
}

/** The level of a place (`SITE` … `GPU`); −1 for none. */
export function levelOf({ start }: Pick<Topology, 'start'>, place: number): number {
  if (!(place >= 0 && place < start[LEVELS.length])) return -1;
  let level = SITE;
  while (place >= start[level + 1]) level++;
  return level;
}

/** The ancestor of a place (or itself) at a level; −1 when the place lies above that level. */
export function ancestorAt(topology: Topology, place: number, level: number): number {
  let at = place;
  while (at >= topology.start[level + 1]) at = topology.parent[at];
  return at >= topology.start[level] ? at : -1;
}

/** The places under a place down to racks, in their order; itself is not among them. */
export function placesUnder({ start, parent }: Topology, place: number): number[] {
  const inside = new Set([place]);
  const found: number[] = [];
  for (let one = place + 1; one < start[NODE]; one++) {
    if (!inside.has(parent[one])) continue;
    inside.add(one);
    found.push(one);
  }
  return found;
}

const WORDS = ['Site', 'Hall', 'Row', 'Rack'];

/**
 * What a person calls a place: "Row A2", "Rack A2-05", "Node B3-05-n2", "GPU A2-05 t12-g2"; "Rack A2-05 of PDX-1" where
 * another site has a rack of that name too.
 */
export function labelOf(topology: Topology, place: number): string {
  const level = levelOf(topology, place);
  if (level < 0) return '';
  const name = topology.name[place];
  if (level === GPU) {
    const node = topology.parent[place];
    return `GPU ${nameInFleet(topology, ancestorAt(topology, node, RACK))} ${topology.name[node]}-${name}`;
  }
  if (level === NODE) return `Node ${nameInFleet(topology, place)}`;
  const label = name.toLowerCase().startsWith(`${WORDS[level].toLowerCase()} `) ? name : `${WORDS[level]} ${name}`;
  const which = whichOf(topology, place);
  return which === '' ? label : `${label} of ${which}`;
}
