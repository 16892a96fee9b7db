import type { Clocks } from './clocks.ts';
import type { Decoded, Layout } from './decoded.ts';
import type { Labels } from './labels.ts';
import type { Origin } from './machines.ts';
import { NVLINKS, nvlinkOf } from './nvlinks.ts';
import type { Objects } from './objects.ts';
import type { PlannedQuery } from './promql.ts';
import { levelOfLabels, levelOfName } from './recorded/names.ts';
import type { ObjectKind } from './signals/catalogue.ts';
import { DEFAULT_GPU, endsOf, JOB, labelOf, NAMESPACE, POD, type Profile, targetOf } from './signals/profile.ts';
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
  /** When the scrape or the refresh began, by our clock. Samples without a time of their own have this one. */
  readonly time: EpochMs;
  readonly query?: PlannedQuery;
  /** How far the clock by which samples are stamped leads ours, ms; 0 where it is left out. */
  readonly leadMs?: number;
  /** Numbers of another time for objects that are known: they are as old as `time` says, and name no new objects. */
  readonly past?: boolean;
}

/** How a further row of one object joins what the same body gave before. */
const COMBINE = { max: 0, sum: 1, min: 2, first: 3, only: 4 } as const;

/** A further row joined with what the same body gave before. */
export function together(combine: number, before: number, value: number): number {
  if (combine === COMBINE.max) return Math.max(before, value);
  if (combine === COMBINE.sum) return before + value;
  if (combine === COMBINE.only) return Number.NaN;
  return combine === COMBINE.min ? Math.min(before, value) : before;
}

/** Where each mapped series of one layout goes; arrays are indexed by mapped series. */
export interface Binding {
  readonly layout: Layout;
  /** Number of the target or query, from 1. */
  readonly writer: number;
  /** Index in the layout. */
  readonly series: Int32Array;
  readonly slots: readonly Slot[];
  /** Names of their metrics, as the source tells them; empty where sample times are bound. */
  readonly metrics: readonly string[];
  readonly objects: Int32Array;
  /** Number of the clock that tells when a queried value was sampled; −1 for a target's own. */
  readonly clocks: Int32Array;
  /** COMBINE */
  readonly combine: Uint8Array;
  /** Raw numbers at which each is stuck, and 1 where it stood at one of them last. */
  readonly ends: readonly (readonly number[])[];
  readonly pegged: Uint8Array;
  /** Counters become rates here; a query's are rates already. */
  readonly counts: boolean;
  /** Previous raw value and time of counters; NaN before the first. Empty where nothing counts. */
  readonly rawBefore: Float64Array;
  readonly timeBefore: Float64Array;
  /** Series that no signal is made of, but that may carry a mark: only those are counted. */
  readonly unread: Int32Array;
}

/** What labels are bound to. */
export interface Known {
  readonly slots: Slots;
  readonly objects: Objects;
  readonly clocks: Clocks;
}

/** Binds the series of a layout to objects and slots. `before` is the binding of the same key's previous layout. */
export function bind(input: Ingest, before: Binding | undefined, writer: number, known: Known): Binding {
  const draft = new BindingDraft(input, before, known);
  known.objects.beginBody();
  let index = 0;
  for (const one of input.decoded.layout.series) {
    // rate() drops the metric's name; the planned query puts it back as a label.
    const name = input.query ? one.name || (one.labels.get('metric') ?? '') : one.name;
    if (input.query?.times) draft.addTime(index++, one.labels, input.query.kind);
    else draft.add(index++, name, one.labels, input.query && one.name === '');
  }
  if (input.query === undefined || input.query.times) known.objects.endBody(`${input.sourceId}\n${input.key}`);
  for (const slot of known.slots.all) if (slot.bound) slot.grow(known.objects.count(slot.object));
  return draft.done(writer);
}

/** A GPU as the last full row of its id described it. */
interface Described {
  readonly index: string;
  readonly model: string;
  readonly work: string;
  readonly object: number;
}

class BindingDraft {
  readonly #input: Ingest;
  readonly #before: Binding | undefined;
  readonly #known: Known;
  readonly #origin: Origin;
  readonly #target: Labels;
  readonly #prefixes: readonly string[];
  readonly #series: number[] = [];
  readonly #to: Slot[] = [];
  readonly #metrics: string[] = [];
  readonly #ends: (readonly number[])[] = [];
  /** Each name once: series are read anew whenever they are asked, and would bring a text each. */
  readonly #names = new Map<string, string>();
  readonly #ids: number[] = [];
  readonly #clocks: number[] = [];
  readonly #combine: number[] = [];
  readonly #raw: number[] = [];
  readonly #times: number[] = [];
  readonly #unread: number[] = [];
  /** Text of a counter's series → its index in the binding before: its previous value is carried over. */
  readonly #counters: ReadonlyMap<string, number>;
  readonly #parts = new Set<string>();
  /** Quantities of objects of which a row tells the whole: rows of their parts would count it twice. */
  readonly #wholes = new Set<number>();
  /** GPUs that a full row of this body described, by their id. */
  readonly #described = new Map<string, Described>();

