/** Time on a panel's width: what all panels of a rack share, so that one minute stands above the same minute. */
export interface TimeScale {
  readonly from: number;
  readonly to: number;
  /** CSS pixels of `from` and `to`. */
  readonly left: number;
  readonly right: number;
  /** The pixel of a time; past the right edge too, for a forecast. */
  at(time: number): number;
  /** The time of a pixel. */
  time(pixel: number): number;
}

/** Left and right margins of the panels: names stand left of the time, the newest numbers right of it. */
export function marginsOf(width: number): { readonly left: number; readonly right: number } {
  return width < 900 ? { left: 66, right: 112 } : { left: 78, right: 124 };
}

export function timeScale(from: number, to: number, left: number, right: number): TimeScale {
  const perMs = (right - left) / (to - from);
  return {
    ...{ from, to, left, right },
    at: (time) => left + (time - from) * perMs,
    time: (pixel) => from + (pixel - left) / perMs,
  };
}
