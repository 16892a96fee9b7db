import { expect, it } from 'vitest';
import { FabricInstant } from '../fabric/instant.ts';
import { computeFabric } from '../fabric.ts';
import { frameOf, rackAt, topologyOf, type Values } from '../frame.fixture.ts';
import { computePower } from '../power.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { summarize } from '../summary.ts';

const topology = topologyOf({
  racks: 3,
  gpus: 2,
  links: ['S/A/A1/A1-01/A1-01-n1 mlx5_0', 'S/A/A1/A1-01/A1-01-n1 mlx5_1'],
});

/** What is recorded of each of the three racks; the ports of the first are read, one of them full and waiting. */
function look(recorded: Partial<Record<SignalId, readonly (number | null)[]>>) {
  const places = Object.entries(recorded).map(([id, values]): [string, Values] => [
    id,
    [...Array.from({ length: rackAt(topology) }, () => null), ...values],
  ]);
  const ports = {
    'link.rx': [98, 10],
    'link.tx': [5, 5],
    'link.rate': [100, 100],
    'link.state': [4, 4],
    'link.wait': [3, 0],
  };
  const frame = frameOf(topology, { ...ports, ...Object.fromEntries(places) });
  const [power, fabric] = [computePower(frame), computeFabric(frame)];
  const none = new Float32Array(topology.start[4]).fill(Number.NaN);
  const { fabric: strip } = summarize({
    ...{ frame, power, fabric, slope: none, capMin: none, heardAt: new Float64Array(6), lateAt: Number.NaN },
    ...{ badSamples: 0, now: frame.time },
  });
  const instant = new FabricInstant({ frame }, { rows: [], problems: [] }, () => null);
  return { strip, overview: instant.overview(null) };
}

const RECORDED = {
  'place.gpus': [2, 2, 2],
  'place.links': [2, 2, 2],
  'place.linkUse': [0.98, 0.97, 0.2],
  'place.linksFull': [1, 2, 0],
  'place.ibPorts': [2, 8, 8],
  'place.ibDown': [0, 1, 0],
  'place.ibTx': [10, 400, 100],
  'place.ibRate': [200, 800, 800],
} as const;

it('full ports are counted where they are recorded, and those that are read not once more', () => {
  expect(look({}).strip).toMatchObject({ saturated: 1, of: 2, worst: 'A1-01-n1 mlx5_0' });
  expect(look(RECORDED).strip).toMatchObject({ saturated: 3, of: 6, worst: 'A1-01-n1 mlx5_0', use: Math.fround(0.98) });
  // Another network's ports are recorded: those that are read are none of them.
  const other = { ...RECORDED, 'place.ibPorts': [null, 8, 8], 'place.linksFull': [null, 2, 0] };
  const ethernet = { ...other, 'place.ethernetPorts': [2, null, null] };
  expect(look(ethernet).strip).toMatchObject({ saturated: 3, of: 8 });
  // The first rack's server has rules of before, which tell how many ports there are, but not of which network.
  expect(look(other).strip).toMatchObject({ saturated: 3, of: 6 });
});

it('the rack with the fullest port is named where no port is read that is as full', () => {
  const elsewhere = { ...RECORDED, 'place.linkUse': [0.98, 0.99, 0.2] };
  expect(look(elsewhere).strip).toMatchObject({ worst: 'Rack A1-02', use: Math.fround(0.99) });
});

it('the interconnect counts the ports of racks that are not read, and says how many these are', () => {
  const { overview } = look(RECORDED);
  expect(overview.unreadRacks).toBe(3);
  const told = overview.kinds.find(({ kind }) => kind === 'infiniband');
  // One rack is read: of its two ports one of 5 B/s each way is sent.
  expect(told).toMatchObject({ rows: 3, unread: 2, links: { of: 2 + 16, down: 1 }, txBps: 510, rateBps: 1800 });
  expect(look({}).overview).toMatchObject({ unreadRacks: 0 });
});
