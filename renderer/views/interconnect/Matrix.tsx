import { useEffect, useMemo, useRef, useState } from 'react';
import { cellOfRatio } from '../../../shared/cells.ts';
import type { FabricMatrix } from '../../../shared/fabric/matrix.ts';
import { FULL, WAITS } from '../../../shared/fabric.ts';
import { formatPercent } from '../../../shared/format.ts';
import { resolveTokens, useForced } from '../../draw/forced.ts';
import { cancelPaint, requestPaint } from '../../draw/frame-loop.ts';
import { inkOn, paletteOf } from '../../draw/palette.ts';
import { useSize } from '../../draw/use-size.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import type { Theme } from '../../theme/theme.ts';
import styles from './interconnect.module.css';
import type { Cursor } from './interconnect-state.ts';
import { MatrixGrid } from './MatrixGrid.tsx';
import { cellAt, FOOT, HEAD, layMatrix, type MatrixLayout } from './matrix-layout.ts';
import { COLORS, paintMatrix, shown } from './paint-matrix.ts';
import { type RowWindow, useRowWindow } from './row-window.ts';
import { bare, compact, type Direction, rowWord, tellsMarks } from './words.ts';

interface Props {
  readonly matrix: FabricMatrix;
  readonly direction: Direction;
  readonly theme: Theme;
  readonly stale: boolean;
  readonly selected: number;
  /** It was chosen by the viewer, and is not only the worst. */
  readonly outlined: boolean;
  readonly cursor: Cursor | null;
  readonly only: ReadonlySet<number> | null;
  readonly onCursor: (cursor: Cursor | null) => void;
  readonly onSelect: (row: number) => void;
  readonly onOpen: (row: number) => void;
}

