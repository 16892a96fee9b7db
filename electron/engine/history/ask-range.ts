import type { Evaluation } from '../../../shared/history/queries.ts';
import { type Matrix, parseMatrix } from '../../../shared/prom-api/matrix.ts';
import type { PrometheusSource } from '../../../shared/settings.ts';
import { Fetcher } from '../fetch.ts';
import type { Clock } from '../schedule.ts';
import { apiFault, apiUrl, Dialect } from '../sources/prometheus-api.ts';

/** Range queries that one server is asked at a time: live queries come first. */
const AT_ONCE = 2;
const MAX_BYTES = 50 << 20;

/** Asks one Prometheus-compatible server for ranges, a few at a time. */
export class RangeAsker {
  readonly settings: PrometheusSource;
  readonly #fetcher: Fetcher;
  readonly #dialect: Dialect;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(settings: PrometheusSource, clock: Clock) {
    this.settings = settings;
    this.#fetcher = new Fetcher(settings, { now: clock.now, sockets: AT_ONCE });
    this.#dialect = new Dialect(this.#fetcher, settings.url);
  }

  /** Rejects with the reason of a signal that ends it before its turn. @throws FaultError */
  async ask(
    promql: string,
    { start, end, stepMs }: Evaluation,
    stopped?: AbortSignal,
  ): Promise<{ matrix: Matrix; bytes: number }> {
    const { url, maxSeries = 1_000_000 } = this.settings;
    const [from, to, step] = [start, end, stepMs].map((ms) => String(ms / 1000));
    while (this.#running >= AT_ONCE) await new Promise<void>((next) => this.#waiting.push(next));
    this.#running++;
    try {
      stopped?.throwIfAborted();
      const form = { query: promql, start: from, end: to, step, ...(await this.#dialect.beside()) };
      const ask = { url: apiUrl(url, 'query_range'), accept: 'application/json', form };
      const { body } = await this.#fetcher.ask(ask, stopped);
      return { matrix: parseMatrix(body, { maxBytes: MAX_BYTES, maxSeries }), bytes: body.length };
    } catch (error) {
      stopped?.throwIfAborted();
      throw apiFault(new URL(url).host, error);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  close(): void {
    this.#fetcher.close();
  }
}
