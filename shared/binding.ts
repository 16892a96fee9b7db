import type { Decoded, Layout } from './decoded.ts';
import type { Labels } from './labels.ts';
import type { Objects, Origin } from './objects.ts';
import type { PlannedQuery } from './promql.ts';
import { type Signal, signalOf } from './signals/catalogue.ts';
import type { Slot, Slots } from './slots.ts';
import type { EpochMs } from './units.ts';

/** One decoded body and where it came from. */
export interface Ingest {
  /** Identity of the target or query: labels are bound to objects once per key and layout. */
  readonly key: string;
  readonly sourceId: string;
  readonly site: string;
  /** Labels that the target adds; an exporter's own label of the same name wins (as with honor_labels). */
  readonly targetLabels: Labels;
  readonly decoded: Decoded;
  /** When the scrape began, or the query's evaluation time. Samples without a time of their own have this one. */
  readonly time: EpochMs;
  readonly query?: PlannedQuery;
}

/** Where each mapped series of one layout goes; arrays are indexed by mapped series. */
export interface Binding {
  readonly layout: Layout;
  /** Number of the target or query, from 1. */
  readonly writer: number;
  /** Index in the layout. */
  readonly series: Int32Array;
  readonly slots: readonly Slot[];
  readonly bounds: readonly Signal[];
  readonly objects: Int32Array;
  /** Index into the sample times of a query's objects: the object itself, or the node of a link. */
  readonly timed: Int32Array;
  /** 1 where rows of one object add up (memory of MIG instances, bytes of single NVLinks). */
  readonly adds: Uint8Array;
  /** Previous raw value and time of counters; NaN before the first. */
  readonly rawBefore: Float64Array;
  readonly timeBefore: Float64Array;
  /** Text of a counter's series → its index, to carry its previous value over when the layout changes. */
  readonly counters: ReadonlyMap<string, number>;
  /** Series of GPU fields that no signal is made of: only their "no reading" marks are counted. */
  readonly unread: Int32Array;
}

/** Binds the series of a layout to objects and slots. `before` is the binding of the same key's previous layout. */
export function bind(
  input: Ingest,
  before: Binding | undefined,
  writer: number,
  slots: Slots,
  objects: Objects,
): Binding {
  const draft = new BindingDraft(input, before, slots, objects);
  input.decoded.layout.series.forEach((one, index) => {
    // rate() drops the metric's name; the planned query puts it back as a label.
    const name = input.query ? one.name || (one.labels.get('metric') ?? '') : one.name;
    if (input.query?.times) draft.addTime(index, one.labels, input.query.kind);
    else draft.add(index, name, one.labels);
  });
  for (const slot of slots.all) slot.grow(objects.count(slot.object));
  return draft.done(writer);
}

class BindingDraft {
  readonly #input: Ingest;
  readonly #before: Binding | undefined;
  readonly #slots: Slots;
  readonly #objects: Objects;
  readonly #origin: Origin;
  readonly #target: Labels;
  readonly #series: number[] = [];
  readonly #to: Slot[] = [];
  readonly #ids: number[] = [];
  readonly #adds: number[] = [];
  readonly #raw: number[] = [];
  readonly #times: number[] = [];
  readonly #unread: number[] = [];
  readonly #counters = new Map<string, number>();
  readonly #instances = new Set<string>();
  readonly #described = new Map<string, number>();

  constructor(input: Ingest, before: Binding | undefined, slots: Slots, objects: Objects) {
    this.#input = input;
    this.#before = before;
    this.#slots = slots;
    this.#objects = objects;
    const labels = !input.query ? 'target' : input.query.times ? 'identity' : 'values';
    this.#origin = { sourceId: input.sourceId, site: input.site, labels };
    this.#target = withNodeName(input);
  }

