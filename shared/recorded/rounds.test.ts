import { describe, expect, it } from 'vitest';
import { parseCondition } from '../alerting/condition.ts';
import { quantities } from '../alerting/quantities.ts';
import { sceneOf } from '../alerting/scene.fixture.ts';
import { wordsOf } from '../alerting/words.ts';
import type { Layout } from '../decoded.ts';
import { cellOf, T0 } from '../fleet.fixture.ts';
import { Fleet } from '../fleet.ts';
import { FactsOfFrames } from '../frame-facts.ts';
import { planQueries } from '../promql.ts';
import { RACK } from '../topology.ts';
import { ROUND } from './names.ts';
import { staleAfter } from './rounds.ts';

const STALE_MS = 60_000;
const plan = planQueries({ rateWindow: '2m', racks: [] });

/** One rack as a server answers: when its samples were taken and how old they were when replaced, seconds. */
interface Answered {
  readonly rack: string;
  readonly sampled: number;
  /** Left out: no round was measured yet. */
  readonly round?: number;
  /** false: its numbers are not there (yet). */
  readonly counts?: boolean;
}

/** A fleet of recorded racks of 8 GPUs that draw 1 kW each; seconds count from T0. */
function recorded() {
  const fleet = new Fleet({ mappings: [] });
  const ask = (id: string, rows: readonly (readonly [string, string, number])[], time: number) => {
    const labels = (rack: string) => new Map(Object.entries({ site: 'S', hall: 'H', row: 'R', rack }));
    const layout: Layout = { series: rows.map(([name, rack]) => ({ name, labels: labels(rack) })) };
    if (id === 'place-times')
      for (const { labels: own } of layout.series) (own as Map<string, string>).set('profile', 'recorded');
    const values = Float64Array.from(rows, ([, , value]) => value);
    const decoded = { layout, values, times: null, duplicates: 0, warnings: [] };
    const query = plan.find((one) => one.id === id);
    expect(query, id).toBeDefined();
    const from = { key: id, sourceId: 'p', site: 'S', targetLabels: new Map(), time: T0 + time * 1000 };
    fleet.ingest({ ...from, decoded, ...(query ? { query } : {}) });
  };
  const answer = (time: number, ...racks: readonly Answered[]) => {
    ask(
      'place-times',
      racks.map(({ rack, sampled }) => ['', rack, T0 / 1000 + sampled] as const),
      time,
    );
    const counted = racks.filter(({ counts }) => counts !== false);
    const values = counted.flatMap(({ rack, round }) => [
      ['rack:fleetwatt_gpus:count', rack, 8] as const,
      ['rack:fleetwatt_gpu_power_watts:sum', rack, 8000] as const,
      ...(round === undefined ? [] : [[ROUND, rack, round] as const]),
    ]);
    ask('place-values', values, time);
  };
  const look = (time: number) => {
    const frame = fleet.frame(T0 + time * 1000, STALE_MS);
    const scene = sceneOf(frame);
    const silent = quantities.get('data.silent')?.column(scene, 'rack') ?? [];
    const { path, start } = frame.topology;
    const racks = path.slice(start[RACK], start[RACK + 1]);
    const told = (rack: string, value: number) => [rack.split('/').at(-1), Number.isNaN(value) ? '?' : value] as const;
    return {
      frame,
      scene,
      silent: Object.fromEntries(racks.map((rack) => told(rack, silent[path.indexOf(rack)]))),
      site: silent[0],
      watts: Object.fromEntries(racks.map((rack) => told(rack, cellOf(frame, 'place.gpuPower', rack).value))),
    };
  };
  return { fleet, answer, look };
}

/**
 * What a server has at a time: racks are scraped every 30 s, rules are evaluated every 30 s, at 29 s past each half
 * minute. A is scraped at 0 s, so it is 29 s old when it is recorded, and 59 s old when it is replaced; B, scraped at
 * 20 s, 9 and 39 s.
 */
