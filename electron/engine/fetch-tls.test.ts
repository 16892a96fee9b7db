import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type IncomingMessage } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, connect, createServer as createTcp, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExportersSource, sourceSchema } from '../../shared/settings.ts';
import { systemClock } from './clock.ts';
import { type FaultError, socketFault } from './fault.ts';
import { Fetcher } from './fetch.ts';
import { testConnection } from './test-connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-tls-'));
const at = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
const hasOpenssl = (() => {
  try {
    openssl('version');
    return true;
  } catch {
    return false;
  }
})();

/** A certificate for 127.0.0.1, signed by a CA of its own. */
function certify(name: string, ca: string, days = 2, address = 'IP:127.0.0.1'): void {
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${address}`];
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    ...subject,
  );
  const signed = ['-CA', `${ca}.pem`, '-CAkey', `${ca}.key`, '-CAcreateserial', '-copy_extensions', 'copy'];
  openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, '-days', String(days), ...signed);
  chmodSync(at(`${name}.key`), 0o600);
}

function authority(name: string): void {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    '-subj',
    `/CN=${name}`,
    '-days',
    '2',
  );
}

const ends: (() => void)[] = [];
let secure = '';
let proxy = '';
/** What the secure server was told, and what the proxy was. */
const asked: { headers: IncomingMessage['headers']; client: string }[] = [];
const tunnels: { to: string; auth: string | undefined }[] = [];

beforeAll(async () => {
  if (!hasOpenssl) return;
  authority('site');
  authority('other');
  certify('server', 'site');
  certify('client', 'site');
  certify('stranger', 'other');
  const own = {
    key: readFileSync(at('server.key')),
    cert: readFileSync(at('server.pem')),
    ca: readFileSync(at('site.pem')),
  };
  const server = createHttps({ ...own, requestCert: true, rejectUnauthorized: true }, (request, response) => {
    const client = (request.socket as TLSSocket).getPeerCertificate().subject?.CN;
    asked.push({ headers: request.headers, client: String(client) });
    response.end('up 1\n');
  });
  const tunnel = createHttp().on('connect', (request, socket) => {
    tunnels.push({ to: request.url ?? '', auth: request.headers['proxy-authorization'] });
    if (request.headers['proxy-authorization'] === undefined) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const [host, port] = (request.url ?? '').split(':');
    const far = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      far.pipe(socket).pipe(far);
    });
    far.on('error', () => socket.destroy());
    socket.on('error', () => far.destroy());
  });
  for (const one of [server, tunnel]) {
    one.listen(0, '127.0.0.1');
    await new Promise<void>((resolve) => one.once('listening', resolve));
    ends.push(
      () => one.close(() => {}),
      () => one.closeAllConnections(),
    );
  }
  secure = `https://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  proxy = `http://127.0.0.1:${(tunnel.address() as AddressInfo).port}`;
  writeFileSync(at('key.txt'), 'tenant-key-8d1\n', { mode: 0o600 });
  process.env.FLEETWATT_TEST_PROXY = 'proxy-word-77a';
});
afterAll(() => {
  for (const end of ends) end();
  delete process.env.FLEETWATT_TEST_PROXY;
  rmSync(folder, { recursive: true });
});

const source = (more: object = {}) =>
  sourceSchema.parse({
    ...{ kind: 'exporters', id: 's', name: 's', site: 's', timeoutMs: 60_000, targets: [{ url: secure }] },
    ...{ caFile: at('site.pem'), clientCert: { certFile: at('client.pem'), keyFile: at('client.key') } },
    ...more,
  }) as ExportersSource;

async function ask(more: object = {}, url = secure): Promise<string> {
  const fetcher = new Fetcher(source(more), { now: Date.now, sockets: 1 });
  try {
    return Buffer.from((await fetcher.ask({ url, accept: 'text/plain' })).body).toString();
  } finally {
    fetcher.close();
  }
}

/** A server on loopback that ends with the file; gives its port. */
async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

const faultOf = (more: object, url?: string) =>
  Promise.resolve()
    .then(() => ask(more, url))
    .then(
      () => undefined,
      (error: unknown) => (error as FaultError).fault,
    );

