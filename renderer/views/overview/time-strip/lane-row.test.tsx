import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import { type Lane, LaneRow, lastOf } from './LaneRow.tsx';

const MINUTE = 60_000;

const lane = (values: readonly (number | null)[], limit: number | null = null): Lane => ({
  id: 'draw/p0',
  label: 'Row A2 power',
  unit: 'kW',
  values,
  times: values.map((_, index) => index * MINUTE),
  limit,
  critical: limit,
  decimals: 0,
  note: '',
  slope: '+2.9 kW/min',
});

function drawn(values: readonly (number | null)[], limit: number | null = null, stale = false): string {
  return renderToStaticMarkup(
    <svg role="img" aria-label="lane">
      <LaneRow
        lane={lane(values, limit)}
        x={(time) => 100 + time / MINUTE}
        {...{ top: 0, height: 30, left: 100, width: 600, right: 200, stale }}
      />
    </svg>,
  );
}

/** Commands of the line itself: the last path without a fill below it. */
const lineOf = (markup: string) => [...markup.matchAll(/ d="([^"]*)"/g)].map(([, d]) => d)[1];

it('never bridges a gap', () => {
  const d = lineOf(drawn([1, 2, null, 4, 5]));
  expect(d.match(/M/g)).toHaveLength(2);
  // Nothing is drawn at the minute without a sample.
  expect(d).not.toMatch(/(^|[ML,])102,/);
});

it('ends where its data end, and says so with a dash', () => {
  expect(lastOf(lane([1, 2, 3]))).toBe(3);
  expect(lastOf(lane([1, 2, 3, null]))).toBe(3);
  expect(lastOf(lane([3, null, null, null]))).toBeNull();
  expect(lastOf(lane([]))).toBeNull();
  expect(drawn([3, null, null, null])).toContain('—');
});

it('is critical above its limit only, told by shape too', () => {
  expect(drawn([900, 980, 990], 1000)).not.toContain('◆');
  expect(drawn([900, 980, 1001], 1000)).toContain('◆ ');
});

it('shows no number and no slope when stale', () => {
  const markup = drawn([900, 980, 1001], 1000, true);
  expect(markup).not.toContain('1,001');
  expect(markup).not.toContain('kW/min');
  expect(markup).not.toContain('◆');
  expect(markup).toContain('—');
});

it('marks where a line ends: at its newest sample, not at a gap, and not when stale', () => {
  // One sample a minute from x = 100: the newest is the third, at 102.
  expect(drawn([1, 2, 3, null])).toMatch(/<circle[^>]* cx="102"/);
  expect(drawn([3, null, null, null])).not.toContain('<circle');
  expect(drawn([])).not.toContain('<circle');
  expect(drawn([1, 2, 3], null, true)).not.toContain('<circle');
});
