import { describe, expect, it } from 'vitest';
import { parseState, placeWindow } from './displays.ts';

const left = { x: 0, y: 0, width: 1920, height: 1080 };
const right = { x: 1920, y: 0, width: 2560, height: 1440 };

describe('placeWindow', () => {
  it('keeps a window where it was when its display still exists', () => {
    const state = { x: 2000, y: 100, width: 1600, height: 900, maximized: true };
    expect(placeWindow(state, [left, right])).toEqual(state);
  });

  it('brings a window of a display that is gone to the first one, centred', () => {
    const state = { x: 2000, y: 100, width: 1600, height: 900, maximized: false };
    expect(placeWindow(state, [left])).toEqual({ x: 160, y: 90, width: 1600, height: 900, maximized: false });
  });

  it('moves a window that hangs over an edge inside, and never makes it larger than its display', () => {
    expect(placeWindow({ x: -300, y: -50, width: 1400, height: 900, maximized: false }, [left])).toMatchObject({
      x: 0,
      y: 0,
    });
    expect(placeWindow({ x: 0, y: 0, width: 5000, height: 4000, maximized: false }, [left])).toMatchObject({
      width: 1920,
      height: 1080,
    });
  });

  it('is never below 1280 × 800, in which nothing is cut off', () => {
    expect(placeWindow({ x: 10, y: 10, width: 300, height: 200, maximized: false }, [left])).toMatchObject({
      width: 1280,
      height: 800,
    });
  });
});

describe('parseState', () => {
  it('refuses what is not a whole state', () => {
    expect(parseState('{"x":1,"y":2,"width":1280,"height":800,"maximized":true}')).toEqual({
      x: 1,
      y: 2,
      width: 1280,
      height: 800,
      maximized: true,
    });
    for (const text of [
      '',
      'null',
      '[]',
      '{"x":1}',
      '{"x":"1","y":2,"width":1280,"height":800}',
      '{"x":1e9,"y":2,"width":1280,"height":800}',
    ]) {
      expect(parseState(text)).toBeUndefined();
    }
  });
});
