import type { SourceHealth } from '../contract.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import type { Cells } from './cells.ts';

/** Grows when an older reader could not read what is written. */
export const SNAPSHOT_SCHEMA = 1;
export const SNAPSHOT_FORMAT = 'fleetwatt-snapshot';
export const SNAPSHOT_ENDING = '.fwsnap';

/** What may be told apart when names are replaced by pseudonyms. */
export const REDACTIONS = ['hosts', 'devices', 'users', 'jobs', 'places', 'urls', 'notes'] as const;
export type RedactionKind = (typeof REDACTIONS)[number];

/** Why it was taken. */
export const REASONS = ['person', 'alert', 'command'] as const;
export type Reason = (typeof REASONS)[number];

/** Where numbers come from: what was read while it happened, or asked of the server afterwards. */
export interface Origin {
  readonly source: string;
  readonly name: string;
  readonly kind: string;
  /** Without user, query or fragment; a pseudonym where URLs are redacted. */
  readonly url: string;
  /** What was asked, each query once. */
  readonly queries: readonly string[];
  /** Milliseconds between two instants that it was asked for. */
  readonly stepMs: number;
}

/** One quantity of the run, with how finely it was kept. */
export interface SignalEntry {
  readonly id: SignalId;
  readonly unit: string;
  /** "0.1 W", "1 part in 8,192", "exact". */
  readonly kept: string;
  readonly objects: number;
  /** Cells with a value. */
  readonly samples: number;
}

/** The first part that is read: what is in the file, from where, and what it must weigh to be believed. */
export interface Manifest {
  readonly format: typeof SNAPSHOT_FORMAT;
  readonly schema: typeof SNAPSHOT_SCHEMA;
  /** 32 hexadecimal digits; stays with copies and redacted forms. */
  readonly id: string;
  /** A sentence. */
  readonly title: string;
  /** When the moment was that it is about; instants before and after it. */
  readonly at: EpochMs;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly instants: number;
  /** The place that it is about; '' for the whole fleet. Other places are left out. */
  readonly scope: string;
  readonly made: {
    readonly at: EpochMs;
    /** Who; '' where nobody said or it was redacted. */
    readonly by: string;
    readonly reason: Reason;
    readonly version: string;
  };
  readonly origins: readonly Origin[];
  readonly counts: {
    readonly gpus: number;
    readonly nodes: number;
    readonly racks: number;
    readonly links: number;
    readonly feeds: number;
    readonly alerts: number;
    readonly samples: number;
  };
  readonly signals: readonly SignalEntry[];
  /** What was replaced by pseudonyms; empty where nothing was. */
  readonly redacted: readonly RedactionKind[];
  /** What is not in it and why, as sentences. */
  readonly missing: readonly string[];
  readonly parts: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** How the engine judged the numbers at the capture. */
export interface Limits {
  readonly pollMs: number;
  readonly staleMs: number;
  readonly warnRatio: number;
  readonly critRatio: number;
}

/** Sources as they did from an instant on until the next entry. */
export interface SourceSpan {
  readonly from: EpochMs;
  readonly badSamples: number;
  readonly sources: readonly SourceHealth[];
}

/** An alert of the window. */
export interface AlertRecord {
  readonly id: string;
  readonly rule: string;
  readonly severity: 'critical' | 'warning' | 'advisory' | 'nodata';
  readonly domain: string;
  readonly title: string;
  readonly detail: string;
  /** Path of its object; '' for none. */
  readonly path: string;
  readonly state: 'pending' | 'firing' | 'resolved';
  readonly since: EpochMs;
  readonly until: EpochMs | null;
  readonly acknowledgedBy: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What happened, in the order of time. */
export interface JournalRecord {
  readonly time: EpochMs;
  /** pending, firing, resolved, acknowledged, silenced, note … */
  readonly kind: string;
  readonly alert: string;
  readonly who: string;
  readonly text: string;
}

export interface NoteRecord {
  readonly time: EpochMs;
  readonly who: string;
  /** Path of the object that it is about; '' for the whole. */
  readonly path: string;
  readonly text: string;
}

/** A rule as it was in force. */
export interface RuleRecord {
  readonly name: string;
  readonly text: string;
  readonly severity: string;
}

/** Instants that are packed together. */
export interface RunChunk {
  readonly part: string;
  /** Number of its first instant, and how many there are. */
  readonly first: number;
  readonly count: number;
}

/** The recorded frames. Cells are unpacked when they are asked for. */
export interface Run {
  readonly times: readonly EpochMs[];
  readonly signals: readonly { readonly id: SignalId; readonly objects: number }[];
  readonly chunks: readonly RunChunk[];
  /** Cells of a chunk, in the order of `signals`. @throws SnapshotRefused */
  cells(chunk: number): readonly Cells[];
  /** A chunk as it lies in the file. */
  packed(chunk: number): Uint8Array;
}

/** Everything but the numbers. */
export interface Papers {
  readonly limits: Limits;
  readonly sources: readonly SourceSpan[];
  readonly alerts: readonly AlertRecord[];
  readonly journal: readonly JournalRecord[];
  readonly rules: readonly RuleRecord[];
  readonly notes: readonly NoteRecord[];
  /** The settings document with secrets' references, user names and addresses as they may leave. */
  readonly settings: unknown;
}

/** What the manifest says of itself before it is sealed. */
export type Cover = Omit<Manifest, 'format' | 'schema' | 'parts' | 'counts' | 'signals' | 'from' | 'to' | 'instants'>;

/** A snapshot in memory. Its topology has version 1: nothing in it changes. */
export interface Snapshot {
  readonly manifest: Manifest;
  readonly topology: Topology;
  readonly run: Run;
  readonly papers: Papers;
}

/** What a file says of who vouches for it. Anyone can make a whole file; only a signature tells by whom. */
export type Seal =
  | { readonly kind: 'unsigned' }
  /** Signed by this key, and the signature holds. Whether the key is to be trusted is for the reader to know. */
  | { readonly kind: 'signed'; readonly key: string }
  /** Signed, but this host cannot check it. */
  | { readonly kind: 'unchecked'; readonly key: string };
