import { naturalOrder } from '../places.ts';
import { type LinkKind, NODE, type SwitchPort, type Topology } from '../topology.ts';
import type { CableRow } from './fabric-csv.ts';

/** One cable between a leaf and a spine. */
export interface Cable {
  /** Indexes in the layout's leaves and spines. */
  readonly leaf: number;
  readonly spine: number;
  /** Indexes in the topology's ports; −1 where nobody reads that end. */
  readonly leafPort: number;
  readonly spinePort: number;
  /** "p3 to spine-13 p31": what tells it from the others of its pair. */
  readonly name: string;
  /** As fabric.csv says; NaN where it does not. */
  readonly rateBps: number;
}

export interface Leaf {
  /** Site and what the switch is known by. */
  readonly key: string;
  readonly name: string;
  /** "Rail 2"; '' where there are no rails. */
  readonly rail: string;
  readonly pod: string;
  /** Node places that hang on it, in floor order. */
  readonly nodes: readonly number[];
}

/** The leaves and spines of one kind of network with the cables between them; leaves by rail, then by name. */
export interface FabricLayout {
  readonly kind: LinkKind;
  readonly leaves: readonly Leaf[];
  readonly spines: readonly string[];
  readonly cables: readonly Cable[];
  /** Number of the switch that each of the topology's ports is of; −1 for a port of another kind, or that is gone. */
  readonly switchOf: Int32Array;
}

/** A cable before it is known which of its ends is the leaf's. */
interface RawCable {
  readonly ends: readonly [End, End];
  rateBps: number;
}
interface End {
  readonly switch: string;
  readonly port: number;
}
interface Told {
  readonly rail: string;
  readonly pod: string;
}

const keyOf = (site: string, id: string) => `${site}/${id}`;

/**
 * Lays a fabric out: cables as the switches tell of their neighbours, and those of fabric.csv. A switch that has HCAs,
 * or that the file calls a leaf, is a leaf; where no switch has any, it is the end with fewer neighbours, since a spine
 * of two tiers has more leaves than a leaf has spines. Cables between two leaves or two spines are no part of it.
 */
export function layFabric(topology: Topology, file: readonly CableRow[], kind: LinkKind): FabricLayout {
  const draft = new Draft(topology, kind);
  for (const row of file) if (row.kind === kind) draft.addRow(row);
  return draft.done();
}

class Draft {
  readonly #topology: Topology;
  readonly #kind: LinkKind;
  readonly #names = new Map<string, string>();
  /** Name or id in small letters → switch. */
  readonly #byName = new Map<string, string>();
  readonly #ports = new Map<string, number>();
  readonly #cables: RawCable[] = [];
  /** Switch and port → the cable that ends there. */
  readonly #byEnd = new Map<string, RawCable>();
  readonly #hosts = new Map<string, { host: string; device: string }[]>();
  readonly #leaves = new Set<string>();
  readonly #told = new Map<string, Told>();

  constructor(topology: Topology, kind: LinkKind) {
    this.#topology = topology;
    this.#kind = kind;
    const ports = topology.ports.map((port, index) => ({ port, index }));
    const mine = ports.filter(({ port }) => port.kind === kind && port.switch !== '');
    for (const { port, index } of mine) {
      const key = keyOf(port.site, port.switch);
      if (!this.#names.has(key) || port.name.toLowerCase() !== port.switch) this.#names.set(key, port.name);
      this.#byName.set(port.switch, key);
      this.#byName.set(port.name.toLowerCase(), key);
      this.#ports.set(`${key}\n${port.port}`, index);
    }
    for (const { port, index } of mine) this.#addPort(port, index);
  }

  #addPort(port: SwitchPort, index: number): void {
    const key = keyOf(port.site, port.switch);
    const peer = keyOf(port.site, port.peerSwitch);
    if (port.peerKind === 'CA') {
      const [host = '', ...device] = port.peer.split(/\s+/);
      const hosts = this.#hosts.get(key);
      if (hosts) hosts.push({ host, device: device.join(' ') });
      else this.#hosts.set(key, [{ host, device: device.join(' ') }]);
      return;
    }
    if (port.peerSwitch === '' || (port.peerKind !== 'SW' && !this.#names.has(peer))) return;
    if (!this.#names.has(peer)) this.#names.set(peer, port.peer || port.peerSwitch);
    this.#byName.set(this.#names.get(peer)?.toLowerCase() ?? '', peer);
    const other = this.#ports.get(`${peer}\n${port.peerPort}`) ?? -1;
    this.#add([`${key}\n${port.port}`, `${peer}\n${port.peerPort}`], {
      ends: [
        { switch: key, port: index },
        { switch: peer, port: other },
      ],
      rateBps: Number.NaN,
    });
  }

  /** Adds a cable unless one ends at either port already; the one that is there then. */
  #add(ids: readonly string[], cable: RawCable): RawCable {
    const ends = ids.filter((id) => !id.endsWith('\n'));
    const known = ends.map((id) => this.#byEnd.get(id)).find((one) => one !== undefined);
    if (known) return known;
    for (const id of ends) this.#byEnd.set(id, cable);
    this.#cables.push(cable);
    return cable;
  }

  /** What the file tells: a cable that is known gets its rate, one that is not is added. */
  addRow({ leaf, leafPort, spine, spinePort, rail, pod, rateBps }: CableRow): void {
    const [a, b] = [leaf, spine].map((name) => this.#switchNamed(name));
    this.#leaves.add(a);
    this.#told.set(a, { rail: rail || (this.#told.get(a)?.rail ?? ''), pod: pod || (this.#told.get(a)?.pod ?? '') });
    const ids = [`${a}\n${leafPort}`, `${b}\n${spinePort}`];
    const [leafEnd, spineEnd] = ids.map((id) => this.#ports.get(id) ?? -1);
    const cable = this.#add(ids, {
      ends: [
        { switch: a, port: leafEnd },
        { switch: b, port: spineEnd },
      ],
      rateBps,
    });
    if (!Number.isNaN(rateBps)) cable.rateBps = rateBps;
  }

  #switchNamed(name: string): string {
    const known = this.#byName.get(name.toLowerCase());
    if (known !== undefined) return known;
    const key = keyOf('', name.toLowerCase());
    this.#byName.set(name.toLowerCase(), key);
    this.#names.set(key, name);
    return key;
  }

