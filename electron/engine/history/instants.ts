import type { CallParsed, CallResult } from '../../../shared/contract.ts';
import type { Frame } from '../../../shared/frame.ts';
import { textOfFrame } from '../../../shared/frame-text.ts';
import type { PrometheusSource } from '../../../shared/settings.ts';
import { FleetView } from '../../../shared/view.ts';
import { faultOf } from '../fault.ts';
import type { EngineContext } from '../part.ts';
import { PrometheusReader } from '../sources/prometheus.ts';
import { LayoutIds } from './layout-ids.ts';

/** Instants that are kept: looking at another signal of one asks nobody again. */
const KEPT = 8;
/** A past view remembers nothing. */
const NO_HISTORY = 1_000_000;

/** The fleet of one instant, and where it is from. */
export interface Past {
  readonly view: FleetView;
  readonly time: number;
  readonly origin: 'memory' | 'prometheus' | 'none';
  readonly sources: readonly string[];
  readonly missing: string;
}

/** The fleet at any instant: out of memory at the poll, else of the servers by the path of a refresh, else by the minute. */
export class Instants {
  readonly #context: EngineContext;
  readonly #kept = new Map<number, Promise<Past>>();
  readonly #layouts = new LayoutIds();

  constructor(context: EngineContext) {
    this.#context = context;
  }

  async frameAt({ time, watch, known }: CallParsed<'frameAt'>): Promise<CallResult<'frameAt'>> {
    const { view, ...found } = await this.at(time);
    const frame = view.frame(watch, 0);
    const layout = view.layout();
    const layoutId = layout ? this.#layouts.idOf(layout, view.current()?.frame.topology) : '';
    const text = frame && textOfFrame(frame);
    return { ...found, live: false, frame: text, layoutId, layout: layoutId === known ? null : layout };
  }

  /** The fleet at an instant; it is kept for a while. */
  at(time: number): Promise<Past> {
    const { pollMs } = this.#context.settings();
    const slot = Math.floor(time / pollMs) * pollMs;
    let past = this.#kept.get(slot);
    if (!past) {
      past = this.#at(slot);
      this.#kept.set(slot, past);
      // What failed, or was not there yet, is asked anew the next time.
      past.then(({ missing }) => missing !== '' && this.#kept.delete(slot));
      for (const oldest of this.#kept.keys()) if (this.#kept.size > KEPT) this.#kept.delete(oldest);
    }
    return past;
  }

  async #at(time: number): Promise<Past> {
    const remembered = this.#context.view().remembered.frameAt(time);
    const servers = this.#context
      .sources()
      .flatMap(({ settings }) => (settings.kind === 'prometheus' ? [settings] : []));
    const memory = (missing: string): Past => {
      const nothing = { view: this.#viewOf(null, time), time, origin: 'none', sources: [], missing } as const;
      if (!remembered) return nothing;
      const { frame } = remembered;
      return { view: this.#viewOf(frame, frame.time), time: frame.time, origin: 'memory', sources: [], missing: '' };
    };
    if (remembered?.raw || servers.length === 0) return memory('Nothing of this instant is remembered.');
    try {
      return await this.#ask(servers, time);
    } catch (error) {
      const { message, hint } = faultOf(error);
      return memory(`${message} ${hint}`);
    }
  }

  /** Asks every server what a refresh would have asked at that time. @throws FaultError */
  async #ask(servers: readonly PrometheusSource[], time: number): Promise<Past> {
    const fleet = this.#context.fleet().blank();
    const { staleMs } = this.#context.settings();
    const others = this.#context.sources().length - servers.length;
    for (const settings of servers) {
      const reader = new PrometheusReader(settings, fleet, this.#context.clock, this.#context.fleet().profiles);
      try {
        await reader.readAll(time, true);
      } finally {
        this.#context
          .sources()
          .find(({ settings: { id } }) => id === settings.id)
          ?.spent?.(reader.health([]).bytes);
        reader.close();
      }
    }
    const missing = others > 0 ? `${others} sources that are no servers are not in it: nobody kept their numbers.` : '';
    const names = servers.map(({ name }) => name);
    const frame = fleet.frame(time, staleMs);
    return { view: this.#viewOf(frame, time), time, origin: 'prometheus', sources: names, missing };
  }

  #viewOf(frame: Frame | null, time: number): FleetView {
    const view = new FleetView({ ...this.#context.settings(), historyBytes: NO_HISTORY });
    // Twice: what metered racks draw for each watt of their boards is measured first.
    for (let i = 0; frame && i < 2; i++) view.update(frame, [], 0, time, false);
    return view;
  }
}
