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

/** Triton counts inferences, not tokens, unless its TensorRT-LLM backend runs. */
export const tritonProfile: Profile = {
  id: 'triton',
  title: 'Triton Inference Server',
  source: 'triton-inference-server/server docs/user_guide/metrics.md',
  identity: { server: { model: ['model'] } },
  mappings: [
    triton(['nv_inference_request_success'], 'server.requests', { kind: 'counter', rows: 'sum', parts: ['version'] }),
    triton(['nv_inference_pending_request_count'], 'server.waiting', { rows: 'sum', parts: ['version'] }),
    triton(['nv_inference_queue_duration_us'], 'server.queueTime', {
      ...{ kind: 'counter', scale: 1e-6, per: ['nv_inference_request_success'], quality: 'derived' },
      ...{ rows: 'sum', parts: ['version'] },
    }),
  ],
};

export const tritonGpuProfile: Profile = {
  id: 'triton-gpu',
  title: 'Triton Inference Server, its GPUs',
  source: 'triton-inference-server/server docs/user_guide/metrics.md: power in W, utilisation 0..1, memory in bytes',
  identity: { gpu: { id: ['gpu_uuid'], index: [], model: [] } },
  mappings: [
    triton(['nv_gpu_power_usage'], 'gpu.power', { rank: 8 }),
    triton(['nv_gpu_power_limit'], 'gpu.powerLimit', { rank: 8 }),
    triton(['nv_gpu_utilization'], 'gpu.util', { rank: 8 }),
    triton(['nv_gpu_memory_used_bytes'], 'gpu.memUsed', { rank: 8 }),
  ],
};

export const inferenceProfiles: readonly Profile[] = [
  ...[vllmProfile, sglangProfile, tgiProfile, tritonProfile, tritonGpuProfile],
];
