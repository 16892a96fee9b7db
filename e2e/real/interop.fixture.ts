import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../electron/engine/clock.ts';
import { type Evaluated, Interop } from '../../electron/engine/interop/interop.ts';
import type { EngineContext } from '../../electron/engine/part.ts';
import type { Source } from '../../electron/engine/sources/source.ts';
import { Store } from '../../electron/engine/store/database.ts';
import type { Alert } from '../../shared/alerting/alert.ts';
import type { CallArg, CallName, CallResult } from '../../shared/contract.ts';
import { calls } from '../../shared/contract.ts';
import type { OurAlert } from '../../shared/interop/our-alert.ts';
import { type Settings, settingsSchema } from '../../shared/settings.ts';

/** The interop part of an engine over a real database in a folder of its own. */
export interface Running {
  readonly folder: string;
  settings: Settings;
  /** The newest evaluation; set it, then `tick`. */
  evaluated: Evaluated | null;
  tick(): void;
  call<Name extends CallName>(name: Name, arg: CallArg<Name>): Promise<CallResult<Name>>;
  /** Ends the part and its database; `again` starts both on the same folder. */
  end(): void;
  again(): void;
  close(): void;
}

export function startInterop(settings: object, sources: readonly Source[] = []): Running {
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-interop-'));
  let store = new Store(folder, Date.now());
  let part: Interop;
  const running: Running = {
    folder,
    settings: settingsSchema.parse({ schema: 1, ...settings }),
    evaluated: null,
    tick: () => part.tick(),
    async call(name, arg) {
      const answer = part.answers[name] as unknown as (arg: unknown, asker: object) => unknown;
      return (await answer(calls[name].arg.parse(arg), { role: 'operate' })) as never;
    },
    end() {
      part.close();
      store.close(Date.now());
    },
    again() {
      store = new Store(folder, Date.now());
      part = make();
    },
    close() {
      running.end();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  const make = () =>
    new Interop(
      {
        ...{ folder, clock: systemClock, store, sources: () => sources, settings: () => running.settings },
        served: () => 'http://console:8080',
        changeSettings: (next: Settings) => {
          running.settings = next;
        },
      } as unknown as EngineContext,
      () => running.evaluated,
      300,
    );
  part = make();
  return running;
}

/** An alert of a rack that fires, or has resolved, as the alert engine tells it. */
export function ourAlert(rack: string, more: Partial<Alert> = {}): OurAlert {
  const labels = { alertname: 'RackNearCap', severity: 'warning', site: 'PDX-1', rack, ...more.labels };
  const alert: Alert = {
    ...{ id: rack.padStart(16, '0'), rule: 'RackNearCap', severity: 'warning', domain: 'power', state: 'firing' },
    ...{ title: `Rack ${rack} at 92% of budget`, detail: '', level: 'rack', place: 1, path: `PDX-1/${rack}` },
    ...{ object: `Rack ${rack}`, value: 0.92, limit: 0.9, unit: 'ratio', activeAt: 0, firesAt: 0, firedAt: 0 },
    ...{ resolvedAt: null, keepsUntil: null, unknownSince: null, incident: '', inhibitedBy: [], silencedBy: [] },
    ...{ acked: null, notes: 0 },
    ...more,
    labels,
  };
  return { alert, runbook: { means: 'Little headroom is left.', check: 'Who draws.', act: 'Shed load.' } };
}

/** A server on loopback that keeps what it was sent. */
export interface Receiver {
  readonly url: string;
  readonly bodies: { readonly headers: IncomingMessage['headers']; readonly text: string }[];
  close(): Promise<void>;
}

export async function startReceiver(
  answer: (response: ServerResponse, request: IncomingMessage) => void = (response) => void response.end(),
): Promise<Receiver> {
  const bodies: Receiver['bodies'] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      bodies.push({ headers: request.headers, text: Buffer.concat(chunks).toString('utf8') });
      answer(response, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Asks again until `enough` holds; the last answer is given, content or not. */
export async function until<T>(
  ask: () => T | Promise<T>,
  enough: (value: T) => boolean,
  withinMs = 120_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (enough(value) || performance.now() > end) return value;
    await new Promise((resume) => setTimeout(resume, 100));
  }
}
