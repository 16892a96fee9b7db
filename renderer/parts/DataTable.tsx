import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import type { TableDocument, TableValue } from '../../shared/tables/document.ts';
import { useSavable } from '../save/savable.ts';
import styles from './data-table.module.css';

export interface TableColumn<Row> {
  readonly id: string;
  readonly label: string;
  /** Right: numbers. */
  readonly right?: boolean;
  /** What rows are sorted by; without it the column has no sort. null stands last, whichever way it is sorted. */
  readonly sort?: (row: Row) => number | string | null;
  /** Begins with the largest. */
  readonly descending?: boolean;
  /** Unit of what it is sorted by, or of `value`: what a saved table says of it. */
  readonly unit?: string;
  /** What a saved table has where that is not what rows are sorted by. */
  readonly value?: (row: Row) => TableValue;
  /** Left out of narrow windows; key V and a saved table have it all the same. */
  readonly wide?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

const ROW_HEIGHT = 27;

interface Props<Row> {
  readonly label: string;
  readonly columns: readonly TableColumn<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly selected?: string;
  readonly onSelect?: (row: Row) => void;
  readonly onOpen?: (row: Row) => void;
  /** The sort that it begins with; the order of the rows where it is left out. */
  readonly sort?: { readonly column: string; readonly descending: boolean };
  /** What stands where there are no rows. */
  readonly empty: string;
  /** How the numbers of a row are known: measured, derived …; for a saved table. */
  readonly qualityOf?: (row: Row) => string;
}

/** What the screen says of the unit in a label: saved values are in the column's own. */
const UNIT_IN_LABEL = /( %|, [^,]*\/s)$/;

/** A table's rows as they may be saved: plain values in the units of the columns. */
export function tableDocument<Row>(
  title: string,
  columns: readonly TableColumn<Row>[],
  rows: readonly Row[],
  qualityOf: (row: Row) => string = () => '',
): TableDocument {
  const told = columns.filter(({ sort, value }) => sort !== undefined || value !== undefined);
  return {
    ...{ kind: 'table', title, at: null },
    columns: told.map(({ label, unit = '' }) => ({
      label: unit === '' ? label : label.replace(UNIT_IN_LABEL, ''),
      unit,
    })),
    rows: rows.map((row) => told.map(({ value, sort }) => (value ?? sort)?.(row) ?? null)),
    quality: rows.map(qualityOf),
  };
}

/** A table whose columns sort, with only the rows in view in the page. Arrows move along the rows, Enter opens one. */
export function DataTable<Row>(props: Props<Row>) {
  const { columns, keyOf } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [sort, setSort] = useState(props.sort ?? null);
  const rows = useMemo(() => sorted(props.rows, columns, sort), [props.rows, columns, sort]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  useSavable(props.label, () => tableDocument(props.label, columns, rows, props.qualityOf));
  const items = virtual.getVirtualItems();
  const [above, below] = [items[0]?.start ?? 0, virtual.getTotalSize() - (items.at(-1)?.end ?? 0)];
  const at = rows.findIndex((row) => keyOf(row) === props.selected);
  const reach = (index: number) => {
    if (index < 0 || index >= rows.length) return;
    props.onSelect?.(rows[index]);
    virtual.scrollToIndex(index);
    requestAnimationFrame(() => scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
  };
  if (rows.length === 0) return <p className={styles.empty}>{props.empty}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section ref={scroller} className={styles.scroller} aria-label={props.label} tabIndex={0}>
      <table className={styles.table} aria-rowcount={rows.length + 1} aria-label={props.label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.id} column={column} sort={sort} onSort={setSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 ? <Spacer width={columns.length} height={above} /> : null}
          {items.map(({ index }) => (
            <Line
              key={keyOf(rows[index])}
              table={props}
              row={rows[index]}
              index={index}
              last={rows.length - 1}
              stop={index === Math.max(0, at)}
              onReach={reach}
            />
          ))}
          {below > 0 ? <Spacer width={columns.length} height={below} /> : null}
        </tbody>
      </table>
    </section>
  );
}

/** One row; where rows can be chosen, one of them is a tab stop and the arrows move on from it. */
function Line<Row>(props: {
  table: Props<Row>;
  row: Row;
  index: number;
  last: number;
  stop: boolean;
  onReach: (index: number) => void;
}) {
  const { table, row, index } = props;
  const press = (event: KeyboardEvent) => {
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: props.last }[event.key];
    if (to !== undefined) props.onReach(to);
    else if (event.key === 'Enter') (table.onOpen ?? table.onSelect)?.(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <tr
      data-index={index}
      aria-rowindex={index + 2}
      aria-current={table.keyOf(row) === table.selected ? 'true' : undefined}
      tabIndex={table.onSelect === undefined ? undefined : props.stop ? 0 : -1}
      onClick={() => table.onSelect?.(row)}
      onDoubleClick={() => table.onOpen?.(row)}
      onKeyDown={press}
    >
      {table.columns.map((column) => (
        <td key={column.id} className={classOf(column)}>
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}

const classOf = <Row,>({ right, wide }: TableColumn<Row>) =>
  `${right ? `${styles.right} num` : ''} ${wide ? styles.wide : ''}`.trim() || undefined;

interface Sort {
  readonly column: string;
  readonly descending: boolean;
}

function Head<Row>(props: { column: TableColumn<Row>; sort: Sort | null; onSort: (sort: Sort) => void }) {
  const { column, sort } = props;
  const mine = sort?.column === column.id ? sort : null;
  const name = classOf(column);
  if (column.sort === undefined)
    return (
      <th scope="col" className={name}>
        {column.label}
      </th>
    );
  const next = { column: column.id, descending: mine ? !mine.descending : (column.descending ?? false) };
  return (
    <th scope="col" className={name} aria-sort={mine === null ? 'none' : mine.descending ? 'descending' : 'ascending'}>
      <button type="button" onClick={() => props.onSort(next)}>
        {column.label}
        <span aria-hidden="true">{mine === null ? '' : mine.descending ? ' ↓' : ' ↑'}</span>
      </button>
    </th>
  );
}

const Spacer = ({ width, height }: { width: number; height: number }) => (
  // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row that only takes room.
  <tr aria-hidden="true">
    <td colSpan={width} style={{ height, padding: 0, border: 0 }} />
  </tr>
);

function sorted<Row>(rows: readonly Row[], columns: readonly TableColumn<Row>[], sort: Sort | null): readonly Row[] {
  const by = columns.find(({ id }) => id === sort?.column)?.sort;
  if (sort === null || by === undefined) return rows;
  const sign = sort.descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [left, right] = [by(a), by(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return left < right ? -sign : left > right ? sign : 0;
  });
}
