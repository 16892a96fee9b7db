/**
 * Units as branded numbers, so that a watt is never added to a ratio unnoticed.
 * Inside columns the same units are plain Float32 values; the signal's catalogue entry names the unit.
 */
declare const unit: unique symbol;
type Branded<Name extends string> = number & { readonly [unit]?: Name };

/** Electrical power, watts. */
export type Watts = Branded<'W'>;
/** Temperature, degrees Celsius. */
export type Celsius = Branded<'C'>;
/** Dimensionless share; 1 is the whole. May exceed 1 (a draw over its budget). */
export type Ratio = Branded<'ratio'>;
/** Throughput in bytes per second (not bits). */
export type BytesPerSecond = Branded<'B/s'>;
/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = Branded<'epoch-ms'>;
/** A span of time in milliseconds. */
export type DurationMs = Branded<'ms'>;
