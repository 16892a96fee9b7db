import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcp, type LookupFunction, type Server, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { type FaultError, socketFault } from './fault.ts';
import { Fetcher } from './fetch.ts';
import { Resolved } from './resolved.ts';
import { longestTurn } from './turn.fixture.ts';

/** What rows A1 to A8 and C3 ask for besides a refusal: bounded memory, an answering event loop, nothing sent elsewhere. */

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function listening(server: Server) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}
const web = async (answer: RequestListener) => (await listening(createServer(answer))).port;

function fetcher(options: { timeoutMs?: number; lookup?: LookupFunction } = {}): Fetcher {
  const { timeoutMs = 60_000, lookup } = options;
  const transport = { auth: { kind: 'none' as const }, insecure: false, timeoutMs };
  const made = new Fetcher(transport, { now: Date.now, sockets: 4, ...(lookup ? { lookup } : {}) });
  ends.push(() => made.close());
  return made;
}
const faultOf = (by: Fetcher, url: string) =>
  by.ask({ url, accept: 'text/plain' }).then(
    () => undefined,
    (error: unknown) => (error as FaultError).fault,
  );

/** Collects garbage, so that what is left is held by somebody. */
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const held = () => {
  collect();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return (arrayBuffers + heapUsed) / (1 << 20);
};

/** Sockets let go of their last buffers a few turns later. */
async function givenBack(mostMb: number): Promise<void> {
  const until = performance.now() + 60_000;
  while (held() > mostMb) {
    if (performance.now() > until) throw new Error(`${held()} MB are held, more than ${mostMb}`);
    await new Promise((resume) => setImmediate(resume));
  }
}

const PIECE = Buffer.alloc(64 << 10, 'a');
const endless: RequestListener = (request, response) => {
  if (request.url === '/long') response.setHeader('content-length', 100 << 20);
  const more = () => {
    while (!response.destroyed && response.write(PIECE));
  };
  response.on('drain', more);
  more();
};
const bomb = gzipSync(Buffer.alloc(100 << 20));
const zipped: RequestListener = (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);

describe('bodies of a hundred megabytes', () => {
  test.each([
    // What says its length is refused unread; anything else at the cap of 64 MiB (124 MiB with all buffers).
    ['A5: of an honest length', endless, '/long', 10],
    ['A4: without end', endless, '/', 124],
    ['A6: out of 100 kB of gzip', zipped, '/', 124],
  ] as const)(
    '%s: refused, no turn of the loop above 100 ms, and the memory is given back',
    async (_, answer, path, most) => {
      const url = `http://127.0.0.1:${await web(answer)}${path}`;
      const before = held();
      let peak = 0;
      const watch = setInterval(() => {
        peak = Math.max(peak, process.memoryUsage().arrayBuffers / (1 << 20));
      }, 5);
      const first = process.memoryUsage().arrayBuffers / (1 << 20);
      const { result, turnMs } = await longestTurn(() => faultOf(fetcher(), url));
      clearInterval(watch);
      expect(result).toMatchObject({ code: 'too-large', message: expect.stringContaining('64 MiB') });
      expect(turnMs).toBeLessThan(100);
      expect(peak - first).toBeLessThan(most);
      await givenBack(before + 20);
    },
  );

  test.each([
    ['10,000 short ones', () => Array.from({ length: 10_000 }, (_, i) => `x-${i}: y\r\n`).join('')],
    ['one of a megabyte', () => `x: ${'y'.repeat(1 << 20)}\r\n`],
  ])('A3: headers, %s: refused before their end and little held', async (_, head) => {
    const server = createTcp((socket) => socket.once('data', () => socket.write(`HTTP/1.1 200 OK\r\n${head()}`)));
    const { port, sockets } = await listening(server);
    const before = held();
    // They have no end: whoever waits for it is cut at the deadline.
    expect(await faultOf(fetcher(), `http://127.0.0.1:${port}/`)).toMatchObject({ code: 'hpe-header-overflow' });
    await givenBack(before + 5);
    // The connection is let go of.
    for (const left of sockets) await new Promise<void>((gone) => left.once('close', () => gone()));
  });
});

