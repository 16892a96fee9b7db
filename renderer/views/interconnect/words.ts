import type { Severity } from '../../../shared/contract.ts';
import type { FabricMatrix, MatrixRow } from '../../../shared/fabric/matrix.ts';
import type { AnyLinkKind } from '../../../shared/fabric/reading.ts';
import { formatCount, formatLink, formatNvlink, formatPercent, MISSING } from '../../../shared/format.ts';

/** What the cells are coloured by. */
export type Direction = 'tx' | 'rx' | 'wait';

export const KIND_LABEL: Readonly<Record<AnyLinkKind, string>> = {
  infiniband: 'InfiniBand',
  ethernet: 'Ethernet',
  nvlink: 'NVLink',
  pcie: 'PCIe',
};
export const DIRECTION_LABEL: Readonly<Record<Direction, string>> = { tx: 'Transmit', rx: 'Receive', wait: 'Wait' };

/** Rows by what they are: "leaf", "leaves". */
const ROWS: Readonly<Record<FabricMatrix['word'], readonly [string, string]>> = {
  leaf: ['Leaf', 'Leaves'],
  rack: ['Rack', 'Racks'],
  domain: ['Domain', 'Domains'],
  node: ['Node', 'Nodes'],
  pod: ['Pod', 'Pods'],
};
export const rowWord = (word: FabricMatrix['word']) => ROWS[word][0];
export const rowsWord = (word: FabricMatrix['word'], count = 2) => ROWS[word][count === 1 ? 0 : 1].toLowerCase();

/** Networks in bits, NVLink and PCIe in bytes (ui.md 4). */
export const rateText = (kind: AnyLinkKind, bytesPerS: number | null) =>
  kind === 'nvlink' || kind === 'pcie' ? formatNvlink(bytesPerS) : formatLink(bytesPerS);
export const rateUnit = (kind: AnyLinkKind) => (kind === 'nvlink' || kind === 'pcie' ? 'GB/s' : 'Gb/s');
/** The bare number in that unit. */
export const rateNumber = (kind: AnyLinkKind, bytesPerS: number | null) =>
  bytesPerS === null ? MISSING : formatCount((bytesPerS * (rateUnit(kind) === 'Gb/s' ? 8 : 1)) / 1e9);

/** A percentage without its sign, as columns print it. */
export const bare = (share: number | null, decimals: number) => formatPercent(share, decimals).replace('%', '');

/** "4.7 M", "830 k": raw ticks a second are of any size. */
export function compact(value: number | null): string {
  if (value === null) return MISSING;
  const units = ['', ' k', ' M', ' G', ' T'];
  let [size, unit] = [value, 0];
  while (Math.abs(size) >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${size.toFixed(size < 9.95 && size !== 0 ? 1 : 0)}${units[unit]}`;
}

/** Whether a matrix can be coloured by wait at all. */
export const directionsOf = (matrix: FabricMatrix | null): readonly Direction[] =>
  matrix?.waitKnown ? ['tx', 'rx', 'wait'] : ['tx', 'rx'];

/** Marks and pauses of a row together; null where neither is told. */
export const marksOf = ({ ecn, pfc }: Pick<MatrixRow, 'ecn' | 'pfc'>) =>
  ecn === null && pfc === null ? null : (ecn ?? 0) + (pfc ?? 0);

/**
 * Whether rows tell congestion by ECN marks and PFC pauses instead of a wait: Ethernet does where a switch or driver
 * counts them, and RoCE's own devices, which stand among InfiniBand and never wait.
 */
export function tellsMarks({ kind, rows }: FabricMatrix): boolean {
  if (kind === 'ethernet') return rows.some((row) => marksOf(row) !== null);
  return kind === 'infiniband' && rows.some((row) => marksOf(row)) && !rows.some(({ wait, ticks }) => wait || ticks);
}

/** "ECN 830/s, PFC 0/s": what a row or link says of congestion. */
export const marksText = ({ ecn, pfc }: Pick<MatrixRow, 'ecn' | 'pfc'>) =>
  [...(ecn === null ? [] : [`ECN ${compact(ecn)}/s`]), ...(pfc === null ? [] : [`PFC ${compact(pfc)}/s`])].join(', ');

export const severityOf = (row: MatrixRow): Severity | null => row.severity;

/** A cell in words, for the inspector line and for speech. */
export function cellWords(matrix: FabricMatrix, row: number, column: number): string {
  const at = row * matrix.columns.length + column;
  const name = `${matrix.rows[row].name} to ${matrix.columns[column]}`;
  const state = matrix.state[at];
  if (state === 0) return `${name}, no link`;
  if (state === 4) return `${name}, no data`;
  const links = `${matrix.up[at]} of ${matrix.of[at]} links up`;
  if (state === 3) return `${name}, down, ${links}`;
  const parts = [
    name,
    `transmit ${formatPercent(matrix.tx[at], 1)}`,
    `receive ${formatPercent(matrix.rx[at], 1)}`,
    matrix.wait[at] === null ? '' : `wait ${formatPercent(matrix.wait[at], 1)}`,
    links,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function congestionWords(matrix: FabricMatrix, row: MatrixRow): string {
  if (tellsMarks(matrix)) return marksText(row);
  if (row.wait !== null) return `wait ${formatPercent(row.wait, 1)}`;
  return row.ticks === null ? '' : `wait ${compact(row.ticks)} raw ticks a second`;
}

const FLAG_WORDS = { critical: 'critical', warning: 'warning', nodata: 'no data' } as const;

/** A row in words, for speech. */
export function rowWords(matrix: FabricMatrix, row: number): string {
  const one = matrix.rows[row];
  const parts = [
    `${rowWord(matrix.word)} ${one.name}`,
    one.tx === null ? 'no data' : `transmit ${formatPercent(one.tx, 1)}, receive ${formatPercent(one.rx, 1)}`,
    congestionWords(matrix, one),
    one.severity === null || (one.severity === 'nodata' && one.tx === null) ? '' : FLAG_WORDS[one.severity],
    one.down.length === 0 ? '' : `${one.down.length} links down`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}
