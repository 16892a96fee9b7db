// The one launcher behind every npm script. Node built-ins only: it runs before anything is installed.
import { installed } from './install.mjs';
import { built } from './sources.mjs';

const [command, ...args] = process.argv.slice(2);

/** name → what it does; each returns an exit code. */
const commands = {
  async start() {
    installed();
    await built();
    return (await import('./start.mjs')).start(args);
  },
  async test() {
    installed();
    return (await import('./test.mjs')).test(args, ['build', 'types', 'layers', 'lint', 'unit', 'e2e']);
  },
  async check() {
    installed();
    return (await import('./test.mjs')).test(args, ['types', 'layers', 'lint']);
  },
  async unit() {
    installed();
    return (await import('./test.mjs')).test(args, ['build', 'unit']);
  },
  async e2e() {
    installed();
    return (await import('./test.mjs')).test(args, ['build', 'e2e']);
  },
  async build() {
    installed();
    await built({ force: args.includes('--force') });
    return 0;
  },
  async dev() {
    installed();
    return (await import('./dev.mjs')).dev(args);
  },
  async measure() {
    installed();
    return (await import('./measure/measure.mjs')).measure(args);
  },
  async pictures() {
    installed();
    await built();
    return (await import('./pictures.mjs')).pictures(args);
  },
  async fleetwatt() {
    installed();
    await built();
    const { exitWithParent } = await import('./parent.mjs');
    exitWithParent();
    const { run } = await import('../dist/node/cli.mjs');
    return run(args);
  },
};

const action = Object.hasOwn(commands, command ?? '') ? commands[command] : undefined;
if (!action) {
  process.stderr.write(`Usage: node build/run.mjs ${Object.keys(commands).join(' | ')}\n`);
  process.exit(2);
}
try {
  const code = await action();
  // Standard output may be a pipe that still drains: set the code and leave when nothing is left to do.
  process.exitCode = code;
  if (command !== 'start') process.stdout.write('', () => process.exit(code));
  else process.exit(code);
} catch (error) {
  process.stderr.write(`${error instanceof Error && !process.env.FLEETWATT_DEBUG ? error.message : error?.stack}\n`);
  process.exit(1);
}
