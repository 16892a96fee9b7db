import type { SignalId } from '../catalogue.ts';
import { mapping, type Profile } from '../profile.ts';

/** One sensor of an inlet: an integer with as many decimal digits as `inletSensorDecimalDigits` says of its type. */
const sensor = (sensorType: string, signal: SignalId, otherwise: number | undefined, scale = 1) =>
  mapping(
    // A sensor is told with and without its sign; which of the two a module keeps differs.
    ['measurementsInletSensorValue', 'measurementsInletSensorSignedValue'],
    signal,
    'Scrape the PDU by snmp_exporter with module raritan_pdu2, and keep inletSensorDecimalDigits in it',
    {
      scale,
      where: { sensorType },
      decimals: {
        names: ['inletSensorDecimalDigits', 'measurementsInletSensorDecimalDigits'],
        ...(otherwise === undefined ? {} : { otherwise }),
      },
    },
  );

/** Raritan PX2/PX3 by snmp_exporter: values are integers, scaled by the inlet's DecimalDigits. */
export const raritanProfile: Profile = {
  id: 'raritan',
  title: 'Raritan PX2 (snmp_exporter, raritan_pdu2)',
  source: 'prometheus/snmp_exporter snmp.yml, module raritan_pdu2; PDU2-MIB',
  identity: {},
  mappings: [
    sensor('activePower', 'feed.power', 0),
    sensor('apparentPower', 'feed.apparent', 0),
    // Digits of current differ by model: without them it is not known what the number means.
    sensor('rmsCurrent', 'feed.current', undefined),
    sensor('rmsVoltage', 'feed.voltage', 0),
    sensor('activeEnergy', 'feed.energy', 0, 3600),
  ],
};
