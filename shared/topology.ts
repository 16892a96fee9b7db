import type { DeviceKind } from './rack-models.ts';

/**
 * Places as flat arrays: site > hall > row > rack > node > GPU. A place is an integer; labels become that
 * integer once, at `locate`. Places of a level lie together, in the order in which the floor shows them.
 */

export const LEVELS = ['site', 'hall', 'row', 'rack', 'node', 'gpu'] as const;
export type Level = (typeof LEVELS)[number];
export const SITE = 0;
export const HALL = 1;
export const ROW = 2;
export const RACK = 3;
export const NODE = 4;
export const GPU = 5;

export interface Topology {
  /** Grows by one with every change of places, links, feeds or budgets. */
  readonly version: number;
  /** Places of level L are the indexes [start[L], start[L + 1]); start has LEVELS.length + 1 entries. */
  readonly start: Int32Array;
  /** Parent's place index; −1 for a site. */
  readonly parent: Int32Array;
  /** Short name, as printed on the floor plan: `A2-05`, `n2`, `g2`. */
  readonly name: readonly string[];
  /** Identity: site, hall, row and rack joined by '/', a node's path plus its name; a GPU's is its UUID. */
  readonly path: readonly string[];
  /** What is written on it: 'GB200 NVL72', 'NVIDIA H200'; '' when not known. */
  readonly model: readonly string[];
  /** 1 where the place was inferred or is a holder of unmapped objects, 0 where the mapping named it. */
  readonly inferred: Uint8Array;
  /** 1 where topology says that a place should be there and nothing ever named it: a hole. Length: places. */
  readonly hole: Uint8Array;
  /** What is written of each rack (index: place − start[RACK]). */
  readonly racks: readonly RackFacts[];
  /** Of each node (index: place − start[NODE]): lowest rack unit and height in units, 0 where not known, and its kind. */
  readonly nodeU: Uint16Array;
  readonly nodeHeight: Uint16Array;
  readonly nodeKind: readonly DeviceKind[];
  /** Who is capped first when power is short, sites to racks: 1 last … 9 first; 0 where nobody says. */
  readonly priority: Uint8Array;
  /** Rating of a silent place in watts for budgets (nameplate); NaN where not known. Length: places. */
  readonly nameplateW: Float64Array;
  /** Watts that may be used at a place; NaN where no budget is set. Length: places. */
  readonly budgetW: Float64Array;
  /** NIC ports: owning node's place index, kind and device name. */
  readonly linkNode: Int32Array;
  readonly linkKind: readonly LinkKind[];
  readonly linkName: readonly string[];
  /** Bytes that one tick of the port's wait counter stands for, as its source says; NaN where it does not. */
  readonly linkTickBytes: Float64Array;
  /** Ports of switches; one that is gone has no switch. */
  readonly ports: readonly SwitchPort[];
  /** NVLink domain of each node (index: place − start[NODE]) as its fabric's labels say; '' where they do not. */
  readonly nvlinkDomain: readonly string[];
  /** InfiniBand GUID of each GPU's platform (index: place − start[GPU]), '' where it is not told; empty where none is. */
  readonly gpuGuid: readonly string[];
  /** PDU inlets: owning rack's place index, 'A' or 'B' (or the PDU's own name), and its rating (NaN: unknown). */
  readonly feedRack: Int32Array;
  readonly feedName: readonly string[];
  readonly feedBudgetW: Float64Array;
  /** 1 for an inlet that should be there and that no PDU ever reported. */
  readonly feedHole: Uint8Array;
  /** Ratings of the A and the B feed of sites to racks, watts, not derated; NaN where not known (index: place). */
  readonly ratingAW: Float64Array;
  readonly ratingBW: Float64Array;
  /** Share of a rating that may be used while both feeds are up (index: place, sites to racks); 1 where none is set. */
  readonly derate: Float64Array;
  /** Inference servers; one that is gone has no model. */
  readonly servers: readonly ServerPlace[];
  /** What each GPU works on (index: place − start[GPU]); undefined where nobody says. */
  readonly work: readonly (Work | undefined)[];
  /** Who shares a GPU, by name, the one in `work` among them; undefined where only one works on it, or nobody does. */
  readonly shared: readonly (readonly WorkShare[] | undefined)[];
  /** What recording rules tell of pods and jobs: place of the rack (−1: gone), and the part of the work that runs there. */
  readonly workRack: Int32Array;
  readonly workOn: readonly Work[];
}

/** What is written of a rack: 0 and '' where nothing is. */
export interface RackFacts {
  /** Its place in the row, from 1. */
  readonly position: number;
  readonly aisle: string;
  /** Height in rack units. */
  readonly heightU: number;
  /** Its model as written, such as "GB200 NVL72"; what that is made of says rack-models.ts. */
  readonly model: string;
}

/** An inference server, by what its labels say of it. */
export interface ServerPlace {
  readonly site: string;
  readonly namespace: string;
  /** Its pod, or its target where it has none. */
  readonly pod: string;
  readonly model: string;
}

/** The pod or job on a GPU; '' where it has none of the kind. */
export interface Work {
  readonly namespace: string;
  readonly pod: string;
  readonly job: string;
}

/** One of several pods or jobs on a board, and its part of it: all of them make 1. */
export interface WorkShare {
  readonly work: Work;
  readonly share: number;
}

/** One port of a switch, and its neighbour as the switch told it last; '' is "not told". */
export interface SwitchPort {
  readonly site: string;
  readonly kind: LinkKind;
  /** What the switch is known by, in small letters: its GUID, else its name. */
  readonly switch: string;
  /** Its name for people. */
  readonly name: string;
  readonly port: string;
  readonly peer: string;
  readonly peerSwitch: string;
  readonly peerPort: string;
  /** "SW" a switch, "CA" an HCA. */
  readonly peerKind: string;
  /** Bytes that one tick of its wait counter stands for; NaN where its source does not say. */
  readonly tickBytes: number;
}

export type LinkKind = 'ethernet' | 'infiniband';
