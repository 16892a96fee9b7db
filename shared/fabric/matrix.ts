import { FULL } from '../fabric.ts';
import type { Frame } from '../frame.ts';
import { median, quantile } from '../quantile.ts';
import type { EpochMs } from '../units.ts';
import type { FabricLayout } from './cables.ts';
import { CELL_STATES, type Flag, type Grid, type GridRow, gridOf } from './grid.ts';
import type { LaneState } from './lanes.ts';
import { type Field, gpuField, networkField, placeAbove, type RowOf, type RowWord, whereOf } from './matrix-rows.ts';
import type { AnyLinkKind } from './reading.ts';

/** One row of the matrix as a viewer gets it. Shares 0..1, rates in bytes per second; null is "not known". */
export interface MatrixRow {
  readonly key: string;
  readonly name: string;
  readonly group: string;
  /** "racks A1-04 to A1-06"; '' where nobody tells. */
  readonly where: string;
  /** "288 W, 53.0 °C": what the switch tells of itself; '' where it does not. */
  readonly about: string;
  /** Lowest place above all that hangs on it; −1: none. */
  readonly place: number;
  readonly tx: number | null;
  readonly rx: number | null;
  /** Share of time; of a pod the longest of its leaves. */
  readonly wait: number | null;
  readonly ticks: number | null;
  readonly ecn: number | null;
  readonly pfc: number | null;
  /** A cell on average, and what one could carry. */
  readonly txBps: number | null;
  readonly rxBps: number | null;
  readonly rateBps: number | null;
  readonly cells: number;
  readonly full: number;
  readonly saturated: number;
  readonly missing: number;
  readonly down: readonly string[];
  readonly severity: Flag | null;
  /** When it was first seen so, epoch ms. */
  readonly since: number | null;
  /** Leaves (or other rows) that it stands for: 1, of a pod its members. */
  readonly members: number;
}

/** Links of one kind: rows × columns of cells, with what the rows and columns come to. */
export interface FabricMatrix {
  readonly kind: AnyLinkKind;
  readonly word: RowWord;
  /** What they are made of: of pods the rows behind them, else the same. */
  readonly each: RowWord;
  /** The pod that was drilled into; '' for all. */
  readonly pod: string;
  /** Pods and how many rows they have; empty where rows are few enough to be shown at once. */
  readonly pods: readonly { readonly name: string; readonly rows: number }[];
  readonly columns: readonly string[];
  readonly columnTx: readonly (number | null)[];
  readonly columnRx: readonly (number | null)[];
  readonly rows: readonly MatrixRow[];
  /** Row after row: index in CELL_STATES, and shares. */
  readonly state: readonly number[];
  readonly tx: readonly (number | null)[];
  readonly rx: readonly (number | null)[];
  readonly wait: readonly (number | null)[];
  /** Links up in each cell, and links that should be. */
  readonly up: readonly number[];
  readonly of: readonly number[];
  /** Of all cells that are read. */
  readonly median: number | null;
  readonly p99: number | null;
  readonly txBps: number;
  readonly rateBps: number;
  readonly links: { readonly of: number; readonly down: number; readonly missing: number };
  /** Some wait is known as a share; where it is not, whether raw ticks are. */
  readonly waitKnown: boolean;
  readonly ticksKnown: boolean;
}

/** More rows than this become pods. */
export const MOST_ROWS = 128;

/** Tells since when a row is as it is; the engine's memory. */
export type SinceOf = (kind: AnyLinkKind, key: string, severity: Flag | null) => EpochMs | null;

/** JSON has no NaN, and four digits are more than a screen shows. */
const told = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(5)) : null);

export function fieldOf(frame: Frame, kind: AnyLinkKind, layout: FabricLayout | undefined): Field {
  return kind === 'nvlink' || kind === 'pcie'
    ? gpuField(frame, kind)
    : networkField(frame, layout ?? { kind, leaves: [], spines: [], cables: [], switchOf: new Int32Array(0) });
}

/** All rows of a field, whether they are shown one by one or by pods, with their cells. */
export interface Whole {
  readonly grid: Grid;
  readonly rows: readonly MatrixRow[];
}

