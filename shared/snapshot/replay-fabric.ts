import { FabricInstant, type Laid } from '../fabric/instant.ts';
import type { LeafHistory } from '../fabric/memory.ts';
import type { Topology } from '../topology.ts';
import type { FleetInstant } from '../view.ts';

/** Matrices of an instant, made once for all that ask; the places of a replay, and so its cables, never change. */
const fabrics = new WeakMap<FleetInstant, FabricInstant>();
const laid = new WeakMap<Topology, Laid>();

/** The interconnect by the cables that the switches themselves told; a file of cables is not in a snapshot. */
export function fabricOf(current: FleetInstant | null): FabricInstant | null {
  if (!current) return null;
  let fabric = fabrics.get(current);
  if (!fabric) {
    const { topology } = current.frame;
    const known: Laid = laid.get(topology) ?? new Map();
    laid.set(topology, known);
    fabric = new FabricInstant(current, { rows: [], problems: [] }, () => null, known);
    fabrics.set(current, fabric);
  }
  return fabric;
}

/** What a leaf's past was at a time: the rest had not happened yet. */
export function historyUntil({ times, tx, rx, wait }: LeafHistory, now: number): LeafHistory {
  const after = times.findIndex((time) => time > now);
  const end = after < 0 ? times.length : after;
  return { times: times.slice(0, end), tx: tx.slice(0, end), rx: rx.slice(0, end), wait: wait.slice(0, end) };
}
