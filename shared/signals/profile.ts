import type { LinkKind } from '../topology.ts';
import { type SignalId, signalOf } from './catalogue.ts';

/**
 * A profile says, as data, what the metrics of one exporter mean. To add an exporter: write
 * `profiles/<maker>.ts` with one exported `Profile`, and put it into the list of `profiles/all.ts`. Reading, the
 * queries for Prometheus, the coverage table and the user's own YAML profiles all follow from it.
 *
 * A series goes this way: its name finds the mappings; `where` and `unless` choose among them by labels; `identity`
 * turns its labels into the object (a GPU, node, link or feed, by the kind of the mapping's signal in the catalogue);
 * `rows` says what several series of one object in one body make together; value × `scale` is in the signal's unit
 * and must lie in the signal's range, else the sample is bad, dropped and counted.
 */
export interface Profile {
  /** Short and stable; a user's profile of the same id overrides this one's signals. */
  readonly id: string;
  readonly title: string;
  /** Where names, units and traps are from: repository or manual, and version. Says what is not documented. */
  readonly source: string;
  readonly identity: Identity;
  readonly mappings: readonly Mapping[];
  /** Metrics whose labels describe a GPU (index, model) that other series name only by its id. */
  readonly info?: readonly string[];
  /**
   * Prefix of metric names that may carry DCGM's "no reading" marks (blank.ts). Marks in fields of that prefix that
   * no signal is made of are counted as bad samples too.
   */
  readonly blanks?: string;
  /** What the exporter has and we do not read, and why: it is told in the coverage, so that nobody looks for it. */
  readonly unsupported?: readonly { readonly label: string; readonly names: readonly string[]; readonly why: string }[];
}

/** One quantity of an exporter. Make them by `mapping()`, which knows the usual values. */
export interface Mapping {
  /** Names that mean the same: legacy first, then renamed. Both occur inside one fleet. */
  readonly names: readonly string[];
  readonly signal: SignalId;
  /** How the metric really behaves, whatever TYPE says. A counter becomes a rate per second. */
  readonly kind: 'gauge' | 'counter';
  /** Value (or rate) × scale is in the signal's unit. */
  readonly scale: number;
  /**
   * Among the mappings of one signal the lowest rank with a fresh value wins, whatever profile it is of; in one rank
   * the profile that stands first. Several mappings of one profile, signal and rank add up, or none counts.
   */
  readonly rank: number;
  /**
   * What several series of one object in one body make: the highest (a board's sensor repeated on every MIG
   * instance), the lowest, the first, the sum of those that differ in a label of `parts`, or `only`: nothing where
   * there are several, since nobody tells which of them is meant.
   */
  readonly rows: 'max' | 'min' | 'first' | 'sum' | 'only';
  /**
   * Labels that tell parts of an object from each other: MIG instance, NVLink, phase, power supply. `__name__` among
   * them: `names` are of different things, and add up as far as they are told.
   */
  readonly parts: readonly string[];
  /** Only series whose labels match: label → regular expression over the whole value; an absent label is ''. */
  readonly where?: Conditions;
  /** No series one of whose labels matches. */
  readonly unless?: Conditions;
  /** Which kind of port the series are of; needed where the signal is one of a link or of a switch's port. */
  readonly link?: LinkKind;
  /** Raw values up to this say "no such reading" (APC: −1) and are no bad samples. */
  readonly absentUpTo?: number;
  /**
   * The raw value at which a counter is stuck for ever, of all names or by name: its rate says nothing. Dropped, counted
   * as bad and told in the coverage. Ends of 32 and 64 bits need not be said of ports (`endsOf`).
   */
  readonly pegged?: number | Readonly<Record<string, number>>;
  /**
   * The value is an integer × 10^−digits, with the digits in another metric of the same object and the same
   * `where`. Without `otherwise`, a value whose digits are not exported is not shown.
   */
  readonly decimals?: { readonly names: readonly string[]; readonly otherwise?: number };
  /**
   * Metrics of the same object and kind by which the value is divided: a histogram's `_sum` per its `_count` is the mean
   * of what was observed lately. Where nothing was observed there is no value.
   */
  readonly per?: readonly string[];
  /** Which series of `per` are meant, where they are not those of `where`. */
  readonly perWhere?: Conditions;
  readonly quality?: 'derived' | 'assumed';
  /** What a person changes to get it, as a sentence. */
  readonly enable: string;
}

/** Label → regular expression over its whole value, as Prometheus anchors them. */
export type Conditions = Readonly<Record<string, string>>;

/** Which labels of an exporter name its objects. Lists are in order of preference: the first that is not empty. */
export interface Identity {
  readonly gpu?: GpuIdentity;
  readonly node?: NodeIdentity;
  readonly link?: LinkIdentity;
  readonly feed?: FeedIdentity;
  readonly port?: PortIdentity;
  readonly server?: ServerIdentity;
  /** Its series are of places, by their labels site, hall, row and rack: recording rules of ours. */
  readonly place?: true;
}

