import type { LayoutDocument } from '../../../../shared/contract.ts';
import { GPU, NODE, RACK } from '../../../../shared/topology.ts';

/** Most GPUs side by side: a node with more has further lines. */
const MOST_COLUMNS = 8;

/** How racks are divided: nodes stacked, a node's GPUs side by side. Indexes count from the level's first place. */
export interface CellGrid {
  /** Columns of each rack. */
  readonly columns: Uint8Array;
  /** First line of each node in its rack. */
  readonly nodeLine: Uint16Array;
  /** Lines of each node. */
  readonly nodeLines: Uint16Array;
  /** Lines of each rack. */
  readonly lines: Uint16Array;
}

const firstChildren = new WeakMap<LayoutDocument, Int32Array>();

/** First child of every place down to nodes; the entry behind the last node is the end of all GPUs. */
function firstChildOf(layout: LayoutDocument): Int32Array {
  const known = firstChildren.get(layout);
  if (known) return known;
  const { start, parent } = layout;
  const first = new Int32Array(start[GPU] + 1);
  let child = start[1];
  for (let place = 0; place < start[GPU]; place++) {
    while (child < start[GPU + 1] && parent[child] < place) child++;
    first[place] = child;
  }
  first[start[GPU]] = start[GPU + 1];
  firstChildren.set(layout, first);
  return first;
}

/** A place's children as a run [from, to) of places: children keep their parents' order on every level. */
export function childrenOf(layout: LayoutDocument, place: number): readonly [number, number] {
  const first = firstChildOf(layout);
  return [first[place], first[place + 1]];
}

/** The GPUs of a rack as a run [from, to) of cell indexes. */
export function gpusOf(layout: LayoutDocument, rack: number): readonly [number, number] {
  const first = firstChildOf(layout);
  const base = layout.start[GPU];
  return [first[first[rack]] - base, first[first[rack + 1]] - base];
}

/** Divides every rack. */
export function cellGrid({ start, parent }: LayoutDocument): CellGrid {
  const nodes = start[GPU] - start[NODE];
  const racks = start[NODE] - start[RACK];
  const perNode = new Uint32Array(nodes);
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) perNode[parent[gpu] - start[NODE]]++;
  const columns = new Uint8Array(racks).fill(1);
  for (let node = 0; node < nodes; node++) {
    const rack = parent[node + start[NODE]] - start[RACK];
    columns[rack] = Math.max(columns[rack], Math.min(MOST_COLUMNS, perNode[node]));
  }
  const lines = new Uint16Array(racks);
  const nodeLine = new Uint16Array(nodes);
  const nodeLines = new Uint16Array(nodes);
  for (let node = 0; node < nodes; node++) {
    const rack = parent[node + start[NODE]] - start[RACK];
    nodeLine[node] = lines[rack];
    nodeLines[node] = Math.max(1, Math.ceil(perNode[node] / columns[rack]));
    lines[rack] += nodeLines[node];
  }
  return { columns, nodeLine, nodeLines, lines };
}

/** Lines of a rack, at least one. */
export function linesOf(grid: CellGrid, rackIndex: number): number {
  return Math.max(1, grid.lines[rackIndex]);
}
