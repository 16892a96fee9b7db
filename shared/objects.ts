import type { Labels } from './labels.ts';
import { type NodeLocator, type NodePlace, nodeOf } from './mapping.ts';
import type { KnownFeed, KnownLink, KnownNode } from './places.ts';
import { VIRTUAL_DEVICE } from './signals/profiles.ts';
import type { LinkKind } from './topology.ts';

interface Gpu {
  readonly uuid: string;
  node: number;
  index: number;
  model: string;
  source: string;
}

interface Node {
  readonly site: string;
  readonly host: string;
  readonly labels: Labels;
  source: string;
  place: NodePlace;
}

const virtual = new RegExp(VIRTUAL_DEVICE);

/**
 * Every object that a series ever named, numbered in the order of appearance. Labels become a number here, once;
 * after that nothing compares strings.
 */
export class Objects {
  readonly gpus: Gpu[] = [];
  readonly nodes: Node[] = [];
  readonly links: (KnownLink & { source: string })[] = [];
  readonly feeds: (KnownFeed & { source: string })[] = [];
  /** Grows with every change of objects: a topology built for another number is out of date. */
  changes = 0;
  #locator: NodeLocator;
  readonly #gpuOf = new Map<string, number>();
  readonly #nodeOf = new Map<string, number>();
  readonly #linkOf = new Map<string, number>();
  readonly #feedOf = new Map<string, number>();
  /** `source instance` → node, learnt from series that carry more labels than the others of the same target. */
  readonly #instance = new Map<string, number>();

  constructor(locator: NodeLocator) {
    this.#locator = locator;
  }

  /** Places every node anew. */
  relocate(locator: NodeLocator): void {
    this.#locator = locator;
    for (const node of this.nodes) node.place = locator.locate(node.site, node.host, node.labels);
    this.changes++;
  }

  /** The node of a series; −1 when no label names one. `site` is the source's, used where labels give none. */
  node(labels: Labels, source: string, site: string): number {
    const instance = labels.get('instance');
    const known = instance === undefined ? undefined : this.#instance.get(`${source}\n${instance}`);
    if (known !== undefined && !labels.has('hostname') && !labels.has('Hostname') && !labels.has('node')) return known;
    const host = nodeOf(labels);
    if (host === '') return -1;
    const inSite = labels.get('site') ?? site;
    const key = `${inSite}\n${host}`;
    let node = this.#nodeOf.get(key);
    if (node === undefined) {
      node = this.nodes.length;
      this.nodes.push({ site: inSite, host, labels, source, place: this.#locator.locate(inSite, host, labels) });
      this.#nodeOf.set(key, node);
      this.changes++;
    }
    if (instance !== undefined) this.#instance.set(`${source}\n${instance}`, node);
    return node;
  }

  /** The GPU of a series, by its UUID, or by node and index where an exporter gives none. −1: it names no GPU. */
  gpu(labels: Labels, source: string, site: string): number {
    const uuid = labels.get('UUID') ?? labels.get('gpu_uuid') ?? '';
    const index = labels.get('gpu') ?? '';
    if (uuid === '' && index === '') return -1;
    const known = uuid === '' ? undefined : this.#gpuOf.get(uuid.toLowerCase());
    if (known !== undefined && !labels.has('modelName')) return known;
    const node = this.node(labels, source, site);
    if (node < 0) return known ?? -1;
    const place = this.nodes[node] as Node;
    const identity = uuid || `${place.site}/${place.host}/gpu${index}`;
    const key = identity.toLowerCase();
    let gpu = this.#gpuOf.get(key);
    if (gpu === undefined) {
      gpu = this.gpus.length;
      this.gpus.push({ uuid: identity, node, index: -1, model: '', source });
      this.#gpuOf.set(key, gpu);
      this.changes++;
    }
    this.#describe(this.gpus[gpu] as Gpu, node, index, labels.get('modelName') ?? labels.get('model_name') ?? '');
    return gpu;
  }

  #describe(gpu: Gpu, node: number, index: string, model: string): void {
    const number = /^\d{1,4}$/.test(index) ? Number(index) : gpu.index;
    if (gpu.node === node && gpu.index === number && (model === '' || gpu.model === model)) return;
    gpu.node = node;
    gpu.index = number;
    if (model !== '') gpu.model = model;
    this.changes++;
  }

  /** The NIC port of a series; −1 for a device that is no cable of the machine. */
  link(labels: Labels, kind: LinkKind, source: string, site: string): number {
    const device = labels.get('device') ?? '';
    if (device === '' || (kind === 'ethernet' && virtual.test(device))) return -1;
    const node = this.node(labels, source, site);
    if (node < 0) return -1;
    const port = labels.get('port');
    const name = port === undefined ? device : `${device}/${port}`;
    const key = `${node}\n${kind}\n${name}`;
    let link = this.#linkOf.get(key);
    if (link === undefined) {
      link = this.links.length;
      this.links.push({ node, kind, name, source });
      this.#linkOf.set(key, link);
      this.changes++;
    }
    return link;
  }

  /** The PDU inlet of a series: its rack by the target's labels, else by a name that ends in the feed. */
  feed(labels: Labels, source: string, site: string): number {
    const instance = (labels.get('pduName') ?? labels.get('instance') ?? '').replace(/:\d+$/, '');
    const split = /^(.*?)[-_ ]?(?:pdu|feed)?[-_ ]?([AB])$/i.exec(instance);
    const rack = labels.get('rack') ?? split?.[1] ?? '';
    if (rack === '') return -1;
    const inSite = labels.get('site') ?? site;
    const rackPath = this.#rackPath(inSite, rack, labels);
    const inlet = labels.get('inletId');
    const name = labels.get('feed')?.toUpperCase() ?? split?.[2]?.toUpperCase() ?? instance;
    const key = `${source}\n${rackPath}\n${name}\n${labels.get('pduId') ?? ''}\n${inlet ?? ''}`;
    let feed = this.#feedOf.get(key);
    if (feed === undefined) {
      feed = this.feeds.length;
      this.feeds.push({ rackPath, name: inlet === undefined || inlet === '1' ? name : `${name}${inlet}`, source });
      this.#feedOf.set(key, feed);
      this.changes++;
    }
    return feed;
  }

  #rackPath(site: string, rack: string, labels: Labels): string {
    const [hall, row] = [labels.get('hall'), labels.get('row')];
    if (hall && row) return `${site}/${hall}/${row}/${rack}`;
    const place = this.nodes.find((node) => node.place.site === site && node.place.rack === rack)?.place;
    return place ? `${site}/${place.hall}/${place.row}/${rack}` : `${site}/Hall/Row/${rack}`;
  }

