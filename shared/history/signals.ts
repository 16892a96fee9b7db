import {
  type Aggregation,
  type ObjectKind,
  type SignalId,
  type SignalUnit,
  signalOf,
  signals,
} from '../signals/catalogue.ts';

/**
 * What ranges can be asked of: every signal of the catalogue but those of single NVLinks, and what is told from several of them.
 * `draw`: watts of a site to rack by the power ladder. `link.use`: busier direction ÷ rate, of a place its busiest
 * port's. `link.waited`: share of its time that a port waited, of a place the port's that waited most.
 */
export const DERIVED_SIGNALS = ['draw', 'link.use', 'link.waited'] as const;
export type HistorySignal = SignalId | (typeof DERIVED_SIGNALS)[number];
export const HISTORY_SIGNALS: readonly HistorySignal[] = [
  ...DERIVED_SIGNALS,
  ...signals.flatMap(({ id, kind }) => (kind === 'nvlink' ? [] : [id])),
];

/** The unit of a range's values. */
export function unitOf(signal: HistorySignal): SignalUnit {
  if (signal === 'draw') return 'W';
  return signal === 'link.use' || signal === 'link.waited' ? 'ratio' : signalOf(signal).unit;
}

/** How several samples of one object within a step make one value. */
export type TimeFold = 'mean' | 'peak' | 'or' | 'last';

/** The object that carries a signal; that of `draw` is a place. */
export function kindOf(signal: HistorySignal): ObjectKind {
  if (signal === 'draw') return 'place';
  return signal === 'link.use' || signal === 'link.waited' ? 'link' : signalOf(signal).kind;
}

/** How the values of the objects under a place make the place's. */
export function aggregationOf(signal: HistorySignal): Aggregation {
  if (signal === 'draw') return 'sum';
  return signal === 'link.use' || signal === 'link.waited' ? 'max' : signalOf(signal).aggregation;
}

/** A step keeps the peak of temperatures, links' use and waits, every clock event reason, the last of a state or counter. */
export function foldOf(signal: HistorySignal): TimeFold {
  if (signal === 'draw') return 'mean';
  if (signal === 'link.use' || signal === 'link.waited') return 'peak';
  const { unit, kind } = signalOf(signal);
  if (unit === 'bits') return 'or';
  if (unit === 'C') return 'peak';
  if (unit === 'code' || unit === 'count' || unit === 'J' || unit === 'lanes' || unit === 'GT/s') return 'last';
  return kind === 'link' && unit === 'ticks/s' ? 'peak' : 'mean';
}
