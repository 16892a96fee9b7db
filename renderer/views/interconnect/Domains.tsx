import { useEffect, useMemo, useRef, useState } from 'react';
import { cellOfRatio } from '../../../shared/cells.ts';
import type { DomainStrip } from '../../../shared/fabric/overview.ts';
import { formatPercent } from '../../../shared/format.ts';
import type { TableDocument } from '../../../shared/tables/document.ts';
import { resolveTokens, useForced } from '../../draw/forced.ts';
import { cancelPaint, requestPaint } from '../../draw/frame-loop.ts';
import { paletteOf } from '../../draw/palette.ts';
import { useSize } from '../../draw/use-size.ts';
import { useSavable } from '../../save/savable.ts';
import type { Theme } from '../../theme/theme.ts';
import { type DomainAt, DomainGrid, domainWords } from './DomainGrid.tsx';
import styles from './interconnect.module.css';
import { COLORS, type Colors, hatch, isFaint, outline } from './paint-matrix.ts';
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
      { label: 'Links down', unit: '' },
    ],
    rows: cells.map(({ kind, title, name, key, use, down }) => [kind, title, name, key, use, down]),
    quality: cells.map(({ use }) => (use === null ? 'no data' : 'derived')),
  };
}

/** NVLink and Ethernet domains: a cell each, the busier direction's share of the peak. */
export function Domains(props: {
  strips: readonly DomainStrip[] | undefined;
  theme: Theme;
  stale: boolean;
  onOpen: (strip: DomainStrip, key: string) => void;
}) {
  const { theme, stale } = props;
  const forced = useForced();
  const [at, setAt] = useState<DomainAt | null>(null);
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
  const scene = { strips, boxes, left, right, width };
  const open = (to: DomainAt | null) => {
    const strip = strips[to?.strip ?? -1];
    const cell = strip?.cells[to?.cell ?? -1];
    if (cell) props.onOpen(strip, cell.key);
  };
  useEffect(() => {
    const paint = () => {
      const element = canvas.current;
      const context = element?.getContext('2d');
      if (!element || !context || width === 0) return true;
      [element.width, element.height] = [Math.round(width * ratio), Math.round(height * ratio)];
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      const colors = resolveTokens(element, COLORS);
      paintStrips(context, { strips, boxes, left, right, width, theme, forced, stale, colors });
      return true;
    };
    requestPaint(paint);
    return () => cancelPaint(paint);
  }, [strips, boxes, width, height, theme, forced, stale, left, right, ratio]);
  return (
    <div ref={holder} className={styles.domains}>
      {/* biome-ignore lint/a11y/noAriaHiddenOnFocusable: a canvas takes no focus; the grid is its twin. */}
      <canvas ref={canvas} className={styles.canvas} aria-hidden="true" data-domains={strips.length} />
      {props.strips?.length === 0 ? (
        <p className={styles.message}>No NVLink or Ethernet counters in this source.</p>
      ) : null}
      {width === 0 || strips.length === 0 ? null : (
        <>
          <svg
            className={styles.words}
            width={width}
            height={height}
            aria-hidden="true"
            onPointerMove={(event) => setAt(cellUnder(event, scene))}
            onPointerLeave={() => setAt(null)}
            onDoubleClick={(event) => open(cellUnder(event, scene))}
          >
            <rect width={width} height={height} fill="none" pointerEvents="all" />
            {strips.map((strip, index) => (
              <StripWords
                key={`${strip.title} ${strip.note}`}
                strip={strip}
                middle={boxes[index].top + boxes[index].height / 2}
                end={width - right + 14}
                low={low}
                stale={stale}
                cell={at?.strip === index ? at.cell : -1}
                room={right - 20}
              />
            ))}
            {at === null || boxes[at.strip] === undefined ? null : (
              <rect className={styles.cursor} {...around(cellBox(scene, at.strip, at.cell))} />
            )}
          </svg>
          <DomainGrid
            {...{ strips, stale, at }}
            across={boxes.map((box) => box.across)}
            onReach={setAt}
            onOpen={open}
          />
        </>
      )}
    </div>
  );
}

