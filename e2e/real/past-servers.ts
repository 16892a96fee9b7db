import { read } from './ask.ts';
import { requireReal } from './available.ts';
import { startPrometheus, startVictoriaMetrics } from './servers.ts';

/** A past as OpenMetrics text (seconds), or as VictoriaMetrics imports it (no types, milliseconds). */
export type PastForm = 'openmetrics' | 'import';

const NOTHING = { configText: 'scrape_configs: []\n' };

/**
 * Real servers that hold an imported past and scrape nothing: for `describe.each`, the name of each, whether it is there,
 * and how it is started. Its samples stand at the instants that the text says, whatever the machine's clock does.
 */
export function serversOfPast(pastText: (form: PastForm) => string) {
  return [
    ['Prometheus', requireReal('prometheus'), () => startPrometheus(NOTHING, pastText('openmetrics'))],
    [
      'VictoriaMetrics',
      requireReal('victoriaMetrics'),
      async () => {
        const server = await startVictoriaMetrics(NOTHING);
        await fetch(`${server.url}/api/v1/import/prometheus`, { method: 'POST', body: pastText('import') });
        await read(`${server.url}/internal/force_flush`);
        return server;
      },
    ],
  ] as const;
}
