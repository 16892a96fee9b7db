import { describe, expect, it } from 'vitest';
import { NODE, RACK } from '../../../shared/topology.ts';
import { DRAWN_FLEET, layoutOf } from '../../draw/sample-fleet.fixture.ts';
import { answersOf, type Entry, looksLikeFilter, placesAnswering, rank } from './entries.ts';

const layout = layoutOf(DRAWN_FLEET);
const found = (query: string) => {
  const places: number[] = [];
  const entries = placesAnswering(layout, query, (place) => places.push(place));
  for (const entry of entries) entry.run();
  return { labels: entries.map(({ label }) => label), places };
};

describe('places that answer a query', () => {
  const rack = layout.start[RACK] + 3;
  const name = layout.name[rack];

  it('begin with what is called exactly that', () => {
    expect(found(name.toLowerCase())).toMatchObject({ labels: expect.arrayContaining([`Rack ${name}`]) });
    expect(found(name).places[0]).toBe(rack);
    expect(found(`rack ${name}`).places[0]).toBe(rack);
  });

  it('are eight at most, and none for nothing', () => {
    expect(found(name.slice(0, 1)).labels.length).toBeLessThanOrEqual(8);
    expect(found('  ').labels).toEqual([]);
    expect(found('no such place').labels).toEqual([]);
  });

  it('are found by a UUID too', () => {
    const gpu = layout.path.length - 1;
    expect(found(layout.path[gpu]).places).toEqual([gpu]);
    expect(layout.start[NODE]).toBeLessThan(gpu);
  });
});

describe('entries that answer a query', () => {
  const entry = (label: string, group: Entry['group'] = 'Actions'): Entry => {
    return { id: label, label, group, detail: '', keys: '', run() {} };
  };

  it('those that begin with it come first', () => {
    const all = [entry('Pause updates'), entry('Resume or pause'), entry('Unpaused')];
    expect(answersOf(all, 'pau').map(({ label }) => label)).toEqual(['Pause updates', 'Resume or pause', 'Unpaused']);
    expect(rank('Unpaused', 'pau')).toBe(2);
    expect(rank('Theme', 'pau')).toBe(-1);
  });

  it('one group does not push another out', () => {
    const many = [...Array(30).keys()].map((i) => entry(`Signal ${i}`, 'Colour the floor plan by'));
    const answers = answersOf([...many, entry('Signal lost')], 'signal');
    expect(answers).toHaveLength(9);
    expect(answers.at(-1)?.label).toBe('Signal lost');
  });
});

it('a comparison is a filter, a name is none', () => {
  expect(looksLikeFilter('util<5')).toBe(true);
  expect(looksLikeFilter('rack a2-05')).toBe(false);
});
