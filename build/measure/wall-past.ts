import { type Exporter, exportersOf } from '../../electron/demo/exporters.ts';
import { writeFleetFiles } from '../../electron/demo/fleet-files.ts';
import { Load } from '../../electron/demo/load.ts';
import { sizedPlan } from '../../electron/demo/plan.ts';

export { startPrometheus } from '../../e2e/real/servers.ts';

const SEED = 1;
/** Of each kind of number that the wall shows what a server needs for it; names before and after DCGM 4.6. */
const KEPT =
  /^(?:DCGM_FI_DEV_(?:POWER_USAGE|BOARD_POWER_WATTS|GPU_TEMP|GPU_TEMP_CELSIUS|SLOWDOWN_TEMP|GPU_TEMP_SLOWDOWN_CELSIUS|GPU_UTIL|GPU_UTIL_RATIO)|node_infiniband_(?:port_data_(?:received|transmitted)_bytes_total|rate_bytes_per_second)|node_uname_info|inletSensorDecimalDigits|measurementsInletSensorValue)(?=[ {])/;

/** The demo's fleet of any size, as a scraper finds it, from a time on; its files lie in a folder. */
export async function pastFleet(folder: string, nodes: number, gpusPerNode: number, begin: number) {
  const plan = sizedPlan(nodes, gpusPerNode, SEED);
  const exporters = exportersOf(new Load(plan, SEED, begin), SEED, begin);
  return { exporters, ...(await writeFleetFiles(folder, [{ plan, exporters }], 0)) };
}

/**
 * What a Prometheus has of exporters that it scraped from one time to another (epoch ms), as OpenMetrics text. In the
 * time that `silent` names they did not answer.
 */
export function pastText(
  exporters: readonly Exporter[],
  times: { readonly from: number; readonly to: number; readonly stepMs: number },
  silent: readonly [number, number],
): string {
  const lines = new Map<string, string[]>();
  for (let time = times.from; time <= times.to; time += times.stepMs) {
    if (time > silent[0] && time < silent[1]) continue;
    for (const exporter of exporters) keepSamples(lines, exporter, time);
  }
  // As scraped: names of counters without _total are no counters to OpenMetrics.
  return `${[...lines].map(([name, samples]) => `# TYPE ${name} unknown\n${samples.join('\n')}\n`).join('')}# EOF\n`;
}

/** Adds the samples of one exporter at one time, with the labels that a scraper knows it by. */
function keepSamples(lines: Map<string, string[]>, { job, instance, labels, body }: Exporter, time: number): void {
  const own = Object.entries({ job, instance, ...labels }).map(([name, value]) => `${name}="${value}"`);
  for (const line of body?.(time).split('\n') ?? []) {
    const [name] = KEPT.exec(line) ?? [];
    if (name === undefined) continue;
    const end = line.lastIndexOf(' ');
    const given = line.slice(name.length + 1, end - 1);
    const all = given === '' ? own : [given, ...own];
    const samples = lines.get(name) ?? [];
    samples.push(`${name}{${all.join(',')}}${line.slice(end)} ${time / 1000}`);
    lines.set(name, samples);
  }
}
