import { type Ref, useCallback, useEffect, useImperativeHandle, useMemo, useRef, useState } from 'react';
import type { LayoutDocument, WatchSignal } from '../../../../shared/contract.ts';
import { GPU, HALL } from '../../../../shared/topology.ts';
import type { FrameSource } from '../../../live/store.ts';
import type { Theme } from '../../../theme/theme.ts';
import { FloorGrid } from './FloorGrid.tsx';
import styles from './floor-plan.module.css';
import { placeAt } from './hit.ts';
import { type Detail, type Floor, floorOf, hallOf, hallsShown, racksInView, type Shown, type View } from './layout.ts';
import { usePainting } from './use-painting.ts';
import { type FloorPlanHandle, useZoom } from './use-zoom.ts';

export type { Detail, FloorPlanHandle };

interface Props {
  readonly ref?: Ref<FloorPlanHandle>;
  readonly layout: LayoutDocument;
  readonly frameSource: FrameSource;
  readonly signal: WatchSignal;
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

const MOST_RACKS = 64;

/** The floor plan: one canvas for cells and labels, a hidden grid for keyboard and speech. Frames come past React. */
export function FloorPlan(props: Props) {
  const { layout, frameSource, signal, detail, selected, theme, stale, flaggedOnly } = props;
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const size = useSize(holder);
  const floor = useMemo(() => floorOf(layout, size.width, size.height), [layout, size]);
  const { view, handle } = useZoom(holder, floor, layout);
  useImperativeHandle(props.ref, () => handle, [handle]);
  const shown = useShown(floor, view.k, detail);
  usePainting(canvas, { layout, floor, signal, theme, shown, view, selected, flaggedOnly, stale, frameSource });
  useWatchedRacks(shown, layout, floor, view, props.onWatch);
  const point = (event: React.PointerEvent | React.MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return placeAt(layout, floor, view, shown, event.clientX - box.left, event.clientY - box.top);
  };
  const onReach = useLatest((place: number) => {
    props.onSelect(place);
    handle.reveal(place);
  });
  const onOpen = useLatest((place: number) => {
    props.onOpen(place);
    handle.zoomTo(place);
  });
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the grid inside has every key.
    <div
      ref={holder}
      className={styles.plan}
      onClick={(event) => props.onSelect(point(event))}
      onDoubleClick={(event) => onOpen(point(event))}
      onPointerMove={(event) => props.onHover(point(event))}
      onPointerLeave={() => props.onHover(-1)}
    >
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus; the grid below is its twin. */}
      <canvas
        ref={canvas}
        className={styles.canvas}
        aria-hidden="true"
        data-shown={shown[0]}
        data-cells={layout.start[GPU + 1] - layout.start[GPU]}
      />
      <FloorGrid {...{ layout, frameSource, selected, stale, onReach, onOpen }} />
    </div>
  );
}

/** A function that stays the same and calls the newest one: what takes it is not drawn anew with every render. */
function useLatest(run: (place: number) => void): (place: number) => void {
  const newest = useRef(run);
  newest.current = run;
  return useCallback((place) => newest.current(place), []);
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

/** The halls' levels of detail: the same array while they stay the same. */
function useShown(floor: Floor, k: number, detail: Detail): readonly Shown[] {
  const key = hallsShown(floor, k, detail).join();
  return useMemo(() => key.split(',') as Shown[], [key]);
}

/** Tells which racks' values are printed, when that changes. */
function useWatchedRacks(
  shown: readonly Shown[],
  layout: LayoutDocument,
  floor: Floor,
  view: View,
  onWatch: Props['onWatch'],
): void {
  const printed = (rack: number) => shown[hallOf(layout, rack) - layout.start[HALL]] === 'value';
  const racks = shown.includes('value') ? racksInView(layout, floor, view).filter(printed) : [];
  const key = racks.slice(0, MOST_RACKS).join(' ');
  const tell = useRef(onWatch);
  tell.current = onWatch;
  useEffect(() => tell.current(key === '' ? [] : key.split(' ').map(Number)), [key]);
}
