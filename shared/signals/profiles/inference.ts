import type { SignalId } from '../catalogue.ts';
import { type Mapping, mapping, type Profile } from '../profile.ts';

/** Inference servers: tokens, requests, queues. Tokens meet the power of the GPUs in the server's pod (signals.md 7). */

type More = Partial<Omit<Mapping, 'names' | 'signal' | 'enable'>>;

/** Engines of one server (data parallel) add up. */
const ENGINES = { rows: 'sum', parts: ['engine'] } as const satisfies More;
const counter = { kind: 'counter', ...ENGINES } as const satisfies More;

const of =
  (enable: string) =>
  (names: readonly string[], signal: SignalId, more: More = ENGINES): Mapping =>
    mapping(names, signal, enable, more);

type Make = ReturnType<typeof of>;

/** The mean of a histogram that is observed in seconds: what its sum grows by per what its count does. */
const mean = (make: Make, histogram: string, signal: SignalId, more: More = {}): Mapping =>
  make([`${histogram}_sum`], signal, { kind: 'counter', per: [`${histogram}_count`], quality: 'derived', ...more });

/** vLLM and SGLang call them alike. */
const latencies = (make: Make, prefix: string, more: More): readonly Mapping[] => [
  mean(make, `${prefix}:time_to_first_token_seconds`, 'server.ttft', more),
  mean(make, `${prefix}:inter_token_latency_seconds`, 'server.tokenTime', more),
  mean(make, `${prefix}:e2e_request_latency_seconds`, 'server.requestTime', more),
];

const vllm = of('Scrape /metrics of the vLLM server');

export const vllmProfile: Profile = {
  id: 'vllm',
  title: 'vLLM',
  source: 'vllm-project/vllm vllm/v1/metrics/loggers.py; older names of V0 beside them',
  identity: { server: { model: ['model_name'] } },
  mappings: [
    vllm(['vllm:generation_tokens_total'], 'server.tokens', counter),
    vllm(['vllm:prompt_tokens_total'], 'server.promptTokens', counter),
    vllm(['vllm:request_success_total'], 'server.requests', {
      ...{ kind: 'counter', rows: 'sum', parts: ['engine', 'finished_reason'] },
    }),
    vllm(['vllm:num_requests_running'], 'server.running'),
    vllm(['vllm:num_requests_waiting'], 'server.waiting'),
    vllm(['vllm:kv_cache_usage_perc', 'vllm:gpu_cache_usage_perc'], 'server.kvCache', { rows: 'max' }),
    vllm(['vllm:num_preemptions_total'], 'server.preemptions', counter),
    ...latencies(vllm, 'vllm', ENGINES),
    mean(vllm, 'vllm:time_per_output_token_seconds', 'server.tokenTime', { rank: 1, ...ENGINES }),
  ],
};

const sglang = of('Start SGLang with --enable-metrics and scrape its /metrics');

export const sglangProfile: Profile = {
  id: 'sglang',
  title: 'SGLang',
  source: 'sgl-project/sglang python/sglang/srt/metrics/collector.py',
  identity: { server: { model: ['model_name'] } },
  mappings: [
    sglang(['sglang:generation_tokens_total'], 'server.tokens', counter),
    sglang(['sglang:gen_throughput'], 'server.tokens', { rank: 1, ...ENGINES }),
    sglang(['sglang:prompt_tokens_total'], 'server.promptTokens', counter),
    sglang(['sglang:num_running_reqs'], 'server.running'),
    sglang(['sglang:num_queue_reqs'], 'server.waiting'),
    sglang(['sglang:token_usage'], 'server.kvCache', { rows: 'max' }),
    sglang(['sglang:cache_hit_rate'], 'server.cacheHits', { rows: 'max' }),
    ...latencies(sglang, 'sglang', ENGINES),
  ],
};

const tgi = of('Scrape /metrics of the TGI server');

