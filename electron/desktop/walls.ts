/** Which display has which wall, and what to do about a wall that stopped painting. Pure. */

/** What tells a display from others when it is plugged in again: its name, its size, and which of several alike it is. */
export interface DisplayLike {
  readonly id: number;
  readonly label: string;
  readonly size: { readonly width: number; readonly height: number };
}

/** A wall as `walls.json` remembers it. */
export interface RememberedWall {
  readonly display: string;
  /** What stands behind the '#' of its address. */
  readonly address: string;
}

export const WALL_ADDRESS = '/wall';
const MOST_WALLS = 32;

/** Identities of displays in their order; of several alike each has a number of its own. */
export function identitiesOf(displays: readonly DisplayLike[]): readonly string[] {
  const counts = new Map<string, number>();
  return displays.map(({ label, size }) => {
    const name = `${label || 'Display'}, ${size.width}×${size.height}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

/** Walls of a file; what is no wall of ours is left out, so that a damaged file opens no strange page. */
export function parseWalls(text: string): readonly RememberedWall[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return [];
  }
  if (!Array.isArray(list)) return [];
  return list.slice(0, MOST_WALLS).flatMap((one: unknown) => {
    const { display, address } = (one ?? {}) as Partial<Record<keyof RememberedWall, unknown>>;
    if (typeof display !== 'string' || typeof address !== 'string') return [];
    return isWallAddress(address) && display.length <= 300 ? [{ display, address }] : [];
  });
}

export const isWallAddress = (address: string) => /^\/wall(\?[\w%=&:.,+-]{0,500})?$/.test(address);

/** A wall that paints nothing for this long is loaded again (ui.md (e)). */
export const FROZEN_MS = 30_000;

/** A host that did not even look for this long slept itself: what it missed is no wall's fault. */
const SLEPT_MS = 60_000;

export type WatchVerdict = 'well' | 'reload' | 'stopped';

/**
 * Watches one wall. It acknowledges every frame that it has painted; while the engine sends frames, silence means that
 * it is frozen. After two reloads in a row that brought nothing it is given up, and a plain page says so.
 */
export class WallWatch {
  #paintedAt: number;
  #checkedAt: number;
  #reloads = 0;
  #stopped = false;

  constructor(now: number) {
    this.#paintedAt = now;
    this.#checkedAt = now;
  }

  /** True once the wall was given up. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** It is given up for another reason: a plain page has taken its place. */
  giveUp(): void {
    this.#stopped = true;
  }

  painted(now: number): void {
    this.#paintedAt = now;
    this.#reloads = 0;
  }

  /** Asked every few seconds; `engineUp` says whether there was anything to paint. */
  check(now: number, engineUp: boolean): WatchVerdict {
    const slept = now - this.#checkedAt > SLEPT_MS;
    this.#checkedAt = now;
    if (this.#stopped) return 'well';
    if (!engineUp || slept) {
      // Nothing is sent, so nothing can be missed.
      this.#paintedAt = now;
      return 'well';
    }
    if (now - this.#paintedAt < FROZEN_MS) return 'well';
    this.#paintedAt = now;
    this.#reloads++;
    if (this.#reloads <= 2) return 'reload';
    this.#stopped = true;
    return 'stopped';
  }
}

/** The address of a wall that is loaded again, by which its page says so and since when; no part of what is remembered. */
export const reloadedUrl = (origin: string, address: string, now: number) => `${origin}/?reloaded=${now}#${address}`;

/** The plain page of a wall that was given up: no script, no picture that could be taken for a live one. */
export function stoppedPage(now: number): string {
  const time = new Date(now).toISOString().slice(11, 16);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Fleetwatt stopped</title><body bgcolor="#07090b" text="#e8edf1"><h1>Fleetwatt stopped at ${time} UTC</h1><p>This display shows nothing live. Close it with Alt F4 and open the wall again.</p></body></html>`;
}
