import { expect, test } from 'vitest';
import { parseExposition } from '../../shared/exposition/parser.ts';
import { layFabric } from '../../shared/fabric/cables.ts';
import { parseFabricCsv } from '../../shared/fabric/fabric-csv.ts';
import { fieldOf, matrixOf, wholeOf } from '../../shared/fabric/matrix.ts';
import { FabricMemory } from '../../shared/fabric/memory.ts';
import { Fleet } from '../../shared/fleet.ts';
import { FabricText, fabricCsv, fabricPlan } from './fabric.ts';
import { drawnPlan, sizedPlan } from './plan.ts';

const START = Date.UTC(2026, 10, 23, 14, 32, 10);
const plan = fabricPlan(drawnPlan(), 'A');
if (!plan) throw new Error('hall A has no fabric');

/** The matrix as the engine makes it of two polls 5 s apart. */
function matrixOfDemo() {
  const fleet = new Fleet({ mappings: [] });
  fleet.setWaitTick('demo', 320);
  const text = new FabricText(plan as NonNullable<typeof plan>, 1, START);
  for (const time of [START, START + 5000]) {
    const { series, values, times, duplicates, warnings } = parseExposition(Buffer.from(text.read(time)), 'prometheus');
    expect([duplicates, warnings]).toEqual([0, []]);
    const decoded = { layout: { series }, values, times, duplicates, warnings };
    fleet.ingest({ key: 'ib', sourceId: 'demo', site: 'PDX-1', targetLabels: new Map(), decoded, time });
  }
  const frame = fleet.frame(START + 5000, 60_000);
  const { rows, errors } = parseFabricCsv(
    `kind,leaf,leaf_port,spine,spine_port,rail,pod,rate_gbps\n${fabricCsv(plan as NonNullable<typeof plan>)}`,
  );
  expect(errors).toEqual([]);
  const field = fieldOf(frame, 'infiniband', layFabric(frame.topology, rows, 'infiniband'));
  return matrixOf('infiniband', field, wholeOf(frame, 'infiniband', field, new FabricMemory().sinceOf), '');
}

test('hall A: 36 leaves in four rails, 16 spines, two cables of NDR 400 a pair', () => {
  const { rows, columns, links } = matrixOfDemo();
  expect(rows.map(({ name }) => name)).toEqual(
    Array.from({ length: 36 }, (_, i) => `leaf-A-${`${i + 1}`.padStart(2, '0')}`),
  );
  expect(rows.map(({ group }) => group).filter((rail, i, all) => rail !== all[i - 1])).toEqual([
    'Rail 1',
    'Rail 2',
    'Rail 3',
    'Rail 4',
  ]);
  expect(columns).toHaveLength(16);
  expect(links.of).toBe(36 * 16 * 2);
});

test('leaf-A-17 is overrun, a cable of leaf-A-31 is out, a pair of leaf-A-28 is not read', () => {
  const { rows, columns, tx, state } = matrixOfDemo();
  expect(rows.filter(({ severity }) => severity !== null).map(({ name, severity }) => [name, severity])).toEqual([
    ['leaf-A-17', 'critical'],
    ['leaf-A-28', 'nodata'],
    ['leaf-A-31', 'warning'],
  ]);
  expect(rows[16]).toMatchObject({ saturated: 16, cells: 16 });
  expect(rows[16].tx).toBeGreaterThan(0.95);
  expect(rows[16].wait).toBeGreaterThan(0.25);
  expect(rows[30].down).toEqual(['p26 to spine-A-13']);
  expect([state[27 * 16 + 5], tx[27 * 16 + 5], columns[5]]).toEqual([4, null, 'spine-A-06']);
});

test('the first port of every node of A1-05 hangs on leaf-A-17', () => {
  const hosts = plan.leaves[16].hosts.map(({ name, device }) => `${name} ${device}`);
  for (let node = 1; node <= 18; node++) expect(hosts).toContain(`A1-05-n${`${node}`.padStart(2, '0')} mlx5_0`);
});

test('no hall but those of 288 nodes of four ports has a fabric', () => {
  expect(fabricPlan(drawnPlan(), 'B')).toBeUndefined();
  expect(fabricPlan(sizedPlan(64, 8, 1), 'A')).toBeUndefined();
});
