import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cancelPaint, requestPaint } from './frame-loop.ts';

let frames: ((time: number) => void)[] = [];

beforeEach(() => {
  frames = [];
  vi.stubGlobal('requestAnimationFrame', (run: (time: number) => void) => frames.push(run));
});
afterEach(() => vi.unstubAllGlobals());

/** Runs the frames that were asked for; gives how many they were. */
function next(time: number): number {
  const asked = frames;
  frames = [];
  for (const run of asked) run(time);
  return asked.length;
}

it('paints once in one frame, however often and by however many it is asked for', () => {
  const [one, two] = [vi.fn(() => true), vi.fn(() => true)];
  requestPaint(one);
  requestPaint(one);
  requestPaint(two);
  expect(next(16)).toBe(1);
  expect(one).toHaveBeenCalledExactlyOnceWith(16);
  expect(two).toHaveBeenCalledOnce();
  expect(frames).toHaveLength(0);
});

it('goes on while a painter is not done, and stops when it is', () => {
  let left = 3;
  const fade = vi.fn(() => --left === 0);
  requestPaint(fade);
  while (next(1) > 0);
  expect(fade).toHaveBeenCalledTimes(3);
});

it('does not run a painter that is gone', () => {
  const paint = vi.fn(() => true);
  requestPaint(paint);
  cancelPaint(paint);
  next(1);
  expect(paint).not.toHaveBeenCalled();
});

it('one that throws is told of and keeps no other from painting', () => {
  const told = vi.fn();
  vi.stubGlobal('reportError', told);
  const error = new Error('a place that is gone');
  const after = vi.fn(() => true);
  requestPaint(() => {
    throw error;
  });
  requestPaint(after);
  next(1);
  expect(told).toHaveBeenCalledExactlyOnceWith(error);
  expect(after).toHaveBeenCalledOnce();
  expect(frames).toHaveLength(0);
});
