import { type NodePlace, UNMAPPED } from './mapping.ts';
import type { DeviceKind } from './rack-models.ts';
import { hardwareOf } from './signals/hardware.ts';
import { GPU, LEVELS, type LinkKind, NODE, RACK, type RackFacts, SITE, type Topology } from './topology.ts';
import type { BudgetRow, RackRow } from './topology-csv.ts';

export interface KnownGpu {
  readonly id: number;
  readonly uuid: string;
  readonly index: number;
  readonly model: string;
  /** −1, or left out, where it is not told. */
  readonly module?: number;
}

/** A node as the fleet knows it, with its GPUs' identities. */
export interface KnownNode {
  readonly place: NodePlace;
  /** Topology says that it should be there, and nothing ever named it. */
  readonly unseen?: boolean;
  /** GPUs seen: UUID, index on the node (−1 unknown), model, and the module that it is on its host, where it is told. */
  readonly gpus: readonly KnownGpu[];
}

export interface KnownLink {
  /** Index of the node among the known nodes; −1: none. */
  readonly node: number;
  readonly kind: LinkKind;
  readonly name: string;
  /** It is a card, see `LinkIdentity`. */
  readonly card?: boolean;
  /** Bytes a tick of its wait counter; left out where its source does not say. */
  readonly tickBytes?: number;
}

/** A PDU inlet in its rack, which is shown even where no node of it is known. */
export interface KnownFeed {
  readonly site: string;
  readonly hall: string;
  readonly row: string;
  readonly rack: string;
  readonly name: string;
  /** Its source is forgotten: the number stays, the inlet does not. */
  readonly gone: boolean;
  /** It should be there, and no PDU ever reported it. */
  readonly unseen?: boolean;
}

/** What is written of places besides where nodes stand. */
export interface WrittenPlaces {
  readonly budgets: ReadonlyMap<string, BudgetRow>;
  readonly racks: readonly RackRow[];
}

/** A rack or a place above it of which recorded series tell; it is shown even where no node of it is known. */
export interface KnownPlace {
  readonly names: readonly string[];
  readonly model: string;
  readonly gone: boolean;
}

/** A topology, and where the fleet's own numbering of objects went in it. */
export interface BuiltTopology {
  readonly topology: Topology;
  /** GPU id of the fleet → place index; −1 for one that is not placed. */
  readonly placeOfGpu: Int32Array;
  /** Known node → place index. */
  readonly placeOfNode: Int32Array;
  /** Known recorded place → place index; −1 where it is gone. */
  readonly placeOfPlace: Int32Array;
}

/** A2-9 before A2-10: runs of digits compare as numbers; only names that differ in nothing else by their zeros. */
export function naturalOrder(a: string, b: string): number {
  const parts = /\d+|\D+/g;
  const left = a.match(parts) ?? [];
  const right = b.match(parts) ?? [];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = Number(left[i]) - Number(right[i]);
    if (difference === 0 || left[i] === right[i]) continue;
    return Number.isNaN(difference) ? (left[i] < right[i] ? -1 : 1) : difference;
  }
  return left.length - right.length || (a < b ? -1 : a > b ? 1 : 0);
}

interface Draft {
  readonly name: string;
  readonly path: string;
  readonly children: Map<string, Draft>;
  inferred: boolean;
  /** Lowest rack unit, position in the row, or index on the node. */
  u: number;
  /** Orders it among its siblings. */
  order: number;
  height: number;
  kind: DeviceKind;
  unseen: boolean;
  model: string;
  known: number;
  gpus: KnownGpu[];
  expected: number;
}

const draft = (name: string, path: string): Draft => ({
  name,
  path,
  children: new Map(),
  inferred: true,
  u: 0,
  order: 0,
  height: 0,
  kind: 'compute',
  unseen: false,
  model: '',
  known: -1,
  gpus: [],
  expected: 0,
});

/** The place of that path below the root, made where it is missing. */
function descend(root: Draft, names: readonly string[], inferred: boolean): Draft {
  let at = root;
  for (const name of names) {
    let found = at.children.get(name);
    if (!found) {
      found = draft(name, at === root ? name : `${at.path}/${name}`);
      at.children.set(name, found);
    }
    found.inferred &&= inferred;
    at = found;
  }
  return at;
}

