import { readFileSync } from 'node:fs';
import type { Embedded, ReportConsole } from '../../../shared/snapshot/report/report.ts';

/** Where the build put the texts: beside the bundle that runs, or in dist/ for sources that run as they are. */
const FOLDERS = ['../report/', '../../../dist/report/'];

function textIn(folder: string, name: string): string {
  return readFileSync(new URL(`${folder}${name}`, import.meta.url), 'utf8');
}

function read(): ReportConsole | undefined {
  for (const folder of FOLDERS) {
    try {
      const names = ['boot.js', 'console.js', 'console.css', 'fonts.css'];
      const [boot, script, style, fonts] = names.map((name) => textIn(folder, name));
      return { boot, script, style, fonts };
    } catch {
      // Not here: the next folder, or a report without a console, which says so of itself.
    }
  }
  return undefined;
}

let known: ReportConsole | undefined;

/** What a report of this file is given to hold besides its page; undefined where nothing was built. */
export function embeddedIn(file: Uint8Array): Embedded | undefined {
  known ??= read();
  return known && { console: known, file };
}
