import { isFeed } from './feeds.ts';
import { type NodePlace, UNMAPPED } from './mapping.ts';
import type { KnownFeed, KnownNode } from './places.ts';
import { DEVICE_KINDS, type DeviceKind, type RackModel, rackModelOf } from './rack-models.ts';
import type { BudgetRow, RackRow } from './topology-csv.ts';

/** What should be there and does not report: nodes and inlets that the topology gets as holes. */

const rackPath = ({ site, hall, row, rack }: RackPath) => `${site}/${hall}/${row}/${rack}`;

type RackPath = Pick<NodePlace, 'site' | 'hall' | 'row' | 'rack'>;

/** The number at the end of a node's name: 12 of "A2-05-n12". */
const numberOf = (name: string) => /^(.*?)(\d{1,4})$/.exec(name.split('.', 1)[0] ?? name);

/**
 * Trays and shelves that a rack's model has and that nobody wrote down or heard of: compute trays always, the other kinds
 * where some device of the kind stands in the rack, since most sites have no source that tells of them. Devices that are
 * numbered in their names leave the numbers open that nobody has; others are counted on.
 */
export function missingTrays(nodes: readonly KnownNode[], racks: readonly RackRow[]): KnownNode[] {
  const found = new Map<string, Rack>();
  for (const { site, hall, row, rack, model } of racks) {
    if (rackModelOf(model))
      found.set(rackPath({ site, hall, row, rack }), { site, hall, row, rack, model, devices: [] });
  }
  const written = new Set(racks.filter(({ model }) => model !== '').map(rackPath));
  for (const { place } of nodes) {
    const path = rackPath(place);
    const known = found.get(path);
    if (known) known.devices.push(place);
    else if (place.hall !== UNMAPPED && !written.has(path) && rackModelOf(place.model)) {
      const { site, hall, row, rack, model } = place;
      found.set(path, { site, hall, row, rack, model, devices: [place] });
    }
  }
  return [...found.values()].flatMap((rack) => {
    const model = rackModelOf(rack.model);
    if (!model) return [];
    return DEVICE_KINDS.flatMap((kind) => {
      const there = rack.devices.filter((place) => (place.kind ?? 'compute') === kind);
      return kind === 'compute' || there.length > 0 ? holesOf(rack, model, kind, there) : [];
    });
  });
}

interface Rack extends Pick<NodePlace, 'site' | 'hall' | 'row' | 'rack' | 'model'> {
  readonly devices: NodePlace[];
}

function holesOf(rack: Rack, model: RackModel, kind: DeviceKind, there: readonly NodePlace[]): KnownNode[] {
  const count = model.devices[kind];
  const numbers = there.map(({ node }) => Number(numberOf(node)?.[2] ?? Number.NaN));
  const first = numbers.includes(0) ? 0 : 1;
  const numbered = there.length > 0 && numbers.every((n) => n >= first && n < first + count);
  const taken = new Set(numbered ? numbers : there.map((_, i) => first + i));
  const sample = numbered ? numberOf(there[0].node) : null;
  const [before, width] = sample ? [sample[1], sample[2].length] : [`${rack.rack}-${kind}-`, 2];
  const holes: KnownNode[] = [];
  for (let n = first; holes.length < count - there.length && n < first + count; n++) {
    if (taken.has(n)) continue;
    const node = `${before}${String(n).padStart(width, '0')}`;
    // Where the one below it has a unit, it stands on the next.
    const below = numbered ? numbers.indexOf(n - 1) : -1;
    const u = below >= 0 && there[below].u > 0 ? freeUnit(there, there[below].u) : 0;
    const { site, hall, row, rack: name, model: written } = rack;
    const gpus = kind === 'compute' ? model.gpusPerTray : 0;
    const place = { site, hall, row, rack: name, node, u, model: written, gpus, inferred: false, kind };
    holes.push({ place, gpus: [], unseen: true });
  }
  return holes;
}

/** The unit above one, or half a unit above it where that is taken: it stands between, though nobody knows where. */
const freeUnit = (trays: readonly NodePlace[], u: number) => (trays.some((tray) => tray.u === u + 1) ? u + 0.5 : u + 1);

/**
 * Inlets that a rack should have and that no PDU reports: those its line in topology.csv names, and those budgets.csv
 * rates, the latter only in sites where some PDU reports at all.
 */
export function missingFeeds(
  known: readonly KnownFeed[],
  nodes: readonly KnownNode[],
  racks: readonly RackRow[],
  budgets: ReadonlyMap<string, BudgetRow>,
): KnownFeed[] {
  const metered = new Set(known.filter(({ gone }) => !gone).map(({ site }) => site));
  const expected = new Map(racks.map((row) => [rackPath(row), { at: row as RackPath, feeds: new Set(row.feeds) }]));
  for (const { place } of nodes) {
    const path = rackPath(place);
    if (metered.has(place.site) && !expected.has(path)) expected.set(path, { at: place, feeds: new Set() });
  }
  for (const [path, { at, feeds }] of expected) {
    const budget = metered.has(at.site) ? budgets.get(path) : undefined;
    if (budget && !Number.isNaN(budget.feedAW)) feeds.add('A');
    if (budget && !Number.isNaN(budget.feedBW)) feeds.add('B');
  }
  const there = new Map<string, string[]>();
  for (const feed of known) {
    if (feed.gone) continue;
    const names = there.get(rackPath(feed));
    if (names) names.push(feed.name);
    else there.set(rackPath(feed), [feed.name]);
  }
  return [...expected].flatMap(([path, { at, feeds }]) => {
    const names = there.get(path) ?? [];
    const open = [...feeds].filter((feed) => !names.some((name) => isFeed(name, feed)));
    // A PDU that goes by a name of its own may be any of those that are open.
    const nameless = names.filter((name) => ![...feeds].some((feed) => isFeed(name, feed))).length;
    const { site, hall, row, rack } = at;
    return open.slice(nameless).map((name) => ({ site, hall, row, rack, name, gone: false, unseen: true }));
  });
}
