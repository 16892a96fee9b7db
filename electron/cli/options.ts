import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type ParseArgsConfig, parseArgs } from 'node:util';

/** What a starter may hand in: a signal that stops long-running commands, and who wants to know of the address. */
export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onReady?: (url: string) => void;
}

/** The command line could not be understood: exit code 2. The message ends with the command's usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Options = NonNullable<ParseArgsConfig['options']>;

/** Values by option name, and the words that belong to no option. */
export interface Parsed {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly words: readonly string[];
  /** Values of options that may be given several times. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** Parses a command's arguments; `--help` prints the usage and gives undefined. Throws UsageError. */
export function parseOptions(args: readonly string[], options: Options, usage: string): Parsed | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
    if (values.help) {
      process.stdout.write(usage);
      return undefined;
    }
    const given = Object.entries(values);
    return {
      values: Object.fromEntries(given.filter(([, value]) => !Array.isArray(value))) as Parsed['values'],
      lists: Object.fromEntries(given.filter(([, value]) => Array.isArray(value))) as unknown as Parsed['lists'],
      words: positionals,
    };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

/** A whole number within [min, max], or the fallback where the option was not given. Throws UsageError. */
export function wholeNumber(
  { values }: Parsed,
  name: string,
  [min, max]: readonly [number, number],
  fallback: number,
): number {
  const text = values[name];
  if (text === undefined) return fallback;
  const value = typeof text === 'string' && /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
  }
  return value;
}

/** The text of an option that must be there. Throws UsageError. */
export function required({ values }: Parsed, name: string, usage: string): string {
  const text = values[name];
  if (typeof text !== 'string' || text === '') throw new UsageError(`--${name} is missing\n\n${usage}`);
  return text;
}

/** The path of a file that is to be written: whole under its name, so it replaces a file and nothing else. Throws UsageError. */
export function outPath(text: string): string {
  const path = resolve(text);
  if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--out: ${dirname(path)} is no folder`);
  const there = statSync(path, { throwIfNoEntry: false });
  if (there && !there.isFile())
    throw new UsageError(`--out: ${path} is ${there.isDirectory() ? 'a folder' : 'no file'}`);
  return path;
}

/** Resolves when the process is asked to stop or `signal` fires. */
export function untilStopped(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => resolve();
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, done);
    signal?.addEventListener('abort', done, { once: true });
    if (signal?.aborted) done();
  });
}
