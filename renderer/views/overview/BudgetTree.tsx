import { type KeyboardEvent, useRef, useState } from 'react';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatPercent, formatPower, formatPowerPair } from '../../../shared/format.ts';
import { colorOf } from '../../draw/palette.ts';
import { BulletBar } from '../../parts/BulletBar.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { Missing } from '../../parts/Missing.tsx';
import parts from '../../parts/parts.module.css';
import type { Theme } from '../../theme/theme.ts';
import type { Gone } from '../gone.ts';
import { labelWithin } from '../places.ts';
import { type BudgetRow, budgetRows } from './budget-rows.ts';
import styles from './budgets.module.css';
import { outlookOf } from './outlook.ts';

interface TreeProps {
  readonly layout: LayoutDocument;
  readonly frame: ViewFrame;
  readonly theme: Theme;
  /** Not null: every number is gone, only names and budgets stay. */
  readonly gone: Gone | null;
  readonly selected: number;
  readonly onSelect: (place: number) => void;
}

/** Power budgets: site > hall > row, the fullest first. One tab stop; arrows move, fold and unfold. */
export function BudgetTree(props: TreeProps) {
  const { layout, frame, selected, onSelect } = props;
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const list = useRef<HTMLDivElement>(null);
  const rows = budgetRows(layout, frame, closed);
  const [focused, setFocused] = useState(-1);
  const tabStop = rows.some((row) => row.place === focused) ? focused : (rows[0]?.place ?? -1);

  const focusAt = (index: number) => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    setFocused(row.place);
    list.current?.querySelector<HTMLElement>(`[data-place="${row.place}"]`)?.focus();
  };
  const fold = (place: number, on: boolean) => {
    const next = new Set(closed);
    if (on) next.add(layout.path[place]);
    else next.delete(layout.path[place]);
    setClosed(next);
  };
  const onKey = (event: KeyboardEvent) => {
    const action = treeAction(event.key, layout, rows, tabStop, { focusAt, fold, onSelect });
    if (action === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };
  return (
    <div ref={list} role="tree" aria-label="Power budgets" className={styles.tree}>
      {rows.map((row) => (
        <div
          key={layout.path[row.place]}
          role="treeitem"
          data-place={row.place}
          aria-level={row.depth + 1}
          aria-posinset={row.position}
          aria-setsize={row.siblings}
          aria-selected={row.place === selected}
          aria-expanded={row.children > 0 ? row.open : undefined}
          tabIndex={row.place === tabStop ? 0 : -1}
          className={row.place === selected ? styles.selected : styles.row}
          style={{ paddingLeft: 12 + row.depth * 14 }}
          onClick={() => onSelect(row.place)}
          onFocus={() => setFocused(row.place)}
          onKeyDown={onKey}
        >
          <RowBody {...props} row={row} />
        </div>
      ))}
    </div>
  );
}

interface TreeMoves {
  focusAt(index: number): void;
  fold(place: number, on: boolean): void;
  onSelect(place: number): void;
}

/** What a key does in a tree (WAI-ARIA Authoring Practices, "Tree View"); undefined for other keys. */
function treeAction(
  key: string,
  layout: LayoutDocument,
  rows: readonly BudgetRow[],
  place: number,
  moves: TreeMoves,
): (() => void) | undefined {
  const index = rows.findIndex((row) => row.place === place);
  const row = rows[index];
  if (row === undefined) return undefined;
  const parent = rows.findIndex((other) => other.place === layout.parent[place]);
  const actions: Readonly<Record<string, () => void>> = {
    ArrowDown: () => moves.focusAt(index + 1),
    ArrowUp: () => moves.focusAt(index - 1),
    Home: () => moves.focusAt(0),
    End: () => moves.focusAt(rows.length - 1),
    ArrowRight: () => {
      if (row.open) moves.focusAt(index + 1);
      else if (row.children > 0) moves.fold(place, false);
    },
    ArrowLeft: () => {
      if (row.open) moves.fold(place, true);
      else if (parent >= 0) moves.focusAt(parent);
    },
    Enter: () => moves.onSelect(place),
    ' ': () => moves.onSelect(place),
  };
  return actions[key];
}

function RowBody({ layout, frame, theme, gone, row }: TreeProps & { row: BudgetRow }) {
  const known = gone === null && !Number.isNaN(row.drawW);
  const budgeted = !Number.isNaN(row.budgetW);
  const severity = known ? row.severity : null;
  const tone = severity === 'critical' ? styles.crit : severity === 'warning' ? styles.warn : '';
  const outlook = outlookOf(row.drawW, row.slope, row.capMin);
  return (
    <>
      <span className={styles.line}>
        {severity === null ? null : <Glyph severity={severity} size={11} />}
        <span className={styles.name}>{labelWithin(layout, row.place)}</span>
        <span className={`num ${styles.draw}`}>{drawText(row, known, budgeted)}</span>
        <span className={`num ${styles.percent} ${tone}`}>
          {known && budgeted ? formatPercent(row.ratio, 1) : <Missing />}
        </span>
      </span>
      <BulletBar
        lost={budgeted && gone?.lost !== false}
        ratio={known && budgeted ? row.ratio : Number.NaN}
        warnRatio={frame.warnRatio}
        color={colorOf('limit', theme, Math.max(row.ratio, 0.62))}
      />
      <span className={`num ${styles.under}`}>
        <span>{headroomText(row, known, budgeted)}</span>
        {known ? <span className={outlook === 'Steady' ? '' : tone}>{outlook}</span> : null}
      </span>
    </>
  );
}

function drawText(row: BudgetRow, known: boolean, budgeted: boolean): string {
  if (!known) return budgeted ? `— / ${formatPower(row.budgetW)}` : '—';
  const draw = budgeted ? formatPowerPair(row.drawW, row.budgetW).replace(' of ', ' / ') : formatPower(row.drawW);
  return row.assumed ? `≥ ${draw}` : draw;
}

function headroomText(row: BudgetRow, known: boolean, budgeted: boolean): string {
  if (!budgeted) return 'No budget set';
  if (!known) return 'No data';
  const headroom = row.budgetW - row.drawW;
  return headroom < 0
    ? `${formatPower(-headroom)} over budget`
    : `Headroom ${row.assumed ? '≤ ' : ''}${formatPower(headroom)}`;
}

/** What the panel shows while it is folded to a rail: the word and its key. */
export function BudgetsRail({ onOpen }: { onOpen: () => void }) {
  return (
    <button type="button" className={`${parts.panel} ${styles.rail}`} onClick={onOpen} aria-expanded={false}>
      <span className={styles.railKey}>B</span>
      <span className={styles.railName}>Power budgets</span>
    </button>
  );
}
