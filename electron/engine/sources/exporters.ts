import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { Decoded } from '../../../shared/decoded.ts';
import { DecodeError } from '../../../shared/decoded.ts';
import { formatOf } from '../../../shared/exposition/parser.ts';
import type { ExpositionReader } from '../../../shared/exposition/reader.ts';
import type { Fleet } from '../../../shared/fleet.ts';
import type { ExportersSource } from '../../../shared/settings.ts';
import { expositionReader } from '../decode.ts';
import { FaultError, printable } from '../fault.ts';
import { Fetcher } from '../fetch.ts';
import { Health } from '../health.ts';
import type { Clock, Job, Schedule } from '../schedule.ts';
import { type Target, targetsOf } from './file-sd.ts';
import type { Source } from './source.ts';

/** What a scrape asks for: OpenMetrics where the exporter can, else the classic text. */
export const ACCEPT = 'application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.7,*/*;q=0.1';

const REREAD_MS = 10_000;

/** The fault behind a body that is no exposition, with the place in it. */
export function decodeFault(error: unknown, host: string, body: Uint8Array): unknown {
  if (!(error instanceof DecodeError)) return error;
  const begin = Buffer.from(body.subarray(0, 200)).toString('utf8');
  if (/^\s*</.test(begin)) {
    return new FaultError(
      'not-metrics',
      `${host} answered with a page that begins ${JSON.stringify(printable(begin.trim()))}`,
      'Check the path; a login page may stand before it.',
    );
  }
  return new FaultError(
    'not-metrics',
    `${host}: line ${error.line}, column ${error.column}: ${printable(error.message, 200)}`,
    'Check that the address is an exporter’s /metrics.',
  );
}

/** Reads a set of exporters directly, each on its own schedule. */
export class ExportersScraper implements Source {
  readonly settings: ExportersSource;
  readonly #fleet: Fleet;
  readonly #fetcher: Fetcher;
  readonly #clock: Clock;
  readonly #health: Health;
  readonly #readers = new Map<string, ExpositionReader>();
  readonly #stop = new AbortController();

  constructor(settings: ExportersSource, fleet: Fleet, clock: Clock) {
    this.settings = settings;
    this.#fleet = fleet;
    this.#clock = clock;
    this.#health = new Health(settings);
    this.#fetcher = new Fetcher(settings, { now: clock.now, sockets: 64 });
  }

  start(schedule: Schedule, pollMs: number): void {
    const list: Job = { id: `${this.settings.id}\n`, intervalMs: REREAD_MS, run: () => this.#list(schedule, pollMs) };
    schedule.add(list);
  }

  async #list(schedule: Schedule, pollMs: number): Promise<void> {
    let targets: readonly Target[];
    try {
      targets = await targetsOf(this.settings);
    } catch (error) {
      // Targets that are known stay: a file that is being rewritten must not blank the fleet.
      this.#health.failed('file_sd', error, this.#clock.now());
      throw error;
    }
    if (this.#stop.signal.aborted) return;
    const prefix = `${this.settings.id}\n`;
    const wanted = new Map(targets.map((target) => [`${prefix}${target.url}`, target]));
    const known = new Set(schedule.ids().filter((id) => id.startsWith(prefix) && id !== prefix));
    for (const id of known) {
      if (wanted.has(id)) continue;
      schedule.remove(id);
      this.#readers.delete(id.slice(prefix.length));
    }
    this.#health.setTargets(targets.map((target) => target.url));
    const first = known.size === 0;
    for (const [id, target] of wanted)
      if (!known.has(id)) schedule.add({ id, intervalMs: pollMs, run: () => this.#scrape(target) }, !first);
  }

  async #scrape(target: Target): Promise<void> {
    const begin = this.#clock.now();
    try {
      const read = await this.read(target, begin);
      this.#health.ok(target.url, { ...read, ms: this.#clock.now() - begin, now: this.#clock.now() });
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#health.failed(target.url, error, this.#clock.now());
      throw error;
    }
  }

  /** One scrape into the fleet. @throws FaultError */
  async read(target: Target, time: number): Promise<{ bytes: number; series: number; bad: number }> {
    const answer = await this.#fetcher.ask({ url: target.url, accept: ACCEPT }, this.#stop.signal);
    let reader = this.#readers.get(target.url);
    if (!reader) {
      reader = expositionReader();
      this.#readers.set(target.url, reader);
    }
    let decoded: Decoded;
    try {
      decoded = reader.read(answer.body, formatOf(answer.contentType));
    } catch (error) {
      throw decodeFault(error, new URL(target.url).host, answer.body);
    }
    const { id, site } = this.settings;
    const { bad } = this.#fleet.ingest({
      key: target.url,
      sourceId: id,
      site,
      targetLabels: target.labels,
      decoded,
      time,
    });
    return { bytes: answer.body.length, series: decoded.values.length, bad };
  }

  /** Scrapes every target once, at most 32 at a time; for a run without a schedule. Failures count as such. */
  async readAll(time: number): Promise<void> {
    const targets = [...(await targetsOf(this.settings))];
    this.#health.setTargets(targets.map((target) => target.url));
    const next = async (): Promise<void> => {
      for (let target = targets.pop(); target; target = targets.pop()) {
        const begin = this.#clock.now();
        try {
          const read = await this.read(target, time);
          this.#health.ok(target.url, { ...read, ms: this.#clock.now() - begin, now: this.#clock.now() });
        } catch (error) {
          this.#health.failed(target.url, error, this.#clock.now());
        }
      }
    };
    await Promise.all(Array.from({ length: 32 }, next));
  }

  settled(share: number): boolean {
    return this.#health.settled(share);
  }

  health(lines: readonly string[]): SourceHealth {
    return this.#health.report(lines);
  }

  close(): void {
    this.#stop.abort();
    this.#fetcher.close();
  }
}
