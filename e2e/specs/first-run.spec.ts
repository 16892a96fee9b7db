import { expect, looksOnce, test } from '../console.ts';

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

test('an empty console is walked by keys alone: each view says that nothing is connected, each stop is drawn, none is a trap', async ({
  open,
}) => {
  looksOnce();
  const { page } = await open();
  const main = page.getByRole('main');
  /** What has the focus, and how that is drawn; null for the page itself, between its end and its begin. */
  const stop = () =>
    page.evaluate(() => {
      const at = document.activeElement ?? document.body;
      const { outlineStyle, outlineWidth } = getComputedStyle(at);
      return at === document.body ? null : { words: at.textContent ?? '', drawn: `${outlineStyle} ${outlineWidth}` };
    });
  /** Once around by Tab, from the end of the page to its end: the words of every stop. */
  const around = async () => {
    const rounds: string[][] = [[]];
    for (let steps = 0; steps < 150 && rounds.length < 3; steps++) {
      await page.keyboard.press('Tab');
      const at = await stop();
      if (at !== null) expect(at.drawn, `focus on ${at.words}`).toBe('solid 2px');
      if (at === null) rounds.push([]);
      else rounds.at(-1)?.push(at.words);
    }
    expect(rounds, 'Tab leaves the page at its end, twice').toHaveLength(3);
    return rounds[1];
  };

  // The address has the focus: what is wrong with it is told where it is typed, and digits are no keys of views there.
  const url = page.getByRole('textbox', { name: /^Address of a Prometheus/ });
  await expect(url).toBeFocused();
  await page.keyboard.type('ftp://3');
  await page.keyboard.press('Enter');
  await expect(url).toHaveAttribute('aria-invalid', 'true');
  await expect(main.getByRole('button', { name: 'Open demo fleet' })).toBeVisible();
  // A function key types nothing: it leads on from a field too.
  await page.keyboard.press('F6');
  await expect(url).not.toBeFocused();

  for (const [key, says] of [
    ['2', 'No source is connected'],
    ['3', 'No source is connected'],
    ['4', 'No source is connected: no'],
    ['5', 'No snapshots yet. Press Shift S on any view.'],
    ['6', 'No sources yet.'],
    ['Shift+P', 'No source is connected'],
    ['1', 'Open demo fleet'],
  ] as const) {
    await page.keyboard.press(key);
    await expect(main, `key ${key}`).toContainText(says);
    const stops = await around();
    expect(stops, `stops of key ${key}`).toEqual(expect.arrayContaining([expect.stringMatching(/^Overview/)]));
  }
  await page.keyboard.press('w');
  await expect(page.getByRole('main', { name: 'Wall' })).toContainText('No source connected');
  await page.keyboard.press('Escape');
  await expect(main).toContainText('Open demo fleet');
});
