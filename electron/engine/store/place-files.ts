import { readFileSync, statSync } from 'node:fs';
import {
  type BudgetRow,
  parseBudgetsCsv,
  parseTopologyCsv,
  type RackRow,
  type TopologyRow,
} from '../../../shared/topology-csv.ts';
import { printable } from '../fault.ts';

/** Topology and budgets of the profile and of sources' own files, and what was wrong with them. */
export interface PlaceFiles {
  readonly topology: readonly TopologyRow[];
  readonly racks: readonly RackRow[];
  readonly budgets: readonly BudgetRow[];
  readonly warnings: readonly string[];
}

/** None yet. */
export const NO_PLACE_FILES: PlaceFiles = { topology: [], racks: [], budgets: [], warnings: [] };

const MOST_BYTES = 64 << 20;
/** Errors of one file that are told. */
const MOST_ERRORS = 100;

/** Reads CSV files of places; a missing file of the profile is no error, a missing file of a source is. */
export class PlaceReader {
  #stamp = '';
  #files = NO_PLACE_FILES;

  /** Reads again what changed since the last time; gives the very same object while nothing did. */
  read(
    topology: readonly { path: string; needed: boolean }[],
    budgets: readonly { path: string; needed: boolean }[],
  ): PlaceFiles {
    const stamp = [...topology, ...budgets].map(({ path }) => `${path} ${stampOf(path)}`).join('\n');
    if (stamp === this.#stamp) return this.#files;
    this.#stamp = stamp;
    const warnings: string[] = [];
    const tables = <Table extends { errors: readonly { line: number; column: number; message: string }[] }>(
      files: readonly { path: string; needed: boolean }[],
      parse: (text: string) => Table,
    ) =>
      files.flatMap(({ path, needed }) => {
        const text = textOf(path, needed, warnings);
        if (text === undefined) return [];
        const table = parse(text);
        for (const { line, column, message } of table.errors.slice(0, MOST_ERRORS))
          warnings.push(`${path}, line ${line}, column ${column}: ${printable(message, 200)}`);
        return [table];
      });
    const read = tables(topology, parseTopologyCsv);
    this.#files = {
      topology: read.flatMap(({ rows }) => rows),
      racks: read.flatMap(({ racks }) => racks),
      budgets: tables(budgets, parseBudgetsCsv).flatMap(({ rows }) => rows),
      warnings,
    };
    return this.#files;
  }
}

function stampOf(path: string): string {
  try {
    const { mtimeMs, size } = statSync(path);
    return `${mtimeMs} ${size}`;
  } catch {
    return '-';
  }
}

/** @throws where the bytes are no text: a name must not become another one. */
function textOfBytes(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Said below.
  }
  throw new Error('it is no text in UTF-8; save it as CSV in UTF-8');
}

function textOf(path: string, needed: boolean, warnings: string[]): string | undefined {
  try {
    if (statSync(path).size > MOST_BYTES) throw new Error(`it is larger than ${MOST_BYTES >> 20} MiB`);
    return textOfBytes(readFileSync(path));
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (needed || !absent)
      warnings.push(`${path} cannot be read: ${absent ? 'there is no such file' : (error as Error).message}`);
    return undefined;
  }
}
