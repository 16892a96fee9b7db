import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { CallParsed, CallResult } from '../../../shared/contract.ts';
import type { Frame } from '../../../shared/frame.ts';
import { textOfFrame } from '../../../shared/frame-text.ts';
import { MINUTE_MS } from '../../../shared/history/grid.ts';
import { overlaid } from '../../../shared/history/overlay.ts';
import { instantOfRow } from '../../../shared/history/row-instant.ts';
import { type PlaceRow, placesIn } from '../../../shared/history/rows.ts';
import type { PrometheusSource } from '../../../shared/settings.ts';
import type { Topology } from '../../../shared/topology.ts';
import { type TrendRow, WINDOW_MS } from '../../../shared/trend.ts';
import { type FleetInstant, FleetView } from '../../../shared/view.ts';
import type { PastAlerts } from '../alerts/past-alerts.ts';
import { faultOf } from '../fault.ts';
import type { EngineContext } from '../part.ts';
import { PrometheusReader } from '../sources/prometheus.ts';
import { LayoutIds } from './layout-ids.ts';
import { SharedAsks } from './shared-asks.ts';

/** Instants that are kept: looking at another signal of one asks nobody again. */
const KEPT = 8;
/** A past view remembers nothing. */
const NO_HISTORY = 1_000_000;
/** Instants before that a trend needs at least. */
const TREND_LEAST = 4;

/** What else is known of an instant. */
export interface InstantWitnesses {
  /** Alerts as they stood then; undefined where no engine ran, or nothing of it is kept. */
  alertsAt(frame: Frame, instant: FleetInstant | null): PastAlerts | undefined;
  /** How the sources did then. */
  sourcesAt(time: number): { readonly sources: readonly SourceHealth[]; readonly badSamples: number };
  /** Draws of servers before an instant; nobody waits for them once the signal is aborted. @throws FaultError */
  draws(time: number, stopped: AbortSignal): Promise<readonly PlaceRow[]>;
  /** Rows of sites to racks before an instant, the last one is of it; none where nothing is kept. */
  rowsUpTo(time: number): { readonly rows: readonly PlaceRow[]; readonly stepMs: number };
}

/** The fleet of one instant, and where it is from. */
export interface Past
  extends Pick<CallResult<'frameAt'>, 'time' | 'origin' | 'stepMs' | 'judged' | 'sources' | 'missing'> {
  readonly view: FleetView;
  /** Draws of the minutes before it, which its trends were fitted to. */
  readonly draws: (topology: Topology) => readonly TrendRow[];
  /** Alerts as they stood; undefined where no engine ran, or nothing of it is kept. */
  readonly alerts: PastAlerts | undefined;
}

/** A frame before it is told. */
interface Found extends Omit<Past, 'view' | 'judged' | 'alerts' | 'draws'> {
  readonly frame: Frame | null;
  /** Where only sites to racks are kept: their rows up to the instant. */
  readonly rows?: readonly PlaceRow[];
}

/** The fleet at any instant: out of memory at the poll, else of the servers by the path of a refresh, else by the minute. */
export class Instants {
  readonly #context: EngineContext;
  readonly #witnesses: InstantWitnesses;
  readonly #kept = new SharedAsks<Past>(KEPT);
  readonly #layouts = new LayoutIds();

  constructor(context: EngineContext, witnesses: InstantWitnesses) {
    this.#context = context;
    this.#witnesses = witnesses;
  }

  /** @param signal ends it: who asked wants another instant by now */
  async frameAt({ time, watch, known }: CallParsed<'frameAt'>, signal?: AbortSignal): Promise<CallResult<'frameAt'>> {
    const { view, alerts: _, draws: __, ...found } = await this.at(time, signal);
    const frame = view.frame(watch, 0);
    const layout = view.layout();
    const layoutId = layout ? this.#layouts.idOf(layout, view.current()?.frame.topology) : '';
    const text = frame && textOfFrame(frame);
    return { ...found, live: false, frame: text, layoutId, layout: layoutId === known ? null : layout };
  }

  /** The fleet at an instant; it is kept for a while. Rejects with the reason of a signal that ends it. */
  async at(time: number, signal?: AbortSignal): Promise<Past> {
    signal?.throwIfAborted();
    const { pollMs } = this.#context.settings();
    const slot = Math.floor(time / pollMs) * pollMs;
    const run = async (stopped: AbortSignal) => this.#tell(await this.#find(slot, stopped), stopped);
    // What failed, or was not there yet, is asked anew the next time.
    return this.#kept.ask(slot, signal, run, ({ view, missing }) => view.current() !== null && missing === '');
  }