  constructor(input: Ingest, before: Binding | undefined, known: Known) {
    this.#input = input;
    this.#before = before;
    this.#counters = before ? countersOf(before) : new Map();
    this.#known = known;
    const labels = !input.query ? 'target' : input.query.times ? 'identity' : 'values';
    this.#origin = { sourceId: input.sourceId, site: input.site, labels, fixed: input.past === true };
    this.#target = withNodeName(input);
    this.#prefixes = known.slots.profiles.flatMap(({ blanks }) => (blanks ? [blanks] : []));
  }

  /** `rate`: whether the number already is a rate; undefined where it is what the exporter printed. */
  add(index: number, name: string, own: Labels, rate: boolean | undefined): void {
    const { slots } = this.#known;
    const named = slots.named(name);
    if (named.length === 0) {
      const info = slots.info.get(name);
      if (info) this.#objectOf('gpu', info, own);
      else if (this.#prefixes.some((prefix) => name.startsWith(prefix))) this.#unread.push(index);
      return;
    }
    for (const slot of named) {
      if (!slot.takes(own) || (rate !== undefined && rate !== (slot.mapping.kind === 'counter'))) continue;
      const object = this.#objectOf(slot.object, slot.profile, own, slot, name);
      if (object < 0) continue;
      const { rows, parts, kind } = slot.mapping;
      const partOf = (label: string) => (label === '__name__' ? name : (own.get(label) ?? ''));
      const part = rows === 'sum' ? parts.map(partOf).join('\n') : '';
      const summed = part.trim() !== '';
      // A GPU that pods share has a row for each pod with the same reading.
      if (summed && this.#again(`${slot.index}\n${object}\n${part}`)) continue;
      if (rows === 'sum' && parts.length > 0 && !summed) this.#wholes.add(wholeKey(slot, object));
      if (kind === 'counter' && this.#counters.size > 0) this.#carry(slot, object, name, own);
      this.#push(index, object, this.#clockOf(slot, object, own));
      this.#combine.push(rows === 'sum' && !summed ? COMBINE.max : COMBINE[rows]);
      this.#to.push(slot);
      this.#metrics.push(this.#nameOnce(name));
      this.#ends.push(endsOf(slot.mapping, name));
      slot.bound = true;
    }
  }

  /** A row of sample times tells the clock of its object, and of its instance for what has no clock of its own. */
  addTime(index: number, labels: Labels, kind: PlannedQuery['kind']): void {
    const { slots } = this.#known;
    const profile = slots.byId.get(labels.get('profile') ?? '');
    if (!profile) return;
    // A server and a switch have their labels with their values; their target is no node of the fleet.
    if (profile.identity.server || profile.identity.port || profile.identity.link?.owner) {
      this.#push(index, 0, this.#clockOfTarget(profile, labels));
      return;
    }
    const object = this.#objectOf(kind, profile, labels);
    if (object < 0) return;
    if (kind !== 'node') this.#push(index, object, this.#clockOfObject(kind, profile, object));
    if (kind === 'gpu' || kind === 'node') this.#push(index, object, this.#clockOfTarget(profile, labels));
  }

  /** Leaves out parts of what is told as a whole as well. */
  #withoutParts(): void {
    if (this.#wholes.size === 0) return;
    const isPart = (slot: Slot, i: number) =>
      this.#combine[i] === COMBINE.sum && this.#wholes.has(wholeKey(slot, this.#ids[i]));
    const stays = this.#to.map((slot, i) => !isPart(slot, i));
    if (stays.every(Boolean)) return;
    const texts = [this.#to, this.#metrics, this.#ends];
    const numbers = [this.#series, this.#ids, this.#clocks, this.#combine, this.#raw, this.#times];
    for (const list of [...texts, ...numbers] as unknown[][]) {
      let kept = 0;
      for (let i = 0; i < stays.length; i++) if (stays[i]) list[kept++] = list[i];
      list.length = kept;
    }
  }

  done(writer: number): Binding {
    this.#withoutParts();
    const { query, decoded } = this.#input;
    const to = this.#to;
    const counts = !query && to.some(({ isCounter }) => isCounter);
    const carried = (values: readonly number[]) =>
      Float64Array.from({ length: counts ? to.length : 0 }, (_, i) => values[i] ?? Number.NaN);
    return {
      layout: decoded.layout,
      writer,
      series: Int32Array.from(this.#series),
      slots: to,
      metrics: this.#metrics,
      objects: Int32Array.from(this.#ids),
      clocks: Int32Array.from(this.#clocks),
      combine: Uint8Array.from(this.#combine),
      ends: this.#ends,
      pegged: new Uint8Array(to.length),
      counts,
      rawBefore: carried(this.#raw),
      timeBefore: carried(this.#times),
      unread: Int32Array.from(this.#unread),
    };
  }

  #nameOnce(name: string): string {
    const known = this.#names.get(name);
    if (known === undefined) this.#names.set(name, name);
    return known ?? name;
  }

  #push(index: number, object: number, clock: number): void {
    this.#series.push(index);
    this.#ids.push(object);
    this.#clocks.push(clock);
  }

  #clockOf({ object: kind, profile }: Slot, object: number, own: Labels): number {
    if (!this.#input.query) return -1;
    // What is recorded of a pod is as old as what is recorded of its rack.
    if (kind === 'work') return this.#clockOfObject('place', profile, this.#known.objects.works[object].place);
    if (kind === 'nvlink') return this.#clockOfObject('gpu', profile, Math.floor(object / NVLINKS));
    if (kind === 'gpu' || kind === 'feed' || kind === 'place') return this.#clockOfObject(kind, profile, object);
    return this.#clockOfTarget(profile, own);
  }

  #clockOfObject(kind: ObjectKind, { id }: Profile, object: number): number {
    return this.#known.clocks.ofObject(`${this.#input.sourceId}\n${id}\n${kind}`, object);
  }

  #clockOfTarget({ id }: Profile, labels: Labels): number {
    return this.#known.clocks.ofTarget(`${this.#input.sourceId}\n${id}\n${targetOf(labels)}`);
  }

  #objectOf(kind: Slot['object'], { identity }: Profile, own: Labels, slot?: Slot, name = ''): number {
    if (kind === 'gpu') return this.#gpuOf(own, identity);
    if (kind === 'nvlink') return this.#nvlinkOf(own, identity, name);
    const { objects } = this.#known;
    const labels = this.#merged(own);
    if (kind === 'feed') return objects.feed(labels, identity, this.#origin);
    if (kind === 'server') return identity.server ? objects.server(labels, identity.server, this.#origin) : -1;
    if (kind === 'place')
      return identity.place ? objects.place(labels, levelOfName(name) || levelOfLabels(labels), this.#origin) : -1;
    if (kind === 'work') return identity.place ? objects.work(labels, this.#origin) : -1;
    const link = slot?.mapping.link;
    if (kind === 'port') return link ? objects.port(labels, identity, link, this.#origin) : -1;
    if (kind === 'link') return link ? objects.link(labels, identity, link, this.#origin) : -1;
    return objects.node(labels, identity.node, this.#origin);
  }

  #nvlinkOf(own: Labels, identity: Profile['identity'], name: string): number {
    const link = nvlinkOf(own, name);
    const gpu = link < 0 ? -1 : this.#gpuOf(own, identity);
    return gpu < 0 ? -1 : gpu * NVLINKS + link;
  }

  /** A GPU that a full row of this body has described is known by its id from then on. */
  #gpuOf(own: Labels, identity: Profile['identity']): number {
    const { id: ids, index: indexes, model: models } = identity.gpu ?? DEFAULT_GPU;
    const [id, index, model] = [labelOf(own, ids), labelOf(own, indexes), labelOf(own, models)];
    const work = WORK.map((names) => labelOf(own, names)).join('\n');
    const known = id === '' ? undefined : this.#described.get(id);
    if (known?.index === index && known.model === model && known.work === work) return known.object;
    const object = this.#known.objects.gpu(this.#merged(own), identity, this.#origin);
    // Without an id, the same index may be of another node.
    if (id !== '' && this.#known.objects.isNamed(object)) this.#described.set(id, { index, model, work, object });
    return object;
  }

  #merged(own: Labels): Labels {
    if (this.#target.size === 0) return own;
    const merged = new Map(this.#target);
    for (const [name, value] of own) merged.set(name, value);
    return merged;
  }

  #again(text: string): boolean {
    if (this.#parts.has(text)) return true;
    this.#parts.add(text);
    return false;
  }

  /** What a counter stood at before the layout changed. */
  #carry(slot: Slot, object: number, name: string, own: Labels): void {
    const old = this.#counters.get(counterText(slot, object, name, own));
    if (old === undefined || !this.#before) return;
    this.#raw[this.#series.length] = this.#before.rawBefore[old];
    this.#times[this.#series.length] = this.#before.timeBefore[old];
  }
}

/** Slot and object as one number: there is one for nearly every series of a large body. */
const wholeKey = ({ index }: Slot, object: number) => index * 2 ** 32 + object;

const counterText = (slot: Slot, object: number, name: string, labels: Labels) =>
  `${slot.index}\n${object}\n${name}\n${[...labels.values()].join('\n')}`;

function countersOf({ layout, series, slots, objects, metrics, counts }: Binding): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (let i = 0; i < series.length; i++) {
    const labels = counts && slots[i].isCounter ? layout.series.at(series[i])?.labels : undefined;
    if (labels) found.set(counterText(slots[i], objects[i], metrics[i], labels), i);
  }
  return found;
}

/** What tells who works on a board, of which each row may name another. */
const WORK = [NAMESPACE, POD, JOB];

/** Target labels, and the machine's own name where the body tells it. */
function withNodeName({ targetLabels, decoded, query }: Ingest): Labels {
  if (query) return targetLabels;
  for (const { name, labels } of decoded.layout.series) {
    if (name !== 'node_uname_info') continue;
    const node = labels.get('nodename');
    return node ? new Map([...targetLabels, ['nodename', node]]) : targetLabels;
  }
  return targetLabels;
}