export function wholeOf(frame: Frame, kind: AnyLinkKind, field: Field, sinceOf: SinceOf): Whole {
  const grid = gridOf(field.lanes, field.rows.length, field.columns.length);
  const usual = median(Float64Array.from(grid.rows, marks), 0, grid.rows.length);
  const rows = grid.rows.map((row, index): MatrixRow => {
    const severity = severityOf(row, kind, usual);
    return rowTold(frame, field.rows[index], row, severity, sinceOf(kind, field.rows[index].key, severity));
  });
  return { grid, rows };
}

/**
 * The matrix of a field. Above 128 rows it shows pods, each with the worst of its rows, so that no saturated leaf
 * averages away; `pod` drills into one, which is told by its name or by the key of one of its rows.
 */
export function matrixOf(kind: AnyLinkKind, field: Field, { grid, rows }: Whole, pod: string): FabricMatrix {
  const pods = field.rows.length > MOST_ROWS ? podsOf(field.rows) : [];
  const chosen = pods.length === 0 ? '' : podCalled(field.rows, pod);
  const shown =
    pods.length === 0
      ? { grid, rows, word: field.word }
      : chosen === ''
        ? podView(field, rows, pods, podNamer(field.rows))
        : oneOf(rows, field, chosen);
  const read = Float64Array.from(grid.cells, ({ tx }) => tx);
  const of = (...states: readonly LaneState[]) =>
    field.lanes.reduce((sum, { state, links }) => sum + (states.includes(state) ? links : 0), 0);
  return {
    ...{ kind, word: shown.word, each: field.word, pod: chosen, pods, columns: field.columns, rows: shown.rows },
    ...{ columnTx: shown.grid.columnTx.map(told), columnRx: shown.grid.columnRx.map(told) },
    state: shown.grid.cells.map(({ state }) => CELL_STATES.indexOf(state)),
    ...{ tx: shown.grid.cells.map(({ tx }) => told(tx)), rx: shown.grid.cells.map(({ rx }) => told(rx)) },
    wait: shown.grid.cells.map(({ wait }) => told(wait)),
    ...{ up: shown.grid.cells.map(({ up }) => up), of: shown.grid.cells.map(({ of: all }) => all) },
    ...{ median: told(median(read, 0, read.length)), p99: told(quantile(read, 0, read.length, 0.99)) },
    ...totals(field),
    links: { of: of('up', 'down', 'missing'), down: of('down'), missing: of('missing') },
    waitKnown: rows.some(({ wait }) => wait !== null),
    ticksKnown: rows.some(({ ticks }) => ticks !== null),
  };
}

function totals({ lanes }: Field): { txBps: number; rateBps: number } {
  let [txBps, rateBps] = [0, 0];
  for (const lane of lanes) {
    if (lane.state !== 'up' || Number.isNaN(lane.txBps + lane.rateBps)) continue;
    txBps += lane.txBps;
    rateBps += lane.rateBps;
  }
  return { txBps, rateBps };
}

/** Congestion marks and pause frames together; NaN where neither is told. */
const marks = ({ ecn, pfc }: GridRow) => (Number.isNaN(ecn) ? pfc : Number.isNaN(pfc) ? ecn : ecn + pfc);
/** Marks count above this many times what is usual among the rows. */
const ABOVE_USUAL = 3;

function severityOf(row: GridRow, kind: AnyLinkKind, usual: number): Flag | null {
  // RoCE's own devices are told as InfiniBand ports, and mark too.
  const network = kind === 'ethernet' || kind === 'infiniband';
  const marked = network && row.tx >= FULL && marks(row) > 0 && marks(row) > (usual || 0) * ABOVE_USUAL;
  if (row.saturated > 0 || marked) return 'critical';
  if (row.down.length > 0) return 'warning';
  return row.missing > 0 ? 'nodata' : null;
}

function rowTold(
  { topology }: Frame,
  { key, name, group, nodes, about = '' }: RowOf,
  row: GridRow,
  severity: Flag | null,
  since: EpochMs | null,
): MatrixRow {
  return {
    ...{
      key,
      name,
      group,
      about,
      where: whereOf(topology, nodes),
      place: placeAbove(topology, nodes),
      severity,
      since,
    },
    ...{ tx: told(row.tx), rx: told(row.rx), wait: told(row.wait), ticks: told(row.ticks) },
    ...{ ecn: told(row.ecn), pfc: told(row.pfc) },
    ...{ txBps: told(row.txBps), rxBps: told(row.rxBps), rateBps: told(row.rateBps) },
    ...{ cells: row.cells, full: row.full, saturated: row.saturated, missing: row.missing, down: row.down, members: 1 },
  };
}

