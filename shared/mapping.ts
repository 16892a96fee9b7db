import type { Labels } from './labels.ts';
import type { DeviceKind } from './rack-models.ts';
import type { LabelMapping } from './settings.ts';
import type { TopologyRow } from './topology-csv.ts';

/** Where a node stands; `inferred` says that nobody wrote it down. */
export interface NodePlace {
  readonly site: string;
  readonly hall: string;
  readonly row: string;
  readonly rack: string;
  /** Identity of the node within its site. */
  readonly node: string;
  readonly u: number;
  readonly model: string;
  readonly gpus: number;
  readonly inferred: boolean;
  /** What it is, where topology.csv says; else a machine with GPUs. */
  readonly kind?: DeviceKind;
  /** Height in rack units, where topology.csv says. */
  readonly height?: number;
}

/** The hall of everything that no mapping, file or name places: shown, never lost. */
export const UNMAPPED = 'Unmapped';

const withoutPort = (instance: string) => instance.replace(/:\d+$/, '');

/** An exporter in Kubernetes names its pod, not its node, in releases before 4.6 (signals.md trap 2). */
const isExporterPod = (name: string) =>
  /exporter-[a-z0-9]{5}$/.test(name) || /-exporter-[a-z0-9]+-[a-z0-9]{5}$/.test(name);

const isLocal = (name: string) => /^(localhost|127\.|\[?::1\]?$)/.test(name);

/** An address or a local name: true of a machine, but no name that another exporter of it would use. */
export const isAddress = (name: string) => isLocal(name) || /^\d+(\.\d+){3}$|^\[|:.*:/.test(name);

/**
 * The node that a series belongs to: the first of hostname, Hostname (unless localhost or the exporter's own pod),
 * node, kubernetes_node, exported_instance, and instance without its port; an instance that is only an address gives
 * way to `nodename`, the machine's own word in node_uname_info. '' when no label tells.
 */
export function nodeOf(labels: Labels): string {
  const hostname = labels.get('hostname');
  if (hostname && !isLocal(hostname) && !isExporterPod(hostname)) return hostname;
  const old = labels.get('Hostname');
  if (old && !isLocal(old) && !isExporterPod(old)) return old;
  for (const name of ['node', 'kubernetes_node', 'exported_instance']) {
    const value = labels.get(name);
    if (value) return withoutPort(value);
  }
  const instance = withoutPort(labels.get('instance') ?? '');
  const own = isAddress(instance) || instance === '' ? labels.get('nodename') : undefined;
  return own || instance || hostname || old || '';
}

const patterns: readonly RegExp[] = [
  // a2-05-n3, A2-05-t12, gpu-b2-r05-n1: row with its hall's letter, rack number, node
  /^(?:gpu|node|dgx|hgx|host)?-?(?<row>(?<hall>[a-z])\d{1,2})-(?:r|rack)?(?<rack>\d{1,3})-(?:n|node|t|tray|u|gpu)?-?(?<node>\d{1,3})$/i,
  // rack12-node3, r05-n1, rack-12-gpu-3
  /^(?:[a-z]+-)?(?:r|rack)-?(?<rack>\d{1,4})-(?:n|node|t|tray|u|gpu|host)-?(?<node>\d{1,3})$/i,
];

/** What a host name tells of its place, by the patterns that sites use most; undefined when it tells nothing. */
export function inferPlace(host: string): { hall: string; row: string; rack: string } | undefined {
  const short = host.split('.', 1)[0] ?? host;
  for (const pattern of patterns) {
    const groups = pattern.exec(short)?.groups;
    if (!groups) continue;
    const row = groups.row?.toUpperCase() ?? 'Row';
    return {
      hall: groups.hall?.toUpperCase() ?? 'Hall',
      row,
      rack: groups.row ? `${row}-${groups.rack}` : `R${groups.rack}`,
    };
  }
  return undefined;
}

/** Says where nodes stand: topology.csv, else mappings, else the targets' own labels, else the name, else unmapped. */
export class NodeLocator {
  readonly #rows = new Map<string, TopologyRow>();
  readonly #mappings: readonly { label: string; pattern: RegExp }[];

  /** Mappings whose pattern is no regular expression are left out; settings.ts has already told the user. */
  constructor(mappings: readonly LabelMapping[], rows: readonly TopologyRow[]) {
    this.#mappings = mappings.flatMap(({ label, pattern }) => {
      try {
        return [{ label, pattern: new RegExp(pattern) }];
      } catch {
        return [];
      }
    });
    for (const row of rows) {
      this.#rows.set(`${row.site}/${row.node}`, row);
      if (!this.#rows.has(row.node)) this.#rows.set(row.node, row);
    }
  }

  /** The row of topology.csv for a host, by its full or its short name, in its site first. */
  rowOf(site: string, host: string): TopologyRow | undefined {
    const short = host.split('.', 1)[0] ?? host;
    return (
      this.#rows.get(`${site}/${host}`) ??
      this.#rows.get(`${site}/${short}`) ??
      this.#rows.get(host) ??
      this.#rows.get(short)
    );
  }

  locate(site: string, host: string, labels: Labels): NodePlace {
    const row = this.rowOf(site, host);
    if (row) return { ...row, inferred: false };
    const none = { u: 0, model: '', gpus: 0 };
    for (const { label, pattern } of this.#mappings) {
      const groups = pattern.exec(label === 'node' ? host : (labels.get(label) ?? ''))?.groups;
      if (groups?.rack) {
        const hall = groups.hall || 'Hall';
        return {
          site: groups.site || site,
          hall,
          row: groups.row || 'Row',
          rack: groups.rack,
          node: groups.node || host,
          ...none,
          inferred: false,
        };
      }
    }
    const rack = labels.get('rack');
    if (rack) {
      const place = { hall: labels.get('hall') || 'Hall', row: labels.get('row') || 'Row', rack };
      return { site: labels.get('site') || site, ...place, node: host, ...none, inferred: false };
    }
    const inferred = inferPlace(host);
    const place = inferred ?? { hall: UNMAPPED, row: 'Unmapped', rack: 'Unmapped' };
    return { site, ...place, node: host, ...none, inferred: true };
  }
}