describe('where nobody is', () => {
  test.each([
    ['EHOSTUNREACH', 'The host cannot be reached'],
    ['ENETUNREACH', 'The network cannot be reached'],
    ['ETIMEDOUT', 'Nobody answered the connection'],
    ['EAI_AGAIN', 'could not be looked up now'],
  ])('A1: %s has words of its own', async (code, words) => {
    const by = fetcher({ lookup: (_n, _o, done) => done(Object.assign(new Error(code), { code }), '', 0) });
    expect((await faultOf(by, 'http://node-7.invalid/metrics'))?.message).toContain(words);
  });

  test('C3: a kept connection that leads nowhere after a sleep costs one time-out, then a new one is opened', async () => {
    let [connections, dead] = [0, false];
    const server = createTcp((socket) => {
      connections++;
      const own = connections;
      socket.on('data', () => {
        if (!dead || own > 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
    });
    const { port } = await listening(server);
    const url = `http://127.0.0.1:${port}/`;
    const by = fetcher({ timeoutMs: 5000 });
    expect(await faultOf(by, url)).toBeUndefined();
    dead = true;
    expect(await faultOf(by, url)).toMatchObject({ code: 'timeout' });
    expect(await faultOf(by, url)).toBeUndefined();
    expect(connections).toBe(2);
  });
});

describe('A8: the address is looked at before anything is sent', () => {
  /** A name server of the test's: an answer for each question in turn, the last one for all others. */
  const answering = (...answers: string[]) => {
    const asked: string[] = [];
    const lookup: LookupFunction = (name, options, done) => {
      const address = answers[Math.min(asked.length, answers.length - 1)];
      asked.push(name);
      const family = address.includes(':') ? 6 : 4;
      if (options.all) done(null, [{ address, family }]);
      else done(null, address, family);
    };
    return { lookup, asked };
  };

  // Decided by the look-up alone: these addresses must never stand where something could connect to them.
  test.each(['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1', 'fd00:ec2::254'])(
    'a name that leads to %s is not asked',
    async (address) => {
      for (const all of [true, false]) {
        const { lookup } = new Resolved(answering(address).lookup);
        const code = await new Promise((tell) => lookup('exporter.test', { all }, (error) => tell(error?.code)));
        expect(code).toBe('ELINKLOCAL');
      }
      const { lookup } = new Resolved(answering('10.1.2.3').lookup);
      const found = await new Promise((tell) => lookup('exporter.test', {}, (_, one) => tell(one)));
      expect(found, 'data centres live in private networks').toBe('10.1.2.3');
      const words = socketFault(Object.assign(new Error('x'), { code: 'ELINKLOCAL' }), 'exporter.test');
      expect(words.message).toContain('link-local address');
    },
  );

  test('a redirect on the same name whose DNS answer changed meanwhile goes nowhere, nor do its credentials', async () => {
    let elsewhere = 0;
    const own = createServer((request, response) => {
      if (request.url === '/metrics') response.writeHead(302, { location: '/other', connection: 'close' }).end();
      else response.end('up 1\n');
    });
    const { port } = await listening(own);
    // The same port on another address of this machine: what must not be asked.
    const other = createServer((_, response) => response.end(String(++elsewhere)));
    other.listen(port, '127.0.0.2');
    await once(other, 'listening');
    ends.push(() => other.close());
    const url = `http://exporter.test:${port}/metrics`;
    const steady = answering('127.0.0.1');
    expect(await faultOf(fetcher({ lookup: steady.lookup }), url)).toBeUndefined();
    expect(steady.asked).toHaveLength(2);
    const turned = answering('127.0.0.1', '127.0.0.2');
    expect(await faultOf(fetcher({ lookup: turned.lookup }), url)).toMatchObject({ code: 'erebound' });
    expect([turned.asked.length, elsewhere]).toEqual([2, 0]);
    // A source whose address changes between two readings is a node that moved.
    const by = fetcher({ lookup: answering('127.0.0.2').lookup });
    expect(await faultOf(by, url)).toBeUndefined();
  });

  test('redirects to other forms of other addresses are refused before any look-up', async () => {
    const { lookup, asked } = answering('127.0.0.1');
    for (const to of [
      'http://2852039166/',
      'http://0xa9fea9fe/',
      'http://0251.0376.0251.0376/',
      'http://[::ffff:7f00:1]/',
      'http://localhost/',
      'https://exporter.test/',
    ]) {
      const port = await web((_, response) => response.writeHead(302, { location: to }).end());
      expect(await faultOf(fetcher({ lookup }), `http://exporter.test:${port}/`)).toMatchObject({ code: 'redirect' });
    }
    expect(new Set(asked)).toEqual(new Set(['exporter.test']));
  });

  test('A13: a write whose connection was reset is not sent again', async () => {
    let asked = 0;
    const server = createTcp((socket) =>
      socket.on('data', () => {
        asked++;
        if (asked === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
        else socket.resetAndDestroy();
      }),
    );
    const { port } = await listening(server);
    const by = fetcher();
    const url = `http://127.0.0.1:${port}/`;
    await by.write({ url, json: '{}' });
    await expect(by.write({ url, json: '{}' })).rejects.toMatchObject({ fault: { code: 'econnreset' } });
    expect(asked).toBe(2);
  });
});
