import { formatAge, formatCount, formatDate, formatTime } from '../../../shared/format.ts';
import type { Freshness } from '../../live/freshness.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { type Showing, SLIDE_WORDS, type Slide } from './rotation.ts';
import styles from './wall.module.css';
import type { Cause } from './wall-causes.ts';

/** Site, view, marks of the rotation, counts of alerts, beacon and clock. */
export function WallHeader(props: {
  site: string;
  playlist: readonly Slide[];
  showing: Showing;
  counts: { readonly critical: number; readonly warning: number; readonly nodata: number } | null;
  freshness: Freshness;
  pollMs: number;
  frameTime: number;
  /** A wall without a source has nothing to wait for. */
  hasSource: boolean;
  /** What is shown is of a time that is over. */
  isOver: boolean;
}) {
  const { showing, counts, freshness } = props;
  return (
    <header className={styles.header}>
      <h1>{props.site}</h1>
      <span className={styles.quiet}>{SLIDE_WORDS[showing.slide.view]}</span>
      <Marks {...props} />
      <span className={styles.spring} />
      {counts === null ? null : (
        <span className={styles.counts}>
          {counts.critical > 0 ? <Count severity="critical" count={counts.critical} /> : null}
          {counts.warning > 0 ? <Count severity="warning" count={counts.warning} /> : null}
          {counts.nodata > 0 ? <Count severity="nodata" count={counts.nodata} /> : null}
        </span>
      )}
      <WallBeacon {...props} />
      <span className={styles.clock}>
        {formatTime(freshness.now).slice(0, 5)} <span className={styles.quiet}>UTC</span>
      </span>
    </header>
  );
}

const Count = ({ severity, count }: { severity: 'critical' | 'warning' | 'nodata'; count: number }) => (
  <span>
    <Glyph severity={severity} size={38} /> {formatCount(count)}
  </span>
);

/** One mark a slide; the one that is shown fills up. A single slide needs none. */
function Marks({ playlist, showing }: { playlist: readonly Slide[]; showing: Showing }) {
  if (playlist.length < 2) return null;
  const words = showing.interrupted ? 'Interrupted' : `View ${showing.index + 1} of ${playlist.length}`;
  return (
    <span className={styles.marks} role="img" aria-label={words}>
      {playlist.map((_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a view may stand in the playlist more than once.
        <i key={index} data-on={index === showing.index}>
          {index === showing.index ? <i style={{ width: `${showing.passed * 100}%` }} /> : null}
        </i>
      ))}
    </span>
  );
}

/**
 * How old the newest sample is: a ring that fills with each poll, a hand that moves once a second so that a frozen
 * screen is seen to be one, and the age in words. Stale: a violet block. No live region: the page's voice says it once, and
 * this ticks.
 */
export function WallBeacon(props: {
  freshness: Freshness;
  pollMs: number;
  frameTime: number;
  hasSource: boolean;
  /** What is shown is of a time that is over: of a snapshot, or of the past. */
  isOver: boolean;
}) {
  const { freshness } = props;
  const { state, ageMs, now, trouble } = freshness;
  if (props.isOver) return <span className={styles.lostBeacon}>Not live, {formatDate(now)}</span>;
  if (state === 'stale' || state === 'waiting') {
    const words =
      ageMs !== null
        ? `No data for ${formatAge(ageMs)}`
        : trouble || (props.hasSource ? 'No data yet' : 'No source connected');
    return (
      <span className={styles.lostBeacon}>
        <Glyph severity="nodata" size={46} named={false} /> {words}
      </span>
    );
  }
  const share = Math.min(1, Math.max(0, (now - props.frameTime) / Math.max(1000, props.pollMs)));
  const around = 2 * Math.PI * 21;
  const second = Math.floor(now / 1000) % 60;
  return (
    <span className={styles.beacon}>
      <svg width="52" height="52" viewBox="0 0 52 52" aria-hidden="true">
        <circle cx="26" cy="26" r="21" fill="none" stroke="var(--bg-4)" strokeWidth="7" />
        <circle
          cx="26"
          cy="26"
          r="21"
          fill="none"
          stroke="var(--tx-1)"
          strokeWidth="7"
          strokeDasharray={`${(0.15 + 0.85 * share) * around} ${around}`}
          transform="rotate(-90 26 26)"
        />
        <circle cx="26" cy="26" r="8" fill="var(--tx-1)" />
        <path d="M26 26V12" stroke="var(--tx-1)" strokeWidth="4" transform={`rotate(${second * 6} 26 26)`} />
      </svg>
      {state === 'live' ? 'Live' : 'Late'}, {formatAge(ageMs ?? 0)}
    </span>
  );
}

