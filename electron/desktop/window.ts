import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  BrowserWindow,
  type BrowserWindowConstructorOptions,
  type Rectangle,
  screen,
  type WebContents,
} from 'electron';
import { MIN_HEIGHT, MIN_WIDTH, parseState, placeWindow, type WindowState } from './displays.ts';
import { ORIGIN } from './origin.ts';
import { writeWhole } from './whole-file.ts';

/** The only options under which a window of ours is made; a test compares them to an exact object. */
export function windowOptions(state: WindowState, preload: string): BrowserWindowConstructorOptions {
  return {
    x: state.x,
    y: state.y,
    width: state.width,
    height: state.height,
    minWidth: MIN_WIDTH,
    minHeight: MIN_HEIGHT,
    show: false,
    backgroundColor: '#0a0d10',
    title: 'Fleetwatt',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    },
  };
}

/** A wall's window: the same page under the same rules, over the whole of one display, without a frame. */
export function wallOptions(bounds: Rectangle, preload: string): BrowserWindowConstructorOptions {
  const { webPreferences } = windowOptions({ ...bounds, maximized: false }, preload);
  return {
    ...{ x: bounds.x, y: bounds.y, width: bounds.width, height: bounds.height, webPreferences },
    ...{ show: false, kiosk: true, frame: false, backgroundColor: '#07090b', title: 'Fleetwatt wall' },
  };
}

/** Opens a wall over a display. */
export function openWallWindow(
  bounds: Rectangle,
  url: string,
  preload: string,
  seat: (contents: WebContents) => void,
): BrowserWindow {
  const window = new BrowserWindow(wallOptions(bounds, preload));
  seated(window, seat);
  window.once('ready-to-show', () => window.show());
  void window.loadURL(url);
  return window;
}

/** Gives the window's page a place at the hub before each load. */
function seated(window: BrowserWindow, seat: (contents: WebContents) => void): void {
  seat(window.webContents);
  window.webContents.on('did-start-navigation', (details) => {
    if (details.isMainFrame && !details.isSameDocument) seat(window.webContents);
  });
}

function remembered(file: string): WindowState | undefined {
  try {
    return parseState(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Opens the console's window where it last stood, and remembers where it stands when it closes. `seat` gives its page
 * a place at the hub before each load. `place` is the address within the console that it opens on.
 */
export function openWindow(
  profile: string,
  preload: string,
  seat: (contents: WebContents) => void,
  place = '',
): BrowserWindow {
  const file = join(profile, 'window.json');
  const state = placeWindow(
    remembered(file),
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow(windowOptions(state, preload));
  if (state.maximized) window.maximize();
  seated(window, seat);
  window.once('ready-to-show', () => window.show());
  window.on('close', () => {
    const bounds = window.getNormalBounds();
    writeWhole(file, JSON.stringify({ ...bounds, maximized: window.isMaximized() }));
  });
  void window.loadURL(`${ORIGIN}/${place}`);
  return window;
}

/** Takes the window's page to another place of the console, without loading it again. */
export function goTo(window: BrowserWindow, place: string): void {
  void window.loadURL(`${ORIGIN}/${place}`);
}
