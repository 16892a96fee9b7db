import { median } from '../quantile.ts';
import type { UnreadPorts } from '../recorded/ports.ts';
import type { FabricMatrix, MatrixRow } from './matrix.ts';
import type { AnyLinkKind } from './reading.ts';

/** One kind of network in a few numbers; null is "not known". */
export interface KindSummary {
  readonly kind: AnyLinkKind;
  readonly word: FabricMatrix['word'];
  /** Rows: leaves, racks, domains or nodes. */
  readonly rows: number;
  /** Rows with a full link that waits, and the one that waits longest. */
  readonly saturated: number;
  /** Of both, those that the kinds before have too: a rack has ports of two networks, and is one rack. */
  readonly again: { readonly rows: number; readonly saturated: number };
  readonly worst: { readonly key: string; readonly name: string; readonly since: number | null } | null;
  readonly longest: { readonly key: string; readonly name: string; readonly wait: number } | null;
  readonly median: number | null;
  readonly p99: number | null;
  readonly txBps: number;
  readonly rateBps: number;
  readonly links: FabricMatrix['links'];
  /** Of the rows, racks whose ports are recorded and not read: they are counted, and in no median. */
  readonly unread: number;
  /** The first link that is down, with its row; '' where none is. */
  readonly down: string;
  /** Per second, all rows together. */
  readonly ecn: number | null;
  readonly pfc: number | null;
}

/** A domain: the busier direction's share of what its links carry, and how many of them are down. */
export interface DomainCell {
  readonly key: string;
  readonly name: string;
  readonly use: number | null;
  readonly down: number;
}

/** Cells of one kind and hall, each a domain: an NVLink domain, or a leaf or rack of Ethernet. */
export interface DomainStrip {
  readonly kind: AnyLinkKind;
  readonly title: string;
  /** "16 domains, 72 GPUs each". */
  readonly note: string;
  readonly cells: readonly DomainCell[];
  readonly median: number | null;
  readonly max: number | null;
  /** Marks per second for Ethernet; null elsewhere. */
  readonly ecn: number | null;
}

export interface FabricOverview {
  readonly kinds: readonly KindSummary[];
  readonly strips: readonly DomainStrip[];
  /** Symbol errors of switch ports; null until they were watched for ten minutes, or where nobody counts them. */
  readonly errors: { readonly ports: number; readonly worst: string; readonly perHour: number } | null;
  /** Racks that are recorded and of which nothing is read: they have no row. */
  readonly unreadRacks: number;
  /** What is wrong with fabric.csv: file, line and column, and what to do. */
  readonly problems: readonly string[];
}

/** More errors an hour than this are told of. */
export const ERRORS_AN_HOUR = 10;

const isHot = ({ severity }: MatrixRow) => severity === 'critical';

/**
 * One kind of network in a few numbers; `rows` are those behind the pods.
 * @param before rows of other networks that are counted with these
 * @param unread racks of the kind that are recorded and in no row
 */
export function summaryOf(
  matrix: FabricMatrix,
  rows: readonly MatrixRow[],
  before: readonly MatrixRow[] = [],
  unread?: UnreadPorts,
): KindSummary {
  const hot = rows.filter(isHot);
  const known = new Map(before.map((row) => [row.key, row]));
  const twice = rows.filter(({ key }) => known.has(key));
  const waiting = rows.filter((row) => row.wait !== null).sort((a, b) => (b.wait ?? 0) - (a.wait ?? 0));
  const worst = [...hot].sort((a, b) => (b.wait ?? 0) - (a.wait ?? 0) || (b.tx ?? 0) - (a.tx ?? 0))[0];
  const cut = rows.find(({ down }) => down.length > 0);
  return {
    ...{ kind: matrix.kind, word: matrix.each },
    ...{ rows: rows.length + (unread?.racks ?? 0), unread: unread?.racks ?? 0 },
    saturated: hot.length + (unread?.saturated ?? 0),
    again: {
      rows: twice.length,
      saturated: twice.filter((row) => isHot(row) && isHot(known.get(row.key) ?? row)).length,
    },
    worst: worst ? { key: worst.key, name: worst.name, since: worst.since } : null,
    longest: waiting[0] ? { key: waiting[0].key, name: waiting[0].name, wait: waiting[0].wait ?? 0 } : null,
    ...{ median: matrix.median, p99: matrix.p99 },
    ...{ txBps: matrix.txBps + (unread?.txBps ?? 0), rateBps: matrix.rateBps + (unread?.rateBps ?? 0) },
    links: {
      ...{ of: matrix.links.of + (unread?.of ?? 0), down: matrix.links.down + (unread?.down ?? 0) },
      missing: matrix.links.missing,
    },
    down: cut ? `${cut.name} ${cut.down[0]}` : '',
    ...{ ecn: sumOf(rows, ({ ecn }) => ecn), pfc: sumOf(rows, ({ pfc }) => pfc) },
  };
}

function sumOf(rows: readonly MatrixRow[], of: (row: MatrixRow) => number | null): number | null {
  return rows.reduce<number | null>((sum, row) => {
    const value = of(row);
    return value === null ? sum : (sum ?? 0) + value;
  }, null);
}

const NAMES: Readonly<Record<AnyLinkKind, string>> = {
  nvlink: 'NVLink',
  pcie: 'PCIe',
  infiniband: 'InfiniBand',
  ethernet: 'Ethernet',
};

/** Strips of one kind: rows of one hall (or rail) and size together, the busier direction of each. */
export function stripsOf(
  kind: AnyLinkKind,
  rows: readonly MatrixRow[],
  sizeOf: (index: number) => string,
): readonly DomainStrip[] {
  const groups = new Map<string, { group: string; size: string; rows: MatrixRow[] }>();
  rows.forEach((row, index) => {
    const key = `${row.group}\n${sizeOf(index)}`;
    const of = groups.get(key) ?? { group: row.group, size: sizeOf(index), rows: [] };
    of.rows.push(row);
    groups.set(key, of);
  });
  return [...groups.values()].map(({ group, size, rows: own }) => {
    const uses = own.map(({ tx, rx }) => Math.max(tx ?? Number.NaN, rx ?? Number.NaN));
    const known = uses.filter((use) => !Number.isNaN(use));
    return {
      ...{ kind, title: [NAMES[kind], group].filter((part) => part !== '').join(', ') },
      note: `${own.length} ${size}`,
      cells: own.map(({ key, name, down }, i) => ({
        ...{ key, name, use: Number.isNaN(uses[i]) ? null : uses[i], down: down.length },
      })),
      median: known.length === 0 ? null : median(known, 0, known.length),
      max: known.length === 0 ? null : Math.max(...known),
      ecn: kind === 'ethernet' ? sumOf(own, ({ ecn }) => ecn) : null,
    };
  });
}
