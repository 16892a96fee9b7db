/** The machines of the demo fleet, with the numbers of their nameplates (signals.md 9). */
export interface Machine {
  /** What reads its boards: NVIDIA's dcgm-exporter or AMD's device-metrics-exporter. */
  readonly exporter: 'dcgm' | 'amd';
  /** As dcgm-exporter's `modelName` says it. */
  readonly gpuModel: string;
  /** As topology.csv says it. */
  readonly nodeModel: string;
  /** As `uname -m` says it. */
  readonly arch: string;
  readonly limitW: number;
  readonly idleW: number;
  readonly maxClockMhz: number;
  readonly slowdownC: number;
  readonly memoryMib: number;
  /** NVLink, both directions, bytes per second. */
  readonly nvlinkBps: number;
  /** InfiniBand ports a GPU (one NDR 400 HCA each), bytes per second and direction. */
  readonly portBps: number;
  /** Draw that goes with each GPU watt: CPUs, fans, NVSwitches, conversion. */
  readonly wattPerGpuWatt: number;
  /** Draw of one GPU's share of the rack when the GPU draws nothing. */
  readonly fixedWPerGpu: number;
  /** GPU temperature at no load, and its rise from there to the full limit. */
  readonly coolC: number;
  readonly riseC: number;
  readonly gpusPerNode: number;
}

/** A rack of 72 at the full limits draws its 132 kW; liquid-cooled. */
export const GB200: Machine = {
  exporter: 'dcgm',
  gpuModel: 'NVIDIA GB200',
  nodeModel: 'GB200 NVL72',
  arch: 'aarch64',
  limitW: 1200,
  idleW: 130,
  maxClockMhz: 1965,
  slowdownC: 87,
  memoryMib: 189_471,
  nvlinkBps: 1.8e12,
  portBps: 5e10,
  wattPerGpuWatt: 1.4,
  fixedWPerGpu: 153.3,
  coolC: 30,
  riseC: 36,
  gpusPerNode: 4,
};

/** A node of 8 at the full limits draws its 10.2 kW; air-cooled. */
export const H200: Machine = {
  exporter: 'dcgm',
  gpuModel: 'NVIDIA H200',
  nodeModel: 'HGX H200',
  arch: 'x86_64',
  limitW: 700,
  idleW: 76,
  maxClockMhz: 1980,
  slowdownC: 87,
  memoryMib: 143_771,
  nvlinkBps: 9e11,
  portBps: 5e10,
  wattPerGpuWatt: 1.5,
  fixedWPerGpu: 225,
  coolC: 34,
  riseC: 36,
  gpusPerNode: 8,
};

/** A node of 8 at the full limits draws some 10.3 kW; xGMI in place of NVLink. */
export const MI300X: Machine = {
  exporter: 'amd',
  gpuModel: 'AMD Instinct MI300X',
  nodeModel: 'MI300X OAM',
  arch: 'x86_64',
  limitW: 750,
  idleW: 140,
  maxClockMhz: 2100,
  slowdownC: 100,
  memoryMib: 196_592,
  nvlinkBps: 8.96e11,
  portBps: 5e10,
  wattPerGpuWatt: 1.4,
  fixedWPerGpu: 240,
  coolC: 36,
  riseC: 38,
  gpusPerNode: 8,
};