  async #find(time: number, stopped: AbortSignal): Promise<Found> {
    const { pollMs } = this.#context.settings();
    const remembered = this.#context.view().remembered.frameAt(time);
    const servers = this.#context
      .sources()
      .flatMap(({ settings }) => (settings.kind === 'prometheus' ? [settings] : []));
    const memory = (): Found => {
      if (!remembered) return this.#rolledUp(time);
      const { frame, raw } = remembered;
      const stepMs = raw ? pollMs : MINUTE_MS;
      return { frame, time: frame.time, origin: 'memory', stepMs, sources: [], missing: '' };
    };
    if (remembered?.raw || servers.length === 0) return memory();
    try {
      return this.#withRemembered(await this.#ask(servers, time, stopped), remembered?.frame ?? null);
    } catch (error) {
      stopped.throwIfAborted();
      const { message, hint } = faultOf(error);
      const found = memory();
      return { ...found, missing: [`${message} ${hint}`, found.missing].filter((text) => text !== '').join(' ') };
    }
  }

  /** What the database has of sites to racks. */
  #rolledUp(time: number): Found {
    const { rows, stepMs } = this.#witnesses.rowsUpTo(time);
    const last = rows.at(-1);
    if (!last) return { frame: null, time, origin: 'none', stepMs: 0, sources: [], missing: '' };
    const only = 'Of this instant sites to racks are kept, and nothing of nodes and GPUs.';
    return { frame: null, rows, time: last.time, origin: 'database', stepMs, sources: [], missing: only };
  }

  /** What other sources told then, by the minute, beside what servers tell. */
  #withRemembered(found: Found & { readonly frame: Frame }, remembered: Frame | null): Found {
    const servers = this.#context.sources().filter(({ settings }) => settings.kind === 'prometheus').length;
    const others = this.#context.sources().length - servers;
    if (others === 0) return found;
    const both = remembered && overlaid({ ...remembered, time: found.time }, found.frame);
    if (both) return { ...found, frame: both, origin: 'mixed', stepMs: MINUTE_MS };
    const which = others === 1 ? '1 source that is no server is' : `${others} sources that are no servers are`;
    return { ...found, missing: `${which} not in it: nobody kept their numbers of then.` };
  }

  /** Asks every server what a refresh would have asked at that time. @throws FaultError */
  async #ask(
    servers: readonly PrometheusSource[],
    time: number,
    stopped: AbortSignal,
  ): Promise<Found & { readonly frame: Frame }> {
    const fleet = this.#context.fleet().blank();
    const { staleMs, pollMs } = this.#context.settings();
    for (const settings of servers) {
      const source = this.#context.sources().find(({ settings: { id } }) => id === settings.id);
      // A server knows instants by its own clock.
      const leadMs = source?.leadMs?.() ?? 0;
      stopped.throwIfAborted();
      const reader = new PrometheusReader(settings, fleet, this.#context.clock, this.#context.fleet().profiles);
      // A server is not left working for nobody: its connections are closed under the queries.
      stopped.addEventListener('abort', () => reader.close(), { once: true });
      try {
        await reader.readAll(time + leadMs, { leadMs });
      } finally {
        source?.spent?.(reader.health([]).bytes);
        reader.close();
      }
    }
    const frame = fleet.frame(time, staleMs);
    const sources = servers.map(({ name }) => name);
    return { frame, time, origin: 'prometheus', stepMs: pollMs, sources, missing: '' };
  }

  /** Everything that is told of an instant: draws, trends, alerts and sources of then. */
  async #tell({ frame, rows, ...found }: Found, stopped: AbortSignal): Promise<Past> {
    if (rows) return this.#tellRows(rows, found);
    const draws = frame ? await this.#draws(found.time, stopped) : () => [];
    stopped.throwIfAborted();
    const view = new FleetView({ ...this.#context.settings(), historyBytes: NO_HISTORY, draws });
    if (!frame) return { ...found, view, draws, judged: 'rules', alerts: undefined };
    const { sources, badSamples } = this.#witnesses.sourcesAt(found.time);
    // Twice: what metered racks draw for each watt of their boards is measured first.
    for (let i = 0; i < 2; i++) view.update(frame, sources, badSamples, found.time, false);
    const alerts = this.#witnesses.alertsAt(frame, view.current());
    if (alerts) view.showAlerts(alerts.summary, alerts.findings);
    return { ...found, view, draws, judged: alerts ? 'journal' : 'rules', alerts };
  }

  #tellRows(rows: readonly PlaceRow[], found: Omit<Found, 'frame' | 'rows'>): Past {
    const { space, time } = rows.at(-1) as PlaceRow;
    const topology = this.#context.fleet().placesOf(space.paths);
    const view = new FleetView({ ...this.#context.settings(), historyBytes: NO_HISTORY });
    const instant = instantOfRow(topology, rows, this.#witnesses.sourcesAt(time));
    view.show(instant);
    const alerts = this.#witnesses.alertsAt(instant.frame, instant);
    if (alerts) view.showAlerts(alerts.summary, alerts.findings);
    const draws = (of: Topology) => rows.map((row) => ({ ...row, places: placesIn(row.space, of) }));
    return { ...found, view, draws, judged: alerts ? 'journal' : 'rules', alerts };
  }

  /** Draws of the minutes before an instant: as they are remembered, else as servers have them. */
  async #draws(time: number, stopped: AbortSignal): Promise<(topology: Topology) => readonly TrendRow[]> {
    const history = this.#context.view().remembered;
    const before = (topology: Topology) => history.drawsBefore(topology, time, WINDOW_MS);
    const current = this.#context.view().current()?.frame.topology;
    if (current && before(current).length >= TREND_LEAST) return before;
    try {
      const rows = await this.#witnesses.draws(time, stopped);
      return (topology) => rows.map(({ space, ...row }) => ({ ...row, places: placesIn(space, topology) }));
    } catch {
      // No trend is better than no instant: the numbers themselves are there.
      return before;
    }
  }
}
