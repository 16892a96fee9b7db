import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, hashOf, test } from '../console.ts';

const gpu = 'DCGM_FI_DEV_POWER_USAGE{gpu="0",UUID="GPU-a",modelName="NVIDIA H200",Hostname="a1-01-n1"} 400\n';
/** One cable, full, whose counter of waiting grows; seconds since the beginning. */
const switches = (
  seconds: number,
) => `infiniband_switch_uplink_info{guid="0xa1",port="1",switch="leaf-1",uplink="spine-1",uplink_guid="0xb1",uplink_port="1",uplink_type="SW"} 1
infiniband_switch_uplink_info{guid="0xa1",port="40",switch="leaf-1",uplink="a1-01-n1 mlx5_0",uplink_guid="0xc1",uplink_port="1",uplink_type="CA"} 1
infiniband_switch_port_rate_bytes_per_second{guid="0xa1",port="1"} 5e+10
infiniband_switch_port_transmit_data_bytes_total{guid="0xa1",port="1"} ${(4.9e10 * seconds).toFixed(0)}
infiniband_switch_port_transmit_wait_total{guid="0xa1",port="1"} ${(5e7 * seconds).toFixed(0)}
`;

async function exporter(body: () => string | null): Promise<{ readonly server: Server; readonly source: object }> {
  const server = createServer((request, response) => {
    const text = body();
    if (text === null) request.socket.destroy();
    else response.end(text);
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  return { server, source: { kind: 'exporters', id: 'own', name: 'Own', site: 'S', targets: [{ url, labels: {} }] } };
}

test('a full link whose tick is not known: raw ticks and no alarm; an edited fabric.csv is told of; above 128 leaves are pods; silence removes numbers', async ({
  open,
}) => {
  const began = Date.now();
  let silent = false;
  const { server, source } = await exporter(() => (silent ? null : gpu + switches((Date.now() - began) / 1000)));
  try {
    const { page, profile } = await open({ settings: { pollMs: 1000, staleMs: 5000, sources: [source] } });
    await expect(page.locator('[data-state="live"]')).toBeVisible();
    await page.keyboard.press('3');
    const row = page.getByRole('region', { name: 'Watch list' }).locator('tbody tr[aria-rowindex="2"]');
    await expect(row).toContainText(/leaf-1.*of 400.*none$/);
    await expect(page.getByRole('columnheader', { name: 'Wait, raw ticks/s' })).toBeVisible();
    const wait = page.getByRole('button', { name: /^Worst transmit wait/ });
    await expect(wait).toContainText('The tick of the counter is not known');
    await expect(
      page.getByRole('region', { name: 'Leaf to spine uplinks' }).getByRole('img', { name: 'critical' }),
    ).toHaveCount(0);

    writeFileSync(join(profile, 'fabric.csv'), 'leaf,spine,rate_gbps\nleaf-1,spine-1,400\nleaf-1,spine-1,much\n');
    await expect(page.getByText(/fabric\.csv, line 3, column 16: rate_gbps "much" is not a number/)).toBeVisible();

    // 130 leaves are pods; one of them leads to its leaves, by keys, and in the address.
    const leaves = Array.from({ length: 130 }, (_, i) => `leaf-${i + 1},spine-1,${i < 80 ? 'North' : 'South'}`);
    writeFileSync(join(profile, 'fabric.csv'), `leaf,spine,pod\n${leaves.join('\n')}\n`);
    const pods = page.getByRole('grid', { name: 'Pod by column' });
    await expect(pods.getByRole('row')).toHaveCount(2);
    await expect(page.getByRole('region', { name: 'Leaf to spine uplinks' })).toContainText('2 pods');
    await pods.getByRole('gridcell', { name: /^Pod North, transmit/ }).press('Enter');
    await expect(page.getByRole('grid', { name: 'Leaf by column' })).toHaveAttribute('aria-rowcount', '80');
    await expect.poll(() => hashOf(page)).toContain('pod=North');
    await expect(page.getByRole('gridcell', { name: /^Leaf leaf-1, transmit/ })).toHaveCount(1);
    await page.getByRole('grid', { name: 'Leaf by column' }).getByRole('gridcell').first().focus();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await expect(pods.getByRole('row')).toHaveCount(2);
    writeFileSync(join(profile, 'fabric.csv'), 'leaf,spine\nleaf-1,spine-1\n');
    await expect(row).toContainText('leaf-1');

    silent = true;
    await expect(page.locator('[data-state="stale"]')).toBeVisible();
    await expect(row).toHaveCount(0);
    await expect(page.getByRole('region', { name: 'Detail' })).toContainText('No data');
    await expect(page.getByRole('region', { name: 'Interconnect summary' })).not.toContainText(/\d%|Gb\/s/);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('without InfiniBand counters it says what was looked for', async ({ open }) => {
  const { server, source } = await exporter(() => gpu);
  try {
    const { page } = await open({ settings: { pollMs: 1000, sources: [source] } });
    await expect(page.locator('[data-state="live"]')).toBeVisible();
    await page.keyboard.press('3');
    await expect(
      page.getByRole('heading', { name: 'No InfiniBand counters in this source. Ethernet and NVLink are shown.' }),
    ).toBeVisible();
    await page.keyboard.press('Shift+P');
    await expect(page.getByRole('region', { name: 'Feed loss' })).toContainText('No feed of this name is known here');
    await expect(page.getByText(/No PDU is read here/)).toBeVisible();
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
