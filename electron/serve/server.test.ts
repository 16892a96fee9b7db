import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CSP } from '../../shared/csp.ts';
import { allowedHosts, plainPath } from './doors.ts';
import { readPages } from './pages.ts';
import { type PlayedServer, playedServer } from './serve.fixture.ts';

const opened: { close(): Promise<void> }[] = [];
async function serve(extra?: Parameters<typeof playedServer>[0]): Promise<PlayedServer> {
  const server = await playedServer(extra);
  opened.push(server);
  return server;
}
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()));
});

describe('Host (DNS rebinding)', () => {
  it('is ours by every name of loopback, once', async () => {
    const { ask, port } = await serve();
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]'])
      expect((await ask('GET /', [`Host: ${name}:${port}`])).status, name).toBe(200);
  });

  it('is refused before routing in every other form', async () => {
    const { ask, port, raw } = await serve();
    const foreign = [
      'evil.test',
      `evil.test:${port}`,
      '127.0.0.1',
      '127.0.0.1:1',
      `2130706433:${port}`,
      `0x7f.1:${port}`,
      `127.1:${port}`,
      `0.0.0.0:${port}`,
      `127.0.0.1.evil.test:${port}`,
      `user@127.0.0.1:${port}`,
      '',
    ];
    for (const host of foreign) expect((await ask('GET /', [`Host: ${host}`])).status, host).toBe(421);
    expect((await ask('GET /', [])).status, 'absent').toBe(421);
    expect((await ask('GET /', [`Host: 127.0.0.1:${port}`, 'Host: evil.test'])).status, 'two').toBe(421);
    expect(await raw('GET / HTTP/1.0\r\n\r\n'), 'HTTP/1.0').toMatch(/^HTTP\/1\.1 421/);
    expect((await ask('POST /session', ['Host: evil.test'])).status).toBe(421);
  });

  it('of a wider bind is this machine only', () => {
    const hosts = allowedHosts('0.0.0.0', 80);
    expect(hosts.has('localhost')).toBe(true);
    expect(hosts.has(`${hostname().toLowerCase()}:80`)).toBe(true);
    expect(hosts.has('evil.test:80')).toBe(false);
    expect(allowedHosts('fd00::7', 90).has('[fd00::7]:90')).toBe(true);
  });
});

describe('a session', () => {
  it('is given for the key, to our own page, in a cookie that no script and no other site can use', async () => {
    const { session, runKey, port } = await serve();
    const answer = await session(runKey);
    expect(answer.status).toBe(204);
    expect(answer.headers.get('set-cookie')).toMatch(
      new RegExp(`^fw_${port}=[A-Za-z0-9_-]{32}; HttpOnly; SameSite=Strict; Path=/$`),
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('fleetwatt-role')).toBe('operate');
    expect((await session(runKey)).status, 'a second window').toBe(204);
  });

  it('is refused across sites, as a form, as plain text, without Origin, by GET, too long, without key', async () => {
    const { ask, host, runKey } = await serve();
    const post = (headers: string[], body: string) =>
      ask('POST /session', [`Host: ${host}`, `Content-Length: ${body.length}`, ...headers], body);
    const good = JSON.stringify({ key: runKey });
    const json = 'Content-Type: application/json';
    const ours = `Origin: http://${host}`;
    for (const origin of ['http://evil.test', 'null', `https://${host}`, `http://${host}.evil.test`])
      expect((await post([`Origin: ${origin}`, json], good)).status, origin).toBe(403);
    expect((await post([json], good)).status, 'no Origin').toBe(403);
    expect((await post([ours, 'Origin: http://evil.test', json], good)).status, 'two').toBe(403);
    expect((await post([ours, 'Content-Type: text/plain'], good)).status).toBe(403);
    expect((await post([ours, 'Content-Type: application/x-www-form-urlencoded'], `key=${runKey}`)).status).toBe(403);
    expect((await ask('GET /session')).status).toBe(405);
    expect((await post([ours, json], `{"key":"${'x'.repeat(5000)}"}`)).status).toBe(413);
    for (const body of ['', '{', '[]', 'null', '{"key":1}'])
      expect((await post([ours, json], body)).status, body).toBe(400);
  });

  it('takes ten guesses a minute, then says 429, and still lets the right key in', async () => {
    let now = 0;
    const { session, runKey } = await serve({ now: () => now });
    const guesses: number[] = [];
    for (let guess = 0; guess < 12; guess += 1) guesses.push((await session(`guess-${guess}`)).status);
    expect(guesses).toEqual([...Array(10).fill(401), 429, 429]);
    expect((await session(runKey)).status).toBe(204);
    now = 60_000;
    expect((await session('guess')).status).toBe(401);
  });
});

