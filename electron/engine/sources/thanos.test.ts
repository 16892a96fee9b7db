import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Fleet } from '../../../shared/fleet.ts';
import { computePower } from '../../../shared/power.ts';
import { type PrometheusSource, sourceSchema } from '../../../shared/settings.ts';
import { systemClock } from '../clock.ts';
import { RangeAsker } from '../history/ask-range.ts';
import { PrometheusReader } from './prometheus.ts';

/**
 * Thanos and Mimir have no package that could be had here, so no real one is run: servers of this test answer over HTTP as
 * their documentation says. What they share with Prometheus and VictoriaMetrics is tried on real ones (e2e/real).
 */
const titled = (title: string) => `${title} (answers as documented: Thanos and Mimir themselves cannot be had here)`;

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** What `GET /api/v1/status/flags` answers; undefined: the server does not know the question. */
type Flags = Readonly<Record<string, string>> | undefined;

const RACK = { site: 'S', hall: 'A', row: 'A1', rack: 'A1-01' };
const WATTS = { A: 6000, B: 5000 };

/** A server of one rack whose two feeds report, and the form fields that it was asked with. */
async function serverOf(flags: Flags, more: () => { readonly data?: object } = () => ({}), status = 404) {
  const forms: Record<string, string>[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const send = (data: unknown, beside = {}) => response.end(JSON.stringify({ status: 'success', data, ...beside }));
      response.setHeader('date', new Date().toUTCString());
      if (request.url?.includes('/label/')) return send(['measurementsInletSensorValue']);
      if (request.url?.includes('/status/flags'))
        return flags ? send(flags) : response.writeHead(status, { location: 'http://login.invalid/' }).end();
      const form = Object.fromEntries(new URLSearchParams(body));
      forms.push(form);
      const time = Number(form.time ?? form.end);
      const times = form.query.includes('timestamp(');
      const result = (['A', 'B'] as const).map((feed) => {
        const labels = { ...RACK, feed, instance: `pdu-${feed}`, inletId: '1', pduId: '1', sensorType: 'activePower' };
        const metric = times
          ? { ...labels, profile: 'raritan' }
          : { ...labels, __name__: 'measurementsInletSensorValue' };
        const value = [time, times ? String(Date.now() / 1000) : String(WATTS[feed])];
        return form.end === undefined ? { metric, value } : { metric, values: [value] };
      });
      const { data, ...beside } = more();
      send({ resultType: form.end === undefined ? 'vector' : 'matrix', result, ...data }, beside);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source = sourceSchema.parse({ id: 's', name: 's', site: 'S', kind: 'prometheus', url }) as PrometheusSource;
  return { source, forms };
}

function readerOf(source: PrometheusSource) {
  const fleet = new Fleet({ mappings: [] });
  const reader = new PrometheusReader(source, fleet, systemClock);
  ends.push(() => reader.close());
  return { fleet, reader };
}

const THANOS_FLAGS = { 'query.replica-label': '[replica]', 'query.partial-response': 'true', 'http-address': ':10902' };
const besides = (forms: readonly Record<string, string>[]) =>
  new Set(forms.map(({ query, time, start, end, step, ...beside }) => JSON.stringify(beside)));
const ASKED = '{"dedup":"true","partial_response":"true"}';

describe('a querier of Thanos', () => {
  test(titled('is asked with every query to merge replicas and to answer in part'), async () => {
    const { source, forms } = await serverOf(THANOS_FLAGS);
    const { reader } = readerOf(source);
    await reader.readAll(Date.now());
    const asker = new RangeAsker(source, systemClock);
    ends.push(() => asker.close());
    const span = { start: Date.now() - 60_000, end: Date.now(), stepMs: 5000, windowMs: 60_000, folds: false };
    await asker.ask('up', span);
    expect(forms.length).toBeGreaterThan(2);
    expect([...besides(forms)]).toEqual([ASKED]);
  });

  test.each([
    ['a Prometheus', { 'query.lookback-delta': '5m', 'query.max-concurrency': '20' }, 200],
    ['a server without flags (Mimir)', undefined, 404],
    ['a proxy that lets nobody see them', undefined, 403],
    ['a proxy that sends everything else to its login', undefined, 302],
    ['a server that fails at it', undefined, 500],
  ] as const)('%s is asked for nothing that it does not know', async (_, flags, status) => {
    const { source, forms } = await serverOf(flags, () => ({}), status);
    const { reader } = readerOf(source);
    await reader.readAll(Date.now());
    expect([...besides(forms)]).toEqual(['{}']);
    expect(reader.health([])).toMatchObject({ state: 'up', fault: null });
  });
});

describe('an answer in part is a lower bound', () => {
  test.each([
    ['Thanos', { warnings: ['receive series from Addr: 127.0.0.1:10901: rpc error: code = Unavailable'] }],
    ['Thanos, beside the result', { data: { warnings: ['store-3: context deadline exceeded'] } }],
    ['Mimir', { warnings: ['some ingesters did not answer'] }],
    ['a cluster of VictoriaMetrics', { isPartial: true }],
  ])(titled('%s'), async (_, partial) => {
    let whole = true;
    const { source } = await serverOf(THANOS_FLAGS, () => (whole ? {} : partial));
    const { fleet, reader } = readerOf(source);
    const told = async () => {
      await reader.readAll(Date.now());
      const frame = fleet.frame(Date.now(), 60_000);
      const { drawW, atLeast } = computePower(frame);
      const of = (path: string) => [
        drawW[frame.topology.path.indexOf(path)],
        atLeast[frame.topology.path.indexOf(path)],
      ];
      return [of('S'), of('S/A/A1'), of('S/A/A1/A1-01')];
    };
    const watts = WATTS.A + WATTS.B;
    const [exact, bound] = [
      [watts, 0],
      [watts, 1],
    ];
    expect(await told()).toEqual([exact, exact, exact]);
    whole = false;
    // The rack's own feeds all report; which racks are missing above it nobody knows.
    expect(await told()).toEqual([bound, bound, exact]);
    expect(reader.health([]).state).toBe('partial');
    whole = true;
    expect(await told()).toEqual([exact, exact, exact]);
    // A source that is taken away leaves no mark on another one's places.
    whole = false;
    await told();
    fleet.forgetSource('s');
    whole = true;
    expect(await told()).toEqual([exact, exact, exact]);
  });
});
