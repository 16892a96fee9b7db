import { describe, expect, it } from 'vitest';
import { playlistOf } from './rotation.ts';
import { formOf, paramsOf, problemOf } from './wall-settings.ts';

const OWN = { views: 'alerts:30:6h,power:15:90m', panel: '98', metres: '7.5', dim: '22:00-06:00', orbit: 'off' };

describe('settings of a wall', () => {
  it('are those of its address, and become one that says the same', () => {
    const form = formOf(OWN);
    expect(form.slides.map(({ view, on }) => [view, on])).toEqual([
      ...[
        ['alerts', true],
        ['power', true],
        ['thermal', false],
        ['fabric', false],
      ],
    ]);
    expect(form).toMatchObject({ panel: '98', metres: '7.5', dimFrom: '22:00', dimTo: '06:00', orbit: false });
    expect(paramsOf(form)).toEqual(OWN);
    expect(playlistOf(paramsOf(form).views)).toEqual(playlistOf(OWN.views));
  });

  it('as they ship need no word in the address', () => {
    expect(paramsOf(formOf({}))).toEqual({});
    expect(paramsOf(formOf({ views: '', dim: 'night' }))).toEqual({});
  });

  it('are refused with the reason', () => {
    const form = formOf(OWN);
    const off = form.slides.map((slide) => ({ ...slide, on: false }));
    const short = form.slides.map((slide) => ({ ...slide, seconds: '4' }));
    expect(problemOf(form)).toBe('');
    expect(problemOf({ ...form, dimFrom: '', dimTo: '' })).toBe('');
    expect(problemOf({ ...form, slides: off })).toBe('Choose at least one view');
    expect(problemOf({ ...form, slides: short })).toMatch(/5 to 9,999 s/);
    for (const panel of ['', '0', '601', '-5', '1e2', 'big']) expect(problemOf({ ...form, panel })).toMatch(/inches/);
    for (const metres of ['', '0.4', '101', '5,5']) expect(problemOf({ ...form, metres })).toMatch(/ m$/);
    for (const dimTo of ['', '25:00', '6']) expect(problemOf({ ...form, dimTo })).toMatch(/22:00/);
  });
});
