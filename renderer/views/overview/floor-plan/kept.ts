import type { LayoutDocument, ViewFrame } from '../../../../shared/contract.ts';
import { GPU, NODE, RACK } from '../../../../shared/topology.ts';
import { childrenOf, gpusOf } from './cell-grid.ts';

/** Whether the frame's filter keeps a GPU (its index from the first GPU). */
const keeps = ({ matches }: ViewFrame, gpu: number) => ((matches[gpu >> 3] >> (gpu & 7)) & 1) === 1;

const keptIn = (frame: ViewFrame, from: number, to: number) => {
  for (let gpu = from; gpu < to; gpu++) if (keeps(frame, gpu)) return true;
  return false;
};

/** Places from sites to racks under which the filter keeps something; null where no filter is in force. */
export function keptPlaces(layout: LayoutDocument, frame: ViewFrame): ReadonlySet<number> | null {
  if (frame.matches.length === 0) return null;
  const kept = new Set<number>();
  for (let rack = layout.start[RACK]; rack < layout.start[NODE]; rack++) {
    if (!keptIn(frame, ...gpusOf(layout, rack))) continue;
    for (let place = rack; place >= 0 && !kept.has(place); place = layout.parent[place]) kept.add(place);
  }
  return kept;
}

/** Added to the byte of a cell that steps back (`withDimmed`). */
const BACK = 256;

/**
 * The bytes of GPUs or nodes with those that the filter does not keep stepped back. In a rack of which it keeps nothing
 * all stay as they are: the rack steps back as a whole.
 */
export function stepBack(
  layout: LayoutDocument,
  frame: ViewFrame,
  bytes: Uint8Array,
  level: typeof GPU | typeof NODE,
): Uint16Array {
  const out = new Uint16Array(bytes);
  for (let rack = layout.start[RACK]; rack < layout.start[NODE]; rack++) {
    const [from, to] = gpusOf(layout, rack);
    if (!keptIn(frame, from, to)) continue;
    if (level === GPU) {
      for (let gpu = from; gpu < to; gpu++) if (!keeps(frame, gpu)) out[gpu] += BACK;
      continue;
    }
    const [first, end] = childrenOf(layout, rack);
    for (let node = first; node < end; node++) {
      const [a, b] = childrenOf(layout, node);
      if (!keptIn(frame, a - layout.start[GPU], b - layout.start[GPU])) out[node - layout.start[NODE]] += BACK;
    }
  }
  return out;
}
