import { carried } from '../../shared/snapshot/across.ts';
import { openSnapshot } from '../../shared/snapshot/file.ts';
import { sha256 } from '../../shared/snapshot/sha256.ts';
import type { OpeningReply } from './opening.ts';

/** The other thread of `opening.ts`: takes the bytes of one file, answers once. */
self.onmessage = ({ data }: MessageEvent<Uint8Array>) => {
  let reply: OpeningReply;
  try {
    reply = { ok: true, snapshot: carried(openSnapshot(data, { digest: sha256 }).snapshot) };
  } catch (error) {
    reply = { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
  self.postMessage(reply, {
    transfer: reply.ok ? reply.snapshot.packed.map(({ buffer }) => buffer as ArrayBuffer) : [],
  });
};
