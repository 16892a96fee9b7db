import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import type { SourceSettings } from '../../shared/settings.ts';
import { FaultError } from './fault.ts';
import { Fetcher, retryAfter } from './fetch.ts';

const SECRET = 'canary-7f3a-token';
const METRICS = 'up 1\n'.repeat(2000);
const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function listening(server: Server): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A real HTTP server on loopback. */
const web = (answer: RequestListener) => listening(createServer(answer));
/** A server that writes raw bytes once it was asked. */
const raw = (write: (socket: Socket) => void) =>
  listening(createTcp((socket) => void socket.once('data', () => write(socket))));

function fetcher(options: Partial<SourceSettings> = {}): Fetcher {
  process.env.FLEETWATT_TEST_TOKEN = SECRET;
  const made = new Fetcher(
    {
      auth: { kind: 'bearer', token: { env: 'FLEETWATT_TEST_TOKEN' } },
      insecure: false,
      timeoutMs: 60_000,
      ...options,
    },
    { now: Date.now, sockets: 4 },
  );
  ends.push(() => made.close());
  return made;
}

/** The fault of a question that must fail; it carries no secret. */
async function faultOf(url: string, ask: { maxBytes?: number; with?: Fetcher } = {}) {
  const { with: by = fetcher(), ...limits } = ask;
  const error = await by.ask({ url, accept: 'text/plain', ...limits }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error, `${url} must be refused`).toBeInstanceOf(FaultError);
  const { fault, retryAfterMs } = error as FaultError;
  expect(JSON.stringify(fault) + (error as Error).stack).not.toContain(SECRET);
  expect(fault.hint).not.toBe('');
  return { ...fault, retryAfterMs };
}

