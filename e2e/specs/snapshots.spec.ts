import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { violations } from '../axe.ts';
import { demoShown, expect, fleetShown, test } from '../console.ts';

// Packing, checking and opening 2,048 GPUs compute: on a busy machine that takes its time.
test.describe.configure({ timeout: 300_000 });
const COMPUTED = { timeout: 120_000 };

async function capture(page: Page, title: string, gpus: string): Promise<void> {
  await page.keyboard.press('Shift+S');
  const dialog = page.getByRole('dialog', { name: 'Capture snapshot' });
  await dialog.getByLabel('Title, as a sentence').fill(title);
  await dialog.getByLabel('Tags, by commas').fill('power, feed B');
  await expect(dialog.getByRole('status')).toHaveText(new RegExp(`^About .* instants of ${gpus} GPUs`));
  expect(await violations(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Capture snapshot' }).click();
  await expect(dialog).toHaveCount(0);
}

test('capture, library, replay and back; a file that was altered is not opened', async ({ open }) => {
  const { page, profile } = await open({ demo: true });
  await demoShown(page);
  // All racks' meters were heard of too: boards alone are a lower bound, and say so.
  await expect(page.getByRole('button', { name: /^Site IT power/ })).not.toContainText('≥');
  // From an alert its own window is chosen; the sliders move it, as a hand does on the strip.
  await page.keyboard.press('4');
  await page.getByRole('region', { name: 'Alert', exact: true }).getByRole('button', { name: 'Capture' }).click();
  const about = page.getByRole('dialog', { name: 'Capture snapshot' });
  await expect(about.getByRole('radio', { name: 'Chosen' })).toBeChecked();
  await expect(about.getByRole('img', { name: /^Draw of the last two hours; chosen/ })).toBeVisible();
  const size = about.getByRole('status');
  await expect(size).toHaveText(/^About .* instants/);
  const words = await size.innerText();
  await about.getByRole('slider', { name: /^From/ }).press('ArrowRight');
  await expect(size).not.toHaveText(words);
  await expect(size).toHaveText(/^About .* instants/);
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(about).toHaveCount(0);
  await page.keyboard.press('5');
  await expect(page.getByText('No snapshots yet. Press Shift S on any view.')).toBeVisible();
  const itself = page.getByLabel('Taken by itself');
  await itself.selectOption('When a critical alert fires');
  await expect(page.getByText('15 min before it to 5 min after, every 10 min at most, kept for 30 days')).toBeVisible();
  await itself.selectOption('Never');
  await expect(page.getByText(/15 min before it/)).toHaveCount(0);
  await capture(page, 'Row A2 near its budget', '2,048');
  const row = page.getByRole('row', { name: /Row A2 near its budget/ });
  await expect(row.getByText('Whole, signed')).toBeVisible(COMPUTED);
  await expect(row.getByRole('img', { name: /racks by their share of budget/ })).toBeVisible();
  expect(await violations(page)).toEqual([]);

  await page.getByRole('searchbox').fill('feed b');
  await expect(row).toBeVisible();
  await page.getByRole('searchbox').fill('nothing of this');
  await expect(page.getByText('No snapshot has these words.')).toBeVisible();
  await page.getByRole('searchbox').fill('');

  // Against the fleet as it is: the demo’s racks are on both sides, nothing is counted apart. Its row B4 goes idle at times.
  await page.getByRole('button', { name: 'Compare' }).click();
  const compare = page.getByRole('dialog', { name: /^Compare “Row A2/ });
  // 2.6 MW; a twentieth less while the job of a training row writes a checkpoint.
  await expect(compare.getByText(/^44 racks on both sides drew 2\.[4-7]\d MW and 2\.[4-7]\d MW: [+−]/)).toBeVisible();
  // On the floor as well: each rack of the second side, with the sum in words.
  const floor = compare.getByRole('img', { name: /^Change of draw by rack: [+−].* 0 without data/ });
  await expect(floor.locator('rect[data-change]')).toHaveCount(44);
  // By place, so that which rack changed most does not decide what is in view.
  await compare.getByRole('button', { name: 'Place', exact: true }).click();
  await expect(compare.getByRole('row', { name: /^Rack PDX-1\/A\/A1\/A1-02/ })).toContainText('72, 72');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(compare).toHaveCount(0);

  await page.getByRole('button', { name: /Open in replay/ }).click();
  const banner = page.getByRole('region', { name: 'Replay' });
  await expect(banner).toContainText('Row A2 near its budget', COMPUTED);
  await expect(page.getByText('Not live')).toBeVisible();
  await page.keyboard.press('1');
  await demoShown(page);
  expect(await violations(page)).toEqual([]);
  // Nothing can be changed in it: a window that opened would keep the next key from the page.
  await page.keyboard.press('Shift+S');
  await page.keyboard.press('Shift+Escape');
  await expect(banner).toHaveCount(0);
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.locator('[data-state="live"]')).toBeVisible();

  await page.keyboard.press('5');
  await page.getByRole('button', { name: /^Remove/ }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toBeVisible();
  // Also after the page was left.
  await page.getByRole('button', { name: /^Remove/ }).click();
  await expect(row).toHaveCount(0);
  await page.keyboard.press('4');
  await expect(page.getByRole('region', { name: 'Alert', exact: true })).toBeVisible();
  await page.keyboard.press('5');
  await page.getByText('Removed, 1').click();
  await expect(page.getByText(/kept until \d+ \w+ 20\d\d or until its place is needed/)).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Bring back Row A2 near its budget' }).click();
  await expect(row).toBeVisible();
  await expect(page.getByText('Removed, 1')).toHaveCount(0);

  const folder = join(profile, 'snapshots');
  const [name] = readdirSync(folder).filter((one) => one.endsWith('.fwsnap'));
  const bytes = readFileSync(join(folder, name));
  bytes[bytes.length >> 1] ^= 1;
  writeFileSync(join(folder, 'altered.fwsnap'), bytes);
  await page
    .getByLabel('Open file')
    .or(page.locator('input[type="file"]'))
    .first()
    .setInputFiles(join(folder, 'altered.fwsnap'));
  const refused = /not as it was|cannot be unpacked|longer than it says/;
  await expect(page.getByRole('alert').filter({ hasText: refused })).toBeVisible();
  await expect(page.getByText('Not live')).toHaveCount(0);
});

test('what leaves is shown before it leaves, and names do not leave', async ({ open, fleet }) => {
  const { page, saved } = await open({ settings: fleet });
  await fleetShown(page);
  await page.keyboard.press('5');
  await capture(page, 'Handed to the vendor', '64');
  await expect(page.getByText('Whole, signed').first()).toBeVisible(COMPUTED);
  await expect(page.getByText(/64 devices: GPU-/)).toBeVisible();
  await page.getByRole('combobox', { name: 'Form' }).selectOption('csv');
  await page
    .getByRole('group', { name: 'Replace by pseudonyms' })
    .getByLabel(/Everything/)
    .check();
  const { bytes } = await saved(() => page.getByRole('button', { name: 'Download' }).click());
  const text = bytes.toString('utf8');
  expect(text).toContain(',gpu.power,W,site-1,');
  expect(text).not.toMatch(/GPU-|PDX|A1-0\d/);
});
