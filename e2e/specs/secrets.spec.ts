import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '../console.ts';
import { childrenOf } from '../hosts.ts';

const CANARIES = ['canary-bearer-9c01', 'canary-basic-9c02', 'canary-header-9c03'] as const;
/** A secret in any form in which it could slip out. */
const FORMS = CANARIES.flatMap((one) => [
  ...[one, encodeURIComponent(one)],
  Buffer.from(one).toString('base64').replace(/=+$/, ''),
  Buffer.from(`fw:${one}`).toString('base64').replace(/=+$/, ''),
]);

/** A process and all that it started, with what anyone on the machine can read of them. */
const treeOf = (pid: number): number[] => [pid, ...childrenOf(pid)];
function told(pid: number, what: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'latin1');
  } catch {
    return '';
  }
}
/** A folder that goes while it is listed, as the lock of a database does, ends the listing: it is begun again. */
function namesUnder(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    if (!existsSync(folder)) throw error;
    return namesUnder(folder);
  }
}
const textsUnder = (folder: string) =>
  namesUnder(folder).map((name) => {
    try {
      return readFileSync(join(folder, name), 'latin1');
    } catch {
      // A folder, or a file that was renamed or taken away while we looked.
      return '';
    }
  });

test('F1: secrets are in no argument or environment of a process, no page and no file, also when the engine is crashed', async ({
  open,
}) => {
  test.skip(process.platform !== 'linux', 'reads the processes of the host in /proc');
  const secrets = mkdtempSync(join(tmpdir(), 'fleetwatt-secrets-'));
  const [token, password, key] = CANARIES.map((text, i) => {
    const file = join(secrets, String(i));
    writeFileSync(file, text, { mode: 0o600 });
    return { file };
  });
  const asked: string[] = [];
  // A server that says back all that it was told.
  const server = createServer((request, response) => {
    asked.push(JSON.stringify(request.headers));
    response.writeHead(500, { 'content-type': 'text/plain' }).end(JSON.stringify(request.headers));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const headers = [{ name: 'X-Api-Key', value: key }];
  const said: string[] = [];
  try {
    const { page, pid, profile } = await open({
      settings: {
        pollMs: 1000,
        sources: [
          { kind: 'prometheus', id: 'p', name: 'Bearer', site: 'S', url, auth: { kind: 'bearer', token }, headers },
          {
            ...{ kind: 'exporters', id: 'e', name: 'Basic', site: 'S', targets: [{ url: `${url}/metrics` }] },
            auth: { kind: 'basic', user: 'fw', password },
          },
        ],
      },
    });
    page.on('console', (message) => said.push(message.text()));
    await expect(page.getByText(/answered 500/).first()).toBeVisible();
    await expect.poll(() => asked.join('\n')).toContain(CANARIES[0]);
    await expect.poll(() => asked.join('\n')).toContain(FORMS[7]);
    const look = async () => {
      const tree = treeOf(pid);
      const texts = [
        ...tree.flatMap((one) => [told(one, 'cmdline'), told(one, 'environ')]),
        await page.content(),
        await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href])),
        ...said,
        ...textsUnder(profile),
      ];
      return { processes: tree.length, found: FORMS.filter((form) => texts.some((text) => text.includes(form))) };
    };
    const before = await look();
    expect(before.found).toEqual([]);
    expect(before.processes).toBeGreaterThan(1);
    // The system's list of children may leave one out while others come or go.
    const engineOf = (but = 0) =>
      treeOf(pid).find((one) => one !== but && told(one, 'cmdline').includes('engine.mjs')) ?? 0;
    let engine = 0;
    await expect.poll(() => (engine = engineOf())).toBeGreaterThan(0);
    process.kill(engine, 'SIGABRT');
    await expect.poll(() => engineOf(engine)).toBeGreaterThan(0);
    // What a crash leaves would lie in the profile or where it was started.
    expect((await look()).found).toEqual([]);
    expect(readdirSync(process.cwd()).filter((name) => /^(core|report\.)/.test(name))).toEqual([]);
  } finally {
    server.close();
    server.closeAllConnections();
    rmSync(secrets, { recursive: true, force: true });
  }
});
