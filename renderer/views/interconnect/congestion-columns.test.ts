import { describe, expect, it } from 'vitest';
import type { FabricMatrix, MatrixRow } from '../../../shared/fabric/matrix.ts';
import type { LinkRow } from '../../../shared/fabric/rows.ts';
import { cursorIn } from './interconnect-state.ts';
import { linkColumns } from './LinkTable.tsx';
import { congested, rowColumns, wholeColumns, worstRow } from './RowTable.tsx';
import { marksText, rowWords, tellsMarks } from './words.ts';

const row = (name: string, more: Partial<MatrixRow>): MatrixRow => ({
  ...{
    key: name,
    name,
    group: '',
    where: '',
    about: '',
    place: -1,
    tx: 0.5,
    rx: 0.4,
    wait: null,
    ticks: null,
    ecn: null,
    pfc: null,
  },
  ...{ txBps: 5e9, rxBps: 4e9, rateBps: 1e10, cells: 4, full: 0, saturated: 0, missing: 0, down: [] },
  ...{ severity: null, since: null, members: 1, ...more },
});
const matrix = (kind: FabricMatrix['kind'], rows: readonly MatrixRow[]): FabricMatrix => ({
  ...{ kind, word: 'leaf', each: 'leaf', pod: '', pods: [], columns: ['s1'], columnTx: [0.5], columnRx: [0.4], rows },
  ...{ state: [1], tx: [0.5], rx: [0.4], wait: [null], up: [4], of: [4], median: 0.5, p99: 0.5, txBps: 0, rateBps: 0 },
  links: { of: 4, down: 0, missing: 0 },
  waitKnown: rows.some(({ wait }) => wait !== null),
  ticksKnown: rows.some(({ ticks }) => ticks !== null),
});
const labels = (columns: readonly { readonly label: string }[]) => columns.map(({ label }) => label);

describe('a network tells congestion in its own columns', () => {
  const ethernet = matrix('ethernet', [
    row('leaf-1', { ecn: 12, pfc: 0, tx: 0.9 }),
    row('leaf-2', { ecn: 8300, pfc: 41 }),
    row('leaf-3', { tx: 0.7 }),
  ]);

  it('Ethernet: ECN marks and PFC pauses instead of the wait, on the screen and in the table behind it', () => {
    for (const columns of [rowColumns(ethernet, 0), wholeColumns(ethernet, 0)]) {
      expect(labels(columns)).toEqual(expect.arrayContaining(['ECN marks/s', 'PFC pauses/s']));
      expect(labels(columns).join()).not.toContain('Wait');
    }
    expect(congested(ethernet).map(({ name }) => name)).toEqual(['leaf-2', 'leaf-1', 'leaf-3']);
    expect(rowWords(ethernet, 1)).toBe('Leaf leaf-2, transmit 50.0%, receive 40.0%, ECN 8.3 k/s, PFC 41/s');
    expect(marksText(ethernet.rows[2])).toBe('');
  });

  it('Ethernet whose switches tell neither has no columns of dashes', () => {
    const silent = matrix('ethernet', [row('leaf-1', {})]);
    expect(labels(rowColumns(silent, 0)).join()).not.toMatch(/Wait|ECN|PFC/);
  });

  it('InfiniBand: its wait, marks or not, but for RoCE’s own devices, which never wait', () => {
    const waits = matrix('infiniband', [row('leaf-1', { wait: 0.02, ecn: 5, pfc: null })]);
    expect(labels(rowColumns(waits, 0))).toContain('Wait %');
    const roce = matrix('infiniband', [row('A1', { ticks: 0, ecn: 500 }), row('A2', { ticks: 0, ecn: 0 })]);
    expect(tellsMarks(roce)).toBe(true);
    expect(labels(rowColumns(roce, 0))).toContain('ECN marks/s');
    expect(tellsMarks(matrix('infiniband', [row('A1', { ticks: 0, ecn: 0 })]))).toBe(false);
  });
});

