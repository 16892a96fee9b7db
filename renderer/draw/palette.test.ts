import { describe, expect, it } from 'vitest';
import { CELL_MAX, CELL_NODATA, CELL_ONE, CELL_UNSUPPORTED } from '../../shared/cells.ts';
import { VIEW_SIGNALS } from '../../shared/contract.ts';
import { withEdge } from '../../shared/limit-stops.ts';
import { THEMES } from '../theme/theme.ts';
import { abgr, cellColor, forcedPalette, inkOn, levelColor, limitColor, paletteOf } from './palette.ts';

type Triple = readonly [number, number, number];

/** Linear light of an sRGB colour (IEC 61966-2-1). */
function linear(hex: string): Triple {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return [r, g, b];
}

/** CIE 1976 L*a*b* of linear sRGB under D65. */
function labOf([r, g, b]: Triple): Triple {
  const f = (t: number) => (t > (6 / 29) ** 3 ? Math.cbrt(t) : t / (3 * (6 / 29) ** 2) + 4 / 29);
  const x = f((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = f(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = f((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const lightness = (hex: string) => labOf(linear(hex))[0];

/** Machado, Oliveira, Fernandes 2009, severity 1.0, on linear sRGB. */
const VISION = {
  normal: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
} as const;

function seen(hex: string, vision: keyof typeof VISION): Triple {
  const m = VISION[vision];
  const [r, g, b] = linear(hex);
  const row = (i: number) => Math.min(1, Math.max(0, m[i] * r + m[i + 1] * g + m[i + 2] * b));
  return labOf([row(0), row(3), row(6)]);
}

function difference(a: string, b: string, vision: keyof typeof VISION): number {
  const [p, q] = [seen(a, vision), seen(b, vision)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
}

function contrast(a: string, b: string): number {
  const y = ([r, g, b]: Triple) => 0.2126 * r + 0.7152 * g + 0.0722 * b;
  const [dark, light] = [y(linear(a)), y(linear(b))].sort((p, q) => p - q);
  return (light + 0.05) / (dark + 0.05);
}

describe.each(['dark', 'light'] as const)('limit, %s', (theme) => {
  const stops = [0, 0.4, 0.6, 0.75, 0.8999, 0.9, 0.95, 0.9999, 1, 1.1];

  it('L* goes one way at every stop', () => {
    const values = stops.map((stop) => lightness(limitColor(stop, theme)));
    const steps = values.slice(1).map((value, index) => (value - values[index]) * (theme === 'dark' ? 1 : -1));
    expect(Math.min(...steps)).toBeGreaterThan(0);
  });

  it('L* never turns back from one byte to the next', () => {
    for (let cell = 1; cell <= CELL_MAX; cell++) {
      const step = lightness(cellColor('power', cell, theme)) - lightness(cellColor('power', cell - 1, theme));
      // Half a unit: colours are rounded to 8 bits.
      expect(theme === 'dark' ? step : -step, `byte ${cell}`).toBeGreaterThan(-0.5);
    }
  });

  it.each(['normal', 'deutan', 'protan', 'tritan'] as const)('both edges are seen with %s vision', (vision) => {
    expect(difference(limitColor(0.8999, theme), limitColor(0.9, theme), vision)).toBeGreaterThanOrEqual(12);
    expect(difference(limitColor(0.9999, theme), limitColor(1, theme), vision)).toBeGreaterThanOrEqual(12);
  });

  it('is clamped at both ends', () => {
    expect(limitColor(-1, theme)).toBe(limitColor(0, theme));
    expect(limitColor(7, theme)).toBe(limitColor(1.1, theme));
  });
});

it('the stops are those of the design', () => {
  expect([0, 0.4, 0.9, 0.95, 1, 1.1].map((stop) => limitColor(stop, 'dark'))).toEqual([
    '#151a1f',
    '#232d36',
    '#a3732a',
    '#cf892f',
    '#ff8466',
    '#ffd0c2',
  ]);
  expect([0, 0.9, 1].map((stop) => limitColor(stop, 'light'))).toEqual(['#f4f6f7', '#cf9530', '#a3211b']);
});

it('a byte just below an edge has the colour below it', () => {
  // 198 of 220 is 0.90, 220 of 220 is 1.00: the byte below belongs to the range below.
  expect(cellColor('power', 198, 'dark')).toBe('#a3732a');
  expect(cellColor('power', 220, 'dark')).toBe('#ff8466');
  expect(lightness(cellColor('power', 197, 'dark'))).toBeLessThan(43);
});

it('a configured warning ratio moves the edge of power, and of power only', () => {
  expect(withEdge(0.8, 0.8)).toBeCloseTo(0.9, 12);
  expect(withEdge(0.4, 0.8)).toBeCloseTo(0.45, 12);
  expect(withEdge(0.9, 0.8)).toBeCloseTo(0.95, 12);
  expect(withEdge(1.05, 0.8)).toBe(1.05);
  const byte = 0.8 * CELL_ONE;
  expect(cellColor('power', byte, 'dark', 0.8)).toBe('#a3732a');
  expect(cellColor('temp', byte, 'dark', 0.8)).toBe(cellColor('temp', byte, 'dark'));
  expect(paletteOf('power', 'dark', 0.8).fill[byte]).toBe(abgr('#a3732a'));
});

it('more is always stronger for levels: brighter in dark, darker in light', () => {
  for (let step = 1; step <= 20; step++) {
    expect(lightness(levelColor(step / 20, 'dark'))).toBeGreaterThan(lightness(levelColor((step - 1) / 20, 'dark')));
    expect(lightness(levelColor(step / 20, 'light'))).toBeLessThan(lightness(levelColor((step - 1) / 20, 'light')));
  }
});

describe.each(THEMES)('theme %s', (theme) => {
  it.each(VIEW_SIGNALS)('ink reads at 4.5:1 on every byte of %s', (signal) => {
    for (let cell = 0; cell < 256; cell++) {
      const color = cellColor(signal, cell, theme);
      expect(contrast(color, inkOn(color)), `byte ${cell}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(VIEW_SIGNALS)('tells lost, unsupported and over-limit cells of %s by shape', (signal) => {
    const { pattern } = paletteOf(signal, theme);
    expect(pattern[CELL_NODATA]).toBe('hatch');
    expect(pattern[CELL_UNSUPPORTED]).toBe('outline');
    if (signal === 'power' || signal === 'temp' || signal === 'nic') {
      expect(pattern[CELL_ONE - 1]).toBe('solid');
      expect(pattern[CELL_ONE]).toBe('corner');
      expect(pattern[CELL_MAX]).toBe('corner');
    }
  });
});

it('throttle reasons have the patterns of the design', () => {
  expect(paletteOf('throttle', 'dark').pattern.slice(0, 7)).toEqual([
    'solid',
    'outline',
    'dots',
    'solid',
    'back',
    'cross',
    'grid',
  ]);
});

it('pixels are little-endian ABGR', () => {
  expect(abgr('#112233')).toBe(0xff332211);
});

it("under forced colours values keep theirs, cells have borders, and what has no value is the system's", () => {
  const own = paletteOf('power', 'dark');
  const forced = forcedPalette(own, { ground: 'rgb(255, 255, 255)', lost: 'rgb(1, 2, 3)', line: 'rgb(0, 0, 0)' });
  expect([...forced.fill.slice(0, CELL_MAX + 1)]).toEqual([...own.fill.slice(0, CELL_MAX + 1)]);
  expect([forced.fill[CELL_NODATA], forced.ink[CELL_NODATA]]).toEqual([0xffffffff, 0xff030201]);
  expect([forced.fill[CELL_UNSUPPORTED], forced.ink[CELL_UNSUPPORTED]]).toEqual([0xffffffff, 0xff000000]);
  expect(forced.border).toBe(0xff000000);
  expect(own.border).toBe(0);
});
