import { describe, expect, it } from 'vitest';
import { frameOf } from '../../draw/sample-fleet.fixture.ts';
import { smallLayout } from '../places.fixture.ts';
import { spokenGpu, wordsAt } from './gpu-words.ts';
import { gpuAt, heatGrid, heatRows } from './heat-rows.ts';
import { gpuName, pageOf, type RackModel, rackModel, rackNow, rackOfPath, worstRack } from './rack-model.ts';
import { RACK, rackFrame } from './rack-now.fixture.ts';
import { emptyPast } from './rack-past.ts';
import { COLUMNS, STEP_MS, windowOf } from './rack-state.ts';
import { columnsOf, orderOf, sharedScale } from './SmallMultiples.tsx';
import { viewOfSignal } from './signals.ts';
import { withDraw } from './use-draws.ts';
import { pastOf } from './use-rack-past.ts';

const model = rackModel(smallLayout, RACK) as RackModel;
const power = viewOfSignal('power');
const NONE = Number.NaN;

describe('a rack', () => {
  it('is its trays with their GPUs; a row is none', () => {
    expect(model).toMatchObject({ first: 16, count: 2, columns: 2, trays: [{ node: 11, name: 'n1', gpus: [0, 1] }] });
    expect(gpuName(smallLayout, model, 1)).toBe('n1-g1');
    expect(rackModel(smallLayout, 4)).toBeNull();
    expect(rackModel(smallLayout, -1)).toBeNull();
  });

  it('is found by its own path, and by that of what stands in it', () => {
    expect([rackOfPath(smallLayout, 'p7'), rackOfPath(smallLayout, 'p17'), rackOfPath(smallLayout, 'p4')]).toEqual([
      7, 7, -1,
    ]);
    expect(rackOfPath(smallLayout, 'elsewhere')).toBe(-1);
    expect([pageOf(smallLayout, 17), pageOf(smallLayout, 11), pageOf(smallLayout, 4)]).toEqual([
      { view: 'gpu', object: 'p17' },
      { view: 'rack', object: 'p7' },
      null,
    ]);
  });

  it('nearest to its budget is the first to be shown; one without data is not taken for full', () => {
    const drawW = Float32Array.of(0, 0, 0, 0, 0, 0, 10_000, NONE, 19_000, 5000);
    expect(worstRack(smallLayout, { ...frameOf(smallLayout), drawW })).toBe(8);
    expect(worstRack(smallLayout, { ...frameOf(smallLayout), drawW: drawW.map(() => NONE) })).toBe(6);
  });

  it('tells the silent from what was never there', () => {
    const frame = rackFrame({});
    const holes = { ...model, holes: new Set([1]) };
    const heard = (times: number[]) => rackNow({ ...frame, gpuHeardAt: Float64Array.from(times) }, holes)?.states;
    expect(heard([frame.time - 59_000, NONE])).toEqual(['live', 'missing']);
    expect(heard([frame.time - 61_000, frame.time])).toEqual(['lost', 'live']);
    expect(rackNow({ ...frame, rack: 8 }, model)).toBeNull();
  });

  it('says of a GPU its value, its share, what holds it and its age', () => {
    const now = rackNow(rackFrame({ 'gpu.power': [719.4, NONE], 'gpu.throttle': [0x44, NONE] }), model);
    const say = (gpu: number) => spokenGpu('n1-g0', gpu, now, Float32Array.of(1200, 1200), power, now?.frame.time ?? 0);
    expect(say(0)).toBe('GPU n1-g0, 719 W, 60% of its limit, HW thermal, SW power cap, sampled 2 s ago');
    expect(say(1)).toBe('GPU n1-g0, no data, reasons not known, sampled 2 s ago');
    expect(spokenGpu('n1-g0', 0, null, Float32Array.of(1200), power, 0)).toBe('GPU n1-g0, no data');
  });
});

