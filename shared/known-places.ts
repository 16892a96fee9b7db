import { RackNames } from './feeds.ts';
import type { NodePlace } from './mapping.ts';
import type { Objects } from './objects.ts';
import type { KnownFeed, KnownNode, KnownPlace } from './places.ts';
import type { Seats } from './seats.ts';

/** What the topology is built from. */
export interface KnownPlaces {
  readonly nodes: KnownNode[];
  /** Known node of each node of the fleet; −1: forgotten. */
  readonly nodeOf: Int32Array;
  readonly feeds: KnownFeed[];
  readonly places: KnownPlace[];
}

/** Objects in their places; nodes of topology.csv that were never seen come last, as holes. */
export function knownPlaces(
  { nodes: machines, gpus, feeds, places }: Pick<Objects, 'nodes' | 'gpus' | 'feeds' | 'places'>,
  expected: readonly NodePlace[],
  seats: Seats,
): KnownPlaces {
  const nodes: (KnownNode & { place: NodePlace; gpus: KnownNode['gpus'][number][] })[] = [];
  const byPath = new Map<string, number>();
  const racks = new RackNames();
  const add = (place: NodePlace, unseen = false): number => {
    const path = [place.site, place.hall, place.row, place.rack, place.node].join('/');
    let at = byPath.get(path);
    if (at === undefined) {
      at = nodes.length;
      nodes.push({ place, gpus: [], unseen });
      byPath.set(path, at);
      racks.add(place);
    }
    return at;
  };
  const nodeOf = Int32Array.from(machines, (node) => (node.source === '' ? -1 : add(node.place)));
  gpus.forEach(({ source, node, uuid, index, model }, id) => {
    if (source !== '') nodes[nodeOf[node]]?.gpus.push({ id, uuid, index, model, module: seats.moduleOf(id) });
  });
  for (const node of nodes) node.place = seated(node, seats);
  for (const place of expected) add(place, true);
  // A rack that labels spell out is known to PDUs that only have its name.
  for (const feed of feeds) if (feed.source !== '' && feed.rack && feed.hall && feed.row) racks.add(feed);
  return {
    ...{ nodes, nodeOf },
    feeds: feeds.map((feed) => ({ ...racks.of(feed), name: feed.name, gone: feed.source === '' })),
    places: places.map(({ names, model, source }) => {
      const [site, hall = '', row = '', rack = ''] = names;
      const at = racks.of({ site, hall, row, rack, pdu: '' });
      return { names: names.length < 4 ? names : [at.site, at.hall, at.row, at.rack], model, gone: source === '' };
    }),
  };
}

/** A node whose unit nobody wrote down stands where the boards in it tell. */
function seated({ place, gpus }: KnownNode, seats: Seats): NodePlace {
  if (place.u > 0 || place.order) return place;
  const told = gpus.map(({ id }) => seats.orderOf(id)).filter((order) => order > 0);
  return told.length === 0 ? place : { ...place, order: Math.min(...told) };
}

/** Names of the sites that these sources named anything in. */
export function sitesOf({ nodes, feeds, places }: Objects, sources: ReadonlySet<string>): ReadonlySet<string> {
  const own = <One extends { readonly source: string }>(all: readonly One[], siteOf: (one: One) => string) =>
    all.filter(({ source }) => sources.has(source)).map(siteOf);
  return new Set([
    ...own(nodes, ({ place }) => place.site),
    ...own(feeds, ({ site }) => site),
    ...own(places, ({ names: [site] }) => site),
  ]);
}
