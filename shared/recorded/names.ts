/** Labels of the targets by which recorded series are grouped: what `site > hall > row > rack` is in Prometheus. */
export const PLACE_LABELS = ['site', 'hall', 'row', 'rack'] as const;

/** Name of a recorded series: level, quantity with its unit, and how it was made, as Prometheus's own style has it. */
export const recordedName = (level: string, what: string) => `${level}:fleetwatt_${what}`;

/** The level in a recorded series' name: its place has that many of the labels. 0 where it is no such name. */
export const levelOfName = (name: string) =>
  1 + PLACE_LABELS.indexOf(name.slice(0, Math.max(0, name.indexOf(':'))) as 'site');

/** The level of the lowest place that labels name: 1 a site … 4 a rack. */
export const levelOfLabels = (labels: ReadonlyMap<string, string>) =>
  1 + PLACE_LABELS.findLastIndex((label) => (labels.get(label) ?? '') !== '');

/** When the oldest sample of a rack was taken, seconds: as old is what is recorded of it. */
export const SAMPLE_TIME = recordedName('rack', 'sample_time_seconds:min');

/** How old a rack's numbers were when they were replaced last, seconds: what a scrape and an evaluation take together. */
export const ROUND = recordedName('rack', 'sample_age_seconds:replaced');

/** The same before all of a round is recorded. */
export const SAMPLES_OF_ROUND = recordedName('rack', 'sample_time_seconds:round');

/** How full a port is in its busier direction. */
export const PORT_USE = recordedName('port', 'use_ratio');

/** Labels of what is recorded of a pod or job in a rack. */
export const WORK_LABELS = ['work_namespace', 'work_pod', 'work_job'] as const;

/** Prometheus gives the exporter's own pod as `pod` where it found the exporter by its pod: that is no work. */
export const EXPORTER_POD = 'exporter|dcgm|device-metrics';
