import type { SourceHealth } from '../contract/sources.ts';
import type { CableRow } from '../fabric/fabric-csv.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import type { Cells } from './cells.ts';
import type { Manifest } from './manifest.ts';

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
  /** Cables of fabric.csv: those that the switches tell themselves are in the topology. */
  readonly cables: readonly CableRow[];
  /** The settings document with secrets' references, user names and addresses as they may leave. */
  readonly settings: unknown;
}

/** A snapshot in memory. Its topology has version 1: nothing in it changes. */
export interface Snapshot {
  readonly manifest: Manifest;
  readonly topology: Topology;
  readonly run: Run;
  readonly papers: Papers;
}
