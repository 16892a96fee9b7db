import type { Work } from './topology.ts';

/** A board of the fleet. */
export interface Gpu {
  uuid: string;
  /** No exporter gave it an id yet: it is known by its node and index. */
  anonymous: boolean;
  node: number;
  index: number;
  model: string;
  /** InfiniBand GUID of its platform; '' where none is told. */
  guid: string;
  source: string;
  /** Pods and jobs on it, by name: more than one where they share it. */
  works: readonly Work[];
  /** Which target or query told of them: only that one may say that they are over. */
  workTold: string;
}

/** A place by the labels of recorded series. */
export interface RecordedPlace {
  /** Site to rack; as many as its level has. */
  readonly names: readonly string[];
  /** Model of its boards; '' where none is told. */
  model: string;
}
