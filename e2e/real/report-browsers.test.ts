import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openFile } from '../../electron/engine/snapshots/assemble.ts';
import { digest } from '../../electron/engine/snapshots/keys.ts';
import { embeddedIn } from '../../electron/engine/snapshots/report-console.ts';
import { HOSTILE, hostileFile } from '../../shared/snapshot/report/hostile.fixture.ts';
import { reportOf } from '../../shared/snapshot/report/report.ts';
import { requireReal, titled } from './available.ts';

/**
 * The report as somebody gets it by mail, in two browsers that share no code: opened from disk, every name in it hostile,
 * and the only way out a proxy that lets nothing through and writes down what was asked of it.
 */

const chromium = requireReal('chromium');
const firefox = requireReal('firefox');

let folder: string;
let url: string;
let proxy: Server;
const left: string[] = [];

/** What the browsers ask of their makers by themselves, whatever is opened in them. */
const ITS_OWN = /[/. ](mozilla\.(com|net|org)|firefox\.com|google(apis)?\.com)[:/ ]/;

/** A busy machine starts a browser late and answers it late. */
const PATIENT = { timeout: 120_000, protocolTimeout: 300_000 };

const launches = {
  async firefox(scripts: boolean, port: number) {
    const extraPrefsFirefox = {
      ...{ 'javascript.enabled': scripts, 'ui.systemUsesDarkTheme': scripts ? 1 : 0 },
      ...{ 'network.proxy.type': 1, 'network.proxy.no_proxies_on': '' },
      ...{ 'network.proxy.http': '127.0.0.1', 'network.proxy.http_port': port },
      ...{ 'network.proxy.ssl': '127.0.0.1', 'network.proxy.ssl_port': port },
    };
    return puppeteer.launch({
      ...PATIENT,
      browser: 'firefox',
      executablePath: firefox.path as string,
      extraPrefsFirefox,
    });
  },
  async chromium(_scripts: boolean, port: number) {
    const args = ['--no-sandbox', '--disable-background-networking', `--proxy-server=http://127.0.0.1:${port}`];
    return puppeteer.launch({ ...PATIENT, executablePath: chromium.path as string, args });
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fleetwatt-report-'));
  const file = hostileFile();
  const embedded = embeddedIn(file);
  if (!embedded) throw new Error('dist/report is missing: npm run build');
  const path = join(folder, 'report.html');
  await writeFile(path, [...reportOf(openFile(file, path), digest, embedded)].join(''));
  url = pathToFileURL(path).href;
  proxy = createServer((socket) => {
    socket.once('data', (data) => {
      const [line] = String(data).split('\r\n');
      if (!ITS_OWN.test(line)) left.push(line);
      socket.destroy();
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
});

afterAll(async () => {
  await new Promise((done) => proxy?.close(done));
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** A page with the report; everything that it asks for, says or is refused is in `said`. */
async function opened(browser: Browser, scripts: boolean): Promise<{ page: Page; said: string[] }> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENT.timeout);
  const said: string[] = [];
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:font/')) said.push(`asked for ${request.url()}`);
  });
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  page.on('dialog', (dialog) => said.push(`dialog ${dialog.message()}`));
  await page.setViewport({ width: 1280, height: 800 });
  if (scripts) {
    await page.evaluateOnNewDocument(() => {
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
        console.error(`refused: ${violatedDirective} ${blockedURI}`),
      );
    });
  }
  await page.goto(url);
  return { page, said };
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const checker = (window as unknown as { axe: typeof axe }).axe;
    const found = await checker.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
    return found.violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
  });
}

const shows = (page: Page, words: string) =>
  page.waitForFunction((text) => document.body.innerText.replace(/\s+/g, ' ').includes(text), {}, words);

/** What can be read with scripts or without; instant 4 of the fixture by hand: 7,004 + 7,004 W and 6,500 + 6,499 W. */
async function reads(page: Page): Promise<void> {
  // Plain functions: without scripts Firefox runs nothing of a page that waits. A font is there some time after its page.
  await expect.poll(() => page.evaluate(() => document.fonts.check('600 34px "Inter Variable"'))).toBe(true);
  const found = await page.evaluate(() => {
    const report = document.querySelector('.report') as HTMLElement;
    return {
      text: report.innerText.replace(/\s+/g, ' '),
      made: report.querySelectorAll('script, img, style, a, form, object, embed, iframe').length,
      scripts: document.scripts.length,
      drawings: report.querySelectorAll('svg[role="img"]').length,
      background: getComputedStyle(report).backgroundColor,
    };
  });
  expect(found.text).toContain('The site drew 27 kW of a budget of 100 kW, 27.0%.');
  for (const heading of ['What happened', 'Racks at the moment, % of budget', 'Sequence', 'How to read this'])
    expect(found.text).toContain(heading);
  // Names were text for this parser too, and none of them ended the data or became an element.
  expect(found.text).toContain(HOSTILE.slice(0, 40));
  expect(found.made).toBe(0);
  expect(found.scripts).toBeLessThanOrEqual(3);
  expect(found.drawings).toBeGreaterThan(2);
  expect(found.background).toMatch(/^rgb\((244, 246, 247|16, 20, 24)\)$/);
}

/** The console in replay: time by key and by the bar, floor plan, rack and alerts, all without a word to the console. */
async function replays(page: Page): Promise<void> {
  await page.waitForSelector('section[aria-label="Replay"]');
  expect(await page.title()).toContain('script');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('1');
  await shows(page, '16 of 16 GPUs reporting');
  await shows(page, 'Replay 14:01:00 UTC');
  await shows(page, '27 kW of 100');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press(',');
  await shows(page, 'Replay 14:00:45 UTC');
  await page.focus('input[aria-label="Time in the snapshot"]');
  await page.keyboard.press('End');
  await shows(page, 'Replay 14:04:45 UTC');
  await page.keyboard.press('Home');
  await shows(page, 'Replay 14:00:00 UTC');
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  await page.keyboard.press('2');
  await page.waitForSelector('[role="grid"][aria-label="GPUs by tray"]');
  await page.keyboard.press('4');
  await shows(page, 'Narrow down');
  await page.keyboard.press('5');
  await shows(page, 'What happened');
}

describe.each(['firefox', 'chromium'] as const)('%s', (name) => {
  const needed = name === 'firefox' ? firefox : chromium;
  test.skipIf(needed.skip !== null)(
    titled('reads the report without scripts and replays it with them, and nothing leaves', needed),
    async () => {
      const { port } = proxy.address() as { port: number };
      await Promise.all(
        [true, false].map(async (scripts) => {
          const browser = await launches[name](scripts, port);
          try {
            const { page, said } = await opened(browser, scripts);
            await reads(page);
            if (scripts) await replays(page);
            expect(said).toEqual([]);
          } finally {
            await browser.close();
          }
        }),
      );
      expect(left).toEqual([]);
    },
  );
});
