import type { SeenEvents, SeenOfGpu } from '../../../shared/alerting/gpu-events.ts';
import type { AlertMemory } from '../../../shared/alerting/memory.ts';
import type { Statement, Store, Value } from '../store/database.ts';

/** GPUs that are written at once; a fleet that is seen for the first time is written over several ticks. */
const MOST_AT_ONCE = 2000;
/** Rows of one statement: four values each. */
const ROWS = 200;

/**
 * What stood in the sticky gauges of each GPU, kept in the database: an XID or an ECC error that came while Fleetwatt was
 * off is noticed at the next start.
 */
export class KeptEvents {
  readonly #store: Store;
  readonly #seen: readonly SeenOfGpu[];
  /** When the engine last evaluated before this start, epoch ms. */
  readonly #aliveAt: number;
  #memory: AlertMemory | undefined;

  constructor(store: Store, aliveAt: number) {
    this.#store = store;
    this.#aliveAt = aliveAt;
    const number = (value: Value | undefined) => (typeof value === 'number' ? value : Number.NaN);
    this.#seen = store
      .all('SELECT gpu, xid, xid_count, ecc FROM gpu_seen')
      .map(({ gpu, xid, xid_count: count, ecc }) => [
        String(gpu),
        { xid: number(xid), xidCount: number(count), ecc: number(ecc) },
      ]);
  }

  /** Gives a memory what was seen before it, and writes what changed since the last tick. */
  tick(memory: AlertMemory, now: number): void {
    if (memory !== this.#memory) {
      memory.events.recall(this.#memory?.events.all() ?? this.#seen, this.#memory ? now : this.#aliveAt);
      this.#memory = memory;
    }
    const changed = memory.events.takeChanged(MOST_AT_ONCE);
    const batch: Statement[] = [];
    for (let from = 0; from < changed.length; from += ROWS) batch.push(insert(changed.slice(from, from + ROWS)));
    if (batch.length > 0) this.#store.write(batch, now);
  }
}

function insert(rows: readonly SeenOfGpu[]): Statement {
  const places = rows.map(() => '(?, ?, ?, ?)').join(', ');
  return [`INSERT OR REPLACE INTO gpu_seen VALUES ${places}`, rows.flatMap(([gpu, seen]) => [gpu, ...valuesOf(seen)])];
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value);
const valuesOf = ({ xid, xidCount, ecc }: SeenEvents): Value[] => [xid, xidCount, ecc].map(orNull);
