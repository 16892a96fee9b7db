import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from '@playwright/test';
import { expect, test } from '../console.ts';

const shown = (page: Page) => expect(page.getByRole('button', { name: /Open demo fleet/ })).toBeVisible();

test('the page has nothing of Node or Electron; on the desktop exactly call and on, frozen', async ({ open }, info) => {
  const { page } = await open();
  await shown(page);
  const found = await page.evaluate(() => {
    const names = ['require', 'process', 'ipcRenderer', 'module', 'exports', 'Buffer', 'global', 'electron'];
    const bridge = (window as unknown as { fleetwatt?: object }).fleetwatt;
    return {
      names: names.filter((name) => name in window),
      bridge: bridge && { keys: Object.keys(bridge).sort(), frozen: Object.isFrozen(bridge) },
    };
  });
  expect(found.names).toEqual([]);
  expect(found.bridge).toEqual(info.project.name === 'desktop' ? { keys: ['call', 'on'], frozen: true } : undefined);
});

test('the policy blocks an inline script and a question to another origin', async ({ open }) => {
  const { page } = await open();
  await shown(page);
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.hit = 1';
    document.body.append(script);
    return fetch('http://127.0.0.1:9/').catch(() => undefined);
  });
  // The next lines ask for these violations, so they are taken away before the fixture counts.
  await expect.poll(() => page.evaluate(() => window.__violations?.length)).toBe(2);
  const heard = await page.evaluate(() => window.__violations?.splice(0));
  expect(heard?.sort()[0]).toMatch(/^connect-src http:\/\/127\.0\.0\.1:9/);
  expect(heard?.[1]).toBe('script-src-elem inline');
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
});

test('a page of the desktop stays on its own origin and opens no window', async ({ open }, info) => {
  test.skip(info.project.name !== 'desktop', 'a browser lets its user go anywhere');
  let asked = 0;
  const server = createServer((_, response) => {
    asked++;
    response.end('elsewhere');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const elsewhere = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const { page } = await open();
    await shown(page);
    const origin = await page.evaluate(() => location.origin);
    expect(await page.evaluate((url) => window.open(url) === null, elsewhere)).toBe(true);
    const refused = page.waitForEvent('requestfailed', (request) => request.url().startsWith(elsewhere));
    await page.evaluate((url) => location.assign(url), `${elsewhere}/page`);
    await refused;
    await shown(page);
    expect(await page.evaluate(() => location.origin)).toBe(origin);
    expect(page.context().pages()).toHaveLength(1);
    expect(asked, 'questions that reached the other origin').toBe(0);
  } finally {
    server.close();
  }
});
