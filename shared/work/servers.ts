import type { Frame } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';

/** One inference server now. Times are means of what was observed lately, seconds; null is "not known". */
export interface ServerRow {
  readonly model: string;
  readonly site: string;
  /** "inference/vllm-0", or the target of one without a pod. */
  readonly name: string;
  readonly tokensPerS: number | null;
  readonly running: number | null;
  readonly waiting: number | null;
  /** Shares, 0..1. */
  readonly kvCache: number | null;
  readonly cacheHits: number | null;
  readonly firstTokenS: number | null;
  readonly perTokenS: number | null;
  readonly requestS: number | null;
  readonly queueS: number | null;
}

/** Most servers that a report lists. */
const MOST_SERVERS = 1000;

/** The servers of a frame, those with the longest queue first. */
export function serverRows({ topology, columns }: Frame): readonly ServerRow[] {
  const rows = topology.servers.flatMap(({ model, site, namespace, pod }, i): ServerRow[] => {
    if (model === '') return [];
    const at = (id: SignalId) => {
      const value = columns.get(id)?.value[i] ?? Number.NaN;
      return Number.isNaN(value) ? null : value;
    };
    return [
      {
        ...{ model, site, name: namespace === '' ? pod : `${namespace}/${pod}`, tokensPerS: at('server.tokens') },
        ...{ running: at('server.running'), waiting: at('server.waiting') },
        ...{ kvCache: at('server.kvCache'), cacheHits: at('server.cacheHits'), firstTokenS: at('server.ttft') },
        ...{ perTokenS: at('server.tokenTime'), requestS: at('server.requestTime'), queueS: at('server.queueTime') },
      },
    ];
  });
  const waits = ({ waiting, queueS }: ServerRow) => waiting ?? queueS ?? -1;
  return rows.sort((a, b) => waits(b) - waits(a) || (a.name < b.name ? -1 : 1)).slice(0, MOST_SERVERS);
}
