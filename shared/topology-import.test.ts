import { describe, expect, it } from 'vitest';
import { parseTopologyCsv } from './topology-csv.ts';
import { parseNetBox, parseTopologyYaml } from './topology-import.ts';
import { formatTopologyCsv, mergeTopology } from './topology-merge.ts';

const YAML = `sites:
  - name: PDX-1
    halls:
      - name: A
        rows:
          - name: A2
            racks:
              - name: A2-05
                model: HGX H200
                gpus: 8
                nodes: [n1, { name: n2, u: 9, gpus: 4 }]
`;
const PLACE = { site: 'PDX-1', hall: 'A', row: 'A2', rack: 'A2-05' };

/** Two devices as NetBox 4 answers them, cut to the fields that are read and some that are not. */
const device = (name: string | null, more: object = {}) => ({
  ...{
    id: 7,
    name,
    site: { id: 1, name: 'PDX-1', slug: 'pdx-1' },
    location: { id: 3, name: 'A', slug: 'a', _depth: 0 },
  },
  ...{ rack: { id: 9, name: 'A2-05' }, position: 12.0, face: { value: 'front', label: 'Front' }, serial: 'X1' },
  ...{ role: { id: 2, name: 'GPU server', slug: 'gpu-server' }, status: { value: 'active', label: 'Active' } },
  ...{ device_type: { id: 4, model: 'HGX H200', slug: 'hgx-h200' }, custom_fields: { gpus: 8 } },
  ...more,
});
const page = (...results: object[]) => JSON.stringify({ count: results.length, next: null, previous: null, results });

describe('YAML', () => {
  it('nests sites to nodes; a rack speaks for its nodes unless they do', () => {
    expect(parseTopologyYaml(YAML)).toEqual({
      rows: [
        { ...PLACE, u: 0, node: 'n1', model: 'HGX H200', gpus: 8 },
        { ...PLACE, u: 9, node: 'n2', model: 'HGX H200', gpus: 4 },
      ],
      racks: [],
      errors: [],
      skipped: [],
    });
  });

  it.each([
    ['sites: [', 1],
    [YAML.replace('gpus: 8', 'gpus: many'), 10],
    [YAML.replace('halls', 'hals'), 2],
    [`a: &a [x, x]\nb: &b [*a, *a]\nsites: ${'[*b, *b]'.repeat(1)}`, 1],
  ])('says where %j is wrong', (text, line) => {
    const { rows, errors } = parseTopologyYaml(text);
    expect(rows).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(errors[0].line).toBeGreaterThanOrEqual(line);
    expect(errors[0].message).not.toBe('');
  });

  it('is not blown up by references to references', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) =>
        `l${i}: &l${i} [${Array(10)
          .fill(i === 0 ? 'x' : `*l${i - 1}`)
          .join(',')}]`,
    );
    expect(parseTopologyYaml(`${levels.join('\n')}\nsites: *l11\n`).errors).toHaveLength(1);
  });
});

describe('NetBox', () => {
  it('takes site, location, rack, position, model and GPUs; the row is in the name of the rack', () => {
    expect(parseNetBox(page(device('n1'))).rows).toEqual([{ ...PLACE, u: 12, node: 'n1', model: 'HGX H200', gpus: 8 }]);
    const old = device('n1', { role: undefined, device_role: { slug: 'gpu-server' }, custom_fields: {} });
    expect(parseNetBox(JSON.stringify([old])).rows[0]).toMatchObject({ node: 'n1', gpus: 0 });
    expect(parseNetBox(`[${page(device('n1'))},${page(device('n2'))}]`).rows).toHaveLength(2);
  });

  it('tells what it leaves out', () => {
    const text = page(
      device('sw1', { role: { slug: 'leaf-switch' } }),
      device('n1', { rack: null }),
      device(null),
      device('n2', { status: { value: 'decommissioning' } }),
      device('n3', { position: 'high' }),
    );
    expect(parseNetBox(text)).toEqual({
      rows: [],
      racks: [],
      errors: [],
      skipped: [
        'sw1: its role is leaf-switch',
        'n1: it stands in no rack',
        'device 3: it has no name',
        'n2: it is decommissioning',
        expect.stringContaining('device 5: position: '),
      ],
    });
  });

  it.each(['{', '{}', '[]', 'null', '"x"'])('says what is wrong with %j', (text) => {
    expect(parseNetBox(text).errors).toHaveLength(1);
  });
});

