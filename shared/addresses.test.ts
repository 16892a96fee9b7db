import { expect, test } from 'vitest';
import { Addresses } from './addresses.ts';

const of = (address: string, sourceId = 'src') => ({ sourceId, site: 'S', address });

/** One body in which exporters behind addresses name their machines; machines of any name are new to it. */
function body(addresses: Addresses, names: Readonly<Record<string, string>>, sourceId = 'src') {
  addresses.begin();
  for (const [address, host] of Object.entries(names)) addresses.hear(of(address, sourceId), 'exporter', host);
  return addresses.end(() => true).map(({ address, before, now }) => [address, before.join(), now.join()]);
}

test('all machines of a rollout are called otherwise at once, each behind its own address', () => {
  const addresses = new Addresses();
  body(addresses, { '10.0.0.1': 'pod-a', '10.0.0.2': 'pod-b' });
  expect(body(addresses, { '10.0.0.1': 'pod-c', '10.0.0.2': 'pod-d' })).toEqual([
    ['10.0.0.1', 'pod-a', 'pod-c'],
    ['10.0.0.2', 'pod-b', 'pod-d'],
  ]);
  expect(addresses.hostBehind(of('10.0.0.2'))).toBe('pod-d');
  expect(addresses.shared()).toEqual([]);
});

test('a name that is told of behind another address as well is a machine of its own, for as long as it is', () => {
  const addresses = new Addresses();
  body(addresses, { '10.0.0.1': 'n1', '10.0.0.2': 'n1', '10.0.0.3': 'n1' });
  body(addresses, { '10.0.0.1': 'n2' });
  expect(addresses.shared()).toEqual([{ ...of('10.0.0.1'), hosts: ['n2', 'n1'] }]);

  const fewer = new Addresses();
  body(fewer, { '10.0.0.1': 'n1', '10.0.0.2': 'n1' });
  body(fewer, { '10.0.0.2': 'n2' });
  expect(fewer.hostBehind(of('10.0.0.2'))).toBeUndefined();
  expect(fewer.hostBehind(of('10.0.0.1'))).toBe('n1');
});

test('what a source told is none of another’s, and is forgotten with it', () => {
  const addresses = new Addresses();
  body(addresses, { '10.0.0.1': 'n1' });
  body(addresses, { '10.0.0.2': 'n1' }, 'other');
  body(addresses, { '10.0.0.1': 'n2' });
  expect(addresses.hostBehind(of('10.0.0.1'))).toBe('n2');

  addresses.forget('other');
  body(addresses, { '10.0.0.2': 'n1', '10.0.0.3': 'n1' }, 'other');
  addresses.forget('other');
  body(addresses, { '10.0.0.2': 'n1' }, 'other');
  body(addresses, { '10.0.0.2': 'n3' }, 'other');
  expect(addresses.hostBehind(of('10.0.0.2', 'other'))).toBe('n3');
});
