import type { Page } from '@playwright/test';
import { violations } from '../axe.ts';
import { demoShown, expect, go, test } from '../console.ts';

/** Texts of a PNG: keyword → text of its iTXt chunks. */
function textsOf(png: Buffer): Record<string, string> {
  const texts: Record<string, string> = {};
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    if (png.toString('latin1', at + 4, at + 8) !== 'iTXt') continue;
    const [keyword, text] = png.toString('utf8', at + 8, at + 8 + png.readUInt32BE(at)).split('\0\0\0\0\0');
    texts[keyword] = text;
  }
  return texts;
}

/** Colours at some points of a picture, read by the browser. */
function colorsAt(page: Page, png: Buffer, points: readonly (readonly [number, number])[]): Promise<string[]> {
  return page.evaluate(
    async ([base64, places]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
      context?.drawImage(bitmap, 0, 0);
      return places.map(([x, y]) => [...(context?.getImageData(x, y, 1, 1).data ?? [])].slice(0, 3).join());
    },
    [png.toString('base64'), points] as const,
  );
}

test('a view leaves as a picture of a chosen size, its tables and charts by their numbers', async ({ open }) => {
  const { page, saved } = await open({ demo: true, viewport: { width: 1280, height: 800 } });
  await demoShown(page);
  // All racks' meters were heard of too: boards alone are a lower bound, and say so.
  await expect(page.getByRole('button', { name: /^Site IT power/ })).toContainText(/2\.[4-8]\d/);
  await expect(page.getByRole('button', { name: /^Site IT power/ })).not.toContainText('≥');
  await page.keyboard.press('e');
  const dialog = page.getByRole('dialog', { name: 'Save view' });
  await expect(dialog.getByText('53 rows')).toBeVisible();
  expect(await violations(page)).toEqual([]);

  await dialog.getByLabel('Size in pixels').selectOption('Own size');
  await dialog.getByLabel('Width').fill('100');
  await expect(dialog.getByRole('button', { name: 'Save PNG' })).toBeDisabled();
  await dialog.getByLabel('Width').fill('1600');
  const picture = await saved(() => dialog.getByRole('button', { name: 'Save PNG' }).click());
  expect(picture.name).toMatch(/^fleetwatt-overview-20\d{6}T\d{6}Z\.png$/);
  expect([picture.bytes.readUInt32BE(16), picture.bytes.readUInt32BE(20)]).toEqual([1600, 900]);
  const texts = textsOf(picture.bytes);
  expect(texts).toMatchObject({ Title: 'Overview', Source: 'Fleetwatt, Demo fleet', Software: 'Fleetwatt' });
  expect(texts['Creation Time']).toMatch(/ UTC, (live|late)/);
  // The legend's first swatches, and the canvas: more than the plain ground stands in it.
  const swatches = await colorsAt(page, picture.bytes, [[21, 884]]);
  expect(['139,152,165', '85,97,108'], 'the grey of dark or light (tokens.css)').toContain(swatches[0]);
  const row = Array.from({ length: 120 }, (_, i) => [160 + i * 4, 300] as const);
  expect(new Set(await colorsAt(page, picture.bytes, row)).size).toBeGreaterThan(3);

  const csv = (
    await saved(() => dialog.getByRole('button', { name: 'CSV: Floor plan and budgets', exact: true }).click())
  ).bytes.toString();
  expect(csv.split('\r\n')[0]).toContain('Time,Level,Path,Draw (W),Budget (W),');
  // 104 kW, and an eighth less while its job writes a checkpoint.
  expect(csv).toMatch(/^20\S+Z,rack,PDX-1\/A\/A1\/A1-01,(1\d|9)\d{4}(\.\d+)?,132000,.*,measured$/m);
  const json = await saved(() => dialog.getByRole('button', { name: 'JSON: History' }).click());
  expect(JSON.parse(json.bytes.toString()).series[0]).toMatchObject({ signal: 'draw', unit: 'W', object: 'PDX-1' });
  const text = (
    await saved(() => dialog.getByRole('button', { name: 'OpenMetrics: History' }).click())
  ).bytes.toString();
  expect(text).toMatch(/^# TYPE fleetwatt_draw_watts gauge\n/);
  expect(text).toMatch(/\n# EOF\n$/);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);

  // A table that is only text on its page, here the rules, is offered too.
  await page.keyboard.press('4');
  await page.getByRole('radio', { name: 'Rules' }).click();
  await expect(page.getByRole('row', { name: /Budget at cap/ })).toBeVisible();
  await page.keyboard.press('e');
  const rules = (
    await saved(() =>
      dialog
        .getByRole('button', { name: /^CSV: / })
        .first()
        .click(),
    )
  ).bytes.toString();
  expect(rules.split('\r\n').length).toBeGreaterThan(10);
});

test('the wall leaves as a picture too, whole and dark, whatever the size of its window', async ({ open }) => {
  const { page, saved } = await open({ demo: true, viewport: { width: 1280, height: 800 } });
  await demoShown(page);
  await go(page, '#/wall?views=power:999');
  const wall = page.getByRole('main', { name: 'Wall' });
  await expect(wall.getByRole('img', { name: /^Racks by row: highest Rack/ })).toBeVisible();
  await page.keyboard.press('e');
  const dialog = page.getByRole('dialog', { name: 'Save view' });
  const save = () => saved(() => dialog.getByRole('button', { name: 'Save PNG' }).click());
  const picture = await save();
  expect(picture.name).toMatch(/^fleetwatt-wall-20\d{6}T\d{6}Z\.png$/);
  expect([picture.bytes.readUInt32BE(16), picture.bytes.readUInt32BE(20)]).toEqual([1920, 1080]);
  expect(textsOf(picture.bytes)).toMatchObject({ Title: 'Wall', Source: 'Fleetwatt, Demo fleet' });
  // Its ground (wall.module.css) left of the stage.
  expect(await colorsAt(page, picture.bytes, [[10, 540]])).toEqual(['7,9,11']);
  // More than that where the racks are, once each of them was drawn. A part of B3-05 has no data: hatched in violet
  // somewhere, and nowhere black as a pattern without its colours is.
  const across = Array.from({ length: 200 }, (_, i) => [700 + i * 6, 400] as const);
  const all = Array.from({ length: 300 }, (_, i) => [1300 + i, 750] as const);
  await expect(async () => {
    const { bytes } = await save();
    expect(new Set(await colorsAt(page, bytes, across)).size).toBeGreaterThan(3);
    expect(await colorsAt(page, bytes, all)).toContain('33,29,46');
  }).toPass();
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(wall).toBeVisible();
});
