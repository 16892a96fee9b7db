import { demoShown, expect, go, test } from '../console.ts';

const RULES = '- { name: RowHot, when: budget.use > 0.95, at: [row], for: 0s, severity: critical }\n';

test('the wall: figures, racks, alerts that stand still; without data a violet block and the past tense', async ({
  open,
}, info) => {
  const { page, pid } = await open({ demo: true, files: { 'rules/mine.yaml': RULES } });
  await demoShown(page);
  await page.keyboard.press('w');
  await go(page, '#/wall?views=power:999');
  const wall = page.getByRole('main', { name: 'Wall' });
  await expect(wall.getByRole('img', { name: /^Racks by row: highest Rack/ })).toBeVisible();
  await expect(wall.getByRole('region', { name: 'Site IT power' })).toContainText(/\d\.\d\dMW/);
  await expect(wall.getByRole('region', { name: 'Alerts' })).toContainText(/Row A2 \d+\.\d%/);
  await expect(wall).toContainText(/Live, \d+ s/);
  // A second's tick: a screen that froze would keep its hand.
  const hand = () => wall.locator('svg path[transform^="rotate"]').first().getAttribute('transform');
  const before = await hand();
  await expect.poll(hand).not.toBe(before);
  await expect(page.getByRole('navigation')).toHaveCount(0);

  // Windows open over the wall, and not once it is left.
  await page.keyboard.press('v');
  await expect(page.getByRole('dialog', { name: 'View as table' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(wall).toBeVisible();

  if (info.project.name === 'serve') {
    // The host stands still: nothing comes any more, and the page must notice by itself.
    await page.clock.install();
    process.kill(pid, 'SIGSTOP');
    try {
      await page.clock.fastForward(75_000);
      await expect(wall.getByRole('status')).toContainText(/No data for \d+ min/);
      await expect(wall.getByText('No data', { exact: true })).toHaveCount(2);
      await expect(wall.getByText(/^Last value [\d.≥ ]+(%| MW) at \d\d:\d\d:\d\d$/)).toHaveCount(2);
      await expect(wall).not.toContainText('Live');
      await expect(wall.getByRole('img', { name: 'Racks by row: no data' })).toBeVisible();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }
  await page.keyboard.press('Escape');
  await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible();
});
