import Module from 'node:module';
import { join } from 'node:path';
import { app, claimInstance, lifecycle } from './app.ts';
import { startChromium } from './chromium.ts';
import { watchDownloads } from './downloads.ts';
import { downloading, electron } from './electron.ts';
import { browser } from './web.ts';

/** Answers `require('electron')`; everything else is Node's own business. */
function hookRequire(): void {
  const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };
  const load = loader._load;
  loader._load = (request, ...rest) => (request === 'electron' ? electron : load.call(Module, request, ...rest));
}

/** Plays Electron's command line: `[-r loader] [switches] APP [arguments]`. */
async function start(): Promise<void> {
  const args = process.argv.slice(2);
  const loader = args[0] === '-r' ? args[1] : undefined;
  const rest = loader ? args.slice(2) : args;
  const at = rest.findIndex((arg) => !arg.startsWith('--'));
  const folder = rest[at] as string;
  process.argv = [process.execPath, ...args];
  if (!loader) process.argv = [process.execPath, ...rest.slice(at)];
  await claimInstance();
  hookRequire();
  const require = Module.createRequire(join(process.cwd(), 'standin.cjs'));
  const launched = startChromium();
  lifecycle.setStartup(
    launched.then(async (chromium) => {
      browser.cdp = chromium.cdp;
      process.once('exit', await watchDownloads(chromium.cdp, downloading));
      lifecycle.atExit.push(() => chromium.close());
    }),
  );
  // Playwright's loader asks for whenReady at once, so what that waits for must be known by now.
  if (loader) require(loader);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => app.quit());
  Object.defineProperty(process.versions, 'electron', { value: 'stand-in' });
  require(join(folder, 'dist', 'desktop', 'main.cjs'));
  await app.whenReady();
}

// As Electron's main process, which warns and goes on.
process.on('unhandledRejection', (reason) => {
  process.stderr.write(`stand-in: unhandled rejection: ${reason instanceof Error ? reason.stack : String(reason)}\n`);
});

start().catch((error) => {
  process.stderr.write(`stand-in: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
