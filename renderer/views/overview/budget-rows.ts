import type { LayoutDocument, Severity, ViewFrame } from '../../../shared/contract.ts';
import { QUALITY } from '../../../shared/frame.ts';
import { RACK, SITE } from '../../../shared/topology.ts';
import { levelOf } from '../places.ts';

/** One line of the Power budgets tree. */
export interface BudgetRow {
  readonly place: number;
  /** 0 site, 1 hall, 2 row. */
  readonly depth: number;
  readonly drawW: number;
  /** NaN: none is set. */
  readonly budgetW: number;
  /** Draw over budget; NaN without either. */
  readonly ratio: number;
  readonly slope: number;
  readonly capMin: number;
  readonly severity: Severity | null;
  /** The draw counts a silent child at its nameplate. */
  readonly assumed: boolean;
  readonly children: number;
  readonly open: boolean;
  /** Place among its siblings, from 1, and how many there are: for the tree's accessible names. */
  readonly position: number;
  readonly siblings: number;
}

/**
 * The visible rows of site > hall > row, siblings sorted by use (the fullest first, without a number last).
 * `closed` holds the paths whose children are folded away.
 */
export function budgetRows(
  layout: LayoutDocument,
  frame: ViewFrame,
  closed: ReadonlySet<string>,
): readonly BudgetRow[] {
  const children = childrenOf(layout);
  const rows: BudgetRow[] = [];
  const add = (places: readonly number[]) => {
    const sorted = [...places].sort((a, b) => useOf(layout, frame, b) - useOf(layout, frame, a) || a - b);
    sorted.forEach((place, index) => {
      const under = children.get(place) ?? [];
      const open = under.length > 0 && !closed.has(layout.path[place]);
      rows.push(
        rowOf(layout, frame, place, { children: under.length, open, position: index + 1, siblings: sorted.length }),
      );
      if (open) add(under);
    });
  };
  add(Array.from({ length: layout.start[1] }, (_, site) => site));
  return rows;
}

/** Severity of a share of a budget by the configured limits; null below them or without a number. */
export function severityOf(ratio: number, warnRatio: number, critRatio: number): Severity | null {
  return ratio >= critRatio ? 'critical' : ratio >= warnRatio ? 'warning' : null;
}

function rowOf(
  layout: LayoutDocument,
  frame: ViewFrame,
  place: number,
  rest: Pick<BudgetRow, 'children' | 'open' | 'position' | 'siblings'>,
): BudgetRow {
  const drawW = frame.drawW[place];
  const budgetW = layout.budgetW[place] ?? Number.NaN;
  const ratio = drawW / budgetW;
  return {
    place,
    depth: levelOf(layout, place) - SITE,
    drawW,
    budgetW,
    ratio,
    slope: frame.slope[place],
    capMin: frame.capMin[place],
    severity: severityOf(ratio, frame.warnRatio, frame.critRatio),
    assumed: QUALITY[frame.quality[place]] === 'assumed',
    ...rest,
  };
}

function useOf(layout: LayoutDocument, frame: ViewFrame, place: number): number {
  const ratio = frame.drawW[place] / (layout.budgetW[place] ?? Number.NaN);
  return Number.isNaN(ratio) ? -1 : ratio;
}

function childrenOf(layout: LayoutDocument): ReadonlyMap<number, readonly number[]> {
  const children = new Map<number, number[]>();
  for (let place = layout.start[SITE + 1]; place < layout.start[RACK]; place += 1) {
    const list = children.get(layout.parent[place]) ?? [];
    list.push(place);
    children.set(layout.parent[place], list);
  }
  return children;
}
