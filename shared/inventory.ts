import { type DeviceKind, rackModelOf } from './rack-models.ts';
import { NODE, RACK, type RackFacts, type Topology } from './topology.ts';

/** What should be there and how it stands, for drawing: a part of the layout. */
export interface Inventory {
  /** Places that should be there and that nothing ever named: a missing GPU, node or rack. In order. */
  readonly holes: readonly number[];
  /** Of each rack (index: place − start[RACK]). */
  readonly racks: readonly RackFacts[];
  /** Of each node (index: place − start[NODE]): lowest rack unit and height in units, 0 where not known, and its kind. */
  readonly nodeU: readonly number[];
  readonly nodeHeight: readonly number[];
  readonly nodeKind: readonly DeviceKind[];
  /** Who is capped first, sites to racks: 1 last … 9 first; 0 where nobody says. */
  readonly priority: readonly number[];
}

/** That of a layout without places. */
export const NO_INVENTORY: Inventory = { holes: [], racks: [], nodeU: [], nodeHeight: [], nodeKind: [], priority: [] };

/** The inventory of a topology. */
export function inventoryOf({ hole, racks, nodeU, nodeHeight, nodeKind, priority }: Topology): Inventory {
  const holes: number[] = [];
  hole.forEach((flag, place) => {
    if (flag === 1) holes.push(place);
  });
  return { holes, racks, nodeU: [...nodeU], nodeHeight: [...nodeHeight], nodeKind, priority: [...priority] };
}

/** The part of a layout that a rack's elevation is told from. */
export interface Stand {
  readonly start: readonly number[];
  readonly parent: readonly number[];
  readonly name: readonly string[];
  readonly inventory: Inventory;
}

/** One device of a rack, or the gap where it should be. */
export interface RackUnit {
  /** Place index; −1 for a device that the rack's model has and that no source reports of. */
  readonly node: number;
  readonly name: string;
  readonly kind: DeviceKind;
  /** Lowest unit, from 1, and height in units. */
  readonly u: number;
  readonly height: number;
  /** Its unit is written down; else it is where the model, or the order of names, has it. */
  readonly sure: boolean;
  /** `hole`: topology expects it and nothing ever named it. `unwatched`: the model has it, no source reports its kind. */
  readonly state: 'there' | 'hole' | 'unwatched';
}

export interface Elevation {
  readonly heightU: number;
  /** The height is written down, or the model's; else it is only what the devices need. */
  readonly heightKnown: boolean;
  /** From the lowest unit up. */
  readonly units: readonly RackUnit[];
}

const WORDS: Readonly<Record<DeviceKind, string>> = {
  compute: 'Compute tray',
  switch: 'Switch tray',
  power: 'Power shelf',
};

/**
 * What stands where in a rack: its nodes at their written units, else in the order of the rack's model from the lowest
 * unit up, else one above the other; what the model has and nobody wrote down is there as well.
 */
export function elevationOf(layout: Stand, rack: number): Elevation {
  const facts = layout.inventory.racks[rack - layout.start[RACK]];
  const model = rackModelOf(facts?.model ?? '');
  const devices = devicesOf(layout, rack);
  const written = devices.filter(({ u }) => u > 0);
  const waiting = new Map<DeviceKind, RackUnit[]>();
  for (const one of devices) if (one.u === 0) waiting.set(one.kind, [...(waiting.get(one.kind) ?? []), one]);
  for (const [kind, count] of Object.entries(model?.devices ?? {}) as [DeviceKind, number][]) {
    const list = waiting.get(kind) ?? [];
    const there = devices.filter((one) => one.kind === kind).length;
    for (let n = there + 1; n <= count; n++) {
      const named = { node: -1, name: `${WORDS[kind]} ${n}`, kind };
      list.push({ ...named, u: 0, height: 1, sure: false, state: 'unwatched' });
    }
    waiting.set(kind, list);
  }
  const order: DeviceKind[] = (model?.order ?? []).flatMap(([kind, count]) => Array<DeviceKind>(count).fill(kind));
  for (const kind of ['compute', 'switch', 'power'] as const) order.push(...(waiting.get(kind) ?? []).map(() => kind));
  const units = [...written, ...stack(order, waiting, written)].sort((a, b) => a.u - b.u);
  const top = units.reduce((most, one) => Math.max(most, one.u + one.height - 1), 1);
  const heightU = facts?.heightU || (model?.heightU ?? 0);
  return { heightU: Math.max(heightU, top), heightKnown: heightU >= top, units };
}

function devicesOf({ start, parent, name, inventory }: Stand, rack: number): RackUnit[] {
  const holes = new Set(inventory.holes);
  const found: RackUnit[] = [];
  for (let node = start[NODE]; node < start[NODE + 1]; node++) {
    if (parent[node] !== rack) continue;
    const at = node - start[NODE];
    const u = inventory.nodeU[at] ?? 0;
    const height = inventory.nodeHeight[at] || 1;
    const known = { kind: inventory.nodeKind[at] ?? 'compute', u, height, sure: u > 0 };
    found.push({ node, name: name[node], ...known, state: holes.has(node) ? 'hole' : 'there' });
  }
  return found;
}

/** Puts what has no unit one above the other, in an order of kinds, around what stands already. */
function stack(
  order: readonly DeviceKind[],
  waiting: ReadonlyMap<DeviceKind, readonly RackUnit[]>,
  standing: readonly RackUnit[],
): RackUnit[] {
  const taken = new Set(standing.flatMap(({ u, height }) => Array.from({ length: height }, (_, i) => u + i)));
  const next = new Map<DeviceKind, number>();
  const placed: RackUnit[] = [];
  let u = 1;
  for (const kind of order) {
    const index = next.get(kind) ?? 0;
    const one = waiting.get(kind)?.[index];
    next.set(kind, index + 1);
    if (!one) continue;
    while (Array.from({ length: one.height }, (_, i) => u + i).some((unit) => taken.has(unit))) u++;
    placed.push({ ...one, u });
    u += one.height;
  }
  return placed;
}
