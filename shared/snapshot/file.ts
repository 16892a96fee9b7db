import type { Topology } from '../topology.ts';
import { GPU, NODE, RACK } from '../topology.ts';
import type { Papers, Snapshot } from './document.ts';
import {
  type Cover,
  type Manifest,
  type Seal,
  type SignalEntry,
  SNAPSHOT_FORMAT,
  SNAPSHOT_SCHEMA,
} from './manifest.ts';
import {
  alertsFrom,
  cablesFrom,
  journalFrom,
  limitsFrom,
  manifestFrom,
  notesFrom,
  rulesFrom,
  runFrom,
  settingsFrom,
  sourcesFrom,
} from './parts.ts';
import { SnapshotRefused } from './refused.ts';
import { openRun, type RunDraft } from './run-writer.ts';
import type { Digest } from './sha256.ts';
import { fields, orNull, text } from './shape.ts';
import { jsonBytes, parseJson } from './text.ts';
import { topologyFrom, topologyPart } from './topology-part.ts';
import { readZip, writeZip, type ZipLimits, type ZippedPart, zipPart } from './zip.ts';

/** Signs the digest of a manifest (its 64 hexadecimal digits as ASCII) with Ed25519. Both texts are hexadecimal. */
export type Sign = (digest: string) => { readonly key: string; readonly signature: string };
/** Whether an Ed25519 signature of such a digest holds. */
export type Verify = (key: string, digest: string, signature: string) => boolean;

const PAPERS = ['limits', 'sources', 'alerts', 'journal', 'rules', 'notes', 'cables', 'settings'] as const;

/** What goes into a file. */
export interface Draft {
  readonly cover: Cover;
  readonly topology: Topology;
  readonly draft: RunDraft;
  readonly papers: Papers;
}

/**
 * The file's parts one by one, the slowest first, so that a host can do other work between them; `finish` seals them.
 * The manifest has the digest of every other part, the seal that of the manifest and the signature.
 */
export function packer({ cover, topology, draft, papers }: Draft, digest: Digest, sign?: Sign) {
  const { run, entries, parts } = draft;
  const waiting = [
    ...parts,
    { name: 'run.json', bytes: jsonBytes({ times: run.times, signals: run.signals, chunks: run.chunks }) },
    { name: 'topology.json', bytes: jsonBytes(topologyPart(topology)) },
    ...PAPERS.map((name) => ({ name: `${name}.json`, bytes: jsonBytes(papers[name]) })),
  ];
  const done: ZippedPart[] = [];
  const listed: Manifest['parts'][number][] = [];
  return {
    parts: waiting.length,
    /** Packs the next part; false when none is left. */
    step(): boolean {
      const part = waiting[done.length];
      if (!part) return false;
      listed.push({ name: part.name, bytes: part.bytes.length, sha256: digest(part.bytes) });
      done.push(zipPart(part));
      return true;
    },
    /** The whole file and what it weighs. */
    finish(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly manifest: Manifest; readonly digest: string } {
      while (this.step());
      const manifest = manifestOf(cover, topology, run.times, entries, papers, listed);
      const bytes = jsonBytes(manifest);
      const whole = digest(bytes);
      const seal = { sha256: whole, ...(sign?.(whole) ?? { key: null, signature: null }) };
      const head = [
        { name: 'manifest.json', bytes },
        { name: 'seal.json', bytes: jsonBytes(seal) },
      ].map(zipPart);
      return { bytes: writeZip([...head, ...done]), manifest, digest: whole };
    },
  };
}

function manifestOf(
  cover: Cover,
  { start, linkName, feedName }: Topology,
  times: readonly number[],
  entries: readonly SignalEntry[],
  papers: Papers,
  parts: Manifest['parts'],
): Manifest {
  const { id, title, at, scope, made, origins, redacted, missing } = cover;
  return {
    ...{ format: SNAPSHOT_FORMAT, schema: SNAPSHOT_SCHEMA, id, title, at },
    ...{ from: times[0], to: times.at(-1) as number, instants: times.length, scope, made, origins },
    counts: {
      gpus: start[GPU + 1] - start[GPU],
      nodes: start[GPU] - start[NODE],
      racks: start[NODE] - start[RACK],
      links: linkName.length,
      feeds: feedName.length,
      alerts: papers.alerts.length,
      samples: entries.reduce((sum, { samples }) => sum + samples, 0),
    },
    ...{ signals: entries, redacted, missing, parts },
  };
}

