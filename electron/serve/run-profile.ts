import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { settingsSchema } from '../../shared/settings.ts';
import { defaultProfile, lockProfile } from '../engine/store/profile.ts';

/** A profile folder that is ours until `close`. */
export interface OpenProfile {
  readonly folder: string;
  close(): void;
}

/**
 * Takes the profile folder for this run: the given one, the user's own, or for a settings file a new folder with a copy
 * of it, so that the file is never written.
 * @throws Error when another process has the folder, or the settings file is not right
 */
export function openProfile(options: { readonly profile?: string; readonly config?: string }): OpenProfile {
  if (options.config !== undefined) return copyOf(options.config);
  const folder = options.profile ?? defaultProfile();
  return { folder, close: lockProfile(folder) };
}

function copyOf(file: string): OpenProfile {
  const problem = problemOf(file);
  if (problem !== undefined) throw new Error(`${file}: ${problem}`);
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-config-'));
  copyFileSync(file, join(folder, 'settings.json'));
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}

function problemOf(file: string): string | undefined {
  try {
    const parsed = settingsSchema.safeParse(JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, '')));
    const issue = parsed.error?.issues[0];
    return issue && `${issue.path.join('.') || 'the document'}: ${issue.message}`;
  } catch (error) {
    return error instanceof SyntaxError ? `it is not JSON: ${error.message}` : (error as Error).message;
  }
}
