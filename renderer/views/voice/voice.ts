import type { Finding, LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { formatCount } from '../../../shared/format.ts';
import type { Freshness } from '../../live/freshness.ts';
import { troublesOf } from '../frame/troubles.ts';
import { conditionKey } from '../overview/condition-groups.ts';

/** How often at most something is said that is no new critical condition, and for how long what was said may be read. */
export const SAY_EVERY_MS = 10_000;
/** More new critical conditions than this at once are counted instead of read out. */
const READ_OUT = 3;

/** What a page has said so far, and what it says. */
export interface Voice {
  /** Critical conditions that are no news; null before the first frame: what holds then is counted, not called new. */
  readonly known: ReadonlySet<string> | null;
  /** Interrupts: critical conditions that are new; '' once it was there to be read. */
  readonly alert: string;
  /** Epoch ms of the engine's clock. */
  readonly alertAt: number;
  /** Waits for a pause in what is being read: everything else. */
  readonly status: string;
  readonly statusAt: number;
  /** What `status` tells, without numbers that grow by themselves. */
  readonly told: string;
}

export const SILENT: Voice = {
  ...{ known: null, alert: '', alertAt: Number.NEGATIVE_INFINITY },
  ...{ status: '', statusAt: Number.NEGATIVE_INFINITY, told: '' },
};

/** What is on the screen of whoever watches the live fleet. */
export interface Seen {
  readonly frame: ViewFrame | null;
  readonly layout: LayoutDocument | null;
  readonly freshness: Freshness;
}

/** What is said next: a new critical condition once and at once, everything else at most every 10 s (ui.md 9). */
export function nextVoice(before: Voice, seen: Seen): Voice {
  const { now, state, trouble } = seen.freshness;
  const isLive = trouble === '' && (state === 'live' || state === 'late');
  // What holds while nothing is heard is not known: it is neither over nor, afterwards, new.
  const findings = isLive ? (seen.frame?.findings ?? null) : null;
  const critical = findings?.filter(({ severity }) => severity === 'critical') ?? null;
  const keyOf = (finding: Finding) => finding.alert ?? (seen.layout ? conditionKey(seen.layout, finding) : '');
  const fresh = critical?.filter((one) => before.known !== null && !before.known.has(keyOf(one))) ?? [];
  const isRead = now - before.alertAt >= SAY_EVERY_MS;
  const alert =
    fresh.length > 0
      ? { alert: criticalWords(fresh), alertAt: now }
      : { alert: isRead ? '' : before.alert, alertAt: before.alertAt };
  const known = critical ? new Set(critical.map(keyOf)) : before.known;
  return { ...before, ...alert, ...statusOf(before, seen, findings), known };
}

function statusOf(before: Voice, seen: Seen, findings: readonly Finding[] | null) {
  const { now } = seen.freshness;
  const words = statusWords(seen, findings);
  const due = now - before.statusAt >= SAY_EVERY_MS;
  const { status, statusAt, told } = before;
  return words === told || !due ? { status, statusAt, told } : { status: words, statusAt: now, told: words };
}

const criticalWords = (fresh: readonly Finding[]): string =>
  fresh.length > READ_OUT
    ? `Critical now: ${formatCount(fresh.length)} new alerts, the first is ${fresh[0].title}`
    : `Critical now: ${fresh.map(({ title }) => title).join('. ')}`;

/** No number in it grows by itself: what has not changed is not said again. */
function statusWords({ frame, freshness }: Seen, findings: readonly Finding[] | null): string {
  const { trouble, state } = freshness;
  if (trouble !== '') return trouble;
  const conditions = frame ? troublesOf(frame) : [];
  if (state === 'stale') return ['No data, numbers are removed', ...conditions].join('. ');
  if (findings === null) return conditions.join('. ');
  const critical = findings.filter(({ severity }) => severity === 'critical').length;
  const alerts = findings.length === 1 ? '1 alert' : `${formatCount(findings.length)} alerts`;
  return [...conditions, `${alerts} now, ${formatCount(critical)} critical`].join('. ');
}
