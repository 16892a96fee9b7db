import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping } from '../profile.ts';

const RAPL = 'Run node_exporter as root, for its rapl collector';

/**
 * One zone of RAPL, with the exporter's flag --collector.rapl.enable-zone-label and without. A processor of several dies
 * has a zone for each ("package-0-die-1"). Zones of the memory-mapped interface are the same once more.
 */
const rapl = (zone: string, names: readonly string[], signal: SignalId): readonly Mapping[] => {
  const joules = { kind: 'counter', rows: 'sum', parts: ['index', 'path'], unless: { path: '.*mmio.*' } } as const;
  return [
    mapping(names, signal, RAPL, { ...joules, rank: 1 }),
    mapping(['node_rapl_joules_total'], signal, RAPL, { ...joules, rank: 2, where: { rapl_zone: zone } }),
  ];
};

const HWMON = 'Run node_exporter with its hwmon collector (on by default) where the kernel has a driver of the meter';
/** What `powerN_input` is called where the chip has no bare `powerN` beside it, and where it has. */
const INPUT = ['node_hwmon_power_watt', 'node_hwmon_power_input_watt'];
const AVERAGE = 'node_hwmon_power_average_watt';

/**
 * What a node draws, by its own kernel.
 *
 * hwmon: a sensor measures what the chip's maker chose, so only an ACPI power meter (device ACPI000D, driver
 * acpi_power_meter) is taken for the node's input, where it is the only one: Grace modules have four a socket (module,
 * Grace, CPU, SysIO), told apart by `oem_info`, which is not exported. The firmware averages it and says nowhere that it is
 * all of the machine, hence *derived*, and after any BMC. Of other chips (PMBus supplies, boards, drives) the largest
 * reading is shown as that and as nothing more.
 *
 * RAPL: cores are within their package and are never added to it; memory (dram) stands beside it.
 */
export const nodePower: readonly Mapping[] = [
  mapping([AVERAGE], 'node.power', HWMON, {
    ...{ rank: 8, quality: 'derived', absentUpTo: 0 },
    ...{ where: { chip: '.*acpi000d.*' }, rows: 'only', parts: ['chip', 'sensor'] },
  }),
  mapping([AVERAGE, ...INPUT], 'node.sensorPower', HWMON, { quality: 'derived', parts: ['chip', 'sensor'] }),
  ...rapl(
    'package.*',
    ['node_rapl_package_joules_total', 'node_rapl_package_0_die_joules_total', 'node_rapl_package_1_die_joules_total'],
    'node.cpuPower',
  ),
  ...rapl('core', ['node_rapl_core_joules_total'], 'node.cpuCorePower'),
  ...rapl('dram', ['node_rapl_dram_joules_total'], 'node.dramPower'),
];