describe('pages', () => {
  it('come with every header, an ETag, and nothing for other sites', async () => {
    const { ask, host } = await serve();
    for (const path of ['/', '/nothing', '/healthz']) {
      const { headers } = await ask(`GET ${path}`, [`Host: ${host}`, 'Origin: http://evil.test']);
      expect(headers.get('content-security-policy'), path).toBe(CSP);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    const again = await ask('GET /', [`Host: ${host}`, 'If-None-Match: "e"']);
    expect([again.status, again.body]).toEqual([304, '']);
    const head = await ask('HEAD /');
    expect([head.status, head.headers.get('content-length'), head.body]).toEqual([200, '22', '']);
    const health = await ask('GET /healthz');
    expect([health.body, health.headers.get('cache-control')]).toEqual(['ok, engine up\n', 'no-store']);
  });

  it('come from the folder only, however a path is written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-pages-'));
    try {
      mkdirSync(join(folder, 'pages/assets'), { recursive: true });
      writeFileSync(join(folder, 'canary.html'), 'CANARY');
      writeFileSync(join(folder, 'pages/index.html'), 'INDEX');
      writeFileSync(join(folder, 'pages/assets/a.js'), 'CODE');
      symlinkSync(join(folder, 'canary.html'), join(folder, 'pages/link.html'));
      symlinkSync(folder, join(folder, 'pages/up'));
      const { ask } = await serve({ pages: readPages(join(folder, 'pages')) });
      expect((await ask('GET /assets/a.js?v=1')).body).toBe('CODE');
      for (const path of [
        '/../canary.html',
        '/assets/../../canary.html',
        '/%2e%2e/canary.html',
        '/%2E%2E%2Fcanary.html',
        '/%252e%252e/canary.html',
        '/..%5ccanary.html',
        '/..\\canary.html',
        '/assets%2fa.js',
        '//canary.html',
        '/./assets/a.js',
        '/canary.html%00.js',
        '/canary.html\0.js',
        '/link.html',
        '/up/canary.html',
        `${folder}/canary.html`,
        'http://evil.test/',
        '*',
        `/${'a'.repeat(9000)}`,
        `/${'a'.repeat(70_000)}`,
        '/constructor',
        '/__proto__',
      ]) {
        const { status, body } = await ask(`GET ${path}`);
        expect([400, 404, 431], path.slice(0, 40)).toContain(status);
        expect(body).not.toContain('CANARY');
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('are said to be missing where nothing was built', () => {
    expect(() => readPages(join(tmpdir(), 'fleetwatt-no-such-folder'))).toThrow(/run npm start once/);
  });

  it('have paths without escapes', () => {
    expect(plainPath('/assets/index-D_x.js?a=1')).toBe('/assets/index-D_x.js');
    for (const path of [undefined, '', 'x', '/a/../b', '/a/./b', '/%61', '/ä']) expect(plainPath(path)).toBeUndefined();
  });
});

describe('the wire', () => {
  it('knows three methods, and refuses what smuggles a second request', async () => {
    const { ask, raw, host } = await serve();
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'POST'])
      expect((await ask(`${method} /`)).status, method).toBe(405);
    expect(await raw(`CONNECT evil.test:443 HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toBe('');
    expect(await raw(`BREW / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400/);
    const both = `POST /session HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`;
    expect(await raw(both)).toMatch(/^HTTP\/1\.1 400/);
    const chunk = `POST /session HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n`;
    expect(await raw(chunk)).not.toContain('200');
  });

  it('drops requests that never end, headers or body, after the time limit', async () => {
    const { raw, host } = await serve({ requestMs: 100 });
    expect(await raw(`GET / HTTP/1.1\r\nHost: ${host}\r\nX-Slow:`)).toMatch(/^(HTTP\/1\.1 408|$)/);
    const slowPost = `POST /session HTTP/1.1\r\nHost: ${host}\r\nOrigin: http://${host}\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`;
    expect(await raw(slowPost)).toMatch(/^(HTTP\/1\.1 408|$)/);
  });

  it('answers a person while somebody holds every connection', async () => {
    const { ask, host, port } = await serve({ mostConnections: 5 });
    const idle: Socket[] = [];
    for (let count = 0; count < 12; count += 1) {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      idle.push(socket);
      await once(socket, 'connect');
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `);
    }
    expect((await ask('GET /')).status).toBe(200);
    for (const socket of idle) socket.destroy();
  });
});
