import { useEffect, useMemo, useRef, useState } from 'react';
import { cellOfRatio } from '../../../shared/cells.ts';
import type { DomainStrip } from '../../../shared/fabric/overview.ts';
import { formatPercent } from '../../../shared/format.ts';
import type { TableDocument } from '../../../shared/tables/document.ts';
import { cancelPaint, requestPaint } from '../../draw/frame-loop.ts';
import { paletteOf } from '../../draw/palette.ts';
import { useSize } from '../../draw/use-size.ts';
import { useSavable } from '../../save/savable.ts';
import type { Theme } from '../../theme/theme.ts';
import styles from './interconnect.module.css';
import { readColors } from './Matrix.tsx';
import { type Colors, hatch, isFaint, outline } from './paint-matrix.ts';
import { compact } from './words.ts';

/** Cells in a line before a strip takes another one. */
const ACROSS = 28;
const MOST_LINES = 8;
/** Strips that are drawn; the saved table has them all. */
export const MOST_STRIPS = 6;

interface Box {
  readonly top: number;
  readonly height: number;
  readonly across: number;
  readonly lines: number;
}

/** Heights by the number of lines, spread over the panel with equal room between. */
function boxesOf(strips: readonly DomainStrip[], height: number): readonly Box[] {
  const lines = strips.map(({ cells }) => Math.min(MOST_LINES, Math.max(1, Math.ceil(cells.length / ACROSS))));
  const wish = lines.map((count) => (count === 1 ? 32 : count * 22));
  const whole = wish.reduce((sum, one) => sum + one, 0);
  const room = height - 14 * (strips.length + 1);
  const scale = Math.min(1, room / Math.max(1, whole));
  const gap = (height - whole * scale) / (strips.length + 1);
  let top = 0;
  return strips.map(({ cells }, index) => {
    top += gap;
    const box = {
      top,
      height: wish[index] * scale,
      across: Math.ceil(cells.length / lines[index]),
      lines: lines[index],
    };
    top += box.height;
    return box;
  });
}

function domainTable(strips: readonly DomainStrip[]): TableDocument {
  const cells = strips.flatMap(({ kind, title, cells }) => cells.map((cell) => ({ kind, title, ...cell })));
  return {
    ...{ kind: 'table', title: 'NVLink and Ethernet domains', at: null },
    columns: [
      ...['Kind', 'Strip', 'Domain', 'Key'].map((label) => ({ label, unit: '' })),
      { label: 'Use, busier direction', unit: 'ratio' },
    ],
    rows: cells.map(({ kind, title, name, key, use }) => [kind, title, name, key, use]),
    quality: cells.map(({ use }) => (use === null ? 'no data' : 'derived')),
  };
}

/** NVLink and Ethernet domains: a cell each, the busier direction's share of the peak. */
export function Domains(props: { strips: readonly DomainStrip[] | undefined; theme: Theme; stale: boolean }) {
  const { theme, stale } = props;
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(holder);
  const [ratio] = useState(() => window.devicePixelRatio || 1);
  const strips = useMemo(() => (props.strips ?? []).slice(0, MOST_STRIPS), [props.strips]);
  useSavable('NVLink and Ethernet domains', () => (stale ? null : domainTable(props.strips ?? [])));
  const boxes = useMemo(() => boxesOf(strips, height), [strips, height]);
  // Two lines of words need their room; where there is none the second is left to speech.
  const low = height / Math.max(1, strips.length) < 46;
  const left = 22 + Math.max(0, ...strips.map(({ title, note }) => Math.max(title.length * 6.8, note.length * 6)));
  const right = width < 620 ? 96 : 150;
  useEffect(() => {
    const paint = () => {
      const element = canvas.current;
      const context = element?.getContext('2d');
      if (!element || !context || width === 0) return true;
      [element.width, element.height] = [Math.round(width * ratio), Math.round(height * ratio)];
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paintStrips(context, { strips, boxes, left, right, width, theme, stale, colors: readColors(element) });
      return true;
    };
    requestPaint(paint);
    return () => cancelPaint(paint);
  }, [strips, boxes, width, height, theme, stale, left, right, ratio]);
  return (
    <div ref={holder} className={styles.domains}>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus; the picture over it is named. */}
      <canvas ref={canvas} className={styles.canvas} aria-hidden="true" />
      {props.strips?.length === 0 ? (
        <p className={styles.message}>No NVLink or Ethernet counters in this source.</p>
      ) : null}
      {width === 0 || strips.length === 0 ? null : (
        <svg className={styles.words} width={width} height={height} role="img" aria-label={spoken(strips, stale)}>
          {strips.map((strip, index) => (
            <StripWords
              key={`${strip.title} ${strip.note}`}
              strip={strip}
              middle={boxes[index].top + boxes[index].height / 2}
              end={width - right + 14}
              low={low}
              stale={stale}
            />
          ))}
        </svg>
      )}
    </div>
  );
}

interface StripScene {
  readonly strips: readonly DomainStrip[];
  readonly boxes: readonly Box[];
  readonly left: number;
  readonly right: number;
  readonly width: number;
  readonly theme: Theme;
  readonly stale: boolean;
  readonly colors: Colors;
}

function paintStrips(context: CanvasRenderingContext2D, scene: StripScene): void {
  const { boxes, left, right, width, theme, stale, colors } = scene;
  scene.strips.forEach(({ cells }, index) => {
    const box = boxes[index];
    const [cw, ch] = [(width - left - right) / box.across, box.height / box.lines];
    cells.forEach(({ use }, at) => {
      const x = Math.round(left + (at % box.across) * cw);
      const end = Math.round(left + ((at % box.across) + 1) * cw);
      const y = Math.round(box.top + Math.floor(at / box.across) * ch);
      const [w, h] = [Math.max(1, end - x - (cw > 6 ? 2 : 1)), Math.max(1, Math.round(ch) - 2)];
      if (use === null || stale) hatch(context, x, y, w, h, colors);
      else {
        context.fillStyle = paletteOf('nic', theme).color[cellOfRatio(use)];
        context.fillRect(x, y, w, h);
        if (isFaint(use)) outline(context, x, y, w, h, colors['line-1'], 1);
      }
    });
  });
}

/** What stands beside a strip; where it is low, its second lines are left to speech. */
function StripWords(props: { strip: DomainStrip; middle: number; end: number; low: boolean; stale: boolean }) {
  const { strip, middle, end, low, stale } = props;
  const first = low ? middle + 4 : middle - 2;
  return (
    <g>
      <text x={12} y={first} className={styles.stripTitle}>
        {strip.title}
      </text>
      <text x={12} y={middle + 14} className={styles.quiet}>
        {low ? '' : strip.note}
      </text>
      <text x={end} y={first} className={styles.stripTitle}>
        {stale || strip.median === null ? 'No data' : `${formatPercent(strip.median, 0)} median`}
      </text>
      <text x={end} y={middle + 14} className={styles.quiet}>
        {stale || low ? '' : footOf(strip)}
      </text>
    </g>
  );
}

function footOf({ kind, ecn, max }: DomainStrip): string {
  if (kind === 'ethernet' && ecn !== null) return `${compact(ecn)} ECN marks/s`;
  return max === null ? '' : `max ${formatPercent(max, 0)}`;
}

function spoken(strips: readonly DomainStrip[], stale: boolean): string {
  return strips
    .map(({ title, note, median, max }) =>
      stale
        ? `${title}: no data`
        : `${title}, ${note}: median ${formatPercent(median, 0)}, max ${formatPercent(max, 0)}`,
    )
    .join('; ');
}
