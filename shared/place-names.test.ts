import { expect, test } from 'vitest';
import { decodedOf } from './fleet.fixture.ts';
import { Fleet } from './fleet.ts';
import { labelOf } from './members.ts';
import { nameInFleet, nameOfPath } from './place-names.ts';

/** A board of a node in a rack of a row. */
const board = (uuid: string, site: string, row: string, rack: string, host: string) =>
  `DCGM_FI_DEV_POWER_USAGE{UUID="${uuid}",gpu="0",hostname="${host}",site="${site}",hall="A",row="${row}",rack="${rack}"} 100\n`;

test('only what has a twin is told with what differs above it', () => {
  const fleet = new Fleet({ mappings: [] });
  const text = [
    board('GPU-1', 'PDX-1', 'A2', 'A2-05', 'n1'),
    board('GPU-2', 'SEA-2', 'A2', 'A2-05', 'n1'),
    board('GPU-3', 'PDX-1', 'A3', 'A3-01', 'n2'),
    // Two rows of one site have a rack 7.
    board('GPU-4', 'PDX-1', 'B1', '7', 'n3'),
    board('GPU-5', 'PDX-1', 'B2', '7', 'n4'),
  ].join('');
  fleet.ingest({ key: 'k', sourceId: 's', site: 'S', targetLabels: new Map(), decoded: decodedOf(text), time: 1000 });
  const { topology } = fleet.frame(1000, 60_000);
  const at = (path: string) => topology.path.indexOf(path);
  const names = (paths: readonly string[]) =>
    paths.map((path) => [nameInFleet(topology, at(path)), labelOf(topology, at(path))]);
  expect(names(['PDX-1/A/A2/A2-05', 'SEA-2/A/A2', 'PDX-1/A/A3/A3-01', 'PDX-1/A/B2/7', 'PDX-1/A'])).toEqual([
    ['PDX-1 A2-05', 'Rack A2-05 of PDX-1'],
    ['SEA-2 A2', 'Row A2 of SEA-2'],
    ['A3-01', 'Rack A3-01'],
    ['B2 7', 'Rack 7 of B2'],
    ['PDX-1 A', 'Hall A of PDX-1'],
  ]);
  expect(names(['SEA-2/A/A2/A2-05/n1', 'PDX-1/A/A3/A3-01/n2', 'GPU-2', 'GPU-3']).map(([, label]) => label)).toEqual([
    'Node SEA-2 n1',
    'Node n2',
    'GPU SEA-2 A2-05 n1-g0',
    'GPU A3-01 n2-g0',
  ]);
  expect(['SEA-2/A/A2/A2-05', 'PDX-1/A/A3/A3-01', 'X/Y'].map((path) => nameOfPath(topology, path))).toEqual([
    'SEA-2 A2-05',
    'A3-01',
    'Y',
  ]);
});
