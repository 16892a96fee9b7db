import { lab } from 'd3';
import { expect, it } from 'vitest';
import { changeColor, changeScale } from './diverging.ts';

it('is told by lightness: the more it changed the further from the ground, on both arms', () => {
  for (const theme of ['dark', 'light'] as const) {
    for (const arm of [-1, 1]) {
      const steps = [0.02, 0.1, 0.25, 0.5, 0.75, 1].map((share) => lab(changeColor(arm * share, theme)).l);
      const rising = steps.map((l, i) => (i === 0 ? 0 : l - steps[i - 1])).slice(1);
      expect(rising.every((step) => (theme === 'dark' ? step > 0 : step < 0))).toBe(true);
    }
    expect(changeColor(-3, theme)).toBe(changeColor(-1, theme));
  }
});

it('ends its scale at a round number of watts that holds all', () => {
  expect(changeScale([300, -200, Number.NaN])).toBe(1000);
  expect(changeScale([-4200])).toBe(5000);
  expect(changeScale([12_000, 19_000])).toBe(20_000);
  expect(changeScale([])).toBe(1000);
});
