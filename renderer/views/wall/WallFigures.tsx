import { area, line, scaleLinear } from 'd3';
import { colorOf } from '../../draw/palette.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import styles from './wall.module.css';
import { type LastFigure, lastWords, type WallFigure } from './wall-panels.ts';

const BAR = 580;
/** Of the line under a figure: what is left is for the words of its range, 36 px high. */
const SPARK = 370;

/** One large figure: title, numeral, bar, what follows from it; without data what it last was, in the past tense. */
export function WallNumeral(props: {
  figure: WallFigure;
  /** null while the data is live, else what was last known and why there is nothing. */
  lost: { readonly last: LastFigure | null; readonly why: string } | null;
  line: readonly (number | null)[];
  range: string;
}) {
  const { figure, lost } = props;
  if (lost !== null) {
    return (
      <section className={styles.figure} aria-label={figure.title}>
        <p className={styles.figureTitle}>
          <Glyph severity="nodata" size={40} named={false} /> {lost.last?.figure.title ?? figure.title}
        </p>
        <p className={styles.noData}>No data</p>
        <p className={styles.figureLine}>{lost.last === null ? '' : lastWords(lost.last)}</p>
        <p className={styles.figureWhy}>{lost.why}</p>
      </section>
    );
  }
  const { severity } = figure;
  return (
    <section className={styles.figure} data-severity={severity ?? ''} aria-label={figure.title}>
      <p className={styles.figureTitle}>
        {severity ? <Glyph severity={severity} size={42} /> : null} {figure.title}
      </p>
      <p className={styles.numeral} data-severity={severity ?? ''} data-long={figure.value.length > 5}>
        {figure.value === '' ? '—' : figure.value}
        <small>{figure.unit}</small>
      </p>
      {figure.ratio === null ? null : <Bar ratio={figure.ratio} />}
      <p className={styles.figureLine}>
        <b>{figure.strong}</b> {figure.rest}
      </p>
      <Spark values={props.line} label={`${figure.title}, ${props.range}`} range={props.range} />
    </section>
  );
}

function Bar({ ratio }: { ratio: number }) {
  const width = Math.min(Math.max(ratio, 0), 1.03) * BAR;
  return (
    <svg className={styles.bar} width="600" height="40" viewBox="0 0 600 40" aria-hidden="true">
      <rect y="8" width={BAR} height="24" fill="var(--bg-4)" />
      <rect y="8" width={width} height="24" fill={ratio >= 0.9 ? colorOf('limit', 'dark', ratio) : '#8b98a5'} />
      <rect x={BAR - 3} width="6" height="40" fill="var(--tx-1)" />
    </svg>
  );
}

/** The slide's own time range as a line; gaps stay gaps. */
function Spark({ values, label, range }: { values: readonly (number | null)[]; label: string; range: string }) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = Math.max(high - low, Math.abs(high) * 0.02, 1e-9) * 0.1;
  const x = scaleLinear([0, values.length - 1], [0, SPARK]);
  const y = scaleLinear([low - room, high + room], [46, 2]);
  const points = [...values.entries()];
  const drawn = line<[number, number | null]>()
    .defined(([, value]) => value !== null)
    .x(([index]) => x(index))
    .y(([, value]) => y(value ?? 0));
  const filled = area<[number, number | null]>()
    .defined(([, value]) => value !== null)
    .x(([index]) => x(index))
    .y0(48)
    .y1(([, value]) => y(value ?? 0));
  return (
    <p className={styles.spark}>
      <svg width={SPARK} height="48" viewBox={`0 0 ${SPARK} 48`} role="img" aria-label={label}>
        <path d={filled(points) ?? ''} fill="var(--bg-3)" />
        <path d={drawn(points) ?? ''} fill="none" stroke="var(--tx-2)" strokeWidth="3" />
      </svg>
      <span>{range}</span>
    </p>
  );
}
