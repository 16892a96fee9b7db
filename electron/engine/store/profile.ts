import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { defaultSettings, type Settings, settingsSchema } from '../../../shared/settings.ts';
import { FaultError, printable } from '../fault.ts';
import { writeWhole } from './atomic.ts';

/** The platform's folder for the settings of this user. */
export function defaultProfile(env: NodeJS.ProcessEnv = process.env): string {
  if (process.platform === 'win32') return join(env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), 'fleetwatt');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'fleetwatt');
  return join(env.XDG_CONFIG_HOME || join(homedir(), '.config'), 'fleetwatt');
}

/** When a process began, in the kernel's ticks: tells a process from a later one with the same number. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function running(pid: number, start: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return start === '' || startOf(pid) === start;
}

/**
 * Takes the folder for this process; one writer at any time. A lock whose owner is gone is taken over.
 * @returns the function that gives it back
 * @throws FaultError when another process has it, or the folder cannot be written
 */
export function lockProfile(folder: string): () => void {
  const file = join(folder, 'lock');
  const text = `${process.pid} ${startOf(process.pid)}\n`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (let tries = 0; tries < 3; tries++) {
      try {
        const handle = openSync(file, 'wx', 0o600);
        writeSync(handle, text);
        closeSync(handle);
        return () => {
          try {
            if (readFileSync(file, 'utf8') === text) unlinkSync(file);
          } catch {
            // The folder is gone, and the lock with it.
          }
        };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const [pid = '', start = ''] = readFileSync(file, 'utf8').trim().split(' ');
        if (/^\d+$/.test(pid) && running(Number(pid), start)) {
          throw new FaultError(
            'profile-busy',
            `Another Fleetwatt (process ${pid}) uses the profile ${folder}`,
            'Close it, or give another folder with --profile.',
          );
        }
        unlinkSync(file);
      }
    }
  } catch (error) {
    if (error instanceof FaultError) throw error;
    throw new FaultError(
      'profile',
      `The profile folder ${folder} cannot be written: ${(error as Error).message}`,
      'Check who owns it, or give another with --profile.',
    );
  }
  throw new FaultError('profile-busy', `The profile ${folder} is being taken by another Fleetwatt`, 'Start again.');
}

/** Settings as loaded, with what a person should know of the loading. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly warnings: readonly string[];
  /** False where the file is of a newer version: it must not be overwritten. */
  readonly writable: boolean;
}

/** Reads settings.json. A broken file is kept as settings.json.bad, and the last good copy is used. */
export function loadSettings(folder: string): LoadedSettings {
  const file = join(folder, 'settings.json');
  const read = (path: string): string | undefined => {
    try {
      return readFileSync(path, 'utf8').replace(/^\ufeff/, '');
    } catch {
      return undefined;
    }
  };
  const text = read(file);
  if (text === undefined) return { settings: defaultSettings, warnings: [], writable: true };
  let value: unknown;
  let why = 'it is no JSON';
  try {
    value = JSON.parse(text);
    const schema = (value as { schema?: unknown } | null)?.schema;
    if (typeof schema === 'number' && schema > 1) {
      return {
        settings: defaultSettings,
        warnings: [`${file} is of a newer Fleetwatt (schema ${schema}): it is not used and not changed`],
        writable: false,
      };
    }
    const parsed = settingsSchema.safeParse(value);
    if (parsed.success) return { settings: parsed.data, warnings: [], writable: true };
    const issue = parsed.error.issues[0];
    why = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`;
  } catch (error) {
    why = printable((error as Error).message, 120);
  }
  copyFileSync(file, `${file}.bad`);
  const last = lastGood(read(`${file}.good`));
  const used = last ? 'the last good settings are used' : 'the defaults are used';
  return {
    settings: last ?? defaultSettings,
    warnings: [`settings.json could not be read (${why}); it is kept as settings.json.bad, and ${used}`],
    writable: true,
  };
}

/** The copy of the last good settings; undefined where it is missing or damaged as well. */
function lastGood(text: string | undefined): Settings | undefined {
  try {
    return settingsSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** Writes settings.json, and a copy that a later broken file falls back to. */
export function saveSettings(folder: string, settings: Settings): void {
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  writeWhole(join(folder, 'settings.json'), text);
  writeWhole(join(folder, 'settings.json.good'), text);
}