function plant(root: Draft, nodes: readonly KnownNode[]): void {
  nodes.forEach(({ place, gpus, unseen }, known) => {
    const at = descend(root, [place.site, place.hall, place.row, place.rack, place.node], place.inferred);
    at.u = place.u;
    at.order = place.order ?? place.u;
    at.height = place.height ?? 0;
    at.kind = place.kind ?? 'compute';
    at.unseen = unseen ?? false;
    at.model = place.model;
    at.known = known;
    at.gpus = [...gpus];
    at.expected = place.gpus;
  });
}

const rackPath = ({ site, hall, row, rack }: KnownFeed) => `${site}/${hall}/${row}/${rack}`;

/** Racks without a node of theirs: written ones and those of PDUs. */
function plantRacks(root: Draft, feeds: readonly KnownFeed[], racks: readonly RackRow[]): void {
  for (const { site, hall, row, rack, position, model } of racks) {
    const at = descend(root, [site, hall, row, rack], false);
    at.order = position;
    at.model = model;
  }
  for (const feed of feeds) {
    if (!feed.gone) descend(root, [feed.site, feed.hall, feed.row, feed.rack], feed.hall === UNMAPPED);
  }
}

function plantPlaces(root: Draft, places: readonly KnownPlace[]): void {
  for (const { names, model, gone } of places) {
    if (gone) continue;
    const at = descend(root, names, names[1] === UNMAPPED);
    if (names.length === 4) at.model = model;
  }
}

const unmappedLast = (a: Draft, b: Draft) =>
  Number(a.name === UNMAPPED) - Number(b.name === UNMAPPED) || a.order - b.order || naturalOrder(a.name, b.name);

/** By position in the row; racks that have none stand behind those that do. */
const racksInOrder = (a: Draft, b: Draft) => Number(a.order === 0) - Number(b.order === 0) || unmappedLast(a, b);

/**
 * GPUs by their index, which is what columns of screens are called by, else by the module that they are; a GPU that should be
 * there and was never seen keeps its slot as a hole.
 */
function slotsOf(node: Draft): Draft[] {
  const moduleOf = ({ module = -1 }: KnownGpu) => module;
  const seen = node.gpus.sort((a, b) => a.index - b.index || moduleOf(a) - moduleOf(b) || naturalOrder(a.uuid, b.uuid));
  const taken = new Set(seen.map((gpu) => gpu.index));
  const slots = seen.map((gpu, order) => {
    const slot = draft(`g${gpu.index >= 0 ? gpu.index : order}`, gpu.uuid);
    slot.known = gpu.id;
    slot.model = gpu.model;
    slot.u = gpu.index >= 0 ? gpu.index : order;
    slot.inferred = node.inferred;
    return slot;
  });
  for (let index = 0; slots.length < node.expected && index < 1024; index++) {
    if (taken.has(index)) continue;
    const hole = draft(`g${index}`, `${node.path}/g${index}`);
    hole.u = index;
    hole.inferred = false;
    hole.unseen = true;
    slots.push(hole);
  }
  return slots.sort((a, b) => a.u - b.u);
}

/** Nodes of a rack drop the rack's name from theirs: A2-05-n03 in A2-05 is n03. */
const shortName = (name: string, parent: string) =>
  name.toLowerCase().startsWith(`${parent.toLowerCase()}-`)
    ? name.slice(parent.length + 1)
    : (name.split('.', 1)[0] ?? name);

/** Places in their final order: level by level, children in floor order. */
interface Flat {
  readonly start: Int32Array;
  readonly parent: number[];
  readonly name: string[];
  readonly path: string[];
  readonly model: string[];
  readonly inferred: number[];
  readonly hole: number[];
  /** Of nodes, in their order. */
  readonly nodes: Draft[];
  readonly placeOfGpu: Int32Array;
  readonly placeOfNode: Int32Array;
}

