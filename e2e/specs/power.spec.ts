import { violationsInThemes } from '../axe.ts';
import { demoShown, expect, hashOf, looksOnce, standStill, test } from '../console.ts';

test('from the headroom to stranded racks, into a row, and what losing a feed does', async ({ open }) => {
  const { page } = await open({ demo: true });
  await demoShown(page);
  await page
    .getByRole('region', { name: 'Site summary' })
    .getByRole('button', { name: /^Headroom/ })
    .click();
  await expect.poll(() => hashOf(page)).toBe('#/power');
  const places = page.getByRole('region', { name: 'Power by place' });
  const first = places.locator('tbody tr[aria-rowindex="2"]');
  // B4-03 stands nearly idle: 12.3 of 44 kW when the script begins.
  await expect(first).toContainText(/Rack B4-03.*3\d\.\d kW.*of 44\.0 kW/);

  await page.getByRole('radio', { name: 'Rows' }).click();
  await expect(first).toContainText(/^Row /);
  // The lines change places with their numbers: a hand needs them to stand still.
  await standStill(page);
  await places.getByRole('row', { name: /Row A2/ }).dblclick();
  await expect.poll(() => hashOf(page)).toBe('#/power/PDX-1/A/A2?level=row');
  await expect(page.getByRole('heading', { name: 'Row A2: stranded power' })).toBeVisible();

  const loss = page.getByRole('region', { name: 'Feed loss' });
  await expect(loss.getByRole('heading', { name: 'Row A2 without feed A' })).toBeVisible();
  // Nine places: the row and its eight racks, on feeds a size larger than the budget.
  await expect(loss).toContainText('All 9 places hold: the other feed carries them.');
  // What the other feed could still carry: 158.4 kW, 120 % of the rack's budget, less what the rack draws.
  const text = (await loss.locator('tbody tr[aria-rowindex="2"]').textContent()) ?? '';
  const [, draw, left] = /Holds([\d.]+) kW158\.4 kW([\d.]+) kW$/.exec(text) ?? [];
  expect(Number(draw) + Number(left), text).toBeCloseTo(158.4, 0);
  await page.keyboard.press('x');
  await expect(loss.getByRole('heading', { name: 'Row A2 without feed B' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Hall A: stranded power' })).toBeVisible();
});

test('columns sort by their heads, and rows move by arrows', async ({ open }) => {
  const { page } = await open({ demo: true });
  await demoShown(page);
  await page.keyboard.press('Shift+P');
  const places = page.getByRole('region', { name: 'Power by place' });
  const head = places.getByRole('columnheader', { name: 'Use %' });
  await head.getByRole('button').click();
  await expect(head).toHaveAttribute('aria-sort', 'descending');
  // Still, so that no line moves between two looks at it.
  await standStill(page);
  const use = async (row: number) =>
    Number(await places.locator(`tbody tr[aria-rowindex="${row}"] td`).nth(4).textContent());
  await expect(async () => expect(await use(2)).toBeGreaterThan(await use(8))).toPass();
  await places.locator('tr[tabindex="0"]').focus();
  await expect(places.locator('tr[tabindex="0"]')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-rowindex'))).toBe('3');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: /^Rack .*: stranded power$/ })).toBeVisible();
});

test('power has no WCAG violation in any list in dark and light', async ({ open }) => {
  looksOnce();
  const { page } = await open({ demo: true, viewport: { width: 1280, height: 800 } });
  await demoShown(page);
  await page.keyboard.press('Shift+P');
  await expect(
    page.getByRole('region', { name: 'Power by place' }).locator('tbody tr[aria-rowindex="2"]'),
  ).toBeVisible();
  const wide = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await expect.poll(wide, 'pixels beyond the right edge').toBeLessThanOrEqual(0);
  const lists = ['PDU feeds', 'Jobs', 'Tokens and joules', 'Inference servers', 'GPU-hours lost to throttling'];
  for (const list of [...lists, 'Energy and cost']) {
    await expect(page.getByRole('heading', { name: list })).toBeVisible();
    expect(await violationsInThemes(page)).toEqual([]);
    await page.keyboard.press('l');
  }
});
