import { describe, expect, it } from 'vitest';
import { type CompareSide, compareSides, sideOfFrame } from './compare.ts';
import type { LayoutDocument, ViewFrame } from './contract.ts';
import { ASSUMED, MEASURED } from './frame.ts';

/** Site S, hall S/A, row S/A/R with racks by name: watts, NaN without data; `silent` ones count something at nameplate. */
function side(
  racks: Record<string, number>,
  silent: readonly string[] = [],
  titles: readonly string[] = [],
): CompareSide {
  const names = Object.keys(racks);
  const path = ['S', 'S/A', 'S/A/R', ...names.map((name) => `S/A/R/${name}`)];
  const known = Object.values(racks).filter((watts) => !Number.isNaN(watts));
  const sum = known.reduce((a, b) => a + b, 0);
  const layout = {
    ...{ start: [0, 1, 2, 3, path.length, path.length, path.length], parent: [-1, 0, 1, ...names.map(() => 2)], path },
    budgetW: path.map((_, i) => (i === 2 ? 1000 : null)),
  } as unknown as LayoutDocument;
  const frame = {
    drawW: Float32Array.of(sum, sum, sum, ...Object.values(racks)),
    quality: Uint8Array.of(1, 1, 1, ...names.map((name) => (silent.includes(name) ? ASSUMED : MEASURED))),
    gpuLive: Uint32Array.from(path, () => 8),
    findings: titles.map((title) => ({ domain: 'power', place: 2, title })),
  } as unknown as ViewFrame;
  return sideOfFrame(layout, frame);
}

const at = (difference: ReturnType<typeof compareSides>, path: string) =>
  difference.places.find((one) => one.path === path);

describe('compareSides', () => {
  it('sums what racks of both sides draw more, with the sign; a rack of one side is counted apart and not as 0', () => {
    const difference = compareSides(
      side({ '01': 100, '02': 200, '03': 300, gone: 50 }),
      side({ '02': 180, '01': 130, '03': 300, new: 70 }),
    );
    // By hand: +30 −20 +0 = +10, over three racks; 600 W and 610 W.
    const sums = {
      racks: 3,
      beforeW: 600,
      afterW: 610,
      changeW: 10,
      onlyBefore: 1,
      onlyBeforeW: 50,
      onlyAfter: 1,
      onlyAfterW: 70,
      unknown: 0,
      assumed: 0,
    };
    expect(difference.total).toEqual(sums);
    expect(at(difference, 'S/A/R')).toMatchObject({
      ...sums,
      level: 2,
      has: 'both',
      ownBeforeW: 650,
      ownAfterW: 680,
      beforeBudgetW: 1000,
    });
    expect(at(difference, 'S/A/R/02')).toMatchObject({ level: 3, changeW: -20, racks: 1 });
    expect(at(difference, 'S/A/R/gone')).toMatchObject({
      has: 'before',
      changeW: Number.NaN,
      ownBeforeW: 50,
      ownAfterW: Number.NaN,
    });
    expect(at(difference, 'S/A/R/new')).toMatchObject({
      has: 'after',
      changeW: Number.NaN,
      afterGpus: 8,
      beforeGpus: 0,
    });
    expect([difference.onlyBefore, difference.onlyAfter]).toEqual([['S/A/R/gone'], ['S/A/R/new']]);
  });

  it('knows no change where one side has no data, and marks one that is partly a guess', () => {
    const difference = compareSides(
      side({ '01': 100, '02': Number.NaN, '03': 10 }),
      side({ '01': 90, '02': 200, '03': 12 }, ['03']),
    );
    expect(difference.total).toMatchObject({ racks: 2, changeW: -8, unknown: 1, assumed: 1 });
    expect(at(difference, 'S/A/R/02')).toMatchObject({ changeW: Number.NaN, unknown: 1, ownAfterW: 200 });
    // Nothing that both know: no change is known, which is not a change of 0.
    expect(compareSides(side({ '01': Number.NaN }), side({ '01': 5 })).total).toMatchObject({
      racks: 0,
      changeW: Number.NaN,
    });
  });

  it('tells conditions that came, went and stayed, whatever numbers their titles have', () => {
    const before = side({ '01': 1 }, [], ['Row R at 91.0% of budget', 'Row R lost a feed']);
    const after = side({ '01': 1 }, [], ['Row R at 97.8% of budget', 'Row R is hot']);
    const { came, went, stayed } = compareSides(before, after);
    expect({ came, went, stayed }).toEqual({
      came: ['Row R is hot'],
      went: ['Row R lost a feed'],
      stayed: ['Row R at 97.8% of budget'],
    });
  });
});
