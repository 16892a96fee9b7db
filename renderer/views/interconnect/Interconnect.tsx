import { useMemo, useRef } from 'react';
import { type FabricMatrix, MOST_ROWS } from '../../../shared/fabric/matrix.ts';
import type { DomainStrip, FabricOverview } from '../../../shared/fabric/overview.ts';
import type { AnyLinkKind } from '../../../shared/fabric/reading.ts';
import { RACK } from '../../../shared/topology.ts';
import { useFabric, useFabricOverview } from '../../ask/fabric.ts';
import { waiting } from '../../ask/waiting.ts';
import { useTravel } from '../../live/travel.tsx';
import { DataTable, tableDocument } from '../../parts/DataTable.tsx';
import parts from '../../parts/parts.module.css';
import { useSavable } from '../../save/savable.ts';
import { TablesDialog } from '../../save/TablesDialog.tsx';
import type { Theme } from '../../theme/theme.ts';
import { useKeys } from '../keys.ts';
import { KpiCells } from '../overview/KpiStrip.tsx';
import { levelOf } from '../places.ts';
import { DetailPanel } from './DetailPanel.tsx';
import { Domains, MOST_STRIPS } from './Domains.tsx';
import { fabricKpis } from './fabric-kpis.ts';
import styles from './interconnect.module.css';
import type { Actions, InterconnectProps } from './interconnect-props.ts';
import { chosenRow, flaggedRows, type InterconnectState } from './interconnect-state.ts';
import { MatrixPanel } from './MatrixPanel.tsx';
import { wholeColumns, worstRow } from './RowTable.tsx';
import { WatchPanel } from './WatchPanel.tsx';
import { directionsOf, KIND_LABEL, rowWord } from './words.ts';

/** The networks between GPUs: leaf and spine, NVLink domains, PCIe; what is full and waits, and since when. */
export function Interconnect(props: InterconnectProps) {
  const { state, frame, freshness, gone } = props;
  const tick = Math.floor(frame.time / frame.pollMs);
  const fabric = useFabric({ kind: state.kind, pod: state.pod }, tick);
  const whole = useFabricOverview(tick);
  const [matrix, overview] = [fabric.data ?? null, whole.data ?? null];
  const waits = waiting(fabric, 'Loading the network');
  const wholeWaits = waiting(whole);
  const chosen = chosenRow(matrix, state.object);
  // Without a choice the worst is shown: what is read first is what matters.
  const held = useRef('');
  const selected = matrix === null || chosen >= 0 ? chosen : worstRow(matrix, held.current);
  const row = matrix?.rows[selected];
  // Before its first numbers none is worse than another.
  held.current = row === undefined || row.tx === null ? '' : row.key;
  const actions = actionsOf(props, matrix, selected);
  useInterconnectKeys(state, matrix, actions, selected);
  const title = `${KIND_LABEL[state.kind]} by ${rowWord(matrix?.word ?? 'leaf').toLowerCase()}`;
  useSavable(title, () =>
    matrix === null || gone !== null ? null : tableDocument(title, wholeColumns(matrix, freshness.now), matrix.rows),
  );
  const { past } = useTravel();
  const cells = useMemo(() => {
    const unwatched = past ? 'Counted live only' : undefined;
    return fabricKpis(gone === null ? overview : null, freshness.now, gone?.text ?? wholeWaits, unwatched);
  }, [overview, gone, wholeWaits, freshness.now, past]);
  return (
    <main className={styles.page}>
      <KpiCells
        label="Interconnect summary"
        cells={cells}
        lost={gone?.lost ?? false}
        onGo={(cell) => follow(cell.label, state)}
      />
      <div className={styles.main}>
        <MatrixPanel {...props} {...{ matrix, waits }} overview={overview} selected={selected} actions={actions} />
        <div className={styles.right}>
          <DetailPanel {...props} matrix={matrix} row={row} tick={tick} onPlace={actions.goTo} />
          <WatchPanel {...props} {...{ matrix, waits }} selected={row?.key ?? ''} tick={tick} actions={actions} />
          <DomainPanel
            overview={overview}
            theme={props.theme}
            stale={gone !== null}
            onOpen={({ kind }, key) => state.openRow(kind, key, hasPods(overview, kind))}
          />
        </div>
      </div>
      {matrix === null ? null : (
        <TablesDialog
          title={`${KIND_LABEL[state.kind]} as table`}
          open={state.table}
          onClose={() => state.setTable(false)}
          own={{
            label: title,
            table: (
              <div className={styles.dialog}>
                <DataTable
                  label={title}
                  columns={wholeColumns(matrix, freshness.now)}
                  rows={gone === null ? matrix.rows : []}
                  keyOf={({ key }) => key}
                  empty={gone?.text ?? 'No rows.'}
                />
              </div>
            ),
          }}
        />
      )}
    </main>
  );
}

