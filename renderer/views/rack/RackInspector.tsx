import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { useInspection } from '../../ask/ask.ts';
import { Kbd } from '../../parts/Kbd.tsx';
import { Missing } from '../../parts/Missing.tsx';
import styles from '../overview/inspector.module.css';
import { labelOf } from '../places.ts';
import { wordsAt } from './gpu-words.ts';
import { columnAt, type RackPast } from './rack-past.ts';
import type { ViewOfSignal } from './signals.ts';

const FACTS = 7;

/** The fixed line under the heatmap: the GPU that is pointed at or chosen, now or at the time that is pointed at. */
export function RackInspector(props: {
  layout: LayoutDocument;
  frame: ViewFrame;
  past: RackPast;
  view: ViewOfSignal;
  /** Place of the GPU; −1: none. */
  place: number;
  gpu: number;
  /** null: now. */
  time: number | null;
  gone: string;
}) {
  const { layout, frame, past, view, place, gpu, time, gone } = props;
  const inspection = useInspection(time === null ? place : -1, frame.seq);
  if (place < 0)
    return (
      <div className={styles.line}>
        <span className={styles.quiet}>Point at a GPU or choose one to see its facts here.</span>
        <span className={styles.keys}>
          <Kbd>↑</Kbd> <Kbd>↓</Kbd> Choose
        </span>
      </div>
    );
  const column = time === null ? -1 : columnAt(past, time);
  const facts = inspection.data?.place === place ? inspection.data.facts.slice(0, FACTS) : [];
  return (
    <div className={styles.line}>
      <div className={styles.facts}>
        <span className={styles.name}>{labelOf(layout, place)}</span>
        {column >= 0 ? <span className="num">{wordsAt(past, gpu, column, view)}</span> : null}
        {time === null && gone !== '' ? <span className={styles.gone}>{gone}</span> : null}
        {time === null && gone === '' && inspection.isError ? (
          <span className={styles.gone}>Facts could not be read</span>
        ) : null}
        {time !== null || gone !== ''
          ? null
          : facts.map((fact) => (
              <span key={fact.label} className={`num ${fact.quality === 'stale' ? styles.gone : ''}`}>
                {fact.label} <b>{fact.text === '—' ? <Missing /> : fact.text}</b>
                {fact.quality === 'assumed' ? <span className={styles.quality}> assumed</span> : null}
              </span>
            ))}
      </div>
      <span className={styles.keys}>
        <Kbd>Enter</Kbd> Open GPU
      </span>
    </div>
  );
}
