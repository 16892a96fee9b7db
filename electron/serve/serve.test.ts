import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { ToViewer } from '../../shared/hub.ts';
import { defaultSettings } from '../../shared/settings.ts';
import { Children } from './children.ts';
import { openProfile } from './run-profile.ts';
import { type Serve, type ServeOptions, startServe } from './serve.ts';

/** An engine that answers each call with its own process id and options, and dies when asked for its coverage. */
const engine = `
const say = (message) => process.send(message);
process.on('disconnect', () => process.exit(0));
process.on('message', ({ kind, viewer, id, name, arg }) => {
  if (kind !== 'call') return;
  if (name === 'coverage') process.exit(7);
  if (name === 'hello') say({ kind: 'reply', viewer, id, ok: true, value: { settings: ${JSON.stringify(defaultSettings)} } });
  else say({ kind: 'reply', viewer, id, ok: true, value: { pid: process.pid, options: JSON.parse(process.argv[2]), arg } });
  if (name === 'watch') say({ kind: 'event', viewer, name: 'frame', value: new Uint8Array([1, 2, 3]) });
});
say({ kind: 'ready' });
`;
const demo = `
import { writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ start: { folder } }) => {
  const targetsFile = folder + '/targets.json';
  writeFileSync(targetsFile, '[]');
  parentPort.postMessage({ ready: { targetsFile, topologyFile: folder + '/t.csv', budgetsFile: folder + '/b.csv' } });
});
`;

let root = '';
let build = '';
let running: Serve[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fleetwatt-build-'));
  mkdirSync(join(root, 'dist/node'), { recursive: true });
  mkdirSync(join(root, 'dist/renderer'));
  writeFileSync(join(root, 'package.json'), '{"version":"9.8.7"}');
  writeFileSync(join(root, 'dist/renderer/index.html'), 'PAGE');
  writeFileSync(join(root, 'dist/node/engine.mjs'), engine);
  writeFileSync(join(root, 'dist/node/demo.mjs'), demo);
  build = pathToFileURL(join(root, 'dist/node/serve.mjs')).href;
});
afterEach(async () => {
  await Promise.all(running.map((serve) => serve.close()));
  running = [];
  rmSync(root, { recursive: true, force: true });
});

async function start(options: ServeOptions = {}): Promise<Serve> {
  const serve = await startServe({ build, profile: join(root, 'profile'), ...options });
  running.push(serve);
  return serve;
}

/** A viewer as the page is one: key → session → socket. */
async function view(serve: Serve) {
  const { origin, host, hash } = new URL(serve.url);
  const session = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ key: hash.slice('#key='.length) }),
  });
  const cookie = session.headers.get('set-cookie')?.split(';')[0] ?? '';
  const socket = new WebSocket(`ws://${host}/link`, { headers: { origin, cookie } });
  const frames: Uint8Array[] = [];
  const waiting: { test(message: ToViewer): boolean; resolve(message: ToViewer): void }[] = [];
  const seen: ToViewer[] = [];
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) {
      frames.push(new Uint8Array(data));
      return;
    }
    const message = JSON.parse(String(data)) as ToViewer;
    seen.push(message);
    for (const wait of waiting) if (wait.test(message)) wait.resolve(message);
  });
  await new Promise((open) => socket.once('open', open));
  let id = 0;
  const next = (test: (message: ToViewer) => boolean) =>
    new Promise<ToViewer>((resolve) => waiting.push({ test, resolve }));
  return {
    frames,
    next,
    call(call: string, arg: unknown = {}) {
      id += 1;
      const mine = id;
      const reply = next((message) => 'id' in message && message.id === mine);
      socket.send(JSON.stringify({ id: mine, call, arg }));
      return reply as Promise<unknown> as Promise<{
        ok: boolean;
        value: Record<string, unknown>;
        fault: { code: string };
      }>;
    },
  };
}

const isGone = (pid: number) => {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
};

