import type { FabricMatrix, MatrixRow } from '../../../shared/fabric/matrix.ts';
import { WAITS } from '../../../shared/fabric.ts';
import { formatAge, formatPercent } from '../../../shared/format.ts';
import { DataTable, type TableColumn } from '../../parts/DataTable.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { Missing } from '../../parts/Missing.tsx';
import styles from './interconnect.module.css';
import { bare, compact, marksOf, rateNumber, rateUnit, rowsWord, rowWord, tellsMarks } from './words.ts';

/** Rows that are listed though nothing is wrong with them. */
const CALM = 5;

/** Those that wait longest, or are marked and paused most, and all that are flagged. */
export function congested(matrix: FabricMatrix): readonly MatrixRow[] {
  const order = [...matrix.rows].sort(worseFirst);
  return order.filter((row, index) => index < CALM || row.severity !== null);
}

function worseFirst(a: MatrixRow, b: MatrixRow): number {
  const less = (of: (row: MatrixRow) => number | null) => (of(b) ?? -1) - (of(a) ?? -1);
  return less(({ wait }) => wait) || less(({ ticks }) => ticks) || less(marksOf) || less(({ tx }) => tx);
}

const WORST = ['critical', 'warning', 'nodata', null] as const;

/**
 * The row that matters most: of those with the worst flag the one that waits longest, or is marked and paused most; −1 where
 * there is none.
 *
 * @param held key of the one that is shown: it stays while none has a worse flag, since numbers change with every poll
 */
export function worstRow({ rows }: FabricMatrix, held = ''): number {
  const flag = WORST.find((one) => rows.some(({ severity }) => severity === one));
  const worst = rows.filter(({ severity }) => severity === flag);
  const row = worst.find(({ key }) => key === held) ?? worst.sort(worseFirst)[0];
  return rows.indexOf(row);
}

const OrNone = ({ text }: { text: string }) => (text === '—' ? <Missing /> : text);

/** The columns of rows: of a kind of network, by what it tells. */
export function rowColumns(matrix: FabricMatrix, now: number): readonly TableColumn<MatrixRow>[] {
  const unit = rateUnit(matrix.kind);
  const pair = matrix.word === 'leaf' ? 'pair' : 'link';
  // A pod's cell is all links of its rows in a column.
  const cell = matrix.word === 'pod' ? 'cell' : pair;
  return [
    {
      ...{ id: 'name', label: rowWord(matrix.word), sort: ({ name }: MatrixRow) => name },
      cell: (row) => (
        <span className={styles.named}>
          <i>{row.severity === null ? null : <Glyph severity={row.severity} size={11} />}</i>
          <b>{row.name}</b>
        </span>
      ),
    },
    {
      ...{ id: 'full', label: `${pair === 'pair' ? 'Pairs' : 'Links'} above 95%`, right: true, descending: true },
      // Marks and pauses need the room.
      wide: tellsMarks(matrix),
      ...{
        sort: ({ full }: MatrixRow) => full,
        cell: ({ full, cells }: MatrixRow) => (cells === 0 ? <Missing /> : `${full} of ${cells}`),
      },
    },
    {
      ...{ id: 'tx', label: `Transmit per ${cell}, ${unit}`, unit: 'B/s', right: true, descending: true },
      sort: ({ txBps }) => txBps,
      cell: ({ txBps, rateBps }) => (
        <>
          <OrNone text={rateNumber(matrix.kind, txBps)} />
          {rateBps === null ? null : <span className={styles.faint}> of {rateNumber(matrix.kind, rateBps)}</span>}
        </>
      ),
    },
    {
      ...{ id: 'use', label: 'Use %', unit: 'ratio', right: true, descending: true, sort: ({ tx }: MatrixRow) => tx },
      cell: (row) => (
        <b className={row.severity === 'critical' ? styles.hot : undefined}>
          <OrNone text={bare(row.tx, 1)} />
        </b>
      ),
    },
    ...waitColumns(matrix),
    {
      ...{ id: 'since', label: 'Since', right: true, sort: ({ since }: MatrixRow) => since },
      value: ({ since }) => (since === null ? null : new Date(since).toISOString()),
      cell: ({ since, severity }) =>
        severity === null ? (
          <span className={styles.faint}>none</span>
        ) : since === null ? (
          <Missing />
        ) : (
          ago(now - since)
        ),
    },
  ];
}

/** "10 min": seconds of an onset are no news after the first minute. */
const ago = (ms: number) => (ms < 60_000 ? formatAge(ms) : formatAge(ms).replace(/ \d+ s$/, ''));

function waitColumns(matrix: FabricMatrix): readonly TableColumn<MatrixRow>[] {
  if (tellsMarks(matrix)) {
    return [
      {
        ...{
          id: 'ecn',
          label: 'ECN marks/s',
          unit: '1/s',
          right: true,
          descending: true,
          sort: ({ ecn }: MatrixRow) => ecn,
        },
        cell: ({ ecn }) => <OrNone text={compact(ecn)} />,
      },
      {
        ...{
          id: 'pfc',
          label: 'PFC pauses/s',
          unit: '1/s',
          right: true,
          descending: true,
          sort: ({ pfc }: MatrixRow) => pfc,
        },
        cell: ({ pfc }) => <OrNone text={compact(pfc)} />,
      },
    ];
  }
  if (!matrix.waitKnown && !matrix.ticksKnown) return [];
  return [
    {
      ...{ id: 'wait', label: matrix.waitKnown ? 'Wait %' : 'Wait, raw ticks/s', right: true, descending: true },
      unit: matrix.waitKnown ? 'ratio' : 'ticks/s',
      sort: ({ wait, ticks }) => wait ?? ticks,
      cell: ({ wait, ticks }) => (
        <b className={(wait ?? 0) > WAITS ? styles.hot : undefined}>
          <OrNone text={wait === null ? compact(ticks) : bare(wait, 1)} />
        </b>
      ),
    },
  ];
}

export function RowTable(props: {
  matrix: FabricMatrix;
  rows: readonly MatrixRow[];
  now: number;
  selected: string;
  onSelect: (row: MatrixRow) => void;
  onOpen: (row: MatrixRow) => void;
}) {
  const { matrix } = props;
  return (
    <DataTable
      label={`${rowWord(matrix.word)} by congestion`}
      columns={rowColumns(matrix, props.now)}
      rows={props.rows}
      keyOf={({ key }) => key}
      selected={props.selected}
      onSelect={props.onSelect}
      onOpen={props.onOpen}
      empty={`No ${rowsWord(matrix.word)} are known.`}
    />
  );
}

/** Every row with both directions: the matrix's numbers as a table. */
export function wholeColumns(matrix: FabricMatrix, now: number): readonly TableColumn<MatrixRow>[] {
  const columns = rowColumns(matrix, now);
  const more: readonly TableColumn<MatrixRow>[] = [
    {
      ...{
        id: 'rx',
        label: 'Receive %',
        unit: 'ratio',
        right: true,
        descending: true,
        sort: ({ rx }: MatrixRow) => rx,
      },
      cell: ({ rx }) => <OrNone text={formatPercent(rx, 1).replace('%', '')} />,
    },
    {
      ...{ id: 'down', label: 'Links down', sort: ({ down }: MatrixRow) => down.length, descending: true },
      cell: ({ down }) => (down.length === 0 ? '0' : down.slice(0, 2).join(', ')),
    },
    { id: 'group', label: 'Group', sort: ({ group }) => group, cell: ({ group }) => group },
  ];
  return [...columns.slice(0, 4), more[0], ...columns.slice(4), more[1], more[2]];
}
