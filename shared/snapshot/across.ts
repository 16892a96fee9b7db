import type { Snapshot } from './document.ts';
import { openRun } from './run-writer.ts';

/** A snapshot without its functions: what a message between threads can carry. */
export interface CarriedSnapshot extends Omit<Snapshot, 'run'> {
  readonly run: Pick<Snapshot['run'], 'times' | 'signals' | 'chunks'>;
  readonly packed: readonly Uint8Array[];
}

/**
 * A snapshot as it goes to another thread. Every chunk is unpacked once here, so that what was made to break its reader
 * is refused before anybody shows it.
 *
 * @throws SnapshotRefused
 */
export function carried({ run, ...rest }: Snapshot): CarriedSnapshot {
  const { times, signals, chunks } = run;
  const packed = chunks.map((_, chunk) => {
    run.cells(chunk);
    // A copy of its own: the part is a view of the whole file.
    return run.packed(chunk).slice();
  });
  return { ...rest, run: { times, signals, chunks }, packed };
}

/** What was carried, as a snapshot again. */
export function arrived({ run, packed, ...rest }: CarriedSnapshot): Snapshot {
  return { ...rest, run: openRun(run.times, run.signals, run.chunks, (chunk) => packed[chunk]) };
}
