import { describe, expect, test } from 'vitest';
import { fed, T0 } from './fleet.fixture.ts';
import { Fleet } from './fleet.ts';
import { membersOf } from './members.ts';
import { naturalOrder } from './places.ts';
import { GPU, LEVELS, NODE, RACK, type Topology } from './topology.ts';
import { parseBudgetsCsv, parseTopologyCsv } from './topology-csv.ts';

const names = ({ start, name }: Topology, level: number) => name.slice(start[level], start[level + 1]);
const paths = ({ start, path }: Topology, level: number) => path.slice(start[level], start[level + 1]);

test('numbers in names compare as numbers', () => {
  const sorted = ['A10-1', 'A2-10', 'A2-9', 'A2', 'B1', 'A2-09b', 'n', ''].toSorted(naturalOrder);
  expect(sorted).toEqual(['', 'A2', 'A2-9', 'A2-09b', 'A2-10', 'A10-1', 'B1', 'n']);
});

const CSV = `site,hall,row,rack,u,node,model,gpus
S,A,A2,A2-10,1,A2-10-n1,HGX H200,2
S,A,A2,A2-9,20,A2-9-n2,HGX H200,2
S,A,A2,A2-9,10,A2-9-n1,HGX H200,4
`;

function planned() {
  const { fleet, take, at } = fed();
  fleet.setTopology(parseTopologyCsv(CSV).rows);
  const power = (host: string, uuid: string, index: number) =>
    `DCGM_FI_DEV_POWER_USAGE{gpu="${index}",UUID="${uuid}",modelName="NVIDIA H200",hostname="${host}"} 500\n`;
  return { fleet, take, at, power };
}

describe('expected inventory', () => {
  test('nodes that never report are there with their slots, in floor order', () => {
    const { topology } = planned().at();
    expect(names(topology, RACK)).toEqual(['A2-9', 'A2-10']);
    expect(names(topology, NODE)).toEqual(['n1', 'n2', 'n1']);
    expect(paths(topology, GPU).slice(0, 5)).toEqual([
      'S/A/A2/A2-9/A2-9-n1/g0',
      'S/A/A2/A2-9/A2-9-n1/g1',
      'S/A/A2/A2-9/A2-9-n1/g2',
      'S/A/A2/A2-9/A2-9-n1/g3',
      'S/A/A2/A2-9/A2-9-n2/g0',
    ]);
    expect([...topology.inferred].every((one) => one === 0)).toBe(true);
    // 8 GPUs share 10.2 kW.
    expect(topology.nameplateW[topology.start[NODE]]).toBe(5100);
    expect(topology.nameplateW[0]).toBe(10_200);
  });

  test('a GPU that reports takes its slot and leaves the others as holes', () => {
    const { take, at, power } = planned();
    take(power('A2-9-n1.dc.example', 'GPU-x', 2));
    const { topology } = at();
    expect(paths(topology, GPU)).toHaveLength(8);
    expect(paths(topology, GPU).slice(0, 4)).toEqual([
      'S/A/A2/A2-9/A2-9-n1/g0',
      'S/A/A2/A2-9/A2-9-n1/g1',
      'GPU-x',
      'S/A/A2/A2-9/A2-9-n1/g3',
    ]);
    expect(names(topology, GPU).slice(0, 4)).toEqual(['g0', 'g1', 'g2', 'g3']);
  });

  test('more GPUs than expected are all shown', () => {
    const { take, at, power } = planned();
    take([0, 1, 2].map((i) => power('A2-10-n1', `GPU-${i}`, i)).join(''));
    expect(paths(at().topology, GPU).slice(-3)).toEqual(['GPU-0', 'GPU-1', 'GPU-2']);
  });

  test('a topology that comes later moves what is there, and its values with it', () => {
    const { take, at, fleet, power } = planned();
    fleet.setTopology([]);
    take(power('A2-9-n1', 'GPU-x', 0));
    expect(paths(at().topology, RACK)).toEqual(['S/A/A2/A2-9']);
    fleet.setTopology(parseTopologyCsv('site,hall,row,rack,node\nS,B,B1,B1-01,A2-9-n1\n').rows);
    const { topology, columns } = at();
    expect(paths(topology, RACK)).toEqual(['S/B/B1/B1-01']);
    expect(columns.get('gpu.power')?.value[0]).toBe(500);
  });
});

