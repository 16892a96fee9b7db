import type { MatrixRow, SinceOf } from '../fabric/matrix.ts';
import { HALL, type LinkKind, NODE, type Topology } from '../topology.ts';

/** A leaf whose uplinks are known, at one instant. Shares 0..1; NaN is "not known". */
export interface AlertLeaf {
  /** Site and what the switch is known by, as in the fabric's layout. */
  readonly key: string;
  readonly site: string;
  /** Its name for people; with what it is known by where others of the site are called the same. */
  readonly name: string;
  /** "racks A1-04 to A1-06"; '' where nobody tells. */
  readonly where: string;
  /** Lowest place above all that hangs on it; −1: none. */
  readonly place: number;
  /** Busier direction of all uplinks together, and the share of time that they waited. */
  readonly use: number;
  readonly wait: number;
  /** Uplinks that are read, and those of them that are full and wait. */
  readonly cells: number;
  readonly full: number;
  /** 1 while it is saturated, and until it has not been for a minute: use swings about its limit from poll to poll. */
  readonly saturated: number;
}

/** Leaves as alerts see them. @param sinceOf since when a row is as it is: what remembers the swings */
export function alertLeaves(
  rows: readonly { readonly kind: LinkKind; readonly row: MatrixRow }[],
  sinceOf: SinceOf,
): readonly AlertLeaf[] {
  const times = new Map<string, number>();
  const known = rows.map(({ kind, row }) => {
    const cut = row.key.indexOf('/');
    const [site, id] = [row.key.slice(0, cut), row.key.slice(cut + 1)];
    times.set(`${site}\n${row.name}`, (times.get(`${site}\n${row.name}`) ?? 0) + 1);
    return { kind, row, site, id };
  });
  return known.map(({ kind, row, site, id }) => ({
    ...{ key: row.key, site, where: row.where, place: row.place, cells: row.cells, full: row.full },
    name: row.name !== '' && times.get(`${site}\n${row.name}`) === 1 ? row.name : `${row.name} ${id}`.trim(),
    use: Math.max(row.tx ?? row.rx ?? Number.NaN, row.rx ?? row.tx ?? Number.NaN),
    wait: row.wait ?? Number.NaN,
    saturated: row.cells === 0 ? Number.NaN : sinceOf(kind, row.key, 'critical') === null ? 0 : 1,
  }));
}

/**
 * Key of the leaf that each node's port is cabled to (index: link), as the switches of its site name their neighbours;
 * '' unknown. Switches of which nobody says a site of the fleet may be of any.
 */
export function leafOfLinks({ ports, linkNode, linkName, path, start }: Topology): readonly string[] {
  const sites = new Set(path.slice(0, start[HALL]).map((site) => site.toLowerCase()));
  const leaves = new Map<string, string>();
  for (const { site, switch: id, peer, peerKind } of ports) {
    if (peerKind !== 'CA' || id === '') continue;
    const [host = '', device = ''] = peer.split(/\s+/);
    const of = sites.has(site.toLowerCase()) ? site : '';
    leaves.set(`${of}\n${host} ${device}`.toLowerCase(), `${site}/${id}`);
  }
  return linkName.map((name, link) => {
    const node = linkNode[link];
    if (leaves.size === 0 || node < start[NODE]) return '';
    const [site, host] = [path[node].split('/', 1)[0], path[node].slice(path[node].lastIndexOf('/') + 1)];
    const port = `\n${host} ${name.split('/')[0]}`;
    return leaves.get(`${site}${port}`.toLowerCase()) ?? leaves.get(port.toLowerCase()) ?? '';
  });
}
