import { expect, test } from 'vitest';
import { decodedOf, T0 } from '../../fleet.fixture.ts';
import { Fleet } from '../../fleet.ts';
import { planQueries } from '../../promql.ts';
import type { SignalId } from '../catalogue.ts';

/** Two scrapes of a server 10 s apart, and what is told of it then (signals.md 7), worked out by hand. */
type Case = readonly [before: string, after: string, told: Partial<Record<SignalId, number>>];

const E = (engine: number) => `{engine="${engine}",model_name="m"}`;
const CASES: Readonly<Record<string, Case>> = {
  // 2 engines: 25 + 15 tokens a second; (6 + 2) s over (20 + 20) first tokens.
  vllm: [
    `vllm:generation_tokens_total${E(0)} 1000
vllm:generation_tokens_total${E(1)} 500
vllm:num_preemptions_total${E(0)} 3
vllm:time_to_first_token_seconds_sum${E(0)} 100
vllm:time_to_first_token_seconds_count${E(0)} 400
vllm:time_to_first_token_seconds_sum${E(1)} 50
vllm:time_to_first_token_seconds_count${E(1)} 100
vllm:inter_token_latency_seconds_sum${E(0)} 10
vllm:inter_token_latency_seconds_count${E(0)} 1000
vllm:e2e_request_latency_seconds_sum${E(0)} 300
vllm:e2e_request_latency_seconds_count${E(0)} 40
`,
    `vllm:generation_tokens_total${E(0)} 1250
vllm:generation_tokens_total${E(1)} 650
vllm:num_preemptions_total${E(0)} 8
vllm:time_to_first_token_seconds_sum${E(0)} 106
vllm:time_to_first_token_seconds_count${E(0)} 420
vllm:time_to_first_token_seconds_sum${E(1)} 52
vllm:time_to_first_token_seconds_count${E(1)} 120
vllm:inter_token_latency_seconds_sum${E(0)} 15
vllm:inter_token_latency_seconds_count${E(0)} 1250
vllm:e2e_request_latency_seconds_sum${E(0)} 330
vllm:e2e_request_latency_seconds_count${E(0)} 44
vllm:num_requests_running${E(0)} 7
vllm:num_requests_waiting${E(0)} 2
vllm:kv_cache_usage_perc${E(0)} 0.4
vllm:kv_cache_usage_perc${E(1)} 0.6
`,
    {
      ...{ 'server.tokens': 40, 'server.preemptions': 0.5, 'server.ttft': 0.2, 'server.tokenTime': 0.02 },
      ...{ 'server.requestTime': 7.5, 'server.running': 7, 'server.waiting': 2, 'server.kvCache': 0.6 },
    },
  ],
  'vllm, older': [
    `vllm:time_per_output_token_seconds_sum${E(0)} 10\nvllm:time_per_output_token_seconds_count${E(0)} 1000\n`,
    `vllm:time_per_output_token_seconds_sum${E(0)} 19\nvllm:time_per_output_token_seconds_count${E(0)} 1300
vllm:gpu_cache_usage_perc${E(0)} 0.25\n`,
    { 'server.tokenTime': 0.03, 'server.kvCache': 0.25 },
  ],
  sglang: [
    `sglang:prompt_tokens_total{model_name="m"} 0
sglang:time_to_first_token_seconds_sum{model_name="m"} 1
sglang:time_to_first_token_seconds_count{model_name="m"} 10\n`,
    `sglang:prompt_tokens_total{model_name="m"} 900
sglang:gen_throughput{model_name="m"} 120.5
sglang:time_to_first_token_seconds_sum{model_name="m"} 4
sglang:time_to_first_token_seconds_count{model_name="m"} 16
sglang:num_queue_reqs{model_name="m"} 3
sglang:cache_hit_rate{model_name="m"} 0.125\n`,
    {
      ...{ 'server.promptTokens': 90, 'server.tokens': 120.5, 'server.ttft': 0.5 },
      ...{ 'server.waiting': 3, 'server.cacheHits': 0.125 },
    },
  ],
  tgi: [
    `tgi_request_generated_tokens_sum 100
tgi_request_mean_time_per_token_duration_sum 2
tgi_request_mean_time_per_token_duration_count 50
tgi_request_duration_sum 80
tgi_request_duration_count 50\n`,
    `tgi_request_generated_tokens_sum 1100
tgi_request_mean_time_per_token_duration_sum 2.5
tgi_request_mean_time_per_token_duration_count 70
tgi_request_duration_sum 110
tgi_request_duration_count 70
tgi_queue_size 4
tgi_batch_current_size 9\n`,
    {
      ...{ 'server.tokens': 100, 'server.tokenTime': 0.025, 'server.requestTime': 1.5 },
      ...{ 'server.waiting': 4, 'server.running': 9 },
    },
  ],
  // Two versions of a model: (300,000 + 100,000) µs over (10 + 6) requests.
  triton: [
    `nv_inference_queue_duration_us{model="m",version="1"} 5000000
nv_inference_queue_duration_us{model="m",version="2"} 0
nv_inference_request_success{model="m",version="1"} 100
nv_inference_request_success{model="m",version="2"} 4\n`,
    `nv_inference_queue_duration_us{model="m",version="1"} 5300000
nv_inference_queue_duration_us{model="m",version="2"} 100000
nv_inference_request_success{model="m",version="1"} 110
nv_inference_request_success{model="m",version="2"} 10
nv_inference_pending_request_count{model="m",version="1"} 5\n`,
    { 'server.queueTime': 0.025, 'server.requests': 1.6, 'server.waiting': 5 },
  ],
  // The TensorRT-LLM backend: its own queue before the server's, and the share of blocks that are in use.
  'triton, TensorRT-LLM': [
    'nv_inference_pending_request_count{model="m",version="1"} 0\n',
    `nv_inference_pending_request_count{model="m",version="1"} 0
nv_trt_llm_request_metrics{model="m",version="1",request_type="active"} 12
nv_trt_llm_request_metrics{model="m",version="1",request_type="scheduled"} 8
nv_trt_llm_request_metrics{model="m",version="1",request_type="waiting"} 3
nv_trt_llm_kv_cache_block_metrics{model="m",version="1",kv_cache_block_type="fraction"} 0.75
nv_trt_llm_kv_cache_block_metrics{model="m",version="1",kv_cache_block_type="used"} 10
nv_trt_llm_kv_cache_block_metrics{model="m",version="1",kv_cache_block_type="max"} 6239\n`,
    { 'server.running': 8, 'server.waiting': 3, 'server.kvCache': 0.75 },
  ],
  // 1,600 of 6,400 blocks.
  'triton, TensorRT-LLM without the share': [
    'nv_inference_pending_request_count{model="m",version="1"} 4\n',
    `nv_inference_pending_request_count{model="m",version="1"} 4
nv_trt_llm_kv_cache_block_metrics{model="m",version="1",kv_cache_block_type="tokens_per"} 64
nv_trt_llm_kv_cache_block_metrics{model="m",version="1",kv_cache_block_type="used"} 1600
nv_trt_llm_kv_cache_block_metrics{model="m",version="1",kv_cache_block_type="free"} 4800
nv_trt_llm_kv_cache_block_metrics{model="m",version="1",kv_cache_block_type="max"} 6400\n`,
    { 'server.waiting': 4, 'server.kvCache': 0.25 },
  ],
};

