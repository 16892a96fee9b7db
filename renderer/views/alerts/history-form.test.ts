import { expect, test } from 'vitest';
import { calls } from '../../../shared/contract.ts';
import { EMPTY_HISTORY, historyFilterOf } from './history-form.ts';

test('the history is narrowed down by everything that stands in a row; times are UTC', () => {
  const draft = {
    ...EMPTY_HISTORY,
    ...({ group: 'all', text: ' fan ', severity: 'critical', domain: 'power', rule: 'BudgetAtCap' } as const),
    ...{ under: 'PDX-1/A', from: '2026-11-26', to: '2026-11-26 14:30' },
  };
  const { filter, error } = historyFilterOf(draft);
  expect(error).toBe('');
  expect(filter).toEqual({
    ...{ most: 200, text: 'fan', severities: ['critical'], domains: ['power'], rule: 'BudgetAtCap', under: 'PDX-1/A' },
    ...{ from: 1_795_651_200_000, to: 1_795_703_400_000 },
  });
  expect(calls.alertHistory.arg.safeParse(filter).success).toBe(true);
});

test('a wrong time is left out and said, as is an empty span', () => {
  const { filter, error } = historyFilterOf({ ...EMPTY_HISTORY, from: '26.11.2026', to: '2026-13-40' });
  expect([filter.from, filter.to, error]).toEqual([
    undefined,
    undefined,
    'A time is written 2026-11-26 14:30, in UTC.',
  ]);
  expect(historyFilterOf({ ...EMPTY_HISTORY, from: '2026-11-26', to: '2026-11-26' }).error).toContain('before');
  expect(historyFilterOf(EMPTY_HISTORY)).toEqual({
    filter: { most: 200, kinds: ['firing', 'resolved', 'unknown', 'known', 'restored'] },
    error: '',
  });
});
