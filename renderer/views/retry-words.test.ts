import { expect, test } from 'vitest';
import { retrySentence, retryWords } from './retry-words.ts';

const NOW = 1_700_000_000_000;
const retry = { targets: 1, at: NOW + 40_000, waitMs: 40_000, failures: 4 };

test('when a source is tried next, by whole seconds that are not over before it is', () => {
  expect(retrySentence(retry, NOW)).toBe('Next try in 40 s (after 4 failures).');
  expect(retryWords(retry, NOW + 100)).toBe('in 40 s (after 4 failures)');
  expect(retryWords({ ...retry, failures: 1 }, NOW + 39_001)).toBe('in 1 s (after 1 failure)');
  expect(retryWords(retry, NOW + 40_000)).toBe('now (after 4 failures)');
  expect(retryWords({ ...retry, targets: 3, at: NOW + 90_000 }, NOW)).toBe(
    'in 1 min 30 s (3 targets, after up to 4 failures)',
  );
  expect(retrySentence(undefined, NOW)).toBe('');
});
