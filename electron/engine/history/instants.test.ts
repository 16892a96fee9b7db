import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { CallArg, CallParsed } from '../../../shared/contract.ts';
import { Fleet } from '../../../shared/fleet.ts';
import { frameOfText } from '../../../shared/frame-text.ts';
import { defaultSettings, type SourceSettings, sourceSchema } from '../../../shared/settings.ts';
import { FleetView } from '../../../shared/view.ts';
import type { Asker, EngineContext } from '../part.ts';
import { ExportersScraper } from '../sources/exporters.ts';
import { PrometheusReader, settledInstant } from '../sources/prometheus.ts';
import { Store } from '../store/database.ts';
import { HistoryPart } from './history-part.ts';
import { PastPart } from './past-part.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Math.floor(1_795_651_200_000 / DAY) * DAY;
const settings = { ...defaultSettings, pollMs: MINUTE, staleMs: MINUTE };
const watch = { signal: 'power', gpus: true, racks: [] } as const;

let folder: string;
let now: number;
/** How far the server's clock leads ours. */
let leadMs: number;
let serverUp: boolean;
/** Queries for this time, epoch ms, are not answered; how many of them came and how many were hung up on. */
let held: { time: number; came: number; cut: number };
/** Range queries up to this time are not answered; how many of them came and how many were hung up on. */
let heldRanges: { until: number; came: number; cut: number };
const ends: (() => void)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-instants-'));
  [now, leadMs, serverUp] = [NOW, 0, true];
  held = { time: Number.NaN, came: 0, cut: 0 };
  heldRanges = { until: Number.NaN, came: 0, cut: 0 };
});
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
  rmSync(folder, { recursive: true, force: true });
});

const later = (run: () => void) => {
  const soon = setImmediate(run);
  return () => clearImmediate(soon);
};

/** Watts of the server's board at a time of ours: a watt more with each minute. */
const boardAt = (time: number) => 1000 + (time - NOW) / MINUTE;
/** The exporter's board: two watts less with each minute. */
const meterAt = (time: number) => 1000 - (2 * (time - NOW)) / MINUTE;

/** A Prometheus that has all times, by its own clock, and an exporter beside it that only knows now. */
const answer: RequestListener = (request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += String(chunk)));
  request.on('end', () => {
    const meter = `DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-meter",Hostname="m1"} ${meterAt(now)}\n`;
    if (request.url === '/metrics') return response.end(meter);
    if (!serverUp) return request.socket.destroy();
    response.setHeader('date', new Date(now + leadMs).toUTCString());
    if (request.url?.includes('/label/'))
      return response.end('{"status":"success","data":["DCGM_FI_DEV_POWER_USAGE"]}');
    const form = new URLSearchParams(body);
    const labels = { UUID: 'GPU-board', gpu: '0', Hostname: 'b1' };
    const named = { ...labels, __name__: 'DCGM_FI_DEV_POWER_USAGE' };
    const valueAt = (seconds: number) => [seconds, String(boardAt(seconds * 1000 - leadMs))];
    if (form.has('start')) {
      const [from, to, step] = ['start', 'end', 'step'].map((name) => Number(form.get(name)));
      if (to * 1000 <= heldRanges.until) {
        heldRanges.came++;
        response.on('close', () => heldRanges.cut++);
        return;
      }
      const values = Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => valueAt(from + i * step));
      return response.end(
        JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: [{ metric: named, values }] } }),
      );
    }
    const time = Number(form.get('time'));
    if (time * 1000 === held.time) {
      held.came++;
      response.on('close', () => held.cut++);
      return;
    }
    const times = form.get('query')?.includes('timestamp(');
    const one = times
      ? { metric: { ...labels, profile: 'dcgm' }, value: [time, String(time)] }
      : { metric: named, value: valueAt(time) };
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result: [one] } }));
  });
};

