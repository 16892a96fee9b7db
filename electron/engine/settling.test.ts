import { expect, test } from 'vitest';
import { Settling } from './settling.ts';
import type { Source } from './sources/source.ts';

/** A source of which `heard` (0–1) of the targets have answered once. */
const source = (of: { heard: number }) => ({ settled: (share: number) => of.heard >= share }) as Source;

test('a first reading is held back for 2 s, for 10 s where more than a fiftieth is missing; it is remembered once it is nearly whole', () => {
  let time = 0;
  const of = { heard: 0.5 };
  const settling = new Settling(
    { now: () => time, later: () => () => {} },
    () => [source(of)],
    () => {},
  );
  settling.begin();
  const at = (now: number, heard: number) => {
    [time, of.heard] = [now, heard];
    return [settling.isUnderWay(now), settling.isPartial(now)];
  };
  expect(at(1000, 0.99)).toEqual([true, false]);
  expect(at(3000, 0.97)).toEqual([true, true]);
  expect(at(3000, 0.99)).toEqual([false, false]);
  // Shown, with its sums as lower bounds; no line has them.
  expect(at(10_000, 0.5)).toEqual([false, true]);
  expect(at(59_000, 0.97)).toEqual([false, true]);
  expect(at(59_000, 0.98)).toEqual([false, false]);
  // What never answers does not keep the past empty.
  expect(at(60_000, 0.5)).toEqual([false, false]);
});
