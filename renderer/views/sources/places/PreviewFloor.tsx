import { useMemo } from 'react';
import type { RackPreview } from '../../../../shared/contract/places.ts';
import { formatCount } from '../../../../shared/format.ts';
import styles from './places.module.css';

const CELL = { w: 40, h: 22, gap: 3 };
/** Room for the name of a row at the left, and for that of a hall above its rows. */
const [LABEL, TITLE] = [72, 20];
/** Racks of a row before it goes on in another line. */
const ACROSS = 16;

interface Line {
  readonly row: string;
  readonly racks: readonly RackPreview[];
}

interface Hall {
  readonly name: string;
  readonly lines: readonly Line[];
}

/** Halls with their rows, a line each: two where a row has more racks than fit in one. */
export function hallsOf(racks: readonly RackPreview[]): readonly Hall[] {
  const halls = new Map<string, Map<string, RackPreview[]>>();
  for (const rack of racks) {
    const [site, hall, row] = rack.path;
    const rows = halls.get(`${site}, ${hall}`) ?? new Map<string, RackPreview[]>();
    halls.set(`${site}, ${hall}`, rows);
    rows.set(row, [...(rows.get(row) ?? []), rack]);
  }
  return [...halls].map(([name, rows]) => ({
    name,
    lines: [...rows].flatMap(([row, list]) =>
      Array.from({ length: Math.ceil(list.length / ACROSS) }, (_, i) => ({
        row: i === 0 ? row : '',
        racks: list.slice(i * ACROSS, (i + 1) * ACROSS),
      })),
    ),
  }));
}

/** What becomes of a rack: its nodes stay, it has more, fewer, all or none. */
export const changeOf = ({ before, after }: RackPreview): 'same' | 'more' | 'fewer' | 'new' | 'gone' =>
  before === after ? 'same' : before === 0 ? 'new' : after === 0 ? 'gone' : after > before ? 'more' : 'fewer';

const signed = ({ before, after }: RackPreview) => (after > before ? `+${after - before}` : `−${before - after}`);
const short = (name: string) => (name.length > 6 ? `…${name.slice(-5)}` : name);

/** The floor as it would be: a cell each rack, outlined where nodes come, dashed where they go, with how many. */
export function PreviewFloor({ racks }: { racks: readonly RackPreview[] }) {
  const halls = useMemo(() => hallsOf(racks), [racks]);
  if (racks.length === 0) return null;
  const most = Math.max(...halls.flatMap(({ lines }) => lines.map((line) => line.racks.length)));
  const width = LABEL + most * (CELL.w + CELL.gap) + 4;
  const tops = halls.map(
    (_, index) =>
      halls.slice(0, index).reduce((sum, { lines }) => sum + TITLE + lines.length * (CELL.h + CELL.gap) + 8, 0) + 2,
  );
  const last = halls.length - 1;
  const height = tops[last] + TITLE + halls[last].lines.length * (CELL.h + CELL.gap) + 4;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className={styles.previewFloor} tabIndex={0} aria-label="Floor as it would be, scrolls">
      <svg width={width} height={height} role="img" aria-label={spoken(racks)}>
        {halls.map((hall, index) => (
          <g key={hall.name} transform={`translate(0,${tops[index]})`}>
            <text className={styles.previewHall} y={12}>
              {hall.name}
            </text>
            {hall.lines.map((line, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a long row has several lines, and they keep their order.
              <g key={`${line.row} ${at}`} transform={`translate(0,${TITLE + at * (CELL.h + CELL.gap)})`}>
                <text className={styles.previewRow} y={CELL.h / 2 + 4}>
                  {line.row.length > 10 ? `${line.row.slice(0, 9)}…` : line.row}
                </text>
                {line.racks.map((rack, column) => (
                  <RackCell key={rack.path.join('/')} rack={rack} x={LABEL + column * (CELL.w + CELL.gap)} />
                ))}
              </g>
            ))}
          </g>
        ))}
      </svg>
    </section>
  );
}

function RackCell({ rack, x }: { rack: RackPreview; x: number }) {
  const change = changeOf(rack);
  const name = rack.path[3];
  return (
    <g data-change={change} className={styles.previewRack}>
      <title>{`${name}: ${rack.before} ${rack.before === 1 ? 'node' : 'nodes'} now, ${rack.after} then`}</title>
      <rect x={x + 1} y={1} width={CELL.w - 2} height={CELL.h - 2} />
      <text x={x + CELL.w / 2} y={CELL.h / 2 + 4}>
        {change === 'same' ? short(name) : signed(rack)}
      </text>
    </g>
  );
}

function spoken(racks: readonly RackPreview[]): string {
  const count = (change: ReturnType<typeof changeOf>) => racks.filter((rack) => changeOf(rack) === change).length;
  const parts = [
    [count('new'), 'would be new'],
    [count('more'), 'would have more nodes'],
    [count('fewer'), 'would have fewer'],
    [count('gone'), 'would have none'],
  ] as const;
  const told = parts.flatMap(([many, words]) => (many === 0 ? [] : [`${formatCount(many)} ${words}`]));
  return `Floor plan of ${formatCount(racks.length)} racks: ${told.length === 0 ? 'no rack would change' : told.join(', ')}`;
}
