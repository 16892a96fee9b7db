import { crc32 } from 'node:zlib';
import type { HistoryPage, JournalKind, JournalRow, JournalSize, Note, Rule } from '../../../shared/alerting/alert.ts';
import { isUnder, type KeptSilence } from '../../../shared/alerting/silences.ts';
import type { HistoryFilter } from '../../../shared/contract/alerts.ts';
import type { Settings } from '../../../shared/settings.ts';
import type { Row, Statement, Store, Value } from '../store/database.ts';
import type { KeptAlert } from './kept.ts';

/** A row before it has its number and its time. */
export type NewRow = Partial<Omit<JournalRow, 'seq' | 'time'>> & {
  readonly kind: JournalKind;
  /** What is said beside the title; left out: nothing, or what the row before of the alert says. */
  readonly detail?: string;
};

const DAY_MS = 86_400_000;
const RETENTION_EVERY_MS = 3_600_000;
const TRIMMED_TO = 0.95;
/** Bytes of a row beside its texts, indexes among them. */
const ROW_BYTES = 150;
/** Of so many alerts that changed between two times the states are looked up one by one. */
const MOST_CHANGED = 500;
/** When nothing else is written, that the engine still evaluates is written this often. */
const ALIVE_MS = 30_000;

const COLUMNS = [
  ...(['seq', 'time', 'kind', 'alert', 'rule', 'severity', 'domain', 'path', 'object'] as const),
  ...(['incident', 'who', 'text', 'value', 'labels'] as const),
] as const;
const INSERT = `INSERT INTO journal (${COLUMNS.join(', ')}, crc) VALUES (${COLUMNS.map(() => '?').join(', ')}, ?)`;

type Limits = Settings['journal'];

/** What the database holds when the engine starts. */
export interface Remembered {
  readonly alerts: readonly KeptAlert[];
  readonly silences: readonly KeptSilence[];
  /** Rules of the pack that were changed here. */
  readonly rules: readonly Rule[];
  /** When the engine last evaluated, epoch ms; NaN never. */
  readonly aliveAt: number;
  /** Documents that could not be read. */
  readonly damaged: number;
}

/** One alert as the journal tells of it: its last change, the change before, and what happened to it since. */
export interface JournalState {
  readonly row: JournalRow;
  readonly before: JournalRow | undefined;
  readonly ack: JournalRow | undefined;
  readonly unknown: JournalRow | undefined;
  /** What was said beside its title with that last change; '' where that is not kept. */
  readonly detail: string;
}

/** Changes of rules, the oldest first; `whole`: no row before them was let go. */
export interface RuleRows {
  readonly rows: readonly JournalRow[];
  readonly whole: boolean;
}

/** Rows that say what an alert is from then on; after `restored` it is not any more. */
const STATE_KINDS = ['pending', 'firing', 'resolved', 'dropped', 'restored'] as const satisfies JournalKind[];
/**
 * The journal of alerts and what goes with it, in the profile's database. A batch is one commit: rows and the documents
 * of the alerts that they are of. Times never go back, whatever the clock does.
 */
export class Journal {
  readonly #store: Store;
  #seq: number;
  #time: number;
  #aliveAt = Number.NEGATIVE_INFINITY;
  #keptAt = Number.NEGATIVE_INFINITY;
  #limits: Limits | undefined;
  /** Rows that wait for the disk. */
  #unsaved: JournalRow[] = [];
  #ruleRows: RuleRows | undefined;
  /** What alerts were when that was asked last: the next time is mostly near, and few have changed until then. */
  #told: { readonly last: number; readonly states: ReadonlyMap<string, JournalState> } | undefined;
  /** Rows whose checksum is wrong, by number. */
  readonly #damaged = new Set<number>();

  constructor(store: Store) {
    this.#store = store;
    const last = store.get('SELECT max(seq) AS seq, max(time) AS time FROM journal');
    // Where all rows were let go their numbers still go on: a first row with another number than 1 says that some were.
    const written = store.get("SELECT value FROM fact WHERE name = 'journalSeq'")?.value;
    this.#seq = Math.max(Number(last?.seq ?? 0), Number(written ?? 0) || 0);
    this.#time = Number(last?.time ?? 0);
  }

  get damagedRows(): number {
    return this.#damaged.size;
  }

