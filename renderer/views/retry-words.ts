import type { SourceHealth } from '../../shared/contract/sources.ts';
import { formatAge, formatCount } from '../../shared/format.ts';

const times = (count: number) => (count === 1 ? '1 failure' : `${formatCount(count)} failures`);

/** When what failed is tried next: "in 40 s (after 4 failures)", "now (3 targets, after up to 4 failures)". */
export function retryWords({ targets, at, failures }: NonNullable<SourceHealth['retry']>, now: number): string {
  const when = at <= now ? 'now' : `in ${formatAge(Math.ceil((at - now) / 1000) * 1000)}`;
  const after =
    targets === 1 ? `after ${times(failures)}` : `${formatCount(targets)} targets, after up to ${times(failures)}`;
  return `${when} (${after})`;
}

/** The same as a sentence; '' while nothing waits. */
export function retrySentence(retry: SourceHealth['retry'], now: number): string {
  return retry === undefined ? '' : `Next try ${retryWords(retry, now)}.`;
}
