import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { fed, valuesOf } from '../../fleet.fixture.ts';
import { NODE } from '../../topology.ts';
import type { SignalId } from '../catalogue.ts';
import { signalOf } from '../catalogue.ts';
import { bmcProfiles } from './bmc.ts';
import { pduProfiles } from './pdus.ts';

/** A PDU of rack R1 on feed A, and a machine, as a scraper labels them. */
const PDU = new Map([
  ['instance', 'pdu-r1-a'],
  ...(['site', 'hall', 'row', 'rack'] as const).map((label, i) => [label, ['S', 'H', 'R', 'R1'][i]] as const),
  ['feed', 'A'],
]);
const BMC = new Map([['instance', 'n1-bmc:9290']]);

const feedsOf = (text: string, signal: SignalId) => {
  const { take, at } = fed();
  take(`${text}\n`, 0, { targetLabels: PDU });
  const frame = at();
  const column = frame.columns.get(signal);
  return Object.fromEntries(
    [...(column?.value ?? [])].flatMap((value, i) =>
      Number.isNaN(value) ? [] : [[frame.topology.feedName[i], Number(value.toPrecision(7))]],
    ),
  );
};

/**
 * Worked out by hand from signals.md 4, synthetic texts with the MIBs' names and indexes:
 * profile, signal, text, watts (or the signal's unit) by feed.
 */
const PDUS: readonly (readonly [string, SignalId, string, Record<string, number>])[] = [
  // Hundredths of a kilowatt.
  ['apc', 'feed.power', 'rPDU2DeviceStatusPower{rPDU2DeviceStatusIndex="1"} 613', { A: 6130 }],
  ['apc', 'feed.power', 'rPDU2DeviceStatusPower{rPDU2DeviceStatusIndex="1"} -1', {}],
  [
    'apc',
    'feed.power',
    'rPDU2PhaseStatusPower{rPDU2PhaseStatusIndex="1"} 200\nrPDU2PhaseStatusPower{rPDU2PhaseStatusIndex="2"} 150',
    { A: 3500 },
  ],
  ['apc', 'feed.current', 'rPDU2PhaseStatusCurrent{rPDU2PhaseStatusIndex="1"} 163', { A: 16.3 }],
  // Tenths of a kilowatt-hour: 12 → 1.2 kWh = 4.32 MJ.
  ['apc', 'feed.energy', 'rPDU2DeviceStatusEnergy{rPDU2DeviceStatusIndex="1"} 12', { A: 4_320_000 }],
  ['raritan-px', 'feed.power', 'inletActivePower{inletIndex="1"} 5120', { A: 5120 }],
  ['raritan-px', 'feed.current', 'inletCurrent{inletIndex="1"} 22300', { A: 22.3 }],
  [
    'raritan-native',
    'feed.power',
    'raritan_pdu_activepower_watt{inletid="1",pduname="p"} 4321\nraritan_pdu_activepower_watt{outletid="7",pduname="p"} 99',
    { A: 4321 },
  ],
  ['sentry3', 'feed.power', 'infeedPower{towerIndex="1",infeedIndex="1"} 2874', { A: 2874 }],
  ['sentry3', 'feed.current', 'infeedLoadValue{towerIndex="1",infeedIndex="1"} 1234', { A: 12.34 }],
  [
    'sentry4',
    'feed.power',
    'st4InputCordActivePower{st4UnitIndex="1",st4InputCordIndex="1"} 7010\nst4InputCordActivePower{st4UnitIndex="1",st4InputCordIndex="2"} 10',
    { A: 7010, A2: 10 },
  ],
  ['sentry4', 'feed.load', 'st4InputCordPowerUtilized{st4UnitIndex="1",st4InputCordIndex="1"} 405', { A: 0.405 }],
  // The fuller of two branches counts.
  [
    'sentry4',
    'feed.breakerUse',
    'st4BranchCurrentUtilized{st4UnitIndex="1",st4InputCordIndex="1",st4BranchIndex="1"} 610\nst4BranchCurrentUtilized{st4UnitIndex="1",st4InputCordIndex="1",st4BranchIndex="2"} 834',
    { A: 0.834 },
  ],
  [
    'apc',
    'feed.breakerCurrent',
    'rPDU2BankStatusCurrent{rPDU2BankStatusIndex="1"} 121\nrPDU2BankStatusCurrent{rPDU2BankStatusIndex="2"} -1',
    { A: 12.1 },
  ],
  ['vertiv', 'feed.power', 'lgpPduPsEntryPwrTotal{lgpPduEntryIndex="1",lgpPduPsEntryIndex="1"} 8800', { A: 8800 }],
  ['geist', 'feed.power', 'pduMainRealPower{pduMainIndex="1"} 3500', { A: 3500 }],
  ['eaton', 'feed.power', 'inputWatts{strappingIndex="1",inputIndex="1"} 9150', { A: 9150 }],
  ['eaton', 'feed.load', 'inputCurrentPercentLoad{strappingIndex="1",inputIndex="1"} 61', { A: 0.61 }],
  ['cyberpower', 'feed.power', 'ePDU2DeviceStatusPowerLoad{ePDU2DeviceStatusIndex="1"} 1900', { A: 1900 }],
  // 1e-5 kW: 612,345 → 6,123.45 W.
  ['infrapower', 'feed.power', 'pduMainActivePower{pduName="pdu-r1-a",pduLocation="x"} 612345', { A: 6123.45 }],
  [
    'raritan',
    'feed.power',
    'measurementsInletSensorValue{pduId="1",inletId="1",sensorType="activePower"} 412',
    { A: 412 },
  ],
  [
    'raritan',
    'feed.current',
    'measurementsInletSensorValue{pduId="1",inletId="1",sensorType="rmsCurrent"} 12345\ninletSensorDecimalDigits{pduId="1",inletId="1",sensorType="rmsCurrent"} 3',
    { A: 12.345 },
  ],
  ['raritan', 'feed.current', 'measurementsInletSensorValue{pduId="1",inletId="1",sensorType="rmsCurrent"} 12345', {}],
  [
    'raritan',
    'feed.power',
    'measurementsInletSensorSignedValue{pduId="1",inletId="1",sensorType="activePower"} 4123\ninletSensorDecimalDigits{pduId="1",inletId="1",sensorType="activePower"} 1',
    { A: 412.3 },
  ],
  [
    'raritan',
    'feed.power',
    'measurementsInletSensorValue{pduId="1",inletId="1",sensorType="activePower"} 412\nmeasurementsInletSensorSignedValue{pduId="1",inletId="1",sensorType="activePower"} 412',
    { A: 412 },
  ],
];

