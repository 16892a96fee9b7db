import type { EpochMs } from '../../shared/units.ts';
import { type Load, type NodeState, newNodeState } from './load.ts';
import { unit } from './noise.ts';

/** Tokens that a model makes of a joule of board power: what the console must find again. */
export const TOKENS_PER_JOULE: Readonly<Record<string, number>> = { 'llama-3.3-70b': 0.62, 'qwen3-235b': 0.41 };
/** Tokens of an answer, how long its first one takes and each of them, and the whole of it: as long for everybody. */
const TOKENS_A_REQUEST = 400;
const FIRST_TOKEN_S = 0.25;
const TOKEN_S = 0.02;
const REQUEST_S = FIRST_TOKEN_S + TOKENS_A_REQUEST * TOKEN_S;
/** Prompt tokens for each token made. */
const PROMPT_SHARE = 3;

/** The pod that a node's inference server runs in: dcgm-exporter writes it on the rows of its GPUs. */
export function podOf(node: string): string {
  return `vllm-${node.toLowerCase()}`;
}

/** vLLM servers, one a node that serves, on all its GPUs. Counters follow the energy of the boards exactly. */
export class VllmText {
  readonly #load: Load;
  readonly #joules: Float64Array;
  readonly #readAt: Float64Array;
  readonly #state: NodeState;

  constructor(load: Load, seed: number, startedAt: EpochMs) {
    const { nodes } = load.plan;
    this.#load = load;
    this.#joules = Float64Array.from(nodes, (_, index) => Math.round(unit(seed + 503, index) * 4e8));
    this.#readAt = new Float64Array(nodes.length).fill(startedAt);
    this.#state = newNodeState(nodes.reduce((most, node) => Math.max(most, node.gpus), 0));
  }

  /** The exposition of the server on a node (index in the plan) at a time. */
  read(index: number, time: EpochMs): string {
    const node = this.#load.plan.nodes[index];
    this.#load.read(node, time, this.#state);
    let watts = 0;
    let busy = 0;
    for (let i = 0; i < node.gpus; i++) {
      watts += this.#state.powerW[i];
      busy += this.#state.util[i] / node.gpus;
    }
    const elapsedS = Math.max(0, time - this.#readAt[index]) / 1000;
    this.#readAt[index] += elapsedS * 1000;
    this.#joules[index] += watts * elapsedS;
    const tokens = Math.floor(this.#joules[index] * TOKENS_PER_JOULE[node.serves]);
    const rows: readonly (readonly [name: string, type: string, help: string, value: number])[] = [
      ['vllm:num_requests_running', 'gauge', 'Number of requests in model execution batches.', Math.round(busy * 180)],
      ['vllm:num_requests_waiting', 'gauge', 'Number of requests waiting to be processed.', Math.round(busy * 6)],
      [
        'vllm:kv_cache_usage_perc',
        'gauge',
        'KV-cache usage. 1 means 100 percent usage.',
        Math.round(busy * 900) / 1000,
      ],
      ['vllm:prompt_tokens_total', 'counter', 'Number of prefill tokens processed.', tokens * PROMPT_SHARE],
      ['vllm:generation_tokens_total', 'counter', 'Number of generation tokens processed.', tokens],
    ];
    const labels = `engine="0",model_name="${node.serves}"`;
    const requests = Math.floor(tokens / TOKENS_A_REQUEST);
    return (
      rows
        .map(
          ([name, type, help, value]) =>
            `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${name}{${labels}} ${value}\n`,
        )
        .join('') +
      histogram('time_to_first_token_seconds', 'time to first token in seconds', labels, requests, FIRST_TOKEN_S) +
      histogram('inter_token_latency_seconds', 'inter-token latency in seconds', labels, tokens, TOKEN_S) +
      histogram('e2e_request_latency_seconds', 'e2e request latency in seconds', labels, requests, REQUEST_S)
    );
  }
}

/** A histogram of which every observation is the same. */
function histogram(name: string, of: string, labels: string, count: number, seconds: number): string {
  const buckets = [0.05, 0.5, 10]
    .map((le) => `vllm:${name}_bucket{${labels},le="${le}"} ${seconds <= le ? count : 0}\n`)
    .join('');
  return (
    `# HELP vllm:${name} Histogram of ${of}.\n# TYPE vllm:${name} histogram\n${buckets}` +
    `vllm:${name}_bucket{${labels},le="+Inf"} ${count}\n` +
    `vllm:${name}_sum{${labels}} ${Math.round(count * seconds * 1e6) / 1e6}\nvllm:${name}_count{${labels}} ${count}\n`
  );
}
