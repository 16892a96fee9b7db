import { memo, useMemo } from 'react';
import { CELL_NODATA, CELL_UNSUPPORTED } from '../../../shared/cells.ts';
import type { LayoutDocument, Severity, ViewFrame } from '../../../shared/contract.ts';
import { RACK } from '../../../shared/topology.ts';
import { paletteOf } from '../../draw/palette.ts';
import { severityAt } from '../overview/floor-plan/painter.ts';
import { labelOf } from '../places.ts';
import styles from './wall.module.css';
import { planWallMap, type WallCell, type WallLabel } from './wall-map.ts';

const WIDTH = 1192;
const HEIGHT = 834;
/** Strip of a cell that tells that some of its GPUs are silent, reference pixels. */
const STRIP = 30;

/** --nodata-bg and --nodata of the dark theme, which every wall has: in a picture of it a pattern knows no variables. */
const LOST = { ground: '#211d2e', lines: '#a597c9' } as const;

/**
 * Racks of all halls with whole percents, rows and halls with theirs; hatched where there is no data, outlined only while
 * the first numbers of a slide are `awaited`: nothing is lost then. Drawn with each frame and not with each second of the
 * clock beside it.
 */
export const WallMap = memo(function WallMap({ layout, frame, awaited }: Part & { readonly awaited: boolean }) {
  const plan = useMemo(() => planWallMap(layout, WIDTH, HEIGHT), [layout]);
  const words = frame ? `${spokenWorst(layout, frame)}` : awaited ? 'loading' : 'no data';
  return (
    <svg className={styles.map} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`Racks by row: ${words}`}>
      <defs>
        <pattern id="wall-lost" width="14" height="14" patternUnits="userSpaceOnUse">
          <rect width="14" height="14" fill={LOST.ground} />
          <path d="M-2 16 16 -2M-9 9 9 -9M5 23 23 5" stroke={LOST.lines} strokeWidth="1.4" />
        </pattern>
      </defs>
      {plan.cells.map((cell) => (
        <Cell key={cell.rack} {...{ cell, layout, frame, awaited }} numbers={plan.numbers} />
      ))}
      {plan.cells.map((cell) => (
        <Outline key={cell.rack} cell={cell} layout={layout} frame={frame} />
      ))}
      {plan.rows.map((label) => (
        <Label
          key={label.place}
          label={label}
          {...{ layout, frame, awaited }}
          name={layout.name[label.place]}
          hall={false}
        />
      ))}
      {plan.halls.map((label) => (
        <Label
          key={label.place}
          label={label}
          {...{ layout, frame, awaited }}
          name={labelOf(layout, label.place)}
          hall
        />
      ))}
    </svg>
  );
});

interface Part {
  readonly layout: LayoutDocument;
  readonly frame: ViewFrame | null;
}

function Cell(props: Part & { cell: WallCell; numbers: boolean; awaited: boolean }) {
  const { layout, frame, numbers, awaited } = props;
  const { rack, x, y, w, h } = props.cell;
  const byte = frame?.rackCells[rack - layout.start[RACK]] ?? (awaited ? CELL_UNSUPPORTED : CELL_NODATA);
  if (byte === CELL_NODATA) return <rect x={x} y={y} width={w} height={h} fill="url(#wall-lost)" />;
  if (frame === null || byte === CELL_UNSUPPORTED)
    return <rect x={x + 1} y={y + 1} width={w - 2} height={h - 2} fill="none" stroke="var(--line-3)" strokeWidth="2" />;
  const palette = paletteOf(frame.signal, 'dark', frame.signal === 'power' ? frame.warnRatio : undefined);
  const lost = frame.gpuLive[rack] < frame.gpuCount[rack];
  const strip = lost ? Math.min(STRIP, w / 3) : 0;
  const hot = severityAt(frame, layout, rack) === 'critical';
  const size = Math.min(hot ? 48 : 42, w * 0.5, h * 0.62);
  return (
    <>
      <rect x={x} y={y} width={w} height={h} fill={palette.color[byte]} />
      {strip > 0 ? <rect x={x + w - strip} y={y} width={strip} height={h} fill="url(#wall-lost)" /> : null}
      {numbers && size >= 20 ? (
        <text
          x={x + (w - strip) / 2}
          y={y + h / 2 + size * 0.35}
          fontSize={size}
          fontWeight={hot ? 650 : 500}
          fill={palette.inkColor[byte]}
          textAnchor="middle"
        >
          {percentOf(frame.value[rack])}
        </text>
      ) : null}
    </>
  );
}

/** What is critical has an outline, above all cells so that no neighbour covers it. */
function Outline({ cell, layout, frame }: Part & { cell: WallCell }) {
  if (frame === null || severityAt(frame, layout, cell.rack) !== 'critical' || cell.w < 12) return null;
  return (
    <rect
      x={cell.x - 3}
      y={cell.y - 3}
      width={cell.w + 6}
      height={cell.h + 6}
      fill="none"
      stroke="var(--crit)"
      strokeWidth="6"
    />
  );
}

const SHAPES: Readonly<Partial<Record<Severity, string>>> = {
  critical: 'M6 0 12 6 6 12 0 6Z',
  warning: 'M6 .6 12 11.2H0Z',
};

function Label(props: Part & { label: WallLabel; name: string; hall: boolean; awaited: boolean }) {
  const { label, layout, frame, name, hall } = props;
  const { place, left, right, y, size } = label;
  const severity = frame ? severityAt(frame, layout, place) : null;
  const color = severity === 'critical' ? 'var(--crit)' : severity === 'warning' && hall ? 'var(--warn)' : undefined;
  const value = frame ? percentOf(frame.value[place]) : props.awaited ? '' : '—';
  const shape = severity ? SHAPES[severity] : undefined;
  return (
    <>
      <text
        x={left}
        y={y}
        fontSize={size}
        fontWeight={hall ? 600 : color ? 650 : 500}
        fill={color && !hall ? color : hall ? 'var(--tx-1)' : 'var(--tx-2)'}
      >
        {name.length > 9 && !hall ? `…${name.slice(-8)}` : name}
      </text>
      <text
        x={right}
        y={y}
        fontSize={size}
        fontWeight={color ? 680 : 550}
        fill={color ?? 'var(--tx-1)'}
        textAnchor="end"
      >
        {value === '—' || value === '' ? value : `${value}%`}
      </text>
      {shape && color ? (
        <path
          d={shape}
          fill={color}
          transform={
            hall
              ? `translate(${right - (value.length + 1) * size * 0.74 - 46},${y - size * 0.85}) scale(2.8)`
              : `translate(${left - 34},${y - size * 0.62}) scale(2.2)`
          }
        />
      ) : null}
    </>
  );
}

/** Whole percents, cut and never rounded up to a limit; '—' for none. */
const percentOf = (value: number) => (Number.isNaN(value) ? '—' : String(Math.floor(value * 100 + 1e-4)));

function spokenWorst(layout: LayoutDocument, frame: ViewFrame): string {
  let worst = -1;
  for (let rack = layout.start[RACK]; rack < layout.start[RACK + 1]; rack++)
    if (!Number.isNaN(frame.value[rack]) && !(frame.value[rack] <= (frame.value[worst] ?? Number.NaN))) worst = rack;
  return worst < 0 ? 'no data' : `highest ${labelOf(layout, worst)}, ${percentOf(frame.value[worst])} percent`;
}
