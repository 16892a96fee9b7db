import { violations } from '../axe.ts';
import { expect, test } from '../console.ts';
import { requireReal } from '../real/available.ts';
import { startReceiver } from '../real/interop.fixture.ts';
import { freePort } from '../real/running.ts';
import { startAlertmanager } from '../real/servers.ts';

const real = requireReal('alertmanager');

test('an Alertmanager and a webhook are added, tested, shown with their state, and removed', async ({ open }) => {
  test.skip(real.skip !== null, real.skip ?? '');
  const server = await startAlertmanager();
  const hook = await startReceiver();
  try {
    const { page } = await open();
    await page
      .getByRole('link', { name: /^Sources/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Add Alertmanager' }).click();
    await page.getByLabel('URL', { exact: true }).fill(`127.0.0.1:${await freePort()}`);
    await page.getByRole('button', { name: 'Test connection' }).click();
    const steps = page.getByRole('table', { name: 'Connection test' });
    await expect(steps).toContainText(/Status\s*Failed.*Nothing listens there/s);

    await page.getByLabel('URL', { exact: true }).fill(server.url);
    await page.getByLabel('Name', { exact: true }).fill('Site pager');
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect(steps.getByText('Passed')).toHaveCount(4);
    await expect(steps).toContainText(/Alertmanager 0\.\d+/);
    await page.getByRole('button', { name: 'Save Alertmanager' }).click();
    const entry = page.getByRole('list').getByRole('button', { name: /Site pager/ });
    await expect(entry).toContainText('Alertmanager, up');

    await page.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByLabel('URL', { exact: true }).fill(`${hook.url}/in?token=x`);
    await page.getByRole('button', { name: 'Send a test' }).click();
    await expect(page.getByText('may be a secret')).toBeVisible();
    await page.getByLabel('URL', { exact: true }).fill(`${hook.url}/in`);
    await page.getByRole('button', { name: 'Send a test' }).click();
    await expect(steps.getByText('Passed')).toBeVisible();
    expect(JSON.parse(hook.bodies[0]?.text ?? '')).toMatchObject({ events: [{ event: 'test' }] });
    await page.getByRole('button', { name: 'Save webhook' }).click();
    await expect(page.getByRole('button', { name: /Webhook, not signed/ })).toBeVisible();

    const address = page.getByLabel('Links in pages lead to');
    await address.fill('fleet.example');
    await page.getByRole('button', { name: 'Save address' }).click();
    await expect(page.getByText('Expected an http or https URL')).toBeVisible();
    await address.fill('https://fleet.example/console');
    await page.getByRole('button', { name: 'Save address' }).click();
    await expect(page.getByText('Expected an http')).toHaveCount(0);
    await expect(page.getByRole('button', { name: 'Save address' })).toBeDisabled();

    expect(await violations(page)).toEqual([]);

    await server.kill();
    await entry.click();
    // Changed, it is read anew at once.
    await page.getByLabel('Name', { exact: true }).fill('Site pager of hall B');
    await page.getByRole('button', { name: 'Save Alertmanager' }).click();
    await expect(entry).toContainText(/Site pager of hall B.*Nothing listens there/);
    await page.getByRole('button', { name: 'Remove Alertmanager' }).click();
    await page.getByRole('button', { name: 'Remove Site pager of hall B for good' }).click();
    await expect(entry).toHaveCount(0);
  } finally {
    await hook.close();
    await server.stop();
  }
});
