/** The theme is the viewer's own: kept in this browser, not in the engine's settings. */

export const THEMES = ['dark', 'light', 'contrast'] as const;
export type Theme = (typeof THEMES)[number];

export const THEME_NAMES: Readonly<Record<Theme, string>> = {
  dark: 'Dark',
  light: 'Light',
  contrast: 'High contrast',
};

const KEY = 'fleetwatt.theme';

/** The theme that follows in the cycle of key D. */
export function nextTheme(theme: Theme): Theme {
  return THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
}

/** The stored theme, else high contrast or light if the system prefers it, else dark. */
export function firstTheme(): Theme {
  const stored = read();
  if (THEMES.some((theme) => theme === stored)) return stored as Theme;
  if (matchMedia('(prefers-contrast: more)').matches) return 'contrast';
  return matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
}

/** Sets the theme of the document and remembers it where the browser allows that. */
export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // A browser with storage switched off still gets its theme, only not the next time.
  }
}

function read(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
