import { BoardClaims } from './board-claims.ts';
import { type FeedClue, feedClue } from './feeds.ts';
import type { Labels } from './labels.ts';
import { type Host, type Machine, Machines, type Origin, type SharedAddress } from './machines.ts';
import type { NodeLocator } from './mapping.ts';
import { NVLINKS } from './nvlinks.ts';
import type { Gpu, RecordedPlace } from './object-kinds.ts';
import { gpuId, indexNumber, ownerOf } from './object-labels.ts';
import type { KnownLink } from './places.ts';
import { PLACE_LABELS, WORK_LABELS } from './recorded/names.ts';
import type { ObjectKind } from './signals/catalogue.ts';
import {
  DEFAULT_FEED,
  DEFAULT_GPU,
  DEFAULT_LINK,
  DEFAULT_PORT,
  type Identity,
  type LinkIdentity,
  labelOf,
  NAMESPACE,
  type NodeIdentity,
  POD,
  type ServerIdentity,
} from './signals/profile.ts';
import type { LinkKind, ServerPlace, SwitchPort, Work } from './topology.ts';
import type { EpochMs } from './units.ts';
import { ToldWork } from './work/told-work.ts';

/**
 * Every object that a series ever named, numbered in the order of appearance. Labels become a number here, once;
 * after that nothing compares strings. The `source` of a forgotten object is ''.
 */
export class Objects {
  readonly gpus: Gpu[] = [];
  readonly links: (KnownLink & { source: string })[] = [];
  readonly ports: (Omit<SwitchPort, 'tickBytes'> & { source: string })[] = [];
  readonly feeds: (FeedClue & { source: string })[] = [];
  readonly servers: (ServerPlace & { source: string })[] = [];
  /** Racks and places above them of which recorded series tell. */
  readonly places: (RecordedPlace & { source: string })[] = [];
  /** Pods and jobs of recorded racks: the rack's number in `places`, and what runs there. */
  readonly works: { readonly place: number; readonly work: Work; source: string }[] = [];
  /** Grows with every change of objects: a topology built for another number is out of date. */
  changes = 0;
  /** Grows when objects were made anew: what series are bound to is out of date. */
  rebinds = 0;
  readonly #machines: Machines;
  readonly #told = new ToldWork();
  readonly #claims = new BoardClaims();
  /** Devices of fabrics, by site and id: whose they are. */
  readonly #owners = new Map<string, string>();
  readonly #gpuOf = new Map<string, number>();
  /** `node index` → GPU, for exporters that give no id. */
  readonly #gpuAt = new Map<string, number>();
  readonly #linkOf = new Map<string, number>();
  readonly #portOf = new Map<string, number>();
  readonly #feedOf = new Map<string, number>();
  readonly #serverOf = new Map<string, number>();
  readonly #placeOf = new Map<string, number>();
  readonly #recordedWorkOf = new Map<string, number>();

  constructor(locator: NodeLocator) {
    const changed = () => {
      this.changes++;
    };
    this.#machines = new Machines(locator, changed, (into) => this.#moveNodes(into));
  }

  get nodes(): readonly Machine[] {
    return this.#machines.nodes;
  }

  /** Places every node anew. */
  relocate(locator: NodeLocator): void {
    this.#machines.relocate(locator);
    this.changes++;
  }

  /** The node of a series; −1 when no label names one. */
  node(labels: Labels, identity: NodeIdentity | undefined, origin: Origin): number {
    return this.#machines.of(labels, identity, origin);
  }

  /** Nodes are others: what is on them is on those, or, where that is −1, waits for its series. */
  #moveNodes(moves: ReadonlyMap<number, number>): void {
    for (const [from, into] of moves) this.#claims.moved(from, into);
    for (const [key, gpu] of this.#gpuAt) if (moves.has(this.gpus[gpu].node)) this.#gpuAt.delete(key);
    for (const [key, gpu] of this.#gpuOf) {
      const one = this.gpus[gpu];
      const into = moves.get(one.node);
      if (into === undefined) continue;
      if (into >= 0 && !one.anonymous) one.node = into;
      else {
        one.source = '';
        this.#gpuOf.delete(key);
      }
    }
    for (const [key, link] of this.#linkOf) {
      if (!moves.has(this.links[link].node)) continue;
      this.links[link].source = '';
      this.#linkOf.delete(key);
    }
    this.rebinds++;
  }

