import { formatCount, formatPower } from '../../../shared/format.ts';
import type { PowerReport } from '../../../shared/power/report.ts';
import { DataTable, type TableColumn } from '../../parts/DataTable.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { Missing } from '../../parts/Missing.tsx';
import parts from '../../parts/parts.module.css';
import { type Choice, Segmented } from '../../parts/Segmented.tsx';
import styles from './power.module.css';
import { verdictOf } from './power-kpis.ts';
import type { PowerState } from './power-state.ts';

type Loss = PowerReport['loss']['A'];
type LossRow = Loss['rows'][number] | Loss['nearest'][number];

/** What the other feed could carry besides, watts; below 0 it trips. */
const leftW = ({ overW }: LossRow) => (overW === null ? null : 0 - overW);

const FEEDS: readonly Choice<'A' | 'B'>[] = [
  { id: 'A', label: 'Lose A' },
  { id: 'B', label: 'Lose B' },
];

const WORDS: Readonly<Record<string, string>> = {
  trips: 'Trips',
  dark: 'Goes dark',
  unknown: 'Not known',
  holds: 'Holds',
};
const GLYPHS = { trips: 'warning', dark: 'critical', unknown: 'nodata' } as const;
const glyphOf = (verdict: string) => GLYPHS[verdict as keyof typeof GLYPHS] ?? null;
const missing = (text: string) => (text === '—' ? <Missing /> : text);

const COLUMNS: readonly TableColumn<LossRow>[] = [
  {
    ...{ id: 'place', label: 'Place', sort: ({ label }: LossRow) => label },
    cell: ({ label, verdict }) => (
      <span className={styles.named}>
        <i>{glyphOf(verdict) === null ? null : <Glyph severity={glyphOf(verdict) ?? 'nodata'} size={11} />}</i>
        <b>{label}</b>
      </span>
    ),
  },
  { id: 'verdict', label: 'Then', sort: ({ verdict }) => verdict, cell: ({ verdict }) => WORDS[verdict] ?? verdict },
  {
    ...{ id: 'carries', unit: 'W', label: 'Other feed carries', right: true, descending: true },
    sort: ({ carriesW }) => carriesW,
    cell: ({ carriesW }) => missing(formatPower(carriesW, 'rack')),
  },
  {
    ...{
      id: 'rating',
      unit: 'W',
      label: 'Its rating',
      right: true,
      descending: true,
      sort: ({ ratingW }: LossRow) => ratingW,
    },
    cell: ({ ratingW }) => missing(formatPower(ratingW, 'rack')),
  },
  {
    ...{ id: 'left', unit: 'W', label: 'Left', right: true, sort: leftW },
    cell: (row) => <b>{missing(formatPower(leftW(row), 'rack'))}</b>,
  },
];

/** What if a feed is lost at the place and under it: what would trip, go dark, or is not known. */
export function LossPanel(props: {
  report: PowerReport | null;
  label: string;
  state: PowerState;
  gone: string;
  /** Said while there is no report. */
  waits: string;
  onPlace: (place: number) => void;
}) {
  const { report, state, gone } = props;
  const loss = report?.loss[state.feed];
  return (
    <section className={parts.panel} aria-label="Feed loss" data-region>
      <div className={parts.header}>
        <h2>
          {props.label} without feed {state.feed}
        </h2>
        <span className={parts.end} />
        <Segmented label="Feed" choices={FEEDS} value={state.feed} onPick={state.setFeed} />
      </div>
      <p className={styles.sentence}>{gone !== '' ? gone : loss === undefined ? props.waits : sentence(loss)}</p>
      {gone === '' && loss !== undefined && loss.of > 0 ? (
        <DataTable
          label="Places without the feed"
          columns={COLUMNS}
          rows={[...loss.rows, ...loss.nearest]}
          keyOf={({ place }) => `${place}`}
          selected=""
          onSelect={({ place }) => props.onPlace(place)}
          empty=""
        />
      ) : null}
    </section>
  );
}

function sentence(loss: PowerReport['loss']['A']): string {
  if (loss.of === 0)
    return 'No feed of this name is known here. Feeds are read from PDUs; ratings stand in budgets.csv.';
  const holds = loss.of - loss.trips - loss.dark - loss.unknown;
  const counts = [
    loss.trips > 0 ? `${formatCount(loss.trips)} over the other feed’s rating` : '',
    loss.dark > 0 ? `${formatCount(loss.dark)} without another feed` : '',
    loss.unknown > 0 ? `${formatCount(loss.unknown)} of which nobody can tell` : '',
    `${formatCount(holds)} of ${formatCount(loss.of)} places hold`,
  ].filter((part) => part !== '');
  const verdict = verdictOf(loss);
  return verdict === 'holds'
    ? `All ${formatCount(loss.of)} places hold: the other feed carries them.`
    : `${counts.join(', ')}.`;
}
