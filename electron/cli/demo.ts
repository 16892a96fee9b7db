import { startDemo } from '../demo/demo.ts';
import { parseOptions, type RunOptions, UsageError, untilStopped, wholeNumber } from './options.ts';

const usage = `Usage: npm run -s fleetwatt -- demo [--nodes N] [--gpus N] [--mixed] [--port P] [--seed S]
  Serves a simulated fleet of exporters (dcgm-exporter, node_exporter, PDUs and switches) on 127.0.0.1 and prints
  one JSON line {"targets":[URL…],"prometheusConfig":PATH,…}. Runs until stopped.
  --nodes N   number of nodes (default: the fleet of the drawing, 400 nodes with 2,048 GPUs)
  --gpus N    GPUs a node with --nodes (default 8)
  --mixed     three sites with NVIDIA and AMD nodes, BMCs and vLLM servers; each site has a file of its own
  --port P    port to listen on (default: a free one)
  --seed S    the same seed gives the same fleet (default 1)
`;

/** `demo`: exporters on loopback until stopped. */
export async function demo(args: readonly string[], { signal }: RunOptions): Promise<number> {
  const string = { type: 'string' } as const;
  const parsed = parseOptions(
    args,
    { nodes: string, gpus: string, port: string, seed: string, mixed: { type: 'boolean' } },
    usage,
  );
  if (!parsed) return 0;
  if (parsed.words.length > 0) throw new UsageError(`demo takes no further words\n\n${usage}`);
  const sized = parsed.values.nodes === undefined ? {} : { nodes: wholeNumber(parsed, 'nodes', [1, 20_000], 1) };
  const stopped = untilStopped(signal);
  const fleet = await startDemo({
    ...sized,
    ...(parsed.values.mixed ? { mixed: true } : {}),
    gpus: wholeNumber(parsed, 'gpus', [1, 16], 8),
    port: wholeNumber(parsed, 'port', [0, 65_535], 0),
    seed: wholeNumber(parsed, 'seed', [0, 999_999_999], 1),
  });
  const { targets, prometheusConfig, targetsFile, topologyFile, budgetsFile, nodes, gpus, racks, sites } = fleet;
  process.stdout.write(
    `${JSON.stringify({ targets, prometheusConfig, targetsFile, topologyFile, budgetsFile, nodes, gpus, racks, sites })}\n`,
  );
  await stopped;
  await fleet.close();
  return 0;
}