/** An opened file. */
export interface Opened {
  readonly snapshot: Snapshot;
  readonly seal: Seal;
  /** SHA-256 of the manifest, and so of everything. */
  readonly digest: string;
}

export interface OpenOptions {
  readonly digest: Digest;
  /** Left out where the host cannot check signatures. */
  readonly verify?: Verify;
  readonly limits?: ZipLimits;
}

const sealShape = fields({ sha256: text(64), key: orNull(text(128)), signature: orNull(text(256)) });

/**
 * Opens a file: every part has to be there, whole, and no other. Cells are unpacked when they are asked for; a part that
 * was made to break its reader is refused then.
 *
 * @throws SnapshotRefused
 */
export function openSnapshot(file: Uint8Array, options: OpenOptions): Opened {
  const parts = readZip(file, options.limits);
  const { manifest, seal, digest } = readManifest(parts, options);
  const json = (name: string) => {
    const bytes = parts.get(name);
    if (!bytes) throw new SnapshotRefused('altered', `${name} is missing`);
    return parseJson(bytes, name);
  };
  const topology = topologyFrom(json('topology.json'));
  const { times, signals, chunks } = runFrom(json('run.json'), topology);
  const missing = chunks.find(({ part }) => !parts.has(part));
  if (missing) throw new SnapshotRefused('altered', `${missing.part} is missing`);
  const run = openRun(times, signals, chunks, (chunk) => parts.get(chunks[chunk].part) as Uint8Array);
  if (manifest.from !== times[0] || manifest.to !== times.at(-1) || manifest.instants !== times.length)
    throw new SnapshotRefused('malformed', 'The manifest tells another window than the run has');
  const papers: Papers = {
    limits: limitsFrom(json('limits.json'), 'limits'),
    sources: sourcesFrom(json('sources.json'), 'sources'),
    alerts: alertsFrom(json('alerts.json'), 'alerts'),
    journal: journalFrom(json('journal.json'), 'journal'),
    rules: rulesFrom(json('rules.json'), 'rules'),
    notes: notesFrom(json('notes.json'), 'notes'),
    // A snapshot of before these were kept has none.
    cables: parts.has('cables.json') ? cablesFrom(json('cables.json'), 'cables') : [],
    settings: settingsFrom(json('settings.json'), 'settings'),
  };
  return { snapshot: { manifest, topology, run, papers }, seal, digest };
}

/** Reads the manifest, and holds every part against it. */
export function readManifest(
  parts: ReadonlyMap<string, Uint8Array>,
  { digest, verify }: OpenOptions,
): { readonly manifest: Manifest; readonly seal: Seal; readonly digest: string } {
  const [bytes, sealed] = [parts.get('manifest.json'), parts.get('seal.json')];
  if (!bytes || !sealed) throw new SnapshotRefused('not-a-snapshot', 'The file has no manifest');
  const seal = sealShape(parseJson(sealed, 'seal.json'), 'seal');
  const whole = digest(bytes);
  if (seal.sha256 !== whole) throw new SnapshotRefused('altered', 'The manifest is not the one that was sealed');
  const manifest = manifestFrom(parseJson(bytes, 'manifest.json'));
  if (parts.size !== manifest.parts.length + 2)
    throw new SnapshotRefused('altered', 'The file has other parts than its manifest');
  for (const { name, bytes: length, sha256 } of manifest.parts) {
    const part = parts.get(name);
    if (!part) throw new SnapshotRefused('altered', `${name} is missing`);
    if (part.length !== length || digest(part) !== sha256)
      throw new SnapshotRefused('altered', `${name} is not as it was sealed`);
  }
  return { manifest, seal: sealOf(seal, whole, verify), digest: whole };
}

function sealOf(
  { key, signature }: { readonly key: string | null; readonly signature: string | null },
  digest: string,
  verify: Verify | undefined,
): Seal {
  if (key === null && signature === null) return { kind: 'unsigned' };
  if (key === null || signature === null) throw new SnapshotRefused('bad-signature', 'The signature is not whole');
  if (!verify) return { kind: 'unchecked', key };
  if (!verify(key, digest, signature)) throw new SnapshotRefused('bad-signature', 'The signature does not hold');
  return { kind: 'signed', key };
}
