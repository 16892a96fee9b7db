import type { SourceHealth } from '../../shared/contract/sources.ts';
import type { Fault } from '../../shared/contract.ts';
import type { ExportersSource, PrometheusSource } from '../../shared/settings.ts';
import { HourCost } from './cost.ts';
import { FaultError, faultOf } from './fault.ts';
import type { Schedule } from './schedule.ts';

/** Of so few targets each is waited for. */
const FEW = 4;

/** How a source does, and when what failed of it is tried again. */
export function withRetry(health: SourceHealth, schedule: Schedule): SourceHealth {
  const waiting = health.failures > 0 ? schedule.waiting(`${health.id}\n`) : undefined;
  if (!waiting) return health;
  const { jobs: targets, ...retry } = waiting;
  return { ...health, retry: { targets, ...retry } };
}

/** Counts what one source's reads gave, for its line on the Sources screen. */
export class Health {
  readonly #source: PrometheusSource | ExportersSource;
  readonly #targets = new Map<string, { up: boolean | undefined; failures: number; series: number }>();
  #lastMs: number | null = null;
  #lastOk: number | null = null;
  #bytes = 0;
  #bad = 0;
  #skew: number | null = null;
  #warnings: readonly string[] = [];
  #fault: (Fault & { since: number; count: number }) | null = null;
  #partial: SourceHealth['partial'] = null;
  readonly #cost = new HourCost();

  constructor(source: PrometheusSource | ExportersSource) {
    this.#source = source;
  }

  /** The targets that exist now; what is known of others is forgotten. */
  setTargets(ids: readonly string[]): void {
    const wanted = new Set(ids);
    for (const id of this.#targets.keys()) if (!wanted.has(id)) this.#targets.delete(id);
    for (const id of ids) if (!this.#targets.has(id)) this.#targets.set(id, { up: undefined, failures: 0, series: 0 });
  }

  ok(
    id: string,
    read: {
      readonly ms: number;
      readonly bytes: number;
      readonly series: number;
      readonly bad: number;
      readonly now: number;
      /** Requests that it took; 1 where left out. */
      readonly questions?: number;
    },
  ): void {
    this.#cost.add(read.now, read.questions ?? 1, read.bytes);
    this.#targets.set(id, { up: true, failures: 0, series: read.series });
    this.#lastMs = read.ms;
    this.#lastOk = read.now;
    this.#bytes += read.bytes;
    this.#bad += read.bad;
    if (this.#fault && [...this.#targets.values()].every((target) => target.up !== false)) this.#fault = null;
  }

  failed(id: string, error: unknown, now: number): void {
    this.#cost.add(now, 1, 0);
    const target = this.#targets.get(id) ?? { up: false, failures: 0, series: 0 };
    this.#targets.set(id, { ...target, up: false, failures: target.failures + 1 });
    const fault = error instanceof FaultError ? error.fault : faultOf(error);
    const same = this.#fault?.code === fault.code;
    this.#fault = {
      ...fault,
      since: same ? (this.#fault?.since ?? now) : now,
      count: (same ? (this.#fault?.count ?? 0) : 0) + 1,
    };
  }

  /** A question beside the reads. */
  spent(now: number, bytes: number): void {
    this.#cost.add(now, 1, bytes);
  }

  /** Milliseconds that the server's clock leads ours. */
  skew(ms: number): void {
    this.#skew = ms;
  }

  /** `partly`: what the server says of an answer that is not whole; undefined where it is. */
  warn(warnings: readonly string[], partly: string | undefined, now: number): void {
    this.#warnings = warnings.slice(0, 20);
    this.#partial = partly === undefined ? null : { since: this.#partial?.since ?? now, said: partly };
  }

  /** This share of the targets has answered or failed once, or all but one of several where it is not all; never of none. */
  settled(share: number): boolean {
    let asked = 0;
    for (const target of this.#targets.values()) if (target.up !== undefined) asked++;
    const all = this.#targets.size;
    // One dead host of twelve is more than 2 % of them, and is waited for no longer than one of a hundred.
    return all > 0 && asked >= (share < 1 && all > FEW ? Math.min(all - 1, all * share) : all * share);
  }

  /** `lines`: warnings of the source's files, shown with its own. */
  report(lines: readonly string[]): SourceHealth {
    const { id, name, kind, insecure } = this.#source;
    const targets = [...this.#targets.values()];
    const up = targets.filter((target) => target.up === true).length;
    const failures = targets.reduce((most, target) => Math.max(most, target.failures), 0);
    const asked = targets.some((target) => target.up !== undefined);
    const state = !asked
      ? 'starting'
      : up === 0
        ? 'down'
        : up < targets.filter((t) => t.up !== undefined).length || this.#partial
          ? 'partial'
          : 'up';
    return {
      id,
      name,
      kind,
      state,
      targets: targets.length,
      targetsUp: up,
      lastMs: this.#lastMs,
      lastOk: this.#lastOk,
      failures,
      bytes: this.#bytes,
      hour: this.#cost.sum(),
      series: targets.reduce((sum, target) => sum + (target.up ? target.series : 0), 0),
      badSamples: this.#bad,
      skewMs: this.#skew,
      fault: this.#fault,
      partial: this.#partial,
      warnings: [...lines, ...this.#warnings].slice(0, 20),
      insecure,
    };
  }
}
