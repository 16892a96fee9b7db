import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { FromEngine, ToEngine } from '../../shared/contract.ts';
import { createHub, type Hub, type ToViewer } from '../../shared/hub.ts';
import { VaultError } from '../../shared/vault.ts';
import { decodeFrame } from '../../shared/wire.ts';
import { systemClock } from './clock.ts';
import { Engine } from './engine.ts';

const CANARY = 'canary-5b21-vault-token';
/** The secret in any form in which it could slip out. */
const FORMS = [CANARY, Buffer.from(CANARY).toString('base64').replace(/=+$/, ''), encodeURIComponent(CANARY)];

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).reverse()) end();
});

async function serving(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A real engine behind a real hub whose vault is in memory; `heard` is all that viewers got. */
function host(url: string) {
  const profile = mkdtempSync(join(tmpdir(), 'fleetwatt-vault-'));
  ends.push(() => rmSync(profile, { recursive: true, force: true }));
  const auth = { kind: 'bearer', token: { vault: 'prom' } };
  const source = { id: 'p', name: 'p', site: 'S', kind: 'prometheus', url, auth };
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ schema: 1, pollMs: 1000, sources: [source] }));
  const kept = new Map<string, { value: string; setAt: number }>();
  const hub: Hub = createHub({
    spawnEngine: () => {
      let toEngine: (message: unknown) => void = () => {};
      let toHub: (message: unknown) => void = () => {};
      const port = {
        post: (message: unknown) => queueMicrotask(() => toHub(message as FromEngine)),
        onMessage: (listener: typeof toEngine) => {
          toEngine = listener;
        },
        close() {},
      };
      const engine = new Engine(port, { profile, clock: systemClock });
      return {
        port: {
          post: (message) => toEngine(message as ToEngine),
          onMessage: (listener) => {
            toHub = listener;
          },
          close: () => engine.stop(),
        },
        onExit() {},
        kill: () => engine.stop(),
      };
    },
    spawnDemo: () => {
      throw new Error('no demo here');
    },
    ...{ now: Date.now, later: systemClock.later, hostName: 'desktop', version: '1' },
    vault: {
      list: async () => ({
        available: true,
        why: '',
        secrets: [...kept].map(([name, { setAt }]) => ({ name, setAt })),
      }),
      set: async (name, value) => {
        if (value === 'refuse me') throw new VaultError('No keychain.', 'Unlock it.');
        kept.set(name, { value, setAt: 1_700_000_000_000 });
      },
      remove: async (name) => void kept.delete(name),
      values: async () => Object.fromEntries([...kept].map(([name, { value }]) => [name, value])),
    },
  });
  ends.push(() => hub.close());
  const heard: ToViewer[] = [];
  let calls = 0;
  const link = hub.connect({
    role: 'operate',
    post: (message) => {
      heard.push(message);
      if (!('event' in message) || message.event !== 'frame') return;
      const { seq } = decodeFrame(message.value as Uint8Array);
      queueMicrotask(() => link.receive({ id: ++calls, call: 'ack', arg: { seq } }));
    },
  });
  const call = async (name: string, arg: unknown) => {
    const id = ++calls;
    link.receive({ id, call: name, arg });
    await until(() => heard.some((message) => 'id' in message && message.id === id));
    return heard.find((message) => 'id' in message && message.id === id) as {
      ok: boolean;
      value?: unknown;
      fault?: unknown;
    };
  };
  return { profile, heard, call, hub };
}

async function until(condition: () => boolean): Promise<void> {
  const limit = performance.now() + 120_000;
  while (!condition()) {
    if (performance.now() > limit) throw new Error('It did not come about');
    await new Promise((resume) => setTimeout(resume, 10));
  }
}

/** All that viewers heard and all that lies in the profile, as one text. */
function everything(heard: readonly ToViewer[], profile: string): string {
  const plain = JSON.stringify(heard, (_key, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  const files = readdirSync(profile, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(profile, name)).isFile(),
  );
  return [plain, ...files.map((name) => readFileSync(join(profile, name), 'latin1'))].join('\n');
}

test('a secret of the vault reaches its source, and nothing else: not answers, frames, faults, files', async () => {
  const told: (string | undefined)[] = [];
  let json = true;
  // A server that repeats what it was told, in every way of refusing.
  const url = await serving((request, response) => {
    told.push(request.headers.authorization);
    const said = `no ${request.headers.authorization} here`;
    if (!json) return void response.writeHead(500).end(said);
    response.writeHead(422, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'error', errorType: 'execution', error: said }));
  });
  const { profile, heard, call } = host(url);
  await until(() => everything(heard, profile).includes('The vault has no secret prom'));
  expect(await call('setSecret', { name: 'prom', value: CANARY })).toMatchObject({
    ok: true,
    value: { available: true, secrets: [{ name: 'prom', setAt: 1_700_000_000_000 }] },
  });
  await until(() => told.includes(`Bearer ${CANARY}`));
  await call('testSource', {
    source: {
      id: 'p',
      name: 'p',
      site: 'S',
      kind: 'prometheus',
      url,
      auth: { kind: 'bearer', token: { vault: 'prom' } },
    },
  });
  await until(() => everything(heard, profile).includes('refused the query'));
  json = false;
  await until(() => everything(heard, profile).includes('answered 500'));
  for (const name of ['hello', 'secrets', 'coverage', 'interop', 'alerts'])
    await call(name, name === 'coverage' ? { id: 'p' } : {});
  const text = everything(heard, profile);
  for (const form of FORMS) expect(text).not.toContain(form);
});

test('what cannot be kept says why; a wrong argument is not repeated; a wall asks for nothing', async () => {
  const url = await serving((_request, response) => response.end());
  const { call, hub } = host(url);
  expect(await call('setSecret', { name: 'prom', value: 'refuse me' })).toMatchObject({
    ok: false,
    fault: { code: 'no-vault', message: 'No keychain.', hint: 'Unlock it.' },
  });
  const wrong = await call('setSecret', { name: 'Not A Name', value: CANARY });
  expect(wrong).toMatchObject({ ok: false, fault: { code: 'bad-argument' } });
  expect(JSON.stringify(wrong)).not.toContain(CANARY);
  const wall: ToViewer[] = [];
  hub
    .connect({ role: 'read', post: (message) => void wall.push(message) })
    .receive({ id: 1, call: 'secrets', arg: {} });
  await until(() => wall.some((message) => 'id' in message));
  expect(wall.find((message) => 'id' in message)).toMatchObject({ ok: false, fault: { code: 'forbidden' } });
});
