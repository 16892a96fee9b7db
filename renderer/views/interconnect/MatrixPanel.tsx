import { useMemo } from 'react';
import { CELL_STATES } from '../../../shared/fabric/grid.ts';
import type { FabricMatrix } from '../../../shared/fabric/matrix.ts';
import type { FabricOverview } from '../../../shared/fabric/overview.ts';
import type { AnyLinkKind } from '../../../shared/fabric/reading.ts';
import { formatCount } from '../../../shared/format.ts';
import { Legend } from '../../draw/Legend.tsx';
import { Kbd } from '../../parts/Kbd.tsx';
import parts from '../../parts/parts.module.css';
import { type Choice, Segmented } from '../../parts/Segmented.tsx';
import inspector from '../overview/inspector.module.css';
import styles from './interconnect.module.css';
import type { Actions, InterconnectProps } from './interconnect-props.ts';
import { cursorIn, flaggedRows } from './interconnect-state.ts';
import { Matrix } from './Matrix.tsx';
import {
  cellWords,
  DIRECTION_LABEL,
  type Direction,
  directionsOf,
  KIND_LABEL,
  rateText,
  rowsWord,
  rowWords,
} from './words.ts';

const KINDS: readonly Choice<AnyLinkKind>[] = (['infiniband', 'ethernet', 'nvlink', 'pcie'] as const).map((id) => ({
  id,
  label: KIND_LABEL[id],
}));

type Props = InterconnectProps & {
  readonly matrix: FabricMatrix | null;
  /** Said while there is none. */
  readonly waits: string;
  readonly overview: FabricOverview | null;
  readonly selected: number;
  readonly actions: Actions;
};

/** The matrix with its switchers above and the inspector line below. */
export function MatrixPanel(props: Props) {
  const { matrix, state } = props;
  return (
    <section className={parts.panel} aria-label={titleOf(matrix)} data-region>
      <div className={`${parts.header} ${styles.header}`}>
        <div className={styles.title}>
          <h2>{titleOf(matrix)}</h2>
          <span className={parts.caption}>{legendWords(matrix, state.direction)}</span>
        </div>
        <Segmented label="Network" choices={KINDS} value={state.kind} onPick={state.setKind} />
        <Directions {...props} />
        {matrix !== null && matrix.pod !== '' ? (
          <button type="button" className={styles.chip} onClick={() => state.setPod('')}>
            {matrix.pod} <Kbd>Esc</Kbd>
          </button>
        ) : null}
        <span className={styles.legend}>
          <Legend signal="nic" theme={props.theme} />
        </span>
      </div>
      <Problems overview={props.overview} />
      <Unread overview={props.overview} matrix={props.matrix} />
      <Body {...props} />
      <Inspector {...props} />
    </section>
  );
}

function Directions({ matrix, state }: Props) {
  const choices = useMemo(
    () => directionsOf(matrix).map((id): Choice<Direction> => ({ id, label: DIRECTION_LABEL[id] })),
    [matrix],
  );
  return <Segmented label="Direction" choices={choices} value={state.direction} onPick={state.setDirection} />;
}

function titleOf(matrix: FabricMatrix | null): string {
  if (matrix?.kind === 'nvlink') return 'NVLink domains by GPU';
  if (matrix?.kind === 'pcie') return 'PCIe by node and GPU';
  return matrix?.each === 'rack' ? 'Node ports by rack' : 'Leaf to spine uplinks';
}

function legendWords(matrix: FabricMatrix | null, direction: Direction): string {
  if (direction === 'wait') return 'Wait, % of its limit of 5% of time';
  const row = matrix?.rows.find(({ rateBps }) => rateBps !== null);
  if (!matrix || !row) return 'Use, % of rate';
  const ofGpus = (matrix.kind === 'nvlink' || matrix.kind === 'pcie') && matrix.word !== 'pod';
  const unit = matrix.word === 'leaf' ? 'pair' : ofGpus ? 'GPU' : 'cell';
  return `Use, % of ${rateText(matrix.kind, row.rateBps)} ${unit}`;
}

/** What is wrong with the file of cables, where it would be missed. */
function Problems({ overview }: { overview: FabricOverview | null }) {
  const problems = overview?.problems ?? [];
  if (problems.length === 0) return null;
  return (
    <p className={styles.problem} role="status">
      {problems[0]}
      {problems.length > 1 ? ` and ${problems.length - 1} more` : ''}
    </p>
  );
}

/** Rows are of what is read; what else is recorded is in the counts above them only. */
function Unread({ overview, matrix }: Pick<Props, 'overview' | 'matrix'>) {
  const racks = overview?.unreadRacks ?? 0;
  if (racks === 0 || matrix?.each === 'leaf') return null;
  return (
    <p className={styles.problem} role="status">
      {`${formatCount(racks)} ${racks === 1 ? 'rack is' : 'racks are'} recorded only and in no row: open one to read its links.`}
    </p>
  );
}

