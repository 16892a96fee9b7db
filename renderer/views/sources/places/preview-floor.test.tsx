import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { RackPreview } from '../../../../shared/contract/places.ts';
import { hallsOf, PreviewFloor } from './PreviewFloor.tsx';

const rack = (hall: string, row: string, name: string, before: number, after: number): RackPreview => ({
  ...{ path: ['S', hall, row, name], before, after },
});

it('draws each rack where it would stand and says what would change', () => {
  const racks = [rack('A', 'A1', 'k1', 4, 4), rack('A', 'A1', 'k2', 0, 3), rack('B', 'B1', 'k3', 5, 2)];
  const markup = renderToStaticMarkup(<PreviewFloor racks={[...racks, rack('Unmapped', 'U', 'U', 2, 0)]} />);
  expect(markup).toContain('Floor plan of 4 racks: 1 would be new, 1 would have fewer, 1 would have none');
  const drawn = [...markup.matchAll(/data-change="(\w+)"[^>]*><title>([^<]*)<.*?<text[^>]*>([^<]*)</g)];
  expect(drawn.map(([, change, title, text]) => [change, title, text])).toEqual([
    ['same', 'k1: 4 nodes now, 4 then', 'k1'],
    ['new', 'k2: 0 nodes now, 3 then', '+3'],
    ['fewer', 'k3: 5 nodes now, 2 then', '−3'],
    ['gone', 'U: 2 nodes now, 0 then', '−2'],
  ]);
});

it('goes on in another line where a row has more racks than fit', () => {
  const row = Array.from({ length: 20 }, (_, i) => rack('A', 'A1', `k${i}`, 1, 1));
  const [{ lines }] = hallsOf(row);
  expect(lines.map((line) => [line.row, line.racks.length])).toEqual([
    ['A1', 16],
    ['', 4],
  ]);
});
