import { arrived, type CarriedSnapshot } from '../../shared/snapshot/across.ts';
import type { Snapshot } from '../../shared/snapshot/document.ts';
import { Replay } from '../../shared/snapshot/replay.ts';

export type OpeningReply =
  | { readonly ok: true; readonly snapshot: CarriedSnapshot }
  | { readonly ok: false; readonly message: string };

/** Reading the largest file that is allowed takes seconds; what takes longer was made to. */
const MOST_MS = 60_000;
/** No piece of work on the page's own thread takes longer than this, but for a single instant. */
const PIECE_MS = 12;

/** Reads a file on a thread of its own, so that whatever is in it the page goes on. @throws Error that says what is wrong */
export function openOffThread(file: Uint8Array): Promise<Snapshot> {
  const worker = new Worker(new URL('./opening-worker.ts', import.meta.url), { type: 'module' });
  return new Promise<Snapshot>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('It takes too long to read; it is not opened')), MOST_MS);
    worker.onmessage = ({ data }: MessageEvent<OpeningReply>) => {
      clearTimeout(timer);
      if (data.ok) resolve(arrived(data.snapshot));
      else reject(new Error(data.message));
    };
    worker.onerror = (event) => {
      clearTimeout(timer);
      event.preventDefault();
      reject(new Error('It could not be read; it needs more memory than this page has'));
    };
    worker.postMessage(file, [file.buffer as ArrayBuffer]);
  }).finally(() => worker.terminate());
}

/** A replay whose moment can be shown at once, judged in short pieces. */
export async function preparedReplay(snapshot: Snapshot, progress: (share: number) => void): Promise<Replay> {
  const replay = new Replay(snapshot);
  const until = replay.instantAt(snapshot.manifest.at) + 1;
  let begun = performance.now();
  while (replay.ready < until) {
    if (performance.now() - begun > PIECE_MS) {
      progress(replay.ready / until);
      await new Promise<void>((resolve) => void setTimeout(resolve, 0));
      begun = performance.now();
    }
    replay.advance(1);
  }
  return replay;
}
