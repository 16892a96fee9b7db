/** Where a window stood when it was closed, and where it may stand now. */
export interface WindowState {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly maximized: boolean;
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The smallest window in which nothing is cut off (ui.md 6). */
export const MIN_WIDTH = 1280;
export const MIN_HEIGHT = 800;

/** A state read from a file: undefined unless it is whole and within reason. */
export function parseState(text: string): WindowState | undefined {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
  const whole = (name: string) => {
    const number = value?.[name];
    return typeof number === 'number' && Number.isInteger(number) && Math.abs(number) < 100_000 ? number : undefined;
  };
  const [x, y, width, height] = [whole('x'), whole('y'), whole('width'), whole('height')];
  if (x === undefined || y === undefined || width === undefined || height === undefined) return undefined;
  return { x, y, width, height, maximized: value.maximized === true };
}

/**
 * Fits a remembered window onto the displays that exist now: kept where at least a quarter of it can be seen,
 * else centred on the first display; never larger than its display, never smaller than the minimum.
 */
export function placeWindow(state: WindowState | undefined, areas: readonly Area[]): WindowState {
  const first = areas[0] ?? { x: 0, y: 0, width: 1440, height: 900 };
  const wanted = state ?? { x: Number.NaN, y: Number.NaN, width: 1440, height: 900, maximized: false };
  const seen = (area: Area) => {
    const width = Math.min(wanted.x + wanted.width, area.x + area.width) - Math.max(wanted.x, area.x);
    const height = Math.min(wanted.y + wanted.height, area.y + area.height) - Math.max(wanted.y, area.y);
    return width > 0 && height > 0 ? width * height : 0;
  };
  const best = areas.reduce((a, b) => (seen(b) > seen(a) ? b : a), first);
  const shown = seen(best) * 4 >= wanted.width * wanted.height;
  const area = shown ? best : first;
  const width = Math.min(Math.max(wanted.width, MIN_WIDTH), Math.max(area.width, MIN_WIDTH));
  const height = Math.min(Math.max(wanted.height, MIN_HEIGHT), Math.max(area.height, MIN_HEIGHT));
  const centre = {
    x: area.x + Math.round((area.width - width) / 2),
    y: area.y + Math.round((area.height - height) / 2),
  };
  const inside = {
    x: Math.min(Math.max(wanted.x, area.x), Math.max(area.x, area.x + area.width - width)),
    y: Math.min(Math.max(wanted.y, area.y), Math.max(area.y, area.y + area.height - height)),
  };
  return { ...(shown ? inside : centre), width, height, maximized: wanted.maximized };
}
