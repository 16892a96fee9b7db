import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

/**
 * Rack PDUs and UPS. All but Raritan's own exporter are read by snmp_exporter, whose metric names are the MIB's; the
 * labels are the MIB's indexes. Units are those of the MIBs (signals.md 4), each scaled here to SI.
 */

type More = Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>>;

const WH = 3600;

/** Mappings of one PDU family that are enabled in one way. */
const by =
  (enable: string) =>
  (name: string, signal: SignalId, more: More = {}): Mapping =>
    mapping([name], signal, enable, more);

const snmp = (module: string) => `Scrape the PDU by snmp_exporter with module ${module}`;

const apc = by(snmp('apcups'));
/** −1 says that the model has no such reading. */
const MINUS_ONE = { absentUpTo: -1 };

export const apcProfile: Profile = {
  id: 'apc',
  title: 'APC rPDU2 (snmp_exporter, apcups)',
  source: 'prometheus/snmp_exporter snmp.yml, module apcups; PowerNet-MIB: power in hundredths of kW, current in 0.1 A',
  identity: { feed: { pdu: ['pduName'], unit: ['rPDU2DeviceStatusIndex'], inlet: [] } },
  mappings: [
    apc('rPDU2DeviceStatusPower', 'feed.power', { scale: 10, ...MINUS_ONE }),
    // A PDU that tells power by phase only.
    apc('rPDU2PhaseStatusPower', 'feed.power', {
      ...{ scale: 10, rank: 1, rows: 'sum', parts: ['rPDU2PhaseStatusIndex'], ...MINUS_ONE },
    }),
    apc('rPDU2PhaseStatusApparentPower', 'feed.apparent', {
      ...{ scale: 10, rows: 'sum', parts: ['rPDU2PhaseStatusIndex'], ...MINUS_ONE },
    }),
    // The breaker trips by the busiest phase.
    apc('rPDU2PhaseStatusCurrent', 'feed.current', { scale: 0.1, ...MINUS_ONE }),
    // A bank is what stands behind one breaker.
    apc('rPDU2BankStatusCurrent', 'feed.breakerCurrent', { scale: 0.1, ...MINUS_ONE }),
    apc('rPDU2PhaseStatusVoltage', 'feed.voltage', MINUS_ONE),
    apc('rPDU2DeviceStatusEnergy', 'feed.energy', { scale: 100 * WH, ...MINUS_ONE }),
  ],
};

const raritan = by(snmp('raritan'));

export const raritanPxProfile: Profile = {
  id: 'raritan-px',
  title: 'Raritan PX (snmp_exporter, raritan)',
  source: 'prometheus/snmp_exporter snmp.yml, module raritan; PDU-MIB: current in mA, voltage in mV',
  identity: { feed: { pdu: ['pduName'], unit: [], inlet: ['inletIndex'] } },
  mappings: [
    raritan('inletActivePower', 'feed.power'),
    raritan('inletApparentPower', 'feed.apparent'),
    raritan('inletCurrent', 'feed.current', { scale: 1e-3 }),
    raritan('inletVoltage', 'feed.voltage', { scale: 1e-3 }),
  ],
};

const raritanOwn = by('Scrape /cgi-bin/dump_prometheus.cgi?include_names=1 of the PDU');
/** The same names stand for outlets too. */
const INLET = { unless: { outletid: '.+' } };

export const raritanNativeProfile: Profile = {
  id: 'raritan-native',
  title: 'Raritan, its own exporter',
  source: 'Raritan Xerus /cgi-bin/dump_prometheus.cgi and psyinfra/raritan_exporter; SI units',
  identity: { feed: { pdu: ['pduname', 'pdu_name'], unit: ['pduid'], inlet: ['inletid'] } },
  mappings: [
    raritanOwn('raritan_pdu_activepower_watt', 'feed.power', INLET),
    raritanOwn('raritan_pdu_apparentpower_voltampere', 'feed.apparent', INLET),
    raritanOwn('raritan_pdu_current_ampere', 'feed.current', INLET),
    raritanOwn('raritan_pdu_voltage_volt', 'feed.voltage', INLET),
    raritanOwn('raritan_pdu_activeenergy_watthour_total', 'feed.energy', { scale: WH, ...INLET }),
  ],
};

const sentry3 = by(snmp('servertech_sentry3'));

export const sentry3Profile: Profile = {
  id: 'sentry3',
  title: 'ServerTech Sentry3 (snmp_exporter, servertech_sentry3)',
  source:
    'prometheus/snmp_exporter snmp.yml, module servertech_sentry3; Sentry3-MIB: load in 0.01 A, −1 where not metered',
  identity: { feed: { pdu: ['pduName'], unit: ['towerIndex'], inlet: ['infeedIndex'] } },
  mappings: [
    sentry3('infeedPower', 'feed.power', MINUS_ONE),
    sentry3('infeedApparentPower', 'feed.apparent', MINUS_ONE),
    sentry3('infeedLoadValue', 'feed.current', { scale: 0.01, ...MINUS_ONE }),
  ],
};

const sentry4 = by(snmp('servertech_sentry4'));

