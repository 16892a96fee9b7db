import type { SitePrice } from '../settings.ts';
import { HALL, type Topology } from '../topology.ts';
import type { DurationMs, EpochMs } from '../units.ts';

/** Energy of one site since the counting began, or of a span of the past; null is "not known" or "no price set". */
export interface EnergyRow {
  readonly site: string;
  /** IT energy that was measured or estimated. */
  readonly kWh: number;
  readonly measuredMin: number;
  /** Minutes of which nothing is known: not in `kWh`. */
  readonly gapMin: number;
  /** With cooling and losses: kWh × PUE. */
  readonly facilityKWh: number | null;
  readonly cost: number | null;
  /** At the draw of the end of it. */
  readonly costPerHour: number | null;
  readonly currency: string;
}

interface Meter {
  wattMs: number;
  measuredMs: number;
  gapMs: number;
  drawW: number;
}

/**
 * Adds up energy by site: between two instants the mean of both draws (trapezoid). Where an instant has no draw, or
 * comes later than `longestMs` after the last, nothing is known of the time between and nothing is filled in.
 */
export class EnergyMeter {
  readonly #longestMs: number;
  readonly #sites = new Map<string, Meter>();
  #before: EpochMs | undefined;

  constructor(options: { readonly longestMs: number }) {
    this.#longestMs = options.longestMs;
  }

  /** Takes the draws of an instant (index: place; sites stand first); one that is not later than the last is left out. */
  add(topology: Topology, drawW: ArrayLike<number>, now: EpochMs): void {
    const elapsed = this.#before === undefined ? 0 : now - this.#before;
    if (this.#before !== undefined && elapsed <= 0) return;
    this.#before = now;
    for (let site = 0; site < topology.start[HALL]; site++) {
      const meter = this.#sites.get(topology.path[site]) ?? { wattMs: 0, measuredMs: 0, gapMs: 0, drawW: Number.NaN };
      const mean = (meter.drawW + drawW[site]) / 2;
      if (elapsed > this.#longestMs || Number.isNaN(mean)) meter.gapMs += elapsed;
      else {
        meter.wattMs += mean * elapsed;
        meter.measuredMs += elapsed;
      }
      meter.drawW = drawW[site];
      this.#sites.set(topology.path[site], meter);
    }
  }

  /** Energy and cost by site, in the order of their names. */
  report(prices: readonly SitePrice[]): readonly EnergyRow[] {
    return [...this.#sites].sort(byName).map(([site, meter]) => rowOf(site, meter, prices));
  }
}

/** Mean watts of steps; a step begins at its time and takes `stepMs`; null is "not known". */
export interface DrawSteps {
  readonly times: readonly EpochMs[];
  readonly stepMs: DurationMs;
  readonly values: readonly (number | null)[];
}

/**
 * Energy of one site over a span of the past, out of the mean draws of steps that do not overlap. Of a step at an end of the span what
 * lies within counts; where nothing is known nothing is filled in.
 *
 * @param drawW watts at the end of the span, for the cost of an hour
 */
export function energyOfSteps(
  site: string,
  parts: readonly DrawSteps[],
  [from, to]: readonly [EpochMs, EpochMs],
  drawW: number,
  prices: readonly SitePrice[],
): EnergyRow {
  let [wattMs, measuredMs] = [0, 0];
  for (const { times, stepMs, values } of parts) {
    times.forEach((time, i) => {
      const within = Math.min(time + stepMs, to) - Math.max(time, from);
      const watts = values[i];
      if (watts === null || !(within > 0)) return;
      wattMs += watts * within;
      measuredMs += within;
    });
  }
  return rowOf(site, { wattMs, measuredMs, gapMs: to - from - measuredMs, drawW }, prices);
}

function rowOf(site: string, { wattMs, measuredMs, gapMs, drawW }: Meter, prices: readonly SitePrice[]): EnergyRow {
  const price = prices.find((one) => one.site === site);
  const kWh = wattMs / 3.6e9;
  const pue = price?.pue ?? Number.NaN;
  const perKWh = pue * (price?.pricePerKWh ?? Number.NaN);
  return {
    ...{ site, kWh, measuredMin: measuredMs / 60_000, gapMin: gapMs / 60_000 },
    ...{ facilityKWh: orNull(kWh * pue), cost: orNull(kWh * perKWh) },
    costPerHour: orNull((drawW / 1000) * perKWh),
    currency: price?.currency ?? '',
  };
}

const orNull = (value: number) => (Number.isFinite(value) ? value : null);
const byName = (a: readonly [string, unknown], b: readonly [string, unknown]) => (a[0] < b[0] ? -1 : 1);
