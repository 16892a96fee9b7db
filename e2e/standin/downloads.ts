import { EventEmitter } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Cdp } from './cdp.ts';
import { toOurs } from './protocol.ts';

interface Begin {
  readonly guid: string;
  readonly url: string;
  readonly suggestedFilename: string;
}

/** One download, as far as the desktop host and the specs use it. Without a path nobody is asked: it is cancelled. */
class DownloadItem extends EventEmitter {
  readonly #begin: Begin;
  #path = '';

  constructor(begin: Begin) {
    super();
    this.#begin = begin;
  }

  getURL(): string {
    const { url } = this.#begin;
    return url.startsWith('blob:') ? `blob:${toOurs(url.slice(5))}` : toOurs(url);
  }
  getFilename = () => this.#begin.suggestedFilename;
  setSaveDialogOptions = (_options: object) => {};
  setSavePath = (path: string) => {
    this.#path = path;
  };
  getSavePath = () => this.#path;
}

/** Tells `will-download` of the session, as Electron does, of what Chromium downloads (DevTools protocol, Browser domain). */
export async function watchDownloads(cdp: Cdp, session: EventEmitter): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-standin-downloads-'));
  const items = new Map<string, DownloadItem>();
  cdp.on('Browser.downloadWillBegin', undefined, (begin: Begin) => {
    const item = new DownloadItem(begin);
    let prevented = false;
    session.emit('will-download', { preventDefault: () => (prevented = true) }, item, null);
    if (prevented || item.getSavePath() === '')
      void cdp.send('Browser.cancelDownload', { guid: begin.guid }).catch(() => {});
    if (!prevented) items.set(begin.guid, item);
  });
  cdp.on('Browser.downloadProgress', undefined, ({ guid, state }: { guid: string; state: string }) => {
    const item = items.get(guid);
    if (!item || state === 'inProgress') return;
    items.delete(guid);
    const whole = state === 'completed' && item.getSavePath() !== '';
    if (whole) copyFileSync(join(folder, guid), item.getSavePath());
    rmSync(join(folder, guid), { force: true });
    item.emit('done', {}, whole ? 'completed' : 'cancelled');
  });
  await cdp.send('Browser.setDownloadBehavior', {
    behavior: 'allowAndName',
    downloadPath: folder,
    eventsEnabled: true,
  });
  return () => rmSync(folder, { recursive: true, force: true });
}
