import { expect, test } from 'vitest';
import { layFabric } from '../fabric/cables.ts';
import { fieldOf, wholeOf } from '../fabric/matrix.ts';
import { FabricMemory } from '../fabric/memory.ts';
import { fed } from '../fleet.fixture.ts';
import { frameOf, topologyOf } from '../frame.fixture.ts';
import type { Frame } from '../frame.ts';
import type { SwitchPort } from '../topology.ts';
import { AlertBook } from './book.ts';
import { incidentsOf, loudestFirst } from './incidents.ts';
import { type AlertLeaf, alertLeaves, leafOfLinks } from './leaves.ts';
import { alertOf, mute } from './loud.ts';
import { pack } from './pack.ts';
import { compileRule } from './rules.ts';
import { keptOf, sceneOf } from './scene.fixture.ts';
import { Silences } from './silences.ts';

/** Text of infiniband_exporter: two uplinks of leaf-1, one of leaf-2, NDR 400; bytes sent and ticks waited so far. */
function exposition(ends: readonly (readonly [leaf: number, port: number, tx: number, ticks: number])[]): string {
  const port = (leaf: number, number: number) => `guid="0xa${leaf}",port="${number}"`;
  const lines = ends.flatMap(([leaf, number, tx, ticks]) => [
    `infiniband_switch_uplink_info{${port(leaf, number)},switch="leaf-${leaf}",uplink="spine-${number}",uplink_guid="0xb${number}",uplink_port="${leaf}",uplink_type="SW"} 1`,
    `infiniband_switch_port_rate_bytes_per_second{${port(leaf, number)}} 5e10`,
    `infiniband_switch_port_transmit_data_bytes_total{${port(leaf, number)}} ${tx}`,
    `infiniband_switch_port_transmit_wait_total{${port(leaf, number)}} ${ticks}`,
  ]);
  const hosts = [1, 2].map(
    (leaf) =>
      `infiniband_switch_uplink_info{${port(leaf, 60)},switch="leaf-${leaf}",uplink="a1-01-n${leaf} mlx5_0",uplink_guid="0xc${leaf}",uplink_port="1",uplink_type="CA"} 1`,
  );
  return `${[...lines, ...hosts].join('\n')}\n`;
}

/** Leaves of a frame as the engine makes them once a poll. */
function leavesAt(frame: Frame, memory: FabricMemory, now: number): readonly AlertLeaf[] {
  const field = fieldOf(frame, 'infiniband', layFabric(frame.topology, [], 'infiniband'));
  const rows = wholeOf(frame, 'infiniband', field, memory.sinceOf).rows.map((row) => {
    return { kind: 'infiniband' as const, row };
  });
  memory.add(rows, now);
  return alertLeaves(rows, memory.sinceOf);
}

test('a leaf by hand: full and waiting is saturated, full alone is not; a minute of calm ends it', () => {
  const { fleet, take, at } = fed();
  fleet.setWaitTick('src', 320);
  const memory = new FabricMemory();
  // In 10 s port 1 of leaf-1 sends 485 GB of 500 (97 %) and waits 484,375,000 ticks of 320 B: 155 GB of 500, 31 %;
  // port 2 sends 250 GB (50 %) and never waits. Leaf-2 sends 480 GB (96 %) and waits 1 %: good use.
  take(
    exposition([
      [1, 1, 0, 0],
      [1, 2, 0, 0],
      [2, 1, 0, 0],
    ]),
    0,
  );
  take(
    exposition([
      [1, 1, 485e9, 484_375_000],
      [1, 2, 250e9, 0],
      [2, 1, 480e9, 15_625_000],
    ]),
    10,
  );
  const [hot, busy] = leavesAt(at(10), memory, 10_000);
  expect(hot).toMatchObject({ name: 'leaf-1', site: 'S', saturated: 1, use: 0.735, wait: 0.155, full: 1, cells: 2 });
  expect(busy).toMatchObject({ name: 'leaf-2', saturated: 0, use: 0.96, full: 1, cells: 1 });
  // 10 GB more in 10 s each: 2 % of the rate.
  const calm = (times: number) =>
    exposition([
      [1, 1, 485e9 + times * 1e10, 484_375_000],
      [1, 2, 250e9 + times * 1e10, 0],
      [2, 1, 480e9 + times * 1e10, 15_625_000],
    ]);
  const told: number[] = [];
  for (let poll = 1; poll <= 7; poll++) {
    take(calm(poll), 10 + poll * 10);
    told.push(leavesAt(at(10 + poll * 10), memory, 10_000 + poll * 10_000)[0].saturated);
  }
  expect(told).toEqual([1, 1, 1, 1, 1, 1, 0]);
});

