import { useMemo, useState } from 'react';
import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatPercent, formatPower } from '../../../shared/format.ts';
import { ASSUMED, QUALITY } from '../../../shared/frame.ts';
import { RACK } from '../../../shared/topology.ts';
import { DataTable, type TableColumn } from '../../parts/DataTable.tsx';
import { Missing } from '../../parts/Missing.tsx';
import parts from '../../parts/parts.module.css';
import { budgetTableRows } from './places/budget-table.ts';
import { Panel } from './places/Part.tsx';
import { PlaceParts } from './places/PlaceParts.tsx';
import placeStyles from './places/places.module.css';
import { Health, State } from './Sources.tsx';
import styles from './sources.module.css';

/** Sources at a time of the past: how they did then, budgets that held, and what had been changed. Nothing can be done. */
export function SourcesThen(props: {
  layout: LayoutDocument | null;
  frame: ViewFrame | null;
  /** Nothing is recorded of the time. */
  lost: boolean;
}) {
  const { layout, frame, lost } = props;
  const known = layout !== null && frame !== null && frame.layout === layout.version && !lost;
  return (
    <PlaceParts operate={false} lost={lost} budgetsThen={<BudgetsThen {...{ layout, frame, known }} />}>
      <HealthThen frame={known ? frame : null} />
    </PlaceParts>
  );
}

function HealthThen({ frame }: { frame: ViewFrame | null }) {
  const [chosen, setChosen] = useState('');
  const sources = frame?.sources ?? [];
  const now = frame?.time ?? 0;
  const health = sources.find(({ id }) => id === chosen) ?? sources[0];
  return (
    <div className={styles.sources}>
      <section className={`${parts.panel} ${styles.side}`} aria-label="List of sources" data-region>
        <div className={parts.header}>
          <h2>Sources then</h2>
        </div>
        <ul>
          {sources.map((one) => (
            <li key={one.id}>
              <button
                type="button"
                className={styles.entry}
                aria-pressed={one === health}
                onClick={() => setChosen(one.id)}
              >
                <State health={one} name={one.name} trouble="" now={now} />
              </button>
            </li>
          ))}
          {sources.length === 0 ? <li className={styles.quiet}>How sources did then is not kept.</li> : null}
        </ul>
      </section>
      <section className={parts.panel} aria-label="Source" data-region>
        <div className={parts.header}>
          <h2>{health?.name ?? 'Source'}</h2>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard. */}
        <section className={styles.scroll} tabIndex={0} aria-label="Facts">
          {health ? <Health health={health} now={now} operate={false} /> : null}
          <p className={styles.quiet}>
            Settings, coverage and what alerts are exchanged with are of now only: Shift Esc goes back to live.
          </p>
        </section>
      </section>
    </div>
  );
}

interface BudgetThen {
  readonly path: string;
  /** Of the place below its site. */
  readonly depth: number;
  readonly budgetW: number | null;
  readonly drawW: number;
  readonly quality: number;
  readonly isRack: boolean;
}

/** Something silent is counted in full: the draw is a bound from below, the headroom one from above. */
const isBound = ({ quality, drawW }: BudgetThen) => quality === ASSUMED && !Number.isNaN(drawW);
const scaleOf = ({ isRack }: BudgetThen) => (isRack ? 'rack' : 'row');
const known = (value: number) => (Number.isNaN(value) ? null : value);
const shown = (text: string) => (text === '—' ? <Missing /> : text);
const headroom = ({ budgetW, drawW }: BudgetThen) => (budgetW ?? Number.NaN) - drawW;

const COLUMNS: readonly TableColumn<BudgetThen>[] = [
  {
    id: 'place',
    label: 'Place',
    sort: ({ path }) => path,
    cell: ({ path, depth }) => <span style={{ paddingLeft: depth * 14 }}>{path}</span>,
  },
  {
    ...{ id: 'draw', label: 'Draw', unit: 'W', right: true, descending: true, sort: ({ drawW }) => known(drawW) },
    cell: (row) => shown(`${isBound(row) ? '≥ ' : ''}${formatPower(row.drawW, scaleOf(row))}`),
  },
  {
    ...{ id: 'budget', label: 'Budget', unit: 'W', right: true, descending: true, sort: ({ budgetW }) => budgetW },
    cell: (row) => shown(formatPower(row.budgetW, scaleOf(row))),
  },
  {
    ...{ id: 'used', label: 'Used', unit: 'ratio', right: true, descending: true },
    sort: ({ drawW, budgetW }) => known(drawW / (budgetW ?? Number.NaN)),
    cell: (row) =>
      shown(
        `${isBound(row) && row.budgetW !== null ? '≥ ' : ''}${formatPercent(row.drawW / (row.budgetW ?? Number.NaN), 1)}`,
      ),
  },
  {
    ...{ id: 'headroom', label: 'Headroom', unit: 'W', right: true, sort: (row) => known(headroom(row)) },
    cell: (row) =>
      shown(`${isBound(row) && row.budgetW !== null ? '≤ ' : ''}${formatPower(headroom(row), scaleOf(row))}`),
  },
  {
    ...{ id: 'quality', label: 'Draw is', sort: ({ quality }) => QUALITY[quality] },
    cell: ({ quality, drawW }) => (Number.isNaN(drawW) ? <Missing /> : QUALITY[quality]),
  },
];

/** What is written where is of now: only the places are wanted, in floor order. */
const NO_LINES = { stamp: '', lines: [], errors: [] };

/** Budgets that held then beside what was drawn of them; who wrote them where is of now. */
function BudgetsThen(props: { layout: LayoutDocument | null; frame: ViewFrame | null; known: boolean }) {
  const { layout, frame } = props;
  const rows = useMemo(() => {
    if (!layout || !frame || !props.known) return [];
    return budgetTableRows(layout, NO_LINES).map(
      ({ path, place, depth }): BudgetThen => ({
        ...{ path, depth, budgetW: layout.budgetW[place] ?? null, drawW: frame.drawW[place] },
        ...{ quality: frame.quality[place], isRack: place >= layout.start[RACK] },
      }),
    );
  }, [layout, frame, props.known]);
  return (
    <div className={placeStyles.one}>
      <Panel title="Budgets then">
        <DataTable
          label="Budgets then"
          columns={COLUMNS}
          rows={rows}
          keyOf={({ path }) => path}
          empty="Nothing is recorded of this time."
          qualityOf={({ quality }) => QUALITY[quality]}
        />
      </Panel>
    </div>
  );
}
