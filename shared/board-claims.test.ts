import { describe, expect, test } from 'vitest';
import type { Ingest } from './binding.ts';
import { cellOf, decodedOf, fed, T0 } from './fleet.fixture.ts';
import { Fleet } from './fleet.ts';
import type { Origin } from './machines.ts';
import { NodeLocator } from './mapping.ts';
import { Objects } from './objects.ts';
import { placesReport } from './place-report.ts';
import { GPU, NODE } from './topology.ts';
import { parseTopologyCsv } from './topology-csv.ts';

/** Watts of boards as dcgm-exporter prints them, and temperatures as nvidia_gpu_exporter does: it names no machine. */
const dcgm = (host: string, boards: readonly string[]) =>
  boards.map((board, i) => `DCGM_FI_DEV_POWER_USAGE{gpu="${i}",UUID="GPU-${board}",hostname="${host}"} 500\n`).join('');
const smi = (boards: readonly string[]) =>
  boards
    .map(
      (board, i) =>
        `nvidia_smi_gpu_info{uuid="${board}",index="${i}"} 1\nnvidia_smi_temperature_gpu{uuid="${board}"} 50\n`,
    )
    .join('');

interface Body {
  readonly text: string;
  readonly instance: string;
  readonly more?: Partial<Ingest>;
}
const DCGM: Body = { text: dcgm('a2-05-n1', ['a', 'b']), instance: '10.0.0.1:9400' };
const SMI: Body = { text: smi(['a', 'b']), instance: 'box-7:9835' };
const both = (...bodies: readonly Body[]) => {
  const one = fed();
  for (const { text, instance, more } of bodies)
    one.take(text, 0, { key: instance, targetLabels: new Map([['instance', instance]]), ...more });
  return one;
};
const nodesOf = ({ at }: ReturnType<typeof fed>, seconds = 0) => {
  const { topology } = at(seconds);
  return topology.path.slice(topology.start[NODE], topology.start[GPU]);
};
const boardsOf = ({ at }: ReturnType<typeof fed>, seconds = 0) => {
  const { topology } = at(seconds);
  const { parent, path, start } = topology;
  return path.slice(start[GPU]).map((id, i) => `${id} in ${path[parent[start[GPU] + i]]}`);
};

test('a fleet that is named twice over is made one at once, not machine by machine', () => {
  const objects = new Objects(new NodeLocator([], []));
  const origin: Origin = { sourceId: 'src', site: 'S', labels: 'target' };
  const tell = (body: string, names: readonly string[]) => {
    objects.heard(body, T0);
    objects.beginBody();
    for (const [board, hostname] of names.entries())
      objects.gpu(new Map(Object.entries({ UUID: `GPU-${board}`, gpu: '0', hostname })), {}, origin);
    objects.endBody(body);
  };
  tell('a', ['n1', 'n2', 'n3']);
  expect(objects.rebinds).toBe(0);
  tell('b', ['m1', 'm2', 'm3']);
  expect(objects.rebinds).toBe(1);
  expect(objects.hosts().map(({ aliases, gpus }) => [aliases.size, gpus])).toEqual([
    [1, 1],
    [1, 1],
    [1, 1],
  ]);
});

describe('two exporters of one machine that name it differently', () => {
  test.each([
    ['as they come', [DCGM, SMI]],
    ['the other way round', [SMI, DCGM]],
  ])('are one node by the boards in it, %s', (_title, bodies) => {
    const one = both(...bodies);
    expect(nodesOf(one)).toEqual(['S/A/A2/A2-05/a2-05-n1']);
    expect(boardsOf(one)).toEqual(['GPU-a in S/A/A2/A2-05/a2-05-n1', 'GPU-b in S/A/A2/A2-05/a2-05-n1']);
    // Its series are bound anew: what the first told of is told again.
    for (const { text, instance } of bodies)
      one.take(text, 5, { key: instance, targetLabels: new Map([['instance', instance]]) });
    expect(cellOf(one.at(5), 'gpu.power', 'S')).toMatchObject({ value: 1000 });
    expect(cellOf(one.at(5), 'gpu.temp', 'GPU-b')).toMatchObject({ value: 50 });
    expect(one.fleet.hosts()).toMatchObject([{ host: 'a2-05-n1', gpus: 2 }]);
    expect(one.fleet.disputedBoards()).toEqual([]);
  });

  test('in the answer of a server as well', () => {
    const { fleet, take, at } = fed();
    const rows = (labels: string) => ['a', 'b'].map((id) => `{${labels},UUID="GPU-${id}"} 1700000000\n`).join('');
    take(decodedOf(rows('profile="dcgm",hostname="n1",instance="x:1",gpu="0"').replaceAll('{', 'x{')), 0, {
      query: { id: 'gpu-times', promql: '', kind: 'gpu', times: true },
    });
    take(
      decodedOf(rows('profile="triton-gpu",instance="y:2"').replaceAll('UUID', 'gpu_uuid').replaceAll('{', 'x{')),
      0,
      {
        ...{ key: 'other', query: { id: 'gpu-times', promql: '', kind: 'gpu', times: true } },
      },
    );
    expect(at().topology.start[GPU] - at().topology.start[NODE]).toBe(1);
    expect([...(fleet.hosts()[0]?.aliases ?? [])]).toEqual(['y']);
  });

  test('have one place, and the other is told to be contradicted', () => {
    const rows = parseTopologyCsv('site,hall,row,rack,node\nS,A,A2,A2-05,a2-05-n1\nS,B,B1,B1-01,box-7\n').rows;
    const fleets = [
      [DCGM, SMI],
      [SMI, DCGM],
    ].map((bodies) => {
      const one = fed();
      one.fleet.setTopology(rows);
      for (const { text, instance } of bodies)
        one.take(text, 0, { key: instance, targetLabels: new Map([['instance', instance]]) });
      return one;
    });
    for (const one of fleets) {
      expect(boardsOf(one)).toEqual(['GPU-a in S/A/A2/A2-05/a2-05-n1', 'GPU-b in S/A/A2/A2-05/a2-05-n1']);
      const { conflicts, nodes } = placesReport(one.fleet.hosts(), [], rows, one.fleet.disputedBoards());
      expect(nodes).toBe(1);
      expect(conflicts).toMatchObject([{ node: 'S/a2-05-n1', kept: 'S/A/A2/A2-05', other: 'S/B/B1/B1-01' }]);
    }
  });
});

