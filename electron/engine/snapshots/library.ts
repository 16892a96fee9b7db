import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CELL_NODATA, cellOfRatio } from '../../../shared/cells.ts';
import type { SnapshotRow } from '../../../shared/contract/snapshots.ts';
import type { Opened } from '../../../shared/snapshot/file.ts';
import { SNAPSHOT_ENDING } from '../../../shared/snapshot/manifest.ts';
import { Replay } from '../../../shared/snapshot/replay.ts';
import { NODE, RACK } from '../../../shared/topology.ts';
import { FaultError, faultOf } from '../fault.ts';
import { writeWhole } from '../store/atomic.ts';
import { openFile, turn } from './assemble.ts';
import { removeUnfinished, writeFileWhole } from './whole-file.ts';

/** What a person wrote of a file. Beside it, since a file never changes once it is sealed. */
interface Sidecar {
  readonly note: string;
  readonly tags: readonly string[];
}

/** What is known of a file; its name, size and time tell whether it is still that file. */
interface Known {
  readonly key: string;
  readonly row: Omit<SnapshotRow, 'note' | 'tags' | 'keptUntil' | 'file'>;
}

const TRASH = 'removed';
/** How long a file that was put aside is kept. */
const KEEP_ASIDE_MS = 30 * 86_400_000;
const SIDECAR = '.note.json';
const MOST_RACKS = 4096;

/**
 * The folder of a profile's snapshots. Every file in it is listed, whatever it is: one that is not whole is listed as
 * such and never opened. Files that were put aside stay until their place is needed.
 */
export class SnapshotLibrary {
  readonly folder: string;
  /** By path: a file that was put aside may have the name of one that is there. */
  readonly #known = new Map<string, Known>();
  /** Names of files that are not there yet. */
  readonly #writing = new Set<string>();
  #checking = false;

  constructor(profile: string) {
    this.folder = join(profile, 'snapshots');
  }

  /** Makes the folder and clears away what an earlier process left half written. */
  async prepare(): Promise<void> {
    mkdirSync(join(this.folder, TRASH), { recursive: true, mode: 0o700 });
    await removeUnfinished(this.folder);
  }

  /** Every file, the newest first. Those that were not looked into yet are being checked. */
  rows(): readonly SnapshotRow[] {
    return [...this.#listed(false), ...this.#listed(true)].sort((a, b) => b.written - a.written);
  }

  #listed(removed: boolean): SnapshotRow[] {
    const folder = removed ? join(this.folder, TRASH) : this.folder;
    return namesIn(folder).flatMap((name) => {
      const stat = statSync(join(folder, name), { throwIfNoEntry: false });
      if (!stat?.isFile()) return [];
      const file = name.slice(0, -SNAPSHOT_ENDING.length);
      const known = this.#known.get(this.#path(file, removed));
      const [bytes, written] = [stat.size, stat.mtimeMs];
      const row = known?.key === keyOf(bytes, written) ? known.row : { ...UNCHECKED, bytes, written };
      // Moving it away was the last change of its name.
      const keptUntil = removed ? stat.ctimeMs + KEEP_ASIDE_MS : null;
      return [{ ...row, file, ...readSidecar(join(folder, file + SIDECAR)), keptUntil }];
    });
  }

  /** Looks into files that were not looked into yet, one at a time, with turns for others; true when any was. */
  async check(): Promise<boolean> {
    if (this.#checking) return false;
    this.#checking = true;
    try {
      const waiting = this.rows().filter(({ integrity }) => integrity === 'checking');
      for (const { file, keptUntil } of waiting) {
        await this.#look(file, keptUntil !== null);
        await turn();
      }
      return waiting.length > 0;
    } finally {
      this.#checking = false;
    }
  }

  async #look(file: string, removed: boolean): Promise<void> {
    const path = this.#path(file, removed);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (!stat) return;
    const about = { bytes: stat.size, written: stat.mtimeMs };
    const key = keyOf(about.bytes, about.written);
    try {
      const opened = openFile(await readFile(path), `${file}${SNAPSHOT_ENDING}`);
      this.#known.set(path, { key, row: { ...about, ...lookOf(opened) } });
    } catch (error) {
      const { code, message } = faultOf(error);
      const integrity = code === 'snapshot-altered' || code === 'snapshot-bad-signature' ? 'altered' : 'unreadable';
      this.#known.set(path, { key, row: { ...UNCHECKED, ...about, integrity, trouble: message } });
    }
  }

