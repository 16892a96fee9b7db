import type { Frame } from '../frame.ts';
import { recordedAt } from '../recorded/columns.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { HW_THERMAL, POWER_REASONS, SW_THERMAL, throttleClass } from '../throttle.ts';
import { GPU, NODE, RACK, type Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';

/** Why GPU-hours are lost: clocks held by power (cap or brake) or by heat. */
export const LOSSES = ['power', 'thermal'] as const;
export type Loss = (typeof LOSSES)[number];

/** One instant of the GPUs (index: place − start[GPU]). NaN is "not read". */
export interface HeldInstant {
  readonly time: EpochMs;
  /** What is recorded of a rack (by its place), all of its GPUs together; undefined where nothing is. */
  readonly recorded?: (rack: number) => LostHours | undefined;
  /** SM clock and the highest it may be, MHz. */
  readonly clock: ArrayLike<number>;
  readonly clockMax: ArrayLike<number>;
  /** Share of time held, 0..1, by reason; NaN where only the reasons of the moment are read. */
  readonly power: ArrayLike<number>;
  readonly thermal: ArrayLike<number>;
  /** Whether the reasons of the moment name power or heat: used where no share is read. */
  readonly nowPower: (gpu: number) => boolean;
  readonly nowThermal: (gpu: number) => boolean;
}

/** What a frame tells of held clocks. */
export function heldInstant({ topology: { start }, columns }: Frame, time: EpochMs): HeldInstant {
  const none = new Float32Array(start[GPU + 1] - start[GPU]).fill(Number.NaN);
  const of = (id: SignalId) => columns.get(id)?.value.subarray(start[GPU], start[GPU + 1]) ?? none;
  const [reasons, power, brake] = [of('gpu.throttle'), of('gpu.powerThrottle'), of('gpu.brakeThrottle')];
  return {
    time,
    recorded: (rack) => recordedRates({ columns }, rack),
    ...{ clock: of('gpu.clock'), clockMax: of('gpu.clockMax'), thermal: of('gpu.thermalThrottle') },
    // Cap and brake are told apart by newer boards only; either is power.
    power: power.map((share, gpu) => (brake[gpu] > 0 ? Math.max(brake[gpu], Number.isNaN(share) ? 0 : share) : share)),
    nowPower: (gpu) => (reasons[gpu] & POWER_REASONS) !== 0,
    nowThermal: (gpu) => {
      const reason = throttleClass(reasons[gpu]);
      return reason === SW_THERMAL || reason === HW_THERMAL;
    },
  };
}

/** GPUs that a recorded rack loses at an instant, of how many that are watched. */
function recordedRates(frame: Pick<Frame, 'columns'>, rack: number): LostHours | undefined {
  const [power, thermal, watched] = (['place.lostPower', 'place.lostHeat', 'place.clocked'] as const).map((id) =>
    recordedAt(frame, id, rack),
  );
  return watched > 0 ? { power: power || 0, thermal: thermal || 0, watched } : undefined;
}

/** GPU-hours that a rack lost since the counting began, and the GPU-hours that were watched. */
export interface LostHours {
  readonly power: number;
  readonly thermal: number;
  readonly watched: number;
}

/**
 * Share of a GPU's work that is lost at an instant: the share of time that it is held × how far its clock is below
 * its maximum. A GPU that is held 60 % of the time at 80 % of its clock loses 0.6 × 0.2 = 0.12. An estimate: it says
 * that work goes with the clock, which holds for what is bound by arithmetic. NaN where the clocks are not read.
 */
export function lostShare(held: number, clock: number, clockMax: number): number {
  return Math.max(0, Math.min(1, held)) * Math.max(0, 1 - clock / clockMax);
}

/**
 * Adds up the GPU-hours that throttling costs, by rack. Each instant counts until the next, or for `longestMs` where
 * the next comes later: nothing is known of a gap, so nothing is counted in it.
 */
export class LostWork {
  readonly #longestMs: number;
  readonly #racks = new Map<string, { power: number; thermal: number; watched: number }>();
  #before: { readonly time: EpochMs; readonly racks: ReadonlyMap<string, LostHours> } | undefined;

  constructor(options: { readonly longestMs: number }) {
    this.#longestMs = options.longestMs;
  }

  /** Takes an instant; one that is not later than the last is left out. */
  add(topology: Topology, instant: HeldInstant): void {
    const before = this.#before;
    if (before && instant.time <= before.time) return;
    if (before) {
      const hours = Math.min(instant.time - before.time, this.#longestMs) / 3_600_000;
      for (const [path, rates] of before.racks) {
        const sum = this.#racks.get(path) ?? { power: 0, thermal: 0, watched: 0 };
        sum.power += rates.power * hours;
        sum.thermal += rates.thermal * hours;
        sum.watched += rates.watched * hours;
        this.#racks.set(path, sum);
      }
    }
    this.#before = { time: instant.time, racks: ratesOf(topology, instant) };
  }

  /** GPU-hours by the path of the rack. */
  racks(): ReadonlyMap<string, LostHours> {
    return this.#racks;
  }
}

/** GPUs lost at this instant, by rack: the sum of the shares of its GPUs. */
function ratesOf({ start, parent, path }: Topology, instant: HeldInstant): ReadonlyMap<string, LostHours> {
  const racks = start[NODE] - start[RACK];
  const [power, thermal, watched] = [new Float64Array(racks), new Float64Array(racks), new Uint32Array(racks)];
  for (let i = 0; i < start[GPU + 1] - start[GPU]; i++) {
    const rack = parent[parent[start[GPU] + i]] - start[RACK];
    const byPower = lostShare(heldOf(instant.power[i], instant.nowPower, i), instant.clock[i], instant.clockMax[i]);
    const byHeat = lostShare(heldOf(instant.thermal[i], instant.nowThermal, i), instant.clock[i], instant.clockMax[i]);
    if (rack < 0 || (Number.isNaN(byPower) && Number.isNaN(byHeat))) continue;
    watched[rack]++;
    if (!Number.isNaN(byPower)) power[rack] += byPower;
    // A clock that both hold is lost once: heat has what power leaves of it.
    if (!Number.isNaN(byHeat)) thermal[rack] += Math.max(0, byHeat - (Number.isNaN(byPower) ? 0 : byPower));
  }
  const rates = new Map<string, LostHours>();
  watched.forEach((count, i) => {
    // What is recorded holds for all of a rack's GPUs, those among them that someone looks at.
    const recorded = instant.recorded?.(start[RACK] + i);
    if (recorded) rates.set(path[start[RACK] + i], recorded);
    else if (count > 0) rates.set(path[start[RACK] + i], { power: power[i], thermal: thermal[i], watched: count });
  });
  return rates;
}

function heldOf(share: number, now: (gpu: number) => boolean, gpu: number): number {
  if (!Number.isNaN(share)) return share;
  return now(gpu) ? 1 : 0;
}