describe('boards that are told of in machines which are not one', () => {
  const own = (host: string, boards: readonly string[]): Body => ({
    text: dcgm(host, boards),
    instance: `${host}:9400`,
  });
  const bodies = [
    own('a2-05-n1', ['a', 'b']),
    own('a2-05-n2', ['c', 'd']),
    { text: smi(['a', 'b', 'c']), instance: 'gate:1' },
  ];

  test.each([
    ['as they come', bodies],
    ['the other way round', bodies.toReversed()],
  ])('stand where the place is known best, once, and are told of, %s', (_title, order) => {
    const one = both(...order);
    expect(boardsOf(one)).toEqual([
      'GPU-a in S/A/A2/A2-05/a2-05-n1',
      'GPU-b in S/A/A2/A2-05/a2-05-n1',
      'GPU-c in S/A/A2/A2-05/a2-05-n2',
      'GPU-d in S/A/A2/A2-05/a2-05-n2',
    ]);
    const disputed = one.fleet.disputedBoards();
    expect(disputed.map(({ id, hosts }) => [id, hosts.map(({ host }) => host)]).sort()).toEqual([
      ['GPU-a', ['a2-05-n1', 'gate']],
      ['GPU-b', ['a2-05-n1', 'gate']],
      ['GPU-c', ['a2-05-n2', 'gate']],
    ]);
    const { conflicts } = placesReport(one.fleet.hosts(), [], [], disputed);
    expect(conflicts.find(({ node }) => node === 'GPU-c')).toMatchObject({
      ...{ kept: 'S/A/A2/A2-05/a2-05-n2', other: 'S/Unmapped/Unmapped/Unmapped/gate' },
    });
  });

  test('a board that was moved stands where it is told of now, once its old machine is silent', () => {
    const one = both(own('a2-05-n1', ['a', 'b']), own('a2-05-n2', ['c', 'd']));
    const later = own('a2-05-n2', ['b', 'c', 'd']);
    one.take(later.text, 400, { key: later.instance, targetLabels: new Map([['instance', later.instance]]) });
    expect(boardsOf(one, 400).filter((text) => text.startsWith('GPU-b'))).toEqual(['GPU-b in S/A/A2/A2-05/a2-05-n2']);
    expect(one.fleet.disputedBoards()).toEqual([]);
  });

  test('two sites have one board once', () => {
    const fleet = new Fleet({ mappings: [] });
    for (const site of ['S2', 'S1'])
      fleet.ingest({
        ...{ key: site, sourceId: site, site, targetLabels: new Map([['instance', 'n1:9']]), time: T0 },
        decoded: decodedOf(dcgm('a2-05-n1', ['a'])),
      });
    const { topology, columns } = fleet.frame(T0, 60_000);
    expect(topology.path.slice(topology.start[GPU])).toEqual(['GPU-a']);
    expect(topology.path[topology.parent[topology.start[GPU]]]).toBe('S1/A/A2/A2-05/a2-05-n1');
    const watts = columns.get('gpu.power')?.value ?? [];
    expect([watts[0], watts[1]]).toEqual([500, Number.NaN]);
    expect(fleet.disputedBoards()).toMatchObject([{ id: 'GPU-a' }]);
  });
});
