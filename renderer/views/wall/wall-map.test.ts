import { describe, expect, it } from 'vitest';
import { HALL, NODE, RACK, ROW } from '../../../shared/topology.ts';
import { DRAWN_FLEET, LARGE_FLEET, layoutOf } from '../../draw/sample-fleet.fixture.ts';
import { planWallMap } from './wall-map.ts';

const WIDTH = 1192;
const HEIGHT = 834;

describe.each([
  ['the drawn fleet', layoutOf(DRAWN_FLEET)],
  ['1,440 racks', layoutOf(LARGE_FLEET)],
])('the map of %s', (_, layout) => {
  const plan = planWallMap(layout, WIDTH, HEIGHT);

  it('has every rack once, none outside and none over another', () => {
    expect(plan.cells.map(({ rack }) => rack).sort((a, b) => a - b)).toEqual(
      Array.from({ length: layout.start[NODE] - layout.start[RACK] }, (_one, i) => layout.start[RACK] + i),
    );
    const outside = plan.cells.filter(({ x, y, w, h }) => x < 0 || y < 0 || x + w > WIDTH || y + h > HEIGHT);
    const over = plan.cells.filter((a, i) =>
      plan.cells.some((b, j) => j > i && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h),
    );
    expect({ outside, over }).toEqual({ outside: [], over: [] });
  });

  it('names every hall', () => {
    expect(plan.halls).toHaveLength(layout.start[HALL + 1] - layout.start[HALL]);
  });
});

it('numbers stand in 64 racks at most, and rows are named as long as there are 24 at most', () => {
  const drawn = layoutOf(DRAWN_FLEET);
  expect(planWallMap(drawn, WIDTH, HEIGHT)).toMatchObject({ numbers: true });
  expect(planWallMap(drawn, WIDTH, HEIGHT).rows).toHaveLength(drawn.start[ROW + 1] - drawn.start[ROW]);
  const large = planWallMap(layoutOf(LARGE_FLEET), WIDTH, HEIGHT);
  expect(large.numbers).toBe(false);
  expect(large.rows).toHaveLength(0);
});