test('leaves of one name in one site are told apart by what their switch is known by', () => {
  const row = (key: string) => ({
    kind: 'infiniband' as const,
    row: { key, name: 'leaf', cells: 0, place: -1 } as never,
  });
  const leaves = alertLeaves([row('S/0xa1'), row('S/0xa2'), row('T/0xa3')], () => null);
  expect(leaves.map(({ name, site }) => `${site} ${name}`)).toEqual(['S leaf 0xa1', 'S leaf 0xa2', 'T leaf']);
  // Nothing of them is read: nobody knows.
  expect(leaves.map(({ saturated }) => saturated)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});

const NODE_PATH = 'S/A/A1/A1-01/A1-01';
const port = (leaf: number, host: string): SwitchPort => ({
  ...{ site: 'S', kind: 'infiniband', switch: `0xa${leaf}`, name: `leaf-${leaf}`, port: '60', peer: host },
  ...{ peerSwitch: '', peerPort: '1', peerKind: 'CA', tickBytes: 320 },
});

test('ports are cabled to leaves of their own site, where nodes of two sites have one name', () => {
  const one = topologyOf({
    links: [`${NODE_PATH}-n1 mlx5_0`, `${NODE_PATH}-n1 HCA-1`],
    ports: [
      port(17, 'a1-01-n1 mlx5_0'),
      { ...port(99, 'a1-01-n1 mlx5_0'), site: 'T' },
      // Of this one nobody knows the site.
      { ...port(18, 'a1-01-n1 HCA-1'), site: '' },
    ],
  });
  // A second site before it, without a node.
  const topology = {
    ...one,
    path: ['T', ...one.path],
    start: one.start.map((at, level) => (level === 0 ? 0 : at + 1)),
    linkNode: one.linkNode.map((node) => node + 1),
  };
  expect(leafOfLinks(topology)).toEqual(['S/0xa17', '/0xa18']);
});

test('a saturated leaf is one critical alert; it mutes the ports that are cabled to it, no others', () => {
  const topology = topologyOf({
    ...{ nodes: 3, tickBytes: 320 },
    links: [`${NODE_PATH}-n1 mlx5_0`, `${NODE_PATH}-n2 mlx5_0/1`, `${NODE_PATH}-n3 mlx5_0`],
    ports: [port(17, 'a1-01-n1 mlx5_0'), port(17, 'A1-01-n2 mlx5_0'), port(18, 'A1-01-n3 mlx5_0')],
  });
  expect(leafOfLinks(topology)).toEqual(['S/0xa17', 'S/0xa17', 'S/0xa18']);
  const rack = topology.path.indexOf('S/A/A1/A1-01');
  const leaf = (number: number, saturated: number): AlertLeaf => ({
    ...{ key: `S/0xa${number}`, site: 'S', name: `leaf-A-${number}`, where: 'rack A1-01', place: rack },
    ...{ use: 0.971, wait: 0.284, cells: 16, full: 16, saturated },
  });
  // Every port sends 48 of 50 GB/s (96 %) and waits 15.625e6 ticks × 320 B = 5 GB/s: 10 % of the time.
  const values = { 'link.rate': [5e10, 5e10, 5e10], 'link.tx': [48e9, 48e9, 48e9], 'link.rx': [0, 0, 0] };
  const [kept, book] = [keptOf(), new AlertBook()];
  book.setRules(pack.map(compileRule));
  const pass = (seconds: number, leaves: readonly AlertLeaf[]) => {
    const frame = frameOf(
      topology,
      { ...values, 'link.wait': [15.625e6, 15.625e6, 15.625e6] },
      1_000_000 + seconds * 1000,
    );
    const scene = sceneOf(frame, kept, { leaves });
    book.pass(scene);
    mute(book.records.values(), new Silences(), scene.objects, scene.now);
    return loudestFirst([...book.records.values()].map((record) => alertOf(record, scene.objects)));
  };
  for (let at = 0; at < 120; at += 5) pass(at, [leaf(17, 1), leaf(18, 0)]);
  const fabric = pass(120, [leaf(17, 1), leaf(18, 0)]).filter(({ domain }) => domain === 'fabric');
  expect(fabric.map(({ title }) => title).sort()).toEqual([
    'Link A1-01-n1 mlx5_0 saturated',
    'Link A1-01-n2 mlx5_0/1 saturated',
    'Link A1-01-n3 mlx5_0 saturated',
    'leaf-A-17 uplinks saturated',
  ]);
  expect(fabric.every(({ state, severity }) => state === 'firing' && severity === 'critical')).toBe(true);
  const [own] = fabric;
  expect(own.detail).toBe('97.1% of their rate, 16 of 16 full. Waited 28.4% of the time. Serves rack A1-01.');
  expect(own).toMatchObject({
    path: 'S/A/A1/A1-01',
    labels: { site: 'S', leaf: 'leaf-A-17', alertname: 'LeafSaturated' },
  });
  const muted = fabric.filter(({ inhibitedBy }) => inhibitedBy.length > 0);
  expect(muted.map(({ title, inhibitedBy }) => [title, inhibitedBy])).toEqual([
    ['Link A1-01-n1 mlx5_0 saturated', [own.id]],
    ['Link A1-01-n2 mlx5_0/1 saturated', [own.id]],
  ]);
  const incidents = incidentsOf(fabric, topology);
  expect(incidents.map(({ title, firing }) => [title, firing])).toEqual([
    ['leaf-A-17 uplinks saturated', 3],
    ['Link A1-01-n3 mlx5_0 saturated', 1],
  ]);
  // Nobody reads its uplinks: it is held, and does not resolve.
  const blind = pass(125, [leaf(17, Number.NaN), leaf(18, 0)]).find(({ rule }) => rule === 'LeafSaturated');
  expect(blind).toMatchObject({ state: 'firing', title: 'leaf-A-17 uplinks were saturated' });
  expect(pass(130, [leaf(17, 0), leaf(18, 0)]).find(({ rule }) => rule === 'LeafSaturated')?.state).toBe('resolved');
});
