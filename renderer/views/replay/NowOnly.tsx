import { formatTime } from '../../../shared/format.ts';
import { usePastPosition, useTravel } from '../../live/travel.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import styles from '../coming.module.css';

/**
 * In place of what has no past, and why: what it shows is of now, and must not stand under a time of then.
 *
 * @param title what it is, many of it: "Snapshots"
 */
export function NowOnly({ title, why }: { title: string; why: string }) {
  const { traveller } = useTravel();
  const position = usePastPosition();
  return (
    <section className={styles.message} aria-label={title} data-region>
      <h2>{title} are of now only.</h2>
      <p>
        {why} {position === null ? '' : `${formatTime(position.time)} is shown.`}
      </p>
      <div className={styles.actions}>
        <button type="button" className={parts.button} onClick={() => traveller?.to(null)}>
          Back to live <Kbd>Shift Esc</Kbd>
        </button>
      </div>
    </section>
  );
}

/** Before the first instant of the past is there: an address led to it. */
export function PastLoading() {
  const position = usePastPosition();
  const wanted = position?.wanted ?? null;
  return (
    <main className={styles.message} data-region>
      <h2>{wanted === null ? 'Nothing is recorded of this time.' : `Loading ${formatTime(wanted)}`}</h2>
      <p>{wanted === null ? position?.missing : 'The fleet as it was then.'}</p>
    </main>
  );
}
