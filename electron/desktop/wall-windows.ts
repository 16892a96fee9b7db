import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type BrowserWindow,
  type Display,
  type MenuItemConstructorOptions,
  powerSaveBlocker,
  screen,
  type WebContents,
} from 'electron';
import { Crashes } from './crashes.ts';
import { ORIGIN } from './origin.ts';
import {
  FROZEN_MS,
  identitiesOf,
  isWallAddress,
  parseWalls,
  type RememberedWall,
  reloadedUrl,
  WALL_ADDRESS,
  WallWatch,
} from './walls.ts';
import { writeWhole } from './whole-file.ts';
import { openWallWindow } from './window.ts';

/** What walls need of the host. */
export interface WallDoors {
  readonly profile: string;
  readonly preload: string;
  seat(contents: WebContents): void;
  leave(contents: WebContents): void;
  engineUp(): boolean;
  now(): number;
  /** The menu lists displays and which of them has a wall. */
  onChange(): void;
}

interface OpenWall {
  readonly display: string;
  readonly window: BrowserWindow;
  readonly watch: WallWatch;
  readonly crashes: Crashes;
  address: string;
}

const CHECK_MS = 5000;

/**
 * Walls: one kiosk window a display, each with a view of its own, restored by the display's identity when Fleetwatt
 * starts or the display is plugged in. The screens stay awake while there is one.
 */
export class WallWindows {
  readonly #doors: WallDoors;
  readonly #file: string;
  readonly #open = new Map<string, OpenWall>();
  #remembered: readonly RememberedWall[];
  #awake: number | undefined;
  readonly #timer: NodeJS.Timeout;

  constructor(doors: WallDoors) {
    this.#doors = doors;
    this.#file = join(doors.profile, 'walls.json');
    this.#remembered = readWalls(this.#file);
    screen.on('display-added', () => this.restore());
    screen.on('display-removed', () => this.#dropGone());
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
  }

  /** Opens the walls of the displays that are here and have none yet. */
  restore(): void {
    const displays = screen.getAllDisplays();
    identitiesOf(displays).forEach((identity, index) => {
      const wall = this.#remembered.find(({ display }) => display === identity);
      if (wall && !this.#open.has(identity)) this.#show(displays[index] as Display, identity, wall.address);
    });
    this.#doors.onChange();
  }

  /** A page has painted a frame. */
  painted(contents: WebContents): void {
    for (const wall of this.#open.values())
      if (wall.window.webContents === contents) wall.watch.painted(this.#doors.now());
  }

  /** One item a display; choosing it opens its wall or closes it. */
  menu(): MenuItemConstructorOptions[] {
    const displays = screen.getAllDisplays();
    return identitiesOf(displays).map((identity, index) => ({
      label: `Wall on ${identity}`,
      type: 'checkbox' as const,
      checked: this.#open.has(identity),
      click: () => this.#toggle(displays[index] as Display, identity),
    }));
  }

  close(): void {
    clearInterval(this.#timer);
    for (const { window } of this.#open.values()) window.destroy();
  }

  #toggle(display: Display, identity: string): void {
    const wall = this.#open.get(identity);
    if (wall) {
      this.#remember(this.#remembered.filter((one) => one.display !== identity));
      wall.window.close();
      return;
    }
    this.#remember([...this.#remembered, { display: identity, address: WALL_ADDRESS }]);
    this.#show(display, identity, WALL_ADDRESS);
    this.#doors.onChange();
  }

  #remember(walls: readonly RememberedWall[]): void {
    this.#remembered = walls;
    try {
      writeWhole(this.#file, JSON.stringify(walls));
    } catch {
      // A full disk costs the memory of which display has a wall, not the wall.
    }
  }

  #show(display: Display, identity: string, address: string): void {
    const { preload, seat, leave, now } = this.#doors;
    const window = openWallWindow(display.bounds, `${ORIGIN}/#${address}`, preload, seat);
    const wall: OpenWall = { display: identity, window, watch: new WallWatch(now()), crashes: new Crashes(), address };
    this.#open.set(identity, wall);
    this.#awake ??= powerSaveBlocker.start('prevent-display-sleep');
    window.webContents.on('did-navigate-in-page', (_event, url) => this.#moved(wall, url));
    window.webContents.on('render-process-gone', () => this.#again(wall));
    const { webContents } = window;
    window.on('closed', () => {
      leave(webContents);
      this.#open.delete(identity);
      if (this.#open.size === 0 && this.#awake !== undefined) {
        powerSaveBlocker.stop(this.#awake);
        this.#awake = undefined;
      }
      this.#doors.onChange();
    });
  }

  /** A wall that was given other views keeps them; one that left the wall is no wall any more. */
  #moved(wall: OpenWall, url: string): void {
    const address = url.slice(url.indexOf('#') + 1);
    if (!isWallAddress(address)) {
      wall.window.close();
      return;
    }
    if (address === wall.address) return;
    wall.address = address;
    this.#remember(this.#remembered.map((one) => (one.display === wall.display ? { ...one, address } : one)));
  }

  #dropGone(): void {
    const here = new Set(identitiesOf(screen.getAllDisplays()));
    for (const { display, window } of this.#open.values()) if (!here.has(display)) window.close();
  }

  #check(): void {
    for (const wall of [...this.#open.values()]) {
      if (wall.watch.check(this.#doors.now(), this.#doors.engineUp()) === 'well') continue;
      log(wall, `painted nothing for ${FROZEN_MS / 1000} s`);
      // A page whose thread hangs hears of no other address: its process ends first, and the next page gets one of its own.
      if (wall.window.webContents.isCrashed()) this.#again(wall);
      else wall.window.webContents.forcefullyCrashRenderer();
    }
  }

  /** What follows when a wall's process has ended: its page anew, which says so; after too many a plain page. */
  #again(wall: OpenWall): void {
    const { window, watch, crashes, address } = wall;
    if (window.isDestroyed()) return;
    const now = this.#doors.now();
    const often = crashes.crashed(now) === 'stop';
    // Not even the plain page can be shown: the window stays dark.
    if (often && watch.stopped) return;
    if (often) watch.giveUp();
    log(wall, watch.stopped ? 'is given up' : 'is loaded again');
    void window.loadURL(watch.stopped ? `${ORIGIN}/stopped` : reloadedUrl(ORIGIN, address, now));
  }
}

function log({ display }: OpenWall, what: string): void {
  process.stderr.write(`Wall on ${display}: ${what}\n`);
}

function readWalls(file: string): readonly RememberedWall[] {
  try {
    return parseWalls(readFileSync(file, 'utf8'));
  } catch {
    return [];
  }
}
