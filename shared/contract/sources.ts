import { z } from 'zod';
import type { Fault } from '../fault.ts';
import { type Settings, type SourceSettings, sourceSchema } from '../settings.ts';
import type { SignalId } from '../signals/catalogue.ts';

/** Calls of the sources and of the machine that the engine runs on. */
export const sourceCalls = {
  workstation: { role: 'read', arg: z.strictObject({}) },
  coverage: { role: 'read', arg: z.strictObject({ id: z.string().max(40) }) },
  testSource: { role: 'operate', arg: z.strictObject({ source: sourceSchema }) },
  saveSource: { role: 'operate', arg: z.strictObject({ source: sourceSchema, keep: z.boolean() }) },
  removeSource: { role: 'operate', arg: z.strictObject({ id: z.string().max(40) }) },
  /** What failed is read again now, not when its time has come. */
  retry: { role: 'operate', arg: z.strictObject({}) },
} as const;

export type SourceState = 'starting' | 'up' | 'partial' | 'down';

export interface SourceHealth {
  readonly id: string;
  readonly name: string;
  readonly kind: SourceSettings['kind'];
  readonly state: SourceState;
  readonly targets: number;
  readonly targetsUp: number;
  /** Duration of the last refresh, milliseconds. */
  readonly lastMs: number | null;
  readonly lastOk: number | null;
  readonly failures: number;
  /**
   * What failed and waits for its next try: how many targets, when the first of them is tried (epoch ms), the longest wait
   * between two tries, the most failures in a row. Left out while nothing waits.
   */
  readonly retry?: {
    readonly targets: number;
    readonly at: number;
    readonly waitMs: number;
    readonly failures: number;
  };
  readonly bytes: number;
  /** What the last hour cost the source: requests and bytes. */
  readonly hour: { readonly questions: number; readonly bytes: number };
  readonly series: number;
  readonly badSamples: number;
  /** Milliseconds that the server's clock leads ours; null when unknown. */
  readonly skewMs: number | null;
  readonly fault: (Fault & { readonly since: number; readonly count: number }) | null;
  readonly warnings: readonly string[];
  /**
   * Since when the answers are only a part of what the server should have (a store of Thanos or Mimir that is out of
   * reach), and what it says of that; null while they are whole. What is missing then is not known to be gone.
   */
  readonly partial: { readonly since: number; readonly said: string } | null;
  readonly insecure: boolean;
}

export const TEST_STEPS = ['resolve', 'connect', 'tls', 'auth', 'query', 'dcgm'] as const;
export type TestStepName = (typeof TEST_STEPS)[number];

export interface TestStep {
  readonly step: TestStepName;
  readonly state: 'ok' | 'failed' | 'skipped';
  readonly ms: number;
  /** What was found, or what failed and what to do. */
  readonly text: string;
}

export interface CoverageRow {
  /** '' for what is not supported. */
  readonly signal: SignalId | '';
  readonly label: string;
  readonly metric: string | null;
  readonly series: number;
  /** Of these, counters that stand at their end and count no more: what they would tell is not known. */
  readonly pegged: number;
  readonly ageMs: number | null;
  /** For a missing signal: which exporter flag or CSV line enables it; for one that is not supported, why. */
  readonly enable: string;
}

export interface TestReply {
  readonly ok: boolean;
  readonly steps: readonly TestStep[];
  readonly coverage: readonly CoverageRow[];
  readonly gpus: number;
  readonly models: readonly { readonly model: string; readonly gpus: number }[];
  readonly mapping: string;
}

export interface WorkstationReply {
  readonly host: string;
  readonly cpuRatio: number | null;
  readonly memUsedB: number | null;
  readonly memTotalB: number | null;
  readonly diskUsedRatio: number | null;
  readonly rxBps: number | null;
  readonly txBps: number | null;
  readonly gpus: readonly {
    readonly model: string;
    readonly powerW: number | null;
    readonly tempC: number | null;
    readonly util: number | null;
  }[];
  readonly time: number;
}

export interface SourceResults {
  workstation: WorkstationReply;
  coverage: readonly CoverageRow[];
  testSource: TestReply;
  saveSource: Settings;
  removeSource: Settings;
  retry: null;
}
