import type { Filtered } from '../contract.ts';
import { type MatchParts, matchGpus } from './match.ts';
import { FilterError, parseFilter } from './parse.ts';

/** A filter's text on one instant of the fleet. */
export interface Filtering {
  readonly told: Filtered | null;
  /** One bit a GPU that is kept; empty where nothing is filtered. */
  readonly bits: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/** Reads and applies a filter; what cannot be read filters nothing and is told. */
export function filterOf(text: string, parts: MatchParts): Filtering {
  try {
    const filter = parseFilter(text);
    if (!filter) return { told: null, bits: NOTHING };
    const { bits, gpus, racks } = matchGpus(filter, parts);
    return { told: { filter: text, gpus, racks, error: '', column: 0 }, bits };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    const { message, column } = error;
    return { told: { filter: text, gpus: 0, racks: 0, error: message, column }, bits: NOTHING };
  }
}
