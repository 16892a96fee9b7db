import { describe, expect, test } from 'vitest';
import { inferPlace, NodeLocator, nodeOf } from './mapping.ts';

const labels = (entries: Record<string, string>) => new Map(Object.entries(entries));

// signals.md, trap 2.
describe('the node of a series', () => {
  const all = {
    hostname: 'h1',
    Hostname: 'h2',
    node: 'h3',
    kubernetes_node: 'h4',
    exported_instance: 'h5:9400',
    instance: 'h6:9400',
  };
  test('is told by the first label of the order', () => {
    const left = new Map(Object.entries(all));
    const found: string[] = [];
    for (const name of Object.keys(all)) {
      found.push(nodeOf(left));
      left.delete(name);
    }
    expect(found).toEqual(['h1', 'h2', 'h3', 'h4', 'h5', 'h6']);
    expect(nodeOf(left)).toBe('');
  });

  test.each([
    ['localhost of an exporter asked by -r', { Hostname: 'localhost', instance: 'gpu7:9400' }, 'gpu7'],
    ['the pod of an exporter', { Hostname: 'nvidia-dcgm-exporter-q28k4', instance: 'gpu7:9400' }, 'gpu7'],
    [
      'the pod of a chart',
      { Hostname: 'dcgm-exporter-1698765432-x7k2p', node: 'gpu8', instance: '10.0.0.1:9400' },
      'gpu8',
    ],
    ['a pod where nothing else tells', { Hostname: 'nvidia-dcgm-exporter-q28k4' }, 'nvidia-dcgm-exporter-q28k4'],
    ['an address that the machine names itself', { instance: '10.0.0.7:9100', nodename: 'gpu9' }, 'gpu9'],
    ['an IPv6 address', { instance: '[fd00::7]:9100', nodename: 'gpu9' }, 'gpu9'],
    ['an address alone', { instance: '10.0.0.7:9100' }, '10.0.0.7'],
    ['a name before what the machine says', { instance: 'gpu1.dc:9100', nodename: 'other' }, 'gpu1.dc'],
  ])('%s', (_title, entries, node) => expect(nodeOf(labels(entries as Record<string, string>))).toBe(node));
});

describe('a place by its host name', () => {
  test.each([
    ['A2-05-n3', 'A', 'A2', 'A2-05'],
    ['a2-05-t12', 'A', 'A2', 'A2-05'],
    ['gpu-b2-r05-n1', 'B', 'B2', 'B2-05'],
    ['gpu-b2-r05-n1.dc.example', 'B', 'B2', 'B2-05'],
    ['rack12-node3', 'Hall', 'Row', 'R12'],
    ['r05-n1', 'Hall', 'Row', 'R05'],
  ])('%s', (host, hall, row, rack) => expect(inferPlace(host)).toEqual({ hall, row, rack }));

  test.each(['gpu-node-1', 'ip-10-0-0-1', 'dgx01', '10.0.0.1', '', 'a'.repeat(50_000)])('%.20s tells nothing', (host) =>
    expect(inferPlace(host)).toBeUndefined(),
  );
});

describe('where a node stands', () => {
  const row = { site: 'PDX', hall: 'A', row: 'A2', rack: 'A2-05', u: 3, node: 'n1', model: 'HGX H200', gpus: 8 };
  const mappings = [
    { label: 'broken', pattern: '(' },
    { label: 'pod_rack', pattern: '^(?<row>[A-Z]\\d)-(?<rack>\\d+)$' },
    { label: 'node', pattern: '^(?<site>[a-z]{3})(?<hall>\\d)-(?<rack>k\\d+)-(?<node>.*)$' },
  ];
  const locator = new NodeLocator(mappings, [row]);

  test('topology.csv first, by full or short name', () => {
    expect(locator.locate('PDX', 'n1', labels({ rack: 'X' }))).toEqual({ ...row, inferred: false });
    expect(locator.locate('PDX', 'n1.dc.example', labels({}))).toEqual({ ...row, inferred: false });
    expect(locator.locate('another', 'n1', labels({}))).toMatchObject({ site: 'PDX', rack: 'A2-05' });
  });

  test('then label mappings, in their order', () => {
    expect(locator.locate('PDX', 'x', labels({ pod_rack: 'B1-07', rack: 'X' }))).toMatchObject({
      ...{ site: 'PDX', hall: 'Hall', row: 'B1', rack: '07', node: 'x', inferred: false },
    });
    expect(locator.locate('PDX', 'sea2-k14-n9', labels({}))).toMatchObject({
      ...{ site: 'sea', hall: '2', row: 'Row', rack: 'k14', node: 'n9', inferred: false },
    });
  });

  test("then the target's own labels, the name, and else the hall of the unmapped", () => {
    expect(locator.locate('PDX', 'x', labels({ site: 'S', hall: 'H', row: 'R', rack: 'K' }))).toMatchObject({
      ...{ site: 'S', hall: 'H', row: 'R', rack: 'K', inferred: false },
    });
    expect(locator.locate('PDX', 'a2-07-n1', labels({}))).toMatchObject({ rack: 'A2-07', inferred: true });
    expect(locator.locate('PDX', 'mystery', labels({}))).toMatchObject({ hall: 'Unmapped', node: 'mystery' });
  });

  test('the chassis places what nothing else does, in the order of its trays', () => {
    const board = { DCGM_FI_DEV_PLATFORM_CHASSIS_SERIAL_NUMBER: '1821/324', DCGM_FI_DEV_PLATFORM_TRAY_INDEX: '7' };
    expect(locator.locate('PDX', 'mystery', labels(board))).toMatchObject({
      ...{ site: 'PDX', row: 'Chassis', rack: '1821-324', node: 'mystery', order: 7, u: 0, inferred: true },
    });
    expect(locator.locate('PDX', 'a2-07-n1', labels(board))).toMatchObject({ rack: 'A2-07' });
    expect(locator.placements('PDX', 'n1', labels({ ...board, rack: 'X' })).map(({ by }) => by)).toEqual([
      ...['topology', 'labels', 'platform', 'nothing'],
    ]);
  });
});
