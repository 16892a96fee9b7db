import { demoShown, expect, go, hashOf, test } from '../console.ts';

test('search: a rack by its name, a signal of the catalogue, a filter; the address holds what was chosen', async ({
  open,
}) => {
  const { page } = await open({ demo: true });
  await demoShown(page);
  const search = page.getByRole('combobox', { name: 'Jump to' });
  const hash = () => hashOf(page);

  await page.keyboard.press('Control+k');
  await search.fill('a2-05');
  await expect(page.getByRole('option').first()).toContainText('Rack A2-05');
  await expect(page.getByRole('option', { selected: true })).toContainText('Rack A2-05');
  await page.keyboard.press('Enter');
  await expect(search).toHaveCount(0);
  await expect.poll(hash).toBe('#/rack/PDX-1/A/A2/A2-05');

  await page.keyboard.press('1');
  await page.keyboard.press('/');
  await search.fill('enforced power limit');
  await expect(page.getByRole('option', { selected: true })).toContainText(/enforced power limit/i);
  await page.keyboard.press('Enter');
  await expect(search).toHaveCount(0);
  await expect.poll(hash).toContain('signal=gpu.powerLimit');
  // GB200 boards are limited to 1,200 W (the drawing's fleet): the scale ends at the next round number.
  await expect(page.getByRole('img', { name: 'Colour scale, 0 W to 2,000 W' })).toBeVisible();

  await page.keyboard.press('/');
  await search.fill('rack~"B3-0[1-3]" & power>0');
  await expect(page.getByRole('option', { selected: true })).toContainText('B3-0[1-3]');
  await page.keyboard.press('Enter');
  await expect(search).toHaveCount(0);
  // Row B3 has 7 racks of 4 nodes with 8 GPUs: three of them are 96 GPUs.
  await expect(page.getByText('96 of 2,048 GPUs match, in 3 racks')).toBeVisible();
  await page.keyboard.press('l');
  const filter = page.getByRole('combobox', { name: 'Filter' });
  await filter.fill('utl<5');
  await expect(page.getByText('Column 1: There is no "utl". Try util.')).toBeVisible();
  await filter.press('Escape');
  await expect(filter).toHaveCount(0);
  await expect.poll(hash).not.toContain('filter');

  // A link of somebody else's opens on the same picture.
  await go(page, '#/overview/PDX-1/B/B3?signal=temp&filter=row%3DB3');
  await expect(page.getByRole('radio', { name: 'Temperature' })).toBeChecked();
  await expect(page.getByText('224 of 2,048 GPUs match, in 7 racks')).toBeVisible();
});
