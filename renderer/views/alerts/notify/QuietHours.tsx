import parts from '../../../parts/parts.module.css';
import styles from './notify.module.css';
import { DAYS, MOST_QUIET, NEW_QUIET, quietError, type QuietHours as Span, spanWords } from './notify-form.ts';

/** Hours in which nothing is told: times, days, and whether critical alerts are told all the same. */
export function QuietHours({ quiet, onChange }: { quiet: readonly Span[]; onChange: (quiet: Span[]) => void }) {
  const put = (index: number, change: Partial<Span>) =>
    onChange(quiet.map((one, at) => (at === index ? { ...one, ...change } : one)));
  return (
    <>
      {quiet.length === 0 ? <p className={styles.hint}>No quiet hours: alerts are told at any time.</p> : null}
      {quiet.map((span, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: entries have no name of their own and never change places.
        <QuietSpan key={index} span={span} onPut={(change) => put(index, change)}>
          <button
            type="button"
            className={parts.button}
            onClick={() => onChange(quiet.filter((_, at) => at !== index))}
            aria-label={`Remove quiet hours ${spanWords(span)}`}
          >
            Remove
          </button>
        </QuietSpan>
      ))}
      <button
        type="button"
        className={`${parts.button} ${styles.add}`}
        disabled={quiet.length >= MOST_QUIET}
        onClick={() => onChange([...quiet, NEW_QUIET])}
      >
        Add quiet hours
      </button>
    </>
  );
}

function QuietSpan(props: { span: Span; onPut: (change: Partial<Span>) => void; children: React.ReactNode }) {
  const { span, onPut } = props;
  const error = quietError(span);
  const toggle = (day: number) =>
    onPut({ days: span.days.includes(day) ? span.days.filter((one) => one !== day) : [...span.days, day].sort() });
  return (
    <fieldset className={styles.span}>
      <legend className="hidden">Quiet hours {spanWords(span)}</legend>
      <TimeOfDay label="From" value={span.from} onChange={(from) => onPut({ from })} />
      <TimeOfDay label="to" value={span.to} onChange={(to) => onPut({ to })} />
      <span className={styles.days}>
        {DAYS.map(([day, name]) => (
          <label key={day}>
            <input type="checkbox" checked={span.days.includes(day)} onChange={() => toggle(day)} /> {name}
          </label>
        ))}
      </span>
      <label>
        <input
          type="checkbox"
          checked={span.exceptCritical}
          onChange={({ target }) => onPut({ exceptCritical: target.checked })}
        />{' '}
        Critical alerts are told all the same
      </label>
      {props.children}
      {error === '' ? null : <p className={styles.error}>{error}</p>}
      {error === '' && span.from > span.to ? <p className={styles.hint}>Ends on the day after each of these.</p> : null}
    </fieldset>
  );
}

/** A time of day as 22:00, whatever the browser's language: one of its own would say 10:00 PM to some. */
function TimeOfDay(props: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <label>
      {props.label}
      <input
        type="text"
        inputMode="numeric"
        maxLength={5}
        placeholder="22:00"
        className="num"
        value={props.value}
        onChange={({ target }) => props.onChange(target.value)}
      />
    </label>
  );
}
