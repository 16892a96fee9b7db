import { describe, expect, test } from 'vitest';
import { fed, T0 } from './fleet.fixture.ts';
import { elevationOf, inventoryOf } from './inventory.ts';
import { missingByPlace } from './missing.ts';
import { computePower, RUNGS } from './power.ts';
import { GPU, NODE, RACK, type Topology } from './topology.ts';
import { parseBudgetsCsv, parseTopologyCsv } from './topology-csv.ts';
import { FleetView } from './view.ts';

const HEAD = 'site,hall,row,rack,u,node,model,gpus,kind,height,position,aisle,feeds\n';
const read = (...lines: string[]) => {
  const { rows, racks, errors } = parseTopologyCsv(HEAD + lines.map((line) => `${line}\n`).join(''));
  expect(errors).toEqual([]);
  return [rows, racks] as const;
};
const tray = (n: number, u = 0) =>
  `S,A,A2,A2-05,${u === 0 ? '' : u},A2-05-n${String(n).padStart(2, '0')},GB200 NVL72,4`;
const nodes = ({ start, name }: Topology) => name.slice(start[NODE], start[GPU]);
const board = (host: string, index: number, watts = 1000) =>
  `DCGM_FI_DEV_POWER_USAGE{gpu="${index}",UUID="GPU-${host}-${index}",modelName="NVIDIA GB200",hostname="${host}"} ${watts}\n`;
const boards = (host: string) => [0, 1, 2, 3].map((index) => board(host, index)).join('');
const standOf = (topology: Topology) => ({
  start: [...topology.start],
  parent: [...topology.parent],
  name: topology.name,
  inventory: inventoryOf(topology),
});

describe('a rack of 18 trays of which 17 are known', () => {
  const known = Array.from({ length: 18 }, (_, i) => i + 1).filter((n) => n !== 7);

  test('the one that nobody knows is a hole between its neighbours, of four GPUs at nameplate', () => {
    const { fleet, take, at } = fed();
    fleet.setTopology(...read('S,A,A2,A2-05,,,GB200 NVL72,,,48,5,Cold 2,A+B'));
    for (const n of known) take(boards(`A2-05-n${String(n).padStart(2, '0')}`), 0, { key: `n${n}` });
    // Host names say the rack; topology.csv says what the rack is.
    const { topology } = at();
    expect(nodes(topology)).toEqual(Array.from({ length: 18 }, (_, i) => `n${String(i + 1).padStart(2, '0')}`));
    const { holes, racks } = inventoryOf(topology);
    expect(holes.map((place) => topology.path[place])).toEqual([
      'S/A/A2/A2-05/A2-05-n07',
      ...[0, 1, 2, 3].map((index) => `S/A/A2/A2-05/A2-05-n07/g${index}`),
    ]);
    expect(racks).toEqual([{ position: 5, aisle: 'Cold 2', heightU: 48, model: 'GB200 NVL72' }]);
    // 68 boards at 1 kW and four at 132 kW ÷ 72.
    const { drawW, atLeast, gpuCount, gpuLive } = computePower(at());
    const rack = topology.start[RACK];
    expect(drawW[rack]).toBeCloseTo(68_000 + (4 * 132_000) / 72, -1);
    expect([atLeast[rack], gpuCount[rack], gpuLive[rack]]).toEqual([1, 72, 68]);
  });

  test('it is no hole any more when it reports', () => {
    const { fleet, take, at } = fed();
    fleet.setTopology(...read(...known.map((n) => tray(n))));
    expect(inventoryOf(at().topology).holes).not.toEqual([]);
    for (const n of [...known, 7])
      take(boards(`A2-05-n${String(n).padStart(2, '0')}`), 0, { key: `n${n}`, targetLabels: new Map() });
    expect(inventoryOf(at().topology).holes).toEqual([]);
    expect(nodes(at().topology)).toHaveLength(18);
  });

  test('of a machine that was heard the GPU that was not is a hole alone', () => {
    const { fleet, take, at } = fed();
    fleet.setTopology(...read('S,H,R,R-1,1,n1,HGX H200,8'));
    take([0, 1, 2, 3, 4, 6, 7].map((index) => board('n1', index)).join(''));
    const { topology } = at();
    expect(inventoryOf(topology).holes.map((place) => topology.path[place])).toEqual(['S/H/R/R-1/n1/g5']);
  });

  test('switch trays are missed only where one is known', () => {
    const { fleet, at } = fed();
    const switches = Array.from({ length: 8 }, (_, i) => `S,A,A2,A2-05,,A2-05-s${i + 1},,,switch`);
    fleet.setTopology(...read('S,A,A2,A2-05,,,GB200 NVL72', ...switches));
    const { topology } = at();
    expect(nodes(topology).filter((name) => name.startsWith('s'))).toHaveLength(9);
    expect(nodes(topology)).toHaveLength(18 + 9);
    expect(topology.nodeKind.filter((kind) => kind === 'switch')).toHaveLength(9);
  });

  test('no rack is expected to be anything that nobody wrote', () => {
    const { take, at } = fed();
    for (const n of known) take(boards(`a2-05-n${n}`), 0, { key: `n${n}` });
    expect(inventoryOf(at().topology).holes).toEqual([]);
  });
});

