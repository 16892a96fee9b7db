import type { Locator, Page } from '@playwright/test';
import { violations } from '../axe.ts';
import { demoShown, expect, go, goOn, standStill, test } from '../console.ts';

/** What the page looks like to people who see it otherwise (ui.md 9), and to those who have no mouse. */

/** Which pixels of a picture are dark and which light, once its colours are grey: '0' and '1', row by row, at 24 × 24. */
async function shapeOf(page: Page, glyph: Locator): Promise<string> {
  const png = (await glyph.screenshot({ scale: 'device' })).toString('base64');
  return page.evaluate(async (data) => {
    const blob = new Blob([Uint8Array.from(atob(data), (char) => char.charCodeAt(0))], { type: 'image/png' });
    const canvas = new OffscreenCanvas(24, 24);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    context.filter = 'grayscale(1)';
    context.drawImage(await createImageBitmap(blob), 0, 0, 24, 24);
    const { data: pixels } = context.getImageData(0, 0, 24, 24);
    const ground = pixels[0];
    return Array.from({ length: 576 }, (_, i) => (Math.abs(pixels[i * 4] - ground) > 40 ? '1' : '0')).join('');
  }, png);
}

/** How many pixels of a canvas have the system's colour of text: borders and rules under forced colours. */
function systemLines(page: Page, canvas: string): Promise<number> {
  return page.evaluate((selector) => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.cssText = 'color: CanvasText; forced-color-adjust: none';
    const [r, g, b] = getComputedStyle(probe).color.match(/\d+/g)?.map(Number) ?? [];
    probe.remove();
    const drawn = document.querySelector<HTMLCanvasElement>(selector);
    if (!drawn || drawn.width === 0) return 0;
    const { data } = (drawn.getContext('2d') as CanvasRenderingContext2D).getImageData(0, 0, drawn.width, drawn.height);
    let found = 0;
    for (let i = 0; i < data.length; i += 4)
      if (data[i] === r && data[i + 1] === g && data[i + 2] === b && data[i + 3] === 255) found++;
    return found;
  }, canvas);
}

test('in grey, critical and warning are told by their shape; forced colours, contrast and stillness are kept', async ({
  open,
}) => {
  const { page } = await open({ demo: true });
  await demoShown(page);
  const rail = page.getByRole('region', { name: 'Alerts' });
  const glyphs = ['critical', 'warning'].map((name) => rail.getByRole('img', { name }).first());
  // Until both are there, and then still: alerts come and go.
  for (const glyph of glyphs) await expect(glyph).toBeVisible();
  await standStill(page);
  const [critical, warning] = [await shapeOf(page, glyphs[0]), await shapeOf(page, glyphs[1])];
  const filled = (shape: string) => [...shape].filter((bit) => bit === '1').length;
  expect(filled(critical)).toBeGreaterThan(60);
  expect(filled(warning)).toBeGreaterThan(60);
  const apart = [...critical].filter((bit, i) => bit !== warning[i]).length;
  expect(apart, 'pixels of 576 in which the two shapes differ').toBeGreaterThan(60);

  await page.emulateMedia({ forcedColors: 'active' });
  const system = () =>
    page.evaluate(() => {
      const probe = document.body.appendChild(document.createElement('i'));
      probe.style.cssText = 'color: CanvasText; background: Canvas';
      const { color, backgroundColor } = getComputedStyle(probe);
      probe.remove();
      const body = getComputedStyle(document.body);
      return { wanted: [color, backgroundColor], is: [body.color, body.backgroundColor] };
    });
  await expect(async () => {
    const { wanted, is } = await system();
    expect(is).toEqual(wanted);
  }).toPass();
  await expect(glyphs[0]).toBeVisible();
  // What is chosen has a border of its own: its ground is gone.
  const chosen = page.getByRole('radiogroup', { name: 'Signal' }).getByRole('radio', { checked: true });
  const other = page.getByRole('radiogroup', { name: 'Signal' }).getByRole('radio', { checked: false }).first();
  const look = (of: Locator) =>
    of.evaluate((element) => {
      const { outlineStyle, outlineWidth, backgroundColor, borderStyle, textDecorationLine } =
        getComputedStyle(element);
      return [outlineStyle, outlineWidth, backgroundColor, borderStyle, textDecorationLine].join(' ');
    });
  await expect(async () => expect(await look(chosen)).not.toBe(await look(other))).toPass();
  expect(await violations(page)).toEqual([]);

  // Every other canvas as well: cells have borders of the system's colour, and their numbers stand in them.
  await goOn(page);
  for (const [hash, canvas] of [
    ['#/interconnect', 'canvas[data-cells="576"]'],
    ['#/interconnect', 'canvas[data-domains]'],
    ['#/rack/PDX-1/A/A2/A2-05', 'canvas[data-times]'],
  ]) {
    await go(page, hash);
    await expect.poll(() => systemLines(page, canvas), `pixels of borders on ${canvas}`).toBeGreaterThan(500);
    await expect(async () => expect(await violations(page, 'color-contrast')).toEqual([])).toPass();
  }
  await go(page, '#/interconnect');
  await expect.poll(() => page.locator('[data-printed]').count(), 'printed numbers').toBeGreaterThan(500);
  await go(page, '#/wall?views=power:999');
  const racks = page.getByRole('main', { name: 'Wall' }).locator('svg[aria-label^="Racks by row"] rect').first();
  await expect.poll(() => racks.evaluate((rack) => getComputedStyle(rack).stroke)).toMatch(/^rgb/);
  await go(page, '#/');
  await demoShown(page);

  await page.emulateMedia({ forcedColors: 'none', reducedMotion: 'reduce' });
  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog');
  await expect(palette).toBeVisible();
  const moving = () => page.evaluate(() => document.getAnimations().length);
  expect(await moving()).toBe(0);
  await page.keyboard.press('Escape');
  await expect(palette).toHaveCount(0);
  await page.getByRole('gridcell', { name: /^Rack A2-05,/ }).focus();
  await page.keyboard.press('+');
  expect(await moving()).toBe(0);

  await page.emulateMedia({ reducedMotion: 'no-preference', contrast: 'more' });
  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await demoShown(page);
  await expect.poll(() => page.evaluate(() => document.documentElement.dataset.theme)).toBe('contrast');
  // High contrast is more than other colours: numbers are printed where colours tell little.
  await go(page, '#/interconnect');
  await expect.poll(() => page.locator('[data-printed]').count(), 'printed numbers').toBeGreaterThan(500);
});

