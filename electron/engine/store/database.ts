import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { printable } from '../fault.ts';
import { salvage } from './salvage.ts';
import { STEPS } from './schema.ts';

const { Database } = sqlite;
type Connection = InstanceType<typeof Database>;

/** A value of a column; booleans are not among them. */
export type Value = number | string | Uint8Array | null;
export type Row = Readonly<Record<string, Value>>;
/** One statement with its values, in the order of its question marks. */
export type Statement = readonly [sql: string, values?: readonly Value[]];

export const DATABASE_FILE = 'fleetwatt.db';
/** How often a database that could not be written is tried again. */
const RETRY_MS = 5000;
/** Batches that wait for a disk; the oldest go when there are more. */
const MOST_WAITING = 20_000;
/** Beyond this a whole check takes longer than a start may; damage is then found by the checksums of the rows. */
const CHECK_BYTES = 64 << 20;
const LOCKED = /database is locked|SQLITE_BUSY/i;

/** What a person must know of the database. */
export interface StoreTrouble {
  /** Batches that are held in memory only; 0 while all is written. */
  readonly waiting: number;
  readonly dropped: number;
  /** Why it is not written, '' while it is. */
  readonly reason: string;
  readonly since: number;
}

/**
 * The embedded database of a profile, `fleetwatt.db`: real SQLite in one file. Only the process that holds the profile's
 * lock may open it.
 *
 * - `write` commits a batch: after it returned true the rows outlive the process (write-ahead log, one fsync a commit).
 *   Where the disk is full or cannot be written it returns false, the batch waits in memory, in order, and is written
 *   once the disk takes it: call `retry` from time to time. Nothing is thrown.
 * - A file that is no database, or is damaged, is set aside as `fleetwatt.db.bad`, what can be read of it is carried over,
 *   and `repaired` says so: the engine starts with whatever there is.
 * - A file of a newer Fleetwatt is left as it is; this run is kept in memory.
 * - Tables and their upgrade are in schema.ts.
 *
 * The connection keeps its lock while it lives (`locking_mode = EXCLUSIVE`), which a write-ahead log needs here: there is
 * no shared memory. A killed process leaves the folder `fleetwatt.db.lock`; the profile's own lock says that its owner is
 * gone, so it is removed.
 */
export class Store {
  readonly #file: string;
  #db: Connection;
  /** The file is in use; otherwise a database in memory stands in. */
  #onDisk = false;
  #waiting: (readonly Statement[])[] = [];
  #dropped = 0;
  #reason = '';
  #since = 0;
  #triedAt = Number.NEGATIVE_INFINITY;
  /** The file is of a newer version: it is never written in this run. */
  #newer = false;
  /** What was done to a damaged file, '' where it was sound. */
  repaired = '';

  /** @param folder the profile, whose lock this process (or its host) holds */
  constructor(folder: string, now: number) {
    this.#file = join(folder, DATABASE_FILE);
    rmSync(`${this.#file}.lock`, { recursive: true, force: true });
    this.#db = this.#openOrMemory(now);
  }

