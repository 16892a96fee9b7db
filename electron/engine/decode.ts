import { ExpositionReader } from '../../shared/exposition/reader.ts';
import type { ReplyLimits } from '../../shared/prom-api/reply.ts';
import { VectorReader } from '../../shared/prom-api/vector.ts';
import { steadyMaker } from './wasm/steady.ts';

/** Instances are counted over the whole process. */
const steady = steadyMaker();

/** A reader for one target's expositions. */
export function expositionReader(): ExpositionReader {
  return new ExpositionReader({ steady });
}

/** A reader for the replies to one query. */
export function vectorReader(limits?: ReplyLimits): VectorReader {
  return new VectorReader({ steady, limits });
}
