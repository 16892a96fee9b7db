import { select, type ZoomTransform, zoom, zoomIdentity, zoomTransform } from 'd3';
import { type RefObject, useEffect, useMemo, useState } from 'react';
import type { LayoutDocument } from '../../../../shared/contract.ts';
import { RACK } from '../../../../shared/topology.ts';
import { type Box, type Floor, onScreen, rackOf, shiftInto, type View } from './layout.ts';

/** What keys and other panels do with the plan. */
export interface FloorPlanHandle {
  /** Around a place where its middle is seen, else around the middle of what is seen. */
  zoomBy(factor: number, place: number): void;
  fit(): void;
  zoomTo(place: number): void;
  /** Moves the floor just as far as the place needs to be seen; nothing where it is. */
  reveal(place: number): void;
}

const MOST_ZOOM = 40;
/** A rack that is zoomed to is at least this wide, so that its GPUs print their values. */
const READABLE = 176;

type Holder = RefObject<HTMLDivElement | null>;
type Extent = [[number, number], [number, number]];

/** Wheel, drag and keys move one transform: scale 1–40, never beyond the floor. */
export function useZoom(holder: Holder, floor: Floor, layout: LayoutDocument): { view: View; handle: FloorPlanHandle } {
  const [view, setView] = useState<ZoomTransform>(zoomIdentity);
  const behaviour = useMemo(
    () =>
      zoom<HTMLDivElement, unknown>()
        .scaleExtent([1, MOST_ZOOM])
        .on('zoom', ({ transform }) => setView(transform)),
    [],
  );
  const { width, height } = floor;
  useEffect(() => {
    const element = holder.current;
    if (!element || width === 0) return;
    behaviour.extent(extentOf(width, height)).translateExtent(extentOf(width, height));
    // Double click opens a place instead of zooming blindly.
    select(element).call(behaviour).on('dblclick.zoom', null);
    // After a change of size the transform may lie beyond the new floor: an empty move pulls it back.
    behaviour.translateBy(select(element), 0, 0);
    return () => {
      select(element).on('.zoom', null);
    };
  }, [holder, behaviour, width, height]);
  const handle = useMemo((): FloorPlanHandle => {
    const act = (run: (target: ReturnType<typeof select<HTMLDivElement, unknown>>) => void) => {
      if (holder.current) run(select(holder.current));
    };
    return {
      zoomBy: (factor, place) =>
        act((target) => {
          const world = floor.boxes.get(rackOf(layout, place));
          const middle = world && middleSeen(onScreen(world, zoomTransform(target.node() as Element)), floor);
          behaviour.scaleBy(target, factor, middle);
        }),
      fit: () => act((target) => behaviour.transform(target, zoomIdentity)),
      zoomTo: (place) =>
        act((target) => {
          const transform = transformTo(floor, layout, place);
          if (!transform) return;
          const all = extentOf(floor.width, floor.height);
          behaviour.transform(target, behaviour.constrain()(transform, all, all));
        }),
      reveal: (place) =>
        act((target) => {
          const view = zoomTransform(target.node() as Element);
          const world = floor.boxes.get(rackOf(layout, place));
          if (!world) return;
          const box = onScreen(world, view);
          const [dx, dy] = [shiftInto(box.x, box.w, floor.width), shiftInto(box.y, box.h, floor.height)];
          if (dx !== 0 || dy !== 0) behaviour.translateBy(target, dx / view.k, dy / view.k);
        }),
    };
  }, [holder, behaviour, floor, layout]);
  return { view, handle };
}

/** The middle of a box on the screen; undefined where it is out of sight. */
export function middleSeen(box: Box, { width, height }: Pick<Floor, 'width' | 'height'>): [number, number] | undefined {
  const [x, y] = [box.x + box.w / 2, box.y + box.h / 2];
  return x >= 0 && x <= width && y >= 0 && y <= height ? [x, y] : undefined;
}

const extentOf = (width: number, height: number): Extent => [
  [0, 0],
  [width, height],
];

/** The transform that shows a place: halls and rows whole, a rack wide enough to be read, from its top. */
function transformTo(floor: Floor, layout: LayoutDocument, place: number): ZoomTransform | undefined {
  const rack = rackOf(layout, place);
  const box = floor.boxes.get(rack);
  if (!box) return undefined;
  const whole = Math.min((floor.width * 0.8) / box.w, (floor.height * 0.8) / box.h);
  const readable = rack >= layout.start[RACK] ? Math.max(whole, Math.min(READABLE / box.w, whole * 2.5)) : whole;
  const k = Math.min(MOST_ZOOM, Math.max(1, readable));
  const top = Math.max(16, (floor.height - box.h * k) / 2);
  return zoomIdentity
    .translate(floor.width / 2, top)
    .scale(k)
    .translate(-(box.x + box.w / 2), -box.y);
}