  get trouble(): StoreTrouble {
    return { waiting: this.#waiting.length, dropped: this.#dropped, reason: this.#reason, since: this.#since };
  }

  /** Commits a batch as a whole. @returns whether it is on the disk; otherwise it waits */
  write(batch: readonly Statement[], now: number): boolean {
    if (batch.length === 0) return this.#waiting.length === 0;
    // What waits was there before: rows keep their order.
    if (this.#waiting.length > 0 || !this.#onDisk) {
      this.#keep(batch);
      return this.retry(now);
    }
    try {
      run(this.#db, batch);
      return true;
    } catch (error) {
      this.#failed(error, now);
      this.#keep(batch);
      return false;
    }
  }

  /** Writes what waits, at most every 5 s. @returns whether nothing waits any more */
  retry(now: number): boolean {
    if (this.#waiting.length === 0 && this.#onDisk) return true;
    if (this.#newer || Math.abs(now - this.#triedAt) < RETRY_MS) return false;
    this.#triedAt = now;
    try {
      if (!this.#onDisk) this.#reopen();
      while (this.#waiting.length > 0) {
        run(this.#db, this.#waiting[0]);
        this.#waiting.shift();
      }
      this.#reason = '';
      return true;
    } catch (error) {
      this.#failed(error, now);
      return false;
    }
  }

  /** Rows of the file; of what waits nothing is seen while there is a file. */
  all(sql: string, values: readonly Value[] = []): readonly Row[] {
    return this.#db.all(sql, [...values]) as Row[];
  }

  get(sql: string, values: readonly Value[] = []): Row | undefined {
    return (this.#db.get(sql, [...values]) as Row | null) ?? undefined;
  }

  /** Bytes of the file and its log. */
  size(): number {
    return [this.#file, `${this.#file}-wal`].reduce((sum, file) => sum + sizeOf(file), 0);
  }

  close(now: number): void {
    this.#triedAt = Number.NEGATIVE_INFINITY;
    this.retry(now);
    try {
      this.#db.close();
    } catch {
      // What was committed is in the file.
    }
  }

  #keep(batch: readonly Statement[]): void {
    this.#waiting.push(batch);
    // In memory it can be read meanwhile.
    if (!this.#onDisk) run(this.#db, batch);
    if (this.#waiting.length <= MOST_WAITING) return;
    this.#waiting.shift();
    this.#dropped++;
  }

  /** @throws what no disk can help with: a statement that is wrong */
  #failed(error: unknown, now: number): void {
    const { message } = error as Error;
    if (isDamage(message) && this.#onDisk) this.#leaveFile();
    else if (!isDisk(message) && !this.#newer) throw error;
    if (this.#reason === '') this.#since = now;
    this.#reason = printable(message, 200);
    this.#triedAt = now;
  }

  /** The file went bad while it was in use: memory stands in until it is opened, and set aside, anew. */
  #leaveFile(): void {
    this.#onDisk = false;
    try {
      this.#db.close();
    } catch {
      // It is bad already.
    }
    this.#db = inMemory();
  }

  #openOrMemory(now: number): Connection {
    try {
      const db = this.#openFile();
      this.#onDisk = true;
      return db;
    } catch (error) {
      this.#failed(error, now);
      return inMemory();
    }
  }

  #reopen(): void {
    const db = this.#openFile();
    this.#db.close();
    this.#db = db;
    this.#onDisk = true;
  }

  /** Opens the file; a damaged one is set aside and what can be read is carried over. @throws where there is no disk */
  #openFile(): Connection {
    try {
      return this.#connect();
    } catch (error) {
      const { message } = error as Error;
      if (this.#newer || !isDamage(message)) throw error;
      this.repaired = this.#setAside(printable(message, 120));
      return this.#connect();
    }
  }

  #connect(): Connection {
    const db = new Database(this.#file);
    try {
      db.exec('PRAGMA locking_mode = EXCLUSIVE');
      db.exec('PRAGMA journal_mode = WAL');
      db.exec('PRAGMA synchronous = FULL');
      if (sizeOf(this.#file) <= CHECK_BYTES) {
        const [told] = Object.values(db.get('PRAGMA quick_check(1)') ?? {});
        if (told !== 'ok') throw new Error(`malformed: ${String(told)}`);
      }
      const version = Number(db.get('PRAGMA user_version')?.user_version ?? 0);
      if (version > STEPS.length) {
        this.#newer = true;
        throw new Error(`${DATABASE_FILE} is of a newer Fleetwatt (schema ${version}): it is not used and not changed`);
      }
      upgrade(db);
      return db;
    } catch (error) {
      db.close();
      rmSync(`${this.#file}.lock`, { recursive: true, force: true });
      throw error;
    }
  }

  #setAside(why: string): string {
    const bad = free(`${this.#file}.bad`);
    for (const end of ['', '-wal', '-journal']) {
      if (existsSync(this.#file + end)) renameSync(this.#file + end, bad + end);
    }
    syncFolder(this.#file);
    const fresh = this.#connect();
    try {
      const kept = salvage(bad, fresh);
      return `${DATABASE_FILE} was damaged (${why}). It is kept as ${bad.slice(dirname(bad).length + 1)}, and ${kept} rows were carried over`;
    } finally {
      fresh.close();
    }
  }
}

/** Messages of SQLite where the disk, not the statement, is to blame. */
const isDisk = (message: string) =>
  isDamage(message) ||
  LOCKED.test(message) ||
  /disk|full|readonly|read-only|(unable|could not|not able) (to )?open|out of memory/i.test(message);

const isDamage = (message: string) =>
  /malformed|not a database|corrupt|disk image|file is encrypted/i.test(message) && !LOCKED.test(message);

function inMemory(): Connection {
  const db = new Database(':memory:');
  upgrade(db);
  return db;
}

function upgrade(db: Connection): void {
  const version = Number(db.get('PRAGMA user_version')?.user_version ?? 0);
  for (let step = version; step < STEPS.length; step++) {
    db.exec(`BEGIN; ${STEPS[step]}; PRAGMA user_version = ${step + 1}; COMMIT`);
  }
}

/** All of a batch or nothing of it. */
function run(db: Connection, batch: readonly Statement[]): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    runAll(db, batch);
    db.exec('COMMIT');
  } catch (error) {
    try {
      if (db.inTransaction) db.exec('ROLLBACK');
    } catch {
      // The first error is the one to tell.
    }
    throw error;
  }
}

/** One prepared statement for a run of statements of the same text. */
function runAll(db: Connection, batch: readonly Statement[]): void {
  for (let i = 0; i < batch.length; ) {
    const [sql] = batch[i];
    const statement = db.prepare(sql);
    try {
      for (; i < batch.length && batch[i][0] === sql; i++) statement.run([...(batch[i][1] ?? [])]);
    } finally {
      statement.finalize();
    }
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}

/** `name`, `name.1`, `name.2` …: the first that is not there. */
function free(name: string): string {
  if (!existsSync(name)) return name;
  for (let i = 1; ; i++) if (!existsSync(`${name}.${i}`)) return `${name}.${i}`;
}

function syncFolder(file: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(file), 'r');
  fsyncSync(folder);
  closeSync(folder);
}
