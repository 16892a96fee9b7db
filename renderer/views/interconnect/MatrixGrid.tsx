import { type KeyboardEvent, useRef, useState } from 'react';
import type { FabricMatrix } from '../../../shared/fabric/matrix.ts';
import styles from './interconnect.module.css';
import type { Cursor } from './interconnect-state.ts';
import { cellWords, rowWord, rowWords } from './words.ts';

/** Rows that stand in the page around the one with the focus. */
const AROUND = 2;

/** The canvas's twin for keyboard and speech: each row's name first, then its cells; one tab stop. */
export function MatrixGrid(props: {
  matrix: FabricMatrix;
  selected: number;
  onReach: (at: Cursor) => void;
  onOpen: (row: number) => void;
}) {
  const { matrix } = props;
  const grid = useRef<HTMLDivElement>(null);
  const [column, setColumn] = useState(-1);
  const last = matrix.rows.length - 1;
  const current = Math.min(Math.max(props.selected, 0), last);
  const move = (row: number, to: number) => {
    const at = { row: Math.min(Math.max(row, 0), last), column: Math.min(Math.max(to, -1), matrix.columns.length - 1) };
    setColumn(at.column);
    props.onReach(at);
    // The row may not stand in the page yet.
    requestAnimationFrame(() =>
      grid.current?.querySelector<HTMLElement>(`[data-at="${at.row} ${at.column}"]`)?.focus(),
    );
  };
  const press = (event: KeyboardEvent) => {
    const far = event.shiftKey ? groupStep(matrix, current, event.key) : null;
    const to = {
      ArrowUp: [far ?? current - 1, column],
      ArrowDown: [far ?? current + 1, column],
      ArrowLeft: [current, column - 1],
      ArrowRight: [current, column + 1],
      Home: [current, -1],
      End: [current, matrix.columns.length - 1],
    }[event.key];
    if (to !== undefined) move(to[0], to[1]);
    else if (event.key === 'Enter') props.onOpen(current);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  if (last < 0) return null;
  const first = Math.max(0, current - AROUND);
  const rows = Array.from({ length: Math.min(last, current + AROUND) - first + 1 }, (_, i) => first + i);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table would be read as data; this is a grid to move in.
    <div
      ref={grid}
      role="grid"
      aria-label={`${rowWord(matrix.word)} by column`}
      aria-rowcount={matrix.rows.length}
      aria-colcount={matrix.columns.length + 1}
      className={styles.grid}
      onKeyDown={press}
    >
      {rows.map((row) => (
        <GridRow
          key={matrix.rows[row].key}
          matrix={matrix}
          row={row}
          stop={row === current ? column : null}
          selected={row === props.selected}
          onReach={props.onReach}
        />
      ))}
    </div>
  );
}

function GridRow(props: {
  matrix: FabricMatrix;
  row: number;
  /** The column of the grid's tab stop; null in other rows. */
  stop: number | null;
  selected: boolean;
  onReach: (at: Cursor) => void;
}) {
  const { matrix, row } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: its cells hold the focus.
    <div role="row" aria-rowindex={row + 1}>
      {Array.from({ length: matrix.columns.length + 1 }, (_, i) => i - 1).map((at) => (
        // biome-ignore lint/a11y/useSemanticElements: see the grid above.
        <span
          role="gridcell"
          key={at}
          data-at={`${row} ${at}`}
          aria-colindex={at + 2}
          aria-selected={props.selected}
          tabIndex={at === props.stop ? 0 : -1}
          onFocus={() => props.onReach({ row, column: at })}
        >
          {at < 0 ? rowWords(matrix, row) : cellWords(matrix, row, at)}
        </span>
      ))}
    </div>
  );
}

/** With Shift to the first row of the group above or below. */
function groupStep({ rows }: FabricMatrix, row: number, key: string): number | null {
  if (key === 'ArrowDown') {
    const next = rows.findIndex(({ group }, index) => index > row && group !== rows[row].group);
    return next < 0 ? rows.length - 1 : next;
  }
  if (key !== 'ArrowUp') return null;
  const own = rows.findIndex(({ group }) => group === rows[row].group);
  const target = own < row ? own : own - 1;
  return target < 0 ? 0 : rows.findIndex(({ group }) => group === rows[target].group);
}
