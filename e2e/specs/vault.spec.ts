import { readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { expect, test } from '../console.ts';

const CANARY = 'canary-91c4-desktop-token';

/** Opens the form of the one source, with the secret to come from the vault. */
async function toVault(page: Page): Promise<void> {
  await page.getByRole('link', { name: /^Sources/ }).click();
  await page.getByRole('button', { name: /prom/ }).first().click();
  await page.getByRole('radio', { name: 'Bearer token' }).click();
  await page.getByRole('radio', { name: 'Vault' }).click();
}

async function listening(told: (string | undefined)[]) {
  const server = createServer((request, response) => {
    told.push(request.headers.authorization);
    response.end('{"status":"success","data":{"resultType":"vector","result":[]}}');
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const source = { id: 'prom', name: 'prom', site: 'S', kind: 'prometheus', url };
  return { server, settings: { pollMs: 1000, sources: [source] } };
}

test('a secret is kept by the desktop’s keychain, sealed, and sent to its source; serve says that it keeps none', async ({
  open,
}, { project }) => {
  const told: (string | undefined)[] = [];
  const { server, settings } = await listening(told);
  try {
    const { page, profile } = await open({ settings });
    await toVault(page);
    if (project.name === 'serve') {
      await expect(page.getByText('This host keeps no secrets')).toBeVisible();
      return;
    }
    await page.getByLabel('Name in the vault').fill('prom-token');
    await page.getByLabel('Secret', { exact: true }).fill(CANARY);
    await page.getByRole('button', { name: 'Keep in the vault' }).click();
    await expect(page.getByText(/^Set \d+ \w+ \d{4}$/)).toBeVisible();
    await expect(page.getByLabel('New secret')).toHaveValue('');
    await page.getByRole('button', { name: 'Save source' }).click();
    await expect.poll(() => told.at(-1)).toBe(`Bearer ${CANARY}`);
    const file = join(profile, 'secrets.json');
    expect(readFileSync(file, 'utf8')).not.toContain(CANARY);
    expect(statSync(file).mode & 0o077).toBe(0);
    await expect.poll(() => readFileSync(join(profile, 'settings.json'), 'utf8')).toContain('"vault": "prom-token"');
    expect(await page.content()).not.toContain(CANARY);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
