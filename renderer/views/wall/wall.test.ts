import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { pastTitle } from '../../../shared/alerting/tense.ts';
import type { Summary } from '../../../shared/contract.ts';
import { PLAYLIST, playlistOf, showingAt } from './rotation.ts';
import { WallBeacon } from './WallParts.tsx';
import {
  arcminOf,
  brightnessAt,
  dimTimesOf,
  orbitAt,
  readableFrom,
  reloadedAt,
  SMALLEST_PX,
  upsideDown,
} from './wall-care.ts';
import { shortTitle, unknownOf } from './wall-causes.ts';
import { linesOf, valuesOf } from './wall-panels.ts';

const T = Date.UTC(2026, 10, 25);

describe('rotation', () => {
  it('shows power for 40 s and the others for 20 s each, by the clock', () => {
    // 100 s a round; midnight UTC is a whole number of rounds (86,400 = 864 × 100).
    const at = (seconds: number) => showingAt(PLAYLIST, T + seconds * 1000, null).slide.view;
    expect([0, 39, 40, 59, 60, 80, 99, 100].map(at)).toEqual([
      ...['power', 'power', 'thermal', 'thermal', 'fabric', 'alerts', 'alerts', 'power'],
    ]);
    expect(showingAt(PLAYLIST, T + 10_000, null).passed).toBeCloseTo(0.25);
  });

  it('jumps to the view of a new critical alert, holds it for 60 s, and gives the rotation back', () => {
    const interrupt = { view: 'fabric', at: T } as const;
    expect(showingAt(PLAYLIST, T, interrupt)).toMatchObject({ index: 2, interrupted: true });
    expect(showingAt(PLAYLIST, T + 59_999, interrupt).slide.view).toBe('fabric');
    expect(showingAt(PLAYLIST, T + 60_000, interrupt)).toMatchObject({ slide: { view: 'fabric' }, interrupted: false });
    expect(showingAt([PLAYLIST[0]], T, interrupt)).toMatchObject({ index: -1, slide: { view: 'fabric' } });
  });

  it('is written in the address, each slide with a time range of its own', () => {
    expect(playlistOf('power:30:6h, fabric,alerts:15:7d')).toEqual([
      { view: 'power', seconds: 30, rangeMs: 6 * 3_600_000 },
      { view: 'fabric', seconds: 20, rangeMs: 3_600_000 },
      { view: 'alerts', seconds: 15, rangeMs: 7 * 86_400_000 },
    ]);
    expect(playlistOf('nonsense:3,power:1')).toEqual([{ view: 'power', seconds: 5, rangeMs: 3_600_000 }]);
    for (const bad of [undefined, '', 'x:9', ':::']) expect(playlistOf(bad)).toEqual(PLAYLIST);
  });
});

describe('a wall without causes', () => {
  const counts = { critical: 0, warning: 1491, advisory: 0, unowned: 0, pending: 0, muted: 0, incidents: 0 };
  const none = { ...counts, warning: 0 };

  it('does not say that nothing is active while what a frame counts is still to come', () => {
    expect(unknownOf({ evaluatedAt: T, version: 4 }, { counts, version: 5 }, false)).toBe('Loading 1,491 alerts');
    expect(unknownOf(undefined, { counts, version: 5 }, false)).toBe('Loading 1,491 alerts');
    expect(unknownOf(undefined, { counts: none, version: 5 }, false)).toBe('Loading alerts');
    expect(unknownOf({ evaluatedAt: null, version: 0 }, { counts: none, version: 0 }, false)).toMatch(
      /no rule has run yet/,
    );
  });

  it('says so where the list of the frame has come, and where the frame counts none', () => {
    expect(unknownOf({ evaluatedAt: T, version: 5 }, { counts: none, version: 5 }, false)).toBe('');
    expect(unknownOf({ evaluatedAt: T, version: 4 }, { counts: none, version: 5 }, false)).toBe('');
  });

  it('does not load for ever what could not be read', () => {
    expect(unknownOf(undefined, { counts: none, version: 5 }, true)).toMatch(/could not be read/);
    expect(unknownOf({ evaluatedAt: T, version: 4 }, { counts, version: 5 }, true)).toMatch(/could not be read/);
    expect(unknownOf({ evaluatedAt: T, version: 5 }, { counts: none, version: 5 }, true)).toBe('');
  });
});

describe('letters', () => {
  it('a 65-inch panel at 5 m: 23 mm are 16 minutes of arc', () => {
    // 63 px of cap height at 4K are 31.5 px of the reference (ui.md 2.2), which is a font of 43.3 px.
    expect(arcminOf({ inches: 65, metres: 5 }, 31.5 / 0.727)).toBeCloseTo(16.2, 1);
    expect(arcminOf({ inches: 65, metres: 5 }, SMALLEST_PX)).toBeGreaterThan(16);
    expect(readableFrom(65)).toBeGreaterThanOrEqual(5);
    expect(readableFrom(32)).toBeLessThan(5);
  });
});