interface StripPlan {
  readonly strips: readonly DomainStrip[];
  readonly boxes: readonly Box[];
  readonly left: number;
  readonly right: number;
  readonly width: number;
}

interface StripScene extends StripPlan {
  readonly theme: Theme;
  readonly forced: boolean;
  readonly stale: boolean;
  readonly colors: Colors;
}

/** Where a domain's cell lies, on whole pixels. */
function cellBox({ boxes, left, right, width }: StripPlan, strip: number, at: number) {
  const box = boxes[strip];
  const [cw, ch] = [(width - left - right) / box.across, box.height / box.lines];
  const x = Math.round(left + (at % box.across) * cw);
  const end = Math.round(left + ((at % box.across) + 1) * cw);
  const y = Math.round(box.top + Math.floor(at / box.across) * ch);
  return { x, y, width: Math.max(1, end - x - (cw > 6 ? 2 : 1)), height: Math.max(1, Math.round(ch) - 2) };
}

const around = ({ x, y, width, height }: ReturnType<typeof cellBox>) => ({
  ...{ x: x - 1.5, y: y - 1.5, width: width + 3, height: height + 3 },
});

/** The cell under the pointer; null where there is none. */
function cellUnder(event: React.MouseEvent<SVGSVGElement>, plan: StripPlan): DomainAt | null {
  const { left: x0, top: y0 } = event.currentTarget.getBoundingClientRect();
  const [x, y] = [event.clientX - x0, event.clientY - y0];
  const { boxes, left, right, width, strips } = plan;
  const strip = boxes.findIndex(({ top, height }) => y >= top && y < top + height);
  if (strip < 0 || x < left || x >= width - right) return null;
  const { across, lines, top, height } = boxes[strip];
  const column = Math.floor(((x - left) / (width - left - right)) * across);
  const cell = Math.floor(((y - top) / height) * lines) * across + column;
  return cell < strips[strip].cells.length ? { strip, cell } : null;
}

function paintStrips(context: CanvasRenderingContext2D, scene: StripScene): void {
  const { theme, forced, stale, colors } = scene;
  scene.strips.forEach(({ cells }, strip) => {
    cells.forEach(({ use, down }, at) => {
      const { x, y, width, height } = cellBox(scene, strip, at);
      if (use === null || stale) hatch(context, x, y, width, height, colors);
      else {
        context.fillStyle = paletteOf('nic', theme).color[cellOfRatio(use)];
        context.fillRect(x, y, width, height);
        if (forced || theme === 'contrast' || isFaint(use)) outline(context, x, y, width, height, colors['line-1'], 1);
      }
      if (down > 0 && !stale) outline(context, x, y, width, height, colors.warn, 1.5);
    });
  });
}

/** What stands beside a strip, of the cell that is looked at or of all; where it is low, its second lines are left to speech. */
function StripWords(props: {
  strip: DomainStrip;
  middle: number;
  end: number;
  low: boolean;
  stale: boolean;
  cell: number;
  /** Pixels beside the strip. */
  room: number;
}) {
  const { strip, middle, end, low, stale } = props;
  const one = strip.cells[props.cell];
  const use = one ? one.use : strip.median;
  const share = stale || use === null ? 'No data' : `${formatPercent(use, 0)}${one ? '' : ' median'}`;
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
        {share}
      </text>
      <text x={end} y={middle + 14} className={styles.quiet}>
        {low ? '' : one ? shortened(stale ? one.name : domainWords(one), props.room) : stale ? '' : footOf(strip)}
      </text>
    </g>
  );
}

function footOf({ kind, ecn, max }: DomainStrip): string {
  if (kind === 'ethernet' && ecn !== null) return `ECN ${compact(ecn)}/s`;
  return max === null ? '' : `max ${formatPercent(max, 0)}`;
}

/** @param room pixels; a letter is 6.2 wide */
function shortened(name: string, room: number): string {
  const most = Math.max(4, Math.floor(room / 6.2));
  return name.length > most ? `${name.slice(0, most - 1)}…` : name;
}
