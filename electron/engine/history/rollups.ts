import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { DAY_MS } from '../../../shared/history/cells.ts';
import { type Grid, MINUTE_MS, Steps } from '../../../shared/history/grid.ts';
import { condense, KEPT, type Kept, type PlaceRow, type PlaceSpace, valueIn } from '../../../shared/history/rows.ts';
import { foldOf } from '../../../shared/history/signals.ts';
import type { Row, Statement, Store } from '../store/database.ts';

/** What a row of the longest tier stands for. */
export const ROLLUP_MS = 300_000;
const LONGEST_MS = 30 * DAY_MS;
/** Bytes of rows: the oldest go first. 30 days of 1,500 racks are some 200 MB. */
const MOST_BYTES = 256 << 20;
const PRUNE_MS = 3_600_000;

/**
 * Roll-ups of sites to racks in the database: minutes of the last day, which fill the memory of the next run, and five
 * minutes together for 30 days.
 */
export class Rollups {
  readonly #store: Store;
  readonly #mostBytes: number;
  readonly #orders = new Map<number, PlaceSpace | undefined>();
  /** Minutes of the five that are not over yet. */
  #five: PlaceRow[] = [];
  #bytes: number;
  #prunedAt = Number.NEGATIVE_INFINITY;
  #first: number;
  /** Time of the newest minute that was written. */
  last: number;

  constructor(store: Store, mostBytes = MOST_BYTES) {
    this.#store = store;
    this.#mostBytes = mostBytes;
    const told = store.get('SELECT SUM(LENGTH(data)) AS bytes, MAX(at) AS last FROM rollup WHERE at % 2 = 0');
    const long = store.get('SELECT SUM(LENGTH(data)) AS bytes, MIN(at) AS first FROM rollup WHERE at % 2 = 1');
    this.#bytes = Number(told?.bytes ?? 0) + Number(long?.bytes ?? 0);
    this.last = told?.last == null ? 0 : Number(told.last) / 2;
    this.#first = long?.first == null ? Number.POSITIVE_INFINITY : (Number(long.first) - 1) / 2;
    const begun = Math.floor(this.last / ROLLUP_MS) * ROLLUP_MS;
    this.#five = this.last === 0 ? [] : [...this.minutes(begun)];
  }

  /** The first instant of the 30 days that is there; Infinity: none. */
  first(): number {
    return this.#first;
  }

  /** Whether something was written of the five minutes before a time: an engine ran then. */
  wroteAt(time: number): boolean {
    const text = 'SELECT 1 AS one FROM rollup WHERE at BETWEEN ? AND ? LIMIT 1';
    return this.#store.get(text, [(time - ROLLUP_MS) * 2, time * 2 + 1]) !== undefined;
  }

  /** Rows of the span up to a time, where the last one stands for that time; none where nothing does. */
  rowsUpTo(time: number, spanMs: number): { readonly rows: readonly PlaceRow[]; readonly stepMs: number } {
    return this.#tiersUpTo(time, spanMs).find(({ rows }) => rows.length > 0) ?? { rows: [], stepMs: 0 };
  }

  /** The same of the tier that goes back further: minutes of a day may be gone while its five minutes are there. */
  mostUpTo(time: number, spanMs: number): readonly PlaceRow[] {
    const [minutes, fives] = this.#tiersUpTo(time, spanMs).map(({ rows }) => rows);
    const firstOf = (rows: readonly PlaceRow[]) => rows[0]?.time ?? Number.POSITIVE_INFINITY;
    return firstOf(fives) + ROLLUP_MS < firstOf(minutes) ? fives : minutes;
  }

  #tiersUpTo(time: number, spanMs: number) {
    return [MINUTE_MS, ROLLUP_MS].map((stepMs, tier) => {
      const text = 'SELECT * FROM rollup WHERE at % 2 = ? AND at BETWEEN ? AND ? ORDER BY at';
      const found = this.#store.all(text, [tier, (time - spanMs - stepMs) * 2, time * 2 + 1]);
      const rows = found.flatMap((row) => this.#rowOf(row) ?? []);
      const last = rows.at(-1);
      const stands = last !== undefined && time - last.time < stepMs;
      return { rows: stands ? rows.filter((row) => row.time >= last.time - spanMs) : [], stepMs };
    });
  }

  /** Beginnings of the five minutes together that were written within a span, ascending. */
  times(from: number, to: number): readonly number[] {
    const text = 'SELECT at FROM rollup WHERE at % 2 = 1 AND at BETWEEN ? AND ? ORDER BY at';
    return this.#store.all(text, [from * 2, to * 2 + 1]).map(({ at }) => (Number(at) - 1) / 2);
  }

