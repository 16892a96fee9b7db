import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { startDemo } from '../../electron/demo/demo.ts';
import { expect, test } from '../console.ts';
import { freePort } from '../real/running.ts';

/** A server on loopback for as long as `run` takes. */
async function withServer(answer: RequestListener, run: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await run(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/** The form for a new source. */
async function newSource(page: Page): Promise<void> {
  await page
    .getByRole('link', { name: /^Sources/ })
    .first()
    .click();
  await page.getByRole('button', { name: 'Add source' }).click();
  await expect(page.getByRole('heading', { name: 'Add source' })).toBeVisible();
}

/** Tests a Prometheus source by the form; gives the six lines of the table, which ends with what is expected. */
async function tested(page: Page, url: string, failed: RegExp): Promise<readonly string[]> {
  await page.getByLabel('URL', { exact: true }).fill(url);
  await page.getByRole('button', { name: 'Test connection' }).click();
  const table = page.getByRole('table', { name: 'Connection test', exact: true });
  // The table of the test before may still be there.
  await expect(table).toContainText(failed);
  return table.getByRole('row').allInnerTexts();
}

test('a connection test says at which of its six steps it failed, and why', async ({ open }) => {
  const { page, profile } = await open({ files: { 'settings.json': '{"schema":1,"sources":[' } });
  await expect(page.getByText('Connect Prometheus').first()).toBeVisible();
  // What became of the sources of a broken settings.json is said on every page, the first one too.
  await expect(page.getByText(`${profile}/settings.json could not be read`)).toBeVisible();
  await expect(page.getByText(/kept beside it as settings\.json\.bad.*Mend the file/)).toBeVisible();
  await newSource(page);

  const refused = await tested(page, `http://127.0.0.1:${await freePort()}`, /Connect\s*Failed/);
  expect(refused).toHaveLength(6);
  expect(refused[0]).toMatch(/^Resolve the name\s+Passed/);
  expect(refused[1]).toMatch(/^Connect\s+Failed.*Nothing listens there.*Check the port/s);
  expect(refused.slice(2).join('\n')).not.toMatch(/Passed|Failed/);

  const login = '<!doctype html><title>Sign in</title><img src=x onerror="document.title=1">';
  await withServer(
    (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(login),
    async (url) => {
      const steps = await tested(page, url, /(Authentication|Query up)\s*Failed/);
      expect(steps[1]).toMatch(/^Connect\s+Passed/);
      expect(steps.join('\n')).toMatch(/(Authentication|Query up)\s+Failed/);
      expect(steps.join('\n'), 'the page is told of as what it is').toMatch(/JSON|HTML|<!doctype|Prometheus/i);
      expect(await page.title()).not.toBe('1');
    },
  );
  await withServer(
    (_, response) => response.writeHead(401).end('no'),
    async (url) => {
      const steps = await tested(page, url, /401: credentials rejected/);
      expect(steps.join('\n')).toMatch(/Authentication\s+Failed.*401: credentials rejected/s);
    },
  );
});

test('exporters are added by the form, and coverage names their metrics', async ({ open }) => {
  const demo = await startDemo({ nodes: 1, gpus: 8 });
  try {
    const { page } = await open();
    await expect(page.getByText('Connect Prometheus').first()).toBeVisible();
    await newSource(page);
    await page.getByRole('radio', { name: 'Exporters' }).click();
    await page.getByLabel('Exporters, one URL a line').fill(demo.targets[0] ?? '');
    await page.getByLabel('Name', { exact: true }).fill('One node');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(page.getByText('Found 8 GPUs')).toBeVisible();
    await page.getByRole('button', { name: 'Save source' }).click();
    await expect(page.getByRole('heading', { name: 'One node' })).toBeVisible();
    const coverage = page.getByRole('table', { name: 'Coverage' });
    await expect(coverage.getByText(/^DCGM_FI_DEV_(BOARD_POWER_WATTS|POWER_USAGE)$/)).toBeVisible();
    await page.getByRole('link', { name: /^Overview/ }).click();
    await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '8');
  } finally {
    await demo.close();
  }
});

test('labels of an exporter are text wherever they are shown', async ({ open }) => {
  const image = '<img src=x onerror=window.hit=1>';
  const body = `# TYPE DCGM_FI_DEV_POWER_USAGE gauge
DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-1",modelName="${image}",Hostname="${image}\u202Eevil"} 300
`;
  let up = true;
  await withServer(
    (_, response) => response.writeHead(up ? 200 : 500, { 'content-type': 'text/plain; version=0.0.4' }).end(body),
    async (url) => {
      const sources = [
        { kind: 'exporters', id: 'hostile', name: image, site: image, targets: [{ url: `${url}/metrics` }] },
      ];
      const { page } = await open({ settings: { pollMs: 1000, sources } });
      await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '1');
      await expect(page.getByText(image).first()).toBeAttached();
      await page.getByRole('gridcell').first().focus();
      await page.keyboard.press('v');
      await expect(page.getByRole('dialog')).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toHaveCount(0);
      await page.keyboard.press('6');
      await expect(page.getByRole('button', { name: new RegExp(image) }).first()).toBeVisible();
      await expect(page.locator('img')).toHaveCount(0);
      expect(await page.evaluate(() => 'hit' in window)).toBe(false);
      // One that fails is tried less and less often: how long that is and when the next try is stands there.
      up = false;
      await expect(page.getByText(/^(in \d+ s|now) \(after \d+ failures?\)$/)).toBeVisible();
      await expect(page.getByText('Back-off', { exact: true })).toBeVisible();
      up = true;
      // By itself it may be tried in the same moment, and the button be gone.
      const again = page.getByRole('button', { name: 'Retry now' });
      await expect(async () => {
        if (await again.isVisible()) await again.click({ timeout: 2000 });
        await expect(page.getByText('Back-off', { exact: true })).toHaveCount(0, { timeout: 2000 });
      }).toPass();
    },
  );
});