const at = (time: number, from: number, until = Number.POSITIVE_INFINITY): Answered[] => {
  const evaluated = Math.min(Math.floor((time - 29) / 30) * 30 + 29, until);
  const first = from + 29;
  if (evaluated < first) return [];
  const rack = (name: string, offset: number, round: number) => ({
    ...{ rack: name, sampled: Math.floor((evaluated - offset) / 30) * 30 + offset },
    ...(evaluated > first ? { round } : {}),
  });
  return [rack('A', 0, 59), rack('B', 20, 39)];
};

describe('recorded racks on a server that scrapes and evaluates every 30 s', () => {
  it('how old a number may be follows from how old the one before it was when it was replaced', () => {
    expect([Number.NaN, 20, 31, 59, 100, 400].map((round) => staleAfter(round, STALE_MS) / 1000)).toEqual([
      ...[60, 60, 62, 118, 200, 300],
    ]);
  });

  it('are never stale and never silent while rounds go on, and tell their true age', () => {
    const { answer, look } = recorded();
    const ages: number[] = [];
    // It has gone on for long; the console asks every 5 s and looks every second.
    for (let time = 1002; time < 1300; time++) {
      if (time % 5 === 2) answer(time, ...at(time - 2, 0));
      const { silent, watts, site, frame } = look(time);
      expect([time, silent, watts, site]).toEqual([time, { A: 0, B: 0 }, { A: 8000, B: 8000 }, 0]);
      ages.push((frame.time - cellOf(frame, 'place.gpuPower', 'S/H/R/A').time) / 1000);
    }
    // Recorded when 29 s old, seen 3 s later at the earliest; replaced when 59 s old, seen 3 s later.
    expect([Math.min(...ages), Math.max(...ages)]).toEqual([32, 61]);
  });

  it('are waited for where the rules stop, and said to be behind; then they are shown again', () => {
    const { fleet, answer, look } = recorded();
    for (let time = 1002; time <= 1202; time += 5) {
      answer(time, ...at(time - 2, 0, 1019));
      if (time < 1088) look(time);
    }
    // A was sampled at 990 and counts until 1108; B at 1010 and until 1088: one of two is not most of them.
    expect(look(1088)).toMatchObject({ silent: { A: 0, B: 0 }, watts: { A: 8000, B: 8000 } });
    expect(look(1089)).toMatchObject({ silent: { A: 0, B: '?' }, watts: { A: 8000, B: '?' }, site: 0 });
    expect(fleet.recordedBehind('p', T0 + 1_089_000)).toBe(undefined);
    expect(look(1109)).toMatchObject({ silent: { A: '?', B: '?' }, watts: { A: '?', B: '?' }, site: Number.NaN });
    expect(fleet.recordedBehind('p', T0 + 1_109_000)).toEqual({ ageMs: 99_000, usualMs: 39_000 });
    // What is not recorded any more goes out of the server's answers after five minutes.
    answer(1322);
    expect(look(1330)).toMatchObject({ silent: { A: '?', B: '?' }, site: Number.NaN });
    answer(1402, ...at(1400, 1300));
    expect(look(1402)).toMatchObject({ silent: { A: 0, B: 0 }, watts: { A: 8000, B: 8000 }, site: 0 });
    expect(fleet.recordedBehind('p', T0 + 1_402_000)).toBe(undefined);
  });

  it('a rack that goes out of the answer is silent as soon as its last number is stale, and was heard', () => {
    const { answer, look } = recorded();
    for (let time = 1002; time <= 1202; time += 5) {
      const racks = at(time - 2, 0);
      answer(time, ...(time < 1060 ? racks : racks.slice(1)));
      look(time);
    }
    const { silent, scene, frame } = look(1202);
    expect([silent, look(1202).site]).toEqual([{ A: 1, B: 0 }, 0]);
    const index = frame.topology.path.indexOf('S/H/R/A');
    const when = parseCondition('data.silent == 1') as Parameters<typeof wordsOf>[1];
    expect(wordsOf(undefined, when, { level: 'rack', index }, 1, scene)).toMatchObject({
      predicate: 'stopped reporting',
      detail: '8 GPUs. Last heard 22:30:20 UTC.',
    });
  });

  it('a rack that goes out of the answer while all are waited for is silent at once, though nothing else is new', () => {
    const { answer, look } = recorded();
    const [a, b] = [
      { rack: 'A', sampled: 990, round: 59 },
      { rack: 'B', sampled: 1010, round: 39 },
    ];
    answer(1022, a, b);
    look(1022);
    answer(1122, a, b);
    expect(look(1122).silent).toEqual({ A: '?', B: '?' });
    answer(1127, b);
    expect(look(1127).silent).toEqual({ A: 1, B: '?' });
  });

  it('a whole site that goes out of the answer is silent: its rules are evaluated still', () => {
    const { answer, look } = recorded();
    for (let time = 1002; time <= 1202; time += 5) {
      answer(time, ...(time < 1060 ? at(time - 2, 0) : []));
      look(time);
    }
    expect(look(1202).site).toBe(1);
  });

  it('a rack that was never heard is waited for until the rules that were just loaded have gone round once', () => {
    const { fleet, answer, look } = recorded();
    const row = { site: 'S', hall: 'H', row: 'R', u: 1, model: 'HGX H200', gpus: 8 };
    fleet.setTopology(['A', 'B', 'C'].map((rack) => ({ ...row, rack, node: `${rack}-n1` })));
    answer(1032, ...at(1030, 990));
    expect(look(1032).silent).toEqual({ A: 0, B: 0, C: '?' });
    answer(1062, ...at(1060, 990));
    expect(look(1062).silent).toEqual({ A: 0, B: 0, C: 1 });
    // Rules of before measure no round: they are not waited for for ever.
    const old = recorded();
    old.fleet.setTopology([{ ...row, rack: 'C', node: 'C-n1' }]);
    for (const time of [1032, 1302, 1362]) {
      old.answer(time, { rack: 'A', sampled: time - 20 });
      expect(old.look(time).silent).toEqual({ A: 0, C: time < 1332 ? '?' : 1 });
    }
  });

  it('what was never heard is waited for to the second, though nothing new came', () => {
    const { fleet, answer, look } = recorded();
    const row = { site: 'S', hall: 'H', row: 'R', u: 1, model: 'HGX H200', gpus: 8 };
    fleet.setTopology([{ ...row, rack: 'C', node: 'C-n1' }]);
    answer(1032, { rack: 'A', sampled: 1012 });
    answer(1327, { rack: 'A', sampled: 1310 });
    expect([1331, 1332].map((time) => look(time).silent)).toEqual([
      { A: 0, C: '?' },
      { A: 0, C: 1 },
    ]);
  });

  it('a rack of which a time and no number is told leaves the age of the others known', () => {
    const { fleet, answer, look } = recorded();
    const a = { rack: 'A', sampled: 990, round: 59 };
    answer(1002, a);
    answer(1122, a, { rack: 'B', sampled: 990, counts: false });
    look(1122);
    expect(fleet.recordedBehind('p', T0 + 1_122_000)).toEqual({ ageMs: 132_000, usualMs: 59_000 });
  });
});

it('tells how long the newest sample of a page lasts, where it is of what is recorded', () => {
  const { answer, look } = recorded();
  const facts = (time: number) => new FactsOfFrames().of(look(time).frame, T0 + time * 1000);
  answer(100, { rack: 'A', sampled: 20, round: 45 }, { rack: 'B', sampled: 40, round: 90 });
  expect(facts(100)).toMatchObject({ sampled: T0 + 40_000, roundMs: 90_000 });
  answer(130, { rack: 'A', sampled: 80, round: 45 }, { rack: 'B', sampled: 40, round: 90 });
  expect(facts(130)).toMatchObject({ sampled: T0 + 80_000, roundMs: 45_000 });
});
