import type { FabricColumns } from '../fabric.ts';
import type { Frame } from '../frame.ts';
import { ancestorAt, levelOf } from '../members.ts';
import { GPU, SITE, type Topology, type Work } from '../topology.ts';
import { type Bound, classify } from './classify.ts';
import { loadOf } from './load.ts';
import type { LostHours } from './lost.ts';
import { type WorkPart, workParts } from './parts.ts';
import { type ServerRow, serverRows } from './servers.ts';
import { sharesOf } from './shares.ts';
import { type ServerReading, tokenYields } from './tokens.ts';

/** One job, or one pod where no scheduler's job is named; null is "not known". */
export interface JobRow {
  /** "job 4711", "inference/vllm-0". */
  readonly name: string;
  readonly site: string;
  /** Boards; of those that it shares with others its part, and how many they are: null where that is not told. */
  readonly gpus: number;
  readonly sharedGpus: number | null;
  /** Nodes that it runs on; null where a rack of it is recorded and not looked at: that says nothing of nodes. */
  readonly nodes: number | null;
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
  /** Whether any of its boards is shared: each pod on it is given the same part of its watts. */
  readonly shared: boolean;
  readonly tokensPerS: number;
  readonly powerW: number;
  /** null where a GPU of a server is silent: its joules are missing. */
  readonly tokensPerJoule: number | null;
  readonly joulesPerToken: number | null;
}

/** Work at and under a place: who uses it, what holds it back, what comes of it. */
export interface WorkReport {
  /** Largest first. */
  readonly jobs: readonly JobRow[];
  readonly tokens: readonly TokenRow[];
  /** Those with the longest queue first. */
  readonly servers: readonly ServerRow[];
  /** GPU-hours since the engine started, by rack: lost to power and to heat, and watched. */
  readonly lost: readonly ({ readonly rack: string } & LostHours)[];
  /** Recorded racks of whose work nothing is recorded: jobs lack their boards there, and no yield is told. */
  readonly untoldRacks: number;
}

/** Most jobs that a report lists. */
const MOST_JOBS = 1000;

const orNull = (value: number) => (Number.isNaN(value) ? null : value);

/**
 * Tells the work of a frame at and under a place (−1: everywhere): of a job that reaches beyond it what is in it.
 * A model's sum over all racks is told only where all of them are in it.
 */
export function workReport(
  frame: Frame,
  fabric: FabricColumns,
  lost: ReadonlyMap<string, LostHours>,
  under = -1,
): WorkReport {
  const { topology } = frame;
  const { path } = topology;
  const { parts, untoldRacks } = workParts(frame);
  const inside = (place: number) => under < 0 || ancestorAt(topology, place, levelOf(topology, under)) === under;
  const here = under < 0 ? parts : parts.filter(({ rack }) => inside(rack));
  const yields = tokenYields(serversOf(frame), podParts(frame, parts));
  const beyond = new Set(yields.flatMap(({ model, rack }) => (rack < 0 || inside(rack) ? [] : [model])));
  // A board in a rack of which nobody tells may be of any server.
  const known = (value: number) => (untoldRacks > 0 ? null : orNull(value));
  return {
    jobs: jobsOf(frame, fabric, here, inside),
    tokens: yields
      .filter(({ model, rack }) => (rack < 0 ? !beyond.has(model) : inside(rack)))
      .map((one) => ({
        ...{ model: one.model, rack: one.rack < 0 ? '' : path[one.rack], servers: one.servers, gpus: one.gpus },
        ...{ silentGpus: one.silentGpus, shared: one.sharedGpus !== 0, tokensPerS: one.tokensPerS, powerW: one.powerW },
        ...{ tokensPerJoule: known(one.tokensPerJoule), joulesPerToken: known(one.joulesPerToken) },
      })),
    servers: serversIn(frame, here, under),
    lost: [...lost]
      .filter(([rack]) => under < 0 || isWithin(rack, path[under]))
      .map(([rack, hours]) => ({ rack, ...hours })),
    untoldRacks,
  };
}

const isWithin = (path: string, above: string) => path === above || path.startsWith(`${above}/`);

/** Servers whose pods have boards there; of a site also those whose boards nobody tells. */
function serversIn(frame: Frame, here: readonly WorkPart[], under: number): readonly ServerRow[] {
  const rows = serverRows(frame);
  if (under < 0) return rows;
  const { topology } = frame;
  const pods = new Set(here.map(({ rack, work }) => `${siteOf(topology, rack)}\n${work.namespace}/${work.pod}`));
  const site = levelOf(topology, under) === SITE ? topology.name[under] : undefined;
  return rows.filter((row) => row.site === site || pods.has(`${row.site}\n${row.name}`));
}

