import type { LayoutDocument, ViewFrame } from '../../../shared/contract.ts';
import { type RackSignal, rackValues } from '../../../shared/rack/columns.ts';
import { throttleClass } from '../../../shared/throttle.ts';
import { GPU, NODE, RACK } from '../../../shared/topology.ts';
import { ancestorAt, levelOf } from '../places.ts';

/** A node of a rack with its GPUs, in floor order. */
export interface Tray {
  readonly node: number;
  readonly name: string;
  /** GPUs by their number in the rack (0 …), in the order of their positions. */
  readonly gpus: readonly number[];
}

/** A rack as it stands: trays by position, each with its GPUs. */
export interface RackModel {
  readonly rack: number;
  readonly path: string;
  readonly name: string;
  readonly trays: readonly Tray[];
  /** Place of its first GPU; the others follow. */
  readonly first: number;
  /** GPUs that are there or ought to be. */
  readonly count: number;
  /** GPUs that topology expects and that nothing ever named, by their number in the rack. */
  readonly holes: ReadonlySet<number>;
  /** GPUs of the widest tray. */
  readonly columns: number;
}

/** What is known of one GPU: it reports, it went silent, or nothing ever named it though it ought to be there. */
export type GpuState = 'live' | 'lost' | 'missing';

/** The rack at a place; null for a place that is none. */
export function rackModel(layout: LayoutDocument, rack: number): RackModel | null {
  if (levelOf(layout, rack) !== RACK) return null;
  const trays: Tray[] = [];
  let [first, count] = [-1, 0];
  const byNode = new Map<number, number[]>();
  for (let gpu = layout.start[GPU]; gpu < layout.start[GPU + 1]; gpu++) {
    const node = layout.parent[gpu];
    if (layout.parent[node] !== rack) continue;
    if (first < 0) first = gpu;
    const list = byNode.get(node) ?? [];
    list.push(count++);
    byNode.set(node, list);
  }
  for (let node = layout.start[NODE]; node < layout.start[NODE + 1]; node++) {
    if (layout.parent[node] !== rack) continue;
    const gpus = byNode.get(node) ?? [];
    if (gpus.length > 0) trays.push({ node, name: layout.name[node], gpus });
  }
  return {
    ...{ rack, path: layout.path[rack], name: layout.name[rack], trays, first, count },
    holes: new Set(layout.inventory.holes.map((place) => place - first)),
    columns: trays.reduce((most, tray) => Math.max(most, tray.gpus.length), 0),
  };
}

/** "n12-g1": a GPU by its tray and its own name. */
export function gpuName(layout: LayoutDocument, { first }: RackModel, gpu: number): string {
  return `${layout.name[layout.parent[first + gpu]]}-${layout.name[first + gpu]}`;
}

/** The tray that a GPU stands in. */
export function trayOf({ trays }: RackModel, gpu: number): number {
  return trays.findIndex(({ gpus }) => gpus.includes(gpu));
}

/** Everything that is said of a rack's GPUs now; null where the frame does not bring this rack. */
export interface RackNow {
  readonly frame: ViewFrame;
  readonly states: readonly GpuState[];
  /** Index in THROTTLE_CLASSES of each GPU's worst reason; −1 where it is not known. */
  readonly held: readonly number[];
  value(signal: RackSignal): Float32Array;
}

/**
 * The rack's part of a frame. What is older than the stale limit is NaN in it already; `states` says whether a GPU
 * fell silent or was never heard.
 */
export function rackNow(frame: ViewFrame | null, { rack, count, holes }: RackModel): RackNow | null {
  if (frame === null || frame.rack !== rack || frame.gpuHeardAt.length !== count) return null;
  const { time, staleMs } = frame;
  const masks = rackValues(frame, 'gpu.throttle');
  return {
    frame,
    states: Array.from(frame.gpuHeardAt, (heard, gpu) =>
      time - heard <= staleMs ? 'live' : holes.has(gpu) ? 'missing' : 'lost',
    ),
    held: Array.from(masks, (mask) => (Number.isNaN(mask) ? -1 : throttleClass(mask))),
    value: (signal) => rackValues(frame, signal),
  };
}

/** The rack of an address: by its path; of a node's or GPU's path the rack that it stands in; −1 where there is none. */
export function rackOfPath(layout: LayoutDocument, path: string): number {
  return path === '' ? -1 : ancestorAt(layout, layout.path.indexOf(path), RACK);
}

/** The page of a place: a rack's, a node's rack's, a GPU's; null for what has none. */
export function pageOf(layout: LayoutDocument, place: number): { view: 'rack' | 'gpu'; object: string } | null {
  const level = levelOf(layout, place);
  if (level === GPU) return { view: 'gpu', object: layout.path[place] };
  return level >= RACK ? { view: 'rack', object: layout.path[ancestorAt(layout, place, RACK)] } : null;
}

/** The rack nearest to its budget; without budgets the one that draws most; −1 without racks. */
export function worstRack(layout: LayoutDocument, frame: ViewFrame): number {
  let [worst, most] = [-1, Number.NEGATIVE_INFINITY];
  for (let rack = layout.start[RACK]; rack < layout.start[NODE]; rack++) {
    const budget = layout.budgetW[rack];
    const use = budget === null ? frame.drawW[rack] / 1e9 - 1 : frame.drawW[rack] / budget;
    if (use > most || worst < 0) [worst, most] = [rack, Number.isNaN(use) ? most : use];
  }
  return worst;
}
