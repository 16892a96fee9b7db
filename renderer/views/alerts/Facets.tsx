import parts from '../../parts/parts.module.css';
import type { Facet, FacetId } from './alert-facets.ts';
import styles from './alerts.module.css';

/** What alerts are told apart by: each value with how many it would leave. */
export function Facets(props: {
  facets: readonly Facet[];
  /** The list has come: only then is it told that there are none. */
  told: boolean;
  onToggle: (facet: FacetId, value: string) => void;
  onClear: (() => void) | null;
}) {
  return (
    <section className={`${parts.panel} ${styles.facets}`} aria-label="Narrow down" data-region>
      <div className={parts.header}>
        <h2>Narrow down</h2>
        {props.onClear === null ? null : (
          <button type="button" className={styles.link} onClick={props.onClear}>
            Clear
          </button>
        )}
      </div>
      <div className={styles.facetList}>
        {props.told && props.facets.every(({ values }) => values.length === 0) ? (
          <p className={styles.quiet}>There are no alerts to tell apart.</p>
        ) : null}
        {props.facets.map(({ id, name, values }) =>
          values.length === 0 ? null : (
            <fieldset key={id} className={styles.facet}>
              <legend className={parts.caption}>{name}</legend>
              {values.map(({ value, label, count, chosen }) => (
                <label key={value} className={styles.facetValue}>
                  <input type="checkbox" checked={chosen} onChange={() => props.onToggle(id, value)} />
                  <span>{label}</span>
                  <span className="num">{count}</span>
                </label>
              ))}
            </fieldset>
          ),
        )}
      </div>
    </section>
  );
}