test.each(Object.entries(CASES))('%s: tokens, queues and latencies', (_name, [before, after, told]) => {
  const fleet = new Fleet({ mappings: [] });
  const input = { key: 'k', sourceId: 's', site: 'S', targetLabels: new Map([['instance', '10.0.0.7:8000']]) };
  fleet.ingest({ ...input, decoded: decodedOf(before), time: T0 });
  fleet.ingest({ ...input, decoded: decodedOf(after), time: T0 + 10_000 });
  const { columns, topology } = fleet.frame(T0 + 10_000, 60_000);
  expect(topology.servers.map(({ model, pod }) => [model, pod])).toHaveLength(1);
  const found = [...columns].filter(([id, { value }]) => id.startsWith('server.') && !Number.isNaN(value[0]));
  expect(Object.fromEntries(found.map(([id, { value }]) => [id, value[0]]))).toEqual(
    Object.fromEntries(Object.entries(told).map(([id, value]) => [id, Math.fround(value)])),
  );
});

test('a server is asked for the rates of both parts of a mean', () => {
  const present = new Set(['vllm:time_to_first_token_seconds_sum', 'vllm:time_to_first_token_seconds_count']);
  const rates = planQueries({ rateWindow: '2m', present }).find(({ id }) => id === 'node-values')?.promql ?? '';
  for (const name of present) expect(rates).toContain(`rate(${name}[2m])`);
});
