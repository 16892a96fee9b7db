import { describe, expect, it } from 'vitest';
import { boundTo, DEFAULT_KEY_MAP, keyNow, moved, parse, pressedKey, printedNow, printedOf } from './key-map.ts';

const KEYS = ['P', 'U', 'D', 'Shift P', 'Shift S', '[', '?', '/', '−', '1'];
const press = (key: string, held: Partial<Record<'ctrlKey' | 'altKey' | 'metaKey' | 'shiftKey', boolean>> = {}) =>
  pressedKey({ key, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, ...held });

describe('the key map', () => {
  it('prints the patterns that the views use', () => {
    const patterns = [
      'p',
      'Shift+S',
      '[Shift]+(\\?)',
      '(\\\\)',
      '(\\[)',
      '[Shift]+(\\+|=)',
      '(-)',
      '$mod+k',
      'F6',
      'Space',
      ',',
    ];
    expect(patterns.map(printedOf)).toEqual(['P', 'Shift S', '?', '\\', '[', '+', '−', 'Ctrl K', 'F6', 'Space', ',']);
  });

  it('writes a pressed key as it is printed on the keyboard', () => {
    expect(press('q')).toBe('Q');
    expect(press('Q', { shiftKey: true })).toBe('Shift Q');
    // A sign that needs Shift is that sign: which keys make it depends on the keyboard.
    expect(press('?', { shiftKey: true })).toBe('?');
    expect(press('q', { altKey: true, ctrlKey: true })).toBe('Ctrl Alt Q');
    expect([press('Enter'), press(' '), press('F5')]).toEqual([null, null, null]);
  });

  it('gives the work of a key to another, refuses one that is taken, and takes it back', () => {
    const map = moved(DEFAULT_KEY_MAP, 'P', 'Alt Q', KEYS);
    if (typeof map === 'string') throw new Error(map);
    expect([boundTo(map, 'p'), boundTo(map, 'u'), boundTo(map, 'Shift+P')]).toEqual(['Alt+q', 'u', 'Shift+P']);
    expect(moved(map, 'D', 'Alt Q', KEYS)).toBe('Alt Q is taken: it does the work of P. Move that one first.');
    expect(moved(map, 'D', 'Ctrl K', KEYS)).toContain('is taken');
    // What P gave up is free.
    expect(moved(map, 'U', 'P', KEYS)).toEqual({ single: true, moved: { P: 'Alt Q', U: 'P' } });
    expect(moved(map, 'P', 'P', KEYS)).toEqual(DEFAULT_KEY_MAP);
    expect(printedNow(map, 'P U T')).toBe('Alt Q U T');
  });

  it('binds a chosen sign with and without Shift, escaped', () => {
    const map = moved(DEFAULT_KEY_MAP, 'P', '*', KEYS);
    if (typeof map === 'string') throw new Error(map);
    expect(boundTo(map, 'p')).toBe('[Shift]+(\\*)');
  });

  it('switches off keys of one character and keeps those with Ctrl or Alt, and keys with a name', () => {
    const off = { single: false, moved: { D: 'Alt D' } };
    expect([boundTo(off, 'p'), boundTo(off, 'Shift+S'), boundTo(off, '(\\[)')]).toEqual([null, null, null]);
    expect([boundTo(off, 'd'), boundTo(off, '$mod+k'), boundTo(off, 'Escape')]).toEqual(['Alt+d', '$mod+k', 'Escape']);
    expect([
      printedNow(off, 'P U'),
      printedNow(off, 'Shift S'),
      printedNow(off, '← →'),
      printedNow(off, 'Ctrl K'),
    ]).toEqual(['', '', '← →', 'Ctrl K']);
    expect(keyNow(off, 'D')).toBe('Alt D');
  });

  it.each([
    ['{', DEFAULT_KEY_MAP],
    ['null', DEFAULT_KEY_MAP],
    ['{"single":true,"moved":{"P":7,"Enter":"Q","U":"a b","D":"Alt X"}}', { single: true, moved: { D: 'Alt X' } }],
  ])('takes from storage only what it can read: %s', (text, map) => expect(parse(text)).toEqual(map));
});
