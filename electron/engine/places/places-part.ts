import { join } from 'node:path';
import type { BudgetLines, BudgetsRead, ImportPreview, PlacesReport } from '../../../shared/contract/places.ts';
import type { CallParsed } from '../../../shared/contract.ts';
import { editCsv } from '../../../shared/csv.ts';
import {
  BUDGET_COLUMNS,
  budgetCells,
  budgetKey,
  diffRows,
  diffWords,
  type RowDiff,
  TOPOLOGY_COLUMNS,
  topologyCells,
  topologyKey,
} from '../../../shared/place-diff.ts';
import { placesReport, previewMappings } from '../../../shared/place-report.ts';
import { type BudgetRow, parseBudgetsCsv, parseTopologyCsv } from '../../../shared/topology-csv.ts';
import { FaultError, printable } from '../fault.ts';
import type { Answers, Asker, EngineContext, EnginePart } from '../part.ts';
import { type PlaceFiles, PlaceReader } from '../store/place-files.ts';
import { ChangeLog } from './change-log.ts';
import { MOST_DETAILS, mergeInto, previewOf, Uploads } from './import.ts';
import { ProfileFile, stampOf } from './profile-file.ts';

const MAPPINGS = 'mappings';

const parsers = {
  'topology.csv': (text: string) => {
    const { rows, racks } = parseTopologyCsv(text);
    return topologyCells(rows, racks);
  },
  'budgets.csv': (text: string) => budgetCells(parseBudgetsCsv(text).rows),
} as const;
type FileName = keyof typeof parsers;

/** Places as people change them: mappings with their effect, topology.csv, budgets.csv, and the log of all changes. */
export class PlacesPart implements EnginePart {
  readonly #context: EngineContext;
  readonly #log: ChangeLog;
  readonly #topology: ProfileFile;
  readonly #budgets: ProfileFile;
  readonly #reader = new PlaceReader();
  readonly #uploads = new Uploads();
  /** The text of each file as it was last seen: what a change from outside is told against. */
  readonly #texts = new Map<string, string>();
  #mappings: string;

  readonly answers: Answers = {
    placesReport: () => this.#report(),
    previewMappings: ({ mappings }) =>
      previewMappings(
        this.#context.fleet().hosts(),
        this.#context.settings().mappings,
        mappings,
        this.#files().topology,
      ),
    saveMappings: (arg, asker) => this.#saveMappings(arg, asker),
    budgetLines: () => this.#budgetLines(),
    saveBudgets: (arg, asker) => this.#saveBudgets(arg, asker),
    readBudgets: ({ text }) => readBudgets(text),
    putImport: (part) => {
      this.#uploads.put(part);
      return null;
    },
    previewImport: (arg) => this.#previewImport(arg),
    saveImport: (arg, asker) => this.#saveImport(arg, asker),
    topologyText: () => this.#topology.read().text,
    placeChanges: ({ before, most }) => this.#log.list(before, most),
  };

