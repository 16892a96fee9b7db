import { mapping, type Profile } from '../profile.ts';

/** What a node draws, by its baseboard controller. One rank after another, so that two exporters never add up. */

const DCMI = 'Run ipmi_exporter with its dcmi collector, and point its target label at the node';

export const ipmiProfile: Profile = {
  id: 'ipmi',
  title: 'ipmi_exporter',
  source: 'prometheus-community/ipmi_exporter docs/metrics.md and collector_dcmi.go',
  identity: { node: { strip: '[-.](bmc|ipmi|ilo|idrac|mgmt|oob)$' } },
  mappings: [
    // Before 1.7.0 a BMC without the reading says 0.
    mapping(['ipmi_dcmi_power_consumption_watts', 'ipmi_dcmi_power_consumption_current_watts'], 'node.power', DCMI, {
      absentUpTo: 0,
    }),
    mapping(['ipmi_power_watts'], 'node.power', 'Run ipmi_exporter with its ipmi collector', {
      ...{ rank: 1, absentUpTo: 0 },
      where: { name: 'Pwr Consumption|Power Meter|([Ss]ystem|SYS|SYSTEM|[Tt]otal|TOTAL)[ _]?([Pp]ower|POWER|PWR|Pwr)' },
    }),
    mapping(['ipmi_temperature_celsius'], 'node.inletTemp', 'Run ipmi_exporter with its ipmi collector', {
      where: { name: '.*([Ii]nlet|INLET|[Aa]mbient|AMBIENT).*' },
    }),
  ],
};

const IDRAC = 'Run idrac_exporter with the collectors "power" and "sensors"';

export const idracProfile: Profile = {
  id: 'idrac',
  title: 'idrac_exporter (any Redfish BMC)',
  source: 'mrlhansen/idrac_exporter internal/collector/prometheus.go',
  identity: { node: { strip: '[-.](bmc|ipmi|ilo|idrac|mgmt|oob)$' } },
  mappings: [
    // Several controls of one machine are the system and parts of it: the largest is the system.
    mapping(['idrac_power_control_consumed_watts'], 'node.power', IDRAC, { rank: 2, absentUpTo: 0 }),
    mapping(['idrac_power_supply_input_watts'], 'node.power', IDRAC, { rank: 3, rows: 'sum', parts: ['id'] }),
    mapping(['idrac_power_supply_capacity_watts'], 'node.powerCapacity', IDRAC, { rows: 'sum', parts: ['id'] }),
    mapping(['idrac_sensors_temperature'], 'node.inletTemp', IDRAC, {
      ...{ rank: 1, where: { name: '.*([Ii]nlet|INLET|[Aa]mbient|AMBIENT).*' } },
    }),
  ],
};

export const redfishProfile: Profile = {
  id: 'redfish',
  title: 'redfish_exporter',
  source: 'jenningsloy318/redfish_exporter collector/chassis_collector.go; names differ by version',
  identity: { node: { strip: '[-.](bmc|ipmi|ilo|idrac|mgmt|oob)$' } },
  mappings: [
    mapping(
      ['redfish_chassis_power_average_consumed_watts'],
      'node.power',
      'Run redfish_exporter with its chassis collector',
      { rank: 4, quality: 'derived', absentUpTo: 0 },
    ),
    mapping(
      ['redfish_chassis_power_powersupply_last_power_output_watts'],
      'node.power',
      'Run redfish_exporter with its chassis collector',
      { rank: 5, quality: 'derived', rows: 'sum', parts: ['chassis_id', 'power_supply_id', 'power_supply'] },
    ),
  ],
};

export const serverSnmpProfile: Profile = {
  id: 'server-snmp',
  title: 'HPE and Dell servers by snmp_exporter',
  source: 'prometheus/snmp_exporter snmp.yml, modules hpe (CPQHLTH-MIB) and dell_rac (DELL-RAC-MIB)',
  identity: { node: { strip: '[-.](bmc|ipmi|ilo|idrac|mgmt|oob)$' } },
  mappings: [
    mapping(['cpqHePowerMeterCurrReading'], 'node.power', 'Scrape the iLO by snmp_exporter with module hpe', {
      ...{ rank: 6, absentUpTo: 0 },
    }),
    mapping(['drsWattsReading'], 'node.power', 'Scrape the iDRAC by snmp_exporter with module dell_rac', {
      ...{ rank: 7, rows: 'sum', parts: ['drsChassisIndex', 'drsCMCPowerIndex'], absentUpTo: 0 },
    }),
  ],
};

export const bmcProfiles: readonly Profile[] = [ipmiProfile, idracProfile, redfishProfile, serverSnmpProfile];
