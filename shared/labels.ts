/** Label sets: ordered name/value pairs without duplicates; `__name__` is kept apart as the series' name. */

/** Label names to values. A Map, since a label may be called `__proto__` or `constructor`. */
export type Labels = ReadonlyMap<string, string>;

/** One series as a target or a server names it. */
export interface Series {
  /** Metric name; '' where a query's aggregation dropped it. */
  readonly name: string;
  readonly labels: Labels;
}

/** The same label set always gives the same text, whatever the order: `name{a="b",c="d"}` with labels sorted. */
export function seriesKey(series: Series): string {
  const pairs = [...series.labels].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `${series.name}{${pairs.map(([name, value]) => `${JSON.stringify(name)}=${JSON.stringify(value)}`).join(',')}}`;
}

/** Whether two series are the same, whatever the order of their labels. */
export function sameSeries(a: Series, b: Series): boolean {
  if (a === b) return true;
  if (a.name !== b.name || a.labels.size !== b.labels.size) return false;
  for (const [name, value] of a.labels) if (b.labels.get(name) !== value) return false;
  return true;
}