  /** What the topology is built from; nodes of topology.csv that were never seen come last, as holes. */
  known(expected: readonly NodePlace[]): { nodes: KnownNode[]; nodeOf: Int32Array } {
    const pathOf = (place: NodePlace) => `${place.site}/${place.hall}/${place.row}/${place.rack}/${place.node}`;
    const nodes: { place: NodePlace; gpus: { id: number; uuid: string; index: number; model: string }[] }[] = [];
    const byPath = new Map<string, number>();
    const add = (place: NodePlace): number => {
      const path = pathOf(place);
      let at = byPath.get(path);
      if (at === undefined) {
        at = nodes.length;
        nodes.push({ place, gpus: [] });
        byPath.set(path, at);
      }
      return at;
    };
    const nodeOf = Int32Array.from(this.nodes, (node) => (node.source === '' ? -1 : add(node.place)));
    this.gpus.forEach((gpu, id) => {
      const node = nodes[nodeOf[gpu.node]];
      if (gpu.source !== '') node?.gpus.push({ id, uuid: gpu.uuid, index: gpu.index, model: gpu.model });
    });
    for (const place of expected) add(place);
    return { nodes, nodeOf };
  }

  /** How many objects of a kind there are, forgotten ones included. */
  count(kind: 'gpu' | 'link' | 'feed'): number {
    return kind === 'gpu' ? this.gpus.length : kind === 'link' ? this.links.length : this.feeds.length;
  }

  /** Drops the objects of a source; their numbers are not used again. `dropped` is told of each. */
  forget(source: string, dropped: (kind: 'gpu' | 'link' | 'feed', object: number) => void): void {
    const drop = (
      lists: readonly { source: string }[],
      numbers: Map<string, number>,
      tell?: (object: number) => void,
    ) => {
      for (const [key, object] of numbers) {
        const one = lists[object] as { source: string };
        if (one.source !== source) continue;
        one.source = '';
        numbers.delete(key);
        tell?.(object);
      }
    };
    drop(this.gpus, this.#gpuOf, (object) => dropped('gpu', object));
    drop(this.links, this.#linkOf, (object) => dropped('link', object));
    drop(this.feeds, this.#feedOf, (object) => dropped('feed', object));
    drop(this.nodes, this.#nodeOf);
    this.#instance.clear();
    this.changes++;
  }
}
