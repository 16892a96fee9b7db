import type { Severity } from '../../contract.ts';
import { levelOf } from '../../members.ts';
import { HALL, NODE, RACK, ROW, SITE, type Topology } from '../../topology.ts';
import type { FleetInstant } from '../../view.ts';
import type { Snapshot } from '../document.ts';
import { Replay } from '../replay.ts';

/** A curve of the report: one number an instant, NaN where there is none. */
export type Curve = Float64Array;

/** What a report tells of a run: the moment as a viewer saw it, and the curves that lead to it. */
export interface Told {
  readonly moment: FleetInstant;
  /** Number of that instant. */
  readonly at: number;
  /** The place whose draw is shown against its budget; −1 where no place has one. */
  readonly place: number;
  /** Watts of all sites; of that place. */
  readonly siteW: Curve;
  readonly placeW: Curve;
  /** Median SM activity, 0–1. */
  readonly util: Curve;
  /** Use of the busiest port, 0–1. */
  readonly port: Curve;
  /** GPUs that power holds back. */
  readonly held: Curve;
}

/** The row nearest to its budget; where no row has one, a rack, a hall or a site. */
export function nearest({ topology }: FleetInstant['frame'], drawW: Float32Array): number {
  const { start, budgetW } = topology;
  for (const level of [ROW, RACK, HALL, SITE]) {
    let best = -1;
    for (let place = start[level]; place < start[level + 1]; place++) {
      const share = drawW[place] / budgetW[place];
      if (share > 0 && !(share <= drawW[best] / budgetW[best])) best = place;
    }
    if (best >= 0) return best;
  }
  return -1;
}

/** Judges every instant in its turn, as a replay does, and keeps what the charts show; stops after each instant. */
export function* tell(snapshot: Snapshot): Generator<undefined, Told> {
  const replay = new Replay(snapshot);
  const at = replay.instantAt(snapshot.manifest.at);
  const { times } = snapshot.run;
  const curve = () => new Float64Array(times.length).fill(Number.NaN);
  const curves = { siteW: curve(), util: curve(), port: curve(), held: curve() };
  const draws: Float32Array[] = [];
  for (let i = 0; i < times.length; i++) {
    replay.seek(i);
    const { summary, power } = replay.view.current() as FleetInstant;
    curves.siteW[i] = summary.powerW ?? Number.NaN;
    curves.util[i] = summary.util?.median ?? Number.NaN;
    curves.port[i] = summary.fabric?.use ?? Number.NaN;
    curves.held[i] = summary.throttled?.gpus ?? Number.NaN;
    draws.push(power.drawW);
    yield;
  }
  replay.seek(at);
  const moment = replay.view.current() as FleetInstant;
  const place = nearest(moment.frame, moment.power.drawW);
  const placeW = curve().map((_, i) => draws[i][place] ?? Number.NaN);
  return { moment, at, place, placeW, ...curves };
}

/** How near a place stands to its budget. */
export function severityOf(share: number, { warnRatio, critRatio }: Snapshot['papers']['limits']): Severity | null {
  if (share >= critRatio) return 'critical';
  return share >= warnRatio ? 'warning' : null;
}

/** Racks by their share of their budget, the nearest first; those without a share last, in the order of the floor. */
export function racksByShare({ frame, power }: FleetInstant): number[] {
  const { start, budgetW } = frame.topology;
  const share = (place: number) => {
    const one = power.drawW[place] / budgetW[place];
    return Number.isNaN(one) ? -1 : one;
  };
  return Array.from({ length: start[NODE] - start[RACK] }, (_, i) => start[RACK] + i).sort(
    (a, b) => share(b) - share(a) || a - b,
  );
}

/** Places of a level right under a place. */
export function under({ start, parent }: Topology, level: number, place: number): number[] {
  const found: number[] = [];
  for (let one = start[level]; one < start[level + 1]; one++) if (parent[one] === place) found.push(one);
  return found;
}

/** Whether a place is a rack: its power is told in tenths of a kilowatt. */
export const scaleOf = (topology: Topology, place: number) => (levelOf(topology, place) === RACK ? 'rack' : 'row');
