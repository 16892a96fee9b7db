import { expect, it } from 'vitest';
import type { Link } from './link.ts';
import { askPast } from './past-calls.ts';

it('changes of places are those up to the time that is shown, the newest first, however many came since', async () => {
  // A change a second, numbered by it; the newest first, at most 500 at once.
  const asked: unknown[] = [];
  const call = async (_: string, arg: { readonly before?: number; readonly most: number }) => {
    asked.push(arg);
    const first = (arg.before ?? 1201) - 1;
    return Array.from({ length: Math.min(arg.most, first) }, (_, i) => ({ seq: first - i, time: (first - i) * 1000 }));
  };
  const live = { call } as unknown as Link;
  const moment = { time: 300_500, layout: null, layoutNow: null };
  const told = await askPast(live, moment, 'placeChanges', { most: 200 });
  expect([told.length, told[0].time, told[199].time]).toEqual([200, 300_000, 101_000]);
  expect(asked).toEqual([{ most: 500 }, { most: 500, before: 701 }, { most: 500, before: 201 }]);
  // Fewer than are wanted were there by then.
  expect(await askPast(live, { ...moment, time: 2500 }, 'placeChanges', { most: 200 })).toHaveLength(2);
});
