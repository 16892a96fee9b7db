import type { TableDocument } from '../../shared/tables/document.ts';
import type { Savable } from './savable.ts';

/**
 * Tables of the view that are nothing but their text, such as rules or the journal: every row of them is in the page.
 * Those that only have the rows in view there (`aria-rowcount`) offer themselves with all their rows.
 */
export function pageTables(view: HTMLElement): readonly Savable[] {
  return [...view.querySelectorAll<HTMLTableElement>('table:not([aria-rowcount])')].map((table) => ({
    title: nameOf(table),
    document: () => documentOf(table),
  }));
}

function nameOf(table: HTMLTableElement): string {
  const named = table.closest('[aria-label]')?.getAttribute('aria-label');
  return named ?? table.caption?.textContent ?? 'Table';
}

const textOf = (cell: HTMLTableCellElement) => (cell.textContent ?? '').replace(/\s+/g, ' ').trim();

function documentOf(table: HTMLTableElement): TableDocument {
  const columns = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => ({ label: textOf(cell), unit: '' }));
  const rows = [...table.tBodies].flatMap((body) => [...body.rows].map((row) => [...row.cells].map(textOf)));
  return { kind: 'table', title: nameOf(table), at: null, columns, rows, quality: [] };
}