describe('serve', () => {
  it('serves the page and links it to an engine in a process of its own', async () => {
    const ready: string[] = [];
    const serve = await start({ onReady: (url) => void ready.push(url) });
    expect(ready).toEqual([serve.url]);
    expect(serve.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#key=[A-Za-z0-9_-]{32}$/);
    expect(await (await fetch(serve.url)).text()).toBe('PAGE');
    const viewer = await view(serve);
    expect((await viewer.call('hello')).value).toMatchObject({ version: '9.8.7', host: 'serve', role: 'operate' });
    const { value } = await viewer.call('watch', { racks: [1] });
    expect(value).toMatchObject({ options: { profile: join(root, 'profile') }, arg: { racks: [1] } });
    expect(value.pid).not.toBe(process.pid);
    await viewer.call('layout');
    expect(viewer.frames).toEqual([new Uint8Array([1, 2, 3])]);
  });

  it('says that the engine died, starts another, and leaves none behind', async () => {
    const serve = await start();
    const viewer = await view(serve);
    const first = (await viewer.call('layout')).value.pid as number;
    const up = viewer.next((message) => /"state":"up".*"starts":2/.test(JSON.stringify(message)));
    const down = viewer.next((message) => 'event' in message && JSON.stringify(message.value).includes('"down"'));
    const asked = viewer.call('coverage', { id: 'x' });
    expect(await down).toMatchObject({ value: { state: 'down', reason: 'The engine ended with code 7' } });
    expect((await asked).fault.code).toBe('engine-restarting');
    await up;
    const pid = (await viewer.call('layout')).value.pid as number;
    expect(pid).not.toBe(first);
    await serve.close();
    expect([isGone(first), isGone(pid)]).toEqual([true, true]);
    await expect(fetch(serve.url)).rejects.toThrow();
  });

  it('opens the demo fleet from a thread, and remembers it', async () => {
    const viewer = await view(await start());
    const { ok, value } = await viewer.call('openDemo');
    // The engine above echoes what it is asked; the host's last question is to remember the demo.
    expect([ok, value.arg]).toMatchObject([true, { settings: { demo: true, sources: [] } }]);
  });

  it('refuses what cannot work, before anything is started', async () => {
    await expect(start({ source: 'http://user:secret@prom:9090' })).rejects.toThrow(/^--source takes(?!.*secret)/);
    await expect(start({ tokenFile: join(root, 'none') })).rejects.toThrow(/ENOENT/);
    const first = await start();
    await expect(start({ profile: join(root, 'other'), port: Number(new URL(first.url).port) })).rejects.toThrow(
      /Port \d+ of 127\.0\.0\.1 is taken\. Choose another with --port/,
    );
    await expect(start()).rejects.toThrow(/Another Fleetwatt/);
    await first.close();
    await start();
    rmSync(join(root, 'dist/renderer/index.html'));
    await expect(start({ profile: join(root, 'third') })).rejects.toThrow(/run npm start once/);
  });

  it('warns of settings that are broken, and starts with others', async () => {
    const warnings: string[] = [];
    const profile = join(root, 'broken');
    mkdirSync(profile);
    writeFileSync(join(profile, 'settings.json'), '{"schema":1,');
    await start({ profile, onWarning: (text) => void warnings.push(text) });
    expect(warnings).toEqual([
      expect.stringMatching(/broken\/settings\.json could not be read .*settings\.json\.bad.*Mend the file/),
    ]);
  });

  it('warns when it listens beyond this machine', async () => {
    const warnings: string[] = [];
    const serve = await start({ host: '0.0.0.0', onWarning: (text) => void warnings.push(text) });
    expect(serve.url).toMatch(/^http:\/\/127\.0\.0\.1:/);
    expect(warnings).toEqual([expect.stringMatching(/^Listening on 0\.0\.0\.0 without TLS/)]);
  });
});

describe('children', () => {
  it('end when killed, with their folders', async () => {
    const children = new Children(build);
    const fleet = children.demo();
    const { targetsFile } = await fleet.ready;
    expect(existsSync(targetsFile)).toBe(true);
    const process = children.engine({ profile: root });
    const reason = new Promise((resolve) => process.onExit(resolve));
    process.kill();
    fleet.kill();
    await children.ended();
    expect(await reason).toBe('The engine ended with SIGKILL');
    expect(existsSync(targetsFile)).toBe(false);
  });

  it('say why a demo did not start', async () => {
    writeFileSync(join(root, 'dist/node/demo.mjs'), `throw new Error('no such thing')`);
    const children = new Children(build);
    await expect(children.demo().ready).rejects.toThrow('no such thing');
    await children.ended();
  });
});

describe('a settings file of one run', () => {
  it('is copied, so that it is never written, and must be right', () => {
    const file = join(root, 'wall.json');
    writeFileSync(file, JSON.stringify({ schema: 1, pollMs: 2000 }));
    const { folder, close } = openProfile({ config: file });
    expect(JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'))).toEqual({ schema: 1, pollMs: 2000 });
    close();
    expect(existsSync(folder)).toBe(false);
    writeFileSync(file, '{"schema":1,"pollMs":1}');
    expect(() => openProfile({ config: file })).toThrow(/wall\.json: pollMs: /);
    writeFileSync(file, '{');
    expect(() => openProfile({ config: file })).toThrow(/wall\.json: it is not JSON/);
  });
});
