export { systemClock } from '../../electron/engine/clock.ts';
export { ExportersScraper } from '../../electron/engine/sources/exporters.ts';
export { PrometheusReader } from '../../electron/engine/sources/prometheus.ts';
export { Fleet } from '../../shared/fleet.ts';
export { recordingGroups } from '../../shared/recorded/rules.ts';
export { sourceSchema } from '../../shared/settings.ts';
export { profiles } from '../../shared/signals/profiles/all.ts';