describe('feeds', () => {
  const pdu = (feed: string, watts: number, rack = 'A2-05') =>
    `rPDU2DeviceStatusPower{instance="pdu-${rack}-${feed}"} ${watts / 10}\n`;
  const rated = 'place,budget_kw,feed_a_kw,feed_b_kw\nS/A/A2/A2-05,132,132,132\n';
  const holes = ({ feedHole, feedName, feedRack, path }: Topology) =>
    feedName.flatMap((name, feed) => (feedHole[feed] === 1 ? [`${path[feedRack[feed]]} ${name}`] : []));

  test('a rated feed that no PDU reports is a hole, and what the other says is not the whole draw', () => {
    const { fleet, take, at } = fed();
    fleet.setTopology(...read('S,A,A2,A2-05,1,A2-05-n01,,'));
    fleet.setBudgets(parseBudgetsCsv(rated).rows);
    take(pdu('a', 61_000));
    const frame = at();
    expect(holes(frame.topology)).toEqual(['S/A/A2/A2-05 B']);
    const power = computePower(frame);
    const rack = frame.topology.start[RACK];
    expect([power.feedsFresh[rack], power.feedsExpected[rack]]).toEqual([1, 2]);
    expect(RUNGS[power.rung[rack]]).toBe('partly');
    expect(power.atLeast[rack]).toBe(1);
    take(pdu('b', 63_000), 0, { key: 'two' });
    expect(holes(at().topology)).toEqual([]);
    expect(computePower(at()).drawW[rack]).toBe(124_000);
  });

  test('a site without any PDU lacks none, unless a rack is said to have them', () => {
    const { fleet, at } = fed();
    fleet.setBudgets(parseBudgetsCsv(rated).rows);
    fleet.setTopology(...read('S,A,A2,A2-05,1,A2-05-n01,,'));
    expect(holes(at().topology)).toEqual([]);
    fleet.setTopology(...read('S,A,A2,A2-05,1,A2-05-n01,,', 'S,A,A2,A2-05,,,,,,,,,A B'));
    expect(holes(at().topology)).toEqual(['S/A/A2/A2-05 A', 'S/A/A2/A2-05 B']);
    expect(RUNGS[computePower(at()).rung[at().topology.start[RACK]]]).toBe('none');
  });
});

describe('the elevation', () => {
  test('written units stand; the rest follows the model; what nobody reports of is there too', () => {
    const { fleet, at } = fed();
    // 18 trays: four at the units that are written for them, the others wherever the model has them.
    const trays = Array.from({ length: 18 }, (_, i) => tray(i + 1, i < 4 ? 30 + i : 0));
    fleet.setTopology(...read('S,A,A2,A2-05,,,GB200 NVL72', ...trays));
    const { topology } = at();
    const { heightU, heightKnown, units } = elevationOf(standOf(topology), topology.start[RACK]);
    expect([heightU, heightKnown, units.length]).toEqual([48, true, 18 + 9 + 8]);
    expect(new Set(units.map(({ u }) => u)).size).toBe(35);
    expect(units.filter(({ sure }) => sure).map(({ name, u }) => `${name} ${u}`)).toEqual([
      'n01 30',
      'n02 31',
      'n03 32',
      'n04 33',
    ]);
    expect(units.filter(({ state }) => state === 'unwatched').map(({ kind }) => kind)).toEqual([
      ...Array(4).fill('power'),
      ...Array(9).fill('switch'),
      ...Array(4).fill('power'),
    ]);
    expect(units[0]).toMatchObject({ kind: 'power', u: 1, node: -1, name: 'Power shelf 1' });
  });

  test('a rack of no known model is as high as what stands in it, and says so', () => {
    const { fleet, at } = fed();
    fleet.setTopology(
      ...read('S,A,B1,B1-01,1,n1,HGX H200,8,,8', 'S,A,B1,B1-01,9,n2,HGX H200,8,,8', 'S,A,B1,B1-02,1,n3,HGX H200,8'),
    );
    const { topology } = at();
    expect(elevationOf(standOf(topology), topology.start[RACK])).toMatchObject({
      heightU: 16,
      heightKnown: false,
      units: [
        { name: 'n1', u: 1, height: 8, state: 'hole' },
        { name: 'n2', u: 9, height: 8, state: 'hole' },
      ],
    });
  });
});

