import { describe, expect, it } from 'vitest';
import { shownName } from './printable.ts';

describe('a name on a screen', () => {
  it.each([
    ['A2-05', 'A2-05'],
    ['n5\u202egpj.exe', 'n5\\u202egpj.exe'],
    ['n6\u200bzero', 'n6\\u200bzero'],
    ['a\nb', 'a\\u000ab'],
    ['\u001b[31mred', '\\u001b[31mred'],
    ['Halle Süd', 'Halle Süd'],
  ])('%j', (name, shown) => {
    expect(shownName(name)).toBe(shown);
  });

  it('is cut after 200 letters', () => {
    expect(shownName('y'.repeat(10_000))).toBe(`${'y'.repeat(200)}…`);
  });
});
