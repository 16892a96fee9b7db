import type { CableRow } from '../fabric/fabric-csv.ts';
import { FabricInstant, type Laid } from '../fabric/instant.ts';
import type { Topology } from '../topology.ts';
import type { FleetInstant } from '../view.ts';
import type { Snapshot } from './document.ts';

/** Matrices of an instant, made once for all that ask; the places of a replay, and so its cables, never change. */
const fabrics = new WeakMap<FleetInstant, FabricInstant>();
const laid = new WeakMap<Topology, Laid>();

/** Of the cables of a file those at a switch of which a port is in a topology: what a part of the fleet hangs on. */
export function cablesWithin(cables: readonly CableRow[], { ports }: Topology): readonly CableRow[] {
  const known = new Set(ports.flatMap(({ switch: id, name }) => [id.toLowerCase(), name.toLowerCase()]));
  return cables.filter(({ leaf, spine }) => known.has(leaf.toLowerCase()) || known.has(spine.toLowerCase()));
}

/** The interconnect by the cables that the switches themselves told, and those of the file that was in use. */
export function fabricOf(current: FleetInstant | null, { papers }: Snapshot): FabricInstant | null {
  if (!current) return null;
  let fabric = fabrics.get(current);
  if (!fabric) {
    const { topology } = current.frame;
    const known: Laid = laid.get(topology) ?? new Map();
    laid.set(topology, known);
    fabric = new FabricInstant(current, { rows: papers.cables, problems: [] }, () => null, known);
    fabrics.set(current, fabric);
  }
  return fabric;
}