function flatten(root: Draft, gpuCount: number, nodeCount: number): Flat {
  const flat: Flat = {
    start: new Int32Array(LEVELS.length + 1),
    ...{ parent: [], name: [], path: [], model: [], inferred: [], hole: [], nodes: [] },
    placeOfGpu: new Int32Array(gpuCount).fill(-1),
    placeOfNode: new Int32Array(nodeCount).fill(-1),
  };
  let level: { draft: Draft; place: number }[] = [{ draft: root, place: -1 }];
  for (let depth = 0; depth < LEVELS.length; depth++) {
    flat.start[depth] = flat.parent.length;
    const next: typeof level = [];
    for (const { draft: above, place: parent } of level) {
      const children =
        depth === GPU
          ? slotsOf(above)
          : [...above.children.values()].sort(depth === RACK ? racksInOrder : unmappedLast);
      for (const one of children) {
        const place = flat.parent.push(parent) - 1;
        next.push({ draft: one, place });
        flat.name.push(depth === NODE ? shortName(one.name, above.name) : one.name);
        flat.path.push(one.path);
        flat.model.push(one.model);
        flat.inferred.push(one.inferred ? 1 : 0);
        flat.hole.push(one.unseen ? 1 : 0);
        if (depth === NODE) flat.nodes.push(one);
        if (one.known >= 0) (depth === GPU ? flat.placeOfGpu : flat.placeOfNode)[one.known] = place;
      }
    }
    level = next;
  }
  flat.start[LEVELS.length] = flat.parent.length;
  return flat;
}

/** Builds the flat arrays from what is known. Places of a level lie together, children in floor order. */
export function buildTopology(
  version: number,
  nodes: readonly KnownNode[],
  links: readonly KnownLink[],
  feeds: readonly KnownFeed[],
  { budgets, racks }: WrittenPlaces,
  gpuCount: number,
  recorded: readonly KnownPlace[] = [],
): BuiltTopology {
  const root = draft('', '');
  plant(root, nodes);
  plantRacks(root, feeds, racks);
  plantPlaces(root, recorded);
  const flat = flatten(root, gpuCount, nodes.length);
  const { start, name, path, model, placeOfGpu, placeOfNode } = flat;
  const parent = Int32Array.from(flat.parent);
  const indexOf = new Map(path.slice(0, start[NODE]).map((text, index) => [text, index]));
  nameModels(start, parent, model);
  const placeOfPlace = Int32Array.from(recorded, ({ names, gone }) =>
    gone ? -1 : (indexOf.get(names.join('/')) ?? -1),
  );
  unhole(flat, placeOfPlace);
  return {
    ...{ placeOfGpu, placeOfNode, placeOfPlace },
    topology: {
      ...{ version, start, parent, name, path, model, inferred: Uint8Array.from(flat.inferred) },
      ...holesOf(flat, parent),
      ...writtenOf(flat, racks),
      nameplateW: nameplates(start, parent, model),
      ...budgetsOf(path, start, parent, budgets),
      linkNode: Int32Array.from(links, (link) => placeOfNode[link.node] ?? -1),
      linkKind: links.map((link) => link.kind),
      linkName: links.map((link) => link.name),
      linkTickBytes: Float64Array.from(links, (link) => link.tickBytes ?? Number.NaN),
      ports: [],
      nvlinkDomain: [],
      gpuGuid: [],
      feedRack: Int32Array.from(feeds, (feed) => (feed.gone ? -1 : (indexOf.get(rackPath(feed)) ?? -1))),
      feedName: feeds.map((feed) => feed.name),
      feedBudgetW: Float64Array.from(feeds, (feed) => feedBudget(budgets.get(rackPath(feed)), feed.name)),
      feedHole: Uint8Array.from(feeds, (feed) => (feed.unseen ? 1 : 0)),
      servers: [],
      work: [],
      shared: [],
      workRack: new Int32Array(0),
      workOn: [],
    },
  };
}

