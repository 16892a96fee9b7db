import type { Inspection, LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatAge } from '../../../shared/format.ts';
import { GPU, RACK } from '../../../shared/topology.ts';
import { useInspection } from '../../ask/ask.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import { Missing } from '../../parts/Missing.tsx';
import { labelOf, levelOf } from '../places.ts';
import { severityOf } from './budget-rows.ts';
import styles from './inspector.module.css';

const FACTS = 8;

/** The fixed line under the map: the focused object and eight facts; details never float over data. */
export function InspectorLine(props: {
  layout: LayoutDocument;
  frame: ViewFrame;
  place: number;
  now: number;
  /** '' while the data is live, else what is said instead of facts. */
  gone: string;
  /** Opens the line in which the floor plan is filtered; null while it is open. */
  onFilter: (() => void) | null;
}) {
  const { layout, frame, place, now, gone } = props;
  const inspection = useInspection(place, frame.seq);
  if (place < 0) {
    return (
      <div className={styles.line}>
        <span className={styles.quiet}>Point at a rack or choose one to see its facts here.</span>
        <span className={styles.keys}>
          <Kbd>←</Kbd> <Kbd>→</Kbd> Move
        </span>
        <FilterButton onFilter={props.onFilter} />
      </div>
    );
  }
  const asked = inspection.data?.place === place ? inspection.data : undefined;
  const level = levelOf(layout, place);
  const ratio = place < frame.drawW.length ? frame.drawW[place] / (layout.budgetW[place] ?? Number.NaN) : Number.NaN;
  const severity = gone === '' ? severityOf(ratio, frame.warnRatio, frame.critRatio) : null;
  const shown = asked?.facts.slice(0, FACTS) ?? [];
  const sampled = oldestOf(shown);
  return (
    <div className={styles.line}>
      <div className={styles.facts}>
        <span className={styles.name}>
          {severity === null ? null : <Glyph severity={severity} />}
          {labelOf(layout, place)}
        </span>
        {layout.model[place] === '' ? null : <span className={styles.model}>{layout.model[place]}</span>}
        {gone !== '' ? <span className={styles.gone}>{gone}</span> : null}
        {gone === '' && inspection.isError ? <span className={styles.gone}>Facts could not be read</span> : null}
        {gone !== ''
          ? null
          : shown.map((fact) => (
              <span key={fact.label} className={`num ${fact.quality === 'stale' ? styles.gone : ''}`}>
                {fact.label} <b>{fact.text === '—' ? <Missing /> : fact.text}</b>
                {fact.quality === 'assumed' ? <span className={styles.quality}> assumed</span> : null}
              </span>
            ))}
      </div>
      {gone === '' && sampled !== null ? (
        <span className={`num ${styles.sampled}`}>
          Sampled <b>{formatAge(Math.max(0, now - sampled))} ago</b>
        </span>
      ) : null}
      <span className={styles.keys}>
        <Kbd>Enter</Kbd> {level === GPU ? 'Open GPU' : level >= RACK ? 'Open rack' : 'Zoom in'}
      </span>
      <FilterButton onFilter={props.onFilter} />
    </div>
  );
}

function FilterButton({ onFilter }: { onFilter: (() => void) | null }) {
  return onFilter === null ? null : (
    <button type="button" className={styles.filter} onClick={onFilter}>
      Filter <Kbd>L</Kbd>
    </button>
  );
}

/** The sample time of the oldest fact that is shown as a number; null where none has one. */
function oldestOf(facts: Inspection['facts']): number | null {
  const times = facts
    .filter((fact) => fact.sampled !== null && fact.text !== '—' && fact.quality !== 'stale')
    .map((fact) => fact.sampled as number);
  return times.length === 0 ? null : Math.min(...times);
}
