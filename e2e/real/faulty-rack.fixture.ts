import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Rack A9-01 of hall A: a node with a board for each fault, and two inlets. */
const PLACE = { site: 'PDX-1', hall: 'A', row: 'A9', rack: 'A9-01' };
const NODE = 'A9-01-n1';

/** One fault a GPU: metric, before, and once it breaks. */
const FAULTS: readonly (readonly (readonly [metric: string, sound: number, broken: number])[])[] = [
  [['DCGM_FI_DEV_CLOCKS_EVENT_REASONS', 0, 0x80]],
  [['DCGM_FI_DEV_XID_ERRORS', 0, 79]],
  [['DCGM_FI_DEV_ECC_DBE_VOL_TOTAL', 3, 5]],
  [['DCGM_FI_DEV_ROW_REMAP_PENDING', 0, 1]],
  [['DCGM_FI_DEV_PCIE_LINK_WIDTH', 16, 8]],
  [['DCGM_FI_DEV_SM_CLOCK', 1980, 900]],
];
const SOUND: Readonly<Record<string, number>> = {
  DCGM_FI_DEV_POWER_USAGE: 500,
  DCGM_FI_DEV_GPU_UTIL: 90,
  DCGM_FI_DEV_CLOCKS_EVENT_REASONS: 0,
  DCGM_FI_DEV_XID_ERRORS: 0,
  DCGM_FI_DEV_ECC_DBE_VOL_TOTAL: 3,
  DCGM_FI_DEV_ROW_REMAP_PENDING: 0,
  DCGM_FI_DEV_PCIE_LINK_WIDTH: 16,
  DCGM_FI_DEV_PCIE_MAX_LINK_WIDTH: 16,
  DCGM_FI_DEV_SM_CLOCK: 1980,
  DCGM_FI_DEV_MAX_SM_CLOCK: 1980,
};

function boards(broken: boolean): string {
  return Object.entries(SOUND)
    .map(([metric, sound]) => {
      const lines = FAULTS.map((faults, gpu) => {
        const fault = faults.find(([name]) => name === metric);
        const value = fault ? fault[broken ? 2 : 1] : sound;
        return `${metric}{gpu="${gpu}",UUID="GPU-faulty-${gpu}",modelName="NVIDIA H200",Hostname="${NODE}"} ${value}\n`;
      });
      return `# TYPE ${metric} gauge\n${lines.join('')}`;
    })
    .join('');
}

/** Feed B loses a third of what A gives. */
const inlets = (broken: boolean) =>
  `# TYPE measurementsInletSensorValue gauge\n${(
    [
      ['A', 3000],
      ['B', broken ? 2000 : 3000],
    ] as const
  )
    .map(
      ([feed, watts]) =>
        `measurementsInletSensorValue{pduId="1",inletId="1",sensorType="activePower",feed="${feed}"} ${watts}\n`,
    )
    .join('')}`;

/** Exporters of a rack that is sound until it breaks: rules that the demo's script has nothing for. */
export async function faultyRack() {
  let broken = false;
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(url === '/boards' ? boards(broken) : inlets(broken));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: at } = server.address() as AddressInfo;
  const target = (job: string, path: string, instance: string, labels: object = {}) => ({
    targets: [`127.0.0.1:${at}`],
    labels: { ...PLACE, job, instance, __metrics_path__: path, ...labels },
  });
  return {
    /** Rules that fire once it is broken. */
    rules: [
      ...['HwPowerBrake', 'FatalXid', 'UncorrectableEcc', 'RowRemap', 'PcieDowntrained', 'SilentThrottle'],
      'FeedImbalance',
    ],
    targets: [target('dcgm', '/boards', `${NODE}:9400`, { node: NODE }), target('pdu', '/inlets', 'A9-01-pdu')],
    breakIt(): void {
      broken = true;
    },
    close(): void {
      server.closeAllConnections();
      server.close();
    },
  };
}
