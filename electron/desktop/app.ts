import { join } from 'node:path';
import { app, type BrowserWindow, Menu, Notification, nativeImage, protocol, session } from 'electron';
import { createHub, type Hub } from '../../shared/hub.ts';
import { givenSource } from '../../shared/run-sources.ts';
import type { SourceSettings } from '../../shared/settings.ts';
import { BADGE_SIDE, badgePicture } from './badge-picture.ts';
import { Bridge } from './bridge.ts';
import { Crashes } from './crashes.ts';
import { closeDoors } from './doors.ts';
import { menuTemplate } from './menu.ts';
import { startNotifier } from './notifier.ts';
import { OpenedFiles } from './opened-files.ts';
import { ORIGIN, SCHEME, serveBundle } from './origin.ts';
import { spawnDemo, spawnEngine } from './supervise.ts';
import { DesktopVault } from './vault.ts';
import { WallWindows } from './wall-windows.ts';
import { goTo, openWindow } from './window.ts';

/** Folders of the build beside this bundle: dist/desktop → dist. */
const built = (path: string) => join(__dirname, '..', path);

/** Options of the command line. Of a second instance's, which are foreign text, only a snapshot's path is read. */
function options(argv: readonly string[]): { demo: boolean; sources: readonly SourceSettings[] } {
  const at = argv.indexOf('--source');
  const url = at >= 0 ? argv[at + 1] : undefined;
  try {
    return { demo: argv.includes('--demo'), sources: url === undefined ? [] : [givenSource(url)] };
  } catch {
    process.stderr.write('--source takes an http or https URL without a user name, such as http://127.0.0.1:9090\n');
    return { demo: argv.includes('--demo'), sources: [] };
  }
}

function startHub(profile: string): Hub {
  const entries = { engine: built('node/engine.mjs'), demo: built('node/demo.mjs') };
  return createHub({
    spawnEngine: () => spawnEngine(entries, profile),
    spawnDemo: () => spawnDemo(entries),
    now: Date.now,
    later(run, ms) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    testNotice: (severity) =>
      showNotice(`Test of a notice: ${severity}`, 'Nothing is wrong. Sounds are played by the window.', {
        ...{ silent: true, critical: severity === 'critical', onClick: () => {} },
      }),
    vault: new DesktopVault(join(profile, 'secrets.json'), Date.now),
    hostName: 'desktop',
    version: app.getVersion(),
    ...options(process.argv.slice(1)),
  });
}

/** A renderer that crashes is loaded again; one that keeps crashing gives way to a plain page that says so. */
function reloadAfterCrash(window: BrowserWindow): void {
  const crashes = new Crashes();
  window.webContents.on('render-process-gone', () => {
    if (crashes.crashed(Date.now()) === 'reload') window.webContents.reload();
    else void window.loadURL(`${ORIGIN}/crashed`);
  });
}

/** A notice of the system's. @returns whether this system shows any */
function showNotice(title: string, body: string, more: { silent: boolean; critical: boolean; onClick: () => void }) {
  if (!Notification.isSupported()) return false;
  const urgency = more.critical ? 'critical' : 'normal';
  const notice = new Notification({ title, body, silent: more.silent, urgency });
  notice.on('click', more.onClick);
  notice.show();
  return true;
}

/** The count on the taskbar or the dock; Windows has none of its own, so it is drawn over the icon. */
function showBadge(count: number, window: BrowserWindow): void {
  app.setBadgeCount(count);
  if (process.platform !== 'win32' || window.isDestroyed()) return;
  const size = { width: BADGE_SIDE, height: BADGE_SIDE };
  const picture = count === 0 ? null : nativeImage.createFromBitmap(Buffer.from(badgePicture(count)), size);
  window.setOverlayIcon(picture, count === 0 ? '' : `${count} alerts that nobody has acknowledged`);
}

/** Alerts at the desk: a notice that opens the console, and a badge with their number. */
function notices(hub: Hub, open: () => void, window: () => BrowserWindow): () => void {
  return startNotifier(hub, {
    show({ title, body, severity, sound }) {
      // An open window makes the sound of the settings itself; without one the system's own is heard.
      const silent = sound === 'none' || !window().isDestroyed();
      showNotice(title, body, { silent, critical: severity === 'critical', onClick: open });
    },
    badge: (count) => showBadge(count, window()),
    now: Date.now,
    local() {
      const time = new Date();
      return { minute: time.getHours() * 60 + time.getMinutes(), day: time.getDay() };
    },
    repeat(run, ms) {
      const timer = setInterval(run, ms);
      return () => clearInterval(timer);
    },
  });
}

async function run(early: readonly string[]): Promise<void> {
  await app.whenReady();
  protocol.handle(SCHEME, serveBundle(built('renderer'), Date.now));
  closeDoors(app, session.defaultSession);
  const profile = app.getPath('userData');
  const hub = startHub(profile);
  const opened = new OpenedFiles();
  const bridge: Bridge = new Bridge(hub, opened, (contents) => walls.painted(contents));
  const preload = built('preload/preload.cjs');
  const walls = new WallWindows({
    ...{ profile, preload, now: () => Date.now() },
    seat: (contents) => bridge.seat(contents),
    leave: (contents) => bridge.leave(contents),
    engineUp: () => hub.engine().state === 'up',
    onChange: () => Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, walls.menu()))),
  });
  const ends: (() => void)[] = [];
  app.on('will-quit', () => {
    for (const end of ends) end();
    walls.close();
    hub.close();
  });
  const open = (place = '') => {
    const window = openWindow(profile, preload, (contents) => bridge.seat(contents), place);
    window.on('closed', () => bridge.leave(window.webContents));
    reloadAfterCrash(window);
    return window;
  };
  const cwd = process.cwd();
  const first = early.length > 0 ? opened.addOf(early, cwd) : opened.addOf(process.argv.slice(1), cwd);
  let window = open(first ?? '');
  walls.restore();
  const focus = () => {
    if (window.isDestroyed()) window = open();
    if (window.isMinimized()) window.restore();
    window.focus();
  };
  ends.push(notices(hub, focus, () => window));
  /** Shows a file in the window that is there; without a file the window only comes to the front. */
  const show = (place: string | null) => {
    if (place !== null && window.isDestroyed()) window = open(place);
    else if (place !== null) goTo(window, place);
    focus();
  };
  app.on('second-instance', (_event, argv, folder) => show(opened.addOf(argv.slice(1), folder)));
  app.on('open-file', (event, path) => {
    event.preventDefault();
    show(opened.add(path, cwd));
  });
  app.on('activate', () => {
    if (window.isDestroyed()) window = open();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
}

/** Starts the desktop host; a second instance hands over to the first and leaves. */
export function startDesktop(): void {
  app.setName('Fleetwatt');
  app.enableSandbox();
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ]);
  if (!app.requestSingleInstanceLock()) {
    process.stderr.write('Fleetwatt is open already; its window comes to the front.\n');
    app.quit();
    return;
  }
  // macOS tells of a file that was double clicked before anything is ready; on the others it is an argument.
  const early: string[] = [];
  app.on('open-file', (event, path) => {
    event.preventDefault();
    if (!app.isReady()) early.push(path);
  });
  run(early).catch((error: unknown) => {
    process.stderr.write(`Fleetwatt could not start: ${error instanceof Error ? error.message : String(error)}\n`);
    app.exit(1);
  });
}
