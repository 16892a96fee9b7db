import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import type { LayoutDocument, ViewSignal, WatchSignal } from '../../../../shared/contract.ts';
import { type SignalId, signalOf } from '../../../../shared/signals/catalogue.ts';
import { NODE, RACK } from '../../../../shared/topology.ts';
import type { FrameSource } from '../../../live/store.ts';
import { budgetedRacks } from '../signals.ts';
import styles from './floor-plan.module.css';
import { wordsOf } from './rack-words.ts';

const ROW_HEIGHT = 27;
const VALUE: Readonly<Record<ViewSignal, string>> = {
  power: 'Of budget, %',
  util: 'GPU use, median %',
  temp: 'Of slowdown °C, %',
  throttle: 'GPUs held, %',
  nvlink: 'NVLink of peak, %',
  nic: 'Busiest port, %',
};

/** What has no budget is shown by the limits of its boards. */
function valueHeading(signal: WatchSignal, layout: LayoutDocument): string {
  const budgeted = signal === 'power' ? budgetedRacks(layout) : 'all';
  if (budgeted !== 'all') return budgeted === 'none' ? 'Of board limits, %' : 'Of budget or board limits, %';
  return VALUE[signal as ViewSignal] ?? signalOf(signal as SignalId).label;
}

/** The floor plan's numbers as a table, one row a rack; only the rows in view are in the page. */
export function FloorPlanTable(props: {
  layout: LayoutDocument;
  frameSource: FrameSource;
  signal: WatchSignal;
  stale: boolean;
}) {
  const { layout, frameSource, signal, stale } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [, redraw] = useState(0);
  useEffect(() => frameSource.subscribe(() => redraw((count) => count + 1)), [frameSource]);
  const first = layout.start[RACK];
  const count = layout.start[NODE] - first;
  const rows = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const frame = stale ? null : frameSource.get();
  const items = rows.getVirtualItems();
  const [above, below] = [items[0]?.start ?? 0, rows.getTotalSize() - (items.at(-1)?.end ?? 0)];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section ref={scroller} className={styles.table} tabIndex={0} aria-label="Racks">
      <table aria-rowcount={count + 1}>
        <thead>
          <tr>
            <th scope="col">Hall</th>
            <th scope="col">Row</th>
            <th scope="col">Rack</th>
            <th scope="col" className={styles.right}>
              Draw
            </th>
            <th scope="col" className={styles.right}>
              {valueHeading(signal, layout)}
            </th>
            <th scope="col">State</th>
            <th scope="col" className={styles.right}>
              GPUs reporting
            </th>
            <th scope="col" className={styles.right}>
              Age
            </th>
          </tr>
        </thead>
        <tbody>
          {above > 0 ? (
            <tr className={styles.spacer}>
              <td style={{ height: above }} />
            </tr>
          ) : null}
          {items.map(({ index }) => {
            const rack = first + index;
            const row = layout.parent[rack];
            const words = wordsOf(layout, frame, rack);
            return (
              <tr key={rack} aria-rowindex={index + 2}>
                <td>{layout.name[layout.parent[row]]}</td>
                <td>{layout.name[row]}</td>
                <td>{layout.name[rack]}</td>
                <td className={styles.right}>{words.draw}</td>
                <td className={styles.right}>{words.share.replace('%', '')}</td>
                <td>{words.severity}</td>
                <td className={styles.right}>{words.reporting}</td>
                <td className={styles.right}>{words.age}</td>
              </tr>
            );
          })}
          {below > 0 ? (
            <tr className={styles.spacer}>
              <td style={{ height: below }} />
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  );
}
