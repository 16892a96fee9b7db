import { MIXED, POWER_NONE, type PowerColumns, silentW } from '../power.ts';
import { HALL, type Topology } from '../topology.ts';

/** The fleet as one place: sums over all sites. */
export interface FleetPower {
  /** NaN: no site has data. */
  readonly drawW: number;
  /** NaN where a site has no budget. */
  readonly budgetW: number;
  readonly atLeast: boolean;
  readonly source: number;
}

/** Sums the sites as a parent's children are summed: a silent one at nameplate, marked. */
export function fleetPower(topology: Topology, power: PowerColumns): FleetPower {
  let [drawW, budgetW, atLeast, source, live] = [0, 0, false, POWER_NONE, false];
  for (let site = 0; site < topology.start[HALL]; site++) {
    const silent = Number.isNaN(power.drawW[site]);
    const counted = silent ? silentW(site, topology, power) : power.drawW[site];
    // A site from which no power is expected has no part in the budget either.
    if (Number.isNaN(counted)) continue;
    drawW += counted;
    budgetW += topology.budgetW[site];
    atLeast ||= silent || power.atLeast[site] === 1;
    if (silent) continue;
    live = true;
    source = source === POWER_NONE || source === power.source[site] ? power.source[site] : MIXED;
  }
  if (!live) return { drawW: Number.NaN, budgetW: sumOfBudgets(topology), atLeast: false, source };
  return { drawW, budgetW, atLeast, source };
}

function sumOfBudgets({ start, budgetW }: Topology): number {
  let sum = start[HALL] === 0 ? Number.NaN : 0;
  for (let site = 0; site < start[HALL]; site++) sum += budgetW[site];
  return sum;
}
