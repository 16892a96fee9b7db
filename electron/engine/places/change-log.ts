import type { PlaceChange } from '../../../shared/contract/places.ts';
import type { Store } from '../store/database.ts';

/** Changes that are kept; older ones go. */
const MOST = 50_000;

/** Who changed which file of places, and when: rows of the database that are only ever added. */
export class ChangeLog {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  /** @param digest of what the file or the mappings became, to tell later whether they are still that */
  add(change: Omit<PlaceChange, 'seq'>, digest: string): void {
    const { time, who, role, file, what, details } = change;
    this.#store.write(
      [
        [
          'INSERT INTO place_change (time, who, role, file, what, details, digest) VALUES (?, ?, ?, ?, ?, ?, ?)',
          [time, who, role, file, what, JSON.stringify(details), digest],
        ],
        ['DELETE FROM place_change WHERE seq <= (SELECT max(seq) FROM place_change) - ?', [MOST]],
      ],
      time,
    );
  }

  /** What the last change made of a file; undefined where none is known. */
  digestOf(file: string): string | undefined {
    const row = this.#store.get('SELECT digest FROM place_change WHERE file = ? ORDER BY seq DESC LIMIT 1', [file]);
    return row === undefined ? undefined : String(row.digest);
  }

  /** The newest first. */
  list(before: number | undefined, most: number): readonly PlaceChange[] {
    const rows = this.#store.all('SELECT * FROM place_change WHERE seq < ? ORDER BY seq DESC LIMIT ?', [
      before ?? Number.MAX_SAFE_INTEGER,
      most,
    ]);
    return rows.map((row) => ({
      ...{ seq: Number(row.seq), time: Number(row.time), who: String(row.who), role: String(row.role) },
      ...{ file: String(row.file), what: String(row.what), details: detailsOf(String(row.details)) },
    }));
  }
}

function detailsOf(text: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value.map(String) : [];
  } catch {
    return [];
  }
}