/** What is wrong with the outermost regions of the view on screen: too small to be read, or one over another. */
async function badlyLaid(page: Page): Promise<string[]> {
  const regions = page.locator('main [data-region]:visible, main[data-region]:visible, main section:visible');
  const boxes = await regions.evaluateAll((elements) =>
    elements
      .filter((element) => !elements.some((other) => other !== element && element.contains(other)))
      .map((element) => {
        const { x, y, width, height } = element.getBoundingClientRect();
        return { name: element.getAttribute('aria-label') ?? '', x, y, width, height };
      }),
  );
  if (boxes.length === 0) return ['no region at all'];
  return boxes.flatMap((a, index) => [
    ...(a.width > 40 && a.height > 20 ? [] : [`${a.name} is ${a.width} × ${a.height}`]),
    ...boxes
      .slice(index + 1)
      .filter(
        (b) =>
          Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x) > 1 &&
          Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y) > 1,
      )
      .map((b) => `${a.name} covers ${b.name}`),
  ]);
}

test('at 200 % on 1280 × 800 everything is reached by scrolling down, and nothing covers anything', async ({
  open,
}) => {
  const { page } = await open({ demo: true, viewport: { width: 640, height: 400 } });
  await demoShown(page);
  for (const [key, region] of [
    ['1', 'Floor plan'],
    ['2', 'GPUs by position'],
    ['3', 'Watch list'],
    ['4', 'Alerts'],
    ['6', 'Sources'],
    ['Shift+P', 'Stranded power'],
  ]) {
    await page.keyboard.press(key);
    await expect(
      page
        .getByRole('region', { name: region })
        .or(page.getByRole('heading', { name: region }))
        .first(),
    ).toBeVisible();
    // A view that was just opened may still be laying itself out: what counts is how it comes to rest.
    await expect(async () => expect(await badlyLaid(page)).toEqual([])).toPass();
    const wider = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    await expect.poll(wider, 'px to scroll sideways').toBeLessThanOrEqual(0);
    const last = page.getByRole('button', { name: 'All keys' });
    // What is above it may still grow and push it out again.
    await expect(async () => {
      await last.scrollIntoViewIfNeeded();
      await expect(last).toBeInViewport({ timeout: 1000 });
    }).toPass();
  }
});
