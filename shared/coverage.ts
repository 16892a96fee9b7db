import type { Binding } from './binding.ts';
import { SUMS } from './resolve.ts';
import type { SignalId } from './signals/catalogue.ts';

/** What a source gives of one metric. */
export interface Coverage {
  readonly signal: SignalId;
  readonly metric: string;
  readonly series: number;
  /** Of these, counters that stand at their end and count no more. */
  readonly pegged: number;
  /** Newest sample, epoch ms; NaN where none was good. */
  readonly time: number;
}

/** What a source gives: per metric its signal, how many series, and the newest sample's time. */
export function coverageOf(bindings: ReadonlyMap<string, Binding>, sourceId: string): readonly Coverage[] {
  const found = new Map<string, Coverage>();
  for (const [key, { slots, metrics, objects, pegged }] of bindings) {
    if (!key.startsWith(`${sourceId}\n`)) continue;
    slots.forEach(({ mapping: { signal }, isPart, time }, i) => {
      if (isPart) return;
      const metric = metrics[i];
      const text = `${signal}\n${metric}`;
      const row = found.get(text) ?? { signal, metric, series: 0, pegged: 0, time: Number.NaN };
      const newest = time[objects[i]] > row.time || Number.isNaN(row.time) ? time[objects[i]] : row.time;
      found.set(text, { ...row, series: row.series + 1, pegged: row.pegged + pegged[i], time: newest });
    });
  }
  return [...found.values(), ...sumsOf([...found.values()])];
}

/** What is added up from both directions, where no total of the exporter's own is there. */
function sumsOf(rows: readonly Coverage[]): readonly Coverage[] {
  return SUMS.flatMap(([signal, ...parts]) => {
    const [tx, rx] = parts.map((part) => rows.find((row) => row.signal === part));
    if (!tx || !rx || rows.some((row) => row.signal === signal)) return [];
    const metric = `${tx.metric} + ${rx.metric}`;
    const series = Math.min(tx.series, rx.series);
    return [{ signal, metric, series, pegged: 0, time: Math.min(tx.time, rx.time) }];
  });
}
