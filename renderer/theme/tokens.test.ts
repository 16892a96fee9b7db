import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

/** The tokens of one theme as written in tokens.css. */
function tokensOf(theme: string): ReadonlyMap<string, string> {
  const block = new RegExp(`\\[data-theme="${theme}"\\] \\{([^}]*)\\}`).exec(css)?.[1] ?? '';
  return new Map([...block.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
}

/** Relative luminance (WCAG 2.2, "relative luminance"). */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

/** The worst contrast of a token over the four panel backgrounds. */
function worst(tokens: ReadonlyMap<string, string>, name: string): number {
  return Math.min(...['bg-0', 'bg-1', 'bg-2', 'bg-3'].map((bg) => contrast(tokens.get(name)!, tokens.get(bg)!)));
}

describe.each(['dark', 'light', 'contrast'])('theme %s', (theme) => {
  const tokens = tokensOf(theme);

  it('has every token', () => {
    expect([...tokens.keys()]).toEqual([...tokensOf('dark').keys()]);
    expect(tokens.size).toBe(24);
  });

  it.each(['tx-1', 'tx-2', 'tx-3', 'accent', 'crit', 'warn', 'adv', 'nodata'])(
    '%s reads at 4.5:1 on every panel',
    (name) => {
      expect(worst(tokens, name)).toBeGreaterThanOrEqual(theme === 'contrast' ? 7 : 4.5);
    },
  );

  it.each(['line-3', 'focus'])('%s is seen at 3:1 on every panel', (name) => {
    expect(worst(tokens, name)).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ['crit', 'crit-bg'],
    ['warn', 'warn-bg'],
    ['adv', 'adv-bg'],
    ['nodata', 'nodata-bg'],
    ['tx-1', 'nodata-bg'],
    ['tx-1', 'adv-bg'],
    ['crit-on', 'crit'],
    ['warn-on', 'warn'],
    ['tx-3', 'bg-2'],
    ['tx-1', 'bg-4'],
    ['tx-2', 'bg-4'],
  ])('%s reads on %s', (text, background) => {
    expect(contrast(tokens.get(text)!, tokens.get(background)!)).toBeGreaterThanOrEqual(4.5);
  });
});

it('gives the figures of ui.md 2.1', () => {
  const dark = tokensOf('dark');
  expect([worst(dark, 'tx-1'), worst(dark, 'tx-3'), worst(dark, 'crit')].map((value) => value.toFixed(1))).toEqual([
    '13.1',
    '5.3',
    '5.5',
  ]);
});