describe('what is read', () => {
  test('a body in gzip or plain, with the server’s clock; credentials in the header', async () => {
    const seen: (string | undefined)[] = [];
    const url = await web((request, response) => {
      seen.push(request.headers.authorization);
      const zipped = request.url === '/gzip';
      response.writeHead(200, {
        'content-type': 'text/plain',
        date: 'Wed, 21 Oct 2026 07:28:00 GMT',
        ...(zipped ? { 'content-encoding': 'gzip' } : {}),
      });
      response.end(zipped ? gzipSync(METRICS) : METRICS);
    });
    for (const path of ['/plain', '/gzip']) {
      const answer = await fetcher().ask({ url: url + path, accept: 'text/plain' });
      expect(Buffer.from(answer.body).toString()).toBe(METRICS);
      expect(answer.serverTime).toBe(Date.UTC(2026, 9, 21, 7, 28));
    }
    expect(seen).toEqual([`Bearer ${SECRET}`, `Bearer ${SECRET}`]);
  });

  test('A12: an empty body is an empty answer, not a failure', async () => {
    const url = await web((_, response) => response.writeHead(200).end());
    expect((await fetcher().ask({ url, accept: 'text/plain' })).body).toHaveLength(0);
  });

  test('A13: HTTP/1.0 without a length', async () => {
    const url = await raw((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nup 1\n'));
    expect(Buffer.from((await fetcher().ask({ url, accept: 'text/plain' })).body).toString()).toBe('up 1\n');
  });

  test('A13: a kept connection that was closed meanwhile is opened anew', async () => {
    let asked = 0;
    const url = await raw((socket) => {
      asked++;
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      // The second question on this connection meets a reset.
      socket.once('data', () => socket.resetAndDestroy());
    });
    const by = fetcher();
    await by.ask({ url, accept: 'text/plain' });
    expect(Buffer.from((await by.ask({ url, accept: 'text/plain' })).body).toString()).toBe('ok');
    expect(asked).toBe(2);
  });
});

describe('what is refused', () => {
  test('A1: nothing listens', async () => {
    const url = await web(() => {});
    ends.splice(0)[0]?.();
    expect(await faultOf(url)).toMatchObject({
      code: 'econnrefused',
      message: expect.stringMatching(/Nothing listens/),
    });
  });

  test('A1: a name that is not known', async () => {
    const by = new Fetcher(
      { auth: { kind: 'none' }, insecure: false, timeoutMs: 60_000 },
      {
        now: Date.now,
        sockets: 1,
        lookup: (_name, _options, done) => done(Object.assign(new Error('no'), { code: 'ENOTFOUND' }), ''),
      },
    );
    ends.push(() => by.close());
    expect((await faultOf('http://gpu-node.invalid/metrics', { with: by })).code).toBe('enotfound');
  });

  test('A2: a drip is cut at the deadline of the whole exchange', async () => {
    const url = await web((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const drip = setInterval(() => response.write('u'), 20);
      response.on('close', () => clearInterval(drip));
    });
    // It drips for as long as anybody listens: without the deadline this would never end.
    expect(await faultOf(url, { with: fetcher({ timeoutMs: 400 }) })).toMatchObject({
      code: 'timeout',
      message: expect.stringMatching(/within 0\.4 s/),
    });
  });

  test('A2: so is a server that never answers', async () => {
    expect((await faultOf(await raw(() => {}), { with: fetcher({ timeoutMs: 400 }) })).code).toBe('timeout');
  });

  test('A3: headers without end', async () => {
    const url = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      for (let i = 0; i < 1000; i++) socket.write(`x-${i}: ${'a'.repeat(1000)}\r\n`);
    });
    expect((await faultOf(url)).code).toBe('hpe-header-overflow');
  });

  test('A4, A5: a body without end, and one with an honest length, are cut at the cap', async () => {
    const endless = await web((_, response) => {
      const chunk = Buffer.alloc(64 << 10, 'a');
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      };
      response.on('drain', more);
      more();
    });
    expect((await faultOf(endless, { maxBytes: 1 << 20 })).code).toBe('too-large');
    const large = await web((_, response) => response.end(Buffer.alloc(3 << 20)));
    const { code, message } = await faultOf(large, { maxBytes: 2 << 20 });
    expect(code).toBe('too-large');
    expect(message).toContain('2 MiB');
  });

  test('A6: a gzip bomb counts as what it unpacks to', async () => {
    const bomb = gzipSync(Buffer.alloc(32 << 20));
    expect(bomb.length).toBeLessThan(64 << 10);
    const url = await web((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect((await faultOf(url, { maxBytes: 1 << 20 })).code).toBe('too-large');
  });

  const whole = gzipSync(METRICS);
  const damaged = Buffer.from(whole);
  damaged.writeUInt32LE(0, damaged.length - 8);
  test.each([
    ['a wrong checksum', damaged],
    ['a cut in the middle', whole.subarray(0, whole.length >> 1)],
    ['a cut in the checksum', whole.subarray(0, whole.length - 4)],
    ['no gzip at all', Buffer.from(METRICS)],
    ['junk at its end', Buffer.concat([whole, Buffer.from('junk')])],
  ])('A6, A7: gzip with %s', async (_, body) => {
    const url = await web((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(body));
    expect((await faultOf(url)).code).toBe('cut-body');
  });

  test.each(['br', 'deflate', 'gzip, gzip', 'zstd'])('A6: an encoding that was not asked for, %s', async (encoding) => {
    const url = await web((_, response) => response.writeHead(200, { 'content-encoding': encoding }).end('x'));
    expect((await faultOf(url)).code).toBe('encoding');
  });

  test('A7: a body shorter than its length, a chunk that is cut, gzip on a broken connection', async () => {
    const short = await raw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nup 1\n'));
    const chunk = await raw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nup 1\n\r\n40\r\nhalf'),
    );
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${whole.length}\r\n\r\n`;
    const zipped = await raw((socket) => socket.end(Buffer.concat([Buffer.from(head), whole.subarray(0, 30)])));
    for (const url of [short, chunk, zipped]) expect((await faultOf(url)).code).toMatch(/^(cut-body|econnreset)$/);
  });

  test('A10: 401, 403, 404, 405, 500 say what to do; what the server said is shown as text', async () => {
    const said = `<img src=x onerror=1>\u001b[31m ${'x'.repeat(500)}`;
    const url = await web((request, response) => response.writeHead(Number(request.url?.slice(1))).end(said));
    expect(await faultOf(`${url}/401`)).toMatchObject({ message: expect.stringMatching(/401: credentials rejected/) });
    expect((await faultOf(`${url}/403`)).code).toBe('http-403');
    expect((await faultOf(`${url}/404`)).hint).toMatch(/path/);
    expect((await faultOf(`${url}/405`)).code).toBe('http-405');
    const broken = await faultOf(`${url}/500`);
    expect(broken.message).not.toContain('\u001b');
    expect(broken.message.length).toBeLessThan(300);
  });

  test('A10: an explained refusal of a query is for the reader of the answer', async () => {
    const url = await web((_, response) =>
      response.writeHead(422, { 'content-type': 'application/json' }).end('{"status":"error"}'),
    );
    expect((await fetcher().ask({ url, accept: 'application/json' })).status).toBe(422);
  });

  test('A11: 429 and 503 hand on Retry-After', async () => {
    const url = await web((request, response) =>
      response.writeHead(Number(request.url?.slice(1)), { 'retry-after': '7' }).end(),
    );
    expect(await faultOf(`${url}/429`)).toMatchObject({ code: 'http-429', retryAfterMs: 7000 });
    expect(await faultOf(`${url}/503`)).toMatchObject({ code: 'http-503', retryAfterMs: 7000 });
  });

  test.each([
    ['file:///etc/passwd', 'bad-url'],
    ['data:text/plain,up', 'bad-url'],
    ['http://user:word@127.0.0.1/', 'bad-url'],
    ['no address', 'bad-url'],
  ])('the address %s', async (url, code) => {
    const fault = await faultOf(url);
    expect(fault.code).toBe(code);
    expect(fault.message).not.toContain('word');
  });
});

describe('A8: redirects', () => {
  test('on the same host three are followed, a fourth is not', async () => {
    const url = await web((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('up 1\n');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    expect((await fetcher().ask({ url: `${url}/3`, accept: 'text/plain' })).body).toHaveLength(5);
    expect((await faultOf(`${url}/4`)).code).toBe('redirect');
  });

  test('another host gets neither question nor credentials', async () => {
    let asked = 0;
    const other = await web((_, response) => {
      asked++;
      response.end();
    });
    for (const location of [other, 'file:///etc/passwd', 'data:,x', 'https://127.0.0.1/', 'http://[::1]/']) {
      const url = await web((_, response) => response.writeHead(307, { location }).end());
      expect((await faultOf(url)).code).toBe('redirect');
    }
    expect(asked).toBe(0);
  });

  test('an address that is none is a refused redirect too', async () => {
    const url = await web((_, response) => response.writeHead(302, { location: 'http://[' }).end());
    expect((await faultOf(url)).code).toBe('redirect');
  });
});

test('A11: Retry-After is honoured within a second and five minutes', () => {
  const now = Date.UTC(2026, 9, 21, 7, 28);
  expect(retryAfter(undefined, now)).toBeUndefined();
  expect(retryAfter('7', now)).toBe(7000);
  expect(retryAfter('0', now)).toBe(1000);
  expect(retryAfter('1000000000', now)).toBe(300_000);
  expect(retryAfter('Wed, 21 Oct 2026 07:28:30 GMT', now)).toBe(30_000);
  expect(retryAfter('Wed, 21 Oct 2026 07:00:00 GMT', now)).toBe(1000);
  expect(retryAfter('soon', now)).toBeUndefined();
  expect(retryAfter('-5', now)).toSatisfy((ms) => ms === undefined || ms === 1000);
});

test('secrets: a file that others may read is refused, and its text is not told', async () => {
  const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs');
  const { tmpdir } = await import('node:os');
  const { join } = await import('node:path');
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-secret-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'token');
  const url = await web((request, response) => response.end(request.headers.authorization));
  const by = fetcher({ auth: { kind: 'bearer', token: { file } } });
  expect((await faultOf(url, { with: by })).code).toBe('secret-missing');
  writeFileSync(file, `${SECRET}\n`, { mode: 0o644 });
  expect((await faultOf(url, { with: by })).code).toBe('secret-open');
  rmSync(file);
  writeFileSync(file, `${SECRET}\n`, { mode: 0o600 });
  expect(Buffer.from((await by.ask({ url, accept: '*/*' })).body).toString()).toBe(`Bearer ${SECRET}`);
});