/** Whether rows of a network are shown by pods. */
function hasPods(overview: FabricOverview | null, kind: AnyLinkKind): boolean {
  const own = overview?.strips.filter((strip) => strip.kind === kind) ?? [];
  return own.reduce((sum, { cells }) => sum + cells.length, 0) > MOST_ROWS;
}

function DomainPanel(props: {
  overview: FabricOverview | null;
  theme: Theme;
  stale: boolean;
  onOpen: (strip: DomainStrip, key: string) => void;
}) {
  const of = props.overview?.strips.length ?? 0;
  return (
    <section className={parts.panel} aria-label="NVLink and Ethernet domains" data-region>
      <div className={parts.header}>
        <h2>NVLink and Ethernet domains</h2>
        <span className={parts.caption}>
          {of > MOST_STRIPS ? `First ${MOST_STRIPS} of ${of}, use % of peak` : 'Cell is one domain, use % of peak'}
        </span>
      </div>
      <Domains strips={props.overview?.strips} theme={props.theme} stale={props.stale} onOpen={props.onOpen} />
    </section>
  );
}

function actionsOf({ state, layout, go }: InterconnectProps, matrix: FabricMatrix | null, selected: number): Actions {
  const select = (row: number) => {
    const one = matrix?.rows[row];
    if (one) state.select(one.name);
  };
  const goTo = (place: number) => {
    if (place < 0) return;
    let at = place;
    while (levelOf(layout, at) > RACK) at = layout.parent[at];
    go({ view: 'overview', object: layout.path[at], params: { signal: 'nic' } });
  };
  return {
    select,
    goTo,
    open: (row) => (matrix?.word === 'pod' ? state.setPod(matrix.rows[row]?.name ?? '') : select(row)),
    pick: (row) => (matrix?.word === 'pod' ? state.setPod(row.name) : state.select(row.name)),
    step: (by) => {
      const rows = matrix === null ? [] : flaggedRows(matrix);
      if (rows.length === 0) return;
      const at = rows.indexOf(selected);
      select(rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length]);
    },
    back: () => (state.object !== '' ? state.select('') : state.setPod('')),
  };
}

/** The cells of the strip lead to the network that they speak of. */
function follow(label: string, state: InterconnectState): void {
  if (label === 'NVLink') state.setKind('nvlink');
  else if (label === 'Ethernet') state.setKind('ethernet');
  else state.setKind('infiniband');
}

const KINDS = ['infiniband', 'ethernet', 'nvlink', 'pcie'] as const;

/** @param shown the row that the detail is of, chosen or not */
function useInterconnectKeys(
  state: InterconnectState,
  matrix: FabricMatrix | null,
  actions: Actions,
  shown: number,
): void {
  const next = <One,>(all: readonly One[], one: One) => all[(all.indexOf(one) + 1) % all.length];
  const selected = chosenRow(matrix, state.object);
  useKeys({
    x: () => state.setDirection(next(directionsOf(matrix), state.direction)),
    n: () => state.setKind(next(KINDS, state.kind as (typeof KINDS)[number])),
    f: () => state.setFlagged(!state.flagged),
    v: () => state.setTable(true),
    g: () => {
      const row = matrix?.rows[shown];
      if (row) actions.goTo(row.place);
    },
    '(\\[)': () => actions.step(-1),
    '(\\])': () => actions.step(1),
    Enter: () => (selected < 0 ? undefined : actions.open(selected)),
    Escape: actions.back,
  });
}
