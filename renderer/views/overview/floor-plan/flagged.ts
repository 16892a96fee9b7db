import { CELL_NODATA } from '../../../../shared/cells.ts';
import type { LayoutDocument, ViewFrame } from '../../../../shared/contract.ts';
import { RACK } from '../../../../shared/topology.ts';
import { rackOf } from './layout.ts';
import { severityAt } from './painter.ts';

/**
 * Places that "only flagged" keeps: racks whose value is near or over its limit, that are lost or have silent GPUs, or in
 * which a condition holds; and every place above one of them, or that itself has a severity or a condition.
 */
export function flaggedPlaces(layout: LayoutDocument, frame: ViewFrame): ReadonlySet<number> {
  const { start, parent } = layout;
  const flagged = new Set<number>();
  const add = (from: number) => {
    for (let place = from; place >= 0 && !flagged.has(place); place = parent[place]) flagged.add(place);
  };
  for (let place = 0; place < start[RACK + 1]; place++) {
    const lost = place >= start[RACK] && frame.rackCells[place - start[RACK]] === CELL_NODATA;
    if (lost || frame.gpuLive[place] < frame.gpuCount[place] || severityAt(frame, layout, place) !== null) add(place);
  }
  for (const { place } of frame.findings) add(rackOf(layout, place));
  return flagged;
}
