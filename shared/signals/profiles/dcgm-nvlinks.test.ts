import { describe, expect, test } from 'vitest';
import { cellOf, decodedOf, fed, T0, valuesOf } from '../../fleet.fixture.ts';
import { DERIVED, type Frame, STALE } from '../../frame.ts';
import type { SignalId } from '../catalogue.ts';

const MIB = 1_048_576;
const LABELLED = 'gpu="0",UUID="GPU-a",modelName="Unheard Of",hostname="n1"';
const seriesOf = (name: string) => `DCGM_FI_${name}{${LABELLED}}`;

describe('NVLinks one by one', () => {
  const linkOf = ({ columns }: Frame, signal: SignalId, link: number) => columns.get(signal)?.value[link];
  const numbered = (name: string, link: number) => seriesOf(name.replace('{}', String(link)));

  test.each([
    // MB/s
    ['DEV_NVLINK_TX_BANDWIDTH_L{}', 12_000, 'nvlink.tx', 1.2e10, 'gpu.nvlinkTx'],
    ['DEV_NVLINK_RX_THROUGHPUT_L{}', 12_000, 'nvlink.rx', 1.2e10, 'gpu.nvlinkRx'],
    ['DEV_NVLINK_BANDWIDTH_L{}', 24_000, 'nvlink.both', 2.4e10, 'gpu.nvlink'],
    // B/s
    ['PROF_NVLINK_L{}_TX_BYTES', 1.2e10, 'nvlink.tx', 1.2e10, 'gpu.nvlinkTx'],
  ] as const)('%s %d is %s %d, and the links of a board make its %s', (name, raw, signal, value, sum) => {
    const { take, at } = fed();
    take([3, 17].map((link) => `${numbered(name, link)} ${raw}\n`).join(''));
    const frame = at();
    expect([linkOf(frame, signal, 3), linkOf(frame, signal, 17)]).toEqual([Math.fround(value), Math.fround(value)]);
    expect(linkOf(frame, signal, 4)).toBeNaN();
    expect(cellOf(frame, sum, 'GPU-a')).toMatchObject({ value: Math.fround(2 * value), quality: DERIVED });
  });

  test.each([
    ['DEV_NVLINK_CRC_FLIT_ERROR_COUNT_L{}', 'nvlink.crcFlit'],
    ['DEV_NVLINK_CRC_DATA_ERROR_L{}_TOTAL', 'nvlink.crcData'],
    ['DEV_NVLINK_REPLAY_ERROR_COUNT_L{}', 'nvlink.replays'],
  ] as const)('%s growing by 10 in 5 s is %s 2', (name, signal) => {
    const { take, at } = fed();
    const body = decodedOf([0, 12].map((link) => `${numbered(name, link)} 7\n`).join(''));
    take(body);
    take({ ...body, values: Float64Array.of(7, 17) }, 5);
    expect([linkOf(at(5), signal, 0), linkOf(at(5), signal, 12)]).toEqual([0, 2]);
    expect(cellOf(at(5), 'gpu.nvlinkErrors', 'GPU-a')).toMatchObject({ value: 2, quality: DERIVED });
  });

  /** As dcgm-exporter prints DCGM's link entities. */
  const entity = (name: string, link: number) =>
    `DCGM_FI_${name}{nvlink="${link}",gpu="0",gpu_uuid="GPU-a",device="nvidia0",model_name="Unheard Of",hostname="n1"}`;

  test('link entities have the number in a label', () => {
    const { take, at } = fed();
    const rows = [
      `${entity('DEV_NVLINK_GET_STATE', 0)} 1`,
      `${entity('DEV_NVLINK_GET_STATE', 5)} 0`,
      `${entity('DEV_NVLINK_RECOVERY_EVENT_TOTAL', 5)} 4`,
      `${entity('DEV_NVLINK_EFFECTIVE_BER_RATIO', 5)} 2e-7`,
      `${entity('DEV_NVLINK_TX_THROUGHPUT_PER_LINK', 5)} 12000`,
    ];
    const body = decodedOf(`${rows.join('\n')}\n${entity('DEV_NVLINK_PPCNT_IBPC_PORT_XMIT_WAIT', 5)} 0\n`);
    take(body);
    take({ ...body, values: Float64Array.of(...body.values.slice(0, 5), 5e6) }, 5);
    const frame = at(5);
    expect([linkOf(frame, 'nvlink.state', 0), linkOf(frame, 'nvlink.state', 5)]).toEqual([1, 0]);
    expect(linkOf(frame, 'nvlink.recoveries', 5)).toBe(4);
    expect(linkOf(frame, 'nvlink.effectiveBer', 5)).toBe(Math.fround(2e-7));
    expect(linkOf(frame, 'nvlink.tx', 5)).toBe(Math.fround(1.2e10));
    expect(linkOf(frame, 'nvlink.wait', 5)).toBe(1e6);
  });

  test.each([
    ['the total first', (total: string, links: string) => total + links],
    ['the links first', (total: string, links: string) => links + total],
  ])('a total beside its links is not counted twice, %s', (_title, join) => {
    const { take, at } = fed();
    const links = [0, 1].map((link) => `${entity('PROF_NVLINK_TX_BYTES', link)} 2e9\n`).join('');
    take(join(`${seriesOf('PROF_NVLINK_TX_BYTES')} 4.1e9\n`, links));
    expect(valuesOf(at(), 'gpu.nvlinkTx')).toEqual({ 'GPU-a': Math.fround(4.1e9) });
    const memory = (more: string) => `DCGM_FI_DEV_FB_USED{${LABELLED}${more}}`;
    take(join(`${memory('')} 100\n`, `${memory(',GPU_I_ID="1"')} 40\n${memory(',GPU_I_ID="2"')} 50\n`), 5);
    expect(valuesOf(at(5), 'gpu.memUsed')).toEqual({ 'GPU-a': 100 * MIB });
  });

  test.each([' ', '0x3', '1e1', '18', '-1', '3.0', 'L3'])('a label nvlink="%s" names no link', (nvlink) => {
    const { at } = fed(`DCGM_FI_DEV_NVLINK_GET_STATE{${LABELLED},nvlink="${nvlink}"} 1\n`);
    expect([...(at().columns.get('nvlink.state')?.value ?? [])].every(Number.isNaN)).toBe(true);
  });

  test('series behind a part that is left out keep their own rules', () => {
    const { take, at } = fed();
    const parts = `${seriesOf('PROF_NVLINK_TX_BYTES')} 4e9\n${entity('PROF_NVLINK_TX_BYTES', 0)} 2e9\n`;
    // 2^32 − 1: a counter that is stuck, as node_exporter tells it.
    const stuck = 'node_infiniband_port_transmit_wait_total{device="mlx4_0",port="1",instance="n1:9100"} 4294967295\n';
    const free = 'node_infiniband_port_errors_received_total{device="mlx4_0",port="1",instance="n1:9100"} 7\n';
    const body = decodedOf(parts + stuck + free);
    expect(take(body)).toMatchObject({ samples: 4, mapped: 4, bad: 1 });
    take({ ...body, values: Float64Array.of(4e9, 2e9, 4_294_967_295, 17) }, 5);
    expect(linkOf(at(5), 'nvlink.tx', 0)).toBe(2e9);
    expect(valuesOf(at(5), 'link.wait')).toEqual({});
    expect(valuesOf(at(5), 'link.errors')).toEqual({ 'mlx4_0/1': 2 });
  });

  test('a board is as stale as the stalest of its links', () => {
    const { take, at } = fed();
    take(`${numbered('DEV_NVLINK_TX_BANDWIDTH_L{}', 0)} 1000\n`, 0, { key: 'a' });
    take(`${numbered('DEV_NVLINK_TX_BANDWIDTH_L{}', 1)} 1000\n`, 90, { key: 'b' });
    expect(cellOf(at(90), 'gpu.nvlinkTx', 'GPU-a')).toMatchObject({ value: Number.NaN, quality: STALE });
  });

  test('links make the sum again once nobody tells it any more', () => {
    const { take, at } = fed();
    take(`${seriesOf('PROF_NVLINK_TX_BYTES')} 5e9\n`);
    take([0, 1].map((link) => `${numbered('PROF_NVLINK_L{}_TX_BYTES', link)} 1e9\n`).join(''), 100);
    expect(cellOf(at(100), 'gpu.nvlinkTx', 'GPU-a')).toMatchObject({ value: 2e9, quality: DERIVED });
    // And are as old as they are, and not as the total was.
    const stale = cellOf(at(200), 'gpu.nvlinkTx', 'GPU-a');
    expect(stale).toMatchObject({ value: Number.NaN, quality: STALE, time: T0 + 100_000 });
  });
});
