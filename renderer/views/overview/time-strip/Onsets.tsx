import type { AlertSeverity } from '../../../../shared/alerting/alert.ts';
import { formatTime } from '../../../../shared/format.ts';
import type { Onset } from '../../../ask/alerts.ts';
import { Glyph } from '../../../parts/Glyph.tsx';
import styles from './time-strip.module.css';
import { clustered, flagSpan } from './window.ts';

const SIZE = 12;
const ORDER: readonly AlertSeverity[] = ['critical', 'warning', 'advisory'];

/** When alerts began, above the lanes: by shape the worst of those that began together. Pressing one goes to its time. */
export function Onsets(props: {
  readonly onsets: readonly Onset[];
  readonly x: (time: number) => number;
  readonly from: number;
  readonly to: number;
  /** Later ones stand back: they had not happened at the time that is shown. */
  readonly at: number;
  /** What the flag at that time says: those that it would cover stand under it. */
  readonly flag: string;
  readonly onSeek: ((time: number) => void) | null;
}) {
  const { x, from, to, onSeek } = props;
  const perPixel = (to - from) / Math.max(1, x(to) - x(from));
  const seen = props.onsets.filter(({ time }) => time >= from && time <= to);
  const span = flagSpan(Math.max(x(from), Math.min(x(to), x(props.at))), props.flag, x(to));
  const isUnder = (left: number) => left > span.x - SIZE && left < span.x + span.size + SIZE;
  return clustered(seen, perPixel * (SIZE + 4)).map((group) => {
    const [{ time, title }] = group;
    const worst = ORDER.find((one) => group.some(({ severity }) => severity === one)) ?? 'advisory';
    const more = group.length > 1 ? `, and ${group.length - 1} more` : '';
    const words = `${formatTime(time)} ${title}${more}`;
    return (
      <button
        key={time}
        type="button"
        className={styles.onset}
        style={{ left: x(time) - SIZE / 2 - 2 }}
        data-later={time > props.at}
        data-under={isUnder(x(time))}
        disabled={onSeek === null}
        title={words}
        aria-label={`Go to ${words}`}
        onClick={() => onSeek?.(time)}
      >
        <Glyph severity={worst} size={SIZE} named={false} />
      </button>
    );
  });
}