test.each(PDUS)('%s: %s of %j', (_profile, signal, text, expected) => {
  expect(feedsOf(text, signal)).toEqual(expected);
});

/** What modules tell of a whole PDU and of its phases, whose rows have no label of the unit: one inlet, its watts once. */
test.each([
  [
    'apc',
    'rPDU2PhaseStatusPower{rPDU2PhaseStatusIndex="1"} 300\nrPDU2PhaseStatusPower{rPDU2PhaseStatusIndex="2"} 313\n' +
      'rPDU2PhaseStatusCurrent{rPDU2PhaseStatusIndex="1"} 163\nrPDU2DeviceStatusPower{rPDU2DeviceStatusIndex="1"} 613',
    { power: { A: 6130 }, current: { A: 16.3 } },
  ],
  [
    'cyberpower',
    'ePDU2DeviceStatusPowerLoad{ePDU2DeviceStatusIndex="1"} 1900\nePDU2PhaseStatusPower{ePDU2PhaseStatusIndex="1"} 1900\n' +
      'ePDU2PhaseStatusLoad{ePDU2PhaseStatusIndex="1"} 83',
    { power: { A: 1900 }, current: { A: 8.3 } },
  ],
  [
    'geist',
    'pduMainRealPower{pduMainIndex="1"} 3500\npduPhaseRealPower{pduPhaseIndex="1"} 1700\npduPhaseRealPower{pduPhaseIndex="2"} 1800',
    { power: { A: 3500 }, current: {} },
  ],
])('%s: phases are no inlet beside that of their PDU', (_, text, { power, current }) => {
  expect(feedsOf(text, 'feed.power')).toEqual(power);
  expect(feedsOf(text, 'feed.current')).toEqual(current);
  const { take, at } = fed();
  take(`${text}\n`, 0, { targetLabels: PDU });
  expect(at().topology.feedName).toEqual(['A']);
});

test('every PDU profile is tried', () => {
  const tried = new Set(PDUS.map(([profile]) => profile));
  expect(pduProfiles.map(({ id }) => id).filter((id) => !tried.has(id))).toEqual(['ups']);
});