test('what is missing is counted at every place above it, and told', () => {
  const { fleet, take, at } = fed();
  const trays = Array.from({ length: 18 }, (_, i) => tray(i + 1));
  fleet.setTopology(...read('S,A,A2,A2-05,,,,,,,,,A B', ...trays, 'S,A,A2,A2-06,1,x1,HGX H200,8'));
  for (const n of Array.from({ length: 17 }, (_, i) => i + 1)) {
    const host = `A2-05-n${String(n).padStart(2, '0')}`;
    take(n === 1 ? boards(host).split('\n').slice(1).join('\n') : boards(host), 0, { key: host });
  }
  const view = new FleetView({ historyBytes: 1e6, pollMs: 5000, staleMs: 60_000, warnRatio: 0.9, critRatio: 0.97 });
  view.update(at(), [], 0, T0, true);
  const layout = view.layout();
  const rack = layout?.path.indexOf('S/A/A2/A2-05') as number;
  // One GPU of the first tray, the last tray with its four, and both feeds; the other rack has eight GPUs in one node.
  expect(layout && missingByPlace(layout).get(rack)).toEqual({ gpus: 5, nodes: 1, feeds: 2 });
  expect(layout && missingByPlace(layout).get(0)).toEqual({ gpus: 13, nodes: 2, feeds: 2 });
  expect(view.current()?.summary.missing).toEqual({ gpus: 13, nodes: 2, feeds: 2 });
  expect(view.inspect(rack).facts.at(-1)).toMatchObject({ label: 'Never seen', text: '1 node, 5 GPUs, 2 feeds' });
  const hole = layout?.path.indexOf('S/A/A2/A2-05/A2-05-n18') as number;
  expect(view.inspect(hole).facts).toMatchObject([{ label: 'Expected by topology', text: 'Never seen' }]);
});

test('racks stand by their position; those that have none stand behind', () => {
  const { fleet, at } = fed();
  fleet.setTopology(
    ...read(
      'S,A,A2,K9,,n1,,',
      'S,A,A2,K9,,,,,,,1',
      'S,A,A2,K1,,n2,,',
      'S,A,A2,K1,,,,,,,2',
      'S,A,A2,A0,,n3,,',
      'S,A,A2,Z1,,,,,,,3',
    ),
  );
  const { name, start } = at().topology;
  expect(name.slice(start[RACK], start[NODE])).toEqual(['K9', 'K1', 'Z1', 'A0']);
});

test('a priority holds for all under a place that has none of its own', () => {
  const { fleet, at } = fed();
  fleet.setTopology(...read('S,A,A1,A1-01,,n1,,', 'S,A,A2,A2-01,,n2,,'));
  fleet.setBudgets(parseBudgetsCsv('place,budget_kw,priority\nS,,3\nS/A/A2,100,9\n').rows);
  const { path, priority } = at().topology;
  expect(Object.fromEntries(Array.from(priority, (one, place) => [path[place], one]))).toEqual({
    ...{ S: 3, 'S/A': 3, 'S/A/A1': 3, 'S/A/A1/A1-01': 3, 'S/A/A2': 9, 'S/A/A2/A2-01': 9 },
  });
});

test.each([
  ['S,H,R,K,1,n1,,,turbine', 'kind "turbine" is none of compute, switch, power'],
  ['S,H,R,K,1,n1,,,,0.5', 'height 0.5 is not a whole number from 1 to 100'],
  ['S,H,R,K,,,,,,,10000', 'position 10000 is not a whole number from 1 to 9999'],
])('%s', (line, message) => {
  expect(parseTopologyCsv(`${HEAD}${line}\n`).errors.map((error) => error.message)).toEqual([message]);
});
