import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Store } from './database.ts';

const fs = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');
let folder = '';
let stores: Store[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-store-'));
  stores = [];
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const store of stores) store.close(0);
  rmSync(folder, { recursive: true });
});

const open = (at = 0) => {
  const store = new Store(folder, at);
  stores.push(store);
  return store;
};
const file = () => join(folder, 'fleetwatt.db');
const put = (store: Store, name: string, now = 0, value = 'x') =>
  store.write([['INSERT OR REPLACE INTO fact VALUES (?, ?)', [name, value]]], now);
const names = (store: Store) => store.all('SELECT name FROM fact ORDER BY name').map(({ name }) => name);
/** As a killed process leaves it: the files as they are now, and SQLite's lock folder. */
function kill(to: string): void {
  mkdirSync(to);
  for (const name of readdirSync(folder)) {
    if (statSync(join(folder, name)).isFile()) copyFileSync(join(folder, name), join(to, name));
  }
  mkdirSync(join(to, 'fleetwatt.db.lock'));
}

describe('a profile’s database', () => {
  it('has what was committed, also after a kill that left its lock behind', () => {
    const store = open();
    expect([put(store, 'a'), put(store, 'b')]).toEqual([true, true]);
    const killed = join(folder, 'killed');
    kill(killed);
    const again = new Store(killed, 0);
    expect(names(again)).toEqual(['a', 'b']);
    expect(again.repaired).toBe('');
    again.close(0);
  });

  it('commits a batch as a whole or not at all', () => {
    const store = open();
    const bad = [['INSERT INTO fact VALUES (?, ?)', ['a', 'x']], ['INSERT INTO nowhere VALUES (1)']] as const;
    expect(() => store.write(bad, 0), 'a wrong statement is no fault of the disk').toThrow('nowhere');
    expect(names(store)).toEqual([]);
    expect(put(store, 'b')).toBe(true);
    expect(names(store)).toEqual(['b']);
  });

  it('of a newer Fleetwatt is left as it is', () => {
    const store = open();
    put(store, 'a');
    store.write([['PRAGMA user_version = 99']], 0);
    store.close(0);
    const before = readFileSync(file());
    const older = open();
    expect(put(older, 'b', 60_000)).toBe(false);
    expect(older.trouble.reason).toContain('newer Fleetwatt');
    older.close(120_000);
    expect(readFileSync(file()).equals(before)).toBe(true);
  });
});

describe('a damaged file (faults.md C6)', () => {
  const sound = (rows: number) => {
    const store = open();
    for (let i = 0; i < rows; i++) put(store, `fact ${String(i).padStart(4, '0')}`, 0, 'v'.repeat(500));
    store.close(0);
    return readFileSync(file());
  };
  const reopened = () => {
    const store = open();
    expect(put(store, 'later'), 'it is written again').toBe(true);
    return store;
  };

  it('that is no database is kept as .bad, and the start goes on', () => {
    writeFileSync(file(), 'this is no database\n'.repeat(100));
    const store = reopened();
    expect(store.repaired).toMatch(/fleetwatt\.db was damaged .* kept as fleetwatt\.db\.bad, and 0 rows/);
    expect(readFileSync(`${file()}.bad`, 'utf8')).toContain('no database');
  });

  it('that is empty is a new one', () => {
    writeFileSync(file(), '');
    expect(names(reopened())).toEqual(['later']);
  });

  it('whose middle is overwritten keeps the rows before and after', () => {
    const bytes = sound(400);
    bytes.fill(0xa5, bytes.length / 2, bytes.length / 2 + 8192);
    writeFileSync(file(), bytes);
    const store = reopened();
    expect(store.repaired).toContain('rows were carried over');
    const kept = names(store);
    expect(kept.length).toBeGreaterThan(300);
    expect(kept).toContain('fact 0000');
    expect(kept).toContain('fact 0399');
  });

  it('that lost its end, or has zeroes there, keeps what is before', () => {
    const bytes = sound(400);
    for (const tail of [bytes.subarray(0, bytes.length - 20_000), Buffer.concat([bytes, Buffer.alloc(16_384)])]) {
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
      writeFileSync(file(), tail);
      const store = reopened();
      expect(names(store).length).toBeGreaterThan(300);
      store.close(0);
    }
  });

  it('whose log has garbage at its end has every row that was committed', () => {
    const store = open();
    put(store, 'a');
    const killed = join(folder, 'killed');
    kill(killed);
    const log = join(killed, 'fleetwatt.db-wal');
    writeFileSync(log, Buffer.concat([readFileSync(log), Buffer.alloc(4096, 7), Buffer.alloc(4096)]));
    const again = new Store(killed, 0);
    expect(names(again)).toEqual(['a']);
    again.close(0);
  });

  it('twice in a row keeps both', () => {
    for (let i = 0; i < 2; i++) {
      writeFileSync(file(), 'no database at all, but long enough to be read as one'.repeat(40));
      open().close(0);
    }
    expect(existsSync(`${file()}.bad`) && existsSync(`${file()}.bad.1`)).toBe(true);
  });
});

describe('a disk that takes no more (faults.md C4)', () => {
  for (const code of ['ENOSPC', 'EIO', 'EROFS']) {
    it(`${code}: goes on in memory, says so, and writes it all once there is room, in order`, () => {
      const store = open();
      put(store, 'before');
      const full = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
        throw Object.assign(new Error(`${code}: no room`), { code });
      });
      expect([put(store, 'a', 1000), put(store, 'b', 2000)]).toEqual([false, false]);
      expect(store.trouble).toMatchObject({ waiting: 2, dropped: 0, since: 1000 });
      expect(store.trouble.reason).not.toBe('');
      expect(store.retry(8000), 'still full').toBe(false);
      full.mockRestore();
      expect(store.retry(9000), 'tried only every 5 s').toBe(false);
      expect(store.retry(14_000)).toBe(true);
      expect(store.trouble).toMatchObject({ waiting: 0, reason: '' });
      store.close(15_000);
      expect(names(open())).toEqual(['a', 'b', 'before']);
    });
  }

  it('that cannot be written from the start is stood in for by memory until it can', () => {
    rmSync(folder, { recursive: true });
    const store = open();
    expect(put(store, 'a', 6000)).toBe(false);
    expect(names(store), 'it can be read meanwhile').toEqual(['a']);
    mkdirSync(folder);
    expect(store.retry(12_000)).toBe(true);
    expect(names(store)).toEqual(['a']);
    expect(existsSync(file())).toBe(true);
  });
});
