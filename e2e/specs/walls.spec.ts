import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ElectronApplication, _electron as electron, expect, type Page, test } from '@playwright/test';
import { realElectron } from '../hosts.ts';

const root = resolve(import.meta.dirname, '../..');

test.skip(() => test.info().project.name !== 'desktop', 'windows on displays are the desktop’s');

async function launch(profile: string, args: string[] = []): Promise<ElectronApplication> {
  if (!realElectron()) process.env.ELECTRON_OVERRIDE_DIST_PATH = join(root, 'e2e/standin');
  return electron.launch({
    args: [root, `--user-data-dir=${profile}`, ...args],
    cwd: root,
    env: process.env as Record<string, string>,
  });
}

/** Labels of the menu's walls with their marks. */
const walls = (app: ElectronApplication) =>
  app.evaluate(({ Menu }) =>
    Menu.getApplicationMenu()
      ?.items.find(({ label }) => label === 'Walls')
      ?.submenu?.items.map(({ label, checked }) => `${checked ? '✓ ' : ''}${label}`),
  );

const choose = (app: ElectronApplication, at: number) =>
  app.evaluate(({ Menu }, index) => {
    Menu.getApplicationMenu()
      ?.items.find(({ label }) => label === 'Walls')
      ?.submenu?.items[index]?.click();
  }, at);

async function wallOf(app: ElectronApplication): Promise<Page> {
  await expect.poll(() => app.windows().filter((page) => page.url().includes('#/wall')).length).toBe(1);
  return app.windows().find((page) => page.url().includes('#/wall')) as Page;
}

test('a wall on the second display has its own view and is restored there', async () => {
  const profile = mkdtempSync(join(tmpdir(), 'fleetwatt-walls-'));
  let app = await launch(profile, ['--demo']);
  try {
    await app.firstWindow();
    await expect.poll(async () => (await walls(app))?.length).toBe(2);
    const [, second] = (await walls(app)) ?? [];
    await choose(app, 1);
    const wall = await wallOf(app);
    // Which slide is shown depends on the time of day.
    await expect(wall.getByRole('main', { name: 'Wall' })).toContainText(/^PDX-1.*Live, \d+ s/);
    await expect.poll(() => walls(app)).toContain(`✓ ${second}`);

    await wall.evaluate(() => {
      location.hash = '#/wall?views=thermal:40';
    });
    const remembered = () => readFileSync(join(profile, 'walls.json'), 'utf8');
    await expect.poll(remembered).toContain('/wall?views=thermal:40');
    await app.close();

    app = await launch(profile, ['--demo']);
    const restored = await wallOf(app);
    expect(restored.url()).toContain('#/wall?views=thermal:40');
    await expect(restored.getByRole('main', { name: 'Wall' })).toContainText('Hottest GPU');
    await choose(app, 1);
    await expect.poll(() => app.windows().length).toBe(1);
    await expect.poll(() => JSON.parse(remembered())).toEqual([]);
  } finally {
    await app.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
