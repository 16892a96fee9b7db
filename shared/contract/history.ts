import { z } from 'zod';
import { HISTORY_SIGNALS, type HistorySignal, type TimeFold } from '../history/signals.ts';

/**
 * Ranges of any object and signal. An object is a place (site to GPU, by its index in the layout), or what hangs on
 * one: a port on its node, a feed on its rack, both by name; a port of a switch has place −1 and the name "SWITCH PORT".
 * Times are epoch ms, steps whole multiples of the poll.
 */
const place = z.number().int().min(-1).max(10_000_000);
const signal = z.enum(HISTORY_SIGNALS as [HistorySignal, ...HistorySignal[]]);
const time = z.number().min(0).max(8.64e15);

/** Calls that can be answered as of an instant of the past. */
export const CALLS_AT = [
  ...(['inspect', 'gpu', 'links', 'power', 'energy', 'work', 'fabric', 'fabricOverview', 'alerts', 'rules'] as const),
] as const;
export type CallAt = (typeof CALLS_AT)[number];

export const historyCalls = {
  history: {
    role: 'read',
    arg: z.strictObject({
      series: z
        .array(z.strictObject({ signal, place, name: z.string().max(200).optional() }))
        .min(1)
        .max(32),
      from: time,
      to: time,
      points: z.number().int().min(2).max(4000),
    }),
  },
  /** Signals of all GPUs of a rack, in one answer. */
  rackHistory: {
    role: 'read',
    arg: z.strictObject({
      rack: place,
      signals: z.array(signal).min(1).max(12),
      from: time,
      to: time,
      points: z.number().int().min(2).max(1500),
    }),
  },
  /** The instants that `frameAt` can give, the newest first in number: at most `most` of the range. */
  steps: { role: 'read', arg: z.strictObject({ from: time, to: time, most: z.number().int().min(1).max(4000) }) },
  /**
   * One of `CALLS_AT` as of the instant that `frameAt` shows at a time; its argument is that call's own, with places by
   * their index in the layout of that instant, and so is the answer. Of one viewer those of the instant that he asked
   * about last are answered: what is not told yet of another is refused as `superseded`.
   */
  askAt: { role: 'read', arg: z.strictObject({ time, name: z.enum(CALLS_AT), arg: z.unknown() }) },
} as const;

/** Where a part of a series came from. */
export interface HistoryPiece {
  readonly origin: 'memory' | 'prometheus' | 'database';
  /** Name of the source; '' for what is remembered here. */
  readonly source: string;
  /** What the server was asked (PromQL, the first of several); '' for what is remembered here. */
  readonly query: string;
  /** Steps of the answer in [from, to) are of this origin. */
  readonly from: number;
  readonly to: number;
}

/** What is to be known of the numbers of one series. */
export interface HistorySeries {
  /** How the samples within a step made its value. */
  readonly fold: TimeFold;
  /** `measured` as read; `derived` from several objects or signals; `unsupported`: nobody gives it. */
  readonly quality: 'measured' | 'derived' | 'unsupported';
  readonly pieces: readonly HistoryPiece[];
  /** What is missing and why, as a sentence; '' where nothing is. */
  readonly missing: string;
}

export interface HistoryReply {
  /** Beginnings of the steps, ascending, whole multiples of the step. */
  readonly times: readonly number[];
  readonly stepMs: number;
  /** One array for each asked series; null is "no sample" and never filled. */
  readonly values: readonly (readonly (number | null)[])[];
  readonly series: readonly HistorySeries[];
}

/** Beginnings of steps are `first + i × stepMs` for i in [0, count). */
export interface RackHistoryReply {
  readonly first: number;
  readonly stepMs: number;
  readonly count: number;
  /** Place indexes of the rack's GPUs, in order. */
  readonly gpus: readonly number[];
  /** For each asked signal Float32, GPU after GPU, `count` each, NaN is a gap: base64 for `floatsOf` (base64.ts). */
  readonly values: readonly string[];
  readonly series: readonly HistorySeries[];
}

export interface StepsReply {
  /** Ascending; each is an instant that was recorded, or one that a Prometheus can be asked for. */
  readonly times: readonly number[];
  readonly stepMs: number;
}

/** One instant of the past. Its place indexes are of the layout that comes with it. */
export interface FrameAtReply {
  /** The bytes of a ViewFrame (wire.ts) as base64: `frameOfText` of frame-text.ts reads it; null where nothing is known. */
  readonly frame: string | null;
  /** Tells this layout from others, of whatever instants; '' where there is none. `known` leaves out one that the viewer has. */
  readonly layoutId: string;
  /** The instant that it is of, at or before the one that was asked for, epoch ms. */
  readonly time: number;
  /** Never live: numbers are of then, and nothing may be acknowledged or silenced on them. */
  readonly live: false;
  /** `mixed`: places of servers out of those, all others out of memory; `database`: roll-ups of sites to racks only. */
  readonly origin: 'memory' | 'prometheus' | 'mixed' | 'database' | 'none';
  /** What is told stands for this long from `time` on, ms: a poll, or a minute and more for what is long past. */
  readonly stepMs: number;
  /**
   * `journal`: findings and alert counts of the frame are those that were shown then; `rules`: no engine ran then, they
   * are what the rules that ship say of this instant.
   */
  readonly judged: 'journal' | 'rules';
  /** Names of the sources that were asked. */
  readonly sources: readonly string[];
  /** What is not in it and why, as a sentence; '' where nothing is missing, or where nobody has anything of it. */
  readonly missing: string;
}

export interface HistoryResults {
  history: HistoryReply;
  rackHistory: RackHistoryReply;
  steps: StepsReply;
  askAt: unknown;
}
