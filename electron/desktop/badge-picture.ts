/** Digits of 3 × 5 pixels, a row an octal digit from the top. */
const GLYPHS: Readonly<Record<string, string>> = {
  ...{ '0': '75557', '1': '26227', '2': '71747', '3': '71717', '4': '55711', '5': '74717' },
  ...{ '6': '74757', '7': '71122', '8': '75757', '9': '75717', '+': '02720' },
};
export const BADGE_SIDE = 16;
/** Blue, green, red, alpha, as Electron's bitmaps have them. */
const CRITICAL = [0x1a, 0x20, 0xb3, 255] as const;
const WHITE = [255, 255, 255, 255] as const;

/**
 * A disc with a count in it, for the taskbar of Windows, which has no count of its own: 16 × 16 pixels, BGRA. More than
 * nine is "9+".
 */
export function badgePicture(count: number): Uint8Array {
  const pixels = new Uint8Array(BADGE_SIDE * BADGE_SIDE * 4);
  const put = (x: number, y: number, colour: readonly number[]) => pixels.set(colour, (y * BADGE_SIDE + x) * 4);
  const middle = (BADGE_SIDE - 1) / 2;
  for (let y = 0; y < BADGE_SIDE; y++)
    for (let x = 0; x < BADGE_SIDE; x++) if (Math.hypot(x - middle, y - middle) <= BADGE_SIDE / 2) put(x, y, CRITICAL);
  const text = count > 9 ? '9+' : String(count);
  // One digit is drawn twice as large as two signs.
  const scale = text.length === 1 ? 2 : 1;
  const width = text.length * 4 - 1;
  const [left, top] = [Math.round(middle - (width * scale) / 2 + 0.5), Math.round(middle - (5 * scale) / 2 + 0.5)];
  [...text].forEach((sign, at) => {
    [...GLYPHS[sign]].forEach((row, y) => {
      for (let x = 0; x < 3; x++) {
        if ((Number(row) & (4 >> x)) === 0) continue;
        for (let dy = 0; dy < scale; dy++)
          for (let dx = 0; dx < scale; dx++) put(left + (at * 4 + x) * scale + dx, top + y * scale + dy, WHITE);
      }
    });
  });
  return pixels;
}
