import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Format } from '../../shared/exposition/parser.ts';
import { type Series, seriesKey } from '../../shared/labels.ts';
import { read } from './ask.ts';
import { startPrometheus } from './servers.ts';

/** One body as an exporter would serve it. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly format: Format;
}

/** What a real Prometheus made of a body. */
export interface Verdict {
  readonly accepted: boolean;
  /** The scrape's error in Prometheus's words; '' where it was accepted. */
  readonly reason: string;
  /** Newest value of every series it took in, by seriesKey. */
  readonly values: ReadonlyMap<string, number>;
}

const CONTENT_TYPE: Readonly<Record<Format, string>> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Lets one real Prometheus scrape every body once at least, each as a target of its own. */
export async function judge(bodies: readonly Body[]): Promise<readonly Verdict[]> {
  const exporter = createServer((request, response) => {
    const body = bodies[Number(request.url?.slice(1))];
    if (!body) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': CONTENT_TYPE[body.format] }).end(body.bytes);
  });
  await new Promise<void>((resume) => exporter.listen(0, '127.0.0.1', resume));
  try {
    const { port } = exporter.address() as AddressInfo;
    const targets = bodies.map(
      (_, i) => `{targets: ['127.0.0.1:${port}'], labels: {__metrics_path__: /${i}, body: b${i}}}`,
    );
    const prometheus = await startPrometheus({
      configText: `global: {scrape_interval: 3s, scrape_timeout: 3s}\nscrape_configs:\n- job_name: judge\n  honor_labels: true\n  static_configs: [${targets.join(',\n    ')}]\n`,
    });
    try {
      const reasons = await scraped(prometheus.url, bodies.length);
      const values = await ingested(prometheus.url);
      return bodies.map((_, i) => {
        const reason = reasons.get(`b${i}`) as string;
        return { accepted: reason === '', reason, values: values.get(`b${i}`) ?? new Map() };
      });
    } finally {
      await prometheus.stop();
    }
  } finally {
    exporter.closeAllConnections();
    await new Promise((resume) => exporter.close(resume));
  }
}

/** A scrape that got no body, since the machine was busy: of the body it says nothing. */
const NO_BODY = /^Get "/;

/** What Prometheus said of each body, once it has read all of them. */
async function scraped(server: string, count: number): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const until = performance.now() + 240_000;
  for (;;) {
    const { data } = JSON.parse(await read(`${server}/api/v1/targets?state=active`)) as {
      data: { activeTargets: { labels: { body: string }; health: string; lastError: string }[] };
    };
    for (const { labels, health, lastError } of data.activeTargets)
      if (health !== 'unknown' && !NO_BODY.test(lastError)) found.set(labels.body, lastError);
    if (found.size === count) return found;
    if (performance.now() > until) throw new Error(`Prometheus read ${found.size} of ${count} bodies in 240 s`);
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

const OWN = /^(up|scrape_.*)$/;

async function ingested(server: string): Promise<ReadonlyMap<string, Map<string, number>>> {
  const found = new Map<string, Map<string, number>>();
  // Also of a body whose last scrape came too late and made its series stale.
  const query = encodeURIComponent('last_over_time({body!=""}[5m])');
  const { data } = JSON.parse(await read(`${server}/api/v1/query?query=${query}`)) as {
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  for (const { metric, value } of data.result) {
    const { __name__: name = '', body = '', ...rest } = metric;
    if (OWN.test(name)) continue;
    const labels = new Map(Object.entries(rest).filter(([label]) => label !== 'job' && label !== 'instance'));
    const series: Series = { name, labels };
    const number = value[1] === '+Inf' ? Infinity : value[1] === '-Inf' ? -Infinity : Number(value[1]);
    const values = found.get(body) ?? new Map<string, number>();
    found.set(body, values.set(seriesKey(series), number));
  }
  return found;
}