describe('where boards tell that they sit', () => {
  /** Two boards of a node, with tray or slot, and module. */
  const node = (host: string, tray: string, modules: readonly number[]) =>
    modules
      .map((module, i) => {
        const labels = `{gpu="${i}",UUID="${host}-${i}",hostname="${host}"}`;
        return `DCGM_FI_DEV_GPU_TEMP${labels} 50\n${tray.replace('{}', labels)}\nDCGM_FI_DEV_PLATFORM_MODULE_ID${labels} ${module}\n`;
      })
      .join('');
  const trays = (...at: readonly number[]) =>
    at.map((tray, i) => node(`a2-05-n${i + 1}`, `DCGM_FI_DEV_PLATFORM_TRAY_INDEX{} ${tray}`, [2, 1])).join('');

  test('trays stand in their order in the rack', () => {
    const { topology, columns } = fed(trays(7, 0, 3)).at();
    expect(names(topology, NODE)).toEqual(['n2', 'n3', 'n1']);
    expect(columns.get('gpu.tray')?.value.slice(topology.start[GPU])).toEqual(Float32Array.of(0, 0, 3, 3, 7, 7));
  });

  test('boards whose index is not told stand by their modules', () => {
    const board = (id: string, module: number, index = '') =>
      `DCGM_FI_DEV_PLATFORM_MODULE_ID{UUID="${id}",hostname="a2-05-n1"${index}} ${module}\n`;
    expect(paths(fed(board('GPU-a', 2) + board('GPU-b', 1)).at().topology, GPU)).toEqual(['GPU-b', 'GPU-a']);
    const indexed = board('GPU-a', 2, ',gpu="0"') + board('GPU-b', 1, ',gpu="1"');
    expect(paths(fed(indexed).at().topology, GPU)).toEqual(['GPU-a', 'GPU-b']);
  });

  test('a slot of the chassis does where no tray is told, and a written unit is believed more', () => {
    const slots = ['9', '4'].map((slot, i) =>
      node(`a2-05-n${i + 1}`, `DCGM_FI_DEV_PLATFORM_CHASSIS_SLOT_NUMBER{} ${slot}`, [1]),
    );
    const one = fed(slots.join(''));
    expect(names(one.at().topology, NODE)).toEqual(['n2', 'n1']);
    const rows = parseTopologyCsv('site,hall,row,rack,u,node\nS,A,A2,A2-05,1,a2-05-n1\nS,A,A2,A2-05,2,a2-05-n2\n').rows;
    one.fleet.setTopology(rows);
    expect(names(one.at().topology, NODE)).toEqual(['n1', 'n2']);
  });

  test('a tray that was put elsewhere moves; the same numbers change nothing', () => {
    const { take, at } = fed(trays(0, 1));
    const { topology } = at();
    take(trays(0, 1), 5);
    expect(at(5).topology.version).toBe(topology.version);
    take(trays(2, 1), 10);
    expect(names(at(10).topology, NODE)).toEqual(['n2', 'n1']);
  });
});

test('nodes that nobody placed stand last, in a hall of their own', () => {
  const { take, at } = fed();
  for (const host of ['zzz', 'a2-05-n1'])
    take(`DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-${host}",hostname="${host}"} 1\n`, 0, { key: host });
  expect(paths(at().topology, NODE)).toEqual(['S/A/A2/A2-05/a2-05-n1', 'S/Unmapped/Unmapped/Unmapped/zzz']);
});

test('budgets go by path, those of feeds by what the breaker may carry', () => {
  const { take, at, fleet } = fed();
  const { rows } = parseBudgetsCsv(
    'place,budget_kw,feed_a_kw,feed_b_kw,derate\nS,100,,,\nS/A/A2/A2-05,40,30,20,0.8\nS/A/A2/none,1,,,\n',
  );
  fleet.setBudgets(rows);
  for (const feed of ['A', 'B', 'C']) {
    const targetLabels = new Map(Object.entries({ site: 'S', hall: 'A', row: 'A2', rack: 'A2-05', feed }));
    const text = 'measurementsInletSensorValue{inletId="1",sensorType="activePower"} 1\n';
    take(text, 0, { key: feed, targetLabels });
  }
  const { topology } = at();
  expect([...topology.budgetW]).toEqual([100_000, Number.NaN, Number.NaN, 40_000]);
  expect(topology.feedName).toEqual(['A', 'B', 'C']);
  expect([...topology.feedBudgetW]).toEqual([24_000, 16_000, Number.NaN]);
});

test('levels and children lie together, whatever the order of appearance', () => {
  const fleet = new Fleet({ mappings: [] });
  const hosts = Array.from({ length: 120 }, (_, i) => `${'ba'[i % 2]}${1 + (i % 3)}-${10 - (i % 5)}-n${i % 7}`);
  hosts.forEach((host, i) => {
    const labels = new Map([
      ['gpu', '0'],
      ['UUID', `GPU-${i}`],
      ['hostname', host],
    ]);
    fleet.ingest({
      ...{ key: String(i), sourceId: 's', site: i % 4 === 0 ? 'S10' : 'S9', targetLabels: new Map(), time: T0 },
      decoded: {
        layout: { series: [{ name: 'DCGM_FI_DEV_POWER_USAGE', labels }] },
        ...{ values: Float64Array.of(1), times: null, duplicates: 0, warnings: [] },
      },
    });
  });
  const { topology, columns } = fleet.frame(T0, 60_000);
  const { start, parent } = topology;
  expect(start[LEVELS.length]).toBe(parent.length);
  for (let level = 1; level < LEVELS.length; level++)
    for (let place = start[level]; place < start[level + 1]; place++) {
      expect(parent[place]).toBeGreaterThanOrEqual(start[level - 1]);
      expect(parent[place]).toBeLessThan(start[level]);
      if (place > start[level]) expect(parent[place]).toBeGreaterThanOrEqual(parent[place - 1]);
    }
  expect(paths(topology, 0)).toEqual(['S9', 'S10']);
  const { gpus } = membersOf(topology);
  for (let place = 0; place < start[GPU]; place++)
    expect(columns.get('gpu.power')?.value[place]).toBe(gpus.to[place] - gpus.from[place]);
  expect(start[GPU + 1] - start[GPU]).toBe(120);
});