  #path(file: string, removed = false): string {
    return join(removed ? join(this.folder, TRASH) : this.folder, `${file}${SNAPSHOT_ENDING}`);
  }

  /** Writes a new file under a name of its own, and what a person wrote of it. @returns its name */
  async add(name: string, bytes: Uint8Array, about: Sidecar, progress: (written: number) => void): Promise<string> {
    const taken = new Set([...this.rows().map((row) => row.file), ...this.#writing]);
    let file = name;
    for (let n = 2; taken.has(file); n++) file = `${name}-${n}`;
    this.#writing.add(file);
    try {
      await writeFileWhole(this.#path(file), bytes, progress);
      this.describe(file, about);
    } finally {
      this.#writing.delete(file);
    }
    return file;
  }

  /** @throws FaultError where there is no such file */
  async read(file: string): Promise<Uint8Array> {
    this.#mustBeThere(file, false);
    return readFile(this.#path(file));
  }

  /** A piece of a file. @throws FaultError where there is no such file */
  async piece(file: string, from: number, most: number): Promise<{ readonly bytes: number; readonly piece: Buffer }> {
    this.#mustBeThere(file, false);
    const handle = await open(this.#path(file));
    try {
      const { size } = await handle.stat();
      const piece = Buffer.alloc(Math.max(0, Math.min(most, size - from)));
      const { bytesRead } = await handle.read(piece, 0, piece.length, from);
      return { bytes: size, piece: piece.subarray(0, bytesRead) };
    } finally {
      await handle.close();
    }
  }

  describe(file: string, { note, tags }: Sidecar): void {
    this.#mustBeThere(file, false);
    writeWhole(this.#sidecar(file, false), JSON.stringify({ note, tags }));
  }

  /** Puts a file aside, or brings it back. @throws FaultError where there is no such file, or another has its name */
  async move(file: string, aside: boolean): Promise<void> {
    this.#mustBeThere(file, !aside);
    await mkdir(join(this.folder, TRASH), { recursive: true });
    if (statSync(this.#path(file, aside), { throwIfNoEntry: false })) {
      if (!aside) throw new FaultError('name-taken', `There is another ${file} now`, 'Rename that file first.');
      // One of this name was put aside before: it can still be brought back, under a name that nobody has.
      const taken = new Set(this.rows().map((row) => row.file));
      let other = file;
      for (let n = 2; taken.has(other); n++) other = `${file}-${n}`;
      await this.#rename([file, true], [other, true]);
    }
    await this.#rename([file, !aside], [file, aside]);
  }

  /** With what a person wrote of it, and what is known of it. */
  async #rename(from: readonly [file: string, aside: boolean], to: readonly [file: string, aside: boolean]) {
    const [before, after] = [this.#path(...from), this.#path(...to)];
    await rename(before, after);
    await rename(this.#sidecar(...from), this.#sidecar(...to)).catch(() => {});
    const known = this.#known.get(before);
    if (known) this.#known.set(after, known);
    this.#known.delete(before);
  }

  #sidecar(file: string, removed: boolean): string {
    return join(this.folder, removed ? TRASH : '', file + SIDECAR);
  }

  /** Makes room for so many bytes: what was put aside goes first, then, for automatic captures only, the oldest of these. */
  async makeRoom(bytes: number, quota: number, keep: (row: SnapshotRow) => boolean): Promise<void> {
    let used = this.bytes();
    const oldest = [...this.rows()].reverse();
    const mayGo = [...oldest.filter(isAside), ...oldest.filter((one) => !isAside(one) && !keep(one))];
    // Where even all of it is not enough nothing goes for nothing.
    if (used - mayGo.reduce((sum, row) => sum + row.bytes, 0) + bytes > quota)
      throw new FaultError(
        'quota',
        'The snapshots have reached their quota',
        'Remove some of them, or raise snapshots.quotaBytes in settings.json.',
      );
    for (const row of mayGo) {
      if (used + bytes <= quota) return;
      await this.#delete(row);
      used -= row.bytes;
    }
  }

  /** Deletes what was put aside long ago. */
  async forgetAside(now: number): Promise<void> {
    for (const row of this.#listed(true)) if ((row.keptUntil as number) <= now) await this.#delete(row);
  }

  async #delete(row: SnapshotRow): Promise<void> {
    await unlink(this.#path(row.file, isAside(row))).catch(() => {});
    await unlink(this.#sidecar(row.file, isAside(row))).catch(() => {});
  }

  bytes(): number {
    return this.rows().reduce((sum, row) => sum + row.bytes, 0);
  }

  row(file: string): SnapshotRow {
    const row = this.#listed(false).find((one) => one.file === file);
    if (!row) throw gone(file);
    return row;
  }

  #mustBeThere(file: string, removed: boolean): void {
    if (!statSync(this.#path(file, removed), { throwIfNoEntry: false })?.isFile()) throw gone(file);
  }
}

const gone = (file: string) =>
  new FaultError('no-snapshot', `There is no snapshot ${file}`, 'It may have been removed; look at the list again.');

const isAside = ({ keptUntil }: SnapshotRow) => keptUntil !== null;

const keyOf = (bytes: number, written: number) => `${bytes} ${written}`;

const UNCHECKED = {
  ...{ bytes: 0, written: 0, integrity: 'checking' as const, trouble: '', seal: null, digest: '', manifest: null },
  thumbnail: [] as readonly number[],
};

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(SNAPSHOT_ENDING) && !name.startsWith('.'));
  } catch {
    return [];
  }
}

function readSidecar(path: string): Sidecar {
  try {
    const { note, tags } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Sidecar>;
    return {
      note: typeof note === 'string' ? note : '',
      tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
    };
  } catch {
    return { note: '', tags: [] };
  }
}

/** What the list shows of a whole file. */
function lookOf({ snapshot, seal, digest }: Opened): Omit<Known['row'], 'bytes' | 'written'> {
  const { id, title, at, from, to, instants, scope, made, counts, redacted } = snapshot.manifest;
  return {
    ...{ integrity: 'whole', trouble: '', seal, digest },
    manifest: { id, title, at, from, to, instants, scope, made, counts, redacted },
    thumbnail: thumbnailOf(snapshot),
  };
}

/** Each rack's share of its budget at the moment, as palette bytes. Told of that instant alone: no trend is needed. */
function thumbnailOf(snapshot: Opened['snapshot']): readonly number[] {
  const { topology } = snapshot;
  const racks = topology.start[NODE] - topology.start[RACK];
  if (racks > MOST_RACKS) return [];
  const draw = Replay.instantAlone(snapshot, snapshot.manifest.at);
  return Array.from({ length: racks }, (_, i) => {
    const share = draw[topology.start[RACK] + i] / topology.budgetW[topology.start[RACK] + i];
    return Number.isNaN(share) ? CELL_NODATA : cellOfRatio(share);
  });
}
