import { useLayoutEffect, useRef } from 'react';
import { tinykeys } from 'tinykeys';
import { boundTo, isSingle, useKeyMap } from '../theme/key-map.ts';

/** Default key as a tinykeys pattern → what it does. */
export type KeyActions = Readonly<Record<string, () => void>>;

/**
 * Keys of a view while it is shown, as the viewer's key map has them. Off while typing (but for F6 and its like), while a
 * window is open, and with Ctrl, Alt or Meta held (tinykeys asks for exactly the modifiers that a binding names).
 */
export function useKeys(keys: KeyActions): void {
  const map = useKeyMap();
  const current = useRef(keys);
  current.current = keys;
  const names = Object.keys(keys).join('\n');
  // With the commit that shows a view, not after its painting: whoever sees it may press its keys.
  useLayoutEffect(() => {
    const bindings = Object.fromEntries(
      names.split('\n').flatMap((name) => {
        const bound = boundTo(map, name);
        const run = (event: KeyboardEvent) => {
          event.preventDefault();
          current.current[name]?.();
        };
        return bound === null ? [] : [[bound, run]];
      }),
    );
    return tinykeys(window, bindings, { ignore: (event) => event.defaultPrevented || isTaken(event) });
  }, [names, map]);
}

/** Typing, a modal window, or a control that uses Space or Enter itself. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  // A function key types nothing.
  if (target?.closest(TYPED) && !/^F\d/.test(event.key)) return true;
  // A slider moves by these itself; every other key is as free on it as anywhere.
  if (target?.closest('input[type="range"]') && /^(?:Arrow|Home$|End$|Page)/.test(event.key)) return true;
  // One that is closing stays in the page for some frames; the next key is no longer meant for it.
  if (document.querySelector('[role="dialog"]:not([data-closed])') !== null) return true;
  const uses = event.key === ' ' || event.key === 'Enter';
  return uses && target?.closest('a, button, input:not([type="range"]), [role="treeitem"]') != null;
}

const TYPED = `input${['checkbox', 'radio', 'range'].map((type) => `:not([type="${type}"])`).join('')}, textarea, select, [contenteditable]`;

export interface KeyRow {
  readonly keys: readonly string[];
  readonly action: string;
}

/** Every key of the console, as the window of key ? prints them. */
export const ALL_KEYS: readonly KeyRow[] = [
  { keys: ['1', '2', '3', '4', '5', '6'], action: 'View' },
  { keys: ['P', 'U', 'T', 'R', 'N', 'I'], action: 'Signal of the floor plan' },
  { keys: ['←', '↑', '↓', '→'], action: 'Move between racks' },
  { keys: ['Shift', 'arrows'], action: 'Next row or hall' },
  { keys: ['Enter'], action: 'Open the chosen rack or GPU, zoom to a row or hall' },
  { keys: ['Esc'], action: 'Up one level' },
  { keys: ['+', '−', '0'], action: 'Zoom in, out, fit' },
  { keys: ['[', ']'], action: 'Previous, next alert' },
  { keys: ['J'], action: 'Go back to when the chosen alert began' },
  { keys: ['G'], action: 'Go to the object of the alert, else the tightest budget' },
  { keys: ['A'], action: 'Acknowledge the chosen alert, or give it back' },
  { keys: ['S'], action: 'Silence the chosen alert' },
  { keys: ['F'], action: 'Only flagged racks' },
  { keys: ['L'], action: 'Filter the floor plan' },
  { keys: ['Ctrl K', '/'], action: 'Search: places, alerts, signals, actions' },
  { keys: ['Shift P'], action: 'Power: stranded, feed loss, energy' },
  { keys: ['X'], action: 'Interconnect: transmit, receive, and wait where it is known; power: feed to lose' },
  { keys: ['N'], action: 'Interconnect: next network' },
  { keys: ['V'], action: 'View as table' },
  { keys: ['P', 'U', 'T', 'C', 'N'], action: 'On a rack: power, utilisation, temperature, clock, NVLink' },
  { keys: ['↑', '↓'], action: 'On a rack: GPU; with Shift: tray' },
  { keys: ['←', '→'], action: 'On a rack: time; with Shift: extend the brush' },
  { keys: ['O'], action: 'On a rack: GPUs by position or by value' },
  { keys: ['Shift S'], action: 'Capture snapshot' },
  { keys: ['E'], action: 'Save the view: picture, tables, charts' },
  { keys: ['Space'], action: 'Pause updates; in a replay: play and pause' },
  { keys: [',', '.'], action: 'One instant back, also from now; one on' },
  { keys: ['Shift Esc'], action: 'Back to live' },
  { keys: ['K'], action: 'Compare the time that is shown, or one before, with now' },
  { keys: ['B'], action: 'Budgets panel' },
  { keys: ['\\'], action: 'Alerts panel' },
  { keys: ['F6'], action: 'Next region' },
  { keys: ['W', 'F11'], action: 'Wall; Esc leaves it' },
  { keys: ['S'], action: 'On a wall: its settings' },
  { keys: ['D'], action: 'Theme: dark, light, high contrast' },
  { keys: ['?'], action: 'All keys' },
];

/** The default keys that the viewer may move or switch off. */
export const MOVABLE: readonly string[] = [...new Set(ALL_KEYS.flatMap(({ keys }) => keys))].filter(
  (key) => isSingle(key) && !'←↑→↓'.includes(key),
);
