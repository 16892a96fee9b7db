import { z } from 'zod';
import type { Manifest, Reason, Seal } from '../snapshot/manifest.ts';
import { REASONS, REDACTIONS } from '../snapshot/manifest.ts';
import type { PseudonymRow } from '../snapshot/pseudonyms.ts';

/** Calls of snapshots: taking them, the library, and what leaves in other forms. */

/** Name of a file in the library without its ending. */
const file = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/, 'is no name of a snapshot');
const redactions = z.array(z.enum(REDACTIONS)).max(REDACTIONS.length);

export const EXPORT_FORMATS = ['html', 'fwsnap', 'csv', 'json', 'openmetrics', 'md'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** The longest window on either side of the moment. */
const HOUR = 3_600_000;

export const captureArg = z.strictObject({
  title: z.string().trim().min(1).max(200),
  /** The moment that it is about, epoch ms; now where it is left out. */
  at: z.number().min(0).max(8.64e15).optional(),
  beforeMs: z.number().int().min(0).max(HOUR),
  /** Goes on recording for so long after the moment. */
  afterMs: z.number().int().min(0).max(HOUR).default(0),
  /** Path of a site to rack; '' for the whole fleet. */
  scope: z.string().max(1000).default(''),
  who: z.string().trim().max(100).default(''),
  note: z.string().trim().max(4000).default(''),
  tags: z.array(z.string().trim().min(1).max(40)).max(20).default([]),
  redact: redactions.default([]),
  reason: z.enum(REASONS).default('person'),
});

/** name → who may call it, and how its argument is parsed. */
export const snapshotCalls = {
  snapshots: { role: 'read', arg: z.strictObject({}) },
  /** What a capture would have, without taking it. */
  sizeSnapshot: {
    role: 'read',
    arg: captureArg.pick({ at: true, beforeMs: true, afterMs: true, scope: true }),
  },
  /** Answers once it is under way; `snapshot` events tell how far it is. */
  takeSnapshot: { role: 'operate', arg: captureArg },
  cancelSnapshot: { role: 'operate', arg: z.strictObject({ job: z.number().int() }) },
  /** Notes and tags of the library; the file itself never changes. */
  describeSnapshot: {
    role: 'operate',
    arg: z.strictObject({
      file,
      note: z.string().max(20_000),
      tags: z.array(z.string().trim().min(1).max(40)).max(20),
    }),
  },
  /** Puts it aside, to be brought back by restoreSnapshot within 30 days, or until the quota needs its place. */
  removeSnapshot: { role: 'operate', arg: z.strictObject({ file }) },
  restoreSnapshot: { role: 'operate', arg: z.strictObject({ file }) },
  /** A piece of the file, base64: pages open and save files by it on every host. */
  readSnapshot: {
    role: 'read',
    arg: z.strictObject({
      file,
      from: z
        .number()
        .int()
        .min(0)
        .max(2 ** 31),
    }),
  },
  /** What names would become, and how many of each kind: before anything leaves. */
  previewRedaction: { role: 'read', arg: z.strictObject({ file, redact: redactions }) },
  /** Another form of it, to be read by exportPiece. Files are whole snapshots again. */
  exportSnapshot: {
    role: 'read',
    arg: z.strictObject({ file, format: z.enum(EXPORT_FORMATS), redact: redactions.default([]) }),
  },
  /** The next piece of a form, base64. One that is not asked for during a minute is let go. */
  exportPiece: { role: 'read', arg: z.strictObject({ form: z.number().int() }) },
} as const;

/** `whole`: every digest holds. `altered` and `unreadable` files are listed, never opened. */
export type Integrity = 'checking' | 'whole' | 'altered' | 'unreadable';

/** A file of the library. */
export interface SnapshotRow {
  readonly file: string;
  readonly bytes: number;
  /** When the file was written, epoch ms. */
  readonly written: number;
  readonly integrity: Integrity;
  /** Why it is altered or unreadable; '' otherwise. */
  readonly trouble: string;
  /** Who signed it; null where it is not whole. */
  readonly seal: Seal | null;
  readonly digest: string;
  readonly manifest: Pick<
    Manifest,
    'id' | 'title' | 'at' | 'from' | 'to' | 'instants' | 'scope' | 'made' | 'counts' | 'redacted'
  > | null;
  readonly note: string;
  readonly tags: readonly string[];
  /** Share of its budget of each rack at the moment, in the order of the floor, as a byte of the palette. */
  readonly thumbnail: readonly number[];
  /** Put aside: until when it can be brought back, epoch ms; null where it is in the library. */
  readonly keptUntil: number | null;
}

export interface SnapshotLibrary {
  readonly rows: readonly SnapshotRow[];
  readonly jobs: readonly SnapshotJob[];
  readonly bytes: number;
  readonly quotaBytes: number;
  /** Where the files lie. */
  readonly folder: string;
}

export interface SnapshotSize {
  readonly from: number;
  readonly to: number;
  readonly instants: number;
  readonly gpus: number;
  /** An estimate by what the last minutes took. */
  readonly bytes: number;
  /** Where the past of the window comes from, as a sentence; '' where all of it is still to come. */
  readonly past: string;
}

/** A capture under way, or how it ended. */
export interface SnapshotJob {
  readonly job: number;
  readonly title: string;
  readonly reason: Reason;
  readonly state: 'recording' | 'gathering' | 'packing' | 'writing' | 'done' | 'cancelled' | 'failed';
  /** Share of the step, 0–1. */
  readonly done: number;
  readonly bytes: number;
  /** Once it is done. */
  readonly file: string;
  /** Once it failed: what happened and what to do. */
  readonly trouble: string;
}

export interface SnapshotCallResults {
  snapshots: SnapshotLibrary;
  sizeSnapshot: SnapshotSize;
  takeSnapshot: SnapshotJob;
  cancelSnapshot: null;
  describeSnapshot: SnapshotRow;
  removeSnapshot: null;
  restoreSnapshot: null;
  readSnapshot: { readonly bytes: number; readonly base64: string };
  previewRedaction: {
    readonly names: readonly PseudonymRow[];
    readonly title: string;
    readonly removed: readonly string[];
  };
  exportSnapshot: { readonly name: string; readonly type: string; readonly form: number };
  exportPiece: { readonly base64: string; readonly last: boolean };
}

export interface SnapshotEvents {
  snapshot: SnapshotJob;
}
