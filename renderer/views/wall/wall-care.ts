/** What keeps a wall readable and its panel whole: size of letters, orbit, dimming (ui.md 2.2 and (e)). Pure. */

/** Panel by its diagonal in inches (16:9) and the distance of who reads it, metres. */
export interface Panel {
  readonly inches: number;
  readonly metres: number;
}
export const PANEL: Panel = { inches: 65, metres: 5 };

const ARCMIN = Math.PI / 180 / 60;
/** NUREG-0700: characters that must be read subtend 16 minutes of arc at least. */
export const READABLE_ARCMIN = 16;
/** Height of Inter's capitals, share of the font's size. */
const CAP = 0.727;
/** What must be read on the wall, in pixels of the 1920 × 1080 reference: percents of rows and titles of alerts. */
export const SMALLEST_PX = 44;

/** Minutes of arc that the capitals of a font take for who stands there; the panel is 1,920 reference pixels wide. */
export function arcminOf({ inches, metres }: Panel, fontPx: number): number {
  const widthM = (inches * 0.0254 * 16) / Math.hypot(16, 9);
  return Math.atan((CAP * fontPx * widthM) / 1920 / metres) / ARCMIN;
}

/** The farthest that the smallest letters which must be read can be read from, metres, rounded down to tenths. */
export function readableFrom(inches: number): number {
  const widthM = (inches * 0.0254 * 16) / Math.hypot(16, 9);
  return Math.floor(((CAP * SMALLEST_PX * widthM) / 1920 / Math.tan(READABLE_ARCMIN * ARCMIN)) * 10) / 10;
}

const ORBIT_MS = 180_000;
const ORBIT: readonly (readonly [number, number])[] = [
  [0, 0],
  [4, 0],
  [4, 4],
  [0, 4],
  [-4, 4],
  [-4, 0],
];

/** Where the whole picture stands now, in reference pixels: six positions, one every three minutes. */
export function orbitAt(now: number): readonly [number, number] {
  return ORBIT[Math.floor(now / ORBIT_MS) % ORBIT.length];
}

const WEEK_MS = 7 * 86_400_000;

/** Every other week header and foot change ends, so that no line burns in. */
export const upsideDown = (now: number): boolean => Math.floor(now / WEEK_MS) % 2 === 1;

/** A time of day in which the wall is dimmed, minutes of the day in UTC; through midnight where it ends before it begins. */
export interface DimTimes {
  readonly from: number;
  readonly to: number;
}

/** "22:00-06:00" as minutes of the day; null for none or what cannot be read. */
export function dimTimesOf(text: string | undefined): DimTimes | null {
  const [, fh, fm, th, tm] = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(text ?? '') ?? [];
  if (tm === undefined) return null;
  const times = { from: Number(fh) * 60 + Number(fm), to: Number(th) * 60 + Number(tm) };
  return times.from < 1440 && times.to < 1440 && Number(fm) < 60 && Number(tm) < 60 ? times : null;
}

const QUIET_MS = 30 * 60_000;
const DIMMED = 0.7;

/** Share of full brightness: 70 % after half an hour without an alert, and in the times that are set; full on an alert. */
export function brightnessAt(now: number, quietSince: number | null, times: DimTimes | null): number {
  if (quietSince === null) return 1;
  if (now - quietSince >= QUIET_MS) return DIMMED;
  if (times === null) return 1;
  const minute = Math.floor((now % 86_400_000) / 60_000);
  const inside =
    times.from <= times.to ? minute >= times.from && minute < times.to : minute >= times.from || minute < times.to;
  return inside ? DIMMED : 1;
}

const RELOADED_FOR_MS = 15 * 60_000;

/**
 * When the desktop loaded this page anew because its screen had stopped, epoch ms, out of the address before the '#'; null for a
 * page that was opened, and a quarter of an hour later.
 */
export function reloadedAt(search: string, now: number): number | null {
  const at = Number(new URLSearchParams(search).get('reloaded'));
  return at > 0 && now - at < RELOADED_FOR_MS ? at : null;
}