describe.skipIf(!hasOpenssl)(
  `TLS of a source${hasOpenssl ? '' : ' (skipped: the openssl command is not there)'}`,
  () => {
    test('mTLS: the server sees the certificate of the source, by its own authority', async () => {
      expect(await ask()).toBe('up 1\n');
      expect(asked.at(-1)?.client).toBe('client');
    });

    // Which of them comes first, the alert or the end of the connection, is the server's affair.
    test.each([
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    ])('%s is told as the want of a client certificate', (code) => {
      const { fault } = socketFault(Object.assign(new Error('0A000412:SSL'), { code }), 'n1:9400');
      expect(fault.message).toMatch(/^n1:9400: It takes no client without a certificate that it trusts/);
      expect(fault.hint).toBe('Give the source a client certificate and its key.');
    });

    test("without a certificate, with a stranger's, and by an unknown authority it fails with a word on why", async () => {
      expect((await faultOf({ clientCert: undefined }))?.hint).not.toBe('');
      const stranger = { clientCert: { certFile: at('stranger.pem'), keyFile: at('stranger.key') } };
      expect((await faultOf(stranger))?.message).toContain('127.0.0.1');
      expect(await faultOf({ caFile: at('other.pem') })).toMatchObject({
        code: expect.stringMatching(/unable-to|self-signed/),
      });
    });

    test('A9: what is wrong with a certificate has words of its own, and nothing is sent over it', async () => {
      certify('expired', 'site', 0);
      certify('elsewhere', 'site', 2, 'DNS:elsewhere.test');
      openssl('req', '-x509', '-key', 'server.key', '-out', 'self.pem', '-subj', '/CN=self', '-days', '2');
      const answers: string[] = [];
      const answering = (options: object) =>
        listening(
          createHttps(options, (request, response) => response.end(answers.push(request.url ?? '') && 'up 1\n')),
        );
      const certificate = (name: string, key = name) => ({
        key: readFileSync(at(`${key}.key`)),
        cert: readFileSync(at(`${name}.pem`)),
      });
      const old = { ...certificate('server'), minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };
      const cut = createTcp((socket) => socket.once('data', () => socket.destroy()));
      const found: Record<string, unknown> = {};
      for (const [name, server] of [
        ['expired', answering(certificate('expired'))],
        ['wrong name', answering(certificate('elsewhere'))],
        ['self-signed', answering(certificate('self', 'server'))],
        ['old protocol', answering(old)],
        ['cut in the handshake', listening(cut)],
        ['no TLS', listening(createHttp((_request, response) => response.end('up 1\n')))],
      ] as const) {
        const { code, message } = (await faultOf({}, `https://127.0.0.1:${await server}/metrics`)) ?? {};
        found[name] = [code, message?.replace(/^[^ ]+ /, '')];
      }
      expect(found).toEqual({
        expired: ['cert-has-expired', 'Its certificate has expired.'],
        'wrong name': ['err-tls-cert-altname-invalid', 'Its certificate is for another name.'],
        'self-signed': ['depth-zero-self-signed-cert', 'Its certificate is self-signed.'],
        'old protocol': [
          expect.stringMatching(/unsupported-protocol|alert-protocol-version|eproto/),
          expect.stringContaining('TLS'),
        ],
        'cut in the handshake': ['econnreset', 'The connection was cut.'],
        'no TLS': [expect.stringMatching(/wrong-version|eproto|packet-length/), expect.stringContaining('TLS')],
      });
      expect(answers).toEqual([]);
    });

    test('a key that others can read is refused, as any secret file', async () => {
      writeFileSync(at('open.key'), readFileSync(at('client.key')), { mode: 0o644 });
      const open = { clientCert: { certFile: at('client.pem'), keyFile: at('open.key') } };
      expect(await faultOf(open)).toMatchObject({ code: 'secret-open', hint: `Run: chmod 600 ${at('open.key')}` });
    });

    test('own headers and the tenant are sent; their secrets are read from files', async () => {
      const headers = [
        { name: 'X-Team', value: 'power' },
        { name: 'X-Key', value: { file: at('key.txt') } },
      ];
      await ask({ headers, tenant: 'pdx-1' });
      expect(asked.at(-1)?.headers).toMatchObject({
        'x-team': 'power',
        'x-key': 'tenant-key-8d1',
        'x-scope-orgid': 'pdx-1',
      });
    });

    test('through a proxy: a tunnel to the server, credentials to the proxy only, refusal told', async () => {
      const through = { proxy: { url: proxy, user: 'fw', password: { env: 'FLEETWATT_TEST_PROXY' } } };
      expect(await ask(through)).toBe('up 1\n');
      const told = Buffer.from('fw:proxy-word-77a').toString('base64');
      expect(tunnels.at(-1)).toEqual({ to: new URL(secure).host, auth: `Basic ${told}` });
      expect(asked.at(-1)?.headers['proxy-authorization']).toBeUndefined();
      const refused = await faultOf({ proxy: { url: proxy } });
      expect(refused).toMatchObject({ code: 'http-407' });
      expect(JSON.stringify(refused)).not.toContain('proxy-word');
    });

    test('the connection test uses the same authority and certificate', async () => {
      const { steps } = await testConnection(source(), systemClock);
      expect(steps.slice(0, 5).map(({ step, state }) => [step, state])).toEqual([
        ['resolve', 'ok'],
        ['connect', 'ok'],
        ['tls', 'ok'],
        ['auth', 'ok'],
        ['query', 'ok'],
      ]);
      const missing = await testConnection(source({ caFile: at('none.pem') }), systemClock);
      expect(missing.steps.map(({ state }) => state)).toEqual(['ok', 'ok', 'failed', 'skipped', 'skipped', 'skipped']);
      expect(missing.steps[2].text).toContain('none.pem cannot be read');
    });
  },
);

test.each([
  [{ headers: [{ name: 'Host', value: 'x' }] }, 'This header is set by Fleetwatt itself'],
  [{ headers: [{ name: 'X-A', value: 'a\r\nX-B: b' }] }, 'A header value is one line'],
  [{ headers: [{ name: 'X A', value: 'a' }] }, 'A header name has letters'],
  [{ headers: [{ name: 'X-Api-Key', value: '8f2c' }] }, 'The value of this header is a secret'],
  [{ tenant: 'a b' }, 'A tenant has letters'],
])('%j is no setting', (more, message) => {
  const parsed = sourceSchema.safeParse({ kind: 'exporters', id: 's', name: 's', site: 's', ...more });
  expect(JSON.stringify(parsed.error?.issues)).toContain(message);
});
