import { expect, test } from 'vitest';
import { hardwareOf } from './hardware.ts';

// signals.md 9: TDP, NVLink of one GPU in both directions, watts of a node shared among its GPUs.
test.each([
  ['NVIDIA H100 80GB HBM3', 700, 900e9, 10_200 / 8],
  ['NVIDIA H200', 700, 900e9, 10_200 / 8],
  ['HGX H200', 700, 900e9, 10_200 / 8],
  ['NVIDIA H100 PCIe', 350, 600e9, undefined],
  ['NVIDIA H100 NVL', 400, 600e9, undefined],
  ['NVIDIA B200', 1000, 1800e9, 14_300 / 8],
  ['NVIDIA GB200', 1200, 1800e9, 132_000 / 72],
  ['GB300 NVL72', 1400, 1800e9, 142_000 / 72],
  ['NVIDIA A100-SXM4-40GB', 400, 600e9, 6500 / 8],
  ['NVIDIA A100-PCIE-40GB', 250, 600e9, undefined],
  ['NVIDIA A100 80GB PCIe', 300, 600e9, undefined],
  ['Tesla V100-SXM2-32GB', 300, 300e9, undefined],
  ['Tesla V100-PCIE-16GB', 250, 0, undefined],
  ['NVIDIA L40S', 350, 0, undefined],
  ['NVIDIA L4', 72, 0, undefined],
  ['AMD Instinct MI300X', 750, 896e9, undefined],
  ['AMD Instinct MI325X', 1000, 896e9, undefined],
  ['AMD Instinct MI355X', 1400, 1075e9, undefined],
  ['AMD Instinct MI350X', 1000, 1075e9, undefined],
  ['Tesla V100-SXM3-32GB', 350, 300e9, undefined],
  ['NVIDIA H200 NVL', 600, 900e9, undefined],
  ['Intel Gaudi3', 900, 1200e9, undefined],
  ['Gaudi3 PCIe', 600, 1200e9, undefined],
])('%s', (model, tdpW, nvlinkBps, nodeWPerGpu) => {
  expect(hardwareOf(model)).toMatchObject({ tdpW, nvlinkBps, ...(nodeWPerGpu ? { nodeWPerGpu } : {}) });
});

test('a model that is not in the table is not guessed at', () => {
  for (const model of ['', 'NVIDIA GeForce RTX 4090', 'NVIDIA RTX A1000', 'L4000', 'NVIDIA A1000 Laptop'])
    expect(hardwareOf(model), model).toBeUndefined();
});

// Gen3 15.75, Gen4 31.5, Gen5 63 and Gen6 126 GB/s; HDR 25, NDR 50, XDR 100 GB/s, one direction.
test.each([
  ['Tesla V100-SXM2-32GB', 15.75e9, 12.5e9],
  ['NVIDIA A100-SXM4-80GB', 31.5e9, 25e9],
  ['NVIDIA H100 80GB HBM3', 63e9, 50e9],
  ['GB300 NVL72', 126e9, 100e9],
  ['AMD Instinct MI300X', 63e9, 50e9],
])('%s on its bus and its network', (model, pcieBps, nicBps) => {
  expect(hardwareOf(model)).toMatchObject({ pcieBps, nicBps });
});
