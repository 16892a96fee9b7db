import { readFileSync, statSync } from 'node:fs';
import type { Sign } from '../../../shared/snapshot/file.ts';
import { type Draft, type Opened, openSnapshot, packer } from '../../../shared/snapshot/file.ts';
import type { RedactionKind } from '../../../shared/snapshot/manifest.ts';
import { redact } from '../../../shared/snapshot/redact.ts';
import { SnapshotRefused } from '../../../shared/snapshot/refused.ts';
import type { OpenChunk } from '../../../shared/snapshot/ring.ts';
import { draftOfRun, RunWriter } from '../../../shared/snapshot/run-writer.ts';
import { sentenceWith } from '../../../shared/snapshot/sentence-at.ts';
import { ZIP_LIMITS } from '../../../shared/snapshot/zip.ts';
import type { Topology } from '../../../shared/topology.ts';
import { FaultError, printable } from '../fault.ts';
import { digest, verify } from './keys.ts';

/** Lets others have their turn; a long piece of work asks for it between two steps. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** What a step of the work tells, and by which it is called off: what it throws ends the work. */
export type Progress = (step: 'gathering' | 'packing', done: number, bytes: number) => void;

/** The instants of some chunks within [from, to], at least `stepMs` apart, over the places of one topology. */
export async function gather(
  chunks: Iterable<OpenChunk>,
  topology: Topology,
  window: { readonly from: number; readonly to: number; readonly stepMs: number },
  progress: Progress,
): Promise<RunWriter> {
  const writer = new RunWriter(topology, null);
  let last = Number.NEGATIVE_INFINITY;
  for (const chunk of chunks) {
    for (const [at, time] of chunk.times.entries()) {
      // A poll that came a little early still counts as one step.
      if (time < window.from || time > window.to || time - last < window.stepMs * 0.9) continue;
      writer.add(chunk, at);
      last = time;
    }
    progress('gathering', (last - window.from) / (window.to - window.from || 1), writer.size);
    await turn();
  }
  return writer;
}

/** Packs and seals a draft, with turns between its parts. */
export async function pack(draft: Draft, sign: Sign | undefined, progress: Progress) {
  const packing = packer(draft, digest, sign);
  for (let done = 0; packing.step(); done++) {
    progress('packing', done / packing.parts, 0);
    await turn();
  }
  return packing.finish();
}

/** The bytes of a file that may be a snapshot. @throws FaultError where it cannot be read or is too large to be one */
export function readCandidate(path: string): Uint8Array {
  try {
    const stat = statSync(path);
    // A pipe or a device has no end, or never begins.
    if (!stat.isFile()) throw unread(path, stat.isDirectory() ? 'it is a folder' : 'it is no file');
    if (stat.size > ZIP_LIMITS.fileBytes)
      throw new SnapshotRefused('too-large', `It has more than ${ZIP_LIMITS.fileBytes >> 20} MiB`);
    return readFileSync(path);
  } catch (error) {
    throw refusal(error, path);
  }
}

/** Opens a snapshot. @throws FaultError with the name of what is wrong */
export function openFile(bytes: Uint8Array, path: string): Opened {
  try {
    return openSnapshot(bytes, { digest, verify });
  } catch (error) {
    throw refusal(error, path);
  }
}

/** A file that was not opened, as a fault. */
export function refusal(error: unknown, path: string): unknown {
  const name = printable(path, 200);
  if (error instanceof SnapshotRefused) {
    const hint =
      error.code === 'newer-schema' ? 'Update Fleetwatt.' : 'Ask whoever made it for the file again; it is not opened.';
    return new FaultError(`snapshot-${error.code}`, `${name}: ${error.message}`, hint);
  }
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof FaultError || code === undefined) return error;
  return unread(path, WHY[code] ?? code);
}

const WHY: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'you may not read it',
  EPERM: 'you may not read it',
  ELOOP: 'its links lead in a circle',
};

const unread = (path: string, why: string) =>
  new FaultError('not-read', `${printable(path, 200)} cannot be read: ${why}`, 'Give the path of a snapshot file.');

/** The same snapshot with names replaced, as a new file; unsigned where no key is given. */
export async function redactFile(opened: Opened, kinds: readonly RedactionKind[], sign?: Sign) {
  const { manifest, topology, papers } = opened.snapshot;
  const sentence = sentenceWith(opened.snapshot.run, papers.limits, manifest.at);
  const { names, ...redacted } = redact({ cover: manifest, topology, papers }, kinds, sentence);
  const packed = await pack({ ...redacted, draft: draftOfRun(opened.snapshot) }, sign, () => {});
  return { ...packed, names };
}
