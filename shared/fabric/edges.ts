import type { Labels } from '../labels.ts';

/** One end of a cable: a port of a switch or of a node's adapter (HCA). */
export interface CableEnd {
  /** What knows it among all switches or adapters: its GUID, else its name. */
  readonly id: string;
  /** "ib-i4l1s01", "p0001 HCA-1". */
  readonly name: string;
  readonly port: string;
  readonly type: 'switch' | 'hca';
}

/** A cable between two ports. */
export interface Cable {
  readonly a: CableEnd;
  readonly b: CableEnd;
}

/**
 * The cable that an info series of infiniband_exporter tells: `infiniband_switch_uplink_info{guid, port, switch, uplink,
 * uplink_guid, uplink_port, uplink_type}` or `infiniband_hca_uplink_info{…, hca, …}`; undefined for any other series and
 * for one that lacks an end. Types of the far end: SW is a switch, CA an adapter.
 */
export function cableOf(metric: string, labels: Labels): Cable | undefined {
  const near =
    metric === 'infiniband_switch_uplink_info' ? 'switch' : metric === 'infiniband_hca_uplink_info' ? 'hca' : '';
  if (near === '') return undefined;
  const end = (type: CableEnd['type'], id: string, name: string, port: string): CableEnd => {
    return { type, id: id || name, name: name || id, port };
  };
  const get = (name: string) => labels.get(name) ?? '';
  const a = end(near, get('guid'), get(near), get('port'));
  const far = get('uplink_type') === 'SW' ? 'switch' : 'hca';
  const b = end(far, get('uplink_guid'), get('uplink'), get('uplink_port'));
  return a.id === '' || b.id === '' ? undefined : { a, b };
}

/** A switch and its part in the fabric: a leaf has adapters below it, a spine only switches. */
export interface FabricSwitch {
  readonly id: string;
  readonly name: string;
  readonly role: 'leaf' | 'spine';
}

/** All cables between one leaf and one spine. */
export interface Trunk {
  readonly leaf: string;
  readonly spine: string;
  /** Ports at the leaf's end, in the order of their numbers. */
  readonly leafPorts: readonly string[];
  readonly spinePorts: readonly string[];
}

/** Switches and cables as a leaf–spine fabric. Both ends of a cable may tell of it: it counts once. */
export interface FabricMap {
  /** By name, numbers in names counted as numbers. */
  readonly leaves: readonly FabricSwitch[];
  readonly spines: readonly FabricSwitch[];
  readonly trunks: readonly Trunk[];
  /** The leaf above each adapter port: "id port" → leaf id. */
  readonly leafOf: ReadonlyMap<string, string>;
}

const endKey = ({ id, port }: CableEnd) => `${id} ${port}`;

/** Builds the map of a fabric from its cables. */
export function mapFabric(cables: Iterable<Cable>): FabricMap {
  const seen = new Map<string, Cable>();
  for (const cable of cables) {
    const [first, second] = [endKey(cable.a), endKey(cable.b)].sort(inOrder);
    seen.set(`${first}\n${second}`, cable);
  }
  const names = new Map<string, string>();
  const leafIds = new Set<string>();
  const leafOf = new Map<string, string>();
  for (const { a, b } of seen.values()) {
    for (const [end, other] of [
      [a, b],
      [b, a],
    ]) {
      if (end.type !== 'switch') continue;
      names.set(end.id, end.name);
      if (other.type !== 'hca') continue;
      leafIds.add(end.id);
      leafOf.set(endKey(other), end.id);
    }
  }
  const switches = [...names].map(([id, name]): FabricSwitch => {
    return { id, name, role: leafIds.has(id) ? 'leaf' : 'spine' };
  });
  switches.sort((a, b) => inOrder(a.name, b.name) || inOrder(a.id, b.id));
  return {
    leaves: switches.filter(({ role }) => role === 'leaf'),
    spines: switches.filter(({ role }) => role === 'spine'),
    trunks: trunksOf(seen.values(), leafIds),
    leafOf,
  };
}

function trunksOf(cables: Iterable<Cable>, leafIds: ReadonlySet<string>): readonly Trunk[] {
  const trunks = new Map<string, { leaf: string; spine: string; ports: [string, string][] }>();
  for (const { a, b } of cables) {
    if (a.type !== 'switch' || b.type !== 'switch' || leafIds.has(a.id) === leafIds.has(b.id)) continue;
    const [leaf, spine] = leafIds.has(a.id) ? [a, b] : [b, a];
    const key = `${leaf.id}\n${spine.id}`;
    const trunk = trunks.get(key) ?? { leaf: leaf.id, spine: spine.id, ports: [] };
    trunk.ports.push([leaf.port, spine.port]);
    trunks.set(key, trunk);
  }
  return [...trunks.values()].map(({ leaf, spine, ports }) => {
    ports.sort((a, b) => inOrder(a[0], b[0]));
    return { leaf, spine, leafPorts: ports.map(([port]) => port), spinePorts: ports.map(([, port]) => port) };
  });
}

/** Names with numbers in the order that people count: leaf-2 before leaf-17. */
function inOrder(a: string, b: string): number {
  const [left, right] = [a.match(/\d+|\D+/g) ?? [], b.match(/\d+|\D+/g) ?? []];
  for (let i = 0; i < left.length && i < right.length; i++) {
    if (left[i] === right[i]) continue;
    const [x, y] = [Number(left[i]), Number(right[i])];
    if (!Number.isNaN(x) && !Number.isNaN(y) && x !== y) return x - y;
    return left[i] < right[i] ? -1 : 1;
  }
  return left.length - right.length;
}
