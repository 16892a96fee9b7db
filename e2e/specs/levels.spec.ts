import type { Page } from '@playwright/test';
import { expect, hashOf, standStill, test } from '../console.ts';

interface Fade {
  readonly fading: boolean;
  readonly picture: string;
}

/** Chooses a detail; gives what the floor plan showed just before. What it shows when a fade begins and ends is noted. */
function choose(page: Page, detail: string): Promise<string> {
  return page.evaluate((name) => {
    const canvas = document.querySelector<HTMLCanvasElement>('canvas[data-cells]') as HTMLCanvasElement;
    const noted = window as unknown as { fades?: Fade[] };
    if (noted.fades === undefined) {
      const fades: Fade[] = [];
      noted.fades = fades;
      new MutationObserver(() =>
        fades.push({ fading: canvas.dataset.fading !== undefined, picture: canvas.toDataURL() }),
      ).observe(canvas, { attributeFilter: ['data-fading'] });
    }
    const before = canvas.toDataURL();
    const choices = [
      ...document.querySelectorAll<HTMLElement>('[role="radiogroup"][aria-label="Detail"] [role="radio"]'),
    ];
    choices.find(({ textContent }) => textContent === name)?.click();
    return before;
  }, detail);
}

const fades = (page: Page) => page.evaluate(() => (window as unknown as { fades: Fade[] }).fades);

test('from one level of detail to another the picture before fades, unless motion is reduced', async ({ open }) => {
  const { page } = await open({ demo: true });
  const canvas = page.locator('canvas[data-cells="2048"]');
  await expect(canvas).toHaveAttribute('data-shown', 'gpu');
  // A pause: no new frame recolours the floor meanwhile.
  await standStill(page);
  // What is to be painted is: painters run in the order in which they asked for the next animation frame.
  const picture = () =>
    canvas.evaluate(
      (element: HTMLCanvasElement) =>
        new Promise<string>((done) => requestAnimationFrame(() => done(element.toDataURL()))),
    );
  // A frame that came just before the pause is painted up to a second later.
  let last = '';
  const isStill = async () => {
    const before = last;
    last = await picture();
    return last === before;
  };
  await expect.poll(isStill, { intervals: [1500] }).toBe(true);

  const before = await choose(page, 'Rack');
  await expect(canvas).toHaveAttribute('data-shown', 'rack');
  await expect.poll(async () => (await fades(page)).length).toBe(2);
  const [begun, ended] = await fades(page);
  expect(begun.fading, 'a fade begins').toBe(true);
  expect(begun.picture === before, 'with the picture before').toBe(true);
  expect(ended.fading, 'and ends').toBe(false);
  expect(ended.picture === before, 'with another').toBe(false);

  await page.emulateMedia({ reducedMotion: 'reduce' });
  await choose(page, 'Auto');
  await expect(canvas).toHaveAttribute('data-shown', 'gpu');
  await expect.poll(async () => (await picture()) === before).toBe(true);
  expect(await fades(page), 'nothing fades').toHaveLength(2);
});

test('keys zoom around the rack that is chosen, so that it stays in sight', async ({ open }) => {
  const { page } = await open({ demo: true, viewport: { width: 1920, height: 1080 } });
  const plan = page.locator('canvas[data-cells="2048"]');
  await page.getByRole('radiogroup', { name: 'Detail' }).getByRole('radio', { name: 'Rack' }).click();
  await expect(plan).toHaveAttribute('data-shown', 'rack');
  await standStill(page);
  // Far from the middle, around which the floor grows where nothing is chosen.
  const { width, height } = (await plan.boundingBox()) ?? { width: 0, height: 0 };
  const pick = async () => {
    await plan.click({ position: { x: width * 0.12, y: height * 0.3 } });
    await expect.poll(() => hashOf(page)).toMatch(/^#\/overview\/PDX-1\/A\/A1\/A1-0\d/);
    return hashOf(page);
  };
  const rack = await pick();
  for (let i = 0; i < 3; i++) await page.keyboard.press('+');
  await page.keyboard.press('Escape');
  await expect.poll(() => hashOf(page)).toMatch(/^#\/overview\/PDX-1\/A\/A1(\?|$)/);
  expect(await pick()).toBe(rack);
});
