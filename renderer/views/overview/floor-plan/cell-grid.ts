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

/** The children on the next level (or GPUs of a node) as a run [from, to): children keep their parents' order. */
export function childrenOf({ start, parent }: LayoutDocument, place: number, level: number): readonly [number, number] {
  const first = (of: number) => {
    let [low, high] = [start[level], start[level + 1]];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (parent[middle] < of) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return [first(place), first(place + 1)];
}

/** The GPUs of a rack as a run [from, to) of cell indexes. */
export function gpusOf(layout: LayoutDocument, rack: number): readonly [number, number] {
  const [firstNode, endNode] = childrenOf(layout, rack, NODE);
  const first = layout.start[GPU];
  return [childrenOf(layout, firstNode, GPU)[0] - first, childrenOf(layout, endNode, GPU)[0] - first];
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
