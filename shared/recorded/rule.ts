import type { Profile } from '../signals/profile.ts';

/** One recording rule. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** Rules that are evaluated one after another; groups are side by side. */
export interface RecordingGroup {
  readonly name: string;
  readonly rules: readonly RecordingRule[];
}

/** What rules are made for. */
export interface RecordingOptions {
  readonly profiles: readonly Profile[];
  /** Over which counters are rated: at least twice the scrape interval, such as "2m". */
  readonly rateWindow: string;
  /** Seconds between evaluations; 30 where it is left out. */
  readonly intervalS?: number;
  /** Bytes that a tick of ports' wait counters stands for; left out: nobody says. */
  readonly waitTickBytes?: number | undefined;
}