describe('the panel', () => {
  it('is spared: six positions within 4 px, the first again after 18 min', () => {
    const places = [...Array(7).keys()].map((i) => orbitAt(T + i * 180_000));
    expect(new Set(places.map(String)).size).toBe(6);
    expect(places[6]).toEqual(places[0]);
    for (const [x, y] of places) expect(Math.max(Math.abs(x), Math.abs(y))).toBeLessThanOrEqual(4);
    expect(upsideDown(T)).not.toBe(upsideDown(T + 7 * 86_400_000));
  });

  it('is dimmed after half an hour without an alert, and at night where that is set', () => {
    expect(brightnessAt(T, T - 29 * 60_000, null)).toBe(1);
    expect(brightnessAt(T, T - 30 * 60_000, null)).toBe(0.7);
    expect(brightnessAt(T, null, dimTimesOf('22:00-06:00'))).toBe(1);
    const night = dimTimesOf('22:00-06:00');
    const at = (hours: number) => brightnessAt(T + hours * 3_600_000, T + hours * 3_600_000, night);
    expect([21.9, 22, 23.9, 0, 5.9, 6].map(at)).toEqual([1, 0.7, 0.7, 0.7, 0.7, 1]);
    for (const bad of ['25:00-06:00', '22:61-06:00', 'night', undefined]) expect(dimTimesOf(bad)).toBeNull();
  });
});

describe('a page that was loaded anew', () => {
  it('says so for a quarter of an hour', () => {
    expect(reloadedAt('', T)).toBeNull();
    expect(reloadedAt('?reloaded=now', T)).toBeNull();
    expect(reloadedAt(`?reloaded=${T}`, T + 14 * 60_000)).toBe(T);
    expect(reloadedAt(`?reloaded=${T}`, T + 15 * 60_000)).toBeNull();
  });
});

describe('causes', () => {
  it('are told in as few letters as it takes', () => {
    expect(shortTitle('Row A2 at 97.8% of budget')).toBe('Row A2 97.8%');
    expect(shortTitle('Site S counted at 112.0% of budget')).toBe('Site S counted 112.0%');
    expect(shortTitle(pastTitle({ object: 'Row A2', title: 'Row A2 at 97.8% of budget', unknownSince: null }))).toBe(
      'Row A2 was 97.8%',
    );
    expect(shortTitle('Row A2 at 97.8% of busway budget')).toBe('Row A2 97.8%');
    expect(shortTitle('Source Demo fleet does not answer')).toBe('Demo fleet silent');
    expect(shortTitle('GPU A2-05 n05-g0 in HW thermal slowdown')).toBe('A2-05 n05-g0 hot');
    expect(shortTitle('Node B3-05-n2 has never reported')).toBe('B3-05-n2 silent');
    expect(shortTitle('Link A1-05-n07 mlx5_0/1 saturated')).toBe('A1-05-n07 link full');
    expect(shortTitle('leaf-A-17 uplinks saturated')).toBe('leaf-A-17 full');
    expect(shortTitle('leaf-A-17 uplinks were saturated')).toBe('leaf-A-17 was full');
  });
});

describe('what stands under a figure and beside the clock', () => {
  it('a line is of what the figure is of: none without a budget, none for all sites together', () => {
    const tightest = { place: 7 } as Summary['tightest'];
    const [worst, own] = linesOf('thermal', { tightest }, 1);
    expect([worst, own]).toEqual([
      { signal: 'draw', place: 7 },
      { signal: 'gpu.temp', place: 0 },
    ]);
    expect(linesOf('power', { tightest }, 2)).toEqual([{ signal: 'draw', place: 7 }, null]);
    const [none, site] = linesOf('power', { tightest: null }, 1);
    expect(none).toBeNull();
    // One was asked for: it is the second figure's.
    const asked = site ? [site] : [];
    expect([valuesOf({ values: [[1, 2]] }, asked, none), valuesOf({ values: [[1, 2]] }, asked, site)]).toEqual([
      ...[[], [1, 2]],
    ]);
  });

  it('a snapshot on a wall is not called live, however young its numbers were then', () => {
    const freshness = { state: 'live', ageMs: 2000, now: T, trouble: '' } as const;
    const told = (isOver: boolean) =>
      renderToStaticMarkup(
        createElement(WallBeacon, { freshness, pollMs: 5000, frameTime: T, hasSource: true, isOver }),
      );
    expect(told(true)).toContain('Not live, 25 Nov 2026');
    expect(told(false)).toContain('Live, 2 s');
    // A live region would be read out with every second.
    expect(told(false) + told(true)).not.toContain('role="status"');
  });
});
