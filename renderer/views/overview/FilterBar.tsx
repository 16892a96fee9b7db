import { type Ref, useId } from 'react';
import type { Filtered } from '../../../shared/contract.ts';
import { FIELDS } from '../../../shared/filter/fields.ts';
import { formatCount, formatCountPair } from '../../../shared/format.ts';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import styles from './filter-bar.module.css';

/**
 * The line under the floor plan in which it is filtered. What does not match steps back; how much does is counted. The
 * filter is read by the engine, which also says what is wrong with it.
 */
export function FilterBar(props: {
  ref?: Ref<HTMLInputElement>;
  filter: string;
  /** What the newest frame says of this filter; null until it does. */
  filtered: Filtered | null;
  gpus: number;
  onFilter: (filter: string) => void;
  onClose: () => void;
}) {
  const { filter, filtered } = props;
  const told = useId();
  const fields = useId();
  const bad = filtered !== null && filtered.error !== '';
  return (
    <search className={styles.bar}>
      <label className={styles.label}>
        Filter
        <input
          ref={props.ref}
          className={styles.input}
          value={filter}
          maxLength={500}
          spellCheck={false}
          autoComplete="off"
          list={fields}
          placeholder={'util<5 & power>300 & rack~"A2.*"'}
          aria-invalid={bad}
          aria-describedby={told}
          onChange={(event) => props.onFilter(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Escape') props.onClose();
          }}
        />
      </label>
      <datalist id={fields}>
        {FIELDS.map(({ name, unit, says }) => (
          <option key={name} value={name}>
            {says}
            {unit === '' ? '' : `, ${unit}`}
          </option>
        ))}
      </datalist>
      <output id={told} className={bad ? styles.bad : styles.told}>
        {filter === '' ? '' : wordsOf(filtered, props.gpus)}
      </output>
      <button type="button" className={`${parts.button} ${styles.clear}`} onClick={props.onClose}>
        Clear filter <Kbd>Esc</Kbd>
      </button>
    </search>
  );
}

function wordsOf(filtered: Filtered | null, gpus: number): string {
  if (filtered === null) return '';
  if (filtered.error !== '') return `Column ${filtered.column}: ${filtered.error}.`;
  const racks = `${formatCount(filtered.racks)} ${filtered.racks === 1 ? 'rack' : 'racks'}`;
  return `${formatCountPair(filtered.gpus, gpus)} GPUs match, in ${racks}`;
}
