import { hostname } from 'node:os';
import type { WorkstationReply } from '../../../shared/contract/sources.ts';

const finite = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** Gives null instead of throwing: a workstation without sensors is no fault. */
async function attempt<Value>(ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await ask();
  } catch {
    return null;
  }
}

/** Bytes that a network port has moved since the machine started. */
export interface PortCounters {
  readonly device: string;
  readonly rxBytes: number;
  readonly txBytes: number;
}

/** The network ports of this machine; empty where systeminformation can't tell. */
export async function readPorts(): Promise<readonly PortCounters[]> {
  const { default: si } = await import('systeminformation');
  const ports = (await attempt(() => si.networkStats('*'))) ?? [];
  return ports.flatMap(({ iface, rx_bytes: rxBytes, tx_bytes: txBytes }) =>
    finite(rxBytes) === null || finite(txBytes) === null ? [] : [{ device: iface, rxBytes, txBytes }],
  );
}

/** How this machine does, by systeminformation; what it can't tell is null. Rates need two calls. */
export async function readWorkstation(now: number): Promise<WorkstationReply> {
  const { default: si } = await import('systeminformation');
  const [load, memory, disks, network, graphics] = await Promise.all([
    attempt(() => si.currentLoad()),
    attempt(() => si.mem()),
    attempt(() => si.fsSize()),
    attempt(() => si.networkStats('*')),
    attempt(() => si.graphics()),
  ]);
  const sum = (values: readonly (number | null)[] | undefined) => {
    const known = (values ?? []).filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
  };
  const largest = disks?.reduce((a, b) => (b.size > a.size ? b : a), disks[0] ?? { size: 0, use: Number.NaN });
  const cpu = finite(load?.currentLoad);
  return {
    host: hostname(),
    cpuRatio: cpu === null ? null : cpu / 100,
    memUsedB: finite(memory?.active),
    memTotalB: finite(memory?.total),
    diskUsedRatio: largest && finite(largest.use) !== null ? largest.use / 100 : null,
    rxBps: sum(network?.map((port) => finite(port.rx_sec))),
    txBps: sum(network?.map((port) => finite(port.tx_sec))),
    // Without a driver's own tool a graphics card has no power reading and is no GPU of a fleet.
    gpus: (graphics?.controllers ?? [])
      .filter((card) => finite(card.powerDraw) !== null || finite(card.utilizationGpu) !== null)
      .map((card) => {
        const util = finite(card.utilizationGpu);
        return {
          model: card.model,
          powerW: finite(card.powerDraw),
          tempC: finite(card.temperatureGpu),
          util: util === null ? null : util / 100,
        };
      }),
    time: now,
  };
}
