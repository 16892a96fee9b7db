import type { ObjectKind } from '../signals/catalogue.ts';
import { GPU, NODE, type Topology } from '../topology.ts';

const KINDS: readonly ObjectKind[] = ['gpu', 'nvlink', 'node', 'link', 'port', 'feed', 'server', 'place', 'work'];

/** Identities of the objects of a kind, in the order of their columns (cells.ts `objectsOf`). */
export function identitiesOf(kind: ObjectKind, topology: Topology): readonly string[] {
  const { start, path } = topology;
  switch (kind) {
    // Snapshots have what a GPU's links make together.
    case 'nvlink':
      return [];
    case 'gpu':
      return path.slice(start[GPU], start[GPU + 1]);
    case 'node':
      return path.slice(start[NODE], start[GPU]);
    case 'link':
      return topology.linkName.map(
        (name, link) => `${path[topology.linkNode[link]] ?? ''}\n${topology.linkKind[link]}\n${name}`,
      );
    case 'feed':
      return topology.feedName.map((name, feed) => `${path[topology.feedRack[feed]] ?? ''}\n${name}`);
    case 'port':
      return topology.ports.map(({ site, kind: of, switch: owner, port }) => [site, of, owner, port].join('\n'));
    case 'place':
      return path.slice(0, start[NODE]);
    case 'work':
      return topology.workOn.map(
        ({ namespace, pod, job }, at) => `${path[topology.workRack[at]] ?? ''}\n${namespace}\n${pod}\n${job}`,
      );
    case 'server':
      return topology.servers.map(({ site, namespace, pod, model }) => [site, namespace, pod, model].join('\n'));
  }
}

/** For each object of `to`, its number among those of `from`; −1 where it was not there. */
export type ObjectMaps = Readonly<Record<ObjectKind, Int32Array>>;

/** Where each object of one topology was in another. */
export function mapObjects(from: Topology, to: Topology): ObjectMaps {
  const entries = KINDS.map((kind) => {
    const known = new Map(identitiesOf(kind, from).map((identity, object) => [identity, object]));
    return [kind, Int32Array.from(identitiesOf(kind, to), (identity) => known.get(identity) ?? -1)];
  });
  return Object.fromEntries(entries) as ObjectMaps;
}

/** Whether two topologies have the same objects in the same order, whatever else may differ (budgets, work). */
export function sameObjects(a: Topology, b: Topology): boolean {
  if (a === b) return true;
  const alike = <One>(x: ArrayLike<One>, y: ArrayLike<One>) => {
    if (x === y) return true;
    if (x.length !== y.length) return false;
    for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
    return true;
  };
  return (
    alike(a.start, b.start) &&
    alike(a.parent, b.parent) &&
    alike(a.path, b.path) &&
    alike(a.linkNode, b.linkNode) &&
    alike(a.linkName, b.linkName) &&
    alike(a.feedRack, b.feedRack) &&
    alike(a.feedName, b.feedName) &&
    (a.ports === b.ports || alike(identitiesOf('port', a), identitiesOf('port', b))) &&
    (a.workOn === b.workOn || alike(identitiesOf('work', a), identitiesOf('work', b))) &&
    (a.servers === b.servers || alike(identitiesOf('server', a), identitiesOf('server', b)))
  );
}
