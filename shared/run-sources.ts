import { type PrometheusSource, prometheusSource, type SourceSettings, sourceSchema } from './settings.ts';

/** Sources that a host opens for one run and that are never written to the settings. */

export const DEMO_SOURCE_ID = 'demo';
export const GIVEN_SOURCE_ID = 'given';

/** Where a running demo fleet says what it serves. */
export interface DemoFiles {
  /** file_sd list of its exporters. */
  readonly targetsFile: string;
  readonly topologyFile: string;
  readonly budgetsFile: string;
  readonly fabricFile: string;
}

/** The demo fleet as the engine reads it: by the same path as any exporters. */
export function demoSource({ targetsFile, topologyFile, budgetsFile, fabricFile }: DemoFiles): SourceSettings {
  return sourceSchema.parse({
    kind: 'exporters',
    id: DEMO_SOURCE_ID,
    name: 'Demo fleet',
    site: 'PDX-1',
    files: [targetsFile],
    topologyFile,
    budgetsFile,
    fabricFile,
    // Its ports wait in ticks of 320 bytes: 156,250,000 of them a second fill an NDR 400 port.
    waitTickBytes: 320,
  });
}

/** A Prometheus-compatible server named on the command line. @throws ZodError when the URL is none of ours */
export function givenSource(url: string): PrometheusSource {
  const host = /^https?:\/\/([^/?]+)/.exec(url)?.[1] ?? url;
  const name = host.slice(0, 80);
  return prometheusSource.parse({ kind: 'prometheus', id: GIVEN_SOURCE_ID, name, site: name, url });
}
