import { expect, test } from 'vitest';
import { smallLayout as layout } from '../places.fixture.ts';
import { captionOf } from './list-captions.ts';

test('energy is that of the site and not of the row that is shown, all other lists are of the row', () => {
  const row = layout.name.indexOf('A2');
  expect(captionOf('energy', null, layout, row)).toBe('Since the engine started, Site PDX-1');
  expect(captionOf('energy', 'past', layout, row)).toBe('In the 24 h before, at the prices of today, Site PDX-1');
  expect(captionOf('jobs', 'past', layout, row)).toBe('What holds them back, Row A2');
  expect(captionOf('lost', 'replay', layout, row)).toBe(
    'Estimated, of the whole snapshot, at its last instant, Row A2',
  );
});
