import { select, type ZoomTransform, zoom, zoomIdentity } from 'd3';
import { type Ref, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react';
import type { LayoutDocument, ViewSignal } from '../../../../shared/contract.ts';
import { GPU, NODE, RACK } from '../../../../shared/topology.ts';
import { cancelPaint, requestPaint } from '../../../draw/frame-loop.ts';
import type { FrameSource } from '../../../live/store.ts';
import type { Theme } from '../../../theme/theme.ts';
import { FloorGrid } from './FloorGrid.tsx';
import styles from './floor-plan.module.css';
import { type Floor, floorOf, placeAt, type Shown, shownAt } from './layout.ts';
import { paintFloor, type Scene, type Tokens } from './paint.ts';

/** How much racks show: by their width on the screen, or forced. */
export type Detail = 'auto' | 'rack' | 'node' | 'gpu';

/** What keys and other panels do with the plan. */
export interface FloorPlanHandle {
  zoomBy(factor: number): void;
  fit(): void;
  zoomTo(place: number): void;
}

interface Props {
  readonly ref?: Ref<FloorPlanHandle>;
  readonly layout: LayoutDocument;
  readonly frameSource: FrameSource;
  readonly signal: ViewSignal;
  readonly detail: Detail;
  readonly selected: number;
  readonly onSelect: (place: number) => void;
  readonly onOpen: (place: number) => void;
  readonly onHover: (place: number) => void;
  /** Racks whose GPUs' values are printed now, at most 64. */
  readonly onWatch: (racks: readonly number[]) => void;
  readonly theme: Theme;
  readonly stale: boolean;
  readonly flaggedOnly: boolean;
}

const MOST_ZOOM = 40;
const MOST_RACKS = 64;
const FADE_MS = 180;
const TOKENS = [
  'bg-1',
  'line-1',
  'line-2',
  'line-3',
  'tx-1',
  'tx-2',
  'tx-3',
  'crit',
  'warn',
  'crit-on',
  'warn-on',
  'nodata',
  'nodata-bg',
] as const;

function readTokens(element: Element): Tokens {
  const style = getComputedStyle(element);
  return Object.fromEntries(TOKENS.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Tokens;
}

/** The floor plan: one canvas for cells and labels, a hidden grid for keyboard and speech. Frames come past React. */
export function FloorPlan(props: Props) {
  const { layout, frameSource, signal, detail, selected, theme, stale, flaggedOnly } = props;
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(holder);
  const floor = useMemo(() => floorOf(layout, size.width, size.height), [layout, size]);
  const { view, handle } = useZoom(holder, floor, layout);
  useImperativeHandle(props.ref, () => handle, [handle]);
  const shown = shownAt(floor.rackWidth * view.k, detail);
  usePainting(canvas, { layout, floor, signal, theme, shown, view, selected, flaggedOnly, stale, frameSource });
  useWatchedRacks(shown, layout, floor, view, props.onWatch);
  const point = usePointer(layout, floor, view, shown);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the grid inside has every key.
    <div
      ref={holder}
      className={styles.plan}
      onClick={(event) => props.onSelect(point(event))}
      onDoubleClick={(event) => {
        const place = point(event);
        props.onOpen(place);
        handle.zoomTo(place);
      }}
      onPointerMove={(event) => props.onHover(point(event))}
      onPointerLeave={() => props.onHover(-1)}
    >
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus; the grid below is its twin. */}
      <canvas
        ref={canvas}
        className={styles.canvas}
        aria-hidden="true"
        data-shown={shown}
        data-cells={layout.start[GPU + 1] - layout.start[GPU]}
      />
      <FloorGrid
        layout={layout}
        frameSource={frameSource}
        selected={selected}
        stale={stale}
        onSelect={props.onSelect}
        onOpen={(place) => {
          props.onOpen(place);
          handle.zoomTo(place);
        }}
      />
    </div>
  );
}

