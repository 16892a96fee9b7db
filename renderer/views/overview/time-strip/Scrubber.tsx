import { type KeyboardEvent, type PointerEvent, useRef } from 'react';
import { formatTime } from '../../../../shared/format.ts';
import styles from './time-strip.module.css';

/** What the scrubber moves in. */
export interface Scrub {
  /** The time that is shown or on its way there; null is now. */
  readonly at: number | null;
  /** From one instant to the next, ms. */
  readonly stepMs: number;
  /** The newest instant that can be shown. */
  readonly latest: number;
  /** Goes to a time; null is now. */
  onSeek(time: number | null): void;
}

/**
 * The hit area over the lanes: press or drag anywhere, or move by keys. Arrows go by one instant, with Shift by a
 * sixtieth of the axis, Page keys by a tenth, Home to its beginning, End to now.
 */
export function Scrubber(props: {
  readonly scrub: Scrub;
  readonly from: number;
  readonly to: number;
  readonly left: number;
  readonly width: number;
}) {
  const { scrub, from, to, left, width } = props;
  const dragging = useRef(false);
  const { at, latest, stepMs, onSeek } = scrub;
  const range = to - from;
  const seek = (time: number) => onSeek(Math.max(from, Math.min(time, latest)));
  const timeOf = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return from + (range * (event.clientX - box.left)) / box.width;
  };
  const by = (ms: number) => {
    const next = (at ?? latest + stepMs) + ms;
    // On from the newest instant is now.
    onSeek(next > latest ? null : Math.max(0, next));
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowLeft: () => by(-stepMs),
    ArrowDown: () => by(-stepMs),
    ArrowRight: () => by(stepMs),
    ArrowUp: () => by(stepMs),
    'Shift ArrowLeft': () => by(-Math.max(stepMs, range / 60)),
    'Shift ArrowRight': () => by(Math.max(stepMs, range / 60)),
    PageDown: () => by(-range / 10),
    PageUp: () => by(range / 10),
    Home: () => seek(from),
    End: () => onSeek(null),
  };
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = keys[`${event.shiftKey ? 'Shift ' : ''}${event.key}`];
    if (!key) return;
    event.preventDefault();
    event.stopPropagation();
    key();
  };
  return (
    <div
      className={styles.scrubber}
      style={{ left, width }}
      role="slider"
      tabIndex={0}
      aria-label="Time shown"
      aria-valuemin={Math.round(from / 1000)}
      aria-valuemax={Math.round(Math.max(to, at ?? to) / 1000)}
      aria-valuenow={Math.round((at ?? to) / 1000)}
      aria-valuetext={at === null ? 'Now' : formatTime(at)}
      onKeyDown={press}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        dragging.current = true;
        event.currentTarget.setPointerCapture(event.pointerId);
        seek(timeOf(event));
      }}
      onPointerMove={(event) => dragging.current && seek(timeOf(event))}
      onPointerUp={(event) => {
        if (!dragging.current) return;
        dragging.current = false;
        // Let go beyond the newest instant: back to now.
        if (timeOf(event) > latest) onSeek(null);
      }}
      onPointerCancel={() => {
        dragging.current = false;
      }}
    />
  );
}
