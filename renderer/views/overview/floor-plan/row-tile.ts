import { CELL_NODATA, CELL_UNSUPPORTED, cellOfRatio } from '../../../../shared/cells.ts';
import type { WatchSignal } from '../../../../shared/contract.ts';

/** What a row shows as one tile, in palette bytes. */
export interface RowTile {
  /** The row's own value; for throttling, whose share of GPUs has no colour, its worst rack's reason. */
  readonly own: number;
  /** The worst of the racks that report; 0 where none does. */
  readonly worst: number;
  /** Some of its racks are lost. */
  readonly lost: boolean;
}

/** A row as one tile: from its own value and its racks' bytes; no bytes at all is a stale screen. */
export function rowTile(
  signal: WatchSignal,
  value = Number.NaN,
  racks: Uint8Array = Uint8Array.of(CELL_NODATA),
): RowTile {
  const worst = racks.reduce((most, cell) => (cell < CELL_UNSUPPORTED && cell > most ? cell : most), 0);
  const lost = racks.includes(CELL_NODATA);
  const reports = racks.some((cell) => cell < CELL_UNSUPPORTED);
  // A signal that is not exported was never there to be lost.
  if (Number.isNaN(value) || (signal === 'throttle' && !reports))
    return { own: lost || racks.length === 0 ? CELL_NODATA : CELL_UNSUPPORTED, worst, lost };
  return { own: signal === 'throttle' ? worst : cellOfRatio(value), worst, lost };
}
