import type { MappingPreview, PlaceConflict, PlacesReport, RackPreview, UnplacedNode } from './contract/places.ts';
import type { Host } from './machines.ts';
import { chassisOf, mappedText, NodeLocator, PLACED_BY, type PlacedBy, type Placement } from './mapping.ts';
import { compileFinder } from './pattern.ts';
import { naturalOrder } from './places.ts';
import type { LabelMapping } from './settings.ts';
import type { TopologyRow } from './topology-csv.ts';

const MOST_UNPLACED = 2000;
const MOST_CONFLICTS = 1000;
const MOST_MOVED = 200;
const MOST_RACKS = 2000;
const MOST_LABELS = 12;

const pathOf = ({ place: { site, hall, row, rack } }: Placement) => `${site}/${hall}/${row}/${rack}`;
const nameOf = ({ site, host }: Host) => `${site}/${host}`;

/** Labels that say nothing of a place. */
const DUMB =
  /^(job|instance|__.*|UUID|gpu|device|modelName|pci_bus_id|DCGM_FI_DRIVER_VERSION|container|pod|namespace)$/;

function unplacedOf({ site, host, gpus, labels }: Host): UnplacedNode {
  const pairs = [...labels].filter(([, value]) => value !== '' && value.length <= 200);
  const telling = pairs.sort(([a], [b]) => Number(DUMB.test(a)) - Number(DUMB.test(b)) || (a < b ? -1 : 1));
  return { site, host, gpus, labels: telling.slice(0, MOST_LABELS).map(([name, value]) => `${name}=${value}`) };
}

/** Words that a person or a platform gives; a name that only looks like a place contradicts nobody. */
const SAYS: ReadonlySet<PlacedBy> = new Set(['topology', 'mapping', 'labels']);

/** Where nodes stand and why, whom nobody places, and who contradicts whom. */
export function placesReport(
  hosts: readonly Host[],
  mappings: readonly LabelMapping[],
  rows: readonly TopologyRow[],
  boards: readonly { readonly id: string; readonly hosts: readonly Host[] }[] = [],
): Omit<PlacesReport, 'topology' | 'sharedAddresses'> {
  const locator = new NodeLocator(mappings, rows);
  const placedBy = Object.fromEntries(PLACED_BY.map((by) => [by, 0])) as Record<PlacedBy, number>;
  const unplaced: UnplacedNode[] = [];
  const conflicts: PlaceConflict[] = [];
  const chassis = new Map<string, { host: string; placement: Placement }>();
  let [gpus, unplacedGpus] = [0, 0];
  const saidOf = ({ site, host, labels, aliases, twins }: Host) =>
    locator.placements(site, host, labels, aliases, twins);
  for (const host of hosts) {
    const said = saidOf(host);
    const [first] = said;
    gpus += host.gpus;
    placedBy[first.by]++;
    if (first.by === 'nothing') {
      unplacedGpus += host.gpus;
      if (unplaced.length < MOST_UNPLACED) unplaced.push(unplacedOf(host));
    }
    for (const other of said.slice(1)) {
      if (!SAYS.has(other.by) || !SAYS.has(first.by) || sameRack(first, other)) continue;
      conflicts.push(conflictOf(nameOf(host), first, other));
    }
    const serial = chassisOf(host.labels);
    const before = chassis.get(serial);
    if (serial === '' || first.by === 'platform') continue;
    if (!before) chassis.set(serial, { host: nameOf(host), placement: first });
    else if (!sameRack(before.placement, first)) {
      const other = `${pathOf(before.placement)}, where ${before.host} of the same chassis ${serial} stands`;
      conflicts.push({ ...conflictOf(nameOf(host), first, before.placement), other, otherBy: 'platform' });
    }
  }
  // A board is in one machine: whoever tells of it elsewhere is contradicted.
  for (const {
    id,
    hosts: [kept, ...others],
  } of boards) {
    const at = (host: Host) => `${pathOf(saidOf(host)[0])}/${host.host}`;
    for (const other of others)
      conflicts.push({
        ...{ node: id, kept: at(kept), keptBy: saidOf(kept)[0].by, other: at(other), otherBy: saidOf(other)[0].by },
      });
  }
  return {
    ...{ nodes: hosts.length, gpus, placedBy, unplaced, unplacedGpus },
    ...{ conflicts: conflicts.slice(0, MOST_CONFLICTS), conflictCount: conflicts.length },
  };
}

