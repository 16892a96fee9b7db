import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { violationsInThemes } from '../axe.ts';
import { demoShown, expect, go, hashOf, test } from '../console.ts';

const RACK = '#/rack/PDX-1/A/A2/A2-05';

test('the overview leads to a rack, a rack to a GPU, Esc back up, all by keyboard', async ({ open }) => {
  const { page } = await open({ demo: true });
  await demoShown(page);
  const a205 = page.getByRole('gridcell', { name: /^Rack A2-05,/ });
  await a205.focus();
  await expect(a205).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(() => hashOf(page)).toBe(RACK);
  const strip = page.getByRole('region', { name: 'Rack A2-05 summary' });
  await expect(strip.getByRole('button', { name: 'Rack power' })).toContainText(/1\d\d\.\d\s*kW of 132\.0/);
  await expect(page.getByRole('navigation', { name: 'Breadcrumb' })).toContainText('Rack A2-05');

  const grid = page.getByRole('grid', { name: 'GPUs by tray' });
  await expect(grid.getByRole('row')).toHaveCount(18);
  await expect(grid.getByRole('gridcell')).toHaveCount(72);
  await expect(grid.locator('[tabindex="0"]')).toHaveCount(1);
  const selected = grid.getByRole('gridcell', { selected: true });
  await grid.getByRole('gridcell').first().focus();
  await expect(selected).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  // Some 1,100 W; less while the job writes a checkpoint.
  await expect(selected).toHaveText(/^GPU n02-g1, (1,\d\d\d|9\d\d) W, \d+% of its limit, .+, sampled \d+ s ago$/);
  // The focus goes with the choice.
  await expect(selected).toBeFocused();

  await page.keyboard.press('Enter');
  await expect.poll(() => hashOf(page)).toMatch(/^#\/gpu\/GPU-/);
  await expect(page.getByRole('heading', { name: 'GPU A2-05 n02-g1' })).toBeVisible();
  await expect(page.getByRole('region', { name: 'Limits' })).toContainText('1,200 W');
  await expect(page.getByRole('region', { name: 'Links' })).toContainText('NVLink');
  await page.keyboard.press('Escape');
  await expect.poll(() => hashOf(page)).toBe(`${RACK}?gpu=n02-g1`);
  await expect(selected).toHaveText(/^GPU n02-g1,/);
  await page.keyboard.press('Escape');
  await expect.poll(() => hashOf(page)).toBe('#/overview/PDX-1/A/A2');
});

test('keys of a rack: signals, the brush, the time, sorting; the address keeps them', async ({ open }) => {
  const { page } = await open({ demo: true });
  await demoShown(page);
  await go(page, RACK);
  const signal = page.getByRole('radiogroup', { name: 'Signal' });
  // The overview has such a group as well.
  await expect(signal.getByRole('radio', { name: 'Util', exact: true })).toBeVisible();
  const signals = { u: 'Util', t: 'Temp', c: 'Clock', n: 'NVLink', p: 'Power' };
  for (const [key, label] of Object.entries(signals)) {
    await page.keyboard.press(key);
    await expect(signal.getByRole('radio', { name: label, exact: true })).toBeChecked();
  }
  const positions = page.getByRole('region', { name: 'GPUs by position' });
  /** How long it says that it shows; NaN while it says nothing of it. */
  const minutes = async () => {
    const [, from = '', to = ''] = /(\d\d:\d\d) to (\d\d:\d\d)/.exec((await positions.textContent()) ?? '') ?? [];
    const [a, b] = [from, to].map((text) =>
      text === '' ? Number.NaN : Number(text.slice(0, 2)) * 60 + Number(text.slice(3)),
    );
    return (b - a + 1440) % 1440;
  };
  await expect.poll(async () => [17, 18].includes(await minutes())).toBe(true);
  for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowLeft');
  await expect.poll(() => hashOf(page)).toMatch(/span=1380$/);
  await expect.poll(async () => [22, 23].includes(await minutes())).toBe(true);
  for (let i = 0; i < 12; i++) await page.keyboard.press('Shift+ArrowRight');
  await expect.poll(() => hashOf(page)).toMatch(/span=660$/);
  await page.keyboard.press('0');
  await expect.poll(() => hashOf(page)).toBe(RACK);

  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowLeft');
  await expect(page.getByRole('region', { name: 'GPU power over time' })).toContainText(/\d\d:\d\d:(00|15|30|45) UTC/);
  await page.keyboard.press('o');
  await expect(page.getByRole('button', { name: /Sort: value/ })).toBeVisible();
  await expect.poll(() => hashOf(page)).toContain('sort=value');
});

/** Two machines of four GPUs with known numbers, and a third that topology expects; as dcgm-exporter prints them. */
const EVIL = '\u202Eevil<img src=x onerror=window.hit=1>';
function exposition(node: number): string {
  const lines: string[] = [];
  for (let gpu = 0; gpu < 4; gpu++) {
    const job = gpu === 0 ? `,exported_namespace="train",exported_pod="${EVIL}",hpc_job="4711"` : '';
    const labels = `{gpu="${gpu}",UUID="GPU-${node}${gpu}",modelName="NVIDIA H200",Hostname="r1-n${node}"${job}}`;
    const put = (name: string, value: number) => lines.push(`DCGM_FI_DEV_${name}${labels} ${value}`);
    put('POWER_USAGE', 400 + 10 * node + gpu);
    put('ENFORCED_POWER_LIMIT', 700);
    put('GPU_TEMP', 60 + gpu);
    put('SLOWDOWN_TEMP', 87);
    put('SM_CLOCK', 1800 + gpu);
    put('CLOCKS_EVENT_REASONS', gpu === 3 ? 0x40 : gpu === 2 ? 4 : 0);
    put('XID_ERRORS', node === 1 && gpu === 0 ? 79 : 0);
    put('ECC_DBE_VOL_TOTAL', 0);
  }
  return `${lines.join('\n')}\n`;
}

/** The machines on loopback, and the settings that read them. */
async function machines() {
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-rack-'));
  const server = createServer((request, response) => {
    const node = /^\/n(\d)\/metrics$/.exec(request.url ?? '')?.[1];
    response.setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(exposition(Number(node)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = (server.address() as AddressInfo).port;
  const target = (node: number) => ({
    targets: [`127.0.0.1:${port}`],
    labels: { __metrics_path__: `/n${node}/metrics`, node: `r1-n${node}` },
  });
  const files = { targets: join(folder, 'targets.json'), topology: join(folder, 'topology.csv') };
  writeFileSync(files.targets, JSON.stringify([target(1), target(2)]));
  const row = (node: number) => `S,H,R,R1,${node},r1-n${node},HGX H200,4\n`;
  writeFileSync(files.topology, `site,hall,row,rack,u,node,model,gpus\n${row(1)}${row(2)}${row(3)}S,H,R,R2,,,,\n`);
  const source = { kind: 'exporters', id: 'one', name: 'Three machines', site: 'S', files: [files.targets] };
  return {
    settings: { pollMs: 1000, staleMs: 5000, sources: [{ ...source, topologyFile: files.topology }] },
    async stop() {
      server.closeAllConnections();
      if (server.listening) await new Promise((done) => server.close(done));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

test('tables have the exporters’ numbers, holes are told, what is lost is gone', async ({ open }) => {
  const fleet = await machines();
  try {
    const { page } = await open({ settings: fleet.settings });
    await expect(page.locator('[data-state="live"]')).toBeVisible();
    await go(page, '#/rack/S/H/R/R1');
    const grid = page.getByRole('grid', { name: 'GPUs by tray' });
    await expect(grid.getByRole('gridcell')).toHaveCount(12);
    await expect(grid.getByRole('gridcell', { name: /missing: it ought to be there/ })).toHaveCount(4);
    const second = grid.getByRole('gridcell').nth(4);
    await expect(second).toHaveText(/^GPU n2-g0, 420 W, 60% of its limit, not held, sampled \d+ s ago$/);
    await expect(grid.getByRole('gridcell').nth(3)).toHaveText(/413 W, 59% of its limit, HW thermal/);
    expect(await violationsInThemes(page)).toEqual([]);

    await page.keyboard.press('v');
    const tables = page.getByRole('dialog', { name: 'Rack R1 as table' });
    const row = (name: string) => tables.getByRole('row', { name });
    await expect(row('n1-g2')).toContainText('412');
    await expect(row('n1-g2')).toContainText('SW power cap');
    await expect(row('n2-g3').getByRole('cell')).toHaveText([
      ...['423', 'no data', '63', '1,803', 'no data', '60', 'HW thermal'].map((text) => new RegExp(`${text}$`)),
    ]);
    await expect(row('n3-g0')).toContainText('missing');
    expect(await violationsInThemes(page)).toEqual([]);
    await tables.getByRole('radio', { name: 'Throttle reasons' }).click();
    await expect(tables.getByRole('row').nth(1).getByRole('cell')).toHaveText(['2', '0', '2', '0']);
    await tables.getByRole('radio', { name: 'Over time' }).click();
    await expect(tables.getByRole('row').nth(1).getByRole('cell').nth(5)).toHaveText('421');
    await page.keyboard.press('Escape');
    await expect(tables).toHaveCount(0);

    await go(page, '#/gpu/GPU-10');
    const health = page.getByRole('region', { name: 'Health' });
    await expect(health).toContainText('XID 79');
    await expect(health).toContainText('fell off the PCIe bus');
    await expect(health).toContainText('Restart the machine');
    const job = page.getByRole('region', { name: 'Job' });
    await expect(job).toContainText('4711');
    await expect(job).toContainText('\\u202eevil<img src=x onerror=window.hit=1>');
    expect(await page.evaluate(() => 'hit' in window)).toBe(false);
    await page.keyboard.press('v');
    const charts = page.getByRole('dialog', { name: 'View as table' });
    await charts.getByRole('combobox', { name: 'Table' }).selectOption({ label: 'GPU temperature over time' });
    await expect(charts.getByRole('row').nth(1).getByRole('cell').last()).toHaveText('60 °C');
    await page.keyboard.press('Escape');
    await expect(charts).toHaveCount(0);
    expect(await violationsInThemes(page)).toEqual([]);

    await go(page, '#/rack/S/H/R/R2');
    await expect(page.getByRole('heading', { name: 'This rack has no GPUs mapped.' })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Edit topology' })).toHaveAttribute('href', '#/sources?tab=topology');
    await go(page, '#/gpu/GPU-10');
    await expect(page.getByRole('region', { name: 'Now' })).toContainText('410 W');

    await fleet.stop();
    await expect(page.getByRole('region', { name: 'Now' })).not.toContainText(' W');
    await page.keyboard.press('Escape');
    const strip = page.getByRole('region', { name: 'Rack R1 summary' });
    await expect(strip.getByRole('button', { name: 'GPU power' })).toContainText(/No data for/);
    await expect(grid.getByRole('gridcell').nth(4)).toHaveText('GPU n2-g0, no data');
    await expect(page.getByRole('region', { name: 'GPU power over time' })).not.toContainText(/4\d\d W/);
    expect(await violationsInThemes(page)).toEqual([]);
  } finally {
    await fleet.stop();
    fleet.remove();
  }
});

test('an address without a rack leads to the tightest one, one of no rack says so', async ({ open }) => {
  const { page } = await open({ demo: true });
  await demoShown(page);
  await page.keyboard.press('2');
  // A rack of the row that climbs; while its job writes a checkpoint B3-04 may be the tightest: 37 of 44 kW.
  await expect.poll(() => hashOf(page)).toMatch(/^#\/rack\/PDX-1\/(A\/A2\/A2-0\d|B\/B3\/B3-04)$/);
  await go(page, '#/rack/PDX-1/A/A2/A2-99');
  await expect(page.getByRole('heading', { name: 'There is no rack PDX-1/A/A2/A2-99.' })).toBeVisible();
  await go(page, '#/gpu/GPU-none');
  await expect(page.getByRole('heading', { name: 'There is no GPU GPU-none.' })).toBeVisible();
});
