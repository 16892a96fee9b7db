import { formatBytes, formatCount } from '../../shared/format.ts';
import { type Frame, QUALITY, STALE } from '../../shared/frame.ts';
import { computePower } from '../../shared/power.ts';
import { GPU, NODE, RACK } from '../../shared/topology.ts';
import { parseBudgetsCsv, parseTopologyCsv } from '../../shared/topology-csv.ts';
import { FleetView } from '../../shared/view.ts';
import { systemClock } from '../engine/clock.ts';
import { type HeadlessResult, runHeadless } from '../engine/headless.ts';
import { parseOptions, required, UsageError, wholeNumber } from './options.ts';
import { type Outlook, outlookOf } from './outlook.ts';
import { ACCESS_OPTIONS, accessOf, accessUsage, sourceOf, tableOf } from './source-option.ts';

const usage = `Usage: npm run -s fleetwatt -- summary --source URL [options]
  Reads a source by the engine's own path, without a window, and prints the totals.
  --source URL  a Prometheus-compatible server; an exporter's /metrics; or a file_sd file of exporters
  --kind K      prometheus or exporter (default: prometheus for a URL without a path that ends in /metrics)
  --ticks N     how many refreshes, 5 s apart; the last one is printed (default 1, for exporters 2: rates need two)
  --csv FILE    topology.csv
  --budgets F   budgets.csv: headroom, stranded power and what feeds may carry are told against it
${accessUsage}  --json        {time, gpus, nodes, racks, powerW, gpuPowerW, rackPowerW, nodeNetworkBps, staleGpus, badSamples, quality,
                feeds, headroomW, strandedW, links, jobs, tokensPerJoule, partial, read}; stranded power is of the ticks that were read,
                links are those with a trouble and the 50 that are used most
                partial is what the source says of an answer that is only a part, which makes draws lower bounds, else null
                read is what that cost the source: requests, bytes, and the milliseconds of the last refresh
                powerW is the sum of GPU board power; rackPowerW is metered where PDUs report; *Bps is bytes per second
`;

const POLL_MS = 5000;
const STALE_MS = 60_000;

/** The totals of one refresh. Watts and bytes per second; a place without data is left out, never 0. */
export interface Totals extends Outlook {
  readonly time: string;
  readonly gpus: number;
  readonly nodes: number;
  readonly racks: number;
  readonly powerW: number | null;
  readonly gpuPowerW: Readonly<Record<string, number>>;
  readonly rackPowerW: Readonly<Record<string, number>>;
  readonly nodeNetworkBps: Readonly<Record<string, { readonly rx: number; readonly tx: number }>>;
  readonly staleGpus: number;
  readonly badSamples: number;
  readonly quality: Readonly<Record<string, number>>;
  /** What the source says of an answer that is only a part: what is told is a lower bound then; null where it is whole. */
  readonly partial: string | null;
  /** What reading cost the source; the time is that of the last refresh. */
  readonly read: { readonly requests: number; readonly bytes: number; readonly ms: number | null };
}

function network(frame: Frame): Totals['nodeNetworkBps'] {
  const { topology, columns } = frame;
  const [rx, tx] = [columns.get('link.rx'), columns.get('link.tx')];
  const found: Record<string, { rx: number; tx: number }> = Object.create(null);
  topology.linkNode.forEach((node, link) => {
    const [received, sent] = [rx?.value[link] ?? Number.NaN, tx?.value[link] ?? Number.NaN];
    if (node < 0 || (Number.isNaN(received) && Number.isNaN(sent))) return;
    const host = (topology.path[node] ?? '').split('/').at(-1) ?? '';
    found[host] ??= { rx: 0, tx: 0 };
    const sum = found[host];
    if (!Number.isNaN(received)) sum.rx += received;
    if (!Number.isNaN(sent)) sum.tx += sent;
  });
  return found;
}

/** Totals of a frame; the time is that of the evaluation. */
export function totals({ frame, time, badSamples, health }: HeadlessResult, view: FleetView): Totals {
  const { topology } = frame;
  const { start, path } = topology;
  const power = frame.columns.get('gpu.power');
  const gpuPowerW: Record<string, number> = Object.create(null);
  const quality: Record<string, number> = Object.create(null);
  let [powerW, staleGpus] = [Number.NaN, 0];
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    const watts = power?.value[gpu] ?? Number.NaN;
    const word = QUALITY[power?.quality[gpu] ?? 0] as string;
    quality[word] = (quality[word] ?? 0) + 1;
    if (power?.quality[gpu] === STALE) staleGpus++;
    if (Number.isNaN(watts)) continue;
    gpuPowerW[path[gpu] ?? ''] = watts;
    powerW = (Number.isNaN(powerW) ? 0 : powerW) + watts;
  }
  const { drawW } = computePower(frame);
  const rackPowerW: Record<string, number> = Object.create(null);
  // A rack goes by its name; where two racks of the fleet share one, by its path.
  const names = new Map<string, number>();
  for (let rack = start[RACK]; rack < start[NODE]; rack++)
    names.set(topology.name[rack] ?? '', (names.get(topology.name[rack] ?? '') ?? 0) + 1);
  for (let rack = start[RACK]; rack < start[NODE]; rack++) {
    const name = topology.name[rack] ?? '';
    if (!Number.isNaN(drawW[rack])) rackPowerW[names.get(name) === 1 ? name : (path[rack] ?? '')] = drawW[rack];
  }
  return {
    time: new Date(time).toISOString(),
    gpus: start[GPU + 1] - start[GPU],
    nodes: start[NODE + 1] - start[NODE],
    racks: start[NODE] - start[RACK],
    powerW: Number.isNaN(powerW) ? null : powerW,
    gpuPowerW,
    rackPowerW,
    nodeNetworkBps: network(frame),
    staleGpus,
    badSamples,
    quality,
    partial: health.partial?.said ?? null,
    read: { requests: health.hour.questions, bytes: health.hour.bytes, ms: health.lastMs },
    ...outlookOf(view),
  };
}

