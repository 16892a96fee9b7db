import { demoShown, expect, goOn, hashOf, standStill, test } from '../console.ts';

/** A rule that holds whatever the demo does, in words that no rule of the pack has. */
const SITE_BUSY =
  '- { name: SiteBusy, when: gpu.util > 1%, at: [site], for: 0s, severity: critical, title: "{object} is busy" }\n';

test('keys of one character can be moved and switched off, and stay so; the console prints the keys as they are', async ({
  open,
}) => {
  const { page } = await open({ demo: true });
  await demoShown(page);
  const chosen = page.getByRole('radiogroup', { name: 'Signal' }).getByRole('radio', { checked: true });
  const keys = page.getByRole('dialog', { name: 'All keys' });
  await page.keyboard.press('?');
  await keys.getByRole('button', { name: /^T: Signal of the floor plan/ }).press('Enter');
  await page.keyboard.press('u');
  await expect(keys.getByRole('status')).toHaveText('U is taken: it does the work of U. Move that one first.');
  await keys.getByRole('button', { name: /^T: Signal of the floor plan/ }).press('Enter');
  await page.keyboard.press('q');
  await expect(keys.getByRole('status')).toHaveText('Q does the work of T now.');
  // A rack has the same key for the same thing: it moved there too.
  await expect(keys.getByRole('button', { name: /^Q: On a rack/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);
  await page.keyboard.press('t');
  await expect(chosen).toHaveText('PowerP');
  await page.keyboard.press('q');
  await expect(chosen).toHaveText('TemperatureQ');

  await page.reload();
  await demoShown(page);
  await page.keyboard.press('u');
  await page.keyboard.press('q');
  await expect(chosen).toHaveText('TemperatureQ');

  await page.getByRole('button', { name: '? All keys' }).click();
  await keys.getByRole('checkbox').uncheck();
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);
  await page.keyboard.press('u');
  await page.keyboard.press('3');
  await expect(chosen).toHaveText('Temperature');
  await expect(page.getByRole('navigation', { name: 'Views' }).locator('kbd')).toHaveCount(0);
  // What needs Ctrl still works, and leads back.
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Jump to' }).fill('all keys');
  await expect(page.getByRole('option', { selected: true })).toContainText('All keys');
  await page.keyboard.press('Enter');
  await keys.getByRole('button', { name: 'Reset keys' }).click();
  await page.keyboard.press('Escape');
  await expect(keys).toHaveCount(0);
  await page.keyboard.press('u');
  await expect(chosen).toHaveText('GPU utilU');
});

test('the overview is worked by keyboard alone: every key of it, and a focus that is always seen', async ({ open }) => {
  const { page } = await open({ demo: true, files: { 'rules/mine.yaml': SITE_BUSY } });
  await demoShown(page);
  await expect(page.locator('[data-state="live"]')).toBeVisible();
  const press = (key: string) => page.keyboard.press(key);
  const dialog = (name: string | RegExp) => page.getByRole('dialog', { name });
  const hash = () => hashOf(page);

  // F6 goes once around the page, and each stop is drawn. A round in which what has the focus goes is no whole one.
  await expect(async () => {
    const stops = new Set<string>();
    for (let step = 0; step < 8; step++) {
      await press('F6');
      const stop = await page.evaluate(() => {
        const at = document.activeElement as HTMLElement;
        const { outlineStyle, outlineWidth } = getComputedStyle(at);
        const region = at.closest('header, footer, section[aria-label], [data-region]');
        return {
          name: region?.getAttribute('aria-label') ?? region?.tagName ?? '',
          drawn: `${outlineStyle} ${outlineWidth}`,
        };
      });
      expect(stop.drawn, `focus in ${stop.name}`).toBe('solid 2px');
      stops.add(stop.name);
    }
    expect([...stops]).toEqual(
      expect.arrayContaining(['HEADER', 'Site summary', 'Power budgets', 'Floor plan', 'Alerts', 'History', 'FOOTER']),
    );
  }).toPass();

  const plan = page.getByRole('region', { name: 'Floor plan' });
  await press('f');
  await expect(plan.getByRole('button', { name: /Only flagged/ })).toBeVisible();
  await press('f');
  await expect(plan.getByRole('button', { name: /Only flagged/ })).toHaveCount(0);
  for (const [key, region] of [
    ['b', 'Power budgets'],
    ['\\', 'Alerts'],
  ]) {
    const panel = page.getByRole('region', { name: region, exact: true });
    // In one look: the panel may be gone by the next.
    const width = () => panel.evaluateAll(([one]) => one?.getBoundingClientRect().width ?? 0);
    await expect(panel).toBeVisible();
    const wide = await width();
    await press(key);
    await expect.poll(width).toBeLessThan(wide / 2);
    await press(key);
    await expect.poll(width).toBe(wide);
  }

  // An alert: to its object, acknowledged and given back; the windows for silence and for a snapshot.
  const rail = page.getByRole('region', { name: 'Alerts now' });
  const busy = rail.getByRole('button', { name: /Site PDX-1 is busy/ });
  await expect(busy).toBeVisible();
  // From line to line until it is chosen: others come, go and change their order meanwhile.
  await expect(async () => {
    await press(']');
    await expect(busy).toHaveAttribute('aria-pressed', 'true', { timeout: 250 });
  }).toPass({ intervals: [1] });
  await press('g');
  await expect.poll(hash).toMatch(/^#\/overview\/PDX-1/);
  await expect(page.getByRole('button', { name: /^Acknowledge/ })).toBeVisible();
  await press('a');
  await expect(dialog(/^Acknowledge/)).toBeVisible();
  await dialog(/^Acknowledge/)
    .getByRole('textbox')
    .first()
    .fill('Night shift');
  await press('Enter');
  await expect(dialog(/^Acknowledge/)).toHaveCount(0);
  await expect(rail.getByText('Acknowledged by Night shift')).toBeVisible();
  await press('a');
  await expect(rail.getByText('Acknowledged by Night shift')).toHaveCount(0);
  for (const [key, name] of [
    ['s', /^Silence/],
    ['Shift+S', /^Capture snapshot/],
    ['l', null],
  ] as const) {
    await press(key);
    const open = name === null ? page.getByRole('combobox', { name: 'Filter' }) : dialog(name);
    await expect(open).toBeVisible();
    await press('Escape');
    await expect(open).toHaveCount(0);
  }

  await standStill(page);
  await goOn(page);

  // Up to the whole site, down to a rack and its GPU, and back.
  const cell = page.getByRole('gridcell', { name: /^Rack A2-05,/ });
  await cell.focus();
  await expect(cell).toBeFocused();
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.split(',')[0]);
  await press('Shift+ArrowRight');
  await expect.poll(focused).toMatch(/^Rack B/);
  await press('Shift+ArrowLeft');
  await expect.poll(focused).toMatch(/^Rack A/);
  await press('+');
  await press('-');
  await press('0');
  await press('Enter');
  await expect.poll(hash).toMatch(/^#\/rack\/PDX-1\/A/);
  await expect(page.getByRole('region', { name: /^Rack A\S+ summary/ })).toBeVisible();
  await press('Escape');
  await expect.poll(hash).toMatch(/^#\/overview\/PDX-1\/A/);
  await expect(plan).toBeVisible();
  await press('w');
  await expect(page.getByRole('main', { name: 'Wall' })).toBeVisible();
  await press('Escape');
  await expect(plan).toBeVisible();
});
