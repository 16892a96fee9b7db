import { ExpositionReader } from '../../shared/exposition/reader.ts';
import { VectorReader } from '../../shared/prom-api/vector.ts';

/** A reader for one target's expositions. */
export function expositionReader(): ExpositionReader {
  return new ExpositionReader();
}

/** A reader for the replies to one query. */
export function vectorReader(): VectorReader {
  return new VectorReader();
}
