import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import type { CallName } from '../../shared/contract.ts';
import { CHROMIUM_FLAGS } from '../chromium-flags.ts';
import { faultOf, type Stage } from './stage.ts';

/** The page as it was built, on a stage in place of a host. */
export interface Camera {
  readonly page: Page;
  /** Opens an address of the console anew. */
  go(hash: string): Promise<void>;
  /** A picture of what is shown once it has come to rest: nothing is asked any more, and two looks are the same. */
  take(): Promise<Buffer>;
  close(): Promise<void>;
}

const PAGES = join(import.meta.dirname, '../../dist/renderer');
/** More looks than this differ only where something never rests. */
const MOST_LOOKS = 60;

/** Without these a few edges of letters differ by one shade from run to run. */
const SAME_PIXELS = [
  ...['--num-raster-threads=1', '--disable-partial-raster', '--disable-checker-imaging', '--disable-skia-runtime-opts'],
  ...['--disable-lcd-text', '--font-render-hinting=none'],
];

export const launchCamera = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM_PATH, args: [...CHROMIUM_FLAGS, ...SAME_PIXELS] });

/** Everything by UTC on a clock that stands, without motion. */
export const STILL = { timezoneId: 'UTC', locale: 'en-GB', reducedMotion: 'reduce' } as const;

/** Runs in the page before anything else: the time is this. */
export function stopClocks(now: number): void {
  Date.now = () => now;
  performance.now = () => 0;
}

export async function openCamera(browser: Browser, stage: Stage, theme: 'dark' | 'light'): Promise<Camera> {
  const context = await browser.newContext({ ...STILL, colorScheme: theme });
  const page = await context.newPage();
  await page.addInitScript(stopClocks, stage.now);
  await page.route('http://localhost/**', (route) => {
    const { pathname } = new URL(route.request().url());
    return route.fulfill({ path: join(PAGES, pathname === '/' ? 'index.html' : pathname) });
  });
  let asked = 0;
  await page.routeWebSocket('ws://localhost/link', (socket) => {
    stage.onFrame((bytes) => socket.send(Buffer.from(bytes)));
    socket.onMessage(async (message) => {
      const { id, call, arg } = JSON.parse(String(message)) as { id: number; call: CallName; arg: unknown };
      asked++;
      const reply = await stage.answer(call, arg).then(
        (value) => ({ id, ok: true, value }),
        (error: unknown) => ({ id, ok: false, fault: faultOf(error) }),
      );
      asked--;
      socket.send(JSON.stringify(reply));
    });
  });
  return {
    page,
    async go(hash) {
      // A document of its own: nothing is left of what was chosen before.
      await page.goto('about:blank');
      await page.goto(`http://localhost/${hash}`);
    },
    take: () => atRest(page, () => asked === 0),
    close: () => context.close(),
  };
}

/** @throws Error for a page that never rests */
export async function atRest(page: Page, isQuiet: () => boolean, options = {}): Promise<Buffer> {
  let before: Buffer = Buffer.alloc(0);
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    const now = await page.screenshot({ ...options, animations: 'disabled' });
    if (isQuiet() && now.equals(before)) return now;
    before = now;
  }
  throw new Error(`${page.url()} never comes to rest`);
}
