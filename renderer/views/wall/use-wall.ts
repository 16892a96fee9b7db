import { type RefObject, useEffect, useState } from 'react';
import { useSize } from '../../draw/use-size.ts';

const WIDTH = 1920;
const HEIGHT = 1080;
const CURSOR_MS = 3000;

/** How much the 1920 × 1080 reference is enlarged to fill the element that holds it: the window, or a picture of it. */
export function useScale(holder: RefObject<HTMLElement | null>): number {
  const { width, height } = useSize(holder);
  return Math.min(width / WIDTH, height / HEIGHT);
}

/** True once the pointer has stood still for three seconds: the cursor is hidden then. */
export function useHiddenCursor(): boolean {
  const [idle, setIdle] = useState(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const moved = () => {
      setIdle(false);
      clearTimeout(timer);
      timer = setTimeout(() => setIdle(true), CURSOR_MS);
    };
    window.addEventListener('pointermove', moved);
    return () => {
      window.removeEventListener('pointermove', moved);
      clearTimeout(timer);
    };
  }, []);
  return idle;
}

/** Keeps the screen awake where the browser can; asked for again whenever the page is shown again. */
export function useWakeLock(): void {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let over = false;
    const ask = () => {
      if (document.hidden || over || !('wakeLock' in navigator)) return;
      navigator.wakeLock.request('screen').then(
        (given) => {
          if (over) void given.release();
          else lock = given;
        },
        // A browser that refuses (no focus, battery) leaves sleep to the machine's own settings.
        () => {},
      );
    };
    ask();
    document.addEventListener('visibilitychange', ask);
    return () => {
      over = true;
      document.removeEventListener('visibilitychange', ask);
      void lock?.release();
    };
  }, []);
}