  constructor(context: EngineContext) {
    this.#context = context;
    this.#log = new ChangeLog(context.store);
    this.#topology = new ProfileFile(join(context.folder, 'topology.csv'));
    this.#budgets = new ProfileFile(join(context.folder, 'budgets.csv'));
    this.#mappings = JSON.stringify(context.settings().mappings);
    for (const file of [this.#topology, this.#budgets]) this.#remember(file);
  }

  /** What was changed by others than us, in an editor or by git, is in the log as well. */
  tick(now: number, polled: boolean): void {
    if (!polled) return;
    for (const file of [this.#topology, this.#budgets]) if (file.touched()) this.#tellOutside(file, now);
    const mappings = JSON.stringify(this.#context.settings().mappings);
    if (mappings === this.#mappings) return;
    this.#mappings = mappings;
    const outside = { time: now, who: '', role: '', file: MAPPINGS, details: [] };
    this.#log.add({ ...outside, what: 'Changed with the settings' }, stampOf(mappings));
  }

  /** At the start: a file that is not what the log says was changed while Fleetwatt did not run. */
  #remember(file: ProfileFile): void {
    file.touched();
    try {
      const { text, stamp } = file.read();
      this.#texts.set(file.name, text);
      const logged = this.#log.digestOf(file.name);
      if (logged === undefined || logged === stamp) return;
      const change = { time: this.#context.clock.now(), who: '', role: '', file: file.name, details: [] };
      this.#log.add({ ...change, what: 'Changed while Fleetwatt did not run' }, stamp);
    } catch {
      // A file that cannot be read is told by its reader.
    }
  }

  #tellOutside(file: ProfileFile, now: number): void {
    try {
      const { text, stamp } = file.read();
      const before = this.#texts.get(file.name) ?? '';
      if (text === before) return;
      const diff = this.#diff(file.name as FileName, before, text);
      const what = `Changed outside Fleetwatt. ${diffWords(diff)}`;
      this.#log.add({ time: now, who: '', role: '', file: file.name, what, details: diff.details }, stamp);
      this.#texts.set(file.name, text);
    } catch {
      // A file that cannot be read is told by its reader.
    }
  }

  #diff(name: FileName, before: string, after: string): RowDiff {
    return diffRows(parsers[name](before), parsers[name](after), MOST_DETAILS);
  }

  /** Rows of the profile's files and of those of sources, the profile's first. */
  #files(): PlaceFiles {
    const given = this.#context.sources().map(({ settings }) => settings);
    const of = (own: ProfileFile, paths: readonly (string | undefined)[]) => [
      { path: own.path, needed: false },
      ...paths.flatMap((path) => (path ? [{ path, needed: true }] : [])),
    ];
    return this.#reader.read(
      of(
        this.#topology,
        given.map(({ topologyFile }) => topologyFile),
      ),
      of(
        this.#budgets,
        given.map(({ budgetsFile }) => budgetsFile),
      ),
    );
  }

  #report(): PlacesReport {
    const { text, stamp } = this.#topology.read();
    const { rows, racks, errors } = text === '' ? NOTHING : parseTopologyCsv(text);
    const file = { stamp, rows: rows.length, racks: racks.length, errors: told(errors, this.#topology.name) };
    const fleet = this.#context.fleet();
    const report = placesReport(
      fleet.hosts(),
      this.#context.settings().mappings,
      this.#files().topology,
      fleet.disputedBoards(),
    );
    return { topology: file, ...report, sharedAddresses: fleet.sharedAddresses() };
  }

  #saveMappings({ mappings, base, who }: CallParsed<'saveMappings'>, { role }: Asker): null {
    const settings = this.#context.settings();
    if (JSON.stringify(base) !== JSON.stringify(settings.mappings))
      throw new FaultError(
        'changed-meanwhile',
        'The mappings were changed by someone else meanwhile',
        'Nothing was saved. Look at them again and repeat the change.',
      );
    const [effect] = previewMappings([], [], mappings, []).mappings.flatMap(({ error }, index) =>
      error === '' ? [] : [{ error, index }],
    );
    if (effect)
      throw new FaultError('bad-pattern', `Mapping ${effect.index + 1}: ${effect.error}`, 'Correct the pattern.');
    const words = ({ label, pattern }: { label: string; pattern: string }) => `${label} =~ ${pattern}`;
    const [old, fresh] = [settings.mappings.map(words), mappings.map(words)];
    this.#context.changeSettings({ ...settings, mappings });
    this.#mappings = JSON.stringify(mappings);
    const details = [
      ...fresh.filter((text) => !old.includes(text)).map((text) => `added ${text}`),
      ...old.filter((text) => !fresh.includes(text)).map((text) => `taken out ${text}`),
    ];
    const what = details.length === 0 ? 'Order of mappings changed' : 'Mappings changed';
    const time = this.#context.clock.now();
    this.#log.add({ time, who, role, file: MAPPINGS, what, details }, stampOf(this.#mappings));
    return null;
  }

  #budgetLines(): BudgetLines {
    const { text, stamp } = this.#budgets.read();
    const own = text === '' ? NOTHING : parseBudgetsCsv(text);
    const errors = told(own.errors, this.#budgets.name);
    const lines = new Map(own.rows.map((row) => [row.place, { ...lineOf(row), own: true }]));
    for (const row of this.#files().budgets)
      if (!lines.has(row.place)) lines.set(row.place, { ...lineOf(row), own: false });
    return { stamp, lines: [...lines.values()], errors };
  }

  #saveBudgets({ stamp, lines, remove, who }: CallParsed<'saveBudgets'>, asker: Asker): null {
    const cells = budgetCells(lines.map(rowOf));
    const changes = new Map<string, Readonly<Record<string, string>> | null>(remove.map((place) => [place, null]));
    for (const [place, row] of cells) changes.set(place, row);
    this.#write(this.#budgets, stamp, asker, who, (text) => editCsv(text, BUDGET_COLUMNS, budgetKey, changes));
    return null;
  }

  #merge(arg: CallParsed<'previewImport'>, most: number) {
    const { text, stamp } = this.#topology.read();
    const file = text === '' ? NOTHING : parseTopologyCsv(text);
    return { stamp, merge: mergeInto(file, this.#uploads.documents(arg.upload), arg, most) };
  }

  #previewImport(arg: CallParsed<'previewImport'>): ImportPreview {
    const { stamp, merge } = this.#merge(arg, 200);
    return previewOf(stamp, merge);
  }

  #saveImport(arg: CallParsed<'saveImport'>, asker: Asker): null {
    const { changes } = this.#merge(arg, 0).merge.diff;
    this.#write(this.#topology, arg.stamp, asker, arg.who, (text) =>
      editCsv(text, TOPOLOGY_COLUMNS, topologyKey, changes),
    );
    this.#uploads.clear();
    return null;
  }

  /** Writes a file whole and logs what became of it. */
  #write(file: ProfileFile, seen: string, { role }: Asker, who: string, make: (text: string) => string): void {
    let before = '';
    const { text, stamp } = file.replace(seen, (old) => {
      before = old;
      return make(old);
    });
    this.#texts.set(file.name, text);
    const diff = this.#diff(file.name as FileName, before, text);
    const time = this.#context.clock.now();
    this.#log.add({ time, who, role, file: file.name, what: diffWords(diff), details: diff.details }, stamp);
  }
}

const NOTHING = { rows: [], racks: [], errors: [] };

const told = (errors: readonly { line: number; column: number; message: string }[], file: string) =>
  errors.map(({ line, column, message }) => ({ file, line, column, message: printable(message, 200) }));

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

const lineOf = ({ place, budgetW, feedAW, feedBW, derate, priority = 0 }: BudgetRow) => ({
  ...{ place, budgetW: orNull(budgetW), feedAW: orNull(feedAW), feedBW: orNull(feedBW), derate, priority },
});

function rowOf(line: CallParsed<'saveBudgets'>['lines'][number]): BudgetRow {
  const { place, budgetW, feedAW, feedBW, derate, priority } = line;
  const watts = (value: number | null) => value ?? Number.NaN;
  return { place, budgetW: watts(budgetW), feedAW: watts(feedAW), feedBW: watts(feedBW), derate, priority };
}

function readBudgets(text: string): BudgetsRead {
  const { rows, errors } = parseBudgetsCsv(text);
  return { lines: rows.map(lineOf), errors };
}
