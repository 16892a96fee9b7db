import type { SignalId } from './signals/catalogue.ts';
import type { Topology } from './topology.ts';
import type { EpochMs } from './units.ts';

/** Per value: where it comes from and whether it may be believed. The numbers travel in Uint8 columns. */
export const QUALITY = ['unsupported', 'measured', 'derived', 'assumed', 'stale'] as const;
export type Quality = (typeof QUALITY)[number];
export const UNSUPPORTED = 0;
export const MEASURED = 1;
export const DERIVED = 2;
export const ASSUMED = 3;
export const STALE = 4;

/** One signal over the objects of its kind, or over all places once rolled up. */
export interface Column {
  /** NaN is "no sample"; never zero-filled, never interpolated. */
  readonly value: Float32Array;
  /** The sample's own time, epoch ms; NaN where there never was one. A parent has its oldest counted child's. */
  readonly time: Float64Array;
  readonly quality: Uint8Array;
}

/**
 * One instant of the fleet. Columns of GPU and node signals are indexed by place (roll-ups included: one array
 * of `topology.start[6]` entries), columns of link signals by link, of feed signals by feed.
 */
export interface Frame {
  readonly time: EpochMs;
  readonly topology: Topology;
  readonly columns: ReadonlyMap<SignalId, Column>;
  /** Sites of which a source tells only a part for now: there may be more in them than is known. Left out: none. */
  readonly sitesInPart?: ReadonlySet<number>;
}