/** What a row's pod is called: as it says itself, else its group, else its name without the number at its end. */
function podNamer(rows: readonly RowOf[]): (row: RowOf) => string {
  const several = (of: (row: RowOf) => string) => new Set(rows.map(of)).size > 1;
  const of = [
    ({ pod }: RowOf) => pod,
    ({ group }: RowOf) => group,
    ({ name }: RowOf) => name.replace(/[-_.]?\d+$/, ''),
  ].find(several);
  return (row) => of?.(row) || 'Others';
}

function podsOf(rows: readonly RowOf[]): { name: string; rows: number }[] {
  const nameOf = podNamer(rows);
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(nameOf(row), (counts.get(nameOf(row)) ?? 0) + 1);
  return [...counts].map(([name, count]) => ({ name, rows: count }));
}

/** The name of a pod by its name, or by the key of a row in it; '' where there is none. */
function podCalled(rows: readonly RowOf[], pod: string): string {
  const nameOf = podNamer(rows);
  const row = rows.find((one) => nameOf(one) === pod) ?? rows.find(({ key }) => key === pod);
  return row ? nameOf(row) : '';
}

interface Shown {
  readonly grid: Grid;
  readonly rows: readonly MatrixRow[];
  readonly word: RowWord;
}

const WORST: readonly (Flag | null)[] = ['critical', 'warning', 'nodata', null];

function podView(
  field: Field,
  rows: readonly MatrixRow[],
  pods: readonly { readonly name: string }[],
  nameOf: (row: RowOf) => string,
): Shown {
  const numbers = new Map(pods.map(({ name }, index) => [name, index]));
  const podOf = field.rows.map((row) => numbers.get(nameOf(row)) ?? 0);
  const grid = gridOf(field.lanes, pods.length, field.columns.length, podOf);
  const members: MatrixRow[][] = pods.map(() => []);
  for (const [index, row] of rows.entries()) members[podOf[index]].push(row);
  const told = grid.rows.map((sum, pod) => podRow(pods[pod].name, sum, members[pod]));
  return { grid, rows: told, word: 'pod' };
}

function podRow(name: string, sum: GridRow, members: readonly MatrixRow[]): MatrixRow {
  const count = (of: (row: MatrixRow) => number) => members.reduce((all, row) => all + of(row), 0);
  const waits = members.flatMap(({ wait }) => (wait === null ? [] : [wait]));
  const severity = WORST.find((one) => members.some((row) => row.severity === one)) ?? null;
  const flagged = members.filter((row) => row.severity === severity && row.since !== null);
  return {
    ...{ key: name, name, group: '', about: '', where: `${members.length} rows`, place: -1, severity },
    since: flagged.reduce<number | null>((least, { since }) => Math.min(least ?? Infinity, since ?? Infinity), null),
    ...{ tx: told(sum.tx), rx: told(sum.rx), wait: waits.length === 0 ? null : Math.max(...waits) },
    ...{ ticks: told(sum.ticks), ecn: told(sum.ecn), pfc: told(sum.pfc) },
    ...{ txBps: told(sum.txBps), rxBps: told(sum.rxBps), rateBps: told(sum.rateBps), members: members.length },
    ...{ cells: count((row) => row.cells), full: count((row) => row.full), saturated: count((row) => row.saturated) },
    ...{
      missing: count((row) => row.missing),
      down: members.flatMap((row) => row.down.map((one) => `${row.name} ${one}`)),
    },
  };
}

function oneOf(rows: readonly MatrixRow[], field: Field, pod: string): Shown {
  const nameOf = podNamer(field.rows);
  const kept = field.rows.flatMap((row, index) => (nameOf(row) === pod ? [index] : []));
  const numbers = new Map(kept.map((row, index) => [row, index]));
  const lanes = field.lanes.flatMap((lane) => {
    const row = numbers.get(lane.row);
    return row === undefined ? [] : [{ ...lane, row }];
  });
  const grid = gridOf(lanes, kept.length, field.columns.length);
  return { grid, rows: kept.map((row) => rows[row]), word: field.word };
}
