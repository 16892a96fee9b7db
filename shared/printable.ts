/** Foreign text for a message: one line, control and bidirectional characters as escapes, cut to `most`. */
export function printable(text: string, most = 80): string {
  let shown = '';
  for (const char of text.slice(0, most)) {
    const code = char.codePointAt(0) as number;
    const hidden =
      code < 0x20 ||
      (code >= 0x7f && code < 0xa0) ||
      (code >= 0x200b && code <= 0x200f) ||
      (code >= 0x202a && code <= 0x202e) ||
      (code >= 0x2066 && code <= 0x2069);
    shown += hidden ? `\\u${code.toString(16).padStart(4, '0')}` : char;
  }
  return text.length > most ? `${shown}…` : shown;
}

/** Longer names are cut; the path that a place is known by stays whole. */
const LONGEST_NAME = 200;
const HIDDEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/;

/** A name as a screen may show it: what would turn its order round, or hide, stands as an escape. */
export const shownName = (name: string): string =>
  name.length <= LONGEST_NAME && !HIDDEN.test(name) ? name : printable(name, LONGEST_NAME);