/** An engine's history with its database, its sources, and no schedule: the test polls. */
async function open(kinds: readonly SourceSettings['kind'][]) {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const fleet = new Fleet({ mappings: [] });
  const clock = { now: () => now, later };
  const own = { exporters: { targets: [{ url: `${url}/metrics` }] }, prometheus: { url } };
  const sources = kinds.map((kind) => {
    const source = sourceSchema.parse({ kind, id: kind, name: kind, site: 'S', ...own[kind as 'prometheus'] });
    return source.kind === 'prometheus'
      ? new PrometheusReader(source, fleet, clock)
      : new ExportersScraper(source as never, fleet, clock);
  });
  const store = new Store(folder, now);
  const view = new FleetView(settings);
  const nothing = () => {};
  const context = {
    ...{ folder, store, clock, settings: () => settings, view: () => view, fleet: () => fleet },
    ...{ sources: () => sources, changeSettings: nothing, broadcast: nothing },
  } as unknown as EngineContext;
  const part = new HistoryPart(context);
  const past = new PastPart({ history: part, fabric: { at: nothing as never } });
  ends.push(() => {
    part.close();
    for (const source of sources) source.close();
    store.close(now);
  });
  return {
    async poll(health: readonly SourceHealth[] = []) {
      for (const source of sources) {
        const time = source instanceof PrometheusReader ? settledInstant(now + source.leadMs(), MINUTE) : now;
        await source.readAll(time).catch(nothing);
      }
      view.update(fleet.frame(now, settings.staleMs), health, 0, now, true);
      part.tick(now, true);
      now += MINUTE;
    },
    steps: (arg: CallParsed<'steps'>) => part.answers.steps?.(arg, { role: 'read' }),
    history: (arg: CallArg<'history'>) => part.answers.history?.(arg as never, { role: 'read' }),
    askAt: async (arg: CallArg<'askAt'>, asker: Asker) => past.answers.askAt?.(arg as never, asker),
    async frameAt(time: number, more: { readonly latest?: boolean } = {}, asker: Asker = { role: 'read' }) {
      const reply = await part.answers.frameAt?.({ time, watch, ...more } as never, asker);
      if (!reply) throw new Error('no answer');
      const { frame: text, layout, ...told } = reply;
      const frame = text === null ? null : frameOfText(text);
      const wattsOf = (path: string) => frame?.drawW[layout?.path.indexOf(path) ?? -1];
      return { told, frame, layout, wattsOf };
    },
  };
}
const rackOf = (node: string) => `S/unmapped/unmapped/${node}`;

