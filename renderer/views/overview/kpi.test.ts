import { describe, expect, it } from 'vitest';
import type { Summary } from '../../../shared/contract.ts';
import { smallLayout as layout } from '../places.fixture.ts';
import { kpiCells } from './kpi.ts';

const summary: Summary = {
  powerW: 2_621_200,
  budgetW: 3_400_000,
  powerAtLeast: false,
  powerSource: 'metered',
  slopeWPerMin: 3100,
  headroomW: 778_800,
  feeds: [],
  feedLoss: null,
  tightest: { place: 4, ratio: 0.978, headroomW: 22_000, atLeast: false, capMinutes: 7 },
  throttled: { gpus: 131, of: 2048, worst: 'SW power cap', where: 4 },
  fabric: { saturated: 0, of: 512, worst: 'x', use: 0.5, rxBps: 1, txBps: 1 },
  util: { median: 0.81, p10: 0.61, idle: 38 },
  hottest: { place: 19, celsius: 88, limit: 87, assumed: false },
  gpus: 2048,
  gpusReporting: 2040,
  silentNodes: 1,
  missing: { gpus: 0, nodes: 0, feeds: 0 },
  silentSince: 1_000_000,
  badSamples: 0,
  ageP99Ms: 6000,
};
const common = { layout, warnRatio: 0.9, critRatio: 0.97, now: 1_248_000, gone: '' };
const linesOf = (change: Partial<Summary> | null) =>
  kpiCells({
    ...common,
    gone: change === null ? 'No data for 3 min 20 s' : '',
    summary: change && { ...summary, ...change },
  }).map((cell) => [cell.severity ?? '', cell.value, cell.unit, cell.note].join('|'));

describe('kpiCells', () => {
  it('says what the drawing says', () => {
    expect(linesOf({})).toEqual([
      '|2.62|MW of 3.40|77.1% of budget, +3.1 kW/min',
      '|779|kW|Metered',
      'critical|97.8%|Row A2|22 kW left, cap in ~7 min',
      'warning|131|GPUs, 6.4%|All in Row A2, SW power cap',
      '|0|of 512 links full|Highest use 50%',
      '|81|% median|p10 61%, idle 38 GPUs',
      'critical|88|°C, limit 87|GPU A2-02 n1-g1',
      '|2,040|of 2,048|1 node silent for 4 min 8 s',
    ]);
  });

  it('marks sums with a silent part as bounds: the draw from below, the headroom from above', () => {
    const [power, headroom] = linesOf({ powerAtLeast: true, powerSource: 'mixed' });
    expect(power).toMatch(/^\|≥ 2\.62\|/);
    expect(headroom).toBe('|≤ 779|kW|Partly estimated, silent in full');
  });

  it.each([
    [{ silentNodes: 1, missing: { gpus: 4, nodes: 1, feeds: 1 } }, '1 node, 1 feed missing'],
    [{ silentNodes: 3, missing: { gpus: 4, nodes: 1, feeds: 1 } }, '2 nodes silent, 2 missing'],
    [{ silentNodes: 0, missing: { gpus: 2, nodes: 0, feeds: 0 } }, '2 GPUs missing'],
  ])('tells apart what fell silent and what was never there: %j', (change, note) => {
    expect(linesOf(change).at(-1)).toBe(`|2,040|of 2,048|${note}`);
  });

  it('shows no number at all without a summary', () => {
    expect(linesOf(null).every((line) => line === '|—||No data for 3 min 20 s')).toBe(true);
  });

  it('says why a number is missing while others are there', () => {
    const lines = linesOf({ budgetW: null, headroomW: null, tightest: null, fabric: null, util: null });
    expect(lines[0]).toBe('|2.62|MW|+3.1 kW/min, Metered');
    expect(lines[1]).toBe('|—||No budget is set');
    expect(lines[2]).toBe('|—||No budget is set');
    expect(lines[4]).toBe('|—||No network counters');
    expect(lines[5]).toBe('|—||Not exported');
    expect(linesOf({ fabric: null, fabricWaits: true })[4]).toBe('|—||Waits for a second reading');
  });

  it('tells an overdraw as such', () => {
    const lines = linesOf({
      tightest: { place: 4, ratio: 1.032, headroomW: -32_000, atLeast: false, capMinutes: null },
      headroomW: -5000,
    });
    expect(lines[1]).toMatch(/^critical\|−5\.0\|kW/);
    expect(lines[2]).toBe('critical|103.2%|Row A2|32 kW over');
  });
});

describe('the headroom', () => {
  const headroom = (feedLoss: Summary['feedLoss']) =>
    kpiCells({ ...common, summary: { ...summary, feedLoss } }).find(({ label }) => label === 'Headroom');

  it('says whether losing a feed is survived', () => {
    expect(headroom({ verdict: 'survives', places: 0, ratio: 0.771 })).toMatchObject({
      ...{ note: 'Feed loss: survives at 77.1%', severity: null },
    });
    expect(headroom({ verdict: 'trips', places: 3, ratio: null })).toMatchObject({
      ...{ note: 'Feed loss: 3 places over rating', severity: 'warning' },
    });
    expect(headroom({ verdict: 'unknown', places: 1, ratio: null })?.note).toBe('Feed loss: not known');
    expect(headroom(null)?.note).toBe('Metered');
  });
});
