import type { LostSilence } from '../../../shared/contract/interop.ts';
import type { NewSilence, RemoteSilence } from '../../../shared/interop/alertmanager.ts';
import type { Store } from '../store/database.ts';

/** A silence that we made, as it was accepted. */
interface Copy {
  readonly alertmanager: string;
  readonly id: string;
  readonly silence: NewSilence;
  /** When it was made in this run; an answer to a question that was asked before does not have it yet. */
  readonly madeAt: number;
  /** Since when its Alertmanager does not have it; null while it does. */
  missedSince: number | null;
}

/** Alertmanager keeps ended silences so long; our copies go with them. */
const KEPT_MS = 5 * 86_400_000;

/**
 * Copies of the silences that we made. An Alertmanager that is killed loses those it had not written yet
 * (alert-semantics.md 10); what it lost is told, and can be made again.
 */
export class SilenceCopies {
  readonly #store: Store;
  readonly #copies = new Map<string, Copy>();

  constructor(store: Store) {
    this.#store = store;
    for (const row of store.all('SELECT alertmanager, id, document FROM remote_silence')) {
      const alertmanager = String(row.alertmanager);
      const id = String(row.id);
      const silence = silenceOf(String(row.document));
      if (silence) this.#copies.set(key(alertmanager, id), { alertmanager, id, silence, madeAt: 0, missedSince: null });
    }
  }

  made(alertmanager: string, id: string, silence: NewSilence, now: number): void {
    this.#copies.set(key(alertmanager, id), { alertmanager, id, silence, madeAt: now, missedSince: null });
    const values = [alertmanager, id, silence.endsAt, JSON.stringify(silence)];
    this.#store.write([['INSERT OR REPLACE INTO remote_silence VALUES (?, ?, ?, ?)', values]], now);
  }

  get(alertmanager: string, id: string): NewSilence | undefined {
    return this.#copies.get(key(alertmanager, id))?.silence;
  }

  /** Ids of the silences that we made. */
  ids(): ReadonlySet<string> {
    return new Set([...this.#copies.values()].map(({ id }) => id));
  }

  /** It was ended, made again, or is not wanted any longer. */
  forget(alertmanager: string, id: string, now: number): void {
    if (!this.#copies.delete(key(alertmanager, id))) return;
    this.#store.write([['DELETE FROM remote_silence WHERE alertmanager = ? AND id = ?', [alertmanager, id]]], now);
  }

  /** Holds what an Alertmanager had, when it was asked, against our copies. One that was ended there a person ended. */
  compare(alertmanager: string, silences: readonly RemoteSilence[], now: number): void {
    const there = new Map(silences.map((silence) => [silence.id, silence]));
    for (const copy of [...this.#copies.values()]) {
      if (copy.alertmanager !== alertmanager || copy.madeAt >= now) continue;
      const found = there.get(copy.id);
      if (copy.silence.endsAt < now - KEPT_MS || (found?.state === 'expired' && copy.silence.endsAt > now))
        this.forget(alertmanager, copy.id, now);
      else copy.missedSince = found || copy.silence.endsAt <= now ? null : (copy.missedSince ?? now);
    }
  }

  lost(now: number): readonly LostSilence[] {
    return [...this.#copies.values()].flatMap(({ alertmanager, id, silence, missedSince }) =>
      missedSince === null || silence.endsAt <= now
        ? []
        : [
            {
              ...{ alertmanager, id, missedSince, matchers: silence.matchers, endsAt: silence.endsAt },
              ...{ createdBy: silence.createdBy, comment: silence.comment },
            },
          ],
    );
  }
}

const key = (alertmanager: string, id: string): string => `${alertmanager}\n${id}`;

function silenceOf(document: string): NewSilence | undefined {
  try {
    return JSON.parse(document) as NewSilence;
  } catch {
    return undefined;
  }
}
