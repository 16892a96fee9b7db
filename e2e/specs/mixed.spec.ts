import { type Demo, startDemo } from '../../electron/demo/demo.ts';
import { expect, test } from '../console.ts';
import { askUntil } from '../real/ask.ts';
import { requireReal } from '../real/available.ts';
import type { Running } from '../real/running.ts';
import { startPrometheus, startVictoriaMetrics } from '../real/servers.ts';

const needs = [requireReal('prometheus'), requireReal('victoriaMetrics')];
const missing = needs.find(({ skip }) => skip !== null)?.skip ?? null;
const BOARDS = '{__name__=~"DCGM_FI_DEV_POWER_USAGE|DCGM_FI_DEV_BOARD_POWER_WATTS|gpu_package_power"}';

test('of a Prometheus, a VictoriaMetrics and exporters one stops: a banner names it, the others stay live', async ({
  open,
}, info) => {
  test.skip(info.project.name !== 'serve', 'the page is the same on the desktop, and two servers take their time');
  test.skip(missing !== null, missing ?? '');
  const demo: Demo = await startDemo({ mixed: true });
  const servers: Running[] = [];
  try {
    const [pdx, ams, edge] = demo.sites;
    servers.push(await startPrometheus({ config: pdx.prometheusConfig }));
    servers.push(await startVictoriaMetrics({ config: ams.prometheusConfig }));
    for (const { url } of servers) await askUntil(url, `count(${BOARDS})`, ([row]) => row?.value === 160);
    const of = (site: string, more: object) => ({ id: site.toLowerCase(), name: site, site, ...more });
    const sources = [
      of(pdx.site, { kind: 'prometheus', url: servers[0].url, budgetsFile: demo.budgetsFile }),
      of(ams.site, { kind: 'prometheus', url: servers[1].url }),
      of(edge.site, { kind: 'exporters', files: [edge.targetsFile] }),
    ];
    const { page } = await open({ settings: { pollMs: 2000, staleMs: 12_000, sources } });
    await expect(page.getByText('352 of 352 GPUs reporting')).toBeVisible();
    await servers[0].kill();
    await expect(page.getByText('192 of 352 GPUs reporting')).toBeVisible();
    await expect(page.getByText(/PDX-1 does not answer for/)).toBeVisible();
    await expect(page.locator('[data-state="live"], [data-state="late"]')).toBeVisible();
    // Two sites have a rack A1-01, and nothing of the others is gone.
    await expect(page.getByRole('gridcell', { name: /^Rack A1-01 of AMS-2,/ })).toHaveCount(1);
    await expect(page.getByRole('gridcell', { name: /^Rack (A1-\d+ of AMS-2|B1-\d+|E1-\d+), no data/ })).toHaveCount(0);
  } finally {
    for (const server of servers) await server.stop();
    await demo.close();
  }
});
