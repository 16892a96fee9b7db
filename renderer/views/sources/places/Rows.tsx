import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef } from 'react';
import styles from './places.module.css';

const ROW_HEIGHT = 27;

/** A table of any length of which only the rows in view are in the page. */
export function Rows(props: {
  label: string;
  columns: readonly { readonly name: string; readonly right?: boolean }[];
  count: number;
  row: (index: number) => ReactNode;
  empty: string;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: props.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const items = rows.getVirtualItems();
  const [above, below] = [items[0]?.start ?? 0, rows.getTotalSize() - (items.at(-1)?.end ?? 0)];
  const spacer = (height: number) =>
    height > 0 ? (
      <tr className={styles.spacer}>
        <td style={{ height }} colSpan={props.columns.length} />
      </tr>
    ) : null;
  if (props.count === 0) return props.empty === '' ? null : <p className={styles.quiet}>{props.empty}</p>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section ref={scroller} className={styles.table} tabIndex={0} aria-label={`${props.label}, scrolls`}>
      <table aria-label={props.label} aria-rowcount={props.count + 1}>
        <thead>
          <tr>
            {props.columns.map(({ name, right }) => (
              <th key={name} scope="col" className={right ? styles.right : undefined}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {spacer(above)}
          {items.map(({ index }) => props.row(index))}
          {spacer(below)}
        </tbody>
      </table>
    </section>
  );
}
