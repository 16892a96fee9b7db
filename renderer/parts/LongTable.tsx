import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import styles from './long-table.module.css';

/** A table that scrolls both ways. */
export function TableScroller({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className={styles.scroll} tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}

const ROW_HEIGHT = 27;

/** A table of many rows, of which only those in view are in the page. */
export function LongTable(props: { label: string; count: number; head: ReactNode; row: (index: number) => ReactNode }) {
  const scroller = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: props.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  });
  const items = rows.getVirtualItems();
  const [above, below] = [items[0]?.start ?? 0, rows.getTotalSize() - (items.at(-1)?.end ?? 0)];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section ref={scroller} className={styles.tall} tabIndex={0} aria-label={props.label}>
      <table aria-rowcount={props.count + 1}>
        <thead>{props.head}</thead>
        <tbody>
          {above > 0 ? (
            <tr>
              <td style={{ height: above }} />
            </tr>
          ) : null}
          {items.map(({ index }) => (
            <tr key={index} aria-rowindex={index + 2}>
              {props.row(index)}
            </tr>
          ))}
          {below > 0 ? (
            <tr>
              <td style={{ height: below }} />
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  );
}
