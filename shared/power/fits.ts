import { placesUnder } from '../members.ts';
import type { Topology } from '../topology.ts';

/**
 * How many more GPUs fit into places: a GPU must fit into the budget of its rack and of every place above it, so a rack
 * takes no more than its row has left, and a row no more than its racks together.
 *
 * @param plannedW watts that one more GPU of a place is planned with; NaN where its model is not known
 * @returns of the place and all under it; NaN where it has no budget, or a draw or a model is not known
 */
export function gpusThatFit(
  topology: Topology,
  drawW: Float32Array | Float64Array,
  place: number,
  plannedW: (place: number) => number,
): ReadonlyMap<number, number> {
  const { budgetW, parent } = topology;
  const own = (one: number) => (Number.isNaN(budgetW[one]) ? Number.POSITIVE_INFINITY : budgetW[one] - drawW[one]);
  const leftW = new Map<number, number>();
  let above = Number.POSITIVE_INFINITY;
  for (let one = parent[place]; one >= 0; one = parent[one]) above = Math.min(above, own(one));
  const places = [place, ...placesUnder(topology, place)];
  for (const one of places) leftW.set(one, Math.min(own(one), leftW.get(parent[one]) ?? above));

  const fits = new Map<number, number>();
  /** Σ of what the places right under one take. */
  const inside = new Map<number, number>();
  for (const one of places.reverse()) {
    const watts = plannedW(one);
    const under = inside.get(one) ?? Number.POSITIVE_INFINITY;
    const count = Math.min(Math.floor(Math.max(0, leftW.get(one) ?? Number.NaN) / watts), under);
    const budgeted = !Number.isNaN(budgetW[one]);
    fits.set(one, budgeted ? count : Number.NaN);
    // In the place above nothing is said to fit where nobody knows what is drawn; without a budget only what is inside counts.
    const room = budgeted && !Number.isNaN(watts) ? count || 0 : under;
    inside.set(parent[one], (inside.get(parent[one]) ?? 0) + room);
  }
  return fits;
}
