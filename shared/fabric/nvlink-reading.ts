import { type Column, type Frame, STALE, UNSUPPORTED } from '../frame.ts';
import { NVLINKS } from '../nvlinks.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { hardwareOf } from '../signals/hardware.ts';
import { GPU } from '../topology.ts';
import { type LinkReading, modelOf, UNTOLD } from './reading.ts';

const SIGNALS = [
  ...(['state', 'tx', 'rx', 'both', 'wait', 'recoveries', 'symbolBer', 'effectiveBer'] as const),
  ...(['rxErrors', 'crcFlit', 'crcData', 'replays'] as const),
] as const;
type Columns = Readonly<Record<(typeof SIGNALS)[number], Column | undefined>>;
/** What counts as an error of a link; those that are told add up. */
const ERRORS = ['rxErrors', 'crcFlit', 'crcData', 'replays'] as const;

/** One NVLink and direction, bytes per second: NVLink 5 (1.8 TB/s a GPU both ways) has 50 GB/s, those before it 25. */
const linkBps = (gpuBps: number) => (gpuBps >= 1.8e12 ? 50e9 : 25e9);

const at = (column: Column | undefined, index: number) => column?.value[index] ?? Number.NaN;
const first = (a: number, b: number) => (Number.isNaN(a) ? b : a);
const larger = (a: number, b: number) => (Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b));

/** The NVLinks of a frame one by one, where exporters tell of each. */
export class Nvlinks {
  readonly #frame: Frame;
  readonly #columns: Columns;
  readonly #known: readonly Column[];
  readonly #rates = new Map<string, number>();
  #usual: ReadonlyMap<string, number> | undefined;

  constructor(frame: Frame) {
    const columns = SIGNALS.map((name) => [name, frame.columns.get(`nvlink.${name}` as SignalId)] as const);
    this.#frame = frame;
    this.#columns = Object.fromEntries(columns) as Columns;
    this.#known = columns.flatMap(([, column]) => column ?? []);
  }

  /** Whether anything is told of single links. */
  get isTold(): boolean {
    return this.#known.length > 0;
  }

  /** Index of a GPU's first link in columns. */
  firstOf(gpu: number): number {
    return (gpu - this.#frame.topology.start[GPU]) * NVLINKS;
  }

  /** Links of a GPU that are not inactive; NaN where nobody tells of their states. */
  active(gpu: number): number {
    const state = this.#columns.state?.value;
    let count = Number.NaN;
    for (let link = this.firstOf(gpu), end = link + NVLINKS; state && link < end; link++)
      if (!Number.isNaN(state[link])) count = (Number.isNaN(count) ? 0 : count) + (state[link] > 0 ? 1 : 0);
    return count;
  }

  /** NVLinks of a GPU that are inactive and that its like have, by name where it is known which; empty where nobody tells. */
  lacking(gpu: number): readonly string[] {
    const active = this.active(gpu);
    if (Number.isNaN(active)) return [];
    this.#usual ??= this.#countActive();
    const lacking = (this.#usual.get(modelOf(this.#frame, gpu)) ?? active) - active;
    if (!(lacking > 0)) return [];
    const state = this.#columns.state?.value;
    const inactive: string[] = [];
    for (let link = 0; link < NVLINKS; link++)
      if (state?.[this.firstOf(gpu) + link] === 0) inactive.push(`NVLink ${link}`);
    return inactive.length === lacking ? inactive : Array.from({ length: lacking }, () => 'NVLink');
  }

  /** Model → how many NVLinks of its boards are usually active: the middle one, the upper of two. */
  #countActive(): ReadonlyMap<string, number> {
    const { start } = this.#frame.topology;
    const counts = new Map<string, number[]>();
    for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
      const active = this.active(gpu);
      if (Number.isNaN(active)) continue;
      const model = modelOf(this.#frame, gpu);
      const of = counts.get(model);
      if (of) of.push(active);
      else counts.set(model, [active]);
    }
    return new Map([...counts].map(([model, of]) => [model, of.sort((a, b) => a - b)[of.length >> 1]]));
  }

  /** Whether a look at a link's numbers alone shows that nothing can be wrong with it: tens of thousands are looked at. */
  isQuiet(gpu: number, link: number, hasMoved: (index: number, recoveries: number) => boolean, full: number): boolean {
    const index = this.firstOf(gpu) + link;
    const { state, tx, rx, both, recoveries, symbolBer, effectiveBer } = this.#columns;
    if (state && state.value[index] === 0) return false;
    if (recoveries && hasMoved(index, recoveries.value[index])) return false;
    if ((symbolBer && symbolBer.value[index] > 0) || (effectiveBer && effectiveBer.value[index] > 0)) return false;
    for (const name of ERRORS) if (at(this.#columns[name], index) > 0) return false;
    const most = full * this.#rateOf(gpu);
    return !(at(tx, index) >= most || at(rx, index) >= most || at(both, index) / 2 >= most);
  }

  /** What a link of a GPU does; undefined where nothing is told of it. */
  of(gpu: number, link: number): LinkReading | undefined {
    const index = this.firstOf(gpu) + link;
    if (this.#known.every(({ quality }) => quality[index] === UNSUPPORTED)) return undefined;
    const { state, tx, rx, both, wait, recoveries } = this.#columns;
    const half = at(both, index) / 2;
    const [txBps, rxBps] = [first(at(tx, index), half), first(at(rx, index), half)];
    const rateBps = this.#rateOf(gpu);
    const stateNow = at(state, index);
    return {
      ...{ kind: 'nvlink', place: gpu, link: -1, nvlink: link, name: `NVLink ${link}`, ...UNTOLD },
      ...{ rateBps, rateAssumed: true, txBps, rxBps, use: larger(txBps, rxBps) / rateBps },
      ...{ waitTicks: at(wait, index), errors: this.#errors(index), downs: at(recoveries, index) },
      ...{ up: Number.isNaN(stateNow) ? null : stateNow > 0, state: stateNow },
      ...this.#age(index),
    };
  }

  /** Bit error ratio of symbols, or that after correction, the worse; NaN where none is told. */
  bitErrors(gpu: number, link: number): number {
    const index = this.firstOf(gpu) + link;
    return larger(at(this.#columns.effectiveBer, index), at(this.#columns.symbolBer, index));
  }

  #errors(index: number): number {
    let sum = Number.NaN;
    for (const name of ERRORS) {
      const value = at(this.#columns[name], index);
      if (!Number.isNaN(value)) sum = (Number.isNaN(sum) ? 0 : sum) + value;
    }
    return sum;
  }

  #rateOf(gpu: number): number {
    const model = modelOf(this.#frame, gpu);
    let rate = this.#rates.get(model);
    if (rate === undefined) {
      const { nvlinkBps = 0 } = hardwareOf(model) ?? {};
      rate = nvlinkBps > 0 ? linkBps(nvlinkBps) : Number.NaN;
      this.#rates.set(model, rate);
    }
    return rate;
  }

  #age(index: number): { time: number; stale: boolean } {
    let [time, stale] = [Number.NaN, false];
    for (const column of this.#known) {
      if (column.quality[index] === UNSUPPORTED) continue;
      if (column.quality[index] === STALE) stale = true;
      else if (!(column.time[index] >= time)) time = column.time[index];
    }
    return { time, stale };
  }
}
