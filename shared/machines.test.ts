import { describe, expect, test } from 'vitest';
import { fed, gpu, valuesOf } from './fleet.fixture.ts';
import { GPU, NODE } from './topology.ts';

const target = (instance: string) => ({ key: instance, targetLabels: new Map([['instance', instance]]) });
/** node_exporter of a machine that calls itself `own`, with a network port of 100 Mb/s that moved so many bytes. */
const machine = (own: string, bytes = 0) => `node_uname_info{nodename="${own}"} 1
node_network_receive_bytes_total{device="eth0"} ${bytes}
node_network_transmit_bytes_total{device="eth0"} ${bytes}
`;
const dcgm = `DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} 100\n`;

function nodesOf({ at }: Pick<ReturnType<typeof fed>, 'at'>, seconds = 0) {
  const { topology } = at(seconds);
  return topology.path.slice(topology.start[NODE], topology.start[GPU]);
}

const N1 = 'S/A/A2/A2-05/a2-05-n1';

describe('one machine by several names is one node', () => {
  const texts: readonly (readonly [string, string])[] = [
    ['left:9400', dcgm],
    ['mgmt-17:9100', machine('a2-05-n1.dc.example')],
  ];
  test.each([
    ['the exporter of its boards first', texts],
    ['the exporter of its ports first', texts.toReversed()],
  ])('%s: the name that an exporter tells stands before that of a target', (_, order) => {
    const fleet = fed();
    for (const [instance, text] of order) fleet.take(text, 0, target(instance));
    expect(nodesOf(fleet)).toEqual([N1]);
  });

  test('ports that two servers read by different targets count once', () => {
    const fleet = fed();
    for (const [seconds, bytes] of [
      [0, 0],
      [10, 5000],
    ]) {
      fleet.take(machine('a2-05-n1', bytes), seconds, { ...target('a2-05-n1:9100'), sourceId: 'one' });
      fleet.take(machine('a2-05-n1', bytes), seconds, { ...target('n1-ext:9100'), sourceId: 'two' });
    }
    expect(nodesOf(fleet, 10)).toEqual([N1]);
    expect(valuesOf(fleet.at(10), 'link.rx')).toEqual({ eth0: 500 });
    expect(fleet.at(10).topology.linkNode.filter((node) => node >= 0)).toHaveLength(1);
  });

  test('boards without an id that were seen by the target’s name before are those of the machine', () => {
    const fleet = fed();
    fleet.take(dcgm, 0, target('left:9400'));
    const omnistat = 'rocm_average_socket_power_watts{card="0"} 90\n';
    fleet.take(omnistat, 0, target('mgmt-17:8001'));
    expect(nodesOf(fleet)).toHaveLength(2);
    fleet.take(machine('a2-05-n1'), 1, target('mgmt-17:9100'));
    fleet.take(omnistat, 5, target('mgmt-17:8001'));
    expect(nodesOf(fleet, 5)).toEqual([N1]);
    expect(Object.keys(valuesOf(fleet.at(5), 'gpu.power'))).toEqual(['GPU-a']);
  });

  test('it stands where the best of its names says', () => {
    const fleet = fed();
    fleet.take(dcgm.replace('a2-05-n1', 'blue'), 0, target('left:9400'));
    fleet.take(machine('blue'), 0, target('a2-05-n1:9100'));
    expect(nodesOf(fleet)).toEqual(['S/A/A2/A2-05/blue']);
  });
});

