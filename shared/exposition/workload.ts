/** A body like dcgm-exporter's, for measuring: same series each tick, other values. */
const METRICS = [
  'SM_CLOCK',
  'MEM_CLOCK',
  'MEMORY_TEMP',
  'GPU_TEMP',
  'POWER_USAGE',
  'TOTAL_ENERGY_CONSUMPTION',
  'PCIE_REPLAY_COUNTER',
  'GPU_UTIL',
  'MEM_COPY_UTIL',
  'ENC_UTIL',
  'DEC_UTIL',
  'XID_ERRORS',
  'FB_FREE',
  'FB_USED',
  'NVLINK_BANDWIDTH_TOTAL',
  'VGPU_LICENSE_STATUS',
  'UNCORRECTABLE_REMAPPED_ROWS',
  'CORRECTABLE_REMAPPED_ROWS',
  'ROW_REMAP_FAILURE',
  'ENFORCED_POWER_LIMIT',
  'SLOWDOWN_TEMP',
  'CLOCKS_EVENT_REASONS',
  'POWER_VIOLATION',
  'THERMAL_VIOLATION',
  'MAX_SM_CLOCK',
];

/** Deterministic noise in [0, 1). */
const noise = (seed: number): number => {
  let x = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
};

/** Text of `series` series at a tick; some 228 bytes a series, as the real exporter's with its Kubernetes labels. */
export function expositionText(series: number, tick: number): string {
  const gpus = Math.ceil(series / METRICS.length);
  const parts: string[] = [];
  let left = series;
  for (const [m, metric] of METRICS.entries()) {
    parts.push(
      `# HELP DCGM_FI_DEV_${metric} ${metric.toLowerCase().replaceAll('_', ' ')}.\n# TYPE DCGM_FI_DEV_${metric} gauge\n`,
    );
    for (let gpu = 0; gpu < gpus && left > 0; gpu++, left--) {
      const value = noise(gpu * 31 + m * 7919 + tick * 104_729);
      const text =
        m % 3 === 0
          ? String(Math.round(value * 2000))
          : m % 3 === 1
            ? (value * 1200).toFixed(3)
            : (value * 100).toFixed(6);
      const uuid = `GPU-${(0x10000000 + gpu * 7919).toString(16)}-${(0x1000 + (gpu % 0xefff)).toString(16)}-4a2b-9c3d-${(0x100000000000 + gpu * 104_729).toString(16)}`;
      parts.push(
        `DCGM_FI_DEV_${metric}{gpu="${gpu % 8}",UUID="${uuid}",pci_bus_id="00000000:${(16 + (gpu % 8)).toString(16)}:00.0",device="nvidia${gpu % 8}",modelName="NVIDIA H100 80GB HBM3",Hostname="gpu-node-${gpu >> 3}",DCGM_FI_DRIVER_VERSION="580.105.08"} ${text}\n`,
      );
    }
  }
  return parts.join('');
}
