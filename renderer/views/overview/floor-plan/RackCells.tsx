import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useState } from 'react';
import type { LayoutDocument } from '../../../../shared/contract.ts';
import { HALL, NODE, RACK, ROW } from '../../../../shared/topology.ts';
import styles from './floor-plan.module.css';

interface Props {
  readonly label: string;
  readonly layout: Pick<LayoutDocument, 'start' | 'parent' | 'name'>;
  /** The chosen rack; −1 none. */
  readonly chosen: number;
  /** Names of racks as they are now; where it is another function all are told anew. */
  readonly spoken: (rack: number) => string;
  /** How often names are told anew, ms, row after row; left out: only with another `spoken`. */
  readonly againMs?: number;
  /** A rack got the focus: it is selected and has to be seen. */
  readonly onReach: (rack: number) => void;
  readonly onOpen: (rack: number) => void;
}

/** Racks by row, in floor order. */
function rowsOf({ start, parent }: Props['layout']): { row: number; racks: number[] }[] {
  const rows = new Map<number, number[]>();
  for (let rack = start[RACK]; rack < start[NODE]; rack++) {
    const list = rows.get(parent[rack]) ?? [];
    list.push(rack);
    rows.set(parent[rack], list);
  }
  return [...rows].map(([row, racks]) => ({ row, racks }));
}

/** The rack that an arrow key leads to: along the row, to the row above or below, with Shift to the next row or hall. */
function nextRack(layout: Props['layout'], rack: number, key: string, shift: boolean): number {
  const rows = rowsOf(layout);
  const at = rows.findIndex(({ racks }) => racks.includes(rack));
  const column = rows[at]?.racks.indexOf(rack) ?? 0;
  const inRow = (index: number) => {
    const racks = rows[Math.min(Math.max(index, 0), rows.length - 1)]?.racks ?? [];
    return racks[Math.min(column, racks.length - 1)] ?? rack;
  };
  const hallOf = (index: number) => layout.parent[rows[index].row];
  const nextHall = (step: number) => {
    let index = at;
    while (index >= 0 && index < rows.length && hallOf(index) === hallOf(at)) index += step;
    return inRow(index);
  };
  if (key === 'ArrowLeft') return shift ? nextHall(-1) : (rows[at].racks[column - 1] ?? rack);
  if (key === 'ArrowRight') return shift ? nextHall(1) : (rows[at].racks[column + 1] ?? rack);
  return inRow(at + (key === 'ArrowUp' ? -1 : 1));
}

/** The twin of a drawn floor for keyboard and speech: a hidden grid of racks by row with one tab stop. */
export function RackCells({ label, layout, chosen, spoken, againMs, onReach, onOpen }: Props) {
  const grid = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(layout), [layout]);
  const current = chosen >= 0 ? chosen : layout.start[RACK];
  const press = (event: KeyboardEvent) => {
    const rack = rackOf(event);
    if (event.key === 'Enter') {
      event.stopPropagation();
      onOpen(rack);
    } else if (event.key.startsWith('Arrow')) {
      event.preventDefault();
      event.stopPropagation();
      const next = nextRack(layout, rack, event.key, event.shiftKey);
      grid.current?.querySelector<HTMLElement>(`[data-rack="${next}"]`)?.focus();
    }
  };
  const halls = layout.start[HALL + 1] - layout.start[HALL];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table would be read as data; this is a grid to move in.
    <div
      ref={grid}
      role="grid"
      aria-label={label}
      className={styles.grid}
      onFocus={(event) => onReach(rackOf(event))}
      onKeyDown={press}
    >
      {rows.map(({ row, racks }, index) => (
        <Row
          key={row}
          name={`${halls > 1 ? `Hall ${layout.name[layout.parent[row]]}, ` : ''}row ${layout.name[row]}`}
          row={row - layout.start[ROW]}
          {...{ racks, spoken, againMs }}
          share={index / rows.length}
          chosen={racks.includes(chosen) ? chosen : -1}
          current={racks.includes(current) ? current : -1}
        />
      ))}
    </div>
  );
}

const rackOf = ({ target }: { readonly target: EventTarget }) => Number((target as HTMLElement).dataset.rack);

interface RowProps extends Pick<Props, 'chosen' | 'spoken' | 'againMs'> {
  readonly name: string;
  readonly row: number;
  readonly racks: readonly number[];
  /** Where in `againMs` it is the row's turn, 0 to 1. */
  readonly share: number;
  /** The rack with the tab stop; −1 where it is in another row. */
  readonly current: number;
}

/** A row tells its racks' names anew by itself: all rows of 100,000 GPUs at once would hold the page up. */
const Row = memo(function Row({ name, row, racks, spoken, againMs, share, chosen, current }: RowProps) {
  const [, speak] = useState(0);
  useEffect(() => {
    if (againMs === undefined) return;
    let timer = setTimeout(() => {
      timer = setInterval(() => speak((count) => count + 1), againMs);
    }, againMs * share);
    return () => clearTimeout(timer);
  }, [againMs, share]);
  return (
    // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: its cells hold the focus.
    <div role="row" aria-label={name} data-row={row}>
      {racks.map((rack) => (
        // biome-ignore lint/a11y/useSemanticElements: see the grid above.
        <span
          role="gridcell"
          key={rack}
          data-rack={rack}
          tabIndex={rack === current ? 0 : -1}
          aria-selected={rack === chosen}
        >
          {spoken(rack)}
        </span>
      ))}
    </div>
  );
});
