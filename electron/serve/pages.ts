import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** One file of the page, ready to be sent. */
export interface Page {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/**
 * Reads a folder into memory: URL path → page. A request is answered from this table and never from the disk, so that
 * no path can reach outside; symbolic links and files of unknown kind are left out.
 * @throws Error when the folder has no index.html
 */
export function readPages(folder: string): ReadonlyMap<string, Page> {
  const pages = new Map<string, Page>();
  const walk = (at: string, url: string) => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      const type = types[extname(entry.name)];
      if (entry.isDirectory()) walk(path, `${url}${entry.name}/`);
      else if (entry.isFile() && type) {
        const body = readFileSync(path);
        const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
        pages.set(`${url}${entry.name}`, { body, type, etag });
      }
    }
  };
  try {
    walk(folder, '/');
  } catch {
    pages.clear();
  }
  const index = pages.get('/index.html');
  if (!index) throw new Error(`The console's page is not in ${folder}: run npm start once, which builds it`);
  return pages.set('/', index);
}