  /** The GPU of a series, by its id, or by node and index where an exporter gives none. −1: it names no GPU. */
  gpu(labels: Labels, identity: Identity, origin: Origin): number {
    const of = identity.gpu ?? DEFAULT_GPU;
    const [id, index] = [gpuId(labels, of), labelOf(labels, of.index)];
    const known = id === '' ? undefined : this.#gpuOf.get(id.toLowerCase());
    if (known !== undefined && origin.labels === 'values') return known;
    if (id === '' && index === '') return -1;
    const node = this.node(labels, identity.node, origin);
    if (node < 0) return known ?? -1;
    const at = `${node}\n${indexNumber(index)}`;
    if (origin.labels === 'values') return id === '' ? (this.#gpuAt.get(at) ?? -1) : -1;
    const partition = labels.get(of.partition ?? '') ?? '';
    const told = partition === '' || partition === '0' ? index : '';
    const gpu = known ?? (told === '' ? undefined : this.#sameGpu(at, id)) ?? this.#newGpu(id, node, index, origin);
    this.#describe(this.gpus[gpu], labelOf(labels, of.model), labels.get(of.guid ?? '') ?? '');
    this.#claims.learn(gpu, node, indexNumber(told));
    this.#told.learn(gpu, labels);
    if (of.placement) this.#machines.learnPlace(node, labels, of.placement);
    if (told !== '') this.#gpuAt.set(at, gpu);
    return gpu;
  }

  /** A body begins: what it says of the work on a GPU takes the place of what it said before. */
  beginBody(): void {
    this.#machines.beginBody();
    this.#told.begin();
    this.#claims.begin();
  }

  /** What a body said of work, and of the machines that boards are in, holds from now on. */
  endBody(body: string): void {
    this.#machines.endBody();
    this.changes += this.#told.end(body, this.gpus);
    const [apart, joined] = [new Set<string>(), new Map<number, number>()];
    for (const board of this.#claims.end(body)) this.#settle(board, apart, joined);
    // Machines with the same boards are all met at the first of these: none that took in others is a third itself.
    if (joined.size > 0) this.#machines.merge(joined);
  }

  /** A body was read, whether it told anything new or not. */
  heard(body: string, time: EpochMs): void {
    this.#claims.heard(body, time);
  }

  /**
   * A board stands in one machine: two with the same boards are one, else the one whose place is known best has it.
   *
   * @param apart pairs of machines that are known to be two
   * @param joined machines that turned out to be others
   */
  #settle(board: number, apart: Set<string>, joined: Map<number, number>): void {
    const [kept, ...others] = this.#machinesOf(board);
    if (kept === undefined) return;
    for (const other of others) {
      const pair = `${other} ${kept}`;
      if (apart.has(pair)) continue;
      apart.add(pair);
      if (this.nodes[other].site !== this.nodes[kept].site || !this.#claims.areAlike(other, kept)) continue;
      this.#machines.join(other, kept);
      this.#claims.moved(other, kept);
      joined.set(other, kept);
    }
    const gpu = this.gpus[board];
    const index = this.#claims.indexIn(board, kept);
    if (gpu.node === kept && (index < 0 || gpu.index === index)) return;
    gpu.node = kept;
    if (index >= 0) gpu.index = index;
    this.changes++;
  }

  /** Machines that a board is told of in, the one that it stands in first. */
  #machinesOf(board: number): readonly number[] {
    const machines = this.#claims.machinesOf(board).filter((machine) => this.nodes[machine].source !== '');
    return machines.length < 2 ? machines : this.#machines.byTrust(machines);
  }

  /** Boards that exporters tell of in several machines which are not one, by their ids: the first is where it stands. */
  disputedBoards(): readonly { readonly id: string; readonly hosts: readonly Host[] }[] {
    return this.#claims.disputed().flatMap((board) => {
      const machines = this.#machinesOf(board);
      const { uuid: id, source } = this.gpus[board];
      return source === '' || machines.length < 2 ? [] : [{ id, hosts: this.#machines.hostsOf(machines) }];
    });
  }

  /** Whether a GPU is known by its id. */
  isNamed(gpu: number): boolean {
    return gpu >= 0 && !this.gpus[gpu].anonymous;
  }

  /** The GPU at an index of a node, if it is this one: either exporter may give no id. */
  #sameGpu(at: string, id: string): number | undefined {
    const there = this.#gpuAt.get(at);
    if (there === undefined || id === '') return there;
    const gpu = this.gpus[there];
    if (!gpu.anonymous) return undefined;
    this.#gpuOf.delete(gpu.uuid.toLowerCase());
    gpu.uuid = id;
    gpu.anonymous = false;
    this.#gpuOf.set(id.toLowerCase(), there);
    this.changes++;
    return there;
  }

  #newGpu(id: string, node: number, index: string, { sourceId: source }: Origin): number {
    const { site, host } = this.nodes[node];
    const number = indexNumber(index);
    const uuid = id || `${site}/${host}/gpu${number >= 0 ? number : index}`;
    this.#gpuOf.set(uuid.toLowerCase(), this.gpus.length);
    this.changes++;
    const gpu = { uuid, anonymous: id === '', node, index: -1, model: '', guid: '', source, works: [], workTold: '' };
    return this.gpus.push(gpu) - 1;
  }

