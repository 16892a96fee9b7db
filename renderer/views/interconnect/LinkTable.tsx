import { useMemo } from 'react';
import type { LinkRow } from '../../../shared/fabric/rows.ts';
import { formatPercent } from '../../../shared/format.ts';
import { DataTable, type TableColumn } from '../../parts/DataTable.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { Missing } from '../../parts/Missing.tsx';
import styles from './interconnect.module.css';
import { bare, compact, KIND_LABEL, rateText } from './words.ts';

const TROUBLE: Readonly<Record<LinkRow['troubles'][number], string>> = {
  down: 'Down',
  saturated: 'Saturated',
  flapping: 'Flapping',
  degraded: 'Degraded',
  errors: 'Errors above usual',
  full: 'Full, does not wait',
};

const severityOf = ({ troubles: [worst] }: LinkRow) =>
  worst === 'down' || worst === 'saturated' ? 'critical' : worst === undefined || worst === 'full' ? null : 'warning';

const missing = (text: string) => (text === '—' ? <Missing /> : text);

const WAIT: TableColumn<LinkRow> = {
  ...{ id: 'wait', label: 'Wait', unit: 'ratio', right: true, descending: true, sort: ({ wait }: LinkRow) => wait },
  cell: ({ wait, waitTicks }) =>
    wait !== null ? formatPercent(wait, 1) : waitTicks === null ? <Missing /> : `${compact(waitTicks)} ticks/s`,
};

const perSecond = (id: 'ecn' | 'cnp' | 'pfc' | 'retries', label: string, wide: boolean): TableColumn<LinkRow> => ({
  ...{ id, label, unit: '1/s', right: true, descending: true, wide, sort: (row: LinkRow) => row[id] },
  cell: (row) => missing(compact(row[id])),
});

/** How links say that they are congested: Ethernet by marks and pauses, the others by their wait. */
function congestionColumns(rows: readonly LinkRow[]): readonly TableColumn<LinkRow>[] {
  const ethernet = rows.length > 0 && rows.every(({ kind }) => kind === 'ethernet');
  const told = (id: 'ecn' | 'cnp' | 'pfc' | 'retries') => rows.some((row) => row[id] !== null);
  return [
    ...(ethernet ? [] : [WAIT]),
    ...(ethernet || told('ecn') ? [perSecond('ecn', 'ECN marks/s', !ethernet)] : []),
    ...(told('cnp') ? [perSecond('cnp', 'CNP/s', true)] : []),
    ...(ethernet || told('pfc') ? [perSecond('pfc', 'PFC pauses/s', !ethernet)] : []),
    ...(told('retries') ? [perSecond('retries', 'Retries/s', true)] : []),
  ];
}

const BEFORE: readonly TableColumn<LinkRow>[] = [
  {
    ...{ id: 'label', label: 'Link', sort: ({ label }: LinkRow) => label },
    cell: (row) => {
      const severity = severityOf(row);
      return (
        <span className={styles.named}>
          <i>{severity === null ? null : <Glyph severity={severity} size={11} />}</i>
          <b>{row.label}</b>
        </span>
      );
    },
  },
  {
    id: 'kind',
    label: 'Kind',
    sort: ({ kind }) => kind,
    value: ({ kind }) => KIND_LABEL[kind],
    cell: ({ kind }) => KIND_LABEL[kind],
  },
  {
    ...{ id: 'rate', label: 'Busier of rate', unit: 'B/s', right: true, descending: true },
    sort: ({ txBps, rxBps }) => Math.max(txBps ?? -1, rxBps ?? -1),
    value: ({ txBps, rxBps }) => (txBps === null && rxBps === null ? null : Math.max(txBps ?? 0, rxBps ?? 0)),
    cell: ({ kind, txBps, rxBps, rateBps, rateAssumed }) => {
      const busier = txBps === null && rxBps === null ? null : Math.max(txBps ?? 0, rxBps ?? 0);
      return (
        <>
          {missing(rateText(kind, busier))}{' '}
          <span className={styles.faint}>
            of {rateText(kind, rateBps)}
            {rateAssumed ? ', nameplate' : ''}
          </span>
        </>
      );
    },
  },
  {
    ...{ id: 'use', label: 'Use %', unit: 'ratio', right: true, descending: true, sort: ({ use }: LinkRow) => use },
    cell: ({ use }) => <b>{missing(bare(use, 1))}</b>,
  },
];

const AFTER: readonly TableColumn<LinkRow>[] = [
  {
    ...{ id: 'trouble', label: 'State', sort: ({ troubles }: LinkRow) => troubles[0] ?? null },
    cell: ({ troubles, degraded }) =>
      troubles.length === 0 ? '' : `${TROUBLE[troubles[0]]}${degraded === '' ? '' : `: ${degraded}`}`,
  },
];

/** The columns of links, by what they tell of congestion. */
export const linkColumns = (rows: readonly LinkRow[]): readonly TableColumn<LinkRow>[] => [
  ...BEFORE,
  ...congestionColumns(rows),
  ...AFTER,
];

/** Links of nodes and GPUs of all four kinds, the worst first, as the engine put them. */
export function LinkTable(props: {
  rows: readonly LinkRow[] | undefined;
  /** Said while they are not there. */
  waits: string;
  selected: string;
  onSelect: (row: LinkRow) => void;
}) {
  const columns = useMemo(() => linkColumns(props.rows ?? []), [props.rows]);
  const first = columns.find(({ id }) => id === 'wait' || id === 'ecn')?.id ?? 'use';
  return (
    <DataTable
      // Another network has other columns, and begins with its own order.
      key={first}
      label="Links by congestion"
      columns={columns}
      rows={props.rows ?? []}
      keyOf={linkKey}
      selected={props.selected}
      onSelect={props.onSelect}
      sort={{ column: first, descending: true }}
      empty={props.rows === undefined ? props.waits : 'No links are read.'}
    />
  );
}

export const linkKey = ({ kind, label }: LinkRow) => `${kind} ${label}`;
