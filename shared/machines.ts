import { type AddressChange, Addresses } from './addresses.ts';
import type { Labels } from './labels.ts';
import { isLocal, type NodeLocator, type NodePlace, nodeOf, PLACED_BY, type Twin, withoutPort } from './mapping.ts';
import { shortName } from './object-labels.ts';
import { labelOf, type NodeIdentity, targetOf } from './signals/profile.ts';

/** Whose series it is. */
export interface Origin {
  readonly sourceId: string;
  /** Site where labels give none. */
  readonly site: string;
  /** What the labels are: all that a target gives, those of an identity query, or the few of a query of values. */
  readonly labels: 'target' | 'identity' | 'values';
  /** Objects that nobody named before are not made. */
  readonly fixed?: boolean;
}

/** A machine with GPUs or ports, by the best of its names. */
export interface Machine {
  readonly site: string;
  host: string;
  /** Its name is only that of its target: what an exporter on it says comes before. */
  byTarget: boolean;
  /** Its other names. */
  readonly aliases: Set<string>;
  labels: Labels;
  /** Machines that turned out to be this one by the boards in them. */
  twins: readonly Twin[];
  /** '' once it is forgotten. */
  source: string;
  place: NodePlace;
}

/** A node by its name and labels, wherever it stands. */
export interface Host {
  readonly site: string;
  readonly host: string;
  /** Its other names. */
  readonly aliases: ReadonlySet<string>;
  readonly labels: Labels;
  readonly twins: readonly Twin[];
  readonly gpus: number;
}

/** Targets whose machine's own name is the same. */
interface Claim {
  readonly hosts: Set<string>;
  /** The one target of each source that has it, without its domain. */
  readonly bySource: Map<string, string>;
  /** Two targets of one source have it: machines of one image, of which it tells none. */
  shared: boolean;
}

/** An address behind which exporters tell of machines of several names: the target of that address is none of them. */
export interface SharedAddress {
  readonly site: string;
  readonly address: string;
  readonly hosts: readonly string[];
}

/**
 * Machines by all their names. Exporters of one machine name it differently: with and without its domain, by the target's
 * name and by `hostname`. The name of its own system, `nodename` in node_uname_info, says that they are one; so does the
 * address of their targets, where all exporters behind it that name a machine name the same. A name that takes the place of
 * another one there is the same machine's: that of a container that was started again.
 */
export class Machines {
  readonly nodes: Machine[] = [];
  #locator: NodeLocator;
  readonly #changed: () => void;
  /** Told when some turn out to be others, or one to be two: it moves to −1 where what is on it has to be bound anew. */
  readonly #moved: (into: ReadonlyMap<number, number>) => void;
  readonly #byName = new Map<string, number>();
  readonly #byShort = new Map<string, number>();
  readonly #claims = new Map<string, Claim>();
  readonly #addresses = new Addresses();
  /** How many there were when the body began: of those after it nobody had told before. */
  #before = 0;
  /** `source target` → node, learnt from identity queries: series of values carry no other label of their node. */
  readonly #instance = new Map<string, number>();

  constructor(locator: NodeLocator, changed: () => void, moved: (into: ReadonlyMap<number, number>) => void) {
    this.#locator = locator;
    this.#changed = changed;
    this.#moved = moved;
  }

  /** Machines of sources that are still there, with the labels that place them. */
  hosts(boards: readonly { readonly node: number; readonly source: string }[]): readonly Host[] {
    const gpus = new Int32Array(this.nodes.length);
    for (const { node, source } of boards) if (source !== '') gpus[node]++;
    return this.nodes.flatMap((node, at) => (node.source === '' ? [] : [hostOf(node, gpus[at])]));
  }

  /** Some machines with their labels; of their boards nothing is said. */
  hostsOf(machines: readonly number[]): readonly Host[] {
    return machines.map((at) => hostOf(this.nodes[at], 0));
  }

  /** Those first whose place is known best; among alike ones by site and name, so that no order of arrival counts. */
  byTrust(machines: readonly number[]): readonly number[] {
    const known = machines.map((at) => {
      const { site, host, labels, aliases, twins, byTarget } = this.nodes[at];
      const [{ by, mapping }] = this.#locator.placements(site, host, labels, aliases, twins);
      const trust = PLACED_BY.indexOf(by) * 1000 + mapping;
      return { at, trust, byTarget: Number(byTarget), name: `${site}\n${host}` };
    });
    known.sort((a, b) => a.trust - b.trust || a.byTarget - b.byTarget || (a.name < b.name ? -1 : 1));
    return known.map(({ at }) => at);
  }