it('opens on the worst row: by its flag, then by wait or marks, and stays on it while none has a worse flag', () => {
  const leaf = (name: string, ecn: number, severity: MatrixRow['severity'] = null) => row(name, { ecn, severity });
  const opened = (rows: readonly MatrixRow[], held?: string) => rows[worstRow(matrix('ethernet', rows), held)]?.name;
  expect(opened([leaf('a', 0), leaf('b', 8300), leaf('c', 12)])).toBe('b');
  expect(opened([leaf('a', 0), leaf('b', 8300), leaf('c', 9000)], 'b')).toBe('b');
  const flagged = [leaf('a', 0, 'warning'), leaf('b', 8300), leaf('c', 12, 'critical'), leaf('d', 40, 'critical')];
  expect(opened(flagged, 'b')).toBe('d');
  expect(opened(flagged, 'c')).toBe('c');
  expect(opened([leaf('a', 0, 'nodata'), leaf('b', 8300), leaf('c', 0, 'warning')])).toBe('c');
  expect(opened([])).toBeUndefined();
});

it('points at no cell that is gone: its place in the list of cells is that of another row', () => {
  const one = matrix('infiniband', [row('leaf-1', {}), row('leaf-2', {})]);
  expect(cursorIn(one, { row: 0, column: 0 })).toEqual({ row: 0, column: 0 });
  expect(cursorIn(one, { row: 1, column: -1 })).toEqual({ row: 1, column: -1 });
  expect([cursorIn(one, { row: 0, column: 1 }), cursorIn(one, { row: 2, column: 0 })]).toEqual([null, null]);
});

describe('single links', () => {
  const link = (kind: LinkRow['kind'], more: Partial<LinkRow>): LinkRow => ({
    ...{
      kind,
      place: 0,
      label: 'n1 eth0',
      name: 'eth0',
      rateBps: 1,
      rateAssumed: false,
      txBps: 0,
      rxBps: 0,
      use: 0,
      wait: null,
    },
    ...{ waitTicks: null, ecn: null, cnp: null, pfc: null, retries: null, errors: null, discards: null, up: true },
    ...{ recentDowns: null, troubles: [], degraded: '', sampled: null, ...more },
  });
  const congestion = (rows: readonly LinkRow[]) =>
    labels(linkColumns(rows)).filter((label) => !['Link', 'Kind', 'Busier of rate', 'Use %', 'State'].includes(label));

  it('of Ethernet alone have marks and pauses, and no wait', () => {
    expect(congestion([link('ethernet', {})])).toEqual(['ECN marks/s', 'PFC pauses/s']);
    expect(congestion([link('ethernet', { cnp: 3, retries: 0 })])).toEqual([
      ...['ECN marks/s', 'CNP/s', 'PFC pauses/s', 'Retries/s'],
    ]);
  });

  it('of several networks have the wait, and beside it what any of them tells', () => {
    expect(congestion([link('infiniband', { wait: 0.1 }), link('nvlink', {})])).toEqual(['Wait']);
    expect(congestion([link('infiniband', { wait: 0.1 }), link('ethernet', { pfc: 7 })])).toEqual([
      'Wait',
      'PFC pauses/s',
    ]);
    expect(congestion([])).toEqual(['Wait']);
  });
});

it('calls by their name what the numbers of a row are of: a link, a pair of links, all links of a pod in a column', () => {
  const one = matrix('nvlink', [row('Rack R1-1', {})]);
  const transmit = (word: FabricMatrix['word']) =>
    labels(rowColumns({ ...one, word }, 0)).find((label) => label.startsWith('Transmit'));
  expect(transmit('pod')).toBe('Transmit per cell, GB/s');
  expect(transmit('domain')).toBe('Transmit per link, GB/s');
  expect(transmit('leaf')).toBe('Transmit per pair, GB/s');
});
