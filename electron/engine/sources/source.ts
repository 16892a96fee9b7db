import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { SourceSettings } from '../../../shared/settings.ts';
import type { Schedule } from '../schedule.ts';

/** Who wants to know how reading goes. */
export interface SourceEars {
  /** After each read that brought everything at once. */
  whole(): void;
  /** Between two long steps of one read: work goes on. */
  alive(): void;
}

/** A configured origin of data while it is being read. */
export interface Source {
  readonly settings: SourceSettings;
  /** Puts its reads on the schedule. */
  start(schedule: Schedule, pollMs: number, ears: SourceEars): void;
  /** Reads everything once, without a schedule; `time` is the time of the tick. */
  readAll(time: number): Promise<void>;
  /** How it does; `lines` are warnings of its files. */
  health(lines: readonly string[]): SourceHealth;
  /** What it asks of a server, each query once; left out where it reads targets. */
  queries?(): readonly string[];
  /** This share of its targets has answered or failed once. */
  settled(share: number): boolean;
  /** Another part of the engine asked the server something, and got so many bytes: it counts as the source's. */
  spent?(bytes: number): void;
  /** How far the server's clock leads ours, ms, as far as it counts; left out, or 0, where they are alike. */
  leadMs?(): number;
  /** Ends its reads and its connections. */
  close(): void;
}
