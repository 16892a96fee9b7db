/** The one animation-frame handler of the page: painters that are dirty run once before the next paint. */

type Painter = (time: number) => boolean;

const dirty = new Set<Painter>();
let asked = false;

function run(time: number): void {
  asked = false;
  const painters = [...dirty];
  dirty.clear();
  for (const paint of painters) {
    try {
      // A painter that is not done (a crossfade) runs again with the next frame.
      if (!paint(time)) dirty.add(paint);
    } catch (error) {
      // Else the other canvases would keep an old picture.
      reportError(error);
    }
  }
  if (dirty.size > 0) ask();
}

function ask(): void {
  if (asked) return;
  asked = true;
  requestAnimationFrame(run);
}

/** Runs `paint` before the next paint; once, however often it is asked for. It gives false to run again. */
export function requestPaint(paint: Painter): void {
  dirty.add(paint);
  ask();
}

/** A painter that is gone is not run any more. */
export function cancelPaint(paint: Painter): void {
  dirty.delete(paint);
}