  read(): Remembered {
    let damaged = 0;
    const documents = <Document>(table: string): Document[] =>
      this.#store.all(`SELECT document FROM ${table}`).flatMap(({ document }) => {
        try {
          return [JSON.parse(String(document)) as Document];
        } catch {
          damaged++;
          return [];
        }
      });
    const [alerts, silences, rules] = [
      documents<KeptAlert>('alert'),
      documents<KeptSilence>('silence'),
      documents<Rule>('rule'),
    ];
    const alive = this.#store.get("SELECT value FROM fact WHERE name = 'evaluatedAt'")?.value;
    return { alerts, silences, rules, aliveAt: alive === undefined ? Number.NaN : Number(alive), damaged };
  }

  /** Commits rows and documents together. */
  write(rows: readonly NewRow[], documents: readonly Statement[], now: number): void {
    if (rows.length === 0 && documents.length === 0 && now - this.#aliveAt < ALIVE_MS) return;
    this.#aliveAt = now;
    this.#time = Math.max(this.#time, now);
    // Where damage took the newest rows numbers may come again: what was said beside those of before is not theirs.
    const details: Statement[] = rows.length > 0 ? [['DELETE FROM journal_detail WHERE seq > ?', [this.#seq]]] : [];
    const made = rows.map(({ detail = '', ...row }): JournalRow => {
      const seq = ++this.#seq;
      if (detail !== '') details.push(['INSERT INTO journal_detail VALUES (?, ?)', [seq, detail]]);
      return { ...EMPTY, ...row, seq, time: this.#time };
    });
    if (rows.some(({ kind }) => kind === 'rule')) this.#ruleRows = undefined;
    const alive: Statement = ["INSERT OR REPLACE INTO fact VALUES ('evaluatedAt', ?)", [String(now)]];
    const statements = made.map((row): Statement => [INSERT, withCrc(valuesOf(row))]);
    if (made.length > 0) statements.push(["INSERT OR REPLACE INTO fact VALUES ('journalSeq', ?)", [String(this.#seq)]]);
    if (!this.#store.write([...statements, ...details, ...documents, alive], now)) this.#unsaved.push(...made);
    else this.#unsaved = [];
  }

  /** Writes what waits; once an hour, and when the limits change, lets rows go that are too old or too many. */
  tend(now: number, limits: Limits): void {
    if (this.#store.retry(now)) this.#unsaved = [];
    if (Math.abs(now - this.#keptAt) < RETENTION_EVERY_MS && limits === this.#limits) return;
    this.#keptAt = now;
    this.#limits = limits;
    this.#told = undefined;
    this.#store.write([['DELETE FROM journal WHERE time < ?', [now - limits.keepDays * DAY_MS]]], now);
    this.#ruleRows = undefined;
    const bytes = this.bytes();
    if (bytes > limits.keepBytes) this.#trim(bytes, limits, now);
    this.#store.write([[DELETE_DETAILS]], now);
  }

  #trim(bytes: number, limits: Limits, now: number): void {
    // Some more than has to go, so that not every hour a few rows go.
    const rows = Math.ceil(((bytes - TRIMMED_TO * limits.keepBytes) / bytes) * this.#count());
    this.#store.write(
      [['DELETE FROM journal WHERE seq IN (SELECT seq FROM journal ORDER BY seq LIMIT ?)', [rows]]],
      now,
    );
  }

  /** What it takes: rows, bytes by the size of its newest rows, and the time of its oldest. */
  size(): JournalSize {
    const oldest = this.#store.get('SELECT min(time) AS time FROM journal')?.time ?? null;
    return { rows: this.#count(), bytes: Math.round(this.bytes()), oldest: oldest === null ? null : Number(oldest) };
  }

  #count(): number {
    return Number(this.#store.get('SELECT count(*) AS count FROM journal')?.count ?? 0);
  }

  /** Bytes that the journal takes, by the size of its newest rows. */
  bytes(): number {
    const mean = this.#store.get(
      `SELECT avg(length(text) + length(labels) + length(path) + length(object) + length(coalesce(detail, ''))) AS mean
       FROM (SELECT * FROM journal ORDER BY seq DESC LIMIT 1000) LEFT JOIN journal_detail USING (seq)`,
    )?.mean;
    return this.#count() * (Number(mean ?? 0) + ROW_BYTES);
  }

  /** Rows of a filter, newest first. */
  page(filter: HistoryFilter, most = filter.most): HistoryPage {
    const { where, values } = clauses(filter);
    const text = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
    const from = filter.details
      ? "(SELECT journal.*, coalesce(detail, '') AS detail FROM journal LEFT JOIN journal_detail USING (seq))"
      : 'journal';
    const found = this.#store.all(`SELECT * FROM ${from} ${text} ORDER BY seq DESC LIMIT ?`, [...values, most + 1]);
    const waiting = this.#unsaved.filter((row) => matches(row, filter)).reverse();
    const all = [...waiting, ...found.flatMap((row) => this.#sound(row) ?? [])];
    const rows = all.slice(0, most);
    const oldest = this.#store.get('SELECT min(time) AS time FROM journal')?.time ?? null;
    return {
      rows,
      next: all.length > most || found.length > most ? (rows.at(-1)?.seq ?? null) : null,
      oldest: oldest === null ? (this.#unsaved[0]?.time ?? null) : Number(oldest),
    };
  }

  /** Alerts that resolved since a time. */
  resolvedSince(time: number): number {
    const text = "SELECT count(*) AS count FROM journal WHERE kind = 'resolved' AND time >= ?";
    return Number(this.#store.get(text, [time])?.count ?? 0);
  }

  /**
   * What each alert was at a time: its last change until then. Undefined where rows of that time have been let go.
   * Numbers grow with times, so that each alert's rows are looked up by the index alone.
   */
  statesAt(time: number): readonly JournalState[] | undefined {
    const first = this.#store.get('SELECT seq, time FROM journal ORDER BY seq LIMIT 1');
    if (!first) return [];
    if (Number(first.seq) > 1 && Number(first.time) > time) return undefined;
    const last = this.#store.get('SELECT max(seq) AS seq FROM journal WHERE time <= ?', [time])?.seq ?? 0;
    const told = this.#told;
    const changed = told && this.#alertsBetween(Math.min(told.last, Number(last)), Math.max(told.last, Number(last)));
    const states = new Map(changed ? told.states : []);
    for (const alert of changed ?? []) states.delete(alert);
    for (const state of this.#statesOf(changed, Number(last))) states.set(state.row.alert, state);
    this.#told = { last: Number(last), states };
    return [...states.values()].sort((a, b) => (a.row.alert < b.row.alert ? -1 : 1));
  }

  /** Alerts that have rows after one number, up to another; undefined where they are many. */
  #alertsBetween(after: number, last: number): readonly string[] | undefined {
    const text = "SELECT DISTINCT alert FROM journal WHERE seq > ? AND seq <= ? AND alert > '' LIMIT ?";
    const found = this.#store.all(text, [after, last, MOST_CHANGED + 1]);
    return found.length > MOST_CHANGED ? undefined : found.map(({ alert }) => String(alert));
  }

  /** What some alerts, or all of them, were at a row. */
  #statesOf(alerts: readonly string[] | undefined, last: number): readonly JournalState[] {
    if (alerts?.length === 0) return [];
    const rows = new Map<number, JournalRow>();
    const of = (seq: Value | undefined) => (seq === null || seq === undefined ? undefined : rows.get(Number(seq)));
    const found = this.#store.all(statesAt(alerts), [last, ...(alerts ?? [])]);
    const wanted = found
      .flatMap(({ seq, prior, ack, unknown }) => [seq, prior, ack, unknown])
      .filter((seq) => seq !== null);
    for (let i = 0; i < wanted.length; i += 500) {
      const some = wanted.slice(i, i + 500) as number[];
      for (const row of this.#store.all(`SELECT * FROM journal WHERE seq IN (${some.join(', ')})`)) {
        const sound = this.#sound(row);
        if (sound) rows.set(sound.seq, sound);
      }
    }
    return found.flatMap(({ seq, prior, ack, unknown, detail }) => {
      const row = of(seq);
      const told = { before: of(prior), ack: of(ack), unknown: of(unknown), detail: String(detail ?? '') };
      return row ? [{ row, ...told }] : [];
    });
  }

  ruleRows(): RuleRows {
    if (!this.#ruleRows) {
      const found = this.#store.all("SELECT * FROM journal WHERE kind = 'rule' ORDER BY seq");
      const first = this.#store.get('SELECT min(seq) AS seq FROM journal')?.seq ?? 1;
      const waiting = this.#unsaved.filter(({ kind }) => kind === 'rule');
      const rows = [...found.flatMap((row) => this.#sound(row) ?? []), ...waiting];
      this.#ruleRows = { rows, whole: Number(first) === 1 };
    }
    return this.#ruleRows;
  }

  notes(alert: string): readonly Note[] {
    const filter = { alert, kinds: ['note'], most: 1000 } satisfies HistoryFilter;
    return this.page(filter as HistoryFilter).rows.map(({ time, who, text }) => ({ time, who, text }));
  }

  /** A row as it was written; undefined, and counted, where a bit flipped. */
  #sound(row: Row): JournalRow | undefined {
    const values = COLUMNS.map((column) => row[column]);
    if (withCrc(values).at(-1) !== row.crc) {
      this.#damaged.add(Number(row.seq));
      return undefined;
    }
    try {
      return { ...(row as unknown as JournalRow), labels: JSON.parse(String(row.labels)) };
    } catch {
      this.#damaged.add(Number(row.seq));
      return undefined;
    }
  }
}

const listed = (kinds: readonly JournalKind[]) => kinds.map((kind) => `'${kind}'`).join(', ');
/** Number of the last row of an alert's that is of these kinds, and within a range of numbers. */
const lastRow = (alert: string, kinds: readonly JournalKind[], within: string) =>
  `(SELECT seq FROM journal WHERE alert = ${alert} AND ${within} AND kind IN (${listed(kinds)}) ORDER BY seq DESC LIMIT 1)`;
/** All alerts, one after another by the index. */
const EACH = `
      SELECT min(alert) FROM journal WHERE alert > ''
      UNION ALL
      SELECT (SELECT min(alert) FROM journal WHERE alert > each.alert) FROM each WHERE each.alert IS NOT NULL`;
/** Of each of some alerts, or of all, the rows that tell what it was. ?1: the last row that counts; then the alerts. */
const statesAt = (alerts: readonly string[] | undefined) => `
  WITH RECURSIVE
    each(alert) AS (${alerts ? `VALUES ${alerts.map((_, i) => `(?${i + 2})`).join(', ')}` : EACH}
    ),
    state AS (
      SELECT alert, ${lastRow('each.alert', STATE_KINDS, 'seq <= ?1')} AS seq FROM each WHERE alert IS NOT NULL
    )
  SELECT state.seq AS seq,
    ${lastRow('state.alert', STATE_KINDS, 'seq < state.seq')} AS prior,
    ${lastRow('state.alert', ['ack', 'unack'], 'seq > state.seq AND seq <= ?1')} AS ack,
    ${lastRow('state.alert', ['unknown', 'known'], 'seq > state.seq AND seq <= ?1')} AS unknown,
    (SELECT detail FROM journal_detail WHERE seq = state.seq) AS detail
  FROM state JOIN journal ON journal.seq = state.seq WHERE journal.kind IN ('pending', 'firing')`;

/** What was said beside rows that were let go, also where none is left. */
const DELETE_DETAILS =
  'DELETE FROM journal_detail WHERE seq < coalesce((SELECT min(seq) FROM journal), 9223372036854775807)';

const EMPTY = {
  ...({ alert: '', rule: '', severity: '', domain: '', path: '', object: '' } as const),
  ...({ incident: '', who: '', text: '', value: null, labels: {} } as const),
};

const valuesOf = (row: JournalRow): Value[] =>
  COLUMNS.map((column) => (column === 'labels' ? JSON.stringify(row.labels) : row[column]));

const withCrc = (values: readonly (Value | undefined)[]): Value[] => [
  ...(values as Value[]),
  crc32(JSON.stringify(values)),
];

function clauses(filter: HistoryFilter): { where: string[]; values: Value[] } {
  const where: string[] = [];
  const values: Value[] = [];
  const add = (text: string, ...of: Value[]) => {
    where.push(text);
    values.push(...of);
  };
  const oneOf = (column: string, list: readonly string[] | undefined) => {
    if (list) add(`${column} IN (${list.map(() => '?').join(', ')})`, ...list);
  };
  if (filter.from !== undefined) add('time >= ?', filter.from);
  if (filter.to !== undefined) add('time < ?', filter.to);
  if (filter.before !== undefined) add('seq < ?', filter.before);
  oneOf('kind', filter.kinds);
  oneOf('severity', filter.severities);
  oneOf('domain', filter.domains);
  if (filter.rule !== undefined) add('rule = ?', filter.rule);
  if (filter.alert !== undefined) add('alert = ?', filter.alert);
  if (filter.incident !== undefined) add('incident = ?', filter.incident);
  if (filter.under)
    add('(path = ? OR substr(path, 1, ?) = ?)', filter.under, filter.under.length + 1, `${filter.under}/`);
  if (filter.text) {
    const like = `%${filter.text.replace(/[\\%_]/g, '\\$&')}%`;
    add("(text LIKE ? ESCAPE '\\' OR object LIKE ? ESCAPE '\\' OR who LIKE ? ESCAPE '\\')", like, like, like);
  }
  return { where, values };
}

/** The same filter for a row that is not in the file yet. */
function matches(row: JournalRow, filter: HistoryFilter): boolean {
  const within = <Value>(list: readonly Value[] | undefined, value: unknown) => !list || list.includes(value as Value);
  const text = filter.text?.toLowerCase() ?? '';
  return (
    row.time >= (filter.from ?? Number.NEGATIVE_INFINITY) &&
    row.time < (filter.to ?? Number.POSITIVE_INFINITY) &&
    row.seq < (filter.before ?? Number.POSITIVE_INFINITY) &&
    within(filter.kinds, row.kind) &&
    within(filter.severities, row.severity) &&
    within(filter.domains, row.domain) &&
    row.rule === (filter.rule ?? row.rule) &&
    row.alert === (filter.alert ?? row.alert) &&
    row.incident === (filter.incident ?? row.incident) &&
    isUnder(row.path, filter.under ?? '') &&
    `${row.text}\n${row.object}\n${row.who}`.toLowerCase().includes(text)
  );
}
