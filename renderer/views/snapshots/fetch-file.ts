import type { CallArg } from '../../../shared/contract.ts';
import type { Link } from '../../link/link.ts';

/** Bytes of base64. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** Reads a file of the library, piece after piece. Rejects with a CallFault. */
export async function fetchFile(link: Link, file: string, progress: (share: number) => void): Promise<Uint8Array> {
  let whole = new Uint8Array(0);
  for (let from = 0; from === 0 || from < whole.length; ) {
    const { bytes, base64 } = await link.call('readSnapshot', { file, from });
    const piece = bytesOf(base64);
    if (from === 0) whole = new Uint8Array(bytes);
    if (piece.length === 0 || from + piece.length > whole.length) throw new Error('The file changed while it was read');
    whole.set(piece, from);
    from += piece.length;
    progress(from / whole.length);
  }
  return whole;
}

/** Reads another form of a file, piece after piece as it is made. Rejects with a CallFault. */
export async function fetchForm(
  link: Link,
  arg: CallArg<'exportSnapshot'>,
  progress: (bytes: number) => void,
): Promise<{ readonly name: string; readonly content: Blob }> {
  const { name, type, form } = await link.call('exportSnapshot', arg);
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  for (let bytes = 0, over = false; !over; progress(bytes)) {
    const { base64, last } = await link.call('exportPiece', { form });
    const piece = bytesOf(base64);
    pieces.push(piece);
    bytes += piece.length;
    over = last;
  }
  return { name, content: new Blob(pieces, { type }) };
}
