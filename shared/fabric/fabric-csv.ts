import type { LinkKind } from '../topology.ts';
import { amount, type Cell, CellError, type Table, table } from '../topology-csv.ts';

/** One cable of fabric.csv between a leaf and a spine; switches by name or GUID, ports as their exporter names them. */
export interface CableRow {
  readonly kind: LinkKind;
  readonly leaf: string;
  readonly leafPort: string;
  readonly spine: string;
  readonly spinePort: string;
  /** '' where the column is empty. */
  readonly rail: string;
  readonly pod: string;
  /** Bytes per second and direction, for switches that do not tell their rate; NaN where the column is empty. */
  readonly rateBps: number;
}

function named(cell: Cell, name: string): string {
  const text = cell(name);
  if (text === '') throw new CellError(name, `${name} is empty`);
  return text;
}

function kindOf(cell: Cell): LinkKind {
  const text = cell('kind').toLowerCase();
  if (text === '' || text === 'infiniband') return 'infiniband';
  if (text === 'ethernet') return 'ethernet';
  throw new CellError('kind', `kind ${JSON.stringify(text.slice(0, 40))} is neither infiniband nor ethernet`);
}

/**
 * Reads fabric.csv: `kind,leaf,leaf_port,spine,spine_port,rail,pod,rate_gbps`, one row a cable. Only leaf and spine
 * must be there; without kind it is InfiniBand. Rails and pods group the leaves, whoever told of the cables.
 */
export function parseFabricCsv(text: string): Table<CableRow> {
  const seen = new Map<string, string>();
  return table<CableRow>(text, ['leaf', 'spine'], (cell) => {
    const [leaf, spine] = [named(cell, 'leaf'), named(cell, 'spine')];
    if (leaf.toLowerCase() === spine.toLowerCase()) throw new CellError('spine', `${spine} is cabled to itself`);
    const leafPort = cell('leaf_port');
    const end = `${leaf}\n${leafPort}`.toLowerCase();
    const other = seen.get(end);
    if (leafPort !== '' && other !== undefined)
      throw new CellError('leaf_port', `Port ${leafPort} of ${leaf} is cabled to ${other} already`);
    seen.set(end, spine);
    return {
      ...{ kind: kindOf(cell), leaf, leafPort, spine, spinePort: cell('spine_port') },
      ...{ rail: cell('rail'), pod: cell('pod'), rateBps: amount(cell, 'rate_gbps', Number.NaN, 0.125e9) },
    };
  });
}
