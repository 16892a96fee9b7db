import type { Alert, AlertSeverity, JournalRow } from '../../../shared/alerting/alert.ts';

/** One line of the timeline: a cause over the last hour, from its onset to where it cleared or still is. */
export interface TimelineLane {
  readonly id: string;
  readonly title: string;
  readonly severity: AlertSeverity;
  /** Epoch ms, cut to the window; `open` at the right end. */
  readonly from: number;
  readonly to: number;
  readonly open: boolean;
  /** When somebody took it, epoch ms. */
  readonly acks: readonly number[];
  readonly count: number;
}

const RANK: Readonly<Record<AlertSeverity, number>> = { critical: 0, warning: 1, advisory: 2 };

/**
 * Lanes of the window [now − range, now]: firing alerts as they are, and what the journal says of those that cleared
 * within it. Alerts of one incident are one lane, from the first onset to the last end.
 */
export function timelineLanes(
  alerts: readonly Alert[],
  rows: readonly JournalRow[],
  now: number,
  range: number,
): readonly TimelineLane[] {
  const start = now - range;
  const lanes = new Map<string, TimelineLane>();
  const add = (id: string, title: string, severity: AlertSeverity, from: number, to: number, acks: number[]) => {
    if (to < start || from > now) return;
    const one = { id, title, severity, from: Math.max(from, start), to: Math.min(to, now), open: to >= now, acks };
    const known = lanes.get(id);
    lanes.set(
      id,
      known
        ? {
            ...known,
            severity: RANK[severity] < RANK[known.severity] ? severity : known.severity,
            from: Math.min(known.from, one.from),
            to: Math.max(known.to, one.to),
            open: known.open || one.open,
            acks: [...known.acks, ...acks],
            count: known.count + 1,
          }
        : { ...one, count: 1 },
    );
  };
  for (const alert of alerts) {
    if (alert.state !== 'firing' || alert.firedAt === null) continue;
    const acks = alert.acked === null || alert.acked.at < start ? [] : [alert.acked.at];
    add(alert.incident || alert.id, alert.title, alert.severity, alert.firedAt, now, acks);
  }
  for (const { alert, firedAt, resolvedAt, row, acks } of cleared(rows)) {
    if (row.severity !== '') add(row.incident || alert, row.text, row.severity, firedAt, resolvedAt, acks);
  }
  return [...lanes.values()].sort(
    (a, b) => Number(b.open) - Number(a.open) || RANK[a.severity] - RANK[b.severity] || a.from - b.from,
  );
}

/** Alerts that fired and resolved, from rows with the newest first. An onset before the rows is where they begin. */
function cleared(rows: readonly JournalRow[]) {
  const oldest = rows.at(-1)?.time ?? 0;
  const found: { alert: string; firedAt: number; resolvedAt: number; row: JournalRow; acks: number[] }[] = [];
  const open = new Map<string, (typeof found)[number]>();
  for (const row of rows) {
    const known = open.get(row.alert);
    if (row.kind === 'resolved') {
      const one = { alert: row.alert, firedAt: oldest, resolvedAt: row.time, row, acks: [] };
      open.set(row.alert, one);
      found.push(one);
    } else if (known && row.kind === 'ack') known.acks.push(row.time);
    else if (known && row.kind === 'firing') {
      known.firedAt = row.time;
      known.row = row;
      open.delete(row.alert);
    }
  }
  return found;
}
