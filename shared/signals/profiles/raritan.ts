import { mapping, type Profile } from '../profile.ts';

/** Raritan PX2/PX3 by snmp_exporter: values are integers, scaled by the inlet's DecimalDigits. */
export const raritanProfile: Profile = {
  id: 'raritan',
  title: 'Raritan PX2 (snmp_exporter, raritan_pdu2)',
  source: 'prometheus/snmp_exporter snmp.yml, module raritan_pdu2; PDU2-MIB',
  identity: {},
  mappings: [
    mapping(
      ['measurementsInletSensorValue'],
      'feed.power',
      'Scrape the PDU by snmp_exporter with module raritan_pdu2, and keep inletSensorDecimalDigits in it',
      {
        where: { sensorType: 'activePower' },
        decimals: { names: ['inletSensorDecimalDigits', 'measurementsInletSensorDecimalDigits'], otherwise: 0 },
      },
    ),
  ],
};
