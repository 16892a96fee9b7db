import { useSyncExternalStore } from 'react';

/**
 * Which key does what a key of the console does by default (WCAG 2.1.4: keys of one character can be switched off or
 * given to others). The viewer's own, kept in this browser like the theme. Keys with a name (arrows, Enter, Esc, F6, Space)
 * stay as they are.
 */
export interface KeyMap {
  /** Keys of one character work; when off, only those that were given Ctrl or Alt do. */
  readonly single: boolean;
  /** Default key → the key that does its work now, both as printed: 'P', 'Shift S', '[', 'Alt P'. */
  readonly moved: Readonly<Record<string, string>>;
}

export const DEFAULT_KEY_MAP: KeyMap = { single: true, moved: {} };

const MODIFIERS = ['Ctrl', 'Alt', 'Meta', 'Shift'];
/** One character, or a letter with modifiers before it, as `printedOf` and `pressedKey` write it. */
const PRINTED = /^(?:(?:Ctrl|Alt|Meta) )*(?:Shift )?[^\s]$/u;

/** The printed key of a tinykeys pattern that we use: `p` → 'P', `Shift+S` → 'Shift S', `[Shift]+(\\?)` → '?'. */
export function printedOf(pattern: string): string {
  const [, mods, key] = /^((?:\[Shift\]\+|Shift\+|\$mod\+)*)(.+)$/.exec(pattern) ?? ['', '', pattern];
  const bare = /^\((.+)\)$/.exec(key)?.[1] ?? key;
  const first = bare.split('|')[0].replace('\\', '');
  const held = mods.includes('$mod') ? 'Ctrl ' : mods.startsWith('Shift+') ? 'Shift ' : '';
  return held + (first.length === 1 ? first.toUpperCase() : first).replace('-', '−');
}

/** The tinykeys pattern of a printed key. A sign may need Shift on one keyboard and not on another. */
function patternOf(printed: string): string {
  const parts = printed.split(' ');
  const key = (parts.pop() as string).replace('−', '-');
  const letter = /^[\p{L}\p{N}]$/u.test(key);
  const mods = parts.map((mod) => (mod === 'Ctrl' ? 'Control' : mod));
  return [...mods, letter ? key.toLowerCase() : `[Shift]+(${key.replace(/[\\^$.|?*+()[\]{}/]/g, '\\$&')})`].join('+');
}

/** True for keys that the viewer may move or switch off: those of one character. */
export const isSingle = (printed: string) => /^(?:Shift )?[^\s]$/u.test(printed);

/** The printed key that does the work of `printed` now; '' when none does. */
export function keyNow(map: KeyMap, printed: string): string {
  const now = map.moved[printed] ?? printed;
  if (isSingle(printed) && isSingle(now) && !map.single) return '';
  return now;
}

/** What tinykeys listens for instead of `pattern`; null when nothing does its work now. */
export function boundTo(map: KeyMap, pattern: string): string | null {
  const printed = printedOf(pattern);
  const now = keyNow(map, printed);
  return now === printed ? pattern : now === '' ? null : patternOf(now);
}

/** A pressed key as printed; null for a key with a name or a modifier alone, which cannot be chosen. */
export function pressedKey(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'shiftKey'>,
): string | null {
  if ([...event.key].length !== 1 || event.key === ' ') return null;
  const letter = /^\p{L}$/u.test(event.key);
  const held = [event.ctrlKey, event.altKey, event.metaKey, event.shiftKey && letter];
  const key = event.key.toUpperCase().replace('-', '−');
  return [...MODIFIERS.filter((_, index) => held[index]), key].join(' ');
}

/** `map` with `to` doing the work of `printed`, or the reason why that cannot be. `keys` are all default keys. */
export function moved(map: KeyMap, printed: string, to: string, keys: readonly string[]): KeyMap | string {
  const { [printed]: _, ...others } = map.moved;
  if (to === printed) return { ...map, moved: others };
  const taken = [...keys, 'Ctrl K'].find((key) => key !== printed && keyNow({ ...map, single: true }, key) === to);
  if (taken !== undefined) return `${to} is taken: it does the work of ${taken}. Move that one first.`;
  return { ...map, moved: { ...others, [printed]: to } };
}

/** Text of keys as the console prints them beside an action ('P U T', 'Shift S', '[ ]'), as they are now; '' when all are off. */
export function printedNow(map: KeyMap, text: string): string {
  if (text.startsWith('Ctrl ')) return text;
  if (/^Shift [^\s]$/u.test(text)) return keyNow(map, text);
  return text
    .split(' ')
    .map((key) => ([...key].length === 1 && !'←↑→↓'.includes(key) ? keyNow(map, key) : key))
    .filter((key) => key !== '')
    .join(' ');
}

const KEY = 'fleetwatt.keys';
const listeners = new Set<() => void>();
let held: KeyMap | null = null;

/** The map that holds: what this browser remembers, else the defaults. What is stored is checked like any other input. */
export function keyMap(): KeyMap {
  held ??= parse(read());
  return held;
}

export function setKeyMap(map: KeyMap): void {
  held = map;
  try {
    localStorage.setItem(KEY, JSON.stringify(map));
  } catch {
    // A browser with storage switched off has the keys until it is closed.
  }
  for (const listener of listeners) listener();
}

/** The map, and renders again when it changes. */
export function useKeyMap(): KeyMap {
  return useSyncExternalStore(subscribe, keyMap);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function parse(text: string | null): KeyMap {
  if (text === null) return DEFAULT_KEY_MAP;
  try {
    const value: unknown = JSON.parse(text);
    const { single, moved: stored } = value as { single: unknown; moved: unknown };
    const entries = Object.entries(stored as object).filter(
      ([from, to]) => isSingle(from) && typeof to === 'string' && PRINTED.test(to),
    );
    return { single: single !== false, moved: Object.fromEntries(entries) as Record<string, string> };
  } catch {
    return DEFAULT_KEY_MAP;
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
