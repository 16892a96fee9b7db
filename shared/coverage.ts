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
  // A large fleet has millions of series of a few hundred metrics: no text and no row is made for each.
  const found = new Map<SignalId, Map<string, Draft>>();
  for (const [key, { slots, metrics, objects, pegged }] of bindings) {
    if (!key.startsWith(`${sourceId}\n`)) continue;
    slots.forEach(({ mapping: { signal }, isPart, time }, i) => {
      if (isPart) return;
      const row = draftOf(found, signal, metrics[i]);
      row.series++;
      row.pegged += pegged[i];
      if (!(time[objects[i]] <= row.time) && !Number.isNaN(time[objects[i]])) row.time = time[objects[i]];
    });
  }
  const rows = [...found.values()].flatMap((ofSignal) => [...ofSignal.values()]);
  return [...rows, ...sumsOf(rows)];
}

type Draft = { -readonly [Key in keyof Coverage]: Coverage[Key] };

function draftOf(found: Map<SignalId, Map<string, Draft>>, signal: SignalId, metric: string): Draft {
  const ofSignal = found.get(signal) ?? new Map<string, Draft>();
  if (ofSignal.size === 0) found.set(signal, ofSignal);
  const row = ofSignal.get(metric) ?? { signal, metric, series: 0, pegged: 0, time: Number.NaN };
  if (row.series === 0) ofSignal.set(metric, row);
  return row;
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