  #describe(gpu: Gpu, model: string, guid: string): void {
    if ((model === '' || model === gpu.model) && (guid === '' || guid === gpu.guid)) return;
    if (model !== '') gpu.model = model;
    if (guid !== '') gpu.guid = guid;
    this.changes++;
  }

  /** The NIC port of a series; −1 where no label names a device. */
  link(labels: Labels, identity: Identity, kind: LinkKind, origin: Origin): number {
    const of = identity.link ?? DEFAULT_LINK;
    const [device, port] = [labelOf(labels, of.device), labelOf(labels, of.port)];
    if (device === '') return -1;
    if (of.owner !== undefined) return this.#ownedLink(labels, of, kind, origin);
    const node = this.node(labels, identity.node, origin);
    if (node < 0) return -1;
    return this.#linkNamed(
      node,
      port === '' ? device.replace(/:(\d+)$/, '/$1') : `${device}/${port}`,
      of,
      kind,
      origin,
    );
  }

  /** A port of a device of which an info series says whose it is: not known before that. */
  #ownedLink(labels: Labels, of: LinkIdentity, kind: LinkKind, origin: Origin): number {
    const site = labels.get('site') || origin.site;
    const key = `${site}\n${labelOf(labels, of.device)}`;
    const told = labels.get(of.owner ?? '') ?? '';
    if (told !== '' && this.#owners.get(key) !== told && !origin.fixed) {
      this.#owners.set(key, told);
      this.rebinds++;
    }
    const { host, device } = ownerOf(this.#owners.get(key) ?? '');
    if (host === '') return -1;
    const named = { ...origin, labels: 'target' } as const;
    const node = this.node(
      new Map([
        ['hostname', host],
        ['site', site],
      ]),
      undefined,
      named,
    );
    // What is told of the whole device is told of its first port.
    return this.#linkNamed(node, `${device}/${labelOf(labels, of.port) || '1'}`, of, kind, origin);
  }

  #linkNamed(node: number, name: string, of: LinkIdentity, kind: LinkKind, origin: Origin): number {
    const key = `${node}\n${kind}\n${name}`;
    return this.#numbered(this.#linkOf, this.links, key, origin, () => {
      return { node, kind, name, card: of.card === true, source: origin.sourceId };
    });
  }

  /** The port of a switch of a series; −1 where no label names both. What the labels tell of its neighbour is kept. */
  port(labels: Labels, { port: of = DEFAULT_PORT }: Identity, kind: LinkKind, origin: Origin): number {
    const [spelled, port] = [labelOf(labels, of.switch), labelOf(labels, of.port) || (of.itself ?? '')];
    if (spelled === '' || port === '') return -1;
    const id = spelled.toLowerCase();
    const site = labels.get('site') || origin.site;
    const at = this.#numbered(this.#portOf, this.ports, [site, kind, id, port].join('\n'), origin, () => ({
      ...{ site, kind, switch: id, name: labelOf(labels, of.name) || spelled, port, source: origin.sourceId },
      ...{ peer: '', peerSwitch: '', peerPort: '', peerKind: '' },
    }));
    const told = (label: string | undefined) => (label === undefined ? '' : (labels.get(label) ?? ''));
    const peer = { peer: told(of.peer?.name), peerSwitch: told(of.peer?.switch).toLowerCase() };
    if (origin.fixed || (peer.peer === '' && peer.peerSwitch === '')) return at;
    const known = this.ports[at];
    const next = { ...known, ...peer, peerPort: told(of.peer?.port), peerKind: told(of.peer?.kind) };
    next.name = labelOf(labels, of.name) || known.name;
    if (JSON.stringify(next) !== JSON.stringify(known)) {
      this.ports[at] = next;
      this.changes++;
    }
    return at;
  }

  /** The PDU inlet of a series; −1 when the labels name neither a rack nor a PDU. */
  feed(labels: Labels, identity: Identity, origin: Origin): number {
    const clue = feedClue(labels, identity.feed ?? DEFAULT_FEED, origin.site);
    if (!clue) return -1;
    return this.#numbered(this.#feedOf, this.feeds, clue.key, origin, () => ({ ...clue, source: origin.sourceId }));
  }

  /** The inference server of a series; −1 where neither a pod nor a target is named. */
  server(labels: Labels, { model: names }: ServerIdentity, origin: Origin): number {
    const pod = labelOf(labels, POD) || (labels.get('instance') ?? '');
    if (pod === '') return -1;
    const [site, namespace] = [labels.get('site') || origin.site, labelOf(labels, NAMESPACE)];
    const model = labelOf(labels, names) || labels.get('job') || pod;
    const key = [site, namespace, pod, model].join('\n');
    return this.#numbered(this.#serverOf, this.servers, key, origin, () => {
      return { site, namespace, pod, model, source: origin.sourceId };
    });
  }

  /** The place of a recorded series, down to its level (1 site … 4 rack); −1 where a label of it is missing. */
  place(labels: Labels, level: number, origin: Origin): number {
    const names = PLACE_LABELS.slice(0, level).map((label) => labels.get(label) ?? '');
    if (names[0] === '') names[0] = origin.site;
    if (names.includes('') && (level < 4 || names[3] === '')) return -1;
    const number = this.#numbered(this.#placeOf, this.places, names.join('\n'), origin, () => {
      return { names, model: '', source: origin.sourceId };
    });
    if (number < 0) return -1;
    const place = this.places[number];
    const model = labels.get('model') ?? '';
    if (model !== '' && place.model === '') {
      place.model = model;
      this.changes++;
    }
    return number;
  }

  /** The pod or job of a recorded series in its rack; one without a name is what nothing works on. */
  work(labels: Labels, origin: Origin): number {
    const [namespace, pod, job] = WORK_LABELS.map((label) => labels.get(label) ?? '');
    const place = this.place(labels, PLACE_LABELS.length, origin);
    if (place < 0) return -1;
    return this.#numbered(this.#recordedWorkOf, this.works, [place, namespace, pod, job].join('\n'), origin, () => {
      return { place, work: { namespace, pod, job }, source: origin.sourceId };
    });
  }

  #numbered<One>(numbers: Map<string, number>, list: One[], key: string, { fixed }: Origin, make: () => One): number {
    let number = numbers.get(key);
    if (number === undefined && fixed) return -1;
    if (number === undefined) {
      number = list.length;
      list.push(make());
      numbers.set(key, number);
      this.changes++;
    }
    return number;
  }

  /** Nodes of sources that are still there, with the labels that place them. */
  hosts(): readonly Host[] {
    return this.#machines.hosts(this.gpus);
  }

  /** Addresses behind which several machines are told of. */
  sharedAddresses(): readonly SharedAddress[] {
    return this.#machines.sharedAddresses();
  }

  /** How many objects of a kind there are, forgotten ones included. */
  count(kind: ObjectKind): number {
    const { gpus: gpu, nodes: node, links: link, ports: port, feeds: feed } = this;
    const { servers: server, places: place, works: work } = this;
    if (kind === 'nvlink') return gpu.length * NVLINKS;
    return { gpu, node, link, port, feed, server, place, work }[kind].length;
  }

  /** Drops the objects of a source; their numbers are not used again. `dropped` is told of each. */
  forget(source: string, dropped: (kind: ObjectKind, object: number) => void): void {
    const drop = (list: readonly { source: string }[], numbers: Map<string, number>, tell?: (object: number) => void) =>
      numbers.forEach((object, key) => {
        const one = list[object];
        if (one.source !== source && one.source !== '') return;
        numbers.delete(key);
        if (one.source === source) tell?.(object);
        one.source = '';
      });
    drop(this.gpus, this.#gpuOf, (object) => {
      dropped('gpu', object);
      for (let link = 0; link < NVLINKS; link++) dropped('nvlink', object * NVLINKS + link);
    });
    drop(this.gpus, this.#gpuAt);
    this.#claims.clear();
    drop(this.links, this.#linkOf, (object) => dropped('link', object));
    drop(this.ports, this.#portOf, (object) => dropped('port', object));
    drop(this.feeds, this.#feedOf, (object) => dropped('feed', object));
    drop(this.servers, this.#serverOf, (object) => dropped('server', object));
    drop(this.places, this.#placeOf, (object) => dropped('place', object));
    drop(this.works, this.#recordedWorkOf, (object) => dropped('work', object));
    this.#machines.forget(source, (object) => dropped('node', object));
    this.changes++;
  }
}
