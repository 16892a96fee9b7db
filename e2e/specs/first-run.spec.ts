import { expect, test } from '../console.ts';

test('first run: the demo fleet opens with one click and moves', async ({ open }) => {
  const { page } = await open();
  await expect(page.getByRole('button', { name: /Open demo fleet/ })).toBeVisible();
  await expect(page.getByText('Connect Prometheus').first()).toBeVisible();
  await page.getByRole('button', { name: /Open demo fleet/ }).click();
  await expect(page.getByText('Demo data', { exact: true })).toBeVisible();
  await expect(page.getByText(/2,0\d\d of 2,048 GPUs reporting/)).toBeVisible();
  const plan = page.locator('canvas[data-cells]');
  await expect(plan).toHaveAttribute('data-cells', '2048');
  // Cells change with the polls, and again: of two pictures the first may be of the empty floor.
  const pictures = new Set<string>();
  const seen = async () => pictures.add(await plan.evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())).size;
  await expect.poll(seen).toBeGreaterThan(2);
});
