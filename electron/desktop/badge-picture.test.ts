import { expect, test } from 'vitest';
import { BADGE_SIDE, badgePicture } from './badge-picture.ts';

/** The picture as text: a space for nothing, a dot for the disc, # for the sign. */
const drawn = (count: number) => {
  const pixels = badgePicture(count);
  return Array.from({ length: BADGE_SIDE }, (_, y) =>
    Array.from({ length: BADGE_SIDE }, (_, x) => {
      const [blue, , , alpha] = pixels.subarray((y * BADGE_SIDE + x) * 4);
      return alpha === 0 ? ' ' : blue === 255 ? '#' : '.';
    }).join(''),
  );
};

test('the count stands in a disc, more than nine as 9+', () => {
  expect(
    drawn(7)
      .slice(3, 13)
      .map((row) => row.slice(5, 11)),
  ).toEqual([...['######', '######', '....##', '....##', '....##', '....##', '..##..', '..##..', '..##..', '..##..']]);
  expect(drawn(12)).toEqual(drawn(99));
  expect(
    drawn(12)
      .slice(5, 11)
      .map((row) => row.slice(4, 12)),
  ).toEqual([...['........', '.###....', '.#.#..#.', '.###.###', '...#..#.', '.###....']]);
  expect(drawn(3)[0]).toMatch(/^ +\.+ +$/);
});
