import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type ElectronApplication, _electron as electron, type Page } from '@playwright/test';
import { expect, type FleetSettings, test } from '../console.ts';
import { LONGEST_MS, realElectron } from '../hosts.ts';

const root = resolve(import.meta.dirname, '../..');

test.skip(() => test.info().project.name !== 'desktop', 'windows on displays are the desktop’s');

/** A profile with a fleet of its own, and the app on it. */
function profileOf(fleet: FleetSettings): string {
  const profile = mkdtempSync(join(tmpdir(), 'fleetwatt-walls-'));
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ schema: 1, ...fleet }));
  return profile;
}

async function launch(profile: string): Promise<ElectronApplication> {
  if (!realElectron()) process.env.ELECTRON_OVERRIDE_DIST_PATH = join(root, 'e2e/standin');
  return electron.launch({
    args: [root, `--user-data-dir=${profile}`],
    cwd: root,
    env: process.env as Record<string, string>,
    timeout: LONGEST_MS,
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

/** Windows in kiosk mode, by where they stand. */
const kiosks = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .filter((window) => window.isKiosk())
      .map((window) => window.getBounds()),
  );

/** Whether anything keeps the displays awake. */
const awake = (app: ElectronApplication) =>
  app.evaluate(({ powerSaveBlocker }) => [...Array(20).keys()].some((id) => powerSaveBlocker.isStarted(id)));

/** Pulls the second display's plug, or puts it in again. */
const plug = (app: ElectronApplication, isIn: boolean) =>
  app.evaluate(({ screen }, back) => {
    const kept = globalThis as { displays?: typeof screen.getAllDisplays };
    kept.displays ??= screen.getAllDisplays;
    const all = kept.displays.call(screen);
    screen.getAllDisplays = () => (back ? all : all.slice(0, 1));
    screen.emit(back ? 'display-added' : 'display-removed');
  }, isIn);

/** Lets main's clock run eight times as fast from here on: until the wall's process ends, or for good. */
const hurry = (app: ElectronApplication, until: 'gone' | 'ever') =>
  app.evaluate(({ BrowserWindow }, end) => {
    const kept = globalThis as { clock?: typeof Date.now };
    kept.clock ??= Date.now;
    const { clock } = kept;
    const runs = (times: number) => {
      const [from, since] = [clock(), Date.now()];
      Date.now = () => since + (clock() - from) * times;
    };
    runs(8);
    const contents = BrowserWindow.getAllWindows().find((window) => window.isKiosk())?.webContents;
    if (end === 'gone') contents?.once('render-process-gone', () => runs(1));
  }, until);

/** What the wall's window shows, asked of main: Playwright's own page does not outlive a crash. '' while it does not answer. */
const shown = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows().find((window) => window.isKiosk())?.webContents;
    const late = new Promise<string>((done) => setTimeout(() => done(''), 2000));
    return Promise.race([contents?.executeJavaScript('document.body.innerText').catch(() => '') ?? '', late]);
  }) as Promise<string>;

test('a wall on the second display has its own view, covers it, keeps it awake, and is restored there', async ({
  fleet,
}) => {
  const profile = profileOf(fleet);
  let app = await launch(profile);
  try {
    await app.firstWindow();
    await expect.poll(async () => (await walls(app))?.length).toBe(2);
    const [, second] = (await walls(app)) ?? [];
    expect(await kiosks(app)).toEqual([]);
    expect(await awake(app)).toBe(false);
    await choose(app, 1);
    const wall = await wallOf(app);
    // Which slide is shown depends on the time of day.
    await expect(wall.getByRole('main', { name: 'Wall' })).toContainText(/^PDX-1.*Live, \d+ s/);
    await expect.poll(() => walls(app)).toContain(`✓ ${second}`);
    const covered = await app.evaluate(({ screen }) => screen.getAllDisplays()[1]?.bounds);
    await expect.poll(() => kiosks(app)).toEqual([covered]);
    await expect.poll(() => awake(app)).toBe(true);

    await wall.evaluate(() => {
      location.hash = '#/wall?views=thermal:40';
    });
    const remembered = () => readFileSync(join(profile, 'walls.json'), 'utf8');
    await expect.poll(remembered).toContain('/wall?views=thermal:40');

    // A display that is pulled out takes its wall with it, one that is put in again has it again.
    await plug(app, false);
    await expect.poll(() => kiosks(app)).toEqual([]);
    await expect.poll(() => awake(app)).toBe(false);
    await plug(app, true);
    await expect.poll(() => kiosks(app)).toEqual([covered]);
    await app.close();

    app = await launch(profile);
    const restored = await wallOf(app);
    expect(restored.url()).toContain('#/wall?views=thermal:40');
    await expect(restored.getByRole('main', { name: 'Wall' })).toContainText('Hottest GPU');
    await choose(app, 1);
    await expect.poll(() => app.windows().length).toBe(1);
    await expect.poll(() => JSON.parse(remembered())).toEqual([]);
    await expect.poll(() => awake(app)).toBe(false);
  } finally {
    await app.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

test('a wall whose page hangs is loaded again and says so; one that paints nothing after two reloads gives way to a plain page', async ({
  fleet,
}) => {
  const profile = profileOf(fleet);
  const app = await launch(profile);
  let log = '';
  app.process().stderr?.on('data', (chunk) => {
    log += String(chunk);
  });
  try {
    await app.firstWindow();
    await expect.poll(async () => (await walls(app))?.length).toBe(2);
    await choose(app, 1);
    const wall = await wallOf(app);
    await expect(wall.getByRole('main', { name: 'Wall' })).toContainText(/Live, \d+ s/);

    // 30 s without a painted frame pass at the first look of the watch.
    await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows().find((window) => window.isKiosk())?.webContents;
      contents?.executeJavaScript('for (;;);').catch(() => {});
    });
    await hurry(app, 'gone');
    await expect.poll(() => log).toMatch(/painted nothing for 30 s\n[\s\S]*is loaded again\n/);
    await expect.poll(() => shown(app)).toMatch(/Reloaded at \d\d:\d\d\s+The screen had stopped/);
    await expect.poll(() => shown(app)).toMatch(/Live, \d+ s/);

    // From here on no frame reaches it, however often it is loaded.
    const before = log.length;
    await app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows().find((window) => window.isKiosk())?.webContents;
      if (contents) contents.send = () => {};
    });
    await hurry(app, 'ever');
    await expect.poll(() => log).toContain('is given up');
    await expect.poll(() => shown(app)).toMatch(/^Fleetwatt stopped at \d\d:\d\d UTC/);
    // How often that was is the watch's own business (walls.test.ts): on a busy machine a process may outlive a look.
    expect(log.slice(before)).toMatch(/is loaded again\n[\s\S]*is given up/);
  } finally {
    await app.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
