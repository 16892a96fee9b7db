import { ROUND, recordedName, SAMPLE_TIME } from '../../recorded/names.ts';
import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

const named = (names: readonly string[], signal: SignalId): Mapping =>
  mapping(names, signal, 'Load the file of "fleetwatt rules export --kind recording" into the server', {
    quality: 'derived',
  });

const recorded = (what: string, signal: SignalId, levels: readonly string[] = ['rack']): Mapping =>
  named(
    levels.map((level) => recordedName(level, what)),
    signal,
  );

/** What is told of InfiniBand and Ethernet apart, by the label "kind". */
const ofPorts = (what: string, infiniband: SignalId, ethernet: SignalId): readonly Mapping[] => [
  { ...recorded(what, infiniband), where: { kind: 'infiniband' } },
  { ...recorded(what, ethernet), where: { kind: 'ethernet' } },
];

const LEVELS = ['rack', 'row', 'hall', 'site'];

/** What our own recording rules make of all other profiles, for racks and above. As old as `SAMPLE_TIME` says. */
export const recordedProfile: Profile = {
  id: 'recorded',
  title: 'Recording rules of Fleetwatt',
  source: 'shared/recorded/rules.ts',
  identity: { place: true },
  info: [SAMPLE_TIME],
  mappings: [
    named([ROUND], 'place.round'),
    recorded('gpus:count', 'place.gpus'),
    recorded('gpus_metered:count', 'place.metered'),
    recorded('gpu_model:info', 'place.model'),
    recorded('gpu_power_watts:sum', 'place.gpuPower'),
    recorded('gpu_util_ratio:median', 'place.util', LEVELS),
    recorded('gpu_util_ratio:p10', 'place.utilP10', ['site']),
    recorded('gpus_idle:count', 'place.idle'),
    recorded('gpu_temp_celsius:max', 'place.temp'),
    recorded('gpu_temp_use_ratio:max', 'place.tempUse'),
    recorded('clock_event_reasons:or', 'place.throttle'),
    recorded('gpus_with_reasons:count', 'place.reasons'),
    recorded('gpus_held:count', 'place.held'),
    recorded('gpus_held_by_power:count', 'place.heldByPower'),
    recorded('gpus_capped:count', 'place.capped'),
    recorded('gpus_lost_to_power:sum', 'place.lostPower'),
    recorded('gpus_lost_to_heat:sum', 'place.lostHeat'),
    recorded('gpus_clocked:count', 'place.clocked'),
    recorded('gpus_capped_long:ratio', 'place.cappedLong'),
    recorded('gpu_limit_watts:sum', 'place.gpuLimit'),
    recorded('gpus_limited:count', 'place.gpusLimited'),
    recorded('nvlink_bytes_per_second:median', 'place.nvlink', LEVELS),
    recorded('node_power_watts:sum', 'place.nodePower'),
    recorded('nodes_metered:count', 'place.nodesMetered'),
    recorded('link_use_ratio:max', 'place.linkUse'),
    recorded('links:count', 'place.links'),
    recorded('link_receive_bytes_per_second:sum', 'place.rx'),
    recorded('link_transmit_bytes_per_second:sum', 'place.tx'),
    recorded('links_full:count', 'place.linksFull'),
    recorded('links_degraded:count', 'place.linksDegraded'),
    ...ofPorts('ports:count', 'place.ibPorts', 'place.ethernetPorts'),
    ...ofPorts('ports_down:count', 'place.ibDown', 'place.ethernetDown'),
    ...ofPorts('ports_transmit_bytes_per_second:sum', 'place.ibTx', 'place.ethernetTx'),
    ...ofPorts('ports_rate_bytes_per_second:sum', 'place.ibRate', 'place.ethernetRate'),
    recorded('work_gpus:count', 'work.gpus'),
    recorded('work_gpus_metered:count', 'work.metered'),
    recorded('work_gpus_shared:count', 'work.shared'),
    recorded('work_gpu_power_watts:sum', 'work.power'),
    recorded('work_util_ratio:avg', 'work.util'),
    recorded('work_held_by_cap_ratio:avg', 'work.capHeld'),
    recorded('work_held_by_heat_ratio:avg', 'work.heatHeld'),
    recorded('work_held_by_brake_ratio:avg', 'work.brakeHeld'),
    recorded('work_memory_ratio:avg', 'work.dram'),
    recorded('work_tensor_ratio:avg', 'work.tensor'),
    recorded('work_sm_ratio:avg', 'work.sm'),
  ],
};