function serversOf({ topology: { servers }, columns }: Frame): readonly ServerReading[] {
  const tokens = columns.get('server.tokens');
  return servers.flatMap(({ site, namespace, pod, model }, index) => {
    if (model === '' || !tokens) return [];
    return [{ model, site, namespace, pod, tokensPerS: tokens.value[index], time: tokens.time[index] }];
  });
}

const podParts = ({ topology }: Frame, parts: readonly WorkPart[]) =>
  parts.map(({ work, rack, gpus, silentGpus, sharedGpus, powerW }) => ({
    ...{ site: siteOf(topology, rack), namespace: work.namespace, pod: work.pod, rack, gpus, silentGpus, sharedGpus },
    powerW: Number.isNaN(powerW) ? 0 : powerW,
  }));

const siteOf = (topology: Topology, place: number) => topology.name[ancestorAt(topology, place, SITE)];

const nameOf = ({ namespace, pod, job }: Work) => (job === '' ? `${namespace}/${pod}` : `job ${job}`);

/** Two sites may each have a job of that number. */
const keyOf = (topology: Topology, place: number, work: Work) => `${siteOf(topology, place)}\n${nameOf(work)}`;

function jobsOf(
  frame: Frame,
  fabric: FabricColumns,
  parts: readonly WorkPart[],
  inside: (place: number) => boolean,
): readonly JobRow[] {
  const jobs = new Map<string, { gpus: number; parts: WorkPart[] }>();
  for (const part of parts) {
    const key = keyOf(frame.topology, part.rack, part.work);
    const job = jobs.get(key) ?? { gpus: 0, parts: [] };
    job.gpus += part.gpus;
    job.parts.push(part);
    jobs.set(key, job);
  }
  const largest = [...jobs].sort(([a, { gpus: x }], [b, { gpus: y }]) => y - x || (a < b ? -1 : 1)).slice(0, MOST_JOBS);
  const read = readBoards(frame, new Set(largest.map(([key]) => key)), inside);
  const none = { nodes: new Set<number>(), heard: new Map<number, number>() };
  return largest.map(([key, job]) => {
    const [site, name] = key.split('\n');
    return jobOf(frame, fabric, { site, name, ...job, read: read.get(key) ?? none });
  });
}

/** What is read of a job's boards: their nodes, whose links are its own, and how many are heard by rack. */
interface ReadBoards {
  readonly nodes: Set<number>;
  readonly heard: Map<number, number>;
}

/** Boards of each job as far as they are read, in recorded racks too: those that someone looks at. */
function readBoards(
  { topology, columns }: Frame,
  jobs: ReadonlySet<string>,
  inside: (place: number) => boolean,
): ReadonlyMap<string, ReadBoards> {
  const { start, parent } = topology;
  const watts = columns.get('gpu.power')?.value;
  const found = new Map<string, ReadBoards>();
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    const node = parent[gpu];
    for (const { work, share } of sharesOf(topology, gpu)) {
      const key = keyOf(topology, node, work);
      if (!jobs.has(key) || !inside(node)) continue;
      const of = found.get(key) ?? { nodes: new Set(), heard: new Map() };
      of.nodes.add(node);
      if (watts && !Number.isNaN(watts[gpu])) of.heard.set(parent[node], (of.heard.get(parent[node]) ?? 0) + share);
      found.set(key, of);
    }
  }
  return found;
}

interface Job {
  readonly site: string;
  readonly name: string;
  readonly gpus: number;
  readonly parts: readonly WorkPart[];
  readonly read: ReadBoards;
}

function jobOf(frame: Frame, fabric: FabricColumns, { site, name, gpus, parts, read }: Job): JobRow {
  const heard = (part: WorkPart) => (read.heard.get(part.rack) ?? 0) + 1e-6;
  const unread = parts.filter((part) => part.recorded >= 0 && heard(part) < part.gpus).length;
  const load = loadOf(frame, fabric, parts, [...read.nodes]);
  const known = parts.filter(({ powerW }) => !Number.isNaN(powerW));
  const { bound, evidence: told } = classify(load);
  const sharedGpus = parts.reduce((sum, part) => sum + part.sharedGpus, 0);
  const sharing = Number.isNaN(sharedGpus) ? 'some' : `${sharedGpus}`;
  const evidence =
    sharedGpus === 0 ? told : [...told, `${sharing} of its GPUs shared with others: of each an equal part`];
  return {
    ...{ name, site, gpus, nodes: unread > 0 ? null : read.nodes.size },
    sharedGpus: orNull(sharedGpus),
    silentGpus: parts.reduce((sum, part) => sum + part.silentGpus, 0),
    powerW: known.length === 0 ? null : known.reduce((sum, { powerW }) => sum + powerW, 0),
    ...{ util: orNull(load.util), bound },
    evidence:
      unread > 0 ? [...evidence, `links of ${unread} recorded ${unread > 1 ? 'racks' : 'rack'} not read`] : evidence,
  };
}