const CELLS = 3;

/** The three loudest causes, standing still; the last one says how many more there are. */
export function WallFoot(props: {
  incidents: readonly Cause[];
  /** Why alerts are not known; '' where they are. */
  unknown: string;
  now: number;
  /** When the page was loaded anew because its screen had stopped, epoch ms; null where it was not, or long ago. */
  reloaded: number | null;
  /** '' while the data is live; else since when nothing is known and why. */
  lost: string;
  lostTitle: string;
  lostSince: string;
}) {
  const { incidents, now, lost, reloaded } = props;
  const room = CELLS - (lost === '' ? 0 : 1) - (reloaded === null ? 0 : 1);
  const more = incidents.length - room;
  return (
    <section className={styles.foot} aria-label="Alerts">
      {lost === '' ? null : (
        <div className={styles.footCell}>
          <Glyph severity="nodata" size={40} named={false} />
          <p className={styles.footTitle}>{props.lostTitle}</p>
          <span className={styles.footAge}>{props.lostSince}</span>
          <p className={styles.footDetail}>{lost}</p>
        </div>
      )}
      {reloaded === null ? null : (
        <div className={styles.footCell}>
          <Glyph severity="advisory" size={40} named={false} />
          <p className={styles.footTitle}>Reloaded at {formatTime(reloaded).slice(0, 5)}</p>
          <p className={styles.footDetail}>The screen had stopped</p>
        </div>
      )}
      {incidents.slice(0, room).map((incident, index) => (
        <div key={incident.id} className={styles.footCell}>
          <Glyph severity={incident.severity} size={40} />
          <p className={styles.footTitle}>{lost === '' ? incident.title : incident.was}</p>
          <span className={styles.footAge}>
            {lost === '' ? ageWords(now - incident.startedAt) : formatTime(incident.startedAt).slice(0, 5)}
          </span>
          <p className={styles.footLast}>
            <span>{lost === '' ? incident.detail : 'As last known'}</span>
            {index === room - 1 && more > 0 ? <span>, +{formatCount(more)} more</span> : null}
          </p>
        </div>
      ))}
      {lost === '' && incidents.length === 0 ? (
        <p className={styles.calm} data-alone={reloaded === null}>
          {props.unknown === '' ? 'No active alerts' : props.unknown}
        </p>
      ) : null}
    </section>
  );
}

/** "6 min", "3 h": what is read from five metres needs no seconds. */
export function ageWords(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 1) return `${Math.floor(Math.max(0, ms) / 1000)} s`;
  if (minutes < 120) return `${minutes} min`;
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}

/** The alerts slide: as many causes as can be read, in the place of the map. */
export function WallAlerts(props: { incidents: readonly Cause[]; unknown: string; now: number }) {
  const { incidents, unknown, now } = props;
  if (incidents.length === 0) return <p className={styles.calmMap}>{unknown === '' ? 'No active alerts' : unknown}</p>;
  return (
    <ol className={styles.alertList}>
      {incidents.slice(0, 7).map((incident) => (
        <li key={incident.id}>
          <Glyph severity={incident.severity} size={42} />
          <p className={styles.footTitle}>{incident.title}</p>
          <span className={styles.footAge}>{ageWords(now - incident.startedAt)}</span>
          <p className={styles.footDetail}>{incident.detail}</p>
        </li>
      ))}
      {incidents.length > 7 ? <li className={styles.moreAlerts}>+{formatCount(incidents.length - 7)} more</li> : null}
    </ol>
  );
}
