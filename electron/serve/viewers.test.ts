import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { newKey, parseTokens, TokenFile } from './keys.ts';
import { closed, heard, type PlayedServer, playedServer, statusOf } from './serve.fixture.ts';
import { MOST_VIEWERS } from './viewers.ts';

const undo: (() => unknown)[] = [];
async function serve(extra?: Parameters<typeof playedServer>[0]): Promise<PlayedServer> {
  const server = await playedServer(extra);
  undo.push(() => server.close());
  return server;
}
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

/** A token file of its own. */
function tokenFile(text: string): { path: string; write(text: string): void } {
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-tokens-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'tokens');
  const write = (lines: string) => {
    writeFileSync(path, lines, { mode: 0o600 });
  };
  write(text);
  return { path, write };
}

async function viewer(server: PlayedServer, key?: string) {
  const socket = server.socket({ origin: `http://${server.host}`, cookie: await server.cookie(key) });
  await once(socket, 'open');
  return socket;
}

describe('the WebSocket', () => {
  it('opens for a session from our own page, and for nothing else', async () => {
    const server = await serve();
    const cookie = await server.cookie();
    const origin = `http://${server.host}`;
    const status = (headers: Record<string, string>, path?: string) => statusOf(server.socket(headers, path));
    expect(await status({ origin, cookie })).toBe(101);
    expect(await status({ origin, cookie: `other=1; ${cookie}; more=2` })).toBe(101);
    expect(await status({ origin }), 'no cookie').toBe(401);
    expect(await status({ origin, cookie: `fw_${server.port}=${newKey()}` }), 'guessed cookie').toBe(401);
    expect(await status({ origin, cookie: `${cookie}; ${cookie}` }), 'two cookies').toBe(401);
    expect(await status({ origin }, `/link?key=${server.runKey}`), 'key in the URL').toBe(401);
    expect(await status({ cookie }), 'no Origin').toBe(403);
    for (const foreign of ['http://evil.test', 'null', `https://${server.host}`])
      expect(await status({ origin: foreign, cookie }), foreign).toBe(403);
    expect(await status({ origin, cookie, host: 'evil.test' }), 'rebound').toBe(421);
    expect(await status({ origin, cookie }, '/other')).toBe(404);
  });

  it('carries calls and events as text and frames as the bytes they are', async () => {
    const server = await serve();
    const socket = await viewer(server);
    socket.send(JSON.stringify({ id: 3, call: 'inspect', arg: { place: 1 } }));
    expect(await heard(socket)).toEqual({ id: 3, ok: true, value: { place: 1 } });
    const [{ viewer: ours, role }] = server.hub.viewers;
    expect(role).toBe('operate');
    const event = heard(socket);
    ours.post({ event: 'engine', value: { state: 'down' } });
    expect(await event).toEqual({ event: 'engine', value: { state: 'down' } });
    const frame = heard(socket);
    ours.post({ event: 'frame', value: new Uint8Array([0, 255, 7]) });
    expect(await frame).toEqual(new Uint8Array([0, 255, 7]));
    socket.close();
    await closed(socket);
  });

  it('closes on what is no call: binary, broken JSON, too long; and uses no compression', async () => {
    const server = await serve();
    const binary = await viewer(server);
    expect(binary.extensions).toBe('');
    binary.send(new Uint8Array(4));
    expect(await closed(binary)).toBe(1003);
    const broken = await viewer(server);
    broken.send('{');
    expect(await closed(broken)).toBe(1007);
    const long = await viewer(server);
    long.send('x'.repeat(1024 * 1024 + 1));
    expect(await closed(long)).toBe(1009);
    expect(server.hub.received).toEqual([]);
  });

  it('drops a viewer that answers no ping, and tells the hub', async () => {
    const server = await serve({ pingMs: 20 });
    const cookie = await server.cookie();
    const silent = connect(server.port, '127.0.0.1');
    silent.write(
      `GET /link HTTP/1.1\r\nHost: ${server.host}\r\nOrigin: http://${server.host}\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
    );
    silent.resume();
    await once(silent, 'close');
    await server.hub.viewers[0].gone;
  });

  it('drops a viewer that reads too slowly', async () => {
    const server = await serve({ mostWaiting: 16 * 1024 * 1024 });
    const socket = await viewer(server);
    socket.pause();
    const { viewer: ours } = server.hub.viewers[0];
    ours.post({ event: 'frame', value: new Uint8Array(64 * 1024 * 1024) });
    await server.hub.viewers[0].gone;
    socket.terminate();
  });

  it('sends an answer whole that is larger than what may wait, with frames behind it; answers without end it does not keep', async () => {
    const server = await serve({ mostWaiting: 256 * 1024, mostAnswers: 20 * 1024 * 1024 });
    const socket = await viewer(server);
    socket.pause();
    const { viewer: ours, gone } = server.hub.viewers[0];
    const text = 'x'.repeat(12 * 1024 * 1024);
    ours.post({ id: 1, ok: true, value: text });
    ours.post({ event: 'frame', value: new Uint8Array(1000) });
    const answer = heard(socket);
    socket.resume();
    expect(((await answer) as { value: string }).value === text).toBe(true);
    socket.pause();
    for (let id = 2; id < 5; id++) ours.post({ id, ok: true, value: text });
    await gone;
    socket.terminate();
  });

  it('has room for many viewers, not for any number', async () => {
    const server = await serve();
    const headers = { origin: `http://${server.host}`, cookie: await server.cookie() };
    const statuses = await Promise.all(
      Array.from({ length: MOST_VIEWERS + 2 }, () => statusOf(server.socket(headers))),
    );
    expect(statuses.filter((status) => status === 101)).toHaveLength(MOST_VIEWERS);
    expect(statuses.filter((status) => status === 503)).toHaveLength(2);
    // A browser's socket does not tell why: its page asks.
    const knock = async (cookie: readonly string[]) =>
      (await server.ask('GET /link', [`Host: ${server.host}`, ...cookie])).status;
    expect([await knock([]), await knock([`Cookie: ${headers.cookie}`])]).toEqual([401, 503]);
    expect((await server.ask('GET /')).status).toBe(200);
  });

  it('ends at once when the server closes', async () => {
    const server = await serve();
    const socket = await viewer(server);
    const gone = closed(socket);
    await server.close();
    expect(await gone).toBe(1006);
    undo.length = 0;
  });
});

describe('named tokens', () => {
  it('give their role, and are revoked by taking their line out', async () => {
    const [wall, boss] = [newKey(), newKey()];
    const file = tokenFile(`# walls\nhall-a read ${wall}\n\nboss operate ${boss}\n`);
    const server = await serve({ tokens: new TokenFile(file.path), pingMs: 200 });
    const socket = await viewer(server, wall);
    await viewer(server, boss);
    expect(server.hub.viewers.map(({ role }) => role)).toEqual(['read', 'operate']);
    const cookie = await server.cookie(wall);
    const gone = closed(socket);
    file.write(`boss operate ${boss}\n`);
    expect(await gone).toBe(4401);
    expect(await statusOf(server.socket({ origin: `http://${server.host}`, cookie }))).toBe(401);
    expect((await server.session(wall)).status).toBe(401);
  });

  it('let nobody in when the file is broken or open to others, but for the key of the run', async () => {
    const wall = newKey();
    const file = tokenFile(`hall-a read ${wall}\n`);
    const server = await serve({ tokens: new TokenFile(file.path) });
    expect((await server.session(wall)).status).toBe(204);
    file.write('hall-a read\n');
    expect((await server.session(wall)).status).toBe(401);
    file.write(`hall-a read ${wall}\n`);
    chmodSync(file.path, 0o644);
    expect((await server.session(wall)).status).toBe(401);
    expect((await server.session(server.runKey)).status).toBe(204);
    expect(() => new TokenFile(file.path)).toThrow(/chmod 600/);
    expect(() => new TokenFile(`${file.path}-none`)).toThrow(/ENOENT/);
  });

  it('are at least 128 bits long, with a role; an error names the line and not the token', () => {
    for (const line of [
      'a read short',
      'a write AAAAAAAAAAAAAAAAAAAAAAAA',
      'a read',
      'a read AAAAAAAAAAAAAAAAAAAAAAAA x',
    ])
      expect(() => parseTokens(`\n${line}`, 0), line).toThrow(/^Token file, line 2: expected/);
    expect(() => parseTokens('a read secret!', 0)).not.toThrow(/secret/);
    expect(parseTokens(`a\tread  ${'A'.repeat(22)}\r\n`, 0)).toMatchObject([{ name: 'a', role: 'read' }]);
  });
});
