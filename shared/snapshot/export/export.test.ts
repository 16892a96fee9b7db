import { describe, expect, it } from 'vitest';
import { compareInstants } from '../../compare.ts';
import { safeCell } from '../../csv.ts';
import { shortest } from '../../tables/forms.ts';
import { familyOf } from '../../tables/openmetrics-text.ts';
import { Replay } from '../replay.ts';
import { fileOf, snapshotOf } from '../snapshot.fixture.ts';
import { csvOf } from './csv.ts';
import { jsonOf } from './json.ts';
import { openMetricsOf } from './openmetrics.ts';

const snapshot = snapshotOf(fileOf(20));

describe('CSV (faults.md D5)', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+cmd', "'+cmd"],
    ['-2+3', "'-2+3"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', '"\'\r=1"'],
    ['"=1', '"\'""=1"'],
    [',=1', '"\',=1"'],
    [';=1', "';=1"],
    ['  =1', "'  =1"],
    ['\uff1d1', "'\uff1d1"],
    ['\uff0b1', "'\uff0b1"],
    ['A1-01', 'A1-01'],
    ['a "b"', '"a ""b"""'],
    ['two\nlines', '"two\nlines"'],
  ])('%j becomes %j', (text, cell) => {
    expect(safeCell(text)).toBe(cell);
  });

  it('has a row a sample, numbers as they are, and none where there is none', () => {
    const rows = [...csvOf(snapshot, { signals: ['gpu.temp'], under: 'S/A/A1/A1-01' })].join('').split('\r\n');
    // 8 GPUs of 20 instants, of which one never had a temperature; a head and an end.
    expect(rows).toHaveLength(7 * 20 + 2);
    expect(rows[1]).toBe('2026-11-23T14:00:00.000Z,gpu.temp,C,S,A,A1,A1-01,A1-01-n1,GPU-A1-01-n1-g0,60');
  });
});

describe('JSON', () => {
  it('is one document with null for what is missing', () => {
    const { series, times } = JSON.parse([...jsonOf(snapshot, { signals: ['gpu.temp'], under: '' })].join(''));
    expect(times).toHaveLength(20);
    expect(series).toHaveLength(16);
    expect(series[3].values).toEqual(Array(20).fill(null));
    expect(series[0]).toMatchObject({ signal: 'gpu.temp', unit: 'C', rack: 'A1-01', object: 'GPU-A1-01-n1-g0' });
  });
});

describe('OpenMetrics', () => {
  it('names signals by their unit and ends with EOF', () => {
    expect(familyOf('gpu.powerLimit', 'W', '').metric).toBe('fleetwatt_gpu_power_limit_watts');
    const lines = [...openMetricsOf(snapshot, { signals: ['feed.power'], under: '' })].join('').split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '# TYPE fleetwatt_feed_power_watts gauge',
      '# UNIT fleetwatt_feed_power_watts watts',
      '# HELP fleetwatt_feed_power_watts PDU inlet power.',
      'fleetwatt_feed_power_watts{site="S",hall="A",row="A1",rack="A1-01",object="A"} 7000 1795442400.000',
    ]);
    expect(lines.slice(-2)).toEqual(['# EOF', '']);
  });

  it('writes a 32-bit number so that it is read back as itself', () => {
    for (const value of [0.1, 1 / 3, 123456.789, 3e11, 7e-12, 16_777_217].map(Math.fround))
      expect(Math.fround(Number(shortest(value)))).toBe(value);
    expect(shortest(Math.fround(514.3))).toBe('514.3');
  });
});

describe('compareInstants', () => {
  it('tells what each place draws more, by its path', () => {
    const [before, after] = [0, 10].map((instant) => {
      const replay = new Replay(snapshot);
      replay.seek(instant);
      return replay.view.current();
    });
    if (!before || !after) throw new Error('nothing was shown');
    const { places, onlyAfter, onlyBefore } = compareInstants(before, after);
    // Two feeds that draw 1 W more each instant (snapshot.fixture.ts).
    expect(places.find(({ path }) => path === 'S/A/A1/A1-01')).toMatchObject({
      beforeW: 14_000,
      afterW: 14_020,
      changeW: 20,
    });
    expect([onlyBefore, onlyAfter]).toEqual([[], []]);
  });
});