describe('targets of one address are one node where an exporter there tells its name', () => {
  const ports = machine('').replace(/^node_uname_info.*\n/, '');
  const boards: readonly [string, string] = ['10.1.2.3:9400', dcgm];
  test.each([
    ['its boards first', [boards, ['10.1.2.3:9100', ports]]],
    ['its ports first', [['10.1.2.3:9100', ports], boards]],
  ] as const)('%s', (_, order) => {
    const fleet = fed();
    for (const [instance, text] of order) fleet.take(text, 0, target(instance));
    for (const [instance, text] of order) fleet.take(text, 5, target(instance));
    expect(nodesOf(fleet, 5)).toEqual([N1]);
    expect(fleet.at(5).topology.linkNode.filter((node) => node >= 0)).toHaveLength(1);
  });

  test.each(['', '.dc.example'])('a gateway of several machines is none of them, and that is told: %o', (domain) => {
    const fleet = fed();
    const hosts = [`a2-05-n1${domain}`, `a2-05-n2${domain}`];
    const [one, other] = hosts.map((host) => dcgm.replace('a2-05-n1', host));
    for (const seconds of [0, 5, 10]) {
      fleet.take(ports, seconds, target('10.1.2.3:9100'));
      fleet.take(one, seconds, target('10.1.2.3:9400'));
      // The second comes late: until then the gateway was taken for the first.
      if (seconds > 0) fleet.take(other.replaceAll('GPU-a', 'GPU-b'), seconds, target('10.1.2.3:9401'));
    }
    expect(nodesOf(fleet, 10)).toEqual([
      ...hosts.map((host) => `S/A/A2/A2-05/${host}`),
      'S/Unmapped/Unmapped/Unmapped/10.1.2.3',
    ]);
    expect(fleet.fleet.sharedAddresses()).toEqual([{ site: 'S', address: '10.1.2.3', hosts }]);
  });

  /** The exporter of one board in a container: its machine is called as the container is. */
  const contained = (name: string, watts: number) => dcgm.replace('a2-05-n1', name).replace(' 100', ` ${watts}`);
  const POD_B = 'S/Unmapped/Unmapped/Unmapped/dcgm-b';

  test('a container of another name, started instead of the one before, is on the same machine', () => {
    const fleet = fed();
    for (const [seconds, pod] of [['a'], ['a'], ['b'], ['b']].map(([pod], i) => [5 * i, pod] as const)) {
      fleet.take(machine('', 1000 * seconds).replace(/^node_uname_info.*\n/, ''), seconds, target('10.1.2.3:9100'));
      fleet.take(contained(`dcgm-${pod}`, 100 + seconds), seconds, target('10.1.2.3:9400'));
    }
    expect(nodesOf(fleet, 15)).toEqual([POD_B]);
    expect(fleet.fleet.sharedAddresses()).toEqual([]);
    expect(valuesOf(fleet.at(15), 'gpu.power')).toEqual({ 'GPU-a': 115 });
    expect(valuesOf(fleet.at(15), 'link.rx')).toEqual({ eth0: 1000 });
  });

  test('boards without an id stay the same boards under the new name of their container', () => {
    const fleet = fed();
    const omnistat = (host: string) => `rocm_average_socket_power_watts{card="0",hostname="${host}"} 90\n`;
    for (const [i, host] of ['c1', 'c1', 'c2', 'c2'].entries())
      fleet.take(omnistat(host), 5 * i, target('10.1.2.3:8001'));
    expect(nodesOf(fleet, 15)).toEqual(['S/Unmapped/Unmapped/Unmapped/c2']);
    expect(Object.values(valuesOf(fleet.at(15), 'gpu.power'))).toEqual([90]);
  });

  test('names that come back in turn are those of several machines behind one address', () => {
    const fleet = fed();
    for (const [i, pod] of ['a', 'b', 'a', 'b'].entries())
      fleet.take(contained(`dcgm-${pod}`, 100), 5 * i, target('10.1.2.3:9400'));
    fleet.take(ports, 20, target('10.1.2.3:9100'));
    expect(fleet.fleet.sharedAddresses()).toEqual([{ site: 'S', address: '10.1.2.3', hosts: ['dcgm-a', 'dcgm-b'] }]);
  });

  test('a machine that is known by its name elsewhere is another one, whose address it was before', () => {
    const fleet = fed();
    fleet.take(contained('dcgm-a', 100), 0, target('10.1.2.3:9400'));
    fleet.take(contained('dcgm-c', 100).replace('GPU-a', 'GPU-c'), 0, target('10.1.2.4:9400'));
    fleet.take(contained('dcgm-c', 100).replace('GPU-a', 'GPU-c'), 5, target('10.1.2.3:9400'));
    expect(nodesOf(fleet, 5)).toHaveLength(2);
    expect(valuesOf(fleet.at(5), 'gpu.power')).toEqual({ 'GPU-a': 100, 'GPU-c': 100 });
  });

  test('two names at once behind one target are a gateway’s, until one of them is gone', () => {
    const fleet = fed();
    const both = contained('dcgm-a', 100) + contained('dcgm-b', 100).replace('GPU-a', 'GPU-b');
    fleet.take(contained('dcgm-a', 100), 0, target('10.1.2.3:9400'));
    fleet.take(ports, 0, target('10.1.2.3:9100'));
    fleet.take(both, 5, target('10.1.2.3:9400'));
    fleet.take(ports, 5, target('10.1.2.3:9100'));
    expect(fleet.fleet.sharedAddresses()).toHaveLength(1);
    fleet.take(contained('dcgm-b', 100).replace('GPU-a', 'GPU-b'), 10, target('10.1.2.3:9400'));
    expect(fleet.fleet.sharedAddresses()).toEqual([]);
  });

  test('the loopback of two machines is no address of either', () => {
    const fleet = fed();
    fleet.take(ports, 0, target('127.0.0.1:9100'));
    fleet.take(dcgm, 0, target('127.0.0.1:9400'));
    expect(nodesOf(fleet)).toHaveLength(2);
  });
});

