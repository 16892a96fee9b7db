import { violations } from '../axe.ts';
import { expect, fleetShown, test } from '../console.ts';
import { requireReal } from '../real/available.ts';
import { startAlertmanager } from '../real/servers.ts';

const real = requireReal('alertmanager');

test('alerts and silences of a real Alertmanager stand beside ours, and stay when it goes', async ({ open, fleet }) => {
  test.skip(real.skip !== null, real.skip ?? '');
  const server = await startAlertmanager();
  try {
    const posted = await fetch(`${server.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([
        {
          labels: { alertname: 'DiskFull', severity: 'critical', instance: 'store-7' },
          annotations: { summary: '3% left' },
        },
      ]),
    });
    expect(posted.ok).toBe(true);
    const { page } = await open({
      settings: { ...fleet, alertmanagers: [{ id: 'pager', name: 'Site pager', url: server.url }] },
    });
    await fleetShown(page);
    await page.keyboard.press('4');
    await page.getByRole('button', { name: /^From Prometheus and Alertmanager/ }).click();
    const row = page.getByRole('row').filter({ hasText: 'DiskFull' });
    await expect(row).toContainText('3% left');
    await expect(row).toContainText('instance=store-7');
    await expect(row).toContainText('Site pager');
    await expect(row).toContainText('Firing');
    expect(await violations(page)).toEqual([]);

    await page.getByRole('radio', { name: 'Silences' }).click();
    await page.getByRole('button', { name: 'New silence' }).click();
    const dialog = page.getByRole('dialog', { name: 'Silence' });
    await dialog.getByLabel('Value').fill('DiskFull');
    await dialog.getByLabel('Your name').fill('Ann');
    await dialog.getByLabel('Reason').fill('Being cleaned');
    await dialog.getByLabel('Also at the Alertmanagers').check();
    await dialog.getByRole('button', { name: 'Silence', exact: true }).click();
    await expect(dialog).toHaveCount(0);
    const there = page.getByRole('region', { name: 'Silences at Alertmanagers' });
    await expect(there.getByRole('row').filter({ hasText: 'Being cleaned' })).toContainText(
      /Active.*DiskFull.*Site pager/,
    );
    const kept = (await (await fetch(`${server.url}/api/v2/silences`)).json()) as { createdBy: string }[];
    expect(kept.map(({ createdBy }) => createdBy)).toEqual(['Ann']);
    expect(await violations(page)).toEqual([]);

    await page.getByRole('radio', { name: 'Active' }).click();
    await server.kill();
    await expect(page.getByText('Site pager does not answer')).toBeVisible();
    await page.getByRole('button', { name: /^From Prometheus and Alertmanager/ }).click();
    await expect(row).toContainText('Site pager (no answer)');
    // What was true when it was last heard is told as past, with the shape of what is not known.
    await expect(row).toContainText(/Was (firing|muted there)/);
  } finally {
    await server.stop();
  }
});
