import { useEffect, useRef, useState } from 'react';
import { useConsole } from '../../live/console.tsx';
import parts from '../../parts/parts.module.css';
import type { Go, Route } from '../route.ts';
import { fetchFile } from '../snapshots/fetch-file.ts';
import styles from './replay.module.css';

/** A file that is being opened, or what is wrong with it: on every view, since it may be dropped on any. */
export function OpeningBar() {
  const { opening, dismiss } = useConsole();
  if (opening === null) return null;
  const { name, share, trouble } = opening;
  return trouble === '' ? (
    <div className={styles.opening} role="status">
      <span>Opening {name}</span>
      <progress max={1} value={share} aria-label={`Opening ${name}`} />
    </div>
  ) : (
    <div className={styles.opening} role="alert">
      <span className={styles.trouble}>
        {name} was not opened: {trouble}
      </span>
      <button type="button" className={parts.button} onClick={dismiss}>
        Dismiss
      </button>
    </div>
  );
}

/** Opens what is dropped anywhere on the page; true while a file is held over it. */
export function useDrop(): boolean {
  const { openReplay, report } = useConsole();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const isFile = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const hold = (event: DragEvent) => {
      if (!isFile(event)) return;
      event.preventDefault();
      setOver(!report);
    };
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent) => {
      if (!isFile(event)) return;
      // Without this a browser would leave the console for the file.
      event.preventDefault();
      setOver(false);
      const file = event.dataTransfer?.files[0];
      if (file && !report) void openReplay(file.name, () => bytesOfFile(file));
    };
    const all = { dragenter: hold, dragover: hold, dragleave: leave, drop } as const;
    for (const [name, listener] of Object.entries(all)) window.addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(all)) window.removeEventListener(name, listener as EventListener);
    };
  }, [openReplay, report]);
  return over;
}

/** No snapshot is larger (faults.md D1); the rest of a larger file is not even read. */
const MOST_BYTES = 256 << 20;

/** Bytes of a file that somebody chose. @throws Error where it is too large to be a snapshot */
export async function bytesOfFile(file: File): Promise<Uint8Array> {
  if (file.size > MOST_BYTES) throw new Error(`It has more than ${MOST_BYTES >> 20} MiB, so it is no snapshot`);
  return new Uint8Array(await file.arrayBuffer());
}

/** An address may ask for the replay of a file, as the command `open` and the desktop do. Asked once for each address. */
export function useOpenByAddress({ view, object, params }: Route, go: Go): void {
  const { engine, openReplay, report } = useConsole();
  const asked = useRef('');
  const file = view === 'snapshots' && params.replay === '1' && !report ? object : '';
  useEffect(() => {
    const before = asked.current;
    asked.current = file;
    if (file === '' || before === file) return;
    // The same address may ask for it again later.
    go({ view: 'overview' });
    void openReplay(params.name ?? file, (progress) => fetchFile(engine, file, progress));
  }, [file, params.name, go, engine, openReplay]);
}
