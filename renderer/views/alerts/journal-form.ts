import { formatCount } from '../../../shared/format.ts';
import type { Settings } from '../../../shared/settings.ts';

type Limits = Settings['journal'];
const MB = 1e6;

/** "Kept 90 days, at most 256 MB; the oldest go first." */
export const keptWords = ({ keepDays, keepBytes }: Limits): string =>
  `Kept ${formatCount(keepDays)} ${keepDays === 1 ? 'day' : 'days'}, at most ${formatCount(Math.round(keepBytes / MB))} MB; the oldest go first.`;

/** The limits as they were typed; null with what is wrong. `lessWords` tells what will be gone at once. */
export function limitsOf(
  days: string,
  megabytes: string,
  now: Limits,
): { readonly journal: Limits | null; readonly error: string; readonly lessWords: string } {
  const wrong = (error: string) => ({ journal: null, error, lessWords: '' });
  const [keepDays, size] = [wholeOf(days), wholeOf(megabytes)];
  if (!(keepDays >= 1 && keepDays <= 3650)) return wrong('Days are a whole number from 1 to 3,650.');
  if (!(size >= 1 && size <= 64_000)) return wrong('Megabytes are a whole number from 1 to 64,000.');
  const journal = { keepDays, keepBytes: size * MB };
  const less = keepDays < now.keepDays || journal.keepBytes < now.keepBytes;
  return { journal, error: '', lessWords: less ? 'Rows beyond the new limits are removed for good, at once.' : '' };
}

const wholeOf = (text: string): number => (/^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN);
