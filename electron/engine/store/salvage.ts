import sqlite from 'node-sqlite3-wasm';
import { TABLES } from './schema.ts';

const { Database } = sqlite;
type Connection = InstanceType<typeof Database>;

/**
 * Copies every row that can still be read from a damaged database: from the beginning until the damage, and from the
 * end back to it, so that what lies behind is not lost either. @returns how many rows
 */
export function salvage(damaged: string, into: Connection): number {
  let old: Connection;
  try {
    old = new Database(damaged, { fileMustExist: true });
  } catch {
    return 0;
  }
  let kept = 0;
  try {
    old.exec('PRAGMA locking_mode = EXCLUSIVE');
    // Otherwise SQLite refuses a file that is shorter than its header says before it reads a row.
    old.exec('PRAGMA writable_schema = ON');
    for (const { name, key } of TABLES) {
      for (const direction of ['ASC', 'DESC']) kept += copy(old, into, name, key, direction);
    }
  } catch {
    // Not even a header: nothing to carry over.
  } finally {
    old.close();
  }
  return kept;
}

function copy(old: Connection, into: Connection, table: string, key: string, direction: string): number {
  let kept = 0;
  let statement: ReturnType<Connection['prepare']> | undefined;
  let insert: ReturnType<Connection['prepare']> | undefined;
  into.exec('BEGIN');
  try {
    statement = old.prepare(`SELECT * FROM ${table} ORDER BY ${key} ${direction}`);
    for (const row of statement.iterate()) {
      const values = Object.values(row) as (string | number | null)[];
      insert ??= into.prepare(`INSERT OR IGNORE INTO ${table} VALUES (${values.map(() => '?').join(', ')})`);
      kept += insert.run(values).changes;
    }
  } catch {
    // The damage: what was read before it stays.
  }
  try {
    statement?.finalize();
  } catch {
    // A statement that failed says so once more.
  }
  insert?.finalize();
  into.exec('COMMIT');
  return kept;
}