export const tgiProfile: Profile = {
  id: 'tgi',
  title: 'Text Generation Inference',
  source: 'huggingface/text-generation-inference router/src/server.rs; no label of it names the model',
  identity: { server: { model: ['model_name', 'model', 'model_id'] } },
  mappings: [
    tgi(['tgi_request_generated_tokens_sum'], 'server.tokens', { kind: 'counter' }),
    tgi(['tgi_request_success'], 'server.requests', { kind: 'counter' }),
    tgi(['tgi_batch_current_size'], 'server.running', {}),
    tgi(['tgi_queue_size'], 'server.waiting', {}),
    mean(tgi, 'tgi_request_mean_time_per_token_duration', 'server.tokenTime'),
    mean(tgi, 'tgi_request_duration', 'server.requestTime'),
  ],
};

const triton = of('Scrape :8002/metrics of the Triton server');

const VERSIONS = { rows: 'sum', parts: ['version'] } as const satisfies More;
const BLOCKS = 'nv_trt_llm_kv_cache_block_metrics';
const requests = (type: string) => ({ ...VERSIONS, where: { request_type: type } });
const blocks = (type: string) => ({ kv_cache_block_type: type });

/**
 * Triton counts inferences, not tokens; its TensorRT-LLM backend tells requests and blocks of the KV cache too. Requests wait
 * in that backend, so its own number stands before the server's. Early releases give no share of the blocks.
 */
export const tritonProfile: Profile = {
  id: 'triton',
  title: 'Triton Inference Server',
  source: 'triton-inference-server/server docs/user_guide/metrics.md; tensorrtllm_backend README, metrics',
  identity: { server: { model: ['model'] } },
  mappings: [
    triton(['nv_inference_request_success'], 'server.requests', { kind: 'counter', ...VERSIONS }),
    triton(['nv_trt_llm_request_metrics'], 'server.running', requests('scheduled')),
    triton(['nv_trt_llm_request_metrics'], 'server.waiting', requests('waiting')),
    triton(['nv_inference_pending_request_count'], 'server.waiting', { ...VERSIONS, rank: 1 }),
    triton([BLOCKS], 'server.kvCache', { where: blocks('fraction') }),
    triton([BLOCKS], 'server.kvCache', {
      ...{ rank: 1, quality: 'derived', ...VERSIONS },
      ...{ where: blocks('used'), per: [BLOCKS], perWhere: blocks('max') },
    }),
    triton(['nv_inference_queue_duration_us'], 'server.queueTime', {
      ...{ kind: 'counter', scale: 1e-6, per: ['nv_inference_request_success'], quality: 'derived' },
      ...VERSIONS,
    }),
  ],
};

export const tritonGpuProfile: Profile = {
  id: 'triton-gpu',
  title: 'Triton Inference Server, its GPUs',
  source: 'triton-inference-server/server docs/user_guide/metrics.md: power in W, energy in J, utilisation 0..1',
  identity: { gpu: { id: ['gpu_uuid'], index: [], model: [] } },
  mappings: [
    triton(['nv_gpu_power_usage'], 'gpu.power', { rank: 8 }),
    triton(['nv_energy_consumption'], 'gpu.power', { kind: 'counter', rank: 9, quality: 'derived' }),
    triton(['nv_energy_consumption'], 'gpu.energy', { rank: 8 }),
    triton(['nv_gpu_power_limit'], 'gpu.powerLimit', { rank: 8 }),
    triton(['nv_gpu_utilization'], 'gpu.util', { rank: 8 }),
    triton(['nv_gpu_memory_used_bytes'], 'gpu.memUsed', { rank: 8 }),
    triton(['nv_gpu_memory_total_bytes'], 'gpu.memTotal', { rank: 8 }),
  ],
};

export const inferenceProfiles: readonly Profile[] = [
  ...[vllmProfile, sglangProfile, tgiProfile, tritonProfile, tritonGpuProfile],
];
