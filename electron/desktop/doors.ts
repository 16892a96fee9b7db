import { type App, type Session, shell, type WebContents } from 'electron';
import { isOurs, mayOpen } from './origin.ts';

/** What our own pages may ask the system for; nobody else may ask for anything. */
const allowed = new Set(['fullscreen', 'notifications', 'clipboard-sanitized-write']);

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
