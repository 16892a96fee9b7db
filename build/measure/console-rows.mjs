// The rows that need the console itself in a real browser, for fleets of three sizes.
import { withConsole } from './console.mjs';
import { framesToWallRow } from './frames-to-wall.mjs';
import { interactRow } from './interact.mjs';
import { sizesOf } from './peer.mjs';
import { scrapeToPixelRow } from './scrape-to-pixel.mjs';

const rows = { 'scrape-to-pixel': scrapeToPixelRow, interact: interactRow, 'frames-to-wall': framesToWallRow };

/** Rows by name that are `wanted`, for each fleet up to `size` GPUs, or for one of `gpus`. */
export async function consoleRows({ size, gpus, wanted }) {
  const found = [];
  for (const count of sizesOf(size, gpus))
    await withConsole(count, async (running) => {
      for (const [name, row] of Object.entries(rows)) if (wanted.includes(name)) found.push(await row(running, count));
    });
  return found;
}
