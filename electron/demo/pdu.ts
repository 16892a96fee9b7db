import type { EpochMs, Watts } from '../../shared/units.ts';
import type { Load } from './load.ts';
import { smooth } from './noise.ts';

export type FeedName = 'A' | 'B';

/** Decimal digits of the sensor types (PDU2-MIB inletSensorDecimalDigits): value × 10^−digits is the SI value. */
const DIGITS = { activeEnergy: 0, activePower: 0, apparentPower: 0, powerFactor: 2, rmsCurrent: 3, rmsVoltage: 0 };
const VOLTS = 415;
const POWER_FACTOR = 0.98;

/**
 * The two PDUs of every rack, as snmp_exporter's module raritan_pdu2 prints them. Both feeds together are the rack's
 * draw; they share it within a few percent.
 */
export class PduText {
  readonly #load: Load;
  readonly #seed: number;
  readonly #startedAt: EpochMs;
  readonly #wattSeconds: Float64Array;
  readonly #readAt: Float64Array;

  constructor(load: Load, seed: number, startedAt: EpochMs) {
    this.#load = load;
    this.#seed = seed;
    this.#startedAt = startedAt;
    const feeds = load.plan.racks.length * 2;
    this.#wattSeconds = new Float64Array(feeds);
    this.#readAt = new Float64Array(feeds).fill(startedAt);
    load.plan.racks.forEach((rack, index) => {
      // Some month of its present draw.
      this.#wattSeconds.fill(rack.drawKw * 1.3e9, 2 * index, 2 * index + 2);
    });
  }

  /** Whole watts through one feed of a rack (index in the plan). */
  feedW(index: number, feed: FeedName, time: EpochMs): Watts {
    const total = Math.round(this.#load.rackW(this.#load.plan.racks[index], time));
    const shareA = 0.509 + 0.004 * smooth(this.#seed + 307, index, (time - this.#startedAt) / 1000, 90);
    const a = Math.round(total * shareA);
    return feed === 'A' ? a : total - a;
  }

  /** The exposition of one PDU at a time. */
  read(index: number, feed: FeedName, time: EpochMs): string {
    const watts = this.feedW(index, feed, time);
    const at = 2 * index + (feed === 'A' ? 0 : 1);
    const elapsedS = Math.max(0, time - this.#readAt[at]) / 1000;
    this.#readAt[at] += elapsedS * 1000;
    this.#wattSeconds[at] += watts * elapsedS;
    const values: Record<keyof typeof DIGITS, number> = {
      activeEnergy: Math.floor(this.#wattSeconds[at] / 3600),
      activePower: watts,
      apparentPower: Math.round(watts / POWER_FACTOR),
      powerFactor: POWER_FACTOR * 100,
      // Three phases: I = S / (√3 · U), in mA.
      rmsCurrent: Math.round((watts / POWER_FACTOR / VOLTS / Math.sqrt(3)) * 1000),
      rmsVoltage: VOLTS,
    };
    const types = Object.keys(DIGITS) as (keyof typeof DIGITS)[];
    const labels = (type: string): string => `{inletId="1",pduId="1",sensorType="${type}"}`;
    return [
      '# HELP inletSensorDecimalDigits The number of digits displayed to the right of the decimal point. - 1.3.6.1.4.1.13742.6.3.3.4.1.7',
      '# TYPE inletSensorDecimalDigits gauge',
      ...types.map((type) => `inletSensorDecimalDigits${labels(type)} ${DIGITS[type]}`),
      '# HELP measurementsInletSensorValue The sensor value. - 1.3.6.1.4.1.13742.6.5.2.3.1.4',
      '# TYPE measurementsInletSensorValue gauge',
      ...types.map((type) => `measurementsInletSensorValue${labels(type)} ${values[type]}`),
      '',
    ].join('\n');
  }
}