  add(index: number, name: string, own: Labels): void {
    const slots = this.#slots.named(name);
    if (slots.length === 0) {
      if (name.startsWith('DCGM_FI_')) this.#unread.push(index);
      return;
    }
    for (const slot of slots) {
      const { where, instances } = slot.mapping;
      if (where && own.get(where[0]) !== where[1]) continue;
      const object = this.#objectOf(slot, own);
      if (object < 0) continue;
      const part = (own.get('nvlink') ?? '') || (instances === 'sum' ? (own.get('GPU_I_ID') ?? '') : '');
      // A GPU that pods share has a row for each pod with the same reading.
      if (part !== '' && this.#again(`${name}\n${object}\n${part}`)) continue;
      if (slot.mapping.kind === 'counter' && !this.#input.query) this.#carry(`${name}\n${object}`, own);
      this.#push(index, object, part === '' ? 0 : 1);
      this.#to.push(slot);
    }
  }

  addTime(index: number, labels: Labels, kind: PlannedQuery['kind']): void {
    const object =
      kind === 'gpu'
        ? this.#objects.gpu(labels, this.#origin)
        : kind === 'feed'
          ? this.#objects.feed(labels, this.#origin)
          : this.#objects.node(labels, this.#origin);
    if (object >= 0) this.#push(index, object, 0);
  }

  done(writer: number): Binding {
    const { query, decoded } = this.#input;
    const links = this.#objects.links;
    const nodes = query?.kind === 'link' && !query.times;
    const carried = (values: readonly number[]) => Float64Array.from(this.#series, (_, i) => values[i] ?? Number.NaN);
    return {
      layout: decoded.layout,
      writer,
      series: Int32Array.from(this.#series),
      slots: this.#to,
      bounds: this.#to.map(boundsOf),
      objects: Int32Array.from(this.#ids),
      timed: Int32Array.from(this.#ids, (object) => (nodes ? links[object].node : object)),
      adds: Uint8Array.from(this.#adds),
      rawBefore: carried(this.#raw),
      timeBefore: carried(this.#times),
      counters: this.#counters,
      unread: Int32Array.from(this.#unread),
    };
  }

  #push(index: number, object: number, adds: number): void {
    this.#series.push(index);
    this.#ids.push(object);
    this.#adds.push(adds);
  }

  #objectOf({ object, mapping }: Slot, own: Labels): number {
    if (object === 'gpu') return this.#gpuOf(own);
    const labels = this.#merged(own);
    if (object === 'feed') return this.#objects.feed(labels, this.#origin);
    return mapping.link ? this.#objects.link(labels, mapping.link, this.#origin) : -1;
  }

  /** A GPU that a full row of this body has described is known by its UUID from then on. */
  #gpuOf(own: Labels): number {
    const uuid = own.get('UUID') ?? '';
    const known = this.#described.get(uuid);
    if (known !== undefined) return known;
    const object = this.#objects.gpu(this.#merged(own), this.#origin);
    if (uuid !== '' && own.has('modelName') && object >= 0) this.#described.set(uuid, object);
    return object;
  }

  #merged(own: Labels): Labels {
    if (this.#target.size === 0) return own;
    const merged = new Map(this.#target);
    for (const [name, value] of own) merged.set(name, value);
    return merged;
  }

  #again(text: string): boolean {
    if (this.#instances.has(text)) return true;
    this.#instances.add(text);
    return false;
  }

  /** What a counter stood at before the layout changed. */
  #carry(name: string, own: Labels): void {
    const key = [name, own.get('GPU_I_ID'), own.get('nvlink'), own.get('pod'), own.get('namespace')].join('\n');
    const at = this.#series.length;
    const old = this.#before?.counters.get(key);
    this.#raw[at] = old === undefined ? Number.NaN : (this.#before as Binding).rawBefore[old];
    this.#times[at] = old === undefined ? Number.NaN : (this.#before as Binding).timeBefore[old];
    this.#counters.set(key, at);
  }
}

/** Target labels, and the machine's own name where the body tells it. */
function withNodeName({ targetLabels, decoded, query }: Ingest): Labels {
  if (query) return targetLabels;
  const uname = decoded.layout.series.find((one) => one.name === 'node_uname_info');
  const name = uname?.labels.get('nodename');
  return name ? new Map([...targetLabels, ['nodename', name]]) : targetLabels;
}

/** Range and unit of a slot's signal; digits are no signal and have their own. */
function boundsOf({ mapping }: Slot): Signal {
  if (mapping.signal === 'feed.digits') return { ...signalOf('gpu.xid'), max: 9 };
  return signalOf(mapping.signal);
}
