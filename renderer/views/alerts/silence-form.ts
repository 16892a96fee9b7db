import type { Alert, Matcher } from '../../../shared/alerting/alert.ts';
import type { CallArg } from '../../../shared/contract.ts';

/** The longest silence (ui.md (d)). */
export const MOST_SILENCE_MS = 7 * 86_400_000;
const LEAST_MS = 60_000;

interface Fields {
  readonly matchers: readonly Matcher[];
  readonly under: string;
  readonly lasts: number;
  readonly now: number;
  readonly who: string;
  readonly reason: string;
}

/** The call that a filled form makes, and why it cannot be made yet ('' where it can). */
export function silenceOf({ matchers, under, lasts, now, who, reason }: Fields): {
  readonly error: string;
  readonly call: CallArg<'silence'> & { readonly matchers: Matcher[]; readonly under: string };
} {
  const named = matchers.filter(({ name, value }) => name.trim() !== '' && value !== '');
  const call = { matchers: [...named], under: under.trim(), endsAt: Math.round(now + lasts), who, reason };
  return { error: errorOf(call, lasts), call };
}

function errorOf(call: { matchers: Matcher[]; under: string; who: string; reason: string }, lasts: number): string {
  if (call.matchers.length === 0 && call.under === '') return 'Name a place or a label: this would mute everything.';
  if (!(lasts >= LEAST_MS)) return 'A silence lasts a minute at least.';
  if (lasts > MOST_SILENCE_MS) return 'A silence lasts 7 days at most.';
  if (call.who.trim() === '') return 'Say who you are.';
  return call.reason.trim() === '' ? 'Say why.' : '';
}

/** The alert's own object and every place above it, the nearest first. */
export function subtreesOf(alert: Pick<Alert, 'path' | 'object' | 'level'>): { path: string; label: string }[] {
  if (alert.path === '') return [{ path: '', label: 'Everywhere' }];
  const own = { path: alert.path, label: `${alert.object} only` };
  if (!alert.path.includes('/')) return [own, { path: '', label: 'Everywhere' }];
  const parts = alert.path.split('/');
  const above = parts.slice(0, -1).map((_, index) => {
    const path = parts.slice(0, parts.length - 1 - index).join('/');
    return { path, label: `All of ${path}` };
  });
  return [own, ...above, { path: '', label: 'Everywhere' }];
}

/** The next 08:00 UTC after a time, epoch ms. */
export function nextEight(now: number): number {
  const day = Math.floor(now / 86_400_000) * 86_400_000;
  const eight = day + 8 * 3_600_000;
  return eight > now ? eight : eight + 86_400_000;
}
