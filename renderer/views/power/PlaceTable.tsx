import { formatCap, formatCount, formatPercent, formatPower, formatPowerPair } from '../../../shared/format.ts';
import type { PlacePower } from '../../../shared/power/report.ts';
import { DataTable, type TableColumn } from '../../parts/DataTable.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { Missing } from '../../parts/Missing.tsx';
import styles from './power.module.css';

const missing = (text: string) => (text === '—' ? <Missing /> : text);

/** Places with what their budget is used for, the most stranded first. */
export function PlaceTable(props: {
  rows: readonly PlacePower[];
  scale: 'rack' | 'row';
  warnRatio: number;
  critRatio: number;
  selected: string;
  onSelect: (row: PlacePower) => void;
  onOpen: (row: PlacePower) => void;
  empty: string;
}) {
  return (
    <DataTable
      label="Power by place"
      columns={columnsOf(props.scale, props.warnRatio, props.critRatio)}
      rows={props.rows}
      keyOf={placeKey}
      selected={props.selected}
      onSelect={props.onSelect}
      onOpen={props.onOpen}
      sort={{ column: 'stranded', descending: true }}
      empty={props.empty}
      qualityOf={({ quality, atLeast }) => (atLeast ? `${quality}, draw at least, headroom at most` : quality)}
    />
  );
}

export const placeKey = ({ place }: PlacePower) => `${place}`;

function columnsOf(scale: 'rack' | 'row', warn: number, crit: number): readonly TableColumn<PlacePower>[] {
  const watts = (value: number | null) => missing(formatPower(value, scale));
  const number = (id: string, label: string, unit: string, of: (row: PlacePower) => number | null) => ({
    ...{ id, label, unit, right: true, descending: true, sort: of },
  });
  const ratio = ({ drawW, budgetW }: PlacePower) => (drawW === null || budgetW === null ? null : drawW / budgetW);
  return [
    {
      ...{ id: 'place', label: 'Place', sort: ({ label }: PlacePower) => label },
      cell: (row) => <Name row={row} use={ratio(row) ?? 0} warn={warn} crit={crit} />,
    },
    {
      ...number('stranded', 'Stranded', 'W', ({ strandedW }) => strandedW),
      cell: ({ strandedW }) => <b>{watts(strandedW)}</b>,
    },
    { ...number('p99', 'p99', 'W', ({ p99W }) => p99W), cell: ({ p99W }) => watts(p99W) },
    {
      ...number('draw', 'Draw of budget', 'W', ({ drawW }) => drawW),
      cell: ({ drawW, budgetW, atLeast }) => (
        <>
          {atLeast ? '≥ ' : ''}
          {missing(formatPowerPair(drawW, budgetW, scale))}
        </>
      ),
    },
    {
      ...number('use', 'Use %', 'ratio', ratio),
      cell: (row) => missing(formatPercent(ratio(row), 1).replace('%', '')),
    },
    {
      ...number('headroom', 'Headroom', 'W', ({ headroomW }) => headroomW),
      cell: ({ headroomW, atLeast }) => (
        <>
          {atLeast && headroomW !== null ? '≤ ' : ''}
          {watts(headroomW)}
        </>
      ),
    },
    { ...number('fits', 'GPUs fit', '', ({ fits }) => fits), cell: ({ fits }) => missing(formatCount(fits)) },
    {
      wide: true,
      ...number('over', 'Limits ÷ budget', 'ratio', ({ oversubscription }) => oversubscription),
      cell: ({ oversubscription }) => (oversubscription === null ? <Missing /> : oversubscription.toFixed(2)),
    },
    {
      wide: true,
      ...number('imbalance', 'A, B apart', 'ratio', ({ imbalance }) => imbalance),
      cell: ({ imbalance }) => (imbalance === null ? <Missing /> : formatPercent(imbalance, 1)),
    },
    {
      ...{
        id: 'cap',
        label: 'Time to cap',
        unit: 'min',
        right: true,
        sort: ({ cap }: PlacePower) => cap?.minutes ?? null,
      },
      cell: ({ cap }) =>
        cap === null ? <span className={styles.faint}>none</span> : formatCap(cap.minutes).replace('Cap in ', ''),
    },
    {
      wide: true,
      ...number('priority', 'Capped first', '', ({ priority }) => priority),
      cell: ({ priority }) => (priority === null ? <span className={styles.faint}>none</span> : `${priority} of 9`),
    },
    {
      ...{ id: 'basis', label: 'Known by', wide: true, sort: ({ basis }: PlacePower) => basis },
      cell: ({ basis, quality }) => basis || quality,
    },
  ];
}

function Name(props: { row: PlacePower; use: number; warn: number; crit: number }) {
  const severity = props.use >= props.crit ? 'critical' : props.use >= props.warn ? 'warning' : null;
  return (
    <span className={styles.named}>
      <i>{severity === null ? null : <Glyph severity={severity} size={11} />}</i>
      <b>{props.row.label}</b>
    </span>
  );
}