describe('an instant of the past', () => {
  it('of a server and an exporter: the server tells its board, memory the other, with the trend of then', async () => {
    const engine = await open(['prometheus', 'exporters']);
    for (let i = 0; i < 80; i++) await engine.poll();
    const time = NOW + 10 * MINUTE;
    const { told, frame, layout } = await engine.frameAt(time + 7000);
    expect(told).toMatchObject({
      time,
      origin: 'mixed',
      stepMs: MINUTE,
      sources: ['prometheus'],
      missing: '',
      live: false,
    });
    expect(layout?.path.filter((path) => path.startsWith('GPU'))).toEqual(
      expect.arrayContaining(['GPU-board', 'GPU-meter']),
    );
    expect([frame?.summary.gpusReporting, frame?.drawW[0]]).toEqual([2, boardAt(time) + meterAt(time)]);
    // Worked out by hand: + 1 − 2 watts a minute.
    expect(frame?.summary.slopeWPerMin).toBeCloseTo(-1, 3);
    // At the poll, of the last hour, all of it is out of memory.
    const late = await engine.frameAt(now - 10 * MINUTE);
    expect(late.told).toMatchObject({ origin: 'memory', stepMs: MINUTE });
    expect(late.frame?.slope[0]).toBeCloseTo(-1, 3);
    // Before the exporter was read nobody kept its numbers: that is said.
    const early = await engine.frameAt(NOW - HOUR);
    expect(early.told.origin).toBe('prometheus');
    expect(early.told.missing).toContain('1 source that is no server is not in it');
    expect(early.frame?.drawW[0]).toBe(boardAt(NOW - HOUR));
    // A server that is gone since: its board is told by the minute, and what went wrong is.
    serverUp = false;
    const gone = await engine.frameAt(time);
    expect(gone.told).toMatchObject({ origin: 'mixed' });
    const other = await engine.frameAt(time + MINUTE);
    expect(other.told.origin).toBe('memory');
    expect(other.told.missing).toContain('The connection was cut');
    expect(other.frame?.drawW[0]).toBe(boardAt(time) + meterAt(time + MINUTE));
  });

  it.each([0, DAY, -5 * MINUTE])(
    'of a server whose clock leads by %d ms is that of our time, with its trend',
    async (lead) => {
      leadMs = lead;
      const engine = await open(['prometheus']);
      for (let i = 0; i < 3; i++) await engine.poll();
      const time = NOW - 3 * HOUR;
      const { told, frame } = await engine.frameAt(time);
      expect(told).toMatchObject({ time, origin: 'prometheus', missing: '', judged: 'rules' });
      // Its Date header has whole seconds; half a second of a watt a minute.
      expect(frame?.drawW[0]).toBeCloseTo(boardAt(time), 1);
      expect(frame?.summary).toMatchObject({ gpusReporting: 1 });
      expect(frame?.summary.slopeWPerMin).toBeCloseTo(1, 3);
      const reply = await engine.history({
        series: [{ signal: 'draw', place: 0 }],
        from: time,
        to: time + 10 * MINUTE,
        points: 10,
      });
      expect(reply?.values[0][0]).toBeCloseTo(boardAt(time), 1);
      expect(reply?.values[0][9]).toBeCloseTo(boardAt(time + 9 * MINUTE), 1);
    },
  );

  it('tells how the sources did then, not now', async () => {
    const engine = await open(['exporters']);
    const up = { id: 'exporters', name: 'exporters', state: 'up', targetsUp: 1, fault: null } as SourceHealth;
    const retry = { targets: 1, at: NOW + 6 * MINUTE, waitMs: MINUTE, failures: 4 };
    const down = { ...up, state: 'down', targetsUp: 0, retry } as SourceHealth;
    for (let i = 0; i < 10; i++) await engine.poll([i < 5 ? up : down]);
    const at = async (minutes: number) => (await engine.frameAt(NOW + minutes * MINUTE)).frame?.sources;
    expect([await at(3), await at(7)]).toMatchObject([[{ state: 'up' }], [{ state: 'down' }]]);
    // When it would have been tried next says nothing any more.
    expect((await at(7))?.[0]).not.toHaveProperty('retry');
  });

  it('after a restart is told of sites to racks by the database, each instant that is offered', async () => {
    const first = await open(['exporters']);
    for (let i = 0; i < 40; i++) await first.poll();
    for (const end of ends.splice(0).reverse()) end();
    now += 26 * HOUR;
    const second = await open(['exporters']);
    // The second minute that is written lets the minutes of the day before go.
    for (let i = 0; i < 3; i++) await second.poll();
    const { times } = (await second.steps({ from: NOW, to: now, most: 4000 })) ?? { times: [] };
    expect(times.slice(0, 7)).toEqual([0, 5, 10, 15, 20, 25, 30].map((minutes) => NOW + minutes * MINUTE));
    const time = NOW + 25 * MINUTE;
    const { told, frame, wattsOf } = await second.frameAt(time + 4 * MINUTE);
    expect(told).toMatchObject({ time, origin: 'database', stepMs: 5 * MINUTE });
    expect(told.missing).toContain('sites to racks');
    // The mean of the five minutes.
    expect(wattsOf('S')).toBe(meterAt(time + 2 * MINUTE));
    expect(wattsOf(rackOf('m1')) ?? frame?.drawW.at(-1)).toBe(meterAt(time + 2 * MINUTE));
    expect(frame?.summary).toMatchObject({ powerW: meterAt(time + 2 * MINUTE), powerAtLeast: true, gpus: 0 });
    expect(frame?.slope[0]).toBeCloseTo(-2, 3);
    expect((await second.frameAt(NOW - HOUR)).told).toMatchObject({ origin: 'none' });
  });

  it('that a viewer has moved on from is called off at the server, unless another viewer waits for it', async () => {
    const engine = await open(['prometheus']);
    for (let i = 0; i < 3; i++) await engine.poll();
    const [scrubbing, other]: Asker[] = [{ role: 'read' }, { role: 'read' }];
    held.time = NOW - 3 * HOUR;
    const latest = { latest: true };
    const refused = (told: Promise<unknown>) => expect(told).rejects.toMatchObject({ fault: { code: 'superseded' } });
    const slow = refused(engine.frameAt(held.time, latest, scrubbing));
    await expect.poll(() => held.came).toBeGreaterThan(0);
    const next = await engine.frameAt(NOW - 2 * HOUR, latest, scrubbing);
    expect(next.frame?.drawW[0]).toBe(boardAt(NOW - 2 * HOUR));
    await slow;
    await expect.poll(() => held.came - held.cut).toBe(0);
    // Of many that come together only the last is asked for at all.
    const came = held.came;
    const skipped = refused(engine.frameAt(held.time, latest, scrubbing));
    const last = await engine.frameAt(NOW - HOUR, latest, scrubbing);
    await skipped;
    expect(last.frame?.drawW[0]).toBe(boardAt(NOW - HOUR));
    expect(held.came).toBe(came);
    // Another viewer waits for it too: it goes on.
    const cut = held.cut;
    const [theirs, ours] = [other, scrubbing].map((asker) => refused(engine.frameAt(held.time, latest, asker)));
    await expect.poll(() => held.came).toBeGreaterThan(came);
    await engine.frameAt(NOW - HOUR, latest, scrubbing);
    await ours;
    expect(held.cut).toBe(cut);
    await engine.frameAt(NOW - HOUR, latest, other);
    await theirs;
    await expect.poll(() => held.came - held.cut).toBe(0);
  });

  it('is asked about no longer once its viewer asks about another, at servers neither', async () => {
    const engine = await open(['prometheus']);
    for (let i = 0; i < 3; i++) await engine.poll();
    const [scrubbing, other]: Asker[] = [{ role: 'read' }, { role: 'read' }];
    const refused = (told: Promise<unknown>) => expect(told).rejects.toMatchObject({ fault: { code: 'superseded' } });
    const inspect = (time: number, asker = scrubbing) =>
      engine.askAt({ time, name: 'inspect', arg: { place: 0 } }, asker);
    const power = (time: number) =>
      engine.askAt({ time, name: 'power', arg: { place: 0, windowMs: 6 * HOUR } }, scrubbing);

    // Instants: both questions about the one that was left end, and the server is hung up on.
    held.time = NOW - 3 * HOUR;
    const left = [inspect(held.time), inspect(held.time)].map(refused);
    await expect.poll(() => held.came).toBeGreaterThan(0);
    expect(await inspect(NOW - 2 * HOUR)).toMatchObject({ place: 0 });
    await Promise.all(left);
    await expect.poll(() => held.came - held.cut).toBe(0);

    // What is asked of the hours before an instant as well; another viewer's question takes nobody's away.
    heldRanges.until = NOW - 4 * HOUR;
    const slow = refused(power(NOW - 4 * HOUR));
    await expect.poll(() => heldRanges.came).toBeGreaterThan(0);
    await inspect(NOW - HOUR, other);
    expect(heldRanges.cut).toBe(0);
    expect(await power(NOW - HOUR)).toMatchObject({ place: { place: 0 } });
    await slow;
    await expect.poll(() => heldRanges.came - heldRanges.cut).toBe(0);
  });
});