/** Of two words the rack counts; a hall or row that one of them does not know is no contradiction. */
function sameRack(a: Placement, b: Placement): boolean {
  const same = (x: string, y: string) => x.toLowerCase() === y.toLowerCase();
  return same(a.place.site, b.place.site) && same(a.place.rack, b.place.rack);
}

const conflictOf = (node: string, kept: Placement, other: Placement): PlaceConflict => ({
  ...{ node, kept: pathOf(kept), keptBy: kept.by },
  ...{ other: pathOf(other), otherBy: other.by },
});

/** Nodes of each rack, before and after. */
class RackCounts {
  readonly #racks = new Map<string, { path: RackPreview['path']; before: number; after: number }>();

  add(of: Placement, when: 'before' | 'after'): void {
    const { site, hall, row, rack } = of.place;
    const known = this.#racks.get(pathOf(of)) ?? { path: [site, hall, row, rack], before: 0, after: 0 };
    known[when]++;
    this.#racks.set(pathOf(of), known);
  }

  list(): readonly RackPreview[] {
    const changed = ({ before, after }: RackPreview) => Number(before !== after);
    const byPath = (a: RackPreview, b: RackPreview) => naturalOrder(a.path.join('/'), b.path.join('/'));
    return [...this.#racks.values()]
      .sort((a, b) => changed(b) - changed(a) || byPath(a, b))
      .slice(0, MOST_RACKS)
      .sort(byPath);
  }
}

/** What other mappings would do to the nodes that are known now. */
export function previewMappings(
  hosts: readonly Host[],
  now: readonly LabelMapping[],
  then: readonly LabelMapping[],
  rows: readonly TopologyRow[],
): MappingPreview {
  const [before, after] = [new NodeLocator(now, rows), new NodeLocator(then, rows)];
  const finders = then.map(({ pattern }) => {
    try {
      const finder = compileFinder(pattern);
      return {
        finder,
        error: finder.groups.includes('rack') ? '' : 'It has no group (?<rack>…), so it places nothing',
      };
    } catch (error) {
      return { finder: undefined, error: (error as Error).message };
    }
  });
  const effects = finders.map(({ error }) => ({ error, matched: 0, placed: 0 }));
  const moved: MappingPreview['moved'][number][] = [];
  const racks = new RackCounts();
  let [movedCount, unplacedNow, unplacedThen, unplacedGpusThen, gpus] = [0, 0, 0, 0, 0];
  for (const host of hosts) {
    gpus += host.gpus;
    then.forEach(({ label }, i) => {
      const texts = [host.host, ...host.aliases].map((name) => mappedText(label, name, host.labels));
      if (texts.some((text) => finders[i].finder?.find(text))) effects[i].matched++;
    });
    const [old] = before.placements(host.site, host.host, host.labels, host.aliases, host.twins);
    const [fresh] = after.placements(host.site, host.host, host.labels, host.aliases, host.twins);
    if (fresh.mapping >= 0) effects[fresh.mapping].placed++;
    racks.add(old, 'before');
    racks.add(fresh, 'after');
    if (old.by === 'nothing') unplacedNow++;
    if (fresh.by === 'nothing') {
      unplacedThen++;
      unplacedGpusThen += host.gpus;
    }
    if (pathOf(old) === pathOf(fresh) && old.place.node === fresh.place.node) continue;
    movedCount++;
    if (moved.length >= MOST_MOVED) continue;
    const mapping = then[fresh.mapping];
    moved.push({
      ...{ node: nameOf(host), before: pathOf(old), after: pathOf(fresh), by: fresh.by, mapping: fresh.mapping },
      text: mapping ? mappedText(mapping.label, host.host, host.labels) : '',
    });
  }
  const counts = { nodes: hosts.length, gpus, unplacedNow, unplacedThen, unplacedGpusThen };
  return { mappings: effects, ...counts, moved, movedCount, racks: racks.list() };
}
