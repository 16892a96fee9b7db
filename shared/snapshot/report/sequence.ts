import type { Severity } from '../../contract.ts';
import { formatAge, formatDate, formatTime } from '../../format.ts';
import type { FleetInstant } from '../../view.ts';
import type { Snapshot } from '../document.ts';

/** Something that happened in the window. */
export interface Happening {
  readonly time: number;
  /** Its shape; `note` and `taken` are no alerts. */
  readonly kind: Severity | 'note' | 'taken';
  readonly title: string;
  readonly detail: string;
  /** The rule of an alert; others have none. */
  readonly rule?: string;
}

/** Kinds of the journal that the alerts themselves tell already, or that came to nothing. */
const TOLD_BY_ALERTS = new Set(['pending', 'firing', 'resolved', 'dropped']);

/**
 * What happened, in the order of time: onsets and ends of alerts, what people did and wrote, and the capture. Where no
 * alert engine ran, the conditions that held at the moment stand for alerts.
 */
export function sequenceOf({ manifest, papers }: Snapshot, { findings, now }: FleetInstant): readonly Happening[] {
  const { from, to, made } = manifest;
  const onsets: Happening[] =
    papers.alerts.length > 0
      ? papers.alerts.filter(({ state }) => state !== 'pending').map((alert) => onsetOf(alert, from))
      : findings.map(({ severity, title, detail, since }) => ({ time: since, kind: severity, title, detail }));
  const journal = papers.journal
    .filter(({ kind }) => !TOLD_BY_ALERTS.has(kind))
    .map(({ time, kind, who, text, alert }): Happening => {
      const about = papers.alerts.find(({ id }) => id === alert)?.title ?? '';
      const title = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}${who === '' ? '' : ` by ${who}`}`;
      return { time, kind: 'note', title, detail: [about, text].filter((part) => part !== '').join(': ') };
    });
  const notes = papers.notes.map(
    ({ time, who, text, path }): Happening => ({
      ...{ time, kind: 'note', title: text },
      detail: `Note${who === '' ? '' : ` by ${who}`}${path === '' ? '' : `, ${path}`}`,
    }),
  );
  const taken: Happening = {
    ...{ time: now, kind: 'taken', title: 'The moment of this snapshot' },
    detail: `Taken ${formatDate(made.at)} ${formatTime(made.at)}${made.by === '' ? '' : ` by ${made.by}`}`,
  };
  return [...onsets, ...journal, ...notes.filter(({ time }) => time <= to), taken].sort((a, b) => a.time - b.time);
}

function onsetOf(alert: Snapshot['papers']['alerts'][number], from: number): Happening {
  const { severity, title, detail, since, until, acknowledgedBy } = alert;
  const before = since < from ? `Since ${formatDate(since)} ${formatTime(since)}.` : '';
  const acked = acknowledgedBy === '' ? '' : `Acknowledged by ${acknowledgedBy}.`;
  const cleared = until === null ? '' : `Cleared ${formatTime(until)}, after ${formatAge(until - since)}.`;
  const parts = [before, detail, acked, cleared].filter((part) => part !== '');
  return { time: since, kind: severity, title, detail: parts.join(' '), rule: alert.rule };
}

/** Alerts of one rule that begin within this time are one line. */
const TOGETHER_MS = 60_000;

/** Alerts of a rule and severity that began together as the first of them "and 17 more", in the order of time. */
export function folded(all: readonly Happening[]): readonly Happening[] {
  const lines: { readonly first: Happening; more: number }[] = [];
  for (const one of all) {
    const alike = ({ first }: (typeof lines)[number]) =>
      one.rule !== undefined &&
      first.rule === one.rule &&
      first.kind === one.kind &&
      one.time - first.time < TOGETHER_MS;
    const line = lines.find(alike);
    if (line) line.more++;
    else lines.push({ first: one, more: 0 });
  }
  return lines.map(({ first, more }) => (more === 0 ? first : { ...first, title: `${first.title} and ${more} more` }));
}

const WEIGHT: readonly Happening['kind'][] = ['taken', 'critical', 'note', 'warning', 'nodata', 'advisory'];
const MOST = 14;

/** As many as can be read at a glance, in the order of time: of equal weight the later ones. */
export function weightiest(all: readonly Happening[]): readonly Happening[] {
  const first = [...all].sort((a, b) => WEIGHT.indexOf(a.kind) - WEIGHT.indexOf(b.kind) || b.time - a.time);
  const kept = new Set(first.slice(0, MOST));
  return all.filter((one) => kept.has(one));
}
