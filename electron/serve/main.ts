import { startServe } from './serve.ts';

// Entry without a command line: the user's own profile, a free port. `fleetwatt serve` takes options.
const serve = await startServe({
  onReady: (url) => process.stdout.write(`ready at ${url}\n`),
  onWarning: (warning) => process.stderr.write(`${warning}\n`),
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void serve.close());
