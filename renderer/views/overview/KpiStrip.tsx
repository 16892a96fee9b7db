import type { ReactNode } from 'react';
import type { LayoutDocument, Severity, Summary } from '../../../shared/contract.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { Missing } from '../../parts/Missing.tsx';
import type { Gone } from '../gone.ts';
import styles from './kpi.module.css';
import { type KpiCell, kpiCells } from './kpi.ts';

/** The eight numbers of the site. Without a summary every one of them is gone, not dimmed. */
export function KpiStrip(props: {
  layout: LayoutDocument | null;
  summary: Summary | null;
  warnRatio: number;
  critRatio: number;
  now: number;
  /** What stands instead of each number while there is no summary. */
  gone: Gone | null;
  onGo: (cell: KpiCell) => void;
}) {
  const cells = kpiCells({ ...props, gone: props.gone?.text ?? '' });
  return <KpiCells label="Site summary" cells={cells} lost={props.gone?.lost !== false} onGo={props.onGo} />;
}

/** A strip of numbers, each a button to what explains it. */
export function KpiCells(props: {
  label: string;
  cells: readonly KpiCell[];
  /** A number that is missing was there and is lost: its cell is hatched. */
  lost: boolean;
  onGo: (cell: KpiCell) => void;
}) {
  return (
    <section className={styles.strip} aria-label={props.label} data-region>
      {props.cells.map((cell) => (
        <button
          key={cell.label}
          type="button"
          className={cell.value === '—' && props.lost ? styles.gone : styles.cell}
          onClick={() => props.onGo(cell)}
        >
          <span className={styles.label}>{cell.label}</span>
          <Value severity={cell.severity}>
            <span className={`num ${cell.severity === 'critical' ? styles.crit : ''}`}>
              {cell.value === '—' ? <Missing /> : cell.value}
            </span>
            {cell.unit === '' ? null : <small title={cell.unit}>{cell.unit}</small>}
          </Value>
          <span className={`${styles.note} ${cell.noteNoData ? styles.nodata : ''}`} title={cell.note}>
            {cell.note}
          </span>
        </button>
      ))}
    </section>
  );
}

function Value({ severity, children }: { severity: Severity | null; children: ReactNode }) {
  return (
    <span className={styles.value}>
      {severity === null ? null : <Glyph severity={severity} size={15} />}
      {children}
    </span>
  );
}
