import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

const lower = (name: string, signal: SignalId, more: Partial<Mapping> = {}): Mapping =>
  mapping([`dcgm_${name}`], signal, 'Run dcgm-exporter 2 or later: this dialect has few fields', more);

const MIB = 1024 * 1024;

/**
 * DCGM's fields in small letters, as the exporter of gpu-monitoring-tools 1.x and Azure's Moneo print them: same units.
 * Violation times are left out, since their unit changed between releases.
 */
export const dcgmLowerProfile: Profile = {
  id: 'dcgm-lower',
  title: 'DCGM in small letters (gpu-monitoring-tools 1.x, Azure Moneo)',
  source: 'NVIDIA/gpu-monitoring-tools 1.x README; Azure/Moneo docs/Moneo-exporter.md',
  identity: { gpu: { id: ['uuid', 'gpu_uuid'], index: ['gpu', 'gpu_id'], model: [] } },
  mappings: [
    lower('power_usage', 'gpu.power'),
    lower('gpu_utilization', 'gpu.util', { scale: 0.01, rank: 1 }),
    lower('gpu_temp', 'gpu.temp'),
    lower('memory_temp', 'gpu.memTemp'),
    lower('sm_clock', 'gpu.clock'),
    lower('memory_clock', 'gpu.memClock'),
    lower('fb_used', 'gpu.memUsed', { scale: MIB }),
    lower('xid_errors', 'gpu.xid'),
  ],
};
