import { type ReactNode, useMemo, useState } from 'react';
import { type CompareSide, compareSides, type Difference, type PlaceDifference } from '../../../shared/compare.ts';
import type { LayoutDocument } from '../../../shared/contract.ts';
import { formatChange, formatCount, formatPower } from '../../../shared/format.ts';
import { nameOfPath } from '../../../shared/place-names.ts';
import { HALL, RACK, ROW, SITE } from '../../../shared/topology.ts';
import { changeColor, changeScale } from '../../draw/diverging.ts';
import { DataTable, type TableColumn } from '../../parts/DataTable.tsx';
import { Missing } from '../../parts/Missing.tsx';
import parts from '../../parts/parts.module.css';
import { Segmented } from '../../parts/Segmented.tsx';
import type { Theme } from '../../theme/theme.ts';
import { KpiCells } from '../overview/KpiStrip.tsx';
import { CompareFloor, hasRacks } from './CompareFloor.tsx';
import styles from './compare.module.css';
import { compareKpis } from './compare-kpis.ts';

const LEVELS = [
  { id: 'rack', label: 'Racks' },
  { id: 'row', label: 'Rows' },
  { id: 'hall', label: 'Halls' },
  { id: 'site', label: 'Sites' },
] as const;
type LevelId = (typeof LEVELS)[number]['id'];
const LEVEL_OF: Readonly<Record<LevelId, number>> = { rack: RACK, row: ROW, hall: HALL, site: SITE };

/**
 * Two instants beside one another: what each rack draws more or less, on the floor and as a table. Whoever has two frames
 * with their layouts can show it (`sideOfFrame`): of now and of then, of two replays.
 */
export function CompareBody(props: {
  /** null: not there yet, or not recorded; `missing` says which. */
  readonly before: CompareSide | null;
  readonly after: CompareSide | null;
  /** Places of both sides together. */
  readonly layout: LayoutDocument | null;
  readonly missing: string;
  /** The same in the few words that a summary's cell has room for. */
  readonly why: string;
  readonly theme: Theme;
  readonly onOpen: (path: string) => void;
  /** Stands above: which times, and how to choose others. */
  readonly children: ReactNode;
}) {
  const { before, after, layout } = props;
  const difference = useMemo(() => (before && after ? compareSides(before, after) : null), [before, after]);
  const [selected, setSelected] = useState('');
  const scaleW = useMemo(
    () => changeScale((difference?.places ?? []).flatMap(({ level, changeW }) => (level === RACK ? [changeW] : []))),
    [difference],
  );
  return (
    <main className={styles.page}>
      <div data-region className={styles.times}>
        {props.children}
      </div>
      <KpiCells
        label="What changed"
        cells={compareKpis(difference, layout, props.why)}
        lost={false}
        onGo={() => undefined}
      />
      <div className={styles.main}>
        <section className={parts.panel} aria-label="Change on the floor" data-region>
          <div className={parts.header}>
            <h2>Change of draw, B − A</h2>
            <span className={parts.end} />
            {difference ? <ChangeLegend scaleW={scaleW} theme={props.theme} /> : null}
          </div>
          {difference && layout && hasRacks(layout) ? (
            <CompareFloor
              {...{ layout, difference, scaleW, selected }}
              theme={props.theme}
              onSelect={setSelected}
              onOpen={props.onOpen}
            />
          ) : (
            <p className={styles.quiet}>{props.missing}</p>
          )}
        </section>
        <Table
          layout={layout}
          difference={difference}
          selected={selected}
          onSelect={setSelected}
          onOpen={props.onOpen}
          missing={props.missing}
        />
      </div>
    </main>
  );
}

function Table(props: {
  layout: LayoutDocument | null;
  difference: Difference | null;
  selected: string;
  missing: string;
  onSelect: (path: string) => void;
  onOpen: (path: string) => void;
}) {
  const [level, setLevel] = useState<LevelId>('rack');
  const places = props.difference?.places;
  const columns = useMemo(
    () => columnsOf((path) => (props.layout ? nameOfPath(props.layout, path) : path)),
    [props.layout],
  );
  const rows = useMemo(() => (places ?? []).filter((place) => place.level === LEVEL_OF[level]), [places, level]);
  return (
    <section className={parts.panel} aria-label="Change as table" data-region>
      <div className={parts.header}>
        <h2>By place</h2>
        <span className={parts.end} />
        <Segmented label="Level" choices={LEVELS} value={level} onPick={setLevel} />
      </div>
      <DataTable
        key={level}
        label="Change of draw by place"
        columns={columns}
        rows={rows}
        keyOf={({ path }) => path}
        selected={props.selected}
        onSelect={({ path }) => props.onSelect(path)}
        onOpen={({ path }) => props.onOpen(path)}
        sort={{ column: 'size', descending: true }}
        empty={props.difference ? 'No place of this level is here.' : props.missing}
      />
      <Conditions difference={props.difference} />
    </section>
  );
}

