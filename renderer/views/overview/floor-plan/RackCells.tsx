import { type KeyboardEvent, useRef } from 'react';
import type { LayoutDocument } from '../../../../shared/contract.ts';
import { HALL, NODE, RACK, ROW } from '../../../../shared/topology.ts';
import styles from './floor-plan.module.css';

interface Props {
  readonly label: string;
  readonly layout: Pick<LayoutDocument, 'start' | 'parent' | 'name'>;
  /** The chosen rack; −1 none. */
  readonly chosen: number;
  readonly spoken: (rack: number) => string;
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
export function RackCells({ label, layout, chosen, spoken, onReach, onOpen }: Props) {
  const cells = useRef(new Map<number, HTMLElement>());
  const current = chosen >= 0 ? chosen : layout.start[RACK];
  const press = (event: KeyboardEvent, rack: number) => {
    if (event.key === 'Enter') {
      event.stopPropagation();
      onOpen(rack);
    } else if (event.key.startsWith('Arrow')) {
      event.preventDefault();
      event.stopPropagation();
      cells.current.get(nextRack(layout, rack, event.key, event.shiftKey))?.focus();
    }
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table would be read as data; this is a grid to move in.
    <div role="grid" aria-label={label} className={styles.grid}>
      {rowsOf(layout).map(({ row, racks }) => (
        // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: its cells hold the focus.
        <div
          role="row"
          key={row}
          aria-label={`${layout.start[HALL + 1] - layout.start[HALL] > 1 ? `Hall ${layout.name[layout.parent[row]]}, ` : ''}row ${layout.name[row]}`}
          data-row={row - layout.start[ROW]}
        >
          {racks.map((rack) => (
            // biome-ignore lint/a11y/useSemanticElements: see the grid above.
            <span
              role="gridcell"
              key={rack}
              ref={(element) => {
                if (element) cells.current.set(rack, element);
                else cells.current.delete(rack);
              }}
              tabIndex={rack === current ? 0 : -1}
              aria-selected={rack === chosen}
              onFocus={() => onReach(rack)}
              onKeyDown={(event) => press(event, rack)}
            >
              {spoken(rack)}
            </span>
          ))}
        </div>
      ))}
    </div>
  );
}