describe('racks', () => {
  const rack = { ...PLACE, model: 'GB200 NVL72', position: 5, aisle: 'Cold 2', heightU: 48, feeds: ['A', 'B'] };

  it('of NetBox have a height, and the custom fields that a site gives them', () => {
    const answer = {
      ...{ id: 9, name: 'A2-05', site: { name: 'PDX-1' }, location: { name: 'A' }, u_height: 48 },
      ...{ rack_type: { model: 'GB200 NVL72' }, custom_fields: { position: 5, aisle: 'Cold 2', feeds: 'A+B' } },
    };
    expect(parseNetBox(page(answer, device('n1')))).toMatchObject({
      racks: [rack],
      rows: [{ node: 'n1' }],
      skipped: [],
    });
    expect(parseNetBox(page({ ...answer, site: null })).skipped).toEqual(['rack A2-05: it stands in no site']);
  });

  it('of YAML say where they stand; trays may be of another kind', () => {
    const text = YAML.replace('model: HGX H200', 'model: GB200 NVL72')
      .replace(
        'gpus: 8',
        'gpus: 4\n                height: 48\n                position: 5\n                aisle: Cold 2\n                feeds: [A, B]',
      )
      .replace('gpus: 4 }', 'kind: switch, height: 1 }');
    const { racks, rows, errors } = parseTopologyYaml(text);
    expect(errors).toEqual([]);
    expect(racks).toEqual([rack]);
    expect(rows[1]).toMatchObject({ node: 'n2', kind: 'switch', height: 1, u: 9 });
  });

  it('as CSV read back the same, and two documents may disagree of them', () => {
    const csv = formatTopologyCsv([{ ...PLACE, u: 1, node: 'n1', model: '', gpus: 4, kind: 'switch' }], [rack]);
    expect(csv.split('\n')[0]).toBe('site,hall,row,rack,u,node,model,gpus,kind,height,position,aisle,feeds');
    expect(parseTopologyCsv(csv).racks).toEqual([rack]);
    const { racks, conflicts } = mergeTopology([
      { from: 'a', rows: [], racks: [{ ...rack, position: 0 }] },
      { from: 'b', rows: [], racks: [{ ...rack, rack: 'a2-05', heightU: 42 }] },
    ]);
    expect(racks).toEqual([rack]);
    expect(conflicts).toEqual([
      { node: 'rack A2-05', field: 'heightU', kept: '48', keptFrom: 'a', dropped: '42', droppedFrom: 'b' },
    ]);
  });
});

describe('several documents', () => {
  const row = { ...PLACE, u: 0, node: 'n1', model: '', gpus: 0 };

  it('the earlier wins, gaps are filled, and every disagreement is told', () => {
    const { rows, conflicts } = mergeTopology([
      { from: 'topology.csv', rows: [row] },
      { from: 'netbox.json', rows: [{ ...row, node: 'N1', rack: 'A2-06', u: 12, model: 'HGX H200', gpus: 8 }] },
      { from: 'site.yaml', rows: [{ ...row, u: 14, gpus: 8 }] },
    ]);
    expect(rows).toEqual([{ ...row, u: 12, model: 'HGX H200', gpus: 8 }]);
    expect(conflicts).toEqual([
      {
        node: 'n1',
        field: 'rack',
        kept: 'A2-05',
        keptFrom: 'topology.csv',
        dropped: 'A2-06',
        droppedFrom: 'netbox.json',
      },
      { node: 'n1', field: 'u', kept: '12', keptFrom: 'netbox.json', dropped: '14', droppedFrom: 'site.yaml' },
    ]);
  });

  it('as CSV it reads back the same, names with commas and quotes too', () => {
    const odd = { ...row, hall: 'A, "north"', u: 3, gpus: 8, model: 'HGX H200' };
    expect(parseTopologyCsv(formatTopologyCsv([odd]))).toEqual({ rows: [odd], racks: [], errors: [] });
  });
});
