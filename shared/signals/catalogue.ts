/**
 * The catalogue: every normalised quantity once, whatever exporter it came from.
 * Units are the unit of the value in a frame column; profiles scale into them.
 */

/** Which kind of object carries a signal. A `link` is one NIC port, a `feed` one PDU inlet. */
export type ObjectKind = 'gpu' | 'node' | 'link' | 'feed';

/** How children make their parent's value. `none`: the parent has no such value. */
export type Aggregation = 'sum' | 'max' | 'median' | 'worst' | 'none';

/** Units of columns. `bits` is a clock-event bitmask, `code` an opaque number. */
export type SignalUnit = 'W' | 'C' | 'ratio' | 'MHz' | 'B/s' | 'B' | 'bits' | 'J' | 'code' | 'ticks/s';

export interface Signal {
  readonly id: SignalId;
  readonly label: string;
  readonly unit: SignalUnit;
  readonly kind: ObjectKind;
  /** A reading outside [min, max] is a bad sample: dropped and counted (signals.md trap 3). */
  readonly min: number;
  readonly max: number;
  readonly aggregation: Aggregation;
}

const rows = {
  'gpu.power': ['Board power', 'W', 'gpu', 0, 3000, 'sum'],
  'gpu.powerLimit': ['Enforced power limit', 'W', 'gpu', 1, 3000, 'sum'],
  'gpu.util': ['GPU utilisation', 'ratio', 'gpu', 0, 1, 'median'],
  'gpu.temp': ['GPU temperature', 'C', 'gpu', -20, 150, 'max'],
  'gpu.tempLimit': ['Slowdown temperature', 'C', 'gpu', 20, 150, 'none'],
  'gpu.memTemp': ['Memory temperature', 'C', 'gpu', -20, 150, 'max'],
  'gpu.clock': ['SM clock', 'MHz', 'gpu', 0, 10_000, 'median'],
  'gpu.clockMax': ['Maximum SM clock', 'MHz', 'gpu', 1, 10_000, 'none'],
  'gpu.throttle': ['Clock event reasons', 'bits', 'gpu', 0, 0xffff, 'worst'],
  'gpu.powerThrottle': ['Time held by power cap', 'ratio', 'gpu', 0, 1.05, 'median'],
  'gpu.thermalThrottle': ['Time held by heat', 'ratio', 'gpu', 0, 1.05, 'median'],
  'gpu.nvlink': ['NVLink throughput, both directions', 'B/s', 'gpu', 0, 4e12, 'median'],
  'gpu.pcie': ['PCIe throughput, both directions', 'B/s', 'gpu', 0, 4e11, 'median'],
  'gpu.memUsed': ['Frame buffer used', 'B', 'gpu', 0, 1e13, 'sum'],
  'gpu.xid': ['Last XID', 'code', 'gpu', 0, 100_000, 'none'],
  'node.power': ['Node power', 'W', 'node', 0, 200_000, 'sum'],
  'link.rx': ['Link receive', 'B/s', 'link', 0, 1e12, 'sum'],
  'link.tx': ['Link transmit', 'B/s', 'link', 0, 1e12, 'sum'],
  'link.rate': ['Link rate, one direction', 'B/s', 'link', 1, 1e12, 'none'],
  'link.wait': ['Transmit wait, raw ticks', 'ticks/s', 'link', 0, 1e13, 'max'],
  'feed.power': ['PDU inlet power', 'W', 'feed', 0, 2_000_000, 'sum'],
} as const satisfies Record<string, readonly [string, SignalUnit, ObjectKind, number, number, Aggregation]>;

export type SignalId = keyof typeof rows;

/** Every signal in a fixed order; the position is the signal's column index. */
export const signals: readonly Signal[] = Object.entries(rows).map(
  ([id, [label, unit, kind, min, max, aggregation]]) =>
    ({ id: id as SignalId, label, unit, kind, min, max, aggregation }) satisfies Signal,
);

const byId = new Map(signals.map((signal) => [signal.id, signal]));

/** The catalogue entry of a signal. */
export function signalOf(id: SignalId): Signal {
  return byId.get(id) as Signal;
}
