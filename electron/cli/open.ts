import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SNAPSHOT_ENDING } from '../../shared/snapshot/manifest.ts';
import { openFile, readCandidate } from '../engine/snapshots/assemble.ts';
import { startServe } from '../serve/serve.ts';
import { parseOptions, type RunOptions, UsageError, untilStopped, wholeNumber } from './options.ts';

const usage = `Usage: npm run -s fleetwatt -- open FILE [--port P]
  Shows a snapshot in the console, in replay: prints "ready at URL" and runs until stopped. No source is read, and
  nothing is kept.
`;

/** `open`: the console on a snapshot. */
export async function open(args: readonly string[], { signal, onReady }: RunOptions): Promise<number> {
  const parsed = parseOptions(args, { port: { type: 'string' } }, usage);
  if (!parsed) return 0;
  const [file, ...more] = parsed.words;
  if (file === undefined || more.length > 0) throw new UsageError(usage);
  const bytes = readCandidate(file);
  openFile(bytes, file);
  const profile = mkdtempSync(join(tmpdir(), 'fleetwatt-open-'));
  try {
    mkdirSync(join(profile, 'snapshots'), { mode: 0o700 });
    writeFileSync(join(profile, 'snapshots', `opened${SNAPSHOT_ENDING}`), bytes, { mode: 0o600 });
    const stopped = untilStopped(signal);
    const running = await startServe({
      ...{ demo: false, source: undefined, config: undefined, profile, host: undefined },
      ...{ port: wholeNumber(parsed, 'port', [0, 65_535], 0), tokenFile: undefined },
      onReady(url) {
        const place = `${url}&go=${encodeURIComponent('/snapshots/opened?replay=1')}`;
        process.stdout.write(`ready at ${place}\n`);
        onReady?.(place);
      },
      onWarning: (warning) => process.stderr.write(`${warning}\n`),
    });
    await stopped;
    await running.close();
    return 0;
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
}
