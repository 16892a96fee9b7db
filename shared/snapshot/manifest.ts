import type { SignalId } from '../signals/catalogue.ts';
import type { EpochMs } from '../units.ts';

/** Grows when an older reader could not read what is written. */
export const SNAPSHOT_SCHEMA = 1;
export const SNAPSHOT_FORMAT = 'fleetwatt-snapshot';
export const SNAPSHOT_ENDING = '.fwsnap';

/** What may be told apart when names are replaced by pseudonyms. */
export const REDACTIONS = ['hosts', 'devices', 'users', 'jobs', 'places', 'urls', 'notes'] as const;
export type RedactionKind = (typeof REDACTIONS)[number];

/** What a kind of redaction is called. */
export const REDACTION_WORDS: Readonly<Record<RedactionKind, string>> = {
  hosts: 'Host names',
  devices: 'UUIDs and serials',
  users: 'User names',
  jobs: 'Job, pod and namespace names',
  places: 'Names of sites, rows and racks',
  urls: 'Addresses of sources',
  notes: 'Notes and free text',
};

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

/** What the manifest says of itself before it is sealed. */
export type Cover = Omit<Manifest, 'format' | 'schema' | 'parts' | 'counts' | 'signals' | 'from' | 'to' | 'instants'>;

/** What a file says of who vouches for it. Anyone can make a whole file; only a signature tells by whom. */
export type Seal =
  | { readonly kind: 'unsigned' }
  /** Signed by this key, and the signature holds. Whether the key is to be trusted is for the reader to know. */
  | { readonly kind: 'signed'; readonly key: string }
  /** Signed, but this host cannot check it. */
  | { readonly kind: 'unchecked'; readonly key: string };
