import type { BudgetLine, BudgetLines } from '../../../../shared/contract/places.ts';
import type { LayoutDocument } from '../../../../shared/contract.ts';
import { safeCell } from '../../../../shared/csv.ts';
import { NODE } from '../../../../shared/topology.ts';

/** Columns that may be edited. */
export const BUDGET_FIELDS = ['budget', 'feedA', 'feedB', 'derate', 'priority'] as const;
export type BudgetField = (typeof BUDGET_FIELDS)[number];
/** Texts of the cells that were changed, by place. */
export type BudgetDraft = ReadonlyMap<string, Partial<Record<BudgetField, string>>>;

export const FIELD_WORDS: Readonly<Record<BudgetField, string>> = {
  budget: 'Budget, kW',
  feedA: 'Feed A, kW',
  feedB: 'Feed B, kW',
  derate: 'Derate',
  priority: 'Capped first',
};

/** A place with what is written of it, whether the floor has it, and where the writing stands. */
export interface BudgetTableRow {
  readonly path: string;
  /** Place index; −1 for a place of the file that is not on the floor. */
  readonly place: number;
  readonly depth: number;
  readonly line: BudgetLine | null;
  readonly from: 'file' | 'source' | 'none';
}

/** All places down to racks in floor order, parents before their children, then places that only the file knows. */
export function budgetTableRows(layout: LayoutDocument | null, { lines }: BudgetLines): readonly BudgetTableRow[] {
  const known = new Map(lines.map((line) => [line.place, line]));
  const rows: BudgetTableRow[] = [];
  const children = new Map<number, number[]>();
  for (let place = 0; layout && place < layout.start[NODE]; place++) {
    const above = layout.parent[place];
    const list = children.get(above);
    if (list) list.push(place);
    else children.set(above, [place]);
  }
  const add = (path: string, place: number, depth: number) => {
    const line = known.get(path) ?? null;
    known.delete(path);
    rows.push({ path, place, depth, line, from: line === null ? 'none' : line.own ? 'file' : 'source' });
  };
  const visit = (place: number, depth: number) => {
    add(layout?.path[place] ?? '', place, depth);
    for (const child of children.get(place) ?? []) visit(child, depth + 1);
  };
  for (const site of children.get(-1) ?? []) visit(site, 0);
  for (const path of [...known.keys()]) add(path, -1, 0);
  return rows;
}

const kilowatts = (watts: number | null | undefined) =>
  watts === null || watts === undefined ? '' : String(Number((watts / 1000).toFixed(6)));

/** The text of a cell as it is written now. */
export function writtenText(line: BudgetLine | null, field: BudgetField): string {
  if (line === null) return '';
  if (field === 'derate') return line.derate === 1 ? '' : String(line.derate);
  if (field === 'priority') return line.priority === 0 ? '' : String(line.priority);
  return kilowatts({ budget: line.budgetW, feedA: line.feedAW, feedB: line.feedBW }[field]);
}

/** What is wrong with the text of a cell; '' where it is right. An empty cell says nothing. */
export function wrongWith(field: BudgetField, text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return '';
  if (!/^\d{1,9}(\.\d{1,6})?$/.test(trimmed)) return `"${trimmed.slice(0, 20)}" is not a number`;
  const value = Number(trimmed);
  if (field === 'derate' && !(value > 0 && value <= 1)) return 'is not above 0 and at most 1';
  if (field === 'priority' && !(Number.isInteger(value) && value >= 1 && value <= 9))
    return 'is not a whole number from 1 (last) to 9 (first)';
  return '';
}

/** The lines that a draft makes of the rows, and what is wrong with it: place, column and reason. */
export function linesOfDraft(
  rows: readonly BudgetTableRow[],
  draft: BudgetDraft,
): { readonly lines: readonly BudgetLine[]; readonly wrong: readonly string[] } {
  const known = new Map(rows.map((row) => [row.path, row.line]));
  const lines: BudgetLine[] = [];
  const wrong: string[] = [];
  for (const [place, cells] of draft) {
    const line = known.get(place) ?? null;
    const textOf = (field: BudgetField) => (cells[field] ?? writtenText(line, field)).trim();
    for (const field of BUDGET_FIELDS) {
      const problem = wrongWith(field, textOf(field));
      if (problem !== '') wrong.push(`${place}, ${FIELD_WORDS[field]}: ${problem}`);
    }
    const watts = (field: BudgetField) => (textOf(field) === '' ? null : Math.round(Number(textOf(field)) * 1e6) / 1e3);
    lines.push({
      ...{ place, budgetW: watts('budget'), feedAW: watts('feedA'), feedBW: watts('feedB') },
      derate: Number(textOf('derate') || 1),
      priority: Number(textOf('priority') || 0),
    });
  }
  return { lines, wrong };
}

/** A draft of the lines of a file, without what stands there already. */
export function draftOfLines(rows: readonly BudgetTableRow[], lines: readonly BudgetLine[]): BudgetDraft {
  const known = new Map(rows.map((row) => [row.path, row.line]));
  const draft = new Map<string, Partial<Record<BudgetField, string>>>();
  for (const line of lines) {
    const cells: Partial<Record<BudgetField, string>> = {};
    for (const field of BUDGET_FIELDS) {
      const text = writtenText(line, field);
      if (text !== writtenText(known.get(line.place) ?? null, field)) cells[field] = text;
    }
    if (Object.keys(cells).length > 0) draft.set(line.place, cells);
  }
  return draft;
}

/** What is written, as budgets.csv that a spreadsheet may open. */
export function budgetsCsv(rows: readonly BudgetTableRow[]): string {
  const lines = rows.flatMap(({ path, line }) =>
    line === null ? [] : [[path, ...BUDGET_FIELDS.map((field) => writtenText(line, field))].map(safeCell).join(',')],
  );
  return ['place,budget_kw,feed_a_kw,feed_b_kw,derate,priority', ...lines, ''].join('\r\n');
}
