import { computeFabric } from '../fabric.ts';
import { ASSUMED, type Column, DERIVED, type Frame, MEASURED } from '../frame.ts';
import { computePower, ESTIMATED, METERED, MIXED, POWER_NONE, type PowerColumns } from '../power.ts';
import { emptyColumn } from '../resolve.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { summarize } from '../summary.ts';
import { NODE, type Topology } from '../topology.ts';
import { fitTrends, minutesToCap, type TrendRow } from '../trend.ts';
import type { FleetInstant } from '../view.ts';
import { KEPT, type Kept, type PlaceRow, placesIn } from './rows.ts';

const SOURCES: Readonly<Record<number, number>> = { [MEASURED]: METERED, [DERIVED]: ESTIMATED, [ASSUMED]: MIXED };

/**
 * The fleet of an instant of which only sites to racks are kept: their draws, trends, utilisation, heat and links. What
 * was not metered then may have been a part of the draw only, so it is marked as a lower bound.
 *
 * @param topology places of the row, from sites to racks, with their budgets
 * @param rows rows up to that instant, the last one is told
 */
export function instantOfRow(
  topology: Topology,
  rows: readonly PlaceRow[],
  health: Pick<FleetInstant, 'sources'> & { readonly badSamples: number },
): FleetInstant {
  const row = rows.at(-1) as PlaceRow;
  const { time } = row;
  const at = placesIn(row.space, topology);
  const of = (kept: Kept) => {
    const from = KEPT.indexOf(kept) * row.space.places;
    return Float32Array.from(at, (place) => (place < 0 ? Number.NaN : row.values[from + place]));
  };
  const columnOf = (kept: Kept): Column => {
    const column = emptyColumn(topology.parent.length);
    of(kept).forEach((value, place) => {
      if (Number.isNaN(value)) return;
      column.value[place] = value;
      column.time[place] = time;
      column.quality[place] = DERIVED;
    });
    return column;
  };
  const columns = new Map<SignalId, Column>([
    ['place.util', columnOf('gpu.util')],
    ['place.temp', columnOf('gpu.temp')],
  ]);
  const frame: Frame = { time, topology, columns };
  const power = powerOf(
    frame,
    of('draw'),
    Uint8Array.from(at, (place) => (place < 0 ? 0 : row.basis[place])),
  );
  const fabric = { ...computeFabric(frame), worst: of('link.use') };
  const draws = rows.map(({ space, ...one }): TrendRow => ({ ...one, places: placesIn(space, topology) }));
  const { slope, r2, spanMin } = fitTrends(draws, power.drawW, power.quality, time, topology.start[NODE]);
  const capMin = slope.map((one, place) =>
    minutesToCap({ slope: one, r2: r2[place], spanMin: spanMin[place] }, power.drawW[place], topology.budgetW[place]),
  );
  const parts = { frame, now: time, power, fabric, slope, capMin, heardAt: new Float64Array(0) };
  const { sources, badSamples } = health;
  const summary = summarize({ ...parts, lateAt: Number.NaN, badSamples });
  return { ...parts, sources, summary, findings: [], sampled: time, roundMs: null };
}

function powerOf(frame: Frame, drawW: Float32Array, basis: Uint8Array): PowerColumns {
  const known = drawW.map((watts) => (Number.isNaN(watts) ? 0 : 1));
  return {
    ...computePower(frame),
    ...{ drawW, quality: basis },
    time: Float64Array.from(known, (one) => (one === 1 ? frame.time : Number.NaN)),
    atLeast: Uint8Array.from(known, (one, place) => (one === 1 && basis[place] !== MEASURED ? 1 : 0)),
    source: Uint8Array.from(known, (one, place) => (one === 1 ? (SOURCES[basis[place]] ?? POWER_NONE) : POWER_NONE)),
  };
}
