import { describe, expect, it } from 'vitest';
import { type Cable, cableOf, mapFabric } from './edges.ts';

const uplink = (values: Record<string, string>) => new Map(Object.entries(values));
/** The two series of infiniband_exporter's own example for one cable. */
const bySwitch = uplink({
  ...{ guid: '0x506b4b03005c2740', port: '35', switch: 'ib-i4l1s01', uplink: 'p0001 HCA-1' },
  ...{ uplink_guid: '0x506b4b0300cc02a6', uplink_lid: '1432', uplink_port: '1', uplink_type: 'CA' },
});
const byAdapter = uplink({
  ...{ guid: '0x506b4b0300cc02a6', hca: 'p0001 HCA-1', port: '1', uplink: 'ib-i4l1s01' },
  ...{ uplink_guid: '0x506b4b03005c2740', uplink_lid: '2052', uplink_port: '35', uplink_type: 'SW' },
});

const cable = (a: string, aPort: string, b: string, bPort: string): Cable => {
  const end = (id: string, port: string) =>
    ({ id, name: id, port, type: id.startsWith('n') ? 'hca' : 'switch' }) as const;
  return { a: end(a, aPort), b: end(b, bPort) };
};

describe('cableOf', () => {
  it('reads both ends of a cable from either side', () => {
    const [near, far] = [
      { id: '0x506b4b03005c2740', name: 'ib-i4l1s01', port: '35', type: 'switch' },
      { id: '0x506b4b0300cc02a6', name: 'p0001 HCA-1', port: '1', type: 'hca' },
    ];
    expect(cableOf('infiniband_switch_uplink_info', bySwitch)).toEqual({ a: near, b: far });
    expect(cableOf('infiniband_hca_uplink_info', byAdapter)).toEqual({ a: far, b: near });
  });

  it('knows no other series and no cable without an end', () => {
    expect(cableOf('infiniband_switch_info', bySwitch)).toBeUndefined();
    expect(cableOf('infiniband_switch_uplink_info', uplink({ guid: '0x1', port: '1' }))).toBeUndefined();
  });
});

describe('mapFabric', () => {
  it('tells leaves from spines, joins parallel cables, and counts a cable that both ends tell of once', () => {
    const map = mapFabric([
      cable('n1', '1', 'leaf-2', '1'),
      cable('leaf-17', '1', 'n2', '1'),
      cable('n2', '1', 'leaf-17', '1'),
      cable('leaf-2', '31', 'spine-1', '2'),
      cable('leaf-2', '9', 'spine-1', '1'),
      cable('spine-1', '3', 'leaf-17', '31'),
      cable('leaf-17', '31', 'spine-1', '3'),
    ]);
    expect(map.leaves.map(({ name }) => name)).toEqual(['leaf-2', 'leaf-17']);
    expect(map.spines.map(({ name }) => name)).toEqual(['spine-1']);
    expect(map.trunks).toEqual([
      { leaf: 'leaf-2', spine: 'spine-1', leafPorts: ['9', '31'], spinePorts: ['1', '2'] },
      { leaf: 'leaf-17', spine: 'spine-1', leafPorts: ['31'], spinePorts: ['3'] },
    ]);
    expect(map.leafOf).toEqual(
      new Map([
        ['n1 1', 'leaf-2'],
        ['n2 1', 'leaf-17'],
      ]),
    );
  });

  it('a fabric of one switch has a leaf and no trunk; none has nothing', () => {
    const map = mapFabric([cable('n1', '1', 'leaf-1', '1')]);
    expect([map.leaves.length, map.spines.length, map.trunks.length]).toEqual([1, 0, 0]);
    expect(mapFabric([]).leaves).toEqual([]);
  });
});
