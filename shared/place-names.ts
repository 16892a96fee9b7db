import { LEVELS, NODE, SITE } from './topology.ts';

/** Places with their names: a topology, or the layout that a viewer has. */
export interface NamedPlaces {
  readonly start: ArrayLike<number>;
  readonly parent: ArrayLike<number>;
  readonly name: readonly string[];
  readonly path: readonly string[];
}

interface Known {
  /** What has to be said besides the name of a place; those whose name is enough are not in it. */
  readonly which: ReadonlyMap<number, string>;
  /** Places from site to rack by their paths. */
  readonly byPath: ReadonlyMap<string, number>;
}

const known = new WeakMap<NamedPlaces, Known>();

function knownOf(places: NamedPlaces): Known {
  let one = known.get(places);
  if (!one) {
    const byPath = new Map(places.path.slice(0, places.start[NODE]).map((path, place) => [path, place]));
    one = { which: findTwins(places), byPath };
    known.set(places, one);
  }
  return one;
}

/**
 * What tells a place, down to its node, from others of its level that have the same name: the names of those above it that
 * differ, "PDX-1" or "PDX-1 A2". '' where its name is enough, as it mostly is.
 */
export function whichOf(places: NamedPlaces, place: number): string {
  return knownOf(places).which.get(place) ?? '';
}

/** A place's name among those of the whole fleet: "A2-05", and "PDX-1 A2-05" where another site has one too. */
export function nameInFleet(places: NamedPlaces, place: number): string {
  const which = whichOf(places, place);
  return which === '' ? ownName(places, place) : `${which} ${ownName(places, place)}`;
}

/** The name of the place, a rack or above, of a path, as `nameInFleet` has it; its last part where there is no such place. */
export function nameOfPath(places: NamedPlaces, path: string): string {
  const place = knownOf(places).byPath.get(path);
  return place === undefined ? path.slice(path.lastIndexOf('/') + 1) : nameInFleet(places, place);
}

/** A node is called by its host, of which its name is only a part. */
const ownName = ({ start, name, path }: NamedPlaces, place: number) =>
  place >= start[NODE] && place < start[NODE + 1] ? path[place].slice(path[place].lastIndexOf('/') + 1) : name[place];

function findTwins(places: NamedPlaces): ReadonlyMap<number, string> {
  const { start, parent } = places;
  const said = new Map<number, string>();
  for (let level = SITE + 1; level <= NODE && level < LEVELS.length; level++) {
    const alike = new Map<string, number[]>();
    for (let place = start[level]; place < start[level + 1]; place++) {
      const name = ownName(places, place);
      const twins = alike.get(name);
      if (twins) twins.push(place);
      else alike.set(name, [place]);
    }
    for (const twins of alike.values()) {
      if (twins.length === 1) continue;
      const above = twins.map((place) => namesAbove(places, parent, place));
      const differ = above[0].map((name, i) => above.some((names) => names[i] !== name));
      for (const [i, place] of twins.entries()) said.set(place, above[i].filter((_, at) => differ[at]).join(' '));
    }
  }
  return said;
}

function namesAbove({ name }: NamedPlaces, parent: ArrayLike<number>, place: number): string[] {
  const names: string[] = [];
  for (let at = parent[place]; at >= 0; at = parent[at]) names.unshift(name[at]);
  return names;
}
