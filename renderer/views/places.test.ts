import { describe, expect, it } from 'vitest';
import { GPU, HALL, NODE, RACK, ROW, SITE } from '../../shared/topology.ts';
import { smallLayout as layout } from './places.fixture.ts';
import { ancestorAt, countAt, crumbsOf, labelOf, levelOf, pathTo } from './places.ts';

describe('places', () => {
  it('knows the level of every place', () => {
    expect([0, 1, 5, 9, 13, 21].map((place) => levelOf(layout, place))).toEqual([SITE, HALL, ROW, RACK, NODE, GPU]);
    expect([levelOf(layout, -1), levelOf(layout, 22)]).toEqual([-1, -1]);
    expect(countAt(layout, RACK)).toBe(4);
  });

  it('names places by the word of their level, once', () => {
    expect([0, 1, 2, 4, 8].map((place) => labelOf(layout, place))).toEqual([
      'Site PDX-1',
      'Hall A',
      'Hall B',
      'Row A2',
      'Rack A2-02',
    ]);
    expect(labelOf(layout, 12)).toBe('Node A2-02 n1');
    expect(labelOf(layout, 19)).toBe('GPU A2-02 n1-g1');
  });

  it('goes up', () => {
    expect(pathTo(layout, 19)).toEqual([0, 1, 4, 8, 12, 19]);
    expect([ancestorAt(layout, 19, RACK), ancestorAt(layout, 4, HALL), ancestorAt(layout, 0, RACK)]).toEqual([
      8, 1, -1,
    ]);
  });

  it('makes the breadcrumb', () => {
    expect(crumbsOf(layout, -1).map((crumb) => crumb.text)).toEqual(['PDX-1', 'All halls']);
    expect(crumbsOf(layout, 0).map((crumb) => crumb.text)).toEqual(['PDX-1', 'All halls']);
    expect(crumbsOf(layout, 8).map((crumb) => crumb.text)).toEqual(['PDX-1', 'Hall A', 'Row A2', 'Rack A2-02']);
  });
});
