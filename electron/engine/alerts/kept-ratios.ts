import type { Store } from '../store/database.ts';
import type { Journal } from './journal.ts';
import { type Ratios, ratiosChanged } from './past-rules.ts';

/** The ratios of the settings that rules were last evaluated with: a change of them is a row of the journal. */
export class KeptRatios {
  #last: Ratios | undefined;

  constructor(store: Store) {
    const text = store.get("SELECT value FROM fact WHERE name = 'ratios'")?.value;
    try {
      this.#last = text === undefined ? undefined : (JSON.parse(String(text)) as Ratios);
    } catch {
      // Damage: nothing is known of before.
    }
  }

  tick({ warnRatio, critRatio }: Ratios, journal: Journal, now: number): void {
    const last = this.#last;
    if (last?.warnRatio === warnRatio && last.critRatio === critRatio) return;
    this.#last = { warnRatio, critRatio };
    const fact = ['INSERT OR REPLACE INTO fact VALUES (?, ?)', ['ratios', JSON.stringify(this.#last)]] as const;
    journal.write(last ? [ratiosChanged(last, this.#last)] : [], [[fact[0], [...fact[1]]]], now);
  }
}
