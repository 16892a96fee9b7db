import type { ImportPreview } from '../../../shared/contract/places.ts';
import type { CallParsed } from '../../../shared/contract.ts';
import type { LineError } from '../../../shared/csv.ts';
import { diffRows, type RowDiff, topologyCells, topologyKey } from '../../../shared/place-diff.ts';
import { parseTopologyCsv, type RackRow, type TopologyRow } from '../../../shared/topology-csv.ts';
import { type ImportedTopology, parseNetBox, parseTopologyYaml } from '../../../shared/topology-import.ts';
import { mergeTopology, type TopologyConflict } from '../../../shared/topology-merge.ts';
import { FaultError } from '../fault.ts';

const MOST_CHARACTERS = 64 << 20;
const MOST_TOLD = 200;
const MOST_CONFLICTS = 1000;
/** Changes that the log keeps the words of. */
export const MOST_DETAILS = 20;

/** A document by what its name says that it is. */
export function parseDocument(name: string, text: string): ImportedTopology {
  const plain = text.replace(/^\ufeff/, '');
  if (/\.json$/i.test(name)) return parseNetBox(plain);
  if (/\.ya?ml$/i.test(name)) return parseTopologyYaml(plain);
  return { ...parseTopologyCsv(plain), skipped: [] };
}

interface Document extends ImportedTopology {
  readonly from: string;
}

/** What an import comes to. */
export interface Merge {
  readonly documents: readonly Document[];
  readonly diff: RowDiff;
  readonly conflicts: readonly TopologyConflict[];
}

/** Documents that a viewer sends in parts, those of one upload at a time: a new one drops what was sent before. */
export class Uploads {
  #upload = '';
  #size = 0;
  readonly #texts = new Map<string, string[]>();
  #parsed: readonly Document[] | null = null;

  /** @throws FaultError when it grows too large */
  put({ upload, name, text, first }: CallParsed<'putImport'>): void {
    if (upload !== this.#upload) {
      this.#upload = upload;
      this.#size = 0;
      this.#texts.clear();
    }
    this.#parsed = null;
    const before = first ? [] : this.#texts.get(name);
    if (!before) throw gone();
    if (first) this.#size -= (this.#texts.get(name) ?? []).reduce((sum, part) => sum + part.length, 0);
    this.#size += text.length;
    if (this.#size > MOST_CHARACTERS) {
      this.#texts.clear();
      this.#upload = '';
      throw new FaultError('too-large', 'The files are larger than 64 MiB', 'Import them one after the other.');
    }
    before.push(text);
    this.#texts.set(name, before);
  }

  /** @throws FaultError when there is no such upload any more */
  documents(upload: string): readonly Document[] {
    if (upload !== this.#upload || this.#texts.size === 0) throw gone();
    this.#parsed ??= [...this.#texts].map(([from, parts]) => ({ from, ...parseDocument(from, parts.join('')) }));
    return this.#parsed;
  }

  clear(): void {
    this.#upload = '';
    this.#texts.clear();
    this.#parsed = null;
  }
}

const gone = () =>
  new FaultError('no-upload', 'The files of this import are not here any more', 'Choose the files once more.');

/** Merges documents into the file as it stands. */
export function mergeInto(
  file: Rows,
  all: readonly Document[],
  { prefer, drop, edited }: Pick<CallParsed<'previewImport'>, 'prefer' | 'drop' | 'edited'>,
  most: number,
): Merge {
  const documents = all.filter(({ from }) => from !== edited);
  // A line that cannot be read any more is not one that was taken out.
  const unread = documents.some(({ errors }) => errors.length > 0);
  const replaced = edited === undefined ? undefined : isNamedBy(unread ? documents : all);
  const own = {
    from: 'topology.csv',
    ...(replaced ? without(file, replaced) : drop ? namedBy(file, documents) : file),
  };
  const { rows, racks, conflicts } = mergeTopology(prefer === 'file' ? [own, ...documents] : [...documents, own]);
  const diff = diffRows(topologyCells(file.rows, file.racks), topologyCells(rows, racks), most);
  return { documents, diff, conflicts };
}

interface Rows {
  readonly rows: readonly TopologyRow[];
  readonly racks: readonly RackRow[];
}

/** Whether a line of a node or a rack has one in a document, too. */
function isNamedBy(documents: readonly Document[]): (key: string) => boolean {
  const keys = new Set(documents.flatMap(({ rows, racks }) => [...topologyCells(rows, racks).keys()]));
  return (key) => keys.has(key);
}

/** Lines that are not replaced: of those what is empty stays empty. */
function without({ rows, racks }: Rows, replaced: (key: string) => boolean): Rows {
  const stays = <Row extends TopologyRow | RackRow>(row: Row) =>
    !replaced(topologyKey((column) => String((row as unknown as Record<string, unknown>)[column] ?? '')));
  return { rows: rows.filter(stays), racks: racks.filter(stays) };
}

/** Rows of the file that some document names as well. */
function namedBy(file: Rows, documents: readonly Document[]): Rows {
  const node = ({ site, node: name }: TopologyRow) => `${site}\n${name}`.toLowerCase();
  const rack = ({ site, rack: name }: { site: string; rack: string }) => `${site}\n${name}`.toLowerCase();
  const nodes = new Set(documents.flatMap(({ rows }) => rows.map(node)));
  // A rack is named by its own line or by a node that stands in it.
  const racks = new Set(documents.flatMap(({ rows, racks: own }) => [...rows, ...own].map(rack)));
  return {
    rows: file.rows.filter((row) => nodes.has(node(row))),
    racks: file.racks.filter((row) => racks.has(rack(row))),
  };
}

/** What is shown of it before it is saved. */
export function previewOf(stamp: string, { documents, diff, conflicts }: Merge): ImportPreview {
  const skipped = documents.flatMap((document) => document.skipped.map((line) => `${document.from}: ${line}`));
  const { added, changed, removed, same, details } = diff;
  return {
    ...{ stamp, added, changed, removed, same, changes: details },
    documents: documents.map(({ from, rows, racks }) => ({ name: from, nodes: rows.length, racks: racks.length })),
    errors: documents.flatMap(({ from, errors }) => errors.map((error: LineError) => ({ ...error, file: from }))),
    ...{ skipped: skipped.slice(0, MOST_TOLD), skippedCount: skipped.length },
    ...{ conflicts: conflicts.slice(0, MOST_CONFLICTS), conflictCount: conflicts.length },
  };
}
