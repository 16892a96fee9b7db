import { randomBytes } from 'node:crypto';
import type { Acknowledgement, JournalKind, Silence } from '../../../shared/alerting/alert.ts';
import { CRITICAL_POWER_SILENCE_MS } from '../../../shared/alerting/alert.ts';
import type { AlertRecord } from '../../../shared/alerting/book.ts';
import { silenceable } from '../../../shared/alerting/loud.ts';
import { compileSilence, type KeptSilence, refusal, stateOf } from '../../../shared/alerting/silences.ts';
import type { CallParsed } from '../../../shared/contract.ts';
import { FaultError } from '../fault.ts';
import type { Answers } from '../part.ts';
import type { Statement } from '../store/database.ts';
import { keep } from './kept.ts';
import { type AlertState, rowOf } from './state.ts';

const forgetSilence = (id: string): Statement => ['DELETE FROM silence WHERE id = ?', [id]];
const keepSilence = (silence: KeptSilence): Statement => [
  'INSERT OR REPLACE INTO silence VALUES (?, ?, ?)',
  [silence.id, silence.endsAt, JSON.stringify(silence)],
];

/** What a person does to alerts: each is one committed row before anyone is shown it. */
export class AlertActions {
  readonly answers: Answers;
  readonly #state: AlertState;
  /** Silences that began or ended since the last look. */
  readonly #seen = new Map<string, Silence['state']>();

  constructor(state: AlertState) {
    this.#state = state;
    this.answers = {
      ackAlert: ({ alerts, who, note, forMs }) => {
        const at = this.#now();
        this.#acknowledge(alerts, 'ack', who, note, { who, note, at, until: forMs === undefined ? null : at + forMs });
        return null;
      },
      unackAlert: ({ alerts, who }) => {
        this.#acknowledge(alerts, 'unack', who, '', null);
        return null;
      },
      addNote: ({ alert, who, text }) => {
        const record = this.#record(alert);
        record.notes++;
        this.#write([rowOf(record, { kind: 'note', who, text })], [keep(record)]);
        return null;
      },
      silence: (asked) => this.#silence(asked),
      expireSilence: ({ id, who }) => {
        const silence = this.#known(id);
        const endsAt = Math.max(this.#now(), silence.startsAt);
        this.#keep({ ...silence, endsAt }, 'silence-end', who, 'Ended by hand');
        return null;
      },
      saveRule: ({ rule, who }) => this.#change(state.rules.save(rule, who), rule.name),
      resetRule: ({ name, who }) => this.#change(state.rules.reset(name, who), name),
    };
  }

  #now(): number {
    return this.#state.context.clock.now();
  }

  #write(rows: Parameters<AlertState['journal']['write']>[0], documents: readonly Statement[]): void {
    this.#state.journal.write(rows, documents, this.#now());
    this.#state.refresh();
  }

  /** @throws FaultError where it is over */
  #record(id: string): AlertRecord {
    const record = this.#state.book.records.get(id);
    if (record) return record;
    throw new FaultError('no-alert', 'This alert is over', 'It stays in the history.');
  }

  #acknowledge(
    ids: readonly string[],
    kind: 'ack' | 'unack',
    who: string,
    note: string,
    acked: Acknowledgement | null,
  ): void {
    const records = ids.map((id) => this.#record(id));
    const resolved = records.find(({ instance }) => instance.state === 'inactive');
    if (resolved)
      throw new FaultError(
        'resolved',
        `${resolved.tell().object} has resolved`,
        'There is nothing to acknowledge any more.',
      );
    for (const record of records) record.acked = acked;
    this.#write(
      records.map((record) => rowOf(record, { kind, who, text: note })),
      records.map(keep),
    );
  }

  #known(id: string): KeptSilence {
    const silence = this.#state.silences.get(id);
    if (!silence)
      throw new FaultError('no-silence', 'There is no such silence', 'It may have been forgotten: make a new one.');
    if (stateOf(silence, this.#now()) === 'expired')
      throw new FaultError('expired', 'This silence is over', 'Make a new one.');
    return silence;
  }

  #silence({ id, matchers, under, startsAt, endsAt, who, reason }: CallParsed<'silence'>): Silence {
    const now = this.#now();
    const before = id === undefined ? undefined : this.#known(id);
    // What it looks at and when it began stay: something else is another silence.
    const silence: KeptSilence = before
      ? { ...before, endsAt, reason }
      : {
          ...{ id: randomBytes(8).toString('hex'), matchers, under, endsAt, who, reason, createdAt: now },
          startsAt: Math.max(now, startsAt ?? now),
        };
    const why = refusal(silence, now);
    if (why !== '') throw new FaultError('bad-silence', why, 'Correct the silence.');
    this.#refuseLong(silence);
    this.#keep(silence, 'silence', who, reason);
    const all = [...this.#state.book.records.values()].map(silenceable);
    return this.#state.silences.list(all, now).find((one) => one.id === silence.id) as Silence;
  }

  /** A critical power alert is silenced for 24 h at most. */
  #refuseLong(silence: KeptSilence): void {
    if (silence.endsAt - silence.startsAt <= CRITICAL_POWER_SILENCE_MS) return;
    const matches = compileSilence(silence);
    for (const record of this.#state.book.records.values()) {
      const { rule, instance } = record;
      if (instance.state === 'inactive' || rule.severity !== 'critical' || rule.domain !== 'power') continue;
      if (!matches(silenceable(record))) continue;
      throw new FaultError(
        'too-long',
        `It would mute ${record.tell().object}, a critical power alert, for more than 24 h`,
        'Choose 24 h or less.',
      );
    }
  }

  #keep(silence: KeptSilence, kind: JournalKind, who: string, text: string): void {
    this.#state.silences.put(silence);
    this.#seen.set(silence.id, stateOf(silence, this.#now()));
    const what = [
      ...(silence.under === '' ? [] : [`under ${silence.under}`]),
      ...silence.matchers.map(({ name, op, value }) => `${name}${op}"${value}"`),
    ];
    const row = { kind, who, text, path: silence.under, object: what.join(', '), labels: { silence: silence.id } };
    this.#write([row], [keepSilence(silence)]);
  }

  #change(change: ReturnType<AlertState['rules']['save']>, name: string) {
    const { book, rules } = this.#state;
    book.setRules(rules.compiled);
    this.#write(change.rows, change.documents);
    const status = rules.status(book).find((one) => one.name === name);
    if (!status) throw new FaultError('no-rule', `There is no rule ${name}`, 'Reload the page.');
    return status;
  }

  /** Acknowledgements and silences that end by themselves. @returns whether one did */
  tend(now: number): boolean {
    const { book, silences, journal } = this.#state;
    const over = [...book.records.values()].filter(({ acked }) => acked?.until != null && now >= acked.until);
    for (const record of over) record.acked = null;
    if (over.length > 0) {
      const rows = over.map((record) => rowOf(record, { kind: 'unack', text: 'The acknowledgement ended' }));
      journal.write(rows, over.map(keep), now);
    }
    const gone = silences.forget(now);
    if (gone.length > 0) journal.write([], gone.map(forgetSilence), now);
    let other = over.length > 0;
    for (const { id, state, reason, under, who } of silences.list([], now)) {
      const before = this.#seen.get(id);
      this.#seen.set(id, state);
      if (before === undefined || before === state) continue;
      other = true;
      if (state !== 'expired') continue;
      journal.write(
        [{ kind: 'silence-end', text: reason, path: under, object: who, labels: { silence: id } }],
        [],
        now,
      );
    }
    if (other) this.#state.refresh();
    return other;
  }
}
