import { describe, expect, it } from 'vitest';
import { Painter } from './painter.ts';

/** A context in which every letter is 7 pixels wide; counts how often it is asked. */
function measuring() {
  const asked = { count: 0, longest: 0 };
  const context = {
    font: '',
    measureText(text: string) {
      asked.count++;
      asked.longest = Math.max(asked.longest, text.length);
      return { width: text.length * 7 };
    },
  };
  return { asked, painter: new Painter(context as unknown as CanvasRenderingContext2D, {} as never) };
}

describe('a name that is cut', () => {
  it('keeps its end, as much of it as fits', () => {
    const { painter } = measuring();
    expect(painter.fitted('PDX-1-A2-05', 77, 11, 500)).toBe('PDX-1-A2-05');
    expect(painter.fitted('PDX-1-A2-05', 42, 11, 500)).toBe('…A2-05');
    expect(painter.fitted('PDX-1-A2-05', 3, 11, 500)).toBe('…5');
  });

  it('costs little whatever its length: an exporter may send 10,000 letters', () => {
    const { painter, asked } = measuring();
    expect(painter.fitted('y'.repeat(10_000), 70, 11, 500)).toBe(`…${'y'.repeat(9)}`);
    expect(asked.count).toBeLessThan(12);
    expect(asked.longest).toBeLessThanOrEqual(201);
  });
});

it('measures a text once in a painting', () => {
  const { painter, asked } = measuring();
  expect([1, 2, 3].map(() => painter.widthOf('A2-00', 11, 500))).toEqual([35, 35, 35]);
  expect(asked.count).toBe(1);
  painter.widthOf('A2-00', 12, 500);
  expect(asked.count).toBe(2);
});
