import { type RefObject, useEffect, useMemo, useRef } from 'react';
import type { LayoutDocument, ViewFrame } from '../../../../shared/contract.ts';
import { onForced, resolveTokens } from '../../../draw/forced.ts';
import { cancelPaint, requestPaint } from '../../../draw/frame-loop.ts';
import { Pace } from '../../../draw/pace.ts';
import type { FrameSource } from '../../../live/store.ts';
import { flaggedPlaces } from './flagged.ts';
import { keptPlaces } from './kept.ts';
import { FloorPaint } from './paint.ts';
import { type Scene, TOKENS, type Tokens } from './painter.ts';

const FADE_MS = 180;
/** New frames recolour the floor at most this often; what the viewer does is painted at once. */
const RECOLOUR_MS = 1000;

/** What is to be painted; the frame comes from its source at the moment of painting. */
export type Painting = Omit<Scene, 'frame' | 'tokens' | 'palette' | 'ratio' | 'flagged'> & {
  readonly flaggedOnly: boolean;
  readonly stale: boolean;
  readonly frameSource: FrameSource;
};

type Standing = ReadonlySet<number> | null;

/** Places that stand out: those that are flagged, of those that the filter keeps; null: all alike. */
function standingOut(layout: LayoutDocument, frame: ViewFrame, flaggedOnly: boolean): Standing {
  const kept = keptPlaces(layout, frame);
  if (!flaggedOnly) return kept;
  const flagged = flaggedPlaces(layout, frame);
  return kept ? new Set([...flagged].filter((place) => kept.has(place))) : flagged;
}

/** One canvas's painter with its crossfade between levels of detail. */
class Easel {
  readonly #canvas: HTMLCanvasElement;
  readonly #floor: FloorPaint;
  #painting: Painting;
  #tokens: { theme: string; forced: boolean; tokens: Tokens } | null = null;
  #shown: string;
  #fade: { before: HTMLCanvasElement; since: number } | null = null;
  /** The newest frame that was painted. */
  #frame: ViewFrame | null = null;
  /** What stands out in a frame, kept while only the view moves. */
  #standing: { frame: ViewFrame; layout: LayoutDocument; flaggedOnly: boolean; places: Standing } | null = null;

  constructor(canvas: HTMLCanvasElement, painting: Painting) {
    this.#canvas = canvas;
    this.#floor = new FloorPaint(canvas);
    this.#painting = painting;
    this.#shown = painting.shown.join();
  }

  /** Takes what is to be painted from now on; tells whether that is another picture. */
  set(painting: Painting): boolean {
    const before = this.#painting;
    this.#painting = painting;
    return (Object.keys(painting) as (keyof Painting)[]).some((key) => painting[key] !== before[key]);
  }

  /** Whether the newest frame is the first to show what the viewer asked for: that is not made to wait. */
  get awaited(): boolean {
    const [frame, before] = [this.#painting.frameSource.get(), this.#frame];
    return (
      frame?.signal !== before?.signal ||
      frame?.layout !== before?.layout ||
      frame?.filtered?.filter !== before?.filtered?.filter ||
      frame?.racks.join() !== before?.racks.join()
    );
  }

  /** Whether the newest frame has samples that were not painted yet, instead of older ones of the same. */
  get fresh(): boolean {
    return this.#painting.frameSource.get()?.sampled !== this.#frame?.sampled;
  }

  /** Paints once; false while a fade goes on. */
  readonly paint = (time: number): boolean => {
    const { floor, frameSource, stale, signal, layout, theme, shown, flaggedOnly } = this.#painting;
    if (floor.width === 0) return true;
    const frame = stale ? null : frameSource.get();
    // Under a signal that was just chosen the frame before must not be coloured: its picture stays until the next.
    if (frame && frame.layout === layout.version && frame.signal !== signal) return true;
    if (this.#shown !== shown.join()) this.#startFade(time);
    const ratio = window.devicePixelRatio || 1;
    this.#fit(ratio);
    const forced = matchMedia('(forced-colors: active)').matches;
    if (this.#tokens?.theme !== theme || this.#tokens.forced !== forced)
      this.#tokens = { theme, forced, tokens: resolveTokens(this.#canvas, TOKENS) };
    const usable = frame?.layout === layout.version ? frame : null;
    this.#frame = usable ?? this.#frame;
    const flagged = usable && this.#standingOut(layout, usable, flaggedOnly);
    this.#floor.paint({ ...this.#painting, frame: usable, flagged, tokens: this.#tokens.tokens, ratio, forced });
    return this.#fadeOver(time);
  };

  #standingOut(layout: LayoutDocument, frame: ViewFrame, flaggedOnly: boolean): Standing {
    const known = this.#standing;
    if (known?.frame === frame && known.layout === layout && known.flaggedOnly === flaggedOnly) return known.places;
    const places = standingOut(layout, frame, flaggedOnly);
    this.#standing = { frame, layout, flaggedOnly, places };
    return places;
  }

  #fit(ratio: number): void {
    const { floor } = this.#painting;
    const [width, height] = [Math.round(floor.width * ratio), Math.round(floor.height * ratio)];
    if (this.#canvas.width === width && this.#canvas.height === height) return;
    this.#canvas.width = width;
    this.#canvas.height = height;
  }

  #startFade(time: number): void {
    this.#shown = this.#painting.shown.join();
    const { width, height } = this.#canvas;
    if (matchMedia('(prefers-reduced-motion: reduce)').matches || width === 0) return;
    this.#canvas.dataset.fading = '';
    const before = document.createElement('canvas');
    before.width = width;
    before.height = height;
    before.getContext('2d')?.drawImage(this.#canvas, 0, 0);
    this.#fade = { before, since: time };
  }

  /** Draws the picture before over the new one, ever fainter; true once it is gone. */
  #fadeOver(time: number): boolean {
    if (!this.#fade) return true;
    const left = 1 - (time - this.#fade.since) / FADE_MS;
    const context = this.#canvas.getContext('2d');
    if (left <= 0 || !context) {
      this.#fade = null;
      delete this.#canvas.dataset.fading;
      return true;
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = left;
    context.drawImage(this.#fade.before, 0, 0);
    context.globalAlpha = 1;
    return false;
  }
}

/** Paints after every change of the view and every frame, in the page's one animation frame. */
export function usePainting(canvas: RefObject<HTMLCanvasElement | null>, painting: Painting): void {
  const easel = useRef<Easel | null>(null);
  const ask = useMemo(() => () => easel.current && requestPaint(easel.current.paint), []);
  useEffect(() => {
    if (!canvas.current) return;
    const first = easel.current === null;
    easel.current ??= new Easel(canvas.current, painting);
    // Moving the pointer renders the page around the plan; the plan itself stays as it is.
    if (easel.current.set(painting) || first) ask();
  });
  const { frameSource } = painting;
  useEffect(() => {
    // Apart, so that a frame in which something only grew older does not hold up new samples.
    const [fresh, aged] = [new Pace(RECOLOUR_MS, ask), new Pace(RECOLOUR_MS, ask)];
    const stop = frameSource.subscribe(() => {
      const pace = easel.current?.fresh ? fresh : aged;
      if (easel.current?.awaited) pace.now();
      else pace.ask();
    });
    ask();
    // Text is measured and drawn in our own font only once that has arrived.
    void document.fonts.ready.then(ask);
    const deaf = onForced(ask);
    return () => {
      deaf();
      stop();
      fresh.stop();
      aged.stop();
      if (easel.current) cancelPaint(easel.current.paint);
    };
  }, [frameSource, ask]);
}
