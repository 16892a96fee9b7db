import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoShown, expect, fleetShown, go, hashOf, looksOnce, test } from '../console.ts';

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

  // Its settings: what the letters come to, and an address that says it all.
  await page.keyboard.press('s');
  const settings = page.getByRole('dialog', { name: 'Wall settings' });
  await settings.getByLabel('Read from, metres').fill('9');
  await expect(settings.getByText(/^Letters take 9\.\d of 16 arc minutes, too small/)).toBeVisible();
  await settings.getByRole('checkbox', { name: 'Alerts' }).check();
  await settings.getByLabel('Alerts, line').selectOption('Last 6 h');
  await settings.getByLabel('From', { exact: true }).fill('22:00');
  await expect(settings.getByRole('button', { name: 'Save wall settings' })).toBeDisabled();
  await settings.getByLabel('to', { exact: true }).fill('06:00');
  await settings.getByRole('button', { name: 'Save wall settings' }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  const whole = '#/wall?views=power:999:1h,alerts:20:6h&metres=9&dim=22:00-06:00';
  await expect.poll(() => hashOf(page)).toBe(whole);
  await expect(wall.getByText('On 65 inches from 9 m letters take')).toBeVisible();
  // The next wall that is opened here without an address of its own has them too.
  await page.keyboard.press('Escape');
  await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible();
  await go(page, '#/wall');
  await expect.poll(() => hashOf(page)).toBe(whole);
  await go(page, '#/wall?views=power:999');

  if (info.project.name === 'serve') {
    // The host stands still: nothing comes any more, and the page must notice by itself.
    await page.clock.install();
    // What came before is dated by the other clock, and would be of no age that makes sense.
    await page.reload();
    await expect(wall).toContainText(/Live, \d+ s/);
    process.kill(pid, 'SIGSTOP');
    try {
      await page.clock.fastForward(75_000);
      await expect(wall.getByText(/No data for \d+ min/)).toBeVisible();
      // What ticks is no live region: it would be read out each second.
      await expect(wall.getByRole('status')).toHaveCount(0);
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

declare global {
  interface Window {
    __awake?: string;
  }
}

test('a display on the wall by a token that may only look: awake, turned to what is critical, until its token is revoked', async ({
  open,
  fleet,
}, info) => {
  test.skip(info.project.name !== 'serve', 'tokens are of serve');
  const rule = (limit: number) =>
    `- { name: Warm, when: gpu.temp > ${limit}, at: [gpu], for: 0s, severity: critical, domain: fabric }\n`;
  const { page, profile } = await open({ settings: fleet, readOnly: true, files: { 'rules/mine.yaml': rule(900) } });
  const tokens = join(profile, 'tokens.txt');
  const line = readFileSync(tokens, 'utf8');
  await page.addInitScript(() => {
    if (!('wakeLock' in navigator)) return;
    navigator.wakeLock.request = (kind) => {
      window.__awake = kind;
      return Promise.reject(new Error('only asked'));
    };
  });
  const address = page.url().split('#')[0];
  await page.goto('about:blank');
  await page.goto(`${address}#key=${line.trim().split(' ')[2]}&go=/wall?views=thermal:999`);
  const wall = page.getByRole('main', { name: 'Wall' });
  await expect(wall).toContainText(/Heat, % of slowdown.*Live, \d+ s/);
  expect(await hashOf(page)).toBe('#/wall?views=thermal:999');
  await expect.poll(() => page.evaluate(() => window.__awake)).toBe('screen');

  // The cursor, and the door to the settings, are there while the pointer moves and 3 s more.
  await expect(wall).toHaveCSS('cursor', 'none');
  await expect(async () => {
    await page.mouse.move(300, 300);
    await page.mouse.move(320, 310);
    await expect(wall.getByRole('button', { name: 'Wall settings' })).toBeVisible({ timeout: 1000 });
  }).toPass();
  await expect(wall).toHaveCSS('cursor', 'none');
  await expect(wall.getByRole('button')).toHaveCount(0);

  // A critical alert that is new takes it to its view.
  await expect(wall.getByRole('region', { name: 'Alerts' })).not.toContainText(/Loading|not known/);
  writeFileSync(join(profile, 'rules/mine.yaml'), rule(1));
  await expect(wall).toContainText('Busiest port, % of rate');

  // Loaded again, and known to nobody any more as after a new start of the host, it needs no address and no login.
  await page.context().clearCookies();
  await page.reload();
  await expect(wall).toContainText(/Live, \d+ s/);

  writeFileSync(tokens, line.replace(/\S+\n$/, 'another-token-than-it-was\n'));
  await expect(wall.getByRole('region', { name: 'Alerts' })).toContainText('This key was revoked');
  await expect(wall.getByText('No data', { exact: true })).toHaveCount(2);
  await expect(wall).not.toContainText('Live');
});

test('a wall on which nothing fires is dimmed in the hours of its address, bright in others and as soon as an alert fires', async ({
  open,
  calm,
}) => {
  looksOnce();
  const rule = (limit: number) =>
    `- { name: Warm, when: gpu.temp > ${limit}, at: [gpu], for: 0s, severity: warning }\n`;
  const { page, profile } = await open({ settings: calm, files: { 'rules/mine.yaml': rule(900) } });
  await fleetShown(page);
  // Hours around this one, and hours of which it is none, however long the test takes.
  const clock = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(11, 16);
  const [inside, outside] = [`${clock(-6)}-${clock(6)}`, `${clock(6)}-${clock(12)}`];
  const wall = page.getByRole('main', { name: 'Wall' });
  await go(page, `#/wall?views=power:999&dim=${inside}`);
  await expect(wall).toContainText('No active alerts');
  await expect(wall).toHaveCSS('opacity', '0.7');
  await go(page, `#/wall?views=power:999&dim=${outside}`);
  await expect(wall).toHaveCSS('opacity', '1');
  await go(page, `#/wall?views=power:999&dim=${inside}`);
  await expect(wall).toHaveCSS('opacity', '0.7');
  writeFileSync(join(profile, 'rules/mine.yaml'), rule(1));
  await expect(wall.getByRole('region', { name: 'Alerts' })).not.toContainText('No active alerts');
  await expect(wall).toHaveCSS('opacity', '1');
});