export const sentry4Profile: Profile = {
  id: 'sentry4',
  title: 'ServerTech Sentry4 (snmp_exporter, servertech_sentry4)',
  source: 'prometheus/snmp_exporter snmp.yml, module servertech_sentry4; Sentry4-MIB: utilised in 0.1 %',
  identity: { feed: { pdu: ['pduName'], unit: ['st4UnitIndex'], inlet: ['st4InputCordIndex'] } },
  mappings: [
    sentry4('st4InputCordActivePower', 'feed.power', MINUS_ONE),
    sentry4('st4PhaseActivePower', 'feed.power', { rank: 1, rows: 'sum', parts: ['st4PhaseIndex'], ...MINUS_ONE }),
    // A branch is what stands behind one breaker.
    sentry4('st4BranchCurrentUtilized', 'feed.breakerUse', { scale: 0.001, ...MINUS_ONE }),
    sentry4('st4InputCordPowerUtilized', 'feed.load', { scale: 0.001, ...MINUS_ONE }),
  ],
};

const vertiv = by(snmp('liebert_pdu'));

export const vertivProfile: Profile = {
  id: 'vertiv',
  title: 'Vertiv Liebert MPX (snmp_exporter, liebert_pdu)',
  source: 'prometheus/snmp_exporter snmp.yml, module liebert_pdu; LIEBERT-GP-PDU-MIB',
  identity: { feed: { pdu: ['pduName'], unit: ['lgpPduEntryIndex'], inlet: ['lgpPduPsEntryIndex'] } },
  mappings: [vertiv('lgpPduPsEntryPwrTotal', 'feed.power')],
};

const geist = by('Write an snmp_exporter module for the Geist MIB with pduMainRealPower: none is shipped');

export const geistProfile: Profile = {
  id: 'geist',
  title: 'Vertiv Geist (snmp_exporter, a module of your own)',
  source: 'GEIST-V5-MIB and GEIST-IMD-MIB by their object names; no module is shipped, so labels depend on yours',
  identity: { feed: { pdu: ['pduName', 'pduMainLabel'], unit: ['pduMainIndex', 'pduIndex'], inlet: [] } },
  mappings: [
    geist('pduMainRealPower', 'feed.power'),
    geist('pduTotalRealPower', 'feed.power', { rank: 1 }),
    geist('pduPhaseRealPower', 'feed.power', { rank: 2, rows: 'sum', parts: ['pduPhaseIndex'] }),
  ],
};

const eaton = by('Write an snmp_exporter module for the EATON-EPDU-MIB with inputWatts: none is shipped');

export const eatonProfile: Profile = {
  id: 'eaton',
  title: 'Eaton ePDU G3 (snmp_exporter, a module of your own)',
  source: 'EATON-EPDU-MIB by its object names: current in mA, voltage in mV, load in %',
  identity: { feed: { pdu: ['pduName'], unit: ['strappingIndex'], inlet: ['inputIndex'] } },
  mappings: [
    eaton('inputWatts', 'feed.power'),
    eaton('inputVA', 'feed.apparent'),
    eaton('inputCurrent', 'feed.current', { scale: 1e-3 }),
    eaton('inputVoltage', 'feed.voltage', { scale: 1e-3 }),
    eaton('inputCurrentPercentLoad', 'feed.load', { scale: 0.01 }),
  ],
};

const cyberpower = by(snmp('cyberpower'));

export const cyberpowerProfile: Profile = {
  id: 'cyberpower',
  title: 'CyberPower ePDU2 (snmp_exporter, cyberpower)',
  source: 'prometheus/snmp_exporter snmp.yml, module cyberpower; CPS-MIB: load in 0.1 A, a power limit in W',
  identity: { feed: { pdu: ['pduName'], unit: ['ePDU2DeviceStatusIndex', 'ePDU2DeviceInfoIndex'], inlet: [] } },
  mappings: [
    cyberpower('ePDU2DeviceStatusPowerLoad', 'feed.power'),
    cyberpower('ePDU2PhaseStatusPower', 'feed.power', { rank: 1, rows: 'sum', parts: ['ePDU2PhaseStatusIndex'] }),
    cyberpower('ePDU2PhaseStatusLoad', 'feed.current', { scale: 0.1 }),
    cyberpower('ePDU2DeviceInfoPowerLimit', 'feed.rating', { absentUpTo: 0 }),
  ],
};

export const infrapowerProfile: Profile = {
  id: 'infrapower',
  title: 'InfraPower PPS-03-S (snmp_exporter)',
  source:
    'prometheus/snmp_exporter snmp.yml, module infrapower_pdu: active power in 1e-5 kW, a string read as a number',
  identity: { feed: { pdu: ['pduName'], unit: ['pduIndex'], inlet: [] } },
  mappings: [mapping(['pduMainActivePower'], 'feed.power', snmp('infrapower_pdu'), { scale: 0.01 })],
};

const ups = by('Scrape the UPS by snmp_exporter with module ups_mib');

export const upsProfile: Profile = {
  id: 'ups',
  title: 'UPS (snmp_exporter, ups_mib)',
  source: 'RFC 1628 UPS-MIB: output power by line in W, load in %',
  identity: { feed: { pdu: ['upsIdentName'], unit: [], inlet: [] } },
  mappings: [
    ups('upsOutputPower', 'ups.power', { rows: 'sum', parts: ['upsOutputLineIndex'] }),
    ups('upsOutputPercentLoad', 'ups.load', { scale: 0.01 }),
    ups('upsConfigOutputPower', 'ups.rating', { absentUpTo: 0 }),
  ],
};

/** Every PDU and UPS that is known beside Raritan PX2. */
export const pduProfiles: readonly Profile[] = [
  ...[apcProfile, raritanPxProfile, raritanNativeProfile, sentry3Profile, sentry4Profile, vertivProfile],
  ...[geistProfile, eatonProfile, cyberpowerProfile, infrapowerProfile, upsProfile],
];
