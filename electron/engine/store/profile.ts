import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Fault } from '../../../shared/fault.ts';
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

/** Settings as loaded. */
export interface LoadedSettings {
  readonly settings: Settings;
  /** What a person must know: the file is not what is used. */
  readonly trouble: Fault | null;
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
  if (text === undefined) return { settings: defaultSettings, trouble: null, writable: true };
  const { settings, schema, why } = parsed(text);
  if (settings) return { settings, trouble: null, writable: true };
  if (schema > 1) return { settings: defaultSettings, trouble: newerFault(file, schema), writable: false };
  const last = lastGood(read(`${file}.good`));
  const trouble = brokenFault(file, why, kept(file), last !== undefined);
  return { settings: last ?? defaultSettings, trouble, writable: true };
}

/** A text as settings, or why it is none; `schema` is what it says of itself, 0 where it does not. */
function parsed(text: string): { readonly settings?: Settings; readonly schema: number; readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { schema: 0, why: printable((error as Error).message, 120) };
  }
  const told = (value as { schema?: unknown } | null)?.schema;
  const schema = typeof told === 'number' ? told : 0;
  const { data, error } = settingsSchema.safeParse(value);
  if (data) return { settings: data, schema, why: '' };
  const [issue] = error.issues;
  return { schema, why: `${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'not valid'}` };
}

/** Keeps a copy of a broken file. @returns whether it could */
function kept(file: string): boolean {
  try {
    copyFileSync(file, `${file}.bad`);
    return true;
  } catch {
    return false;
  }
}

function newerFault(file: string, schema: number): Fault {
  return {
    code: 'newer-settings',
    message: `${file} is of a newer Fleetwatt (schema ${schema}): it is not used and not changed.`,
    hint: 'The defaults are used. Update Fleetwatt, or use another profile.',
  };
}

function brokenFault(file: string, why: string, copied: boolean, hasLast: boolean): Fault {
  const used = hasLast ? 'the last good settings are used (settings.json.good)' : 'the defaults are used';
  const copy = copied ? 'It is kept beside it as settings.json.bad' : 'It could not be copied to settings.json.bad';
  return {
    code: 'broken-settings',
    message: `${file} could not be read (${why}).`,
    hint: `${copy}, and ${used}. Mend the file and start Fleetwatt again; settings that are changed here are written over it.`,
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
