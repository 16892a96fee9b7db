import type { Labels } from './labels.ts';
import { compileFinder, type Finder } from './pattern.ts';
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
  /** Order among the nodes of its rack where no unit is known: the tray or slot of its chassis. */
  readonly order?: number;
  /** Height in rack units, where topology.csv says. */
  readonly height?: number;
}

/** The hall of everything that no mapping, file or name places: shown, never lost. */
export const UNMAPPED = 'Unmapped';

export const withoutPort = (instance: string) => instance.replace(/:\d+$/, '');

/** An exporter in Kubernetes names its pod, not its node, in releases before 4.6 (signals.md trap 2). */
const isExporterPod = (name: string) =>
  /exporter-[a-z0-9]{5}$/.test(name) || /-exporter-[a-z0-9]+-[a-z0-9]{5}$/.test(name);

export const isLocal = (name: string) => /^(localhost|127\.|\[?::1\]?$)/.test(name);

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

/** What may say where a node stands, in the order in which it is believed. */
export const PLACED_BY = ['topology', 'mapping', 'labels', 'name', 'platform', 'nothing'] as const;
export type PlacedBy = (typeof PLACED_BY)[number];

/** One word on where a node stands. */
export interface Placement {
  readonly by: PlacedBy;
  /** Index of the mapping that says so; −1 otherwise. */
  readonly mapping: number;
  readonly place: NodePlace;
}

/** Another machine by whose name and labels a node is known too. */
export interface Twin {
  readonly host: string;
  readonly labels: Labels;
}

/** What DCGM says of the chassis that a board is in, where a site exports it as labels. */
const CHASSIS = 'DCGM_FI_DEV_PLATFORM_CHASSIS_SERIAL_NUMBER';
const TRAY = 'DCGM_FI_DEV_PLATFORM_TRAY_INDEX';
const SLOT = 'DCGM_FI_DEV_PLATFORM_CHASSIS_SLOT_NUMBER';

/** The serial number of the chassis that a node's boards are in; '' where they do not say. */
export const chassisOf = (labels: Labels) => labels.get(CHASSIS) ?? '';

const NO_PLACE = { u: 0, model: '', gpus: 0 };

/** A mapping that is in use; undefined where its pattern cannot be read, of which settings.ts has told the user. */
function finderOf({ label, pattern }: LabelMapping): { label: string; finder: Finder } | undefined {
  try {
    return { label, finder: compileFinder(pattern) };
  } catch {
    return undefined;
  }
}

/** The text that a mapping looks at. */
export const mappedText = (label: string, host: string, labels: Labels) =>
  label === 'node' ? host : (labels.get(label) ?? '');

/**
 * Says where nodes stand: topology.csv, else mappings, else the targets' own labels, else the name, else the chassis that
 * their boards are in, else unmapped.
 */
export class NodeLocator {
  readonly #rows = new Map<string, TopologyRow>();
  readonly #mappings: readonly ({ label: string; finder: Finder } | undefined)[];

  /** Mappings whose pattern is no regular expression say nothing; of two rows of a node the first counts. */
  constructor(mappings: readonly LabelMapping[], rows: readonly TopologyRow[]) {
    this.#mappings = mappings.map(finderOf);
    for (const row of rows) {
      const key = `${row.site}/${row.node}`;
      if (!this.#rows.has(key)) this.#rows.set(key, row);
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

  /** @param aliases other names of the host: the best word by any of its names, and of its twins, counts */
  locate(
    site: string,
    host: string,
    labels: Labels,
    aliases?: ReadonlySet<string>,
    twins: readonly Twin[] = [],
  ): NodePlace {
    if (aliases?.size || twins.length > 0) return this.placements(site, host, labels, aliases, twins)[0].place;
    for (const { place } of this.#placements(site, host, host, labels)) return place;
    throw new Error('Every node has a place');
  }

  /** All that is said of a node, the word that counts first; the hall of the unmapped last. */
  placements(
    site: string,
    host: string,
    labels: Labels,
    aliases?: ReadonlySet<string>,
    twins: readonly Twin[] = [],
  ): readonly Placement[] {
    const names = [host, ...[...(aliases ?? [])].sort()].map((name) => ({ host: name, labels }));
    const said = [...names, ...twins].map((one) => [...this.#placements(site, host, one.host, one.labels)]);
    const rank = ({ by, mapping }: Placement) => PLACED_BY.indexOf(by) * 1000 + mapping;
    const seen = new Set<string>();
    return said
      .flat()
      .sort((a, b) => rank(a) - rank(b))
      .filter((one) => {
        const text = JSON.stringify(one);
        return !seen.has(text) && seen.add(text);
      });
  }

  *#placements(site: string, host: string, name: string, labels: Labels): Generator<Placement> {
    const row = this.rowOf(site, name);
    if (row) yield { by: 'topology', mapping: -1, place: { ...row, inferred: false } };
    for (const [mapping, one] of this.#mappings.entries()) {
      const place = one && mappedPlace(one.finder, mappedText(one.label, name, labels), site, host);
      if (place) yield { by: 'mapping', mapping, place };
    }
    const rack = labels.get('rack');
    if (rack) {
      const at = { hall: labels.get('hall') || 'Hall', row: labels.get('row') || 'Row', rack };
      const place = { site: labels.get('site') || site, ...at, node: host, ...NO_PLACE, inferred: false };
      yield { by: 'labels', mapping: -1, place };
    }
    const inferred = inferPlace(name);
    if (inferred)
      yield { by: 'name', mapping: -1, place: { site, ...inferred, node: host, ...NO_PLACE, inferred: true } };
    const chassis = chassisOf(labels);
    if (chassis !== '') {
      // Slots and trays count from the bottom: they order the nodes of the chassis, and are no rack units.
      const at = { hall: 'Hall', row: 'Chassis', rack: chassis.replaceAll('/', '-') };
      const order = Number(labels.get(TRAY) || labels.get(SLOT) || 0);
      const place = { site, ...at, node: host, ...NO_PLACE, inferred: true };
      yield { by: 'platform', mapping: -1, place: Number.isInteger(order) ? { ...place, order } : place };
    }
    const nowhere = { site, hall: UNMAPPED, row: 'Unmapped', rack: 'Unmapped', node: host };
    yield { by: 'nothing', mapping: -1, place: { ...nowhere, ...NO_PLACE, inferred: true } };
  }
}

function mappedPlace(finder: Finder, text: string, site: string, host: string): NodePlace | undefined {
  const groups = finder.find(text);
  if (!groups?.rack) return undefined;
  return {
    site: groups.site || site,
    hall: groups.hall || 'Hall',
    row: groups.row || 'Row',
    rack: groups.rack,
    node: groups.node || host,
    ...NO_PLACE,
    inferred: false,
  };
}