describe('the picture of a rack', () => {
  it('has trays apart and every row on whole pixels, one between rows that are high enough', () => {
    const rows = heatRows({ ...model, trays: [model.trays[0], { node: 12, name: 'n2', gpus: [2, 3] }], count: 4 }, 138);
    expect(rows.trays.map(({ top }) => top)).toEqual([12, 62]);
    expect([gpuAt(rows, 12), gpuAt(rows, 40), gpuAt(rows, 60), gpuAt(rows, 62)]).toEqual([0, 1, -1, 2]);
    const grid = heatGrid(rows, 78, 500, 240, 2);
    expect([...grid.top]).toEqual([24, 71, 124, 171]);
    expect([...grid.height]).toEqual([46, 46, 46, 46]);
  });

  it('puts an answer of longer steps into every column that it covers, and leaves gaps', () => {
    const from = 1_795_444_200_000;
    const text = (values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString('base64');
    const reply = {
      ...{ first: from + 60_000, stepMs: 30_000, count: 3, gpus: [16, 17], series: [] },
      values: [text([1, NONE, 3, 4, 5, 6]), text([4, NONE, 0x40, 0, 0, 0])],
    };
    const past = pastOf(reply, model, from);
    expect([...past.values.subarray(3, 11)]).toEqual([NONE, 1, 1, NONE, NONE, 3, 3, NONE]);
    expect([...past.values.subarray(COLUMNS + 4, COLUMNS + 10)]).toEqual([4, 4, 5, 5, 6, 6]);
    expect([...past.reasons.subarray(3, 11)]).toEqual([-1, 4, 4, -1, -1, 0x40, 0x40, -1]);
    expect(past.recorded.reduce((sum, one) => sum + one, 0)).toBe(6);
    expect(wordsAt(past, 0, 8, power)).toBe('14:32:00 UTC, 3 W, HW thermal');
  });

  it('shares one scale of round numbers that has the limit in it where that is near', () => {
    const past = { ...emptyPast(0, STEP_MS, 4, 2), values: Float32Array.of(610, 700, NONE, 1144, 5, 1150, 1130, 1120) };
    const all = { from: 0, to: 4 * STEP_MS };
    const later = { from: STEP_MS, to: 4 * STEP_MS };
    expect(columnsOf(past, later)).toEqual([1, 4]);
    expect(sharedScale(past, later, Float32Array.of(1200, 1200), power)).toEqual([600, 1200]);
    expect(sharedScale(past, all, Float32Array.of(9000, 9000), power)).toEqual([0, 1500]);
    expect(sharedScale(emptyPast(0, STEP_MS, 4, 2), all, Float32Array.of(NONE, NONE), power)).toEqual([0, 100]);
  });

  it('sorts by value on demand, those without one last', () => {
    const now = rackNow(rackFrame({ 'gpu.power': [NONE, 500] }), model);
    expect(orderOf(model, now, power, false)).toEqual([0, 1]);
    expect(orderOf(model, now, power, true)).toEqual([1, 0]);
  });

  it('follows the time with a window until another is asked for', () => {
    const [from, to] = [0, COLUMNS * STEP_MS];
    expect(windowOf({}, from, to)).toEqual({ from: to - 1_080_000, to });
    expect(windowOf({ span: '600' }, from, to)).toEqual({ from: to - 600_000, to });
    expect(windowOf({ span: '600', end: '1200000' }, from, to)).toEqual({ from: 600_000, to: 1_200_000 });
    // What has left the hour is shown at its beginning; nonsense is the usual window.
    expect(windowOf({ span: '600', end: '1' }, from, to)).toEqual({ from: 0, to: 600_000 });
    expect(windowOf({ span: 'x', end: 'y' }, from, to)).toEqual({ from: to - 1_080_000, to });
  });

  it('ends the draw with the newest sample; a gap before it stays one', () => {
    const past = [
      [0, 100],
      [15_000, 110],
      [30_000, null],
    ] as const;
    expect(withDraw(past, 32_000, 120)).toEqual([
      [0, 100],
      [15_000, 110],
      [32_000, 120],
    ]);
    expect(withDraw(past, 90_000, 120)).toEqual([...past, [90_000, null], [90_000, 120]]);
    expect(withDraw(past, null, 120)).toEqual(past);
    expect(withDraw(past, 32_000, NONE)).toEqual(past);
  });
});
