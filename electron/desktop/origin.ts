import { readFile } from 'node:fs/promises';
import { extname, resolve, sep } from 'node:path';
import { securityHeaders } from '../../shared/csp.ts';
import { crashedPage } from './crashes.ts';
import { stoppedPage } from './walls.ts';

/** The scheme of our own pages: standard and secure, registered before the app is ready. */
export const SCHEME = 'fleetwatt';
/** Our only origin. */
export const ORIGIN = `${SCHEME}://app`;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** True for a page of ours; anything else may neither navigate here nor talk to us. */
export function isOurs(url: string): boolean {
  try {
    const parsed = new URL(url);
    return parsed.protocol === `${SCHEME}:` && parsed.host === 'app';
  } catch {
    return false;
  }
}

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

/** The file a request means, or undefined where it would lie outside `folder` or is written to deceive. */
export function fileOf(url: string, folder: string): string | undefined {
  if (!isOurs(url)) return undefined;
  // The raw text is checked, since URL parsing has already resolved dot segments by the time we see a pathname.
  const raw = url.slice(ORIGIN.length).split(/[?#]/, 1)[0] ?? '';
  if (/%2e|%2f|%5c|%00|\\|\0|\/\//i.test(raw) || raw.split('/').includes('..')) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(new URL(url).pathname);
  } catch {
    return undefined;
  }
  const file = resolve(folder, `.${path === '/' ? '/index.html' : path}`);
  return file.startsWith(folder + sep) && types[extname(file)] ? file : undefined;
}

/** Pages without a script: of a wall that was given up, of a window that keeps crashing. */
const PLAIN: Readonly<Record<string, ((now: number) => string) | undefined>> = {
  [`${ORIGIN}/stopped`]: stoppedPage,
  [`${ORIGIN}/crashed`]: crashedPage,
};

/** Answers requests of our scheme from the bundle's folder, and with the plain pages. */
export function serveBundle(
  folder: string,
  now: () => number,
): (request: { url: string; method: string }) => Promise<Response> {
  return async ({ url, method }) => {
    const plain = PLAIN[url];
    if (plain)
      return new Response(plain(now()), {
        headers: { ...securityHeaders, 'content-type': types['.html'] as string },
      });
    const file = method === 'GET' ? fileOf(url, folder) : undefined;
    if (!file) return new Response('Not found', { status: 404, headers: securityHeaders });
    try {
      const body = await readFile(file);
      return new Response(new Uint8Array(body), {
        headers: { ...securityHeaders, 'content-type': types[extname(file)] as string },
      });
    } catch {
      return new Response('Not found', { status: 404, headers: securityHeaders });
    }
  };
}
