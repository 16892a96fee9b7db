import { CELL_NODATA, CELL_UNSUPPORTED } from '../../../../shared/cells.ts';
import type { LayoutDocument, ViewSignal, WatchSignal } from '../../../../shared/contract.ts';
import { GPU, NODE } from '../../../../shared/topology.ts';
import { childrenOf } from './cell-grid.ts';

/** How the GPUs of a node make one byte, as racks are made of theirs (ui.md 3.5). */
const WAYS: Readonly<Record<ViewSignal, 'mean' | 'median' | 'worst'>> = {
  power: 'mean',
  util: 'median',
  temp: 'worst',
  throttle: 'worst',
  nvlink: 'median',
  nic: 'worst',
};

/**
 * One byte a node from its GPUs' bytes. GPUs without a value are left out; a node of which none reports is no data, one
 * that never exports the signal is unsupported.
 */
export function nodeCells(layout: LayoutDocument, signal: WatchSignal, cells: Uint8Array): Uint8Array {
  const { start } = layout;
  const nodes = new Uint8Array(start[GPU] - start[NODE]);
  const way = WAYS[signal as ViewSignal] ?? 'median';
  for (let node = start[NODE]; node < start[GPU]; node++) {
    const [from, to] = childrenOf(layout, node);
    const all = cells.subarray(from - start[GPU], to - start[GPU]);
    const known = all.filter((cell) => cell < CELL_UNSUPPORTED).sort();
    if (known.length > 0) nodes[node - start[NODE]] = oneOf(known, way);
    else nodes[node - start[NODE]] = all.includes(CELL_NODATA) || all.length === 0 ? CELL_NODATA : CELL_UNSUPPORTED;
  }
  return nodes;
}

function oneOf(sorted: Uint8Array, way: 'mean' | 'median' | 'worst'): number {
  if (way === 'worst') return sorted[sorted.length - 1];
  if (way === 'mean') return Math.floor(sorted.reduce((sum, cell) => sum + cell, 0) / sorted.length);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : Math.floor((sorted[middle - 1] + sorted[middle]) / 2);
}
