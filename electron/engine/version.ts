import { readFileSync } from 'node:fs';

/** The version of this Fleetwatt: that of the nearest package.json above, of sources and of bundles alike. */
export function ownVersion(from: string = import.meta.url): string {
  for (let at = new URL('.', from); ; at = new URL('..', at)) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL('package.json', at), 'utf8')) as Record<string, string>;
      if (name === 'fleetwatt') return version;
    } catch {
      // None here: the next folder up may have it.
    }
    if (at.pathname === '/') return '';
  }
}
