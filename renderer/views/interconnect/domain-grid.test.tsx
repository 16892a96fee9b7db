import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { DomainStrip } from '../../../shared/fabric/overview.ts';
import { DomainGrid, reached } from './DomainGrid.tsx';

const strip = (title: string, uses: readonly (number | null)[]): DomainStrip => ({
  ...{ kind: 'nvlink', title, note: '', median: null, max: null, ecn: null },
  cells: uses.map((use, i) => ({ key: `${title} ${i}`, name: `A1-0${i + 1}`, use, down: i === 4 ? 2 : 0 })),
});
const strips = [strip('Hall A', [0.43, null, 0.1, 0.2, 0.3]), strip('Hall B', [0.5, 0.6])];

it('leads along a strip, to its next line, and from its last line to the next strip', () => {
  const go = (strip: number, cell: number, key: string, shift = false) => {
    const to = reached(strips, [3, 2], { strip, cell }, key, shift);
    return to && [to.strip, to.cell];
  };
  // Five cells in lines of three.
  expect([go(0, 0, 'ArrowRight'), go(0, 4, 'ArrowRight'), go(0, 0, 'ArrowLeft')]).toEqual([
    ...[
      [0, 1],
      [0, 4],
      [0, 0],
    ],
  ]);
  expect([go(0, 1, 'ArrowDown'), go(0, 4, 'ArrowUp')]).toEqual([
    [0, 4],
    [0, 1],
  ]);
  expect([go(0, 2, 'ArrowDown'), go(0, 0, 'ArrowDown', true), go(1, 1, 'ArrowUp')]).toEqual([
    ...[
      [1, 0],
      [1, 0],
      [0, 0],
    ],
  ]);
  expect([go(1, 0, 'ArrowDown'), go(0, 3, 'Home'), go(0, 0, 'End'), go(0, 0, 'x')]).toEqual([
    ...[[1, 0], [0, 0], [0, 4], null],
  ]);
});

it('says every domain and its use, or that there is none, and is one tab stop', () => {
  const markup = (stale: boolean) =>
    renderToStaticMarkup(
      <DomainGrid {...{ strips, stale }} across={[3, 2]} at={null} onReach={() => {}} onOpen={() => {}} />,
    );
  const cells = [...markup(false).matchAll(/role="gridcell"[^>]*tabindex="(-?\d)"[^>]*>([^<]*)</gi)];
  expect(cells.map(([, stop]) => stop)).toEqual(['0', '-1', '-1', '-1', '-1', '-1', '-1']);
  expect(cells.slice(0, 2).map(([, , text]) => text)).toEqual(['Hall A, A1-01, use 43%', 'Hall A, A1-02, no data']);
  expect(cells[4][2]).toBe('Hall A, A1-05, 2 links down, use 30%');
  expect(markup(true)).not.toMatch(/\d%/);
});
