import { expect, test } from 'vitest';
import { fed } from '../fleet.fixture.ts';
import { FabricInstant } from './instant.ts';

const target = (instance: string) => ({ key: instance, targetLabels: new Map([['instance', instance]]) });
/** A card of 400 Gb/s that moves 550 bytes a second each way. */
const card = (nic: number) => {
  const labels = `hostname="a2-05-n1",nic_id="${nic}"`;
  const way = (name: string) => `nic_port_stats_${name}_bps{${labels},port_id="${nic}"} 4400\n`;
  return `nic_max_speed{${labels}} 400\n${way('rx')}${way('tx')}`;
};
/** The same of a node's interface, which has its cable in. */
const interface_ = (seconds: number) =>
  ['speed_bytes} 5e10', 'carrier} 1', ...['receive', 'transmit'].map((way) => `${way}_bytes_total} ${550 * seconds}`)]
    .map((row) => `node_network_${row.replace('}', '{device="benic1"}')}\n`)
    .join('');

test('an interface that its cards tell of already is no link that is missing', () => {
  const { take, at } = fed();
  for (const seconds of [0, 10]) {
    take(card(1) + card(2), seconds, target('a2-05-n1:5000'));
    take(interface_(seconds), seconds, target('a2-05-n1:9100'));
  }
  const { kinds } = new FabricInstant({ frame: at(10) }, { rows: [], problems: [] }, () => null).overview(null);
  expect(kinds.find(({ kind }) => kind === 'ethernet')).toMatchObject({
    links: { of: 2, down: 0, missing: 0 },
    txBps: 2 * 550,
    rateBps: 2 * Math.fround(5e10),
  });
});
