import { useSyncExternalStore } from 'react';

const asked = () => matchMedia('(forced-colors: active)');

/** Whether the system forces its own colours on the page; follows it when that changes. */
export function useForced(): boolean {
  return useSyncExternalStore(onForced, () => asked().matches);
}

/** Hears when forced colours begin or end. */
export function onForced(listener: () => void): () => void {
  const query = asked();
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
}

/**
 * Tokens of the theme as the page resolves them for an element that keeps its own colours: under forced colours they are
 * names of the system's. By their names without the dashes.
 */
export function resolveTokens<Name extends string>(
  element: HTMLElement,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const resolve = (name: string) => {
    element.style.color = `var(--${name})`;
    return getComputedStyle(element).color;
  };
  const tokens = Object.fromEntries(names.map((name) => [name, resolve(name)])) as Record<Name, string>;
  element.style.color = '';
  return tokens;
}