  /** Two machines are one, as the same boards are in them: the second has the names and labels of both. `merge` follows. */
  join(from: number, into: number): void {
    const [old, node] = [this.nodes[from], this.nodes[into]];
    node.twins = [...node.twins, ...old.twins, { host: old.host, labels: old.labels }];
    for (const name of [old.host, ...old.aliases]) if (name !== node.host) node.aliases.add(name);
    old.source = '';
    this.#place(node);
  }

  /** Whatever was known as one machine is known as another. All at once: a fleet that is named twice has thousands. */
  merge(into: ReadonlyMap<number, number>): void {
    for (const names of [this.#byName, this.#byShort, this.#instance])
      for (const [name, node] of names) names.set(name, into.get(node) ?? node);
    for (const from of into.keys()) this.nodes[from].source = '';
    this.#moved(into);
    this.#changed();
  }

  /** Places every node anew. */
  relocate(locator: NodeLocator): void {
    this.#locator = locator;
    for (const node of this.nodes) this.#place(node);
  }

  /** The node of a series; −1 when no label names one. */
  of(labels: Labels, identity: NodeIdentity | undefined, origin: Origin): number {
    const instance = `${origin.sourceId}\n${targetOf(labels)}`;
    if (origin.labels === 'values') return this.#instance.get(instance) ?? -1;
    const named = labelOf(labels, identity?.labels) || nodeOf(labels);
    const host = identity?.strip ? named.replace(new RegExp(identity.strip), '') || named : named;
    if (host === '') return -1;
    const site = labels.get('site') || origin.site;
    const node = this.#named(site, host, labels, origin.sourceId);
    const address = withoutPort(labels.get('instance') ?? '');
    if (address !== '' && !isLocal(address) && shortName(address) !== shortName(host))
      this.#addresses.hear({ sourceId: origin.sourceId, site, address }, targetOf(labels), host);
    if (origin.labels === 'identity') this.#instance.set(instance, node);
    return node;
  }

  #named(site: string, host: string, labels: Labels, source: string): number {
    const byTarget = host === withoutPort(labels.get('instance') ?? '');
    if (byTarget) this.#learnOwnName(site, host, labels.get('nodename') ?? '', source);
    const known = this.#known(site, host) ?? (byTarget ? this.#behind(site, host, source) : undefined);
    if (known !== undefined) {
      const node = this.nodes[known];
      if (node.byTarget && !byTarget) this.#rename(node, host);
      return known;
    }
    const place = this.#locator.locate(site, host, labels);
    const at =
      this.nodes.push({ ...{ site, host, byTarget, labels, source, place }, aliases: new Set(), twins: [] }) - 1;
    this.#name(site, host, at);
    this.#changed();
    const own = byTarget ? (labels.get('nodename') ?? '') : '';
    if (this.#claims.get(`${site}\n${shortName(own)}`)?.shared === false) this.#name(site, own, at);
    return at;
  }

  /** One exporter of a machine says `n1`, another `n1.dc.example`: the same node, unless two domains have an n1. */
  #known(site: string, host: string): number | undefined {
    const key = `${site}\n${host}`;
    const known = this.#byName.get(key);
    if (known !== undefined) return known;
    const short = shortName(host);
    const alike = this.#byShort.get(`${site}\n${short}`);
    if (alike === undefined || (host !== short && this.nodes[alike].host !== short)) return undefined;
    this.#byName.set(key, alike);
    return alike;
  }

  #name(site: string, host: string, node: number): void {
    this.#byName.set(`${site}\n${host}`, node);
    const short = `${site}\n${shortName(host)}`;
    if (!this.#byShort.has(short)) this.#byShort.set(short, node);
  }

  /** What the machine of a target calls itself. */
  #learnOwnName(site: string, host: string, own: string, source: string): void {
    if (own === '' || isLocal(own)) return;
    const short = shortName(host);
    const key = `${site}\n${shortName(own)}`;
    const claim: Claim = this.#claims.get(key) ?? { hosts: new Set(), bySource: new Map(), shared: false };
    this.#claims.set(key, claim);
    const before = claim.bySource.get(source);
    if (claim.shared || before === short) return;
    if (before !== undefined) {
      claim.shared = true;
      this.#part(site, claim, own);
      return;
    }
    claim.bySource.set(source, short);
    if (short === shortName(own) || claim.hosts.has(host)) return;
    claim.hosts.add(host);
    const [mine, theirs] = [this.#known(site, host), this.#known(site, own)];
    if (mine === undefined && theirs === undefined) return;
    const node = theirs ?? (mine as number);
    this.#name(site, own, node);
    this.#name(site, host, node);
    if (mine !== undefined && theirs !== undefined && mine !== theirs) this.merge(new Map([[mine, theirs]]));
    this.#alias(this.nodes[node], host === this.nodes[node].host ? own : host);
  }

  /** A body begins. */
  beginBody(): void {
    this.#before = this.nodes.length;
    this.#addresses.begin();
  }

  /** A body told all that it has to tell of machines. */
  endBody(): void {
    const isNew = (site: string, host: string) => (this.#known(site, host) ?? 0) >= this.#before;
    for (const change of this.#addresses.end(isNew)) this.#readdress(change);
  }

  /** Exporters behind an address call their machine otherwise than before. */
  #readdress({ site, address, before, now: [host, ...others] }: AddressChange): void {
    const old = before.length === 1 ? before[0] : undefined;
    if (others.length > 0) {
      if (old !== undefined) this.#part(site, { hosts: new Set([address]) }, old);
      return;
    }
    const target = this.#known(site, old ?? address);
    const named = this.#known(site, host);
    if (target === undefined || named === undefined) return;
    if (old !== undefined) {
      this.#name(site, host, target);
      if (named !== target) this.merge(new Map([[named, target]]));
      this.#rename(this.nodes[target], host);
    } else if (target !== named && this.nodes[target].byTarget) {
      this.#name(site, address, named);
      this.merge(new Map([[target, named]]));
      this.#alias(this.nodes[named], address);
    }
  }

  /** The node of a target whose exporter does not name it, by others behind the same address. */
  #behind(site: string, address: string, source: string): number | undefined {
    const host = this.#addresses.hostBehind({ sourceId: source, site, address });
    const node = host === undefined ? undefined : this.#known(site, host);
    if (node === undefined) return undefined;
    this.#name(site, address, node);
    this.#alias(this.nodes[node], address);
    return node;
  }

  /** Addresses behind which several machines are told of. */
  sharedAddresses(): readonly SharedAddress[] {
    return this.#addresses
      .shared()
      .filter(({ site, address }) => this.#known(site, address) !== undefined)
      .map(({ site, address, hosts }) => ({ site, address, hosts }));
  }

  /** Machines that were taken for one by a name that several have are nodes of their own again. */
  #part(site: string, { hosts }: Pick<Claim, 'hosts'>, own: string): void {
    const known = this.#byName.get(`${site}\n${own}`);
    if (known === undefined || !(hosts.has(this.nodes[known].host) || this.nodes[known].aliases.size > 0)) return;
    for (const names of [this.#byName, this.#byShort, this.#instance])
      for (const [name, node] of names) if (node === known) names.delete(name);
    this.nodes[known].source = '';
    this.#moved(new Map([[known, -1]]));
    this.#changed();
  }

  #alias(node: Machine, name: string): void {
    if (name === node.host || node.aliases.has(name)) return;
    node.aliases.add(name);
    this.#place(node);
  }

  #rename(node: Machine, host: string): void {
    node.aliases.add(node.host);
    node.aliases.delete(host);
    node.host = host;
    node.byTarget = false;
    this.#place(node);
  }

  #place(node: Machine): void {
    node.place = this.#locator.locate(node.site, node.host, node.labels, node.aliases, node.twins);
    this.#changed();
  }

  /** Labels of a board that tell where its node stands: chassis, tray, fabric. The first of each counts. */
  learnPlace(at: number, labels: Labels, names: readonly string[]): void {
    const node = this.nodes[at];
    const told = names.filter((name) => (labels.get(name) ?? '') !== '' && !node.labels.has(name));
    if (told.length === 0) return;
    node.labels = new Map([...node.labels, ...told.map((name) => [name, labels.get(name) ?? ''] as const)]);
    this.#place(node);
  }

  /** Drops the nodes of a source. */
  forget(source: string, dropped: (node: number) => void): void {
    for (const names of [this.#byName, this.#byShort])
      for (const [name, node] of names) if (['', source].includes(this.nodes[node].source)) names.delete(name);
    this.nodes.forEach((node, at) => {
      if (node.source !== source) return;
      dropped(at);
      node.source = '';
    });
    this.#claims.clear();
    this.#addresses.forget(source);
    this.#instance.clear();
  }
}

const hostOf = ({ site, host, aliases, labels, twins }: Machine, gpus: number): Host => ({
  ...{ site, host, aliases, labels, twins, gpus },
});