/** Rows × columns of cells on a canvas with their words around it; the means of the columns stay on top. */
export function Matrix(props: Props) {
  const { matrix, selected } = props;
  const holder = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const size = useSize(holder);
  const layout = useMemo(() => layMatrix(matrix, size.width, size.height), [matrix, size]);
  const drawn = useRowWindow(holder, size.height, layout.rowHeight, matrix.rows.length);
  const reveal = (row: number) => {
    const scroller = holder.current;
    if (!scroller || row < 0) return;
    const top = row * layout.rowHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    const end = top + layout.rowHeight + HEAD + FOOT;
    if (end > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = end - scroller.clientHeight;
  };
  const point = (event: React.PointerEvent | React.MouseEvent) => {
    const box = (rows.current as HTMLDivElement).getBoundingClientRect();
    return cellAt(matrix, layout, event.clientX - box.left, event.clientY - box.top);
  };
  return (
    <div ref={holder} className={styles.matrix}>
      {size.width === 0 ? null : (
        <>
          <Head {...props} layout={layout} width={size.width} />
          {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: the grid inside has every key. */}
          <div
            ref={rows}
            className={styles.rows}
            style={{ height: layout.height }}
            onPointerMove={(event) => props.onCursor(point(event))}
            onPointerLeave={() => props.onCursor(null)}
            onClick={(event) => {
              const at = point(event);
              if (at !== null) props.onSelect(at.row);
            }}
            onDoubleClick={(event) => {
              const at = point(event);
              if (at !== null) props.onOpen(at.row);
            }}
          >
            <Cells {...props} {...{ layout, drawn }} width={size.width} />
            <Words {...props} {...{ layout, drawn }} width={size.width} />
          </div>
          <MatrixGrid
            matrix={matrix}
            selected={selected}
            onReach={(at) => {
              props.onCursor(at);
              props.onSelect(at.row);
              reveal(at.row);
            }}
            onOpen={props.onOpen}
          />
        </>
      )}
    </div>
  );
}

type Part = Props & { readonly layout: MatrixLayout; readonly width: number };

type Drawn = Part & { readonly drawn: RowWindow };

/** Means of the columns: a bar, the number, the name. */
function Head({ matrix, direction, theme, stale, layout, width }: Part) {
  const means = direction === 'rx' ? matrix.columnRx : matrix.columnTx;
  const unit = direction === 'rx' ? 'Mean receive %' : 'Mean use %';
  const total = matrix.word === 'leaf' ? 'Spine total' : 'Column total';
  const gap = layout.cellWidth > 8 ? 2 : 1;
  const wide = layout.cellWidth - gap;
  return (
    <svg className={styles.head} width={width} height={HEAD} aria-hidden="true">
      <text x={12} y={28} className={styles.quiet}>
        {total}
      </text>
      <text x={12} y={62} className={styles.quiet}>
        {unit}
      </text>
      {matrix.columns.map((name, column) => {
        const mean = stale ? null : means[column];
        const x = layout.left + column * layout.cellWidth;
        const named = column % layout.nameEvery === 0;
        const height = 30 * Math.min(1, mean ?? 0);
        return (
          <g key={name}>
            <rect x={x} y={12} width={wide} height={30} className={styles.track} />
            {mean === null ? null : (
              <rect
                x={x}
                y={42 - height}
                width={wide}
                height={height}
                fill={paletteOf('nic', theme).color[cellOfRatio(mean)]}
              />
            )}
            {named ? (
              <>
                <text x={x + wide / 2} y={62} className={styles.mean}>
                  {mean === null ? '—' : bare(mean, 0)}
                </text>
                <text x={x + wide / 2} y={76} className={styles.column}>
                  {shortName(name)}
                </text>
              </>
            ) : null}
          </g>
        );
      })}
      <BarHeads matrix={matrix} layout={layout} width={width} />
    </svg>
  );
}

function BarHeads({ matrix, layout, width }: { matrix: FabricMatrix; layout: MatrixLayout; width: number }) {
  const [first, second] = tellsMarks(matrix)
    ? ['ECN marks, PFC', 'pauses per s']
    : matrix.waitKnown
      ? ['Transmit wait', '% of time']
      : matrix.ticksKnown
        ? ['Transmit wait', 'raw ticks/s']
        : ['', ''];
  return (
    <>
      <text x={layout.useX} y={62} className={styles.quiet}>
        {`${rowWord(matrix.word)} ${matrix.word === 'leaf' ? 'uplinks' : 'links'}`}
      </text>
      <text x={layout.useX} y={76} className={styles.quiet}>
        Use %
      </text>
      <text x={width - 14} y={62} className={styles.quietEnd}>
        {first}
      </text>
      <text x={width - 14} y={76} className={styles.quietEnd}>
        {second}
      </text>
    </>
  );
}

/** "spine-A-01" is "s01" where columns are narrow: the first letter and the number. */
function shortName(name: string): string {
  const number = /(\d+)$/.exec(name)?.[1];
  return name.length <= 4 || number === undefined ? name.slice(0, 6) : `${name.charAt(0)}${number}`;
}

/** The canvas: painted with new numbers, a new size or a new theme, in the page's one animation frame. */
function Cells({ matrix, layout, drawn, direction, theme, stale, only, width }: Drawn) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const forced = useForced();
  const [ratio, setRatio] = useState(() => window.devicePixelRatio || 1);
  const top = drawn.first * layout.rowHeight;
  const height = Math.min(layout.height - top, (drawn.end - drawn.first) * layout.rowHeight + FOOT);
  useEffect(() => {
    const follow = () => setRatio(window.devicePixelRatio || 1);
    window.addEventListener('resize', follow);
    return () => window.removeEventListener('resize', follow);
  }, []);
  useEffect(() => {
    const paint = () => {
      const element = canvas.current;
      const context = element?.getContext('2d');
      if (!element || !context) return true;
      const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (element.width !== w || element.height !== h) [element.width, element.height] = [w, h];
      context.setTransform(ratio, 0, 0, ratio, 0, -top * ratio);
      context.clearRect(0, top, width, height);
      const colors = resolveTokens(element, COLORS);
      paintMatrix(context, { matrix, layout, direction, theme, forced, stale, only, colors }, drawn);
      return true;
    };
    requestPaint(paint);
    return () => cancelPaint(paint);
  }, [matrix, layout, drawn, direction, theme, forced, stale, only, width, top, height, ratio]);
  return (
    // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus; the grid is its twin.
    <canvas
      ref={canvas}
      className={styles.canvas}
      style={{ top, height }}
      aria-hidden="true"
      data-cells={matrix.state.length}
    />
  );
}

/** Names, numbers, glyphs, rules between groups, outlines of what is saturated or chosen. */
function Words(props: Drawn) {
  const { matrix, layout, drawn, width, stale, selected, cursor } = props;
  // Where colours are the system's, or few, numbers tell what they cannot.
  const every = useForced() || props.theme === 'contrast';
  const limitX = layout.waitX + (WAITS / layout.waitScale) * layout.waitWidth;
  const bottom = matrix.rows.length * layout.rowHeight;
  const rows = Array.from({ length: drawn.end - drawn.first }, (_, i) => drawn.first + i);
  return (
    <svg className={styles.words} width={width} height={layout.height} aria-hidden="true">
      {rows.map((index) => (
        <RowWords key={matrix.rows[index].key} {...props} row={index} />
      ))}
      {matrix.waitKnown && !stale ? (
        <>
          <line x1={limitX} x2={limitX} y1={0} y2={bottom} className={styles.limit} />
          <text x={limitX} y={bottom + 12} className={styles.limitText}>
            limit 5
          </text>
        </>
      ) : null}
      {stale
        ? null
        : rows.map((index) => <Outlines key={matrix.rows[index].key} {...props} {...{ every }} row={index} />)}
      {selected < 0 || !props.outlined ? null : (
        <rect
          className={styles.selected}
          x={layout.left - 5}
          y={selected * layout.rowHeight - 5}
          width={layout.gridWidth + 8}
          height={layout.rowHeight + 8}
        />
      )}
      {cursor === null || cursor.column < 0 ? null : (
        <rect
          className={styles.cursor}
          x={layout.left + cursor.column * layout.cellWidth - 1}
          y={cursor.row * layout.rowHeight - 1}
          width={layout.cellWidth}
          height={layout.rowHeight}
        />
      )}
    </svg>
  );
}