const NO_COUNTERS: Readonly<Record<AnyLinkKind, readonly [string, string]>> = {
  infiniband: [
    'No InfiniBand counters in this source. Ethernet and NVLink are shown.',
    'Fleetwatt looked for infiniband_switch_port_transmit_data_bytes_total and node_infiniband_port_data_transmitted_bytes_total.',
  ],
  ethernet: [
    'No Ethernet counters in this source.',
    'Fleetwatt looked for node_network_transmit_bytes_total and, with fabric.csv, for ifHCOutOctets.',
  ],
  nvlink: [
    'No NVLink counters in this source.',
    'Fleetwatt looked for DCGM_FI_PROF_NVLINK_TX_BYTES and DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL.',
  ],
  pcie: [
    'No PCIe counters in this source.',
    'Fleetwatt looked for DCGM_FI_PROF_PCIE_TX_BYTES and its link generation.',
  ],
};

function Body(props: Props) {
  const { matrix, state, theme, gone, selected, actions } = props;
  const only = useMemo(
    () => (state.flagged && matrix !== null ? new Set(flaggedRows(matrix)) : null),
    [state.flagged, matrix],
  );
  if (matrix === null) return <p className={styles.message}>{props.waits}</p>;
  if (matrix.rows.length === 0) {
    // A fleet that went silent may well have them.
    if (gone !== null) return <p className={styles.message}>{gone.text}</p>;
    const [title, looked] = NO_COUNTERS[state.kind];
    return (
      <div className={styles.message}>
        <h3>{title}</h3>
        <p>{looked}</p>
      </div>
    );
  }
  // Rates need two polls: until then nothing was lost, so nothing is hatched.
  const waiting = matrix.median === null && matrix.links.missing === matrix.links.of && gone === null;
  if (waiting && matrix.kind === 'pcie') {
    return (
      <div className={styles.message}>
        <h3>The rates of the PCIe links are not known.</h3>
        <p>
          Their traffic is read, but not what it is a share of. Let dcgm-exporter export DCGM_FI_DEV_PCIE_LINK_GEN and
          DCGM_FI_DEV_PCIE_LINK_WIDTH.
        </p>
      </div>
    );
  }
  return (
    <Matrix
      matrix={waiting ? outlined(matrix) : matrix}
      direction={directionsOf(matrix).includes(state.direction) ? state.direction : 'tx'}
      theme={theme}
      stale={gone?.lost ?? false}
      selected={selected}
      outlined={state.object !== ''}
      cursor={cursorIn(matrix, state.cursor)}
      only={only}
      onCursor={state.setCursor}
      onSelect={actions.select}
      onOpen={actions.open}
    />
  );
}

/** Cells outlined only: their numbers are on the way. */
function outlined(matrix: FabricMatrix): FabricMatrix {
  const [missing, up] = [CELL_STATES.indexOf('missing'), CELL_STATES.indexOf('up')];
  const rows = matrix.rows.map((row) => ({ ...row, severity: null }));
  return { ...matrix, rows, state: matrix.state.map((one) => (one === missing ? up : one)) };
}

/** The fixed line under the matrix: the cell or row under the pointer or the focus, else the chosen row. */
function Inspector({ matrix, state, gone, selected }: Props) {
  const at = cursorIn(matrix, state.cursor) ?? { row: selected, column: -1 };
  const row = matrix?.rows[at.row];
  return (
    <div className={inspector.line}>
      {matrix === null || !row ? (
        <span className={inspector.quiet}>Point at a cell or choose one to see its numbers here.</span>
      ) : gone !== null ? (
        <span className={inspector.gone}>{gone.text}</span>
      ) : (
        <>
          <b>{row.name}</b>
          <span className={`${styles.inspected} num`}>
            {at.column < 0 ? afterName(rowWords(matrix, at.row)) : afterName(cellWords(matrix, at.row, at.column))}
          </span>
          {row.where === '' ? null : <span className={inspector.quiet}>{row.where}</span>}
          {row.down.length === 0 ? null : (
            <span className={styles.warned}>Down: {row.down.slice(0, 2).join(', ')}</span>
          )}
        </>
      )}
      <span className={inspector.keys}>
        {matrix === null ? null : `${matrix.rows.length} ${rowsWord(matrix.word, matrix.rows.length)}`}
        <button
          type="button"
          className={styles.chip}
          aria-pressed={state.flagged}
          onClick={() => state.setFlagged(!state.flagged)}
        >
          Flagged <Kbd>F</Kbd>
        </button>
      </span>
    </div>
  );
}

/** Names stand before the words already, in bold. */
const afterName = (words: string) =>
  words.replace(/^[^,]*?( to [^,]+)?, /, (_, to: string | undefined) => (to ? `${to.trim()}, ` : ''));
