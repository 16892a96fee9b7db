import type { FabricColumns } from '../fabric.ts';
import type { Column, Frame } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { GPU } from '../topology.ts';
import { type Bound, classify, type Load } from './classify.ts';
import type { LostHours } from './lost.ts';
import { type GpuAtWork, type ServerReading, tokenYields } from './tokens.ts';

/** One job, or one pod where no scheduler's job is named; null is "not known". */
export interface JobRow {
  /** "job 4711", "inference/vllm-0". */
  readonly name: string;
  readonly gpus: number;
  /** Node places that it runs on. */
  readonly nodes: readonly number[];
  /** Σ board power of its GPUs that report; `silentGpus` of them do not. */
  readonly powerW: number | null;
  readonly silentGpus: number;
  readonly util: number | null;
  readonly bound: Bound;
  /** What the verdict is told from. */
  readonly evidence: readonly string[];
}

/** Tokens against joules; `rack` is a path, '' for all racks of the model. */
export interface TokenRow {
  readonly model: string;
  readonly rack: string;
  readonly servers: number;
  readonly gpus: number;
  readonly silentGpus: number;
  readonly tokensPerS: number;
  readonly powerW: number;
  /** null where a GPU of a server is silent: its joules are missing. */
  readonly tokensPerJoule: number | null;
  readonly joulesPerToken: number | null;
}

/** Work on the fleet: who uses it, what holds it back, what comes of it. */
export interface WorkReport {
  /** Largest first. */
  readonly jobs: readonly JobRow[];
  readonly tokens: readonly TokenRow[];
  /** GPU-hours since the engine started, by rack: lost to power and to heat, and watched. */
  readonly lost: readonly ({ readonly rack: string } & LostHours)[];
}

/** Most jobs that a report lists. */
const MOST_JOBS = 1000;

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

/** Tells the work of a frame. */
export function workReport(frame: Frame, fabric: FabricColumns, lost: ReadonlyMap<string, LostHours>): WorkReport {
  const { path } = frame.topology;
  return {
    jobs: jobsOf(frame, fabric),
    tokens: tokenYields(serversOf(frame), boardsOf(frame)).map((one) => ({
      ...{ model: one.model, rack: one.rack < 0 ? '' : path[one.rack], servers: one.servers, gpus: one.gpus },
      ...{ silentGpus: one.silentGpus, tokensPerS: one.tokensPerS, powerW: one.powerW },
      ...{ tokensPerJoule: orNull(one.tokensPerJoule), joulesPerToken: orNull(one.joulesPerToken) },
    })),
    lost: [...lost].map(([rack, hours]) => ({ rack, ...hours })),
  };
}

function serversOf({ topology: { servers }, columns }: Frame): readonly ServerReading[] {
  const tokens = columns.get('server.tokens');
  return servers.flatMap(({ namespace, pod, model }, index) => {
    if (model === '' || !tokens) return [];
    return [{ model, namespace, pod, tokensPerS: tokens.value[index], time: tokens.time[index] }];
  });
}

function boardsOf({ topology, columns }: Frame): readonly GpuAtWork[] {
  const power = columns.get('gpu.power');
  return topology.work.flatMap((work, i) => {
    if (!work || work.pod === '') return [];
    const gpu = topology.start[GPU] + i;
    const rack = topology.parent[topology.parent[gpu]];
    return [{ namespace: work.namespace, pod: work.pod, rack, powerW: power?.value[gpu] ?? Number.NaN }];
  });
}

function jobsOf(frame: Frame, fabric: FabricColumns): readonly JobRow[] {
  const { topology } = frame;
  const jobs = new Map<string, number[]>();
  topology.work.forEach((work, i) => {
    if (!work) return;
    const name = work.job === '' ? `${work.namespace}/${work.pod}` : `job ${work.job}`;
    const gpus = jobs.get(name);
    if (gpus) gpus.push(topology.start[GPU] + i);
    else jobs.set(name, [topology.start[GPU] + i]);
  });
  const largest = [...jobs].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_JOBS);
  return largest.map(([name, gpus]) => jobOf(frame, fabric, name, gpus));
}

function jobOf(frame: Frame, fabric: FabricColumns, name: string, gpus: readonly number[]): JobRow {
  const nodes = [...new Set(gpus.map((gpu) => frame.topology.parent[gpu]))];
  const load = loadOf(frame, fabric, gpus, nodes);
  const watts = frame.columns.get('gpu.power');
  const known = gpus.filter((gpu) => !Number.isNaN(watts?.value[gpu] ?? Number.NaN));
  return {
    ...{ name, gpus: gpus.length, nodes, silentGpus: gpus.length - known.length },
    powerW: known.length === 0 ? null : known.reduce((sum, gpu) => sum + (watts as Column).value[gpu], 0),
    util: orNull(load.util),
    ...classify(load),
  };
}

/** Means over the GPUs; of links the worst, since the slowest holds back the rest. */
function loadOf(
  { columns, topology }: Frame,
  fabric: FabricColumns,
  gpus: readonly number[],
  nodes: readonly number[],
): Load {
  const mean = (id: SignalId) => {
    const column = columns.get(id);
    let [sum, count] = [0, 0];
    for (const gpu of column ? gpus : []) {
      const value = column?.value[gpu] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      sum += value;
      count++;
    }
    return count === 0 ? Number.NaN : sum / count;
  };
  const on = new Set(nodes);
  let [linkUse, linkWait] = [Number.NaN, Number.NaN];
  topology.linkNode.forEach((node, link) => {
    if (!on.has(node)) return;
    const [use, wait] = [fabric.use[link], fabric.wait[link]];
    // The link that waits longest; where none tells, the fullest.
    if (wait > linkWait || (Number.isNaN(linkWait) && (!Number.isNaN(wait) || !(use <= linkUse))))
      [linkUse, linkWait] = [use, wait];
  });
  return {
    ...{ util: mean('gpu.util'), thermal: mean('gpu.thermalThrottle'), power: mean('gpu.powerThrottle') },
    ...{ brake: mean('gpu.brakeThrottle'), memory: mean('gpu.dram'), tensor: mean('gpu.tensor') },
    ...{ sm: mean('gpu.smActive'), linkUse, linkWait },
  };
}