/** An accelerator: by its id, or by its node and index where the exporter gives none. */
export interface GpuIdentity {
  readonly id: readonly string[];
  /** Every series of a board has an id, those of its parts maybe by another label: rules need not look for an index. */
  readonly always?: true;
  /** Put before an id that lacks it, so that two exporters of one board agree. */
  readonly idPrefix?: string;
  readonly index: readonly string[];
  readonly model: readonly string[];
  /** Label of a partition that is exported like a board: those other than '' and '0' do not tell the index. */
  readonly partition?: string;
  /** Labels that tell where the board stands (chassis, tray, fabric): kept with the node's labels for mappings. */
  readonly placement?: readonly string[];
  /** Label with the InfiniBand GUID of the board's platform. */
  readonly guid?: string;
}

/** A node: the usual labels (mapping.ts, `nodeOf`) unless the exporter has its own. */
export interface NodeIdentity {
  readonly labels?: readonly string[];
  /** What is taken off the name, a regular expression: a BMC `n1-bmc` is of node `n1`. */
  readonly strip?: string;
}

/** A port: `device` or `device/port`. */
export interface LinkIdentity {
  readonly device: readonly string[];
  readonly port?: readonly string[];
  /** The device is a card, whose ports a node's own exporter may tell once more by their interfaces. */
  readonly card?: true;
  /**
   * Label of an info series that says whose the device is: its node's name and, after a space, what the node calls it. The
   * exporter tells of a whole fabric, and its target is no node of it.
   */
  readonly owner?: string;
  /** Left out of recording rules: its ports are told by another exporter too, or stand in other racks than its target. */
  readonly unrecorded?: true;
}

/** A port of a switch, and what is at the other end of its cable. */
export interface PortIdentity {
  /** What the switch is known by: its GUID, else its name or target. */
  readonly switch: readonly string[];
  readonly port: readonly string[];
  /** The port that stands for the switch itself where a series names none: 0 in InfiniBand. */
  readonly itself?: string;
  /** Names of the switch for people. */
  readonly name: readonly string[];
  /** Labels of the neighbour: its name, what it is known by, its port, and "SW" or "CA" where the kind is told. */
  readonly peer?: { readonly name: string; readonly switch: string; readonly port: string; readonly kind: string };
}

/** An inlet of a PDU; the rack is found by labels or by the PDU's name (feeds.ts). */
export interface FeedIdentity {
  /** Name of the PDU; its target's instance where none is given. */
  readonly pdu: readonly string[];
  /** Unit in a chain of PDUs behind one address; what is told without one, by phase in many MIBs, is of unit 1. */
  readonly unit: readonly string[];
  /** '1' is not written into the feed's name. */
  readonly inlet: readonly string[];
}

/** An inference server: by its pod, or its target where it has none, and the model that it serves. */
export interface ServerIdentity {
  readonly model: readonly string[];
}

/** A mapping with the usual values: a gauge already in the signal's unit, of the best rank, one row an object. */
export function mapping(
  names: readonly string[],
  signal: SignalId,
  enable: string,
  more: Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>> = {},
): Mapping {
  return { names, signal, kind: 'gauge', scale: 1, rank: 0, rows: 'max', parts: [], enable, ...more };
}

/** Ends of counters of 32 and 64 bits. */
const ENDS: readonly number[] = [2 ** 32 - 1, 2 ** 64 - 1];
const NONE: readonly number[] = [];

/**
 * Raw values of a metric at which it is stuck: what its profile says, else for whatever counts on at a port the ends of
 * 32 and 64 bits, which also say "not supported". InfiniBand's counters stop there and do not wrap.
 */
export function endsOf({ pegged, kind, signal }: Mapping, name: string): readonly number[] {
  const own = typeof pegged === 'object' ? pegged[name] : pegged;
  if (own !== undefined) return [own];
  const ofPort = ['link', 'port'].includes(signalOf(signal).kind);
  return ofPort && (kind === 'counter' || signal.endsWith('.downs')) ? ENDS : NONE;
}

/** What tells a target: two sites or clusters of one server may each have an `n1:9100`. */
export const TARGET = ['instance', 'cluster', 'site'] as const;

export const targetOf = (labels: ReadonlyMap<string, string>) =>
  TARGET.map((label) => labels.get(label) ?? '').join('\n');

/** Labels of the pod that a series is of; Prometheus puts `exported_` before those that a target has too. */
export const NAMESPACE = ['exported_namespace', 'namespace'] as const;
export const POD = ['exported_pod', 'pod'] as const;
/** Labels of a scheduler's job: dcgm-exporter's job mapping, AMD's exporter, what sites relabel to. */
export const JOB = ['hpc_job', 'slurm_job_id', 'job_id', 'slurm_jobid'] as const;

/** Labels of an identity where a profile gives none of its own. */
export const DEFAULT_GPU: GpuIdentity = {
  id: ['UUID', 'gpu_uuid', 'uuid'],
  index: ['gpu', 'index'],
  model: ['modelName', 'model_name', 'model'],
};
export const DEFAULT_LINK: LinkIdentity = { device: ['device'], port: ['port'] };
export const DEFAULT_FEED: FeedIdentity = { pdu: ['pduName'], unit: ['pduId'], inlet: ['inletId'] };

export const DEFAULT_PORT: PortIdentity = { switch: ['switch', 'instance'], port: ['port'], name: ['switch'] };

/** The first of these labels that is not empty. */
export function labelOf(labels: ReadonlyMap<string, string>, names: readonly string[] | undefined): string {
  if (names) {
    for (const name of names) {
      const value = labels.get(name);
      if (value !== undefined && value !== '') return value;
    }
  }
  return '';
}