function RowWords({ matrix, layout, width, stale, direction, selected, row }: Part & { row: number }) {
  const one = matrix.rows[row];
  const y = row * layout.rowHeight;
  const base = y + layout.rowHeight / 2 + 3.5;
  const severity = stale ? 'nodata' : one.severity;
  const hot = severity === 'critical' || row === selected;
  const use = direction === 'rx' ? one.rx : one.tx;
  const rule = row > 0 && one.group !== matrix.rows[row - 1].group;
  return (
    <g>
      {rule ? <line x1={8} x2={width - 8} y1={y - 1.5} y2={y - 1.5} className={styles.rule} /> : null}
      {severity === null ? null : (
        <g transform={`translate(8,${y + layout.rowHeight / 2 - 6.5})`}>
          <Glyph severity={severity} size={12} named={false} />
        </g>
      )}
      <text x={layout.left - 10} y={base} className={hot ? styles.nameHot : styles.name}>
        {one.name.length > 18 ? `${one.name.slice(0, 17)}…` : one.name}
      </text>
      <text x={layout.useX + layout.useWidth + 6} y={base} className={hot ? styles.numberHot : styles.number}>
        {stale || use === null ? '—' : bare(use, 0)}
      </text>
      <text x={width - 14} y={base} className={!stale && (one.wait ?? 0) > WAITS ? styles.waitHot : styles.wait}>
        {stale ? '—' : endText(matrix, row)}
      </text>
    </g>
  );
}

/** Wait as a share, raw ticks, or for Ethernet marks and pauses. */
function endText(matrix: FabricMatrix, row: number): string {
  const { wait, ticks, ecn, pfc } = matrix.rows[row];
  if (tellsMarks(matrix)) return ecn === null && pfc === null ? '' : `${compact(ecn)}, ${compact(pfc)}`;
  if (wait !== null) return bare(wait, 1);
  return matrix.waitKnown || matrix.ticksKnown ? compact(ticks) : '';
}

/** A saturated row has one outline and its percentages printed; single saturated cells have their own. @param every cell's percentage is printed */
function Outlines({ matrix, layout, direction, theme, row, every }: Part & { row: number; every: boolean }) {
  const one = matrix.rows[row];
  const critical = one.severity === 'critical';
  if (!critical && !every) return null;
  const columns = matrix.columns.length;
  const y = row * layout.rowHeight;
  const full = matrix.kind === 'ethernet' || ((one.tx ?? 0) >= FULL && (one.wait ?? 0) > WAITS);
  const whole = critical && full;
  const printed = layout.cellWidth >= 22 && layout.rowHeight >= 13;
  return (
    <g>
      {matrix.columns.map((name, column) => {
        const at = row * columns + column;
        const value = shown(direction, matrix.tx[at], matrix.rx[at], matrix.wait[at]);
        const hot = whole || (critical && (matrix.tx[at] ?? 0) >= FULL);
        // The upper half of a cell with a link down is empty: there is no room for letters.
        if (value === null || !(hot || (every && matrix.state[at] === 1))) return null;
        const x = layout.left + column * layout.cellWidth;
        const real = direction === 'wait' ? matrix.wait[at] : value;
        const saturated = hot && (matrix.wait[at] ?? 0) > WAITS;
        return (
          <g key={name}>
            {!whole && saturated ? (
              <rect
                x={x - 2}
                y={y - 2}
                width={layout.cellWidth + 2}
                height={layout.rowHeight + 2}
                className={styles.crit}
              />
            ) : null}
            {printed ? (
              <text
                x={x + (layout.cellWidth - 2) / 2}
                y={y + layout.rowHeight / 2 + 3}
                className={styles.printed}
                data-printed
                style={{ fill: inkOn(paletteOf('nic', theme).color[cellOfRatio(value)]) }}
              >
                {formatPercent(real, 0).replace('%', '')}
              </text>
            ) : null}
          </g>
        );
      })}
      {whole ? (
        <rect
          x={layout.left - 2.5}
          y={y - 2.5}
          width={layout.gridWidth + 3}
          height={layout.rowHeight + 3}
          className={styles.crit}
        />
      ) : null}
    </g>
  );
}
