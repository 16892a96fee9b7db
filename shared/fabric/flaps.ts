import type { Frame } from '../frame.ts';
import type { EpochMs } from '../units.ts';
import { FLAP_WINDOW_MS } from './flap-window.ts';
import { NvlinkMemory } from './nvlink-memory.ts';

/** InfiniBand's number for an active port; an Ethernet carrier has it too. */
const ACTIVE = 4;

/** Readings that are kept a window: one a minute and the one before it. */
const SLOTS = 11;
const SLOT_MS = FLAP_WINDOW_MS / (SLOTS - 1);

/** What is remembered of one link. */
interface Memory {
  /** Cumulative times down, and when they were read; newest last. */
  readonly downs: number[];
  readonly times: number[];
  /** Usual errors per second: an average that forgets over an hour or so. */
  errors: number;
}

/** A link's errors per second count above this many times what is usual for it. */
const ABOVE_USUAL = 3;
/** Each minute's share in what is usual. */
const FORGETS = 1 / 60;

/**
 * What instants alone do not tell: how often a link went down of late, and how many errors are usual for it. Links are
 * known by their node's path and name, so that a new topology mixes nothing.
 */
export class LinkMemory {
  readonly nvlinks = new NvlinkMemory();
  readonly #links = new Map<string, Memory>();
  #keys: readonly string[] = [];
  /** 1 for each link that was ever active: a port that never was is one that nobody uses. */
  #active = new Uint8Array(0);
  #version = -1;
  #at: EpochMs = Number.NEGATIVE_INFINITY;

  /** Takes one instant; more than one within a minute count as one. A clock that was set back begins anew. */
  update(frame: Frame, now: EpochMs): void {
    const { topology, columns } = frame;
    this.nvlinks.update(frame, now);
    if (topology.version !== this.#version || this.#keys.length !== topology.linkNode.length) {
      const before = new Map(this.#keys.map((key, link) => [key, this.#active[link]]));
      this.#version = topology.version;
      this.#keys = topology.linkName.map((name, link) => `${topology.path[topology.linkNode[link]] ?? ''} ${name}`);
      this.#active = Uint8Array.from(this.#keys, (key) => before.get(key) ?? 0);
      const here = new Set(this.#keys);
      for (const key of this.#links.keys()) if (!here.has(key)) this.#links.delete(key);
    }
    const states = columns.get('link.state')?.value;
    for (let link = 0; states && link < states.length; link++) if (states[link] === ACTIVE) this.#active[link] = 1;
    if (now < this.#at) this.#links.clear();
    else if (now - this.#at < SLOT_MS) return;
    this.#at = now;
    const [downs, errors] = [columns.get('link.downs'), columns.get('link.errors')];
    if (!downs && !errors) return;
    for (const [link, key] of this.#keys.entries()) this.#take(key, downs?.value[link], errors?.value[link], now);
  }

  #take(key: string, downs = Number.NaN, errors = Number.NaN, now: EpochMs): void {
    if (Number.isNaN(downs) && Number.isNaN(errors)) return;
    let memory = this.#links.get(key);
    if (!memory) {
      memory = { downs: [], times: [], errors: Number.NaN };
      this.#links.set(key, memory);
    }
    if (!Number.isNaN(downs)) {
      memory.downs.push(downs);
      memory.times.push(now);
      if (memory.downs.length > SLOTS) {
        memory.downs.shift();
        memory.times.shift();
      }
    }
    if (!Number.isNaN(errors)) {
      memory.errors = Number.isNaN(memory.errors) ? errors : memory.errors + (errors - memory.errors) * FORGETS;
    }
  }

  /**
   * Times the link went down within the last 10 min, given the counter's value now; a counter that was reset begins at
   * 0 (alert-semantics.md 4.2). NaN until it was read twice.
   */
  recentDowns(link: number, downs: number, now: EpochMs): number {
    const memory = this.#links.get(this.#keys[link] ?? '');
    if (!memory || Number.isNaN(downs)) return Number.NaN;
    let sum = Number.NaN;
    let before = Number.NaN;
    for (let i = 0; i <= memory.downs.length; i++) {
      const last = i === memory.downs.length;
      const value = last ? downs : memory.downs[i];
      if (!last && memory.times[i] < now - FLAP_WINDOW_MS) {
        before = value;
        continue;
      }
      if (!Number.isNaN(before)) sum = (Number.isNaN(sum) ? 0 : sum) + (value >= before ? value - before : value);
      before = value;
    }
    return sum;
  }

  /** The port was active and is not any more, by what its state says now. */
  wentDown(link: number, state: number): boolean {
    return state !== ACTIVE && !Number.isNaN(state) && this.#active[link] === 1;
  }

  /** Errors per second are well above what is usual for this link. */
  aboveUsual(link: number, errors: number): boolean {
    const usual = this.#links.get(this.#keys[link] ?? '')?.errors ?? Number.NaN;
    return errors > 0 && errors > usual * ABOVE_USUAL;
  }
}