/** The same in lines for a person. */
export function forPerson(sum: Totals): string {
  const known = Object.keys(sum.gpuPowerW).length;
  return [
    `${sum.time}: ${sum.gpus} GPUs on ${sum.nodes} nodes in ${sum.racks} racks`,
    `  board power ${sum.powerW === null ? '—' : `${(sum.powerW / 1000).toFixed(1)} kW`} of ${known} GPUs, ${sum.staleGpus} stale, ${sum.badSamples} bad samples`,
    ...Object.entries(sum.rackPowerW).map(([rack, watts]) => `  ${rack}  ${kilowatts(watts)}`),
    ...outlookForPerson(sum),
    ...(sum.partial === null ? [] : [`answered in part, so that draws are lower bounds: ${sum.partial}`]),
    `read by ${formatCount(sum.read.requests)} requests, ${formatBytes(sum.read.bytes)}${sum.read.ms === null ? '' : `, the last refresh in ${Math.round(sum.read.ms)} ms`}`,
    '',
  ].join('\n');
}

const kilowatts = (watts: number) => `${(watts / 1000).toFixed(1)} kW`;

/** What is known beside the draw, a line each; nothing is said of what is not known. */
function outlookForPerson({ feeds, headroomW, strandedW, links, jobs, tokensPerJoule }: Totals): readonly string[] {
  const heard = feeds.filter(({ drawW }) => drawW !== null);
  const troubled = links.filter(({ troubles }) => troubles.length > 0);
  const [worst] = links.filter(({ use }) => use !== null).sort((a, b) => (b.use ?? 0) - (a.use ?? 0));
  const lines = (title: string, rows: readonly string[]) => (rows.length === 0 ? [] : [title, ...rows]);
  const watts = (of: Readonly<Record<string, number>>) =>
    Object.entries(of).map(([place, value]) => `  ${place}  ${kilowatts(value)}`);
  return [
    ...lines('headroom', watts(headroomW)),
    ...lines('stranded power, by the refreshes that were read', watts(strandedW)),
    ...(feeds.length === 0 ? [] : [`feeds: ${heard.length} of ${feeds.length} report`]),
    ...(links.length === 0
      ? []
      : [
          `links: ${troubled.length} with a trouble${worst?.use ? `, fullest ${worst.label} at ${(worst.use * 100).toFixed(1)}%` : ''}`,
        ]),
    ...troubled.map(
      ({ label, troubles, degraded }) => `  ${label}  ${troubles.join(', ')}${degraded && ` (${degraded})`}`,
    ),
    ...lines(
      'jobs',
      jobs.map(
        ({ name, site, gpus, powerW, bound, evidence }) =>
          `  ${site} ${name}  ${gpus} GPUs${powerW === null ? '' : `, ${kilowatts(powerW)}`}, ${bound}: ${evidence.join(', ')}`,
      ),
    ),
    ...lines(
      'tokens per joule',
      Object.entries(tokensPerJoule).map(([model, value]) => `  ${model}  ${value.toFixed(3)}`),
    ),
  ];
}

/** `summary`: 0 with totals, 1 where the source gave nothing. */
export async function summary(args: readonly string[]): Promise<number> {
  const string = { type: 'string' } as const;
  const parsed = parseOptions(
    args,
    {
      source: string,
      kind: string,
      ticks: string,
      csv: string,
      budgets: string,
      json: { type: 'boolean' },
      ...ACCESS_OPTIONS,
    },
    usage,
  );
  if (!parsed) return 0;
  const { kind, csv, budgets, json } = parsed.values;
  if (parsed.words.length > 0) throw new UsageError(`summary takes no further words\n\n${usage}`);
  if (kind !== undefined && kind !== 'prometheus' && kind !== 'exporter')
    throw new UsageError(`--kind takes prometheus or exporter\n\n${usage}`);
  const source = sourceOf(required(parsed, 'source', usage), kind, accessOf(parsed));
  const ticks = wholeNumber(parsed, 'ticks', [1, 10_000], source.kind === 'exporters' ? 2 : 1);
  const view = new FleetView({
    historyBytes: 1 << 28,
    pollMs: POLL_MS,
    staleMs: STALE_MS,
    warnRatio: 0.9,
    critRatio: 0.97,
  });
  const result = await runHeadless({
    source,
    topology: tableOf(csv, parseTopologyCsv),
    budgets: tableOf(budgets, parseBudgetsCsv)?.rows ?? [],
    ticks,
    pollMs: POLL_MS,
    staleMs: STALE_MS,
    clock: systemClock,
    onTick: (frame, time, bad) => view.update(frame, [], bad, time, true),
  });
  const { fault, targetsUp, warnings } = result.health;
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  if (fault) process.stderr.write(`${fault.message} ${fault.hint}\n`);
  if (targetsUp === 0) return 1;
  const sum = totals(result, view);
  process.stdout.write(json ? `${JSON.stringify(sum)}\n` : forPerson(sum));
  return 0;
}