const orNull = (watts: number) => (Number.isNaN(watts) ? null : watts);
const watts = (value: number, level: number) =>
  Number.isNaN(value) ? <Missing /> : formatPower(value, level === RACK ? 'rack' : 'row');

/** What a row cannot tell, or only in part. */
function noteOf({ has, level, changeW, assumed, unknown, onlyBefore, onlyAfter }: PlaceDifference): string {
  if (has !== 'both') return has === 'before' ? 'Only at A' : 'Only at B';
  if (level === RACK)
    return Number.isNaN(changeW) ? 'No data at one time' : assumed > 0 ? 'Silent GPUs at nameplate' : '';
  const left = unknown + onlyBefore + onlyAfter;
  const racks = (count: number) => `${formatCount(count)} ${count === 1 ? 'rack' : 'racks'}`;
  return left > 0 ? `${racks(left)} in no sum` : assumed > 0 ? `${racks(assumed)} with silent GPUs` : '';
}

const columnsOf = (nameOf: (path: string) => string): readonly TableColumn<PlaceDifference>[] => [
  {
    id: 'place',
    label: 'Place',
    sort: ({ path }) => path,
    cell: ({ path }) => <span title={path}>{nameOf(path)}</span>,
  },
  {
    ...{ id: 'before', label: 'At A', right: true, descending: true, unit: 'W' },
    sort: ({ ownBeforeW }) => orNull(ownBeforeW),
    cell: ({ ownBeforeW, level }) => watts(ownBeforeW, level),
  },
  {
    ...{ id: 'after', label: 'At B', right: true, descending: true, unit: 'W' },
    sort: ({ ownAfterW }) => orNull(ownAfterW),
    cell: ({ ownAfterW, level }) => watts(ownAfterW, level),
  },
  {
    ...{ id: 'change', label: 'Change', right: true, descending: true, unit: 'W' },
    sort: ({ changeW }) => orNull(changeW),
    cell: ({ changeW, level }) =>
      Number.isNaN(changeW) ? <Missing /> : <b>{formatChange(changeW, level === RACK ? 'rack' : 'row')}</b>,
  },
  {
    ...{ id: 'size', label: 'Size', right: true, descending: true },
    sort: ({ changeW, ownBeforeW }) => orNull(Math.abs(changeW) / ownBeforeW),
    value: ({ changeW, ownBeforeW }) => orNull(Math.abs(changeW) / ownBeforeW),
    cell: ({ changeW, ownBeforeW }) =>
      ownBeforeW > 0 && !Number.isNaN(changeW) ? `${((100 * Math.abs(changeW)) / ownBeforeW).toFixed(1)}%` : '',
  },
  { id: 'note', label: 'Note', sort: noteOf, cell: noteOf },
];

/** Alerts that came and went, the first few of each. */
function Conditions({ difference }: { difference: Difference | null }) {
  if (!difference) return null;
  const { came, went } = difference;
  const some = (titles: readonly string[]) =>
    titles.slice(0, 4).join('; ') + (titles.length > 4 ? ` and ${titles.length - 4} more` : '');
  return (
    <dl className={styles.conditions}>
      <div>
        <dt>Alerts at B only</dt>
        <dd>{came.length === 0 ? 'None' : some(came)}</dd>
      </div>
      <div>
        <dt>Alerts at A only</dt>
        <dd>{went.length === 0 ? 'None' : some(went)}</dd>
      </div>
    </dl>
  );
}

/** Purple is less, orange is more; the ends are what changed most. */
export function ChangeLegend({ scaleW, theme }: { scaleW: number; theme: Theme }) {
  const width = 180;
  const x = (share: number) => ((share + 1) / 2) * width;
  const label = (share: number) => formatChange(share * scaleW, 'rack');
  return (
    <svg
      width={width + 64}
      height={27}
      viewBox={`-32 0 ${width + 64} 27`}
      role="img"
      aria-label={`Colour scale, ${label(-1)} to ${label(1)}`}
    >
      {Array.from({ length: width / 2 }, (_, i) => i * 2).map((at) => (
        <rect key={at} x={at} width={2.4} height={9} fill={changeColor((2 * (at + 1)) / width - 1, theme)} />
      ))}
      {[-1, 0, 1].map((share) => (
        <text key={share} x={x(share)} y={23} className={styles.legend}>
          {share === 0 ? '0' : label(share)}
        </text>
      ))}
    </svg>
  );
}
