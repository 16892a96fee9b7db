import { expect, it } from 'vitest';
import { Fleet } from '../../../shared/fleet.ts';
import { GPU, NODE } from '../../../shared/topology.ts';
import { systemClock } from '../clock.ts';
import { WorkstationNode, workstationText } from './workstation-node.ts';

it('says GPUs and ports in the words of their exporters, hostile names as text', () => {
  const reply = {
    host: 'desk"1',
    cpuRatio: 0,
    memUsedB: 0,
    memTotalB: 0,
    diskUsedRatio: 0,
    rxBps: 0,
    txBps: 0,
    time: 0,
  };
  const text = workstationText({ ...reply, gpus: [{ model: 'RTX "A"', powerW: 71.5, tempC: null, util: 0.25 }] }, [
    { device: 'eth0', rxBytes: 5, txBytes: 6 },
  ]);
  expect(text).toBe(
    'DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="desk\\"1/gpu0",modelName="RTX \\"A\\"",hostname="desk\\"1"} 71.5\n' +
      'DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="desk\\"1/gpu0",modelName="RTX \\"A\\"",hostname="desk\\"1"} 25\n' +
      'node_network_receive_bytes_total{device="eth0",hostname="desk\\"1"} 5\n' +
      'node_network_transmit_bytes_total{device="eth0",hostname="desk\\"1"} 6\n',
  );
});

it('reads this very machine into a fleet without failing', async () => {
  const fleet = new Fleet({ mappings: [] });
  const source = new WorkstationNode(fleet, systemClock);
  await source.readAll(systemClock.now());
  expect(source.health([])).toMatchObject({ state: 'up', targets: 1, targetsUp: 1 });
  const { topology } = fleet.frame(systemClock.now(), 60_000);
  // A machine without GPUs and without a network cable has nothing to show; no more than one node in any case.
  expect(topology.start[NODE + 1] - topology.start[NODE]).toBeLessThanOrEqual(1);
  expect(topology.start[GPU + 1] - topology.start[GPU]).toBeLessThanOrEqual(16);
  source.close();
});
