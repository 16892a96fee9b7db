import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { FaultError } from '../fault.ts';
import { writeWhole } from '../store/atomic.ts';

/** A text and what tells it from every other; '' for a file that is not there. */
export interface FileText {
  readonly text: string;
  readonly stamp: string;
}

const MOST_BYTES = 64 << 20;

/** Short digest of a text. */
export const stampOf = (text: string) =>
  text === '' ? '' : createHash('sha256').update(text).digest('hex').slice(0, 16);

/** A file of the profile that people and the console both write. */
export class ProfileFile {
  readonly path: string;
  #seen = '';

  constructor(path: string) {
    this.path = path;
  }

  get name(): string {
    return basename(this.path);
  }

  /** @throws FaultError when it is there and cannot be read */
  read(): FileText {
    try {
      if (statSync(this.path).size > MOST_BYTES) throw new Error('it is larger than 64 MiB');
      const text = readFileSync(this.path, 'utf8');
      return { text, stamp: stampOf(text) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { text: '', stamp: '' };
      throw new FaultError(
        'not-read',
        `${this.name} cannot be read: ${(error as Error).message}`,
        'Check who owns it in the profile folder.',
      );
    }
  }

  /**
   * Replaces the text that a viewer saw; the one before stays as NAME.good.
   * @throws FaultError when it is another meanwhile, or cannot be written: nothing is changed then
   */
  replace(seen: string, make: (text: string) => string): FileText {
    const { text, stamp } = this.read();
    if (stamp !== seen)
      throw new FaultError(
        'changed-meanwhile',
        `${this.name} was changed by someone else meanwhile`,
        'Nothing was saved. Look at it again and repeat the change.',
      );
    const next = make(text);
    try {
      if (text !== '') writeWhole(`${this.path}.good`, text);
      writeWhole(this.path, next);
    } catch (error) {
      throw new FaultError(
        'not-saved',
        `${this.name} could not be saved: ${(error as Error).message}`,
        'Check the disk and who owns the profile folder. The file is as it was.',
      );
    }
    this.#seen = this.#stat();
    return { text: next, stamp: stampOf(next) };
  }

  /** Whether it was touched since the last time this was asked, or since we wrote it. */
  touched(): boolean {
    const stat = this.#stat();
    if (stat === this.#seen) return false;
    this.#seen = stat;
    return true;
  }

  #stat(): string {
    try {
      const { mtimeMs, size } = statSync(this.path);
      return `${mtimeMs} ${size}`;
    } catch {
      return '-';
    }
  }
}
