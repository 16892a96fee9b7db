import { type App, type Session, shell, type WebContents } from 'electron';
import { isOurs } from './origin.ts';

/** What our own pages may ask the system for; nobody else may ask for anything. */
const allowed = new Set(['fullscreen', 'notifications', 'clipboard-sanitized-write']);

/** Hosts whose https pages may be opened in the system's browser. */
const external = new Set(['prometheus.io', 'docs.nvidia.com', 'github.com']);

/** True where a link may leave for the system's browser: https, on the allow-list, without credentials. */
export function mayOpen(text: string): boolean {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' && external.has(url.hostname) && !url.username && !url.password && !url.port;
  } catch {
    return false;
  }
}

function closeContents(contents: WebContents): void {
  contents.on('will-navigate', (event, url) => {
    if (!isOurs(url)) event.preventDefault();
  });
  contents.on('will-redirect', (event, url) => {
    if (!isOurs(url)) event.preventDefault();
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpen(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
}

/** Closes navigation, redirects, new windows, webviews, permissions and devices for every page of the app. */
export function closeDoors(app: App, session: Session): void {
  app.on('web-contents-created', (_, contents) => closeContents(contents));
  session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(allowed.has(permission) && isOurs(contents.getURL()));
  });
  session.setPermissionCheckHandler((_, permission, origin) => allowed.has(permission) && isOurs(origin));
  session.setDevicePermissionHandler(() => false);
}
