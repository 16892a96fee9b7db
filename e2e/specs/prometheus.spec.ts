import type { Locator } from '@playwright/test';
import { type Demo, startDemo } from '../../electron/demo/demo.ts';
import { expect, test } from '../console.ts';
import { ask, askUntil } from '../real/ask.ts';
import { requireReal } from '../real/available.ts';
import type { Running } from '../real/running.ts';
import { startPrometheus } from '../real/servers.ts';

const need = requireReal('prometheus');
const STALE_MS = 5000;
/** The board power of a GPU has two names: before DCGM 4.6.0 and since. */
const POWER = '{__name__=~"DCGM_FI_DEV_POWER_USAGE|DCGM_FI_DEV_BOARD_POWER_WATTS"}';

/** A real Prometheus that scrapes a demo fleet every second; both end with `run`. */
async function withPrometheus(run: (server: Running, demo: Demo) => Promise<void>): Promise<void> {
  const demo = await startDemo({ nodes: 4, gpus: 8 });
  try {
    const server = await startPrometheus({
      configText: `global: {scrape_interval: 1s, scrape_timeout: 1s}
scrape_configs:
  - job_name: demo
    file_sd_configs: [{files: ['${demo.targetsFile}']}]
`,
    });
    try {
      const [gpus] = await askUntil(server.url, `count(${POWER})`, ([answer]) => answer?.value === 32);
      expect(gpus?.value, 'GPUs that Prometheus has').toBe(32);
      await run(server, demo);
    } finally {
      await server.stop();
    }
  } finally {
    await demo.close();
  }
}

/** A cell of the summary by its label. */
function kpi(strip: Locator, label: string): Locator {
  return strip.getByRole('button', { name: label });
}

test('a real Prometheus: its numbers are shown, go with it, and come back with it', async ({ open }) => {
  test.skip(need.skip !== null, need.skip ?? '');
  await withPrometheus(async (server) => {
    const { page } = await open({ source: server.url, settings: { pollMs: 1000, staleMs: STALE_MS } });
    const strip = page.getByRole('region', { name: 'Site summary' });
    await expect(page.locator('canvas[data-cells]')).toHaveAttribute('data-cells', '32');
    await expect(kpi(strip, 'Reporting')).toContainText(/32\s*of 32/);
    await expect(kpi(strip, 'Site IT power')).toContainText(/\d+(\.\d+)?\s*kW/);
    // GPUs alone are 32 × 100 to 700 W; the racks' meters say more than their GPUs draw.
    // Both are of now: a scrape that comes late leaves one of them short for a moment.
    await expect(async () => {
      const [gpus] = await ask(server.url, `sum(max by (UUID)(${POWER}))`);
      const shownKw = Number(/([\d.]+)\s*kW/.exec((await kpi(strip, 'Site IT power').textContent()) ?? '')?.[1]);
      expect(shownKw * 1000).toBeGreaterThan((gpus?.value ?? Number.NaN) * 0.8);
      expect(shownKw * 1000).toBeLessThan((gpus?.value ?? Number.NaN) * 2.5);
    }).toPass();

    await server.kill();
    // When exactly is asked of the clock (freshness.test.ts); here that it is told at all, and takes all numbers along.
    await expect(page.locator('[data-state="stale"]')).toBeVisible();
    await expect(page.getByText(/No data for \d+/).first()).toBeVisible();
    await expect(page.getByText(/Last value (≥ )?[\d.]+ kW at \d\d:\d\d:\d\d/)).toBeVisible();
    const told = async () =>
      (await strip.getByRole('button').allTextContents()).map((text) => text.replace(/No data for [\d hmins]+/g, ''));
    await expect(async () => {
      const cells = await told();
      expect(cells).not.toEqual([]);
      for (const text of cells) expect(text, 'a number of a source that is gone').not.toMatch(/\d/);
    }).toPass();
    for (const rack of await page.getByRole('gridcell').all()) await expect(rack).toHaveText(/^Rack \S+, no data$/);

    await server.restart();
    // Live or late: at one poll a second a Prometheus's newest settled sample is itself three polls old.
    await expect(page.locator('[data-state="live"], [data-state="late"]')).toBeVisible();
    await expect(kpi(strip, 'Reporting')).toContainText(/32\s*of 32/);
    await expect(kpi(strip, 'Site IT power')).toContainText(/\d+(\.\d+)?\s*kW/);
    await expect(page.getByText(/No data for/)).toHaveCount(0);
  });
});
