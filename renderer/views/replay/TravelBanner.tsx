import { formatAge, formatDate, formatTime } from '../../../shared/format.ts';
import type { PastPosition } from '../../link/past.ts';
import { SPEEDS } from '../../link/replay-position.ts';
import { textOfTime } from '../../live/time-address.ts';
import { usePastPosition, useTravel } from '../../live/travel.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import { useKeys } from '../keys.ts';
import { useRoute } from '../route.ts';
import styles from './replay.module.css';

const HOUR = 3_600_000;

/**
 * Across the top of every view while a time of the past is shown: which, where it is from, and how to move. Before its
 * first instant is there the view behind it is still live, and it says so.
 */
export function TravelBanner() {
  const { past, opening, traveller } = useTravel();
  const position = usePastPosition();
  const link = past ?? opening;
  const toggle = () => (position?.playing ? link?.pause() : link?.play());
  const leave = () => traveller?.to(null);
  const { go } = useRoute();
  const compare = () => {
    if (traveller === null) return;
    // Without a time the view takes one itself.
    go({ view: 'compare', params: position === null ? {} : { a: textOfTime(position.time) } });
  };
  const back = { ',': () => traveller?.step(-1), k: compare };
  useKeys(
    link === null
      ? traveller === null
        ? {}
        : back
      : { ...back, Space: toggle, '.': () => link.step(1), 'Shift+Escape': leave },
  );
  if (link === null || position === null || traveller === null) return null;
  const now = traveller.now();
  return (
    <section className={styles.banner} aria-label="Replay" data-region>
      <b className="num">
        {position.shown ? `Replay ${formatTime(position.time)}` : `Loading ${formatTime(position.wanted)}`}
      </b>
      <span className={styles.title} title={fromWords(position)}>
        {position.shown ? `${dateWords(position.time, now)}, ${sinceWords(now - position.time)} before now` : ''}
        {position.shown ? stateWords(position) : ''}
      </span>
      <button type="button" onClick={toggle}>
        {position.playing ? 'Pause' : 'Play'} <Kbd>Space</Kbd>
      </button>
      <button type="button" aria-label="Step back" onClick={() => link.step(-1)}>
        <Kbd>,</Kbd>
      </button>
      <Slider position={position} now={now} onSeek={(time) => link.seekTime(time)} />
      <button type="button" aria-label="Step on" onClick={() => link.step(1)}>
        <Kbd>.</Kbd>
      </button>
      <select aria-label="Speed" value={position.speed} onChange={(event) => link.setSpeed(Number(event.target.value))}>
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed}>
            {speed}×
          </option>
        ))}
      </select>
      <button type="button" onClick={compare}>
        Compare with now <Kbd>K</Kbd>
      </button>
      <button type="button" onClick={leave}>
        Back to live <Kbd>Shift Esc</Kbd>
      </button>
    </section>
  );
}

/** An hour around the time that is shown, up to now, one instant a step. */
function Slider(props: { position: PastPosition; now: number; onSeek: (time: number) => void }) {
  const { position, now } = props;
  const at = position.wanted ?? position.time;
  const { stepMs } = position;
  // Whole hours, so that the slider stands still while its thumb moves.
  const from = Math.floor((at - 1) / HOUR) * HOUR;
  const to = Math.min(from + HOUR, Math.max(at, Math.floor(now / stepMs) * stepMs));
  return (
    <input
      type="range"
      min={from}
      max={to}
      step={stepMs}
      value={at}
      aria-label="Time"
      aria-valuetext={formatTime(at)}
      onChange={(event) => props.onSeek(Number(event.target.value))}
    />
  );
}

const dateWords = (time: number, now: number) => (formatDate(time) === formatDate(now) ? 'Today' : formatDate(time));

/** Whole minutes once there is one: the banner is no clock. */
function sinceWords(ms: number): string {
  const since = Math.max(0, ms);
  return since < 60_000 ? formatAge(since) : formatAge(Math.floor(since / 60_000) * 60_000).replace(/ 0 s$/, '');
}

const ORIGINS: Readonly<Record<string, string>> = {
  memory: 'From memory',
  prometheus: 'From Prometheus',
  mixed: 'From Prometheus and memory',
  database: 'From the database, sites to racks only',
};

/** Where the shown instant is from, how far apart instants are, and what is missing of it. */
function fromWords({ recorded, origin, sources, stepMs, missing }: PastPosition): string {
  if (!recorded) return `Not recorded. ${missing}`.trim();
  const from = [ORIGINS[origin] ?? '', ...sources].filter((part) => part !== '').join(' ');
  return `${from}, every ${formatAge(stepMs)}${missing === '' ? '' : `. ${missing}`}`;
}

function stateWords(position: PastPosition): string {
  const { wanted, time, playing } = position;
  // While it plays the next instant is always on its way.
  const loading = wanted !== null && wanted !== time && !playing ? `. Loading ${formatTime(wanted)}` : '';
  return ` · ${fromWords(position)}${loading}`;
}