/** Budgets, ratings and priorities by place; what is capped first holds for everything under a place that has none. */
function budgetsOf(
  path: readonly string[],
  start: Int32Array,
  parent: Int32Array,
  budgets: ReadonlyMap<string, BudgetRow>,
) {
  const rows = path.slice(0, start[NODE]).map((text) => budgets.get(text));
  const priority = new Uint8Array(rows.length);
  // Parents stand before their children.
  for (let place = 0; place < priority.length; place++)
    priority[place] = rows[place]?.priority ?? priority[parent[place]] ?? 0;
  return {
    priority,
    budgetW: Float64Array.from(path, (_, place) => rows[place]?.budgetW ?? Number.NaN),
    ratingAW: Float64Array.from(rows, (row) => row?.feedAW ?? Number.NaN),
    ratingBW: Float64Array.from(rows, (row) => row?.feedBW ?? Number.NaN),
    derate: Float64Array.from(rows, (row) => row?.derate ?? 1),
  };
}

/** Nobody asks for the nodes and GPUs of a rack that is recorded: that they were never seen says nothing. */
function unhole({ start, parent, hole }: Flat, placeOfPlace: Int32Array): void {
  const racks = new Set(placeOfPlace);
  for (let place = start[NODE]; racks.size > 0 && place < start[GPU + 1]; place++) {
    const rack = parent[place < start[GPU] ? place : parent[place]];
    if (racks.has(rack)) hole[place] = 0;
  }
}

/** A place above nodes is a hole where all that is under it is one. */
function holesOf({ start, hole }: Flat, parent: Int32Array): Pick<Topology, 'hole'> {
  const children = new Int32Array(parent.length);
  const unseen = new Int32Array(parent.length);
  for (let place = start[GPU] - 1; place >= start[SITE + 1]; place--) {
    if (place < start[NODE]) hole[place] = children[place] > 0 && unseen[place] === children[place] ? 1 : 0;
    children[parent[place]]++;
    unseen[parent[place]] += hole[place];
  }
  return { hole: Uint8Array.from(hole) };
}

function writtenOf(
  { start, path, model, nodes }: Flat,
  rows: readonly RackRow[],
): Pick<Topology, 'racks' | 'nodeU' | 'nodeHeight' | 'nodeKind'> {
  const byPath = new Map(rows.map((row) => [`${row.site}/${row.hall}/${row.row}/${row.rack}`, row]));
  const racks = path.slice(start[RACK], start[NODE]).map((text, index): RackFacts => {
    const { position = 0, aisle = '', heightU = 0 } = byPath.get(text) ?? {};
    return { position, aisle, heightU, model: model[start[RACK] + index] };
  });
  return {
    racks,
    // Half a unit stands for a place between two others.
    nodeU: Uint16Array.from(nodes, ({ u }) => (Number.isInteger(u) ? u : 0)),
    nodeHeight: Uint16Array.from(nodes, ({ height }) => height),
    nodeKind: nodes.map(({ kind }) => kind),
  };
}

function feedBudget(row: BudgetRow | undefined, name: string): number {
  if (!row) return Number.NaN;
  return (name === 'A' ? row.feedAW : name === 'B' ? row.feedBW : Number.NaN) * row.derate;
}

/** A node without a written model shows its GPUs' model, a rack its nodes'. */
function nameModels(start: Int32Array, parent: Int32Array, model: string[]): void {
  for (let level = GPU; level > RACK; level--) {
    for (let place = start[level]; place < start[level + 1]; place++) {
      const above = parent[place];
      if (model[above] === '' && model[place] !== '') model[above] = model[place];
    }
  }
}

/** Node nameplates from the hardware table, GPUs a share of it, racks the sum; NaN where the model is not known. */
function nameplates(start: Int32Array, parent: Int32Array, model: readonly string[]): Float64Array {
  const nameplate = new Float64Array(parent.length).fill(Number.NaN);
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    const hardware = hardwareOf(model[gpu] || (model[parent[gpu]] ?? ''));
    if (hardware) nameplate[gpu] = hardware.nodeWPerGpu;
  }
  for (let place = start[GPU + 1] - 1; place >= 0; place--) {
    const above = parent[place];
    if (above < 0 || Number.isNaN(nameplate[place])) continue;
    nameplate[above] = (Number.isNaN(nameplate[above]) ? 0 : nameplate[above]) + nameplate[place];
  }
  return nameplate;
}
