import { type KeyboardEvent, useRef } from 'react';
import type { DomainCell, DomainStrip } from '../../../shared/fabric/overview.ts';
import { formatCount, formatPercent } from '../../../shared/format.ts';
import styles from './interconnect.module.css';

/** A cell of the strips. */
export interface DomainAt {
  readonly strip: number;
  readonly cell: number;
}

/** Cells of a strip that stand in the page around the one with the focus. */
const AROUND = 16;

/** "A1-04", "A1-04, 2 links down". */
export const domainWords = ({ name, down }: DomainCell) =>
  down > 0 ? `${name}, ${formatCount(down)} link${down === 1 ? '' : 's'} down` : name;

/** The strips' twin for keyboard and speech: a row each, a cell each domain; one tab stop. */
export function DomainGrid(props: {
  strips: readonly DomainStrip[];
  /** Cells in a line of each strip, as they are drawn. */
  across: readonly number[];
  stale: boolean;
  at: DomainAt | null;
  onReach: (at: DomainAt | null) => void;
  onOpen: (at: DomainAt) => void;
}) {
  const { strips, across } = props;
  const grid = useRef<HTMLDivElement>(null);
  const current = heldIn(strips, props.at ?? { strip: 0, cell: 0 });
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Enter') props.onOpen(current);
    else {
      const to = reached(strips, across, current, event.key, event.shiftKey);
      if (to === null) return;
      props.onReach(to);
      // It may not stand in the page yet.
      requestAnimationFrame(() => grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus());
    }
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table would be read as data; this is a grid to move in.
    <div
      ref={grid}
      role="grid"
      aria-label="Domains by network"
      aria-rowcount={strips.length}
      className={styles.grid}
      onKeyDown={press}
      onBlur={() => props.onReach(null)}
    >
      {strips.map((strip, index) => {
        const own = current.strip === index ? current.cell : 0;
        const first = Math.max(0, own - AROUND);
        return (
          // biome-ignore lint/a11y/useSemanticElements lint/a11y/useFocusableInteractive: its cells hold the focus.
          <div role="row" key={`${strip.title} ${strip.note}`} aria-rowindex={index + 1} aria-label={strip.title}>
            {strip.cells.slice(first, own + AROUND + 1).map((cell, i) => (
              // biome-ignore lint/a11y/useSemanticElements: see the grid above.
              <span
                role="gridcell"
                key={cell.key}
                aria-colindex={first + i + 1}
                tabIndex={index === current.strip && first + i === current.cell ? 0 : -1}
                onFocus={() => props.onReach({ strip: index, cell: first + i })}
              >
                {`${strip.title}, ${cell.use === null || props.stale ? `${cell.name}, no data` : `${domainWords(cell)}, use ${formatPercent(cell.use, 0)}`}`}
              </span>
            ))}
          </div>
        );
      })}
    </div>
  );
}

/** What is there of a place in the strips: they may have become fewer. */
function heldIn(strips: readonly DomainStrip[], { strip, cell }: DomainAt): DomainAt {
  const row = Math.min(Math.max(strip, 0), strips.length - 1);
  return { strip: row, cell: Math.min(Math.max(cell, 0), Math.max(0, (strips[row]?.cells.length ?? 0) - 1)) };
}

/** Where a key leads: along a strip, to its line above or below, from its first and last line to the next strip; null: nowhere. */
export function reached(
  strips: readonly DomainStrip[],
  across: readonly number[],
  { strip, cell }: DomainAt,
  key: string,
  shift: boolean,
): DomainAt | null {
  const count = strips[strip]?.cells.length ?? 0;
  const step = key === 'ArrowUp' ? -1 : key === 'ArrowDown' ? 1 : 0;
  if (step !== 0) {
    const line = cell + step * across[strip];
    if (!shift && line >= 0 && line < count) return { strip, cell: line };
    const next = strip + step;
    return next < 0 || next >= strips.length ? { strip, cell } : heldIn(strips, { strip: next, cell: 0 });
  }
  const to = { ArrowLeft: cell - 1, ArrowRight: cell + 1, Home: 0, End: count - 1 }[key];
  return to === undefined ? null : heldIn(strips, { strip, cell: to });
}
