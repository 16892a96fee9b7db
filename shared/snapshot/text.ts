import { strFromU8, strToU8 } from 'fflate';
import { SnapshotRefused } from './refused.ts';

const MOST_DEPTH = 64;

export const bytesOfText = (text: string): Uint8Array => strToU8(text);

/** UTF-8, strictly: bytes that are not are refused, since a name read otherwise would be another name. */
export function textOf(bytes: Uint8Array, part: string): string {
  const text = strFromU8(bytes);
  const again = strToU8(text);
  const same = again.length === bytes.length && again.every((byte, i) => byte === bytes[i]);
  if (!same) throw new SnapshotRefused('malformed', `${part} is not UTF-8`);
  return text;
}

/** JSON as it is written into a snapshot: NaN and infinities do not stand in it. */
export function jsonBytes(value: unknown): Uint8Array {
  return bytesOfText(JSON.stringify(value));
}

/**
 * Reads JSON that jsonBytes wrote. Anything else is refused: more than 64 levels, duplicate keys, spaces, numbers that
 * are not written as they are read.
 */
export function parseJson(bytes: Uint8Array, part: string): unknown {
  const text = textOf(bytes, part);
  checkDepth(text, part);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SnapshotRefused('malformed', `${part} is not JSON`);
  }
  if (JSON.stringify(value) !== text) throw new SnapshotRefused('malformed', `${part} is not as Fleetwatt writes it`);
  return value;
}

function checkDepth(text: string, part: string): void {
  let [depth, quoted] = [0, false];
  for (let i = 0; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (quoted) {
      if (char === 0x5c) i++;
      else if (char === 0x22) quoted = false;
    } else if (char === 0x22) quoted = true;
    else if (char === 0x7b || char === 0x5b) {
      if (++depth > MOST_DEPTH) throw new SnapshotRefused('too-deep', `${part} is nested deeper than ${MOST_DEPTH}`);
    } else if (char === 0x7d || char === 0x5d) depth--;
  }
}
