import type { Fault } from '../../../shared/fault.ts';
import type { Settings } from '../../../shared/settings.ts';
import { FaultError } from '../fault.ts';
import { loadSettings, saveSettings } from './profile.ts';

/** The settings.json of a profile folder: what was in it at the start, and whether it is whole now. */
export class SettingsFile {
  readonly atStart: Settings;
  readonly #folder: string;
  readonly #writable: boolean;
  #trouble: Fault | null;

  constructor(folder: string) {
    const { settings, trouble, writable } = loadSettings(folder);
    this.#folder = folder;
    this.#writable = writable;
    this.#trouble = trouble;
    this.atStart = settings;
  }

  /** What is wrong with it, so that other settings are used; null where nothing is. */
  get trouble(): Fault | null {
    return this.#trouble;
  }

  /** @throws FaultError where it is of a newer version, or cannot be written */
  save(settings: Settings): void {
    if (!this.#writable)
      throw new FaultError(
        'newer-settings',
        'settings.json is of a newer Fleetwatt and is not changed',
        'Update Fleetwatt, or use another profile.',
      );
    try {
      saveSettings(this.#folder, settings);
    } catch (error) {
      throw new FaultError(
        'not-saved',
        `The settings could not be saved: ${(error as Error).message}`,
        'Check the disk and who owns the profile folder. They hold until Fleetwatt ends.',
      );
    }
    this.#trouble = null;
  }
}