/** Size of the panel in CSS pixels; 0 × 0 until it stands. */
function useSize(holder: React.RefObject<HTMLDivElement | null>) {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = holder.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setSize({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, [holder]);
  return size;
}

/** Wheel, drag and keys move one transform: scale 1–40, never beyond the floor. */
function useZoom(holder: React.RefObject<HTMLDivElement | null>, floor: Floor, layout: LayoutDocument) {
  const [view, setView] = useState<ZoomTransform>(zoomIdentity);
  const behaviour = useMemo(
    () =>
      zoom<HTMLDivElement, unknown>()
        .scaleExtent([1, MOST_ZOOM])
        .on('zoom', ({ transform }) => setView(transform)),
    [],
  );
  useEffect(() => {
    const element = holder.current;
    if (!element || floor.width === 0) return;
    behaviour
      .extent([
        [0, 0],
        [floor.width, floor.height],
      ])
      .translateExtent([
        [0, 0],
        [floor.width, floor.height],
      ]);
    // Double click opens a place instead of zooming blindly.
    select(element).call(behaviour).on('dblclick.zoom', null);
    return () => {
      select(element).on('.zoom', null);
    };
  }, [holder, behaviour, floor.width, floor.height]);
  const handle = useMemo((): FloorPlanHandle => {
    const to = (act: (element: HTMLDivElement) => void) => {
      if (holder.current) act(holder.current);
    };
    return {
      zoomBy: (factor) => to((element) => behaviour.scaleBy(select(element), factor)),
      fit: () => to((element) => behaviour.transform(select(element), zoomIdentity)),
      zoomTo: (place) =>
        to((element) => {
          const box = floor.boxes.get(
            place >= layout.start[GPU]
              ? layout.parent[layout.parent[place]]
              : place >= layout.start[NODE]
                ? layout.parent[place]
                : place,
          );
          if (!box) return;
          const k = Math.min(
            MOST_ZOOM,
            Math.max(1, Math.min((floor.width * 0.8) / box.w, (floor.height * 0.8) / box.h)),
          );
          const transform = zoomIdentity
            .translate(floor.width / 2, floor.height / 2)
            .scale(k)
            .translate(-(box.x + box.w / 2), -(box.y + box.h / 2));
          behaviour.transform(
            select(element),
            behaviour.constrain()(
              transform,
              [
                [0, 0],
                [floor.width, floor.height],
              ],
              [
                [0, 0],
                [floor.width, floor.height],
              ],
            ),
          );
        }),
    };
  }, [holder, behaviour, floor, layout]);
  return { view, handle };
}

/** The place under a pointer event. */
function usePointer(layout: LayoutDocument, floor: Floor, view: ZoomTransform, shown: Shown) {
  return (event: React.PointerEvent | React.MouseEvent): number => {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = view.invert([event.clientX - box.left, event.clientY - box.top]);
    return placeAt(layout, floor, x, y, shown === 'gpu' || shown === 'value');
  };
}

/** Tells which racks' values are printed, when that changes. */
function useWatchedRacks(
  shown: Shown,
  layout: LayoutDocument,
  floor: Floor,
  view: ZoomTransform,
  onWatch: Props['onWatch'],
) {
  const racks: number[] = [];
  if (shown === 'value') {
    for (let rack = layout.start[RACK]; rack < layout.start[NODE] && racks.length < MOST_RACKS; rack++) {
      const box = floor.boxes.get(rack);
      if (!box) continue;
      const [x, y] = view.apply([box.x, box.y]);
      if (x < floor.width && y < floor.height && x + box.w * view.k > 0 && y + box.h * view.k > 0) racks.push(rack);
    }
  }
  const key = racks.join(' ');
  const tell = useRef(onWatch);
  tell.current = onWatch;
  useEffect(() => tell.current(key === '' ? [] : key.split(' ').map(Number)), [key]);
}

type Painting = Omit<Scene, 'frame' | 'tokens' | 'ratio'> & {
  readonly stale: boolean;
  readonly frameSource: FrameSource;
};

/** Paints after every change and every frame, in the page's one animation frame. A new level of detail fades in. */
function usePainting(canvas: React.RefObject<HTMLCanvasElement | null>, painting: Painting) {
  const state = useRef({
    painting,
    faded: 0,
    before: null as HTMLCanvasElement | null,
    shown: painting.shown,
    tokens: null as Tokens | null,
    theme: '',
  });
  state.current.painting = painting;
  const paint = useMemo(
    () =>
      (time: number): boolean => {
        const element = canvas.current;
        const now = state.current;
        const { floor, frameSource, stale } = now.painting;
        if (!element || floor.width === 0) return true;
        if (now.theme !== now.painting.theme || !now.tokens) {
          now.tokens = readTokens(element);
          now.theme = now.painting.theme;
        }
        if (now.shown !== now.painting.shown) startFade(now, element, time);
        const ratio = window.devicePixelRatio || 1;
        fitCanvas(element, floor, ratio);
        const frame = frameSource.get();
        const usable =
          !stale &&
          frame !== null &&
          frame.signal === now.painting.signal &&
          frame.layout === now.painting.layout.version;
        // A frame of the signal before is not shown under the new one's colours: the last picture stays for a moment.
        if (frame && !stale && !usable && frame.layout === now.painting.layout.version && now.before === null)
          return true;
        paintFloor(element, { ...now.painting, frame: usable ? frame : null, tokens: now.tokens, ratio });
        return fade(now, element, time);
      },
    [canvas],
  );
  useEffect(() => {
    requestPaint(paint);
  });
  useEffect(() => {
    const repaint = () => requestPaint(paint);
    const stop = painting.frameSource.subscribe(repaint);
    // Text is measured and drawn in our own font only once that has arrived.
    void document.fonts.ready.then(repaint);
    return () => {
      stop();
      cancelPaint(paint);
    };
  }, [painting.frameSource, paint]);
}

interface Fading {
  faded: number;
  before: HTMLCanvasElement | null;
  shown: Shown;
  readonly painting: Painting;
}

function startFade(now: Fading, element: HTMLCanvasElement, time: number): void {
  now.shown = now.painting.shown;
  if (matchMedia('(prefers-reduced-motion: reduce)').matches || element.width === 0) return;
  const copy = document.createElement('canvas');
  copy.width = element.width;
  copy.height = element.height;
  copy.getContext('2d')?.drawImage(element, 0, 0);
  now.before = copy;
  now.faded = time;
}

/** Draws the picture before over the new one, ever fainter; true once it is gone. */
function fade(now: Fading, element: HTMLCanvasElement, time: number): boolean {
  if (!now.before) return true;
  const left = 1 - (time - now.faded) / FADE_MS;
  if (left <= 0) {
    now.before = null;
    return true;
  }
  const context = element.getContext('2d');
  context?.setTransform(1, 0, 0, 1, 0, 0);
  if (context) context.globalAlpha = left;
  context?.drawImage(now.before, 0, 0);
  if (context) context.globalAlpha = 1;
  return false;
}

function fitCanvas(element: HTMLCanvasElement, floor: Floor, ratio: number): void {
  const [width, height] = [Math.round(floor.width * ratio), Math.round(floor.height * ratio)];
  if (element.width === width && element.height === height) return;
  element.width = width;
  element.height = height;
}
