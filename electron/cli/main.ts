import { formatAge } from '../../shared/format.ts';
import { FaultError } from '../engine/fault.ts';
import { check } from './check.ts';
import { demo } from './demo.ts';
import { exportFile } from './export.ts';
import { inspect } from './inspect.ts';
import { open } from './open.ts';
import { type RunOptions, UsageError } from './options.ts';
import { rules } from './rules.ts';
import { serve } from './serve.ts';
import { snapshot } from './snapshot.ts';
import { summary } from './summary.ts';
import { topology } from './topology.ts';

type Command = (args: readonly string[], options: RunOptions) => Promise<number>;

const commands: ReadonlyMap<string, readonly [Command, string]> = new Map([
  ['check', [check, 'read one exposition text and say what is in it']],
  ['summary', [summary, 'read a source once and print the totals']],
  ['topology', [topology, 'one topology.csv of CSV, YAML and NetBox exports']],
  ['demo', [demo, 'serve a simulated fleet of exporters on loopback']],
  ['rules', [rules, 'alert rules on given series; rule files for Prometheus']],
  ['snapshot', [snapshot, 'one file of the last minutes of a source']],
  ['inspect', [inspect, 'what is in a snapshot, checked']],
  ['open', [open, 'the console on a snapshot, in replay']],
  ['export', [exportFile, 'a snapshot as CSV, JSON, OpenMetrics or Markdown']],
  ['serve', [serve, 'the console for browsers and wall displays']],
]);

const usage = `Usage: npm run -s fleetwatt -- COMMAND [options]

${[...commands].map(([name, [, what]]) => `  ${name.padEnd(8)} ${what}`).join('\n')}

COMMAND --help tells each command's options. Exit code: 0 well, 1 bad input, 2 usage.
`;

/** What a server said of its own accord about the next try. */
const waitOf = ({ retryAfterMs }: FaultError) =>
  retryAfterMs === undefined ? '' : `It asks to be left alone for ${formatAge(retryAfterMs)}.`;

/** Runs one command; resolves with the exit code. Errors are one line on standard error, without a stack. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    (name === undefined ? process.stderr : process.stdout).write(usage);
    return name === undefined ? 2 : 0;
  }
  const command = commands.get(name);
  if (!command) {
    process.stderr.write(`There is no command ${JSON.stringify(name)}.\n\n${usage}`);
    return 2;
  }
  try {
    return await command[0](rest, options);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${error.message}\n`);
      return 2;
    }
    // Whoever reads has seen enough, as `head` does.
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return 1;
    const told = error instanceof FaultError ? [error.fault.hint, waitOf(error)].filter((text) => text !== '') : [];
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`fleetwatt ${name}: ${[message, ...told].join(' ')}\n`);
    return 1;
  }
}
