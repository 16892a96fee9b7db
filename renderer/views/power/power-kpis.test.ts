import { expect, test } from 'vitest';
import type { LossReport, PlacePower, PowerReport } from '../../../shared/power/report.ts';
import { energyText, moneyText, type PowerNumbers, powerKpis, verdictOf } from './power-kpis.ts';

const place = (more: Partial<PlacePower> = {}): PlacePower => ({
  ...{ place: 2, label: 'Row A2', drawW: 978e3, atLeast: false, quality: 'measured', basis: '', budgetW: 1000e3 },
  ...{ headroomW: 22e3, fits: 12, plannedWPerGpu: 1833, oversubscription: 0.65, p99W: 980e3, strandedW: 20e3 },
  ...{ cap: null, imbalance: null, priority: null },
  ...more,
});
const loss = (more: Partial<LossReport> = {}): LossReport => ({
  ...{ lost: 'A', trips: 0, dark: 0, unknown: 0, of: 4, rows: [], nearest: [] },
  ...more,
});
const report = (more: Partial<PowerReport> = {}): PowerReport => ({
  ...{ place: place(), under: [], feeds: [], loss: { A: loss(), B: loss({ lost: 'B' }) }, windowMs: 3_600_000 },
  cappedFirst: [],
  ...more,
});
const input = (more: Partial<PowerNumbers> = {}): PowerNumbers => ({
  ...{
    report: report(),
    path: 'S/A/A2',
    energy: [],
    work: undefined,
    warnRatio: 0.9,
    critRatio: 0.97,
    scale: 'row',
    gone: '',
  },
  ...more,
});
const cell = (label: string, more: Partial<PowerNumbers> = {}) => {
  const found = powerKpis(input(more)).find((one) => one.label === label);
  return found && [found.value, found.unit, found.note, found.severity];
};

test('a place against its budget, with what fits and what is stranded', () => {
  expect(cell('Draw')).toEqual(['978', 'kW of 1,000', '97.8% of budget, measured', 'critical']);
  expect(cell('Headroom')).toEqual(['22', 'kW', '12 more GPUs fit at 1,833 W each', null]);
  expect(cell('Stranded')).toEqual(['20', 'kW', 'p99 980 kW in 1 h 0 min', null]);
});

test('over its budget a place says who is capped first', () => {
  const first = ['A2-03', 'A2-05', 'A2-01'].map((name, i) => ({ place: i, label: `Rack ${name}`, priority: 9 - i }));
  const over = (cappedFirst: typeof first) => ({ report: report({ place: place({ headroomW: -5e3 }), cappedFirst }) });
  expect(cell('Headroom', over(first))).toEqual(['−5.0', 'kW', 'Cap A2-03, then A2-05 first', 'critical']);
  expect(cell('Headroom', over([]))?.[2]).toBe('No priorities are set');
});

test('a lower bound is said to be one on both sides: the draw at least, the headroom at most', () => {
  const bound = { report: report({ place: place({ atLeast: true }) }) };
  expect(cell('Draw', bound)?.[0]).toBe('≥ 978');
  expect(cell('Headroom', bound)?.[0]).toBe('≤ 22');
  expect(cell('Headroom', bound)?.[2]).toBe('At most 12 more GPUs fit at 1,833 W each');
});

test('the feed whose loss does more harm is told', () => {
  const both = { A: loss({ trips: 1 }), B: loss({ lost: 'B', trips: 3, unknown: 1 }) };
  expect(cell('Feed loss', { report: report({ loss: both }) })).toEqual([
    'Trips',
    'without B',
    '3 over rating, 1 not known',
    'warning',
  ]);
  expect(cell('Feed loss')).toEqual(['Holds', 'without A', '4 places hold', null]);
  expect(verdictOf(loss({ dark: 1, unknown: 2 }))).toBe('dark');
});

test('without data no number stands', () => {
  const cells = powerKpis(input({ gone: 'No data for 2 min 3 s' }));
  expect(cells).toHaveLength(8);
  for (const { value, note, severity } of cells) {
    expect([value, note, severity]).toEqual(['—', 'No data for 2 min 3 s', null]);
  }
});

test('energy and money', () => {
  const row = { site: 'S', kWh: 53.26, measuredMin: 90, gapMin: 0, facilityKWh: null, cost: null };
  const priced = { ...row, costPerHour: 262.5, currency: 'EUR' };
  const other = { ...row, site: 'T', kWh: 1000, costPerHour: 1, currency: 'USD' };
  // Of the place's own site only, and named where the place is not the site itself.
  const energy = [priced, other];
  expect(cell('Energy', { energy, path: 'S' })).toEqual(['53.3', 'kWh', 'In 1 h 30 min, 262.50 EUR an hour', null]);
  expect(cell('Energy', { energy })?.[2]).toBe('Site S in 1 h 30 min, 262.50 EUR an hour');
  expect(cell('Energy', { energy, path: 'U' })).toEqual(['—', '', 'Nothing measured yet', null]);
  expect(energyText(1204.4)).toBe('1,204 kWh');
  expect(energyText(12_340)).toBe('12.34 MWh');
  expect(moneyText(null, 'EUR')).toBe('—');
  expect(moneyText(1234.5, 'USD')).toBe('1,234.50 USD');
});

test('the yield is that of the racks of the place', () => {
  const one = { model: 'm', servers: 1, gpus: 8, shared: false, silentGpus: 0, tokensPerJoule: 1, joulesPerToken: 1 };
  const tokens = [
    { ...one, rack: '', tokensPerS: 3000, powerW: 7000 },
    { ...one, rack: 'S/A/A2/R1', tokensPerS: 1000, powerW: 4000 },
    { ...one, rack: 'S/A/A20/R1', tokensPerS: 2000, powerW: 3000 },
  ];
  const work = { jobs: [], tokens, servers: [], lost: [], untoldRacks: 0 };
  expect(cell('Tokens per joule', { work })).toEqual(['0.250', 'tokens/J', '4.00 J a token, 1 model', null]);
  expect(cell('Tokens per joule', { work, path: 'S' })?.[0]).toBe('0.429');
  expect(cell('Tokens per joule', { work, path: 'T' })).toEqual(['—', '', 'No inference server is here', null]);
});

test('what could not be read says why, and is not loaded for ever', () => {
  const waits = { report: 'The engine is gone. Wait.', energy: 'The server answered 503. Try later.' };
  expect(cell('Energy', { energy: undefined })).toEqual(['—', '', 'Loading', null]);
  expect(cell('Energy', { energy: undefined, waits })?.[2]).toBe('The server answered 503. Try later.');
  expect(cell('Draw', { report: null })?.[2]).toBe('Loading');
  expect(cell('Draw', { report: null, waits })?.[2]).toBe('The engine is gone. Wait.');
});