  #isLeaf(): (key: string, other: string) => boolean {
    if (this.#hosts.size + this.#leaves.size > 0) return (key) => this.#hosts.has(key) || this.#leaves.has(key);
    const neighbours = new Map<string, Set<string>>();
    const meet = (one: string, other: string) => neighbours.set(one, (neighbours.get(one) ?? new Set()).add(other));
    for (const { ends } of this.#cables) {
      meet(ends[0].switch, ends[1].switch);
      meet(ends[1].switch, ends[0].switch);
    }
    return (key, other) => (neighbours.get(key)?.size ?? 0) < (neighbours.get(other)?.size ?? 0);
  }

  done(): FabricLayout {
    const isLeaf = this.#isLeaf();
    const cables = this.#cables.flatMap(({ ends: [a, b], rateBps }) => {
      const [left, right] = [isLeaf(a.switch, b.switch), isLeaf(b.switch, a.switch)];
      if (left === right) return [];
      return [{ leaf: left ? a : b, spine: left ? b : a, rateBps }];
    });
    const nameOf = (key: string) => this.#names.get(key) ?? '';
    const spines = [...new Set(cables.map(({ spine }) => spine.switch))].sort((a, b) =>
      naturalOrder(nameOf(a), nameOf(b)),
    );
    const leaves = this.#leavesOf([...new Set(cables.map(({ leaf }) => leaf.switch))]);
    const [leafAt, spineAt] = [indexBy(leaves.map(({ key }) => key)), indexBy(spines)];
    return {
      ...{ kind: this.#kind, leaves, spines: spines.map(nameOf) },
      cables: cables.map(({ leaf, spine, rateBps }) => ({
        ...{ leaf: leafAt.get(leaf.switch) ?? -1, spine: spineAt.get(spine.switch) ?? -1 },
        ...{ leafPort: leaf.port, spinePort: spine.port, rateBps },
        name: this.#cableName(leaf, spine),
      })),
      switchOf: this.#switchNumbers(),
    };
  }

  #cableName(leaf: End, spine: End): string {
    const { ports } = this.#topology;
    const near = leaf.port < 0 ? '' : `p${ports[leaf.port].port} `;
    return `${near}to ${this.#names.get(spine.switch)}${spine.port < 0 ? '' : ` p${ports[spine.port].port}`}`;
  }

  #switchNumbers(): Int32Array {
    const numbers = new Map<string, number>();
    return Int32Array.from(this.#topology.ports, ({ site, switch: id, kind }) => {
      if (id === '' || kind !== this.#kind) return -1;
      const key = keyOf(site, id);
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      return number;
    });
  }

  #leavesOf(keys: readonly string[]): Leaf[] {
    const nodeOf = nodesByHost(this.#topology);
    const { start, parent, name } = this.#topology;
    const hallOf = (node: number) => parent[parent[parent[node]]];
    const drafts = keys.map((key) => {
      const hosts = this.#hosts.get(key) ?? [];
      const nodes = [...new Set(hosts.flatMap(({ host }) => nodeOf.get(host.toLowerCase()) ?? []))];
      const rail = this.#told.get(key)?.rail || commonest(hosts.map(({ device }) => device));
      const hall = nodes.length > 0 && start[2] - start[1] > 1 ? `Hall ${name[hallOf(nodes[0])]}` : '';
      return {
        ...{ key, name: this.#names.get(key) ?? '', rail, nodes: nodes.sort((a, b) => a - b) },
        pod: this.#told.get(key)?.pod || hall,
      };
    });
    drafts.sort((a, b) => naturalOrder(a.name, b.name));
    // A rail is known by its leaves' names, since HCAs are numbered by their slots and not by their rails.
    const rails = [...new Set(drafts.map(({ rail }) => rail))];
    const wordOf = (rail: string) => {
      if (rail === '' || rails.length === 1) return '';
      const ofFile = [...this.#told.values()].some((told) => told.rail === rail);
      return ofFile ? (/^\d+$/.test(rail) ? `Rail ${rail}` : rail) : `Rail ${rails.indexOf(rail) + 1}`;
    };
    return drafts
      .sort((a, b) => rails.indexOf(a.rail) - rails.indexOf(b.rail) || naturalOrder(a.name, b.name))
      .map((one) => ({ ...one, rail: wordOf(one.rail) }));
  }
}

const indexBy = (keys: readonly string[]) => new Map(keys.map((key, index) => [key, index]));

/** Nodes by the host name that they are known by, in small letters. */
function nodesByHost({ path, start }: Topology): Map<string, number> {
  const nodes = new Map<string, number>();
  for (let node = start[NODE]; node < start[NODE + 1]; node++) {
    nodes.set(path[node].slice(path[node].lastIndexOf('/') + 1).toLowerCase(), node);
  }
  return nodes;
}

function commonest(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}
