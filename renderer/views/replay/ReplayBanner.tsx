import { formatAge, formatDate, formatTime } from '../../../shared/format.ts';
import { frozenWords } from '../../../shared/snapshot/report/embedded.ts';
import { SPEEDS } from '../../link/replay-position.ts';
import { useConsole, useReplayPosition } from '../../live/console.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import { useKeys } from '../keys.ts';
import styles from './replay.module.css';

/** Across the top while a snapshot is shown: what time it is there, and how to move in it. Nothing of it is live. */
export function ReplayBanner() {
  const { replay, report, closeReplay } = useConsole();
  const position = useReplayPosition();
  const toggle = () => (position?.playing ? replay?.pause() : replay?.play());
  useKeys(
    replay === null
      ? {}
      : {
          Space: toggle,
          ',': () => replay.step(-1),
          '.': () => replay.step(1),
          ...(report ? {} : { 'Shift+Escape': closeReplay }),
        },
  );
  if (replay === null || position === null) return null;
  const { manifest, run } = replay.snapshot;
  const apart = position.time - run.times[replay.moment];
  return (
    <section className={styles.banner} aria-label="Replay" data-region>
      <b className="num">Replay {formatTime(position.time)}</b>
      <span className={styles.title} title={manifest.title}>
        {report && apart === 0
          ? frozenWords(position.time)
          : `${formatDate(position.time)}, ${apart === 0 ? 'the moment of' : `${formatAge(Math.abs(apart))} ${apart < 0 ? 'before' : 'after'}`} “${manifest.title}”`}
      </span>
      <button type="button" onClick={toggle}>
        {position.playing ? 'Pause' : 'Play'} <Kbd>Space</Kbd>
      </button>
      <button type="button" aria-label="Step back" onClick={() => replay.step(-1)}>
        <Kbd>,</Kbd>
      </button>
      <input
        type="range"
        min={0}
        max={run.times.length - 1}
        value={position.instant}
        aria-label="Time in the snapshot"
        aria-valuetext={formatTime(position.time)}
        onChange={(event) => replay.seek(Number(event.target.value))}
      />
      <button type="button" aria-label="Step on" onClick={() => replay.step(1)}>
        <Kbd>.</Kbd>
      </button>
      <select
        aria-label="Speed"
        value={position.speed}
        onChange={(event) => replay.setSpeed(Number(event.target.value))}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed}>
            {speed}×
          </option>
        ))}
      </select>
      {report ? null : (
        <button type="button" onClick={closeReplay}>
          Back to live <Kbd>Shift Esc</Kbd>
        </button>
      )}
    </section>
  );
}
