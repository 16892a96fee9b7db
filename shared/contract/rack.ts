import { z } from 'zod';
import type { Xid } from '../rack/xid.ts';

/** Calls of the rack and GPU views. What changes with every frame comes in the frame (`Watch.rack`), not by these. */
export const rackCalls = {
  /** Everything that is known of one GPU; null for a place that is none. */
  gpu: { role: 'read', arg: z.strictObject({ place: z.number().int().min(-1).max(10_000_000) }) },
} as const;

/** One fact of a GPU, formatted with its unit. */
export interface GpuFact {
  readonly label: string;
  /** '—' for no data. */
  readonly text: string;
  /** A QUALITY: measured, derived, assumed, stale or unsupported. */
  readonly quality: string;
  /** When it was sampled, epoch ms. */
  readonly sampled: number | null;
  /** Only when abnormal. */
  readonly severity: Xid['severity'] | null;
  /** What it means and what to do about it; '' where there is nothing to say. */
  readonly meaning: string;
  readonly action: string;
}

/** A reason for held clocks, with the share of time that the exporter's own counters say it held them. */
export interface Residency {
  readonly reason: string;
  /** Share of time, 0–1; null where the exporter counts none. */
  readonly share: number | null;
  readonly sampled: number | null;
}

/** What the GPU page shows. Links are asked by `links`, the past by the history. */
export interface GpuReport {
  readonly place: number;
  readonly uuid: string;
  readonly model: string;
  /** Rack of the GPU: its place and path. */
  readonly rack: number;
  readonly rackPath: string;
  readonly node: string;
  /** Newest sample of any signal, epoch ms; null: never heard. */
  readonly heardAt: number | null;
  readonly identity: readonly GpuFact[];
  readonly now: readonly GpuFact[];
  readonly limits: readonly GpuFact[];
  readonly health: readonly GpuFact[];
  /** Reasons that hold the clocks at this moment, the worst first. */
  readonly heldBy: readonly string[];
  /** Whether clock event reasons are exported at all. */
  readonly reasonsKnown: boolean;
  readonly residency: readonly Residency[];
  /** Its pod or job, or all that share it; '' where it has none of the kind. */
  readonly works: readonly { readonly namespace: string; readonly pod: string; readonly job: string }[];
  readonly pcie: readonly GpuFact[];
}

export interface RackResults {
  gpu: GpuReport | null;
}
