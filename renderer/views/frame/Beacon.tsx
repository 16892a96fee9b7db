import { formatAge, formatTime } from '../../../shared/format.ts';
import { useConsole } from '../../live/console.tsx';
import type { Freshness } from '../../live/freshness.ts';
import { useTravel } from '../../live/travel.tsx';
import styles from './frame.module.css';

const WORDS = { waiting: 'No data yet', live: 'Live', late: 'Late', stale: 'Stale' } as const;

/** Whether the screen is live, and the age of its newest sample. The dot ticks each second: a frozen screen is seen. */
export function Beacon({ freshness, pausedAt }: { freshness: Freshness; pausedAt: number | null }) {
  const { state, ageMs, now } = freshness;
  const { replay } = useConsole();
  const { past } = useTravel();
  if (replay !== null || past !== null) return <ReplayClock now={now} />;
  const word = pausedAt === null ? WORDS[state] : 'Paused';
  const second = Math.floor(now / 1000) % 60;
  // The banner below tells in words that nothing came for so long.
  const age = ageMs === null || pausedAt !== null ? '' : `${formatAge(ageMs)}${state === 'stale' ? '' : ' ago'}`;
  return (
    <span className={`${styles.beacon} ${state === 'stale' ? styles.beaconStale : ''}`} data-state={state}>
      <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
        <circle cx="7" cy="7" r="6" className={styles.ring} strokeDasharray={state === 'live' ? undefined : '3 2.3'} />
        {state === 'live' && pausedAt === null ? (
          <path d="M7 1a6 6 0 0 1 5.2 9" className={styles.hand} transform={`rotate(${second * 6} 7 7)`} />
        ) : null}
        <circle cx="7" cy="7" r={second % 2 === 0 ? 2.2 : 1.6} className={styles.dot} />
      </svg>
      <span>
        <b>{word}</b>
        {age === '' ? '' : <span className="num"> · {age}</span>}
      </span>
      <time className={styles.clock}>
        {formatTime(now).replace(' UTC', '')} <span>UTC</span>
      </time>
    </span>
  );
}

/** In a replay nothing is live, and the clock is that of what is shown. */
function ReplayClock({ now }: { now: number }) {
  return (
    <span className={styles.beacon} data-state="replay">
      <b>Not live</b>
      {/* Before the first instant is there it is no time at all. */}
      {now === 0 ? null : (
        <time className={styles.clock}>
          {formatTime(now).replace(' UTC', '')} <span>UTC</span>
        </time>
      )}
    </span>
  );
}