test('a UPS is read, and is never a rack feed', () => {
  const text = 'upsOutputPower{upsOutputLineIndex="1"} 41000\nupsOutputPower{upsOutputLineIndex="2"} 39000';
  const { take, at } = fed();
  take(`${text}\nupsOutputPercentLoad{upsOutputLineIndex="1"} 73\n`, 0, {
    targetLabels: new Map([['instance', 'ups-1:161']]),
  });
  const { columns } = at();
  expect([...(columns.get('ups.power')?.value ?? [])]).toEqual([80_000]);
  expect(columns.get('ups.load')?.value[0]).toBeCloseTo(0.73);
  expect(columns.get('feed.power')?.value[0] ?? Number.NaN).toBeNaN();
});

/** Synthetic but for the names: profile, text, watts of node n1. */
const NODES: readonly (readonly [string, string, number])[] = [
  ['ipmi', 'ipmi_dcmi_power_consumption_watts 5310', 5310],
  ['ipmi', 'ipmi_power_watts{id="90",name="Pwr Consumption"} 870\nipmi_power_watts{id="91",name="PSU1"} 400', 870],
  [
    'idrac',
    'idrac_power_control_consumed_watts{id="0",name="System"} 6100\nidrac_power_control_consumed_watts{id="1",name="GPUs"} 4800',
    6100,
  ],
  ['idrac', 'idrac_power_supply_input_watts{id="0"} 1500\nidrac_power_supply_input_watts{id="1"} 1600', 3100],
  ['redfish', 'redfish_chassis_power_average_consumed_watts{chassis_id="1"} 5005', 5005],
  ['server-snmp', 'cpqHePowerMeterCurrReading 640', 640],
];

describe('BMCs', () => {
  const powerOf = (text: string) => {
    const { take, at } = fed();
    take(`${text}\n`, 0, { targetLabels: BMC });
    const frame = at();
    const { start, path } = frame.topology;
    const name = path[start[NODE]].slice(path[start[NODE]].lastIndexOf('/') + 1);
    return [name, frame.columns.get('node.power')?.value[start[NODE]] ?? Number.NaN];
  };

  it.each(NODES)('%s: %j', (_profile, text, watts) => {
    expect(powerOf(text)).toEqual(['n1', watts]);
  });

  it('every BMC profile is tried, and no two share a rank', () => {
    expect(bmcProfiles.map(({ id }) => id)).toEqual([...new Set(NODES.map(([id]) => id))]);
    const ranks = bmcProfiles.flatMap(({ mappings }) =>
      mappings.filter(({ signal }) => signal === 'node.power').map(({ rank }) => rank),
    );
    expect(new Set(ranks).size).toBe(ranks.length);
  });

  it('a BMC that cannot measure says 0 and is not believed; DCMI goes before a sensor', () => {
    expect(powerOf('ipmi_dcmi_power_consumption_watts 0\nipmi_power_watts{name="Pwr Consumption"} 870')[1]).toBe(870);
    expect(powerOf('ipmi_dcmi_power_consumption_watts 900\nipmi_power_watts{name="Pwr Consumption"} 870')[1]).toBe(900);
  });

  it('inlet temperature by the name of the sensor', () => {
    const { take, at } = fed();
    take(
      'ipmi_temperature_celsius{id="1",name="Inlet Temp"} 24\nipmi_temperature_celsius{id="2",name="CPU1"} 71\n',
      0,
      {
        targetLabels: BMC,
      },
    );
    const { columns, topology } = at();
    expect(columns.get('node.inletTemp')?.value[topology.start[NODE]]).toBe(24);
  });
});

const fixtures = new URL('../../../../shared/fixtures/', import.meta.url);
const absent = !existsSync(fixtures);

describe.skipIf(absent)(`real outputs${absent ? ' (skipped: ../shared/fixtures is not there)' : ''}`, () => {
  const read = (path: string) => new Uint8Array(readFileSync(new URL(path, fixtures)));

  it('APC: 613 is 6,130 W, −1 is no reading', () => {
    const { take, at } = fed();
    const { bad } = take(read('snmp_exporter/DERIVED-apc-rpdu2-6130W-strip.prom'), 0, { targetLabels: PDU });
    expect(valuesOf(at(), 'feed.power')).toEqual({ A: 6130 });
    expect(bad).toBe(0);
  });

  it('ipmi_exporter: 70 W of the sensor that means the machine', () => {
    const { take, at } = fed();
    take(read('ipmi_exporter/docs-metrics-examples.prom'), 0, { targetLabels: BMC });
    const { columns, topology } = at();
    const node = topology.start[NODE];
    expect(columns.get('node.power')?.value[node]).toBe(70);
    expect(columns.get('node.inletTemp')?.value[node]).toBe(24);
    expect(signalOf('node.inletTemp').unit).toBe('C');
  });
});