test('machines of one image, whose systems have one name, stay apart, and are parted when the second is seen', () => {
  const fleet = fed();
  for (const n of ['n1', 'n2']) fleet.take(machine('image'), 0, target(`a2-05-${n}:9100`));
  fleet.take(dcgm.replace('a2-05-n1', 'image'), 0, target('left:9400'));
  for (const n of ['n1', 'n2']) fleet.take(machine('image'), 5, target(`a2-05-${n}:9100`));
  expect(nodesOf(fleet, 5)).toEqual([
    'S/A/A2/A2-05/a2-05-n1',
    'S/A/A2/A2-05/a2-05-n2',
    'S/Unmapped/Unmapped/Unmapped/image',
  ]);
});

test.each([
  ['after', ['a2-05-n1', 'a2-05-n2']],
  ['before', ['a2-05-n2', 'a2-05-n1']],
])('a machine that has the name of another one’s system is a node of its own, seen %s it', (_, order) => {
  const fleet = fed();
  for (const seconds of [0, 5])
    for (const host of order) fleet.take(machine('a2-05-n1'), seconds, target(`${host}:9100`));
  expect(nodesOf(fleet, 5)).toEqual(['S/A/A2/A2-05/a2-05-n1', 'S/A/A2/A2-05/a2-05-n2']);
});

test('machines of one image stay apart whichever source reads them, and one that two sources read is one', () => {
  const fleet = fed();
  for (const seconds of [0, 5]) {
    fleet.take(machine('image'), seconds, { ...target('a2-05-n3:9100'), sourceId: 'one' });
    for (const n of ['n1', 'n2', 'n3'])
      fleet.take(machine('image'), seconds, { ...target(`a2-05-${n}:9100`), sourceId: 'two' });
  }
  expect(nodesOf(fleet, 5)).toEqual(['n1', 'n2', 'n3'].map((n) => `S/A/A2/A2-05/a2-05-${n}`));
});

test('a source that is taken away leaves the names of the others', () => {
  const fleet = fed();
  fleet.take(dcgm, 0, { ...target('left:9400'), sourceId: 'one' });
  fleet.take(machine('a2-05-n1'), 0, { ...target('mgmt-17:9100'), sourceId: 'two' });
  fleet.fleet.forgetSource('one');
  fleet.take(machine('a2-05-n1'), 5, { ...target('mgmt-17:9100'), sourceId: 'two' });
  expect(nodesOf(fleet, 5)).toHaveLength(1);
});