  /** Minutes from a time on, in their order; a row that cannot be read is a gap. */
  minutes(since: number): PlaceRow[] {
    return this.#store
      .all('SELECT * FROM rollup WHERE at % 2 = 0 AND at >= ? ORDER BY at', [Math.max(0, since) * 2])
      .flatMap((row) => this.#rowOf(row) ?? []);
  }

  /** Writes minutes that are over. A clock that was set back writes over what is later. */
  take(minutes: readonly PlaceRow[], now: number): void {
    // A clock that was set back: what is of later times belongs to no past any more.
    if (this.last > now + MINUTE_MS) {
      this.#store.write([['DELETE FROM rollup WHERE at > ?', [(now - MINUTE_MS) * 2 + 1]]], now);
      this.#five = this.#five.filter(({ time }) => time <= now - MINUTE_MS);
      this.last = now;
    }
    if (minutes.length === 0) return;
    const batch: Statement[] = [];
    for (const row of minutes) {
      const five = Math.floor(row.time / ROLLUP_MS) * ROLLUP_MS;
      if (this.#five.length > 0 && this.#five[0].time < five) {
        this.#put(batch, this.#closeFive(), 1);
        this.#five = [];
      }
      this.#five.push(row);
      this.#put(batch, row, 0);
      this.last = row.time;
    }
    this.#store.write(batch, now);
    this.#prune(now);
  }

  #closeFive(): PlaceRow {
    const time = Math.floor(this.#five[0].time / ROLLUP_MS) * ROLLUP_MS;
    this.#first = Math.min(this.#first, time);
    const { space } = this.#five.at(-1) as PlaceRow;
    return condense(
      time,
      this.#five.filter((row) => sameOrder(row.space, space)),
    );
  }

  #put(batch: Statement[], row: PlaceRow, tier: 0 | 1): void {
    const document = JSON.stringify({ kept: KEPT, paths: row.space.paths });
    batch.push(['INSERT OR IGNORE INTO rollup_order (document) VALUES (?)', [document]]);
    const bytes = new Uint8Array(row.values.byteLength + row.basis.byteLength);
    bytes.set(new Uint8Array(row.values.buffer, row.values.byteOffset, row.values.byteLength));
    bytes.set(row.basis, row.values.byteLength);
    const data = deflateRawSync(bytes, { level: 1 });
    this.#bytes += data.length;
    batch.push([
      'INSERT OR REPLACE INTO rollup VALUES (?, (SELECT id FROM rollup_order WHERE document = ?), ?)',
      [row.time * 2 + tier, document, data],
    ]);
  }

  /** Takes out what is too old, and the oldest where there is too much. */
  #prune(now: number): void {
    const over = this.#bytes > this.#mostBytes;
    if (!over && Math.abs(now - this.#prunedAt) < PRUNE_MS) return;
    this.#prunedAt = now;
    const batch: Statement[] = [
      ['DELETE FROM rollup WHERE at % 2 = 0 AND at < ?', [(now - DAY_MS) * 2]],
      ['DELETE FROM rollup WHERE at < ?', [(now - LONGEST_MS) * 2]],
    ];
    // A tenth at once, so that it is not done with every minute.
    if (over)
      batch.push([
        'DELETE FROM rollup WHERE at IN (SELECT at FROM rollup ORDER BY at LIMIT (SELECT COUNT(*) / 10 + 1 FROM rollup))',
      ]);
    batch.push(['DELETE FROM rollup_order WHERE id NOT IN (SELECT ordered FROM rollup)']);
    this.#store.write(batch, now);
    const left = this.#store.get('SELECT SUM(LENGTH(data)) AS bytes FROM rollup');
    this.#bytes = Number(left?.bytes ?? 0);
    const first = this.#store.get('SELECT MIN(at) AS at FROM rollup WHERE at % 2 = 1');
    this.#first = first?.at == null ? Number.POSITIVE_INFINITY : (Number(first.at) - 1) / 2;
    this.#orders.clear();
  }

  /**
   * Steps of one place before a time; a day at a time, so that nothing waits for long.
   * @returns its steps, and the first instant that there is
   */
  async read(path: string, kept: Kept, grid: Grid, before: number): Promise<{ values: Float64Array; from: number }> {
    const steps = new Steps(grid, foldOf(kept));
    const end = Math.min(before, grid.first + grid.count * grid.stepMs);
    for (let from = grid.first; from < end; from += DAY_MS) {
      const rows = this.#store.all('SELECT * FROM rollup WHERE at % 2 = 1 AND at >= ? AND at < ? ORDER BY at', [
        from * 2,
        Math.min(from + DAY_MS, end) * 2,
      ]);
      for (const row of rows) {
        const one = this.#rowOf(row);
        if (one) steps.add(one.time, valueIn(one, path, kept));
      }
      await new Promise<void>((next) => setImmediate(next));
    }
    return { values: steps.result(), from: this.#first < end ? this.#first : Number.POSITIVE_INFINITY };
  }

  #rowOf({ at, ordered, data }: Row): PlaceRow | undefined {
    const space = this.#orderOf(Number(ordered));
    if (!space || !(data instanceof Uint8Array)) return undefined;
    try {
      const bytes = inflateRawSync(data);
      const count = space.places * KEPT.length;
      if (bytes.length !== count * 4 + space.places) return undefined;
      // A copy of its own: what inflate gives may lie at any byte.
      const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + count * 4));
      return { time: Math.floor(Number(at) / 2), space, values, basis: Uint8Array.from(bytes.subarray(count * 4)) };
    } catch {
      // Damage that SQLite could not tell: a gap.
      return undefined;
    }
  }

  /** An order of places; undefined where its quantities are another version's. */
  #orderOf(id: number): PlaceSpace | undefined {
    if (!this.#orders.has(id)) {
      const row = this.#store.get('SELECT document FROM rollup_order WHERE id = ?', [id]);
      const { kept, paths } = JSON.parse(String(row?.document ?? '{}')) as { kept?: string[]; paths?: string[] };
      const known = paths && kept?.join() === KEPT.join();
      this.#orders.set(id, known ? { paths, places: paths.length, index: null } : undefined);
    }
    return this.#orders.get(id);
  }
}

const sameOrder = (a: PlaceSpace, b: PlaceSpace) => a === b || a.paths.join('\n') === b.paths.join('\n');
