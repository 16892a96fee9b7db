import { expect, test } from 'vitest';
import { isQuiet } from '../../../../shared/interop/notices.ts';
import { defaultSettings } from '../../../../shared/settings.ts';
import { keptWords, limitsOf } from '../journal-form.ts';
import { NEW_QUIET, quietError, quietNow, spanWords } from './notify-form.ts';

test('quiet hours are refused without times, without days, and where they have no length', () => {
  expect(quietError(NEW_QUIET)).toBe('');
  for (const wrong of [{ from: '' }, { to: '24:00' }, { to: '22:00' }, { days: [] }])
    expect(quietError({ ...NEW_QUIET, ...wrong }), JSON.stringify(wrong)).not.toBe('');
  expect(spanWords(NEW_QUIET)).toBe('22:00 to 06:00 of the next day');
  expect(spanWords({ ...NEW_QUIET, from: '05:00' })).toBe('05:00 to 06:00');
});

test('whether it is quiet now is said of the settings as they stand on the screen', () => {
  const at = (hour: number, change: Partial<typeof NEW_QUIET> = {}) =>
    quietNow(
      { ...defaultSettings.notify, quiet: [{ ...NEW_QUIET, ...change }] },
      { minute: hour * 60, day: 2 },
      isQuiet,
    );
  expect(at(12)).toBe('It is not quiet now.');
  expect(at(23)).toBe('It is quiet now: only critical alerts are told.');
  expect(at(23, { exceptCritical: false })).toBe('It is quiet now: nothing is told, critical alerts neither.');
});

test('limits of the journal are whole numbers within bounds; less than now is told to be for good', () => {
  const now = { keepDays: 90, keepBytes: 256_000_000 };
  expect(limitsOf('90', '256', now)).toEqual({ journal: now, error: '', lessWords: '' });
  expect(limitsOf('30', '256', now).lessWords).toContain('removed for good');
  expect(limitsOf('90', '1', now).journal).toEqual({ keepDays: 90, keepBytes: 1_000_000 });
  for (const [days, size] of [
    ['', '1'],
    ['0', '1'],
    ['1.5', '1'],
    ['3651', '1'],
    ['1', '0'],
    ['1', '64001'],
    ['-1', '5'],
  ])
    expect(limitsOf(days, size, now).journal, `${days}, ${size}`).toBeNull();
  expect(keptWords({ keepDays: 1, keepBytes: 1_024_000_000 })).toBe(
    'Kept 1 day, at most 1,024 MB; the oldest go first.',
  );
});
