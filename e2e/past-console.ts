import type { Page } from '@playwright/test';
import { expect, test } from './console.ts';
import type { OpenOptions } from './hosts.ts';
import { requireReal } from './real/available.ts';
import { pastText, SCRAPE_MS } from './real/past.ts';
import type { Running } from './real/running.ts';
import { startPrometheus } from './real/servers.ts';

/** What specs of time travel have in common: a real Prometheus full of the past, and what the page says of its time. */

export const MINUTE = 60_000;
/** Of consoles on it, ms. */
export const POLL = 2000;

/** A Prometheus with the rack of `real/past.ts`, from two hours before `end` to half an hour after it. */
export interface PastServer {
  readonly url: string;
  /** A multiple of ten minutes, at most that long ago when the server was started; epoch ms. */
  readonly end: number;
  /** How a console is opened that reads it. */
  options(more?: OpenOptions): OpenOptions;
}

/** For the top of a file: starts the server before its tests and ends it after them; skips all where it is not installed. */
export function withPast(): PastServer {
  const missing = [requireReal('prometheus'), requireReal('promtool')].flatMap(({ skip }) => skip ?? []);
  test.skip(missing.length > 0, missing[0]);
  let [server, end]: [Running | undefined, number] = [undefined, Number.NaN];
  test.beforeAll(async () => {
    end = Math.floor(Date.now() / (10 * MINUTE)) * 10 * MINUTE;
    const past = pastText(end - 120 * MINUTE, end + 30 * MINUTE, end, 'openmetrics');
    server = await startPrometheus({ configText: 'scrape_configs: []\n' }, past);
  });
  test.afterAll(() => server?.stop());
  return {
    get url() {
      return server?.url ?? '';
    },
    get end() {
      return end;
    },
    options: (more) => ({
      ...more,
      settings: {
        ...{ pollMs: POLL, staleMs: 60_000 },
        sources: [{ id: 'p', kind: 'prometheus', name: 'Main', site: 'S', url: server?.url }],
      },
    }),
  };
}

/** The rack's two meters together, watts: hundredths of a kilowatt on the wire, and both climb by one a scrape. */
export const wattsOf = (time: number) => 10 * (500 + 2 * (Math.floor(time / SCRAPE_MS) % 20));
export const kw = (watts: number) => `${(watts / 1000).toFixed(1)} kW`;

export const iso = (time: number) => new Date(time).toISOString().replace('.000', '');
/** "14:12:05 UTC". */
export const clock = (time: number) => `${iso(time).slice(11, 19)} UTC`;

export const banner = (page: Page) => page.getByRole('region', { name: 'Replay' });

/** The time that stands in the address; NaN where none does. */
export const timeOf = (page: Page) =>
  Date.parse(new URLSearchParams(new URL(page.url()).hash.split('?')[1] ?? '').get('t') ?? '');

/** The instant of the address, once the banner shows it and nothing else is on its way. */
export async function settledTime(page: Page): Promise<number> {
  let settled = Number.NaN;
  await expect(async () => {
    const time = timeOf(page);
    expect(time).toBeGreaterThan(0);
    // Read once: the address follows a little after the banner, so that one that was waited for may be of another instant.
    const said = await banner(page).textContent({ timeout: 1000 });
    expect(said).toContain(`Replay ${clock(time)}`);
    expect(said).not.toContain('Loading');
    settled = time;
  }).toPass();
  return settled;
}

/** The page has come to rest at an instant. */
export async function expectInstant(page: Page, instant: number): Promise<void> {
  await expect(async () => expect(await settledTime(page)).toBe(instant)).toPass();
}
