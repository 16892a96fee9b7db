import { GPU, NODE, RACK, type Topology } from '../topology.ts';
import { identitiesOf } from './objects.ts';
import { pickObjects } from './topology-part.ts';

/**
 * The part of a topology at and under a place, with what stands above it. What stands above has no budget any more:
 * a part of its children must not look like headroom.
 *
 * @param path of a site to rack; '' gives the topology itself, as does one that is not there
 */
export function scopeOf(topology: Topology, path: string): Topology {
  const { start, parent } = topology;
  const root = path === '' ? -1 : topology.path.indexOf(path);
  if (root < 0 || root >= start[NODE]) return topology;
  const inside = new Uint8Array(parent.length);
  inside[root] = 1;
  for (let place = root + 1; place < parent.length; place++) inside[place] = inside[parent[place]] ?? 0;
  const above = new Set<number>();
  for (let place = parent[root]; place >= 0; place = parent[place]) above.add(place);
  const place = [...inside.keys()].filter((one) => inside[one] === 1 || above.has(one));
  const within = (first: number, end: number) =>
    place.filter((one) => one >= first && one < end).map((one) => one - first);
  const at = (list: Int32Array) => [...list.keys()].filter((one) => list[one] >= 0 && inside[list[one]] === 1);
  const site = topology.name[place[0]];
  const part = pickObjects(topology, {
    ...{ place, upper: place.filter((one) => one < start[NODE]) },
    ...{ rack: within(start[RACK], start[NODE]), node: within(start[NODE], start[GPU]) },
    ...{ gpu: within(start[GPU], parent.length), link: at(topology.linkNode), feed: at(topology.feedRack) },
    work: at(topology.workRack),
    // Switches stand above racks: which of them a part of the fleet hangs on is told by their neighbours' names only.
    port: [...topology.ports.keys()].filter((one) => topology.ports[one].site === site),
    server: [...topology.servers.keys()].filter((one) => topology.servers[one].site === site),
  });
  for (const list of [part.budgetW, part.ratingAW, part.ratingBW]) list.fill(Number.NaN, 0, above.size);
  return part;
}

/** How many GPUs, links and other objects of a topology another does not have. */
export function objectsLost(from: Topology, to: Topology): number {
  return (['gpu', 'node', 'link', 'port', 'feed'] as const).reduce((sum, kind) => {
    const there = new Set(identitiesOf(kind, to));
    return sum + identitiesOf(kind, from).filter((identity) => !there.has(identity)).length;
  }, 0);
}
