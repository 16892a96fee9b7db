/**
 * Some hours of a small rack, as a scraper had taken them in every 15 s: two nodes of four GPUs, their Ethernet ports and
 * two PDUs. Every value is a formula of its time, so that a test can say what it must be.
 */
export const SCRAPE_MS = 15_000;
/** From when to when (before the end) the second node's exporter did not answer. */
export const GAP_MS = [40 * 60_000, 36 * 60_000] as const;

/** Watts of a GPU at a time: climbs by a watt a scrape and falls every 10 min. */
export const wattsAt = (gpu: number, time: number) => 400 + 50 * gpu + ((time / SCRAPE_MS) % 40);

interface Line {
  readonly name: string;
  readonly labels: string;
  valueAt(time: number): number;
  readonly gap?: boolean;
}

function lines(): Line[] {
  const found: Line[] = [];
  for (let gpu = 0; gpu < 8; gpu++) {
    const node = gpu < 4 ? 'a2-05-n1' : 'a2-05-n2';
    // One pod has the first three boards.
    const pod = gpu < 3 ? ',namespace="ml",pod="train-0"' : '';
    const labels = `UUID="GPU-${gpu}",gpu="${gpu % 4}",modelName="NVIDIA H200",Hostname="${node}",instance="${node}:9400",job="dcgm"${pod}`;
    const gap = gpu >= 4;
    const add = (name: string, valueAt: Line['valueAt']) => found.push({ name, labels, valueAt, gap });
    add('DCGM_FI_DEV_POWER_USAGE', (time) => wattsAt(gpu, time));
    add('DCGM_FI_DEV_GPU_TEMP', (time) => 50 + ((time / SCRAPE_MS + gpu) % 30));
    add('DCGM_FI_DEV_CLOCK_THROTTLE_REASONS', (time) => ((time / SCRAPE_MS) % 8 < 2 ? 4 : 0));
    // Held for a quarter of its time, in nanoseconds.
    add('DCGM_FI_DEV_POWER_VIOLATION', (time) => 0.25e6 * (time % 1e9));
  }
  for (const node of ['a2-05-n1', 'a2-05-n2']) {
    const of = `instance="${node}:9100",job="node"`;
    const eth = `device="eth0",${of}`;
    found.push({ name: 'node_uname_info', labels: `nodename="${node}",${of}`, valueAt: () => 1 });
    found.push({ name: 'node_network_speed_bytes', labels: eth, valueAt: () => 1.25e9 });
    const bytes = (name: string, perMs: number) =>
      found.push({ name: `node_network_${name}_bytes_total`, labels: eth, valueAt: (time) => perMs * (time % 1e9) });
    bytes('receive', 1e6);
    bytes('transmit', 2e5);
  }
  for (const [feed, kw] of [
    ['a', 3],
    ['b', 2],
  ] as const) {
    const labels = `pduName="pdu-a2-05-${feed}",rPDU2DeviceStatusIndex="1",instance="pdu-a2-05-${feed}",job="pdu"`;
    // Hundredths of a kilowatt.
    found.push({
      ...{ name: 'rPDU2DeviceStatusPower', labels },
      valueAt: (time) => 100 * kw + ((time / SCRAPE_MS) % 20),
    });
  }
  return found;
}

/** `from` and `to` in epoch ms, whole scrapes. OpenMetrics has seconds, Prometheus's import milliseconds. */
export function pastText(from: number, to: number, end: number, form: 'openmetrics' | 'import'): string {
  const names = new Map<string, Line[]>();
  for (const line of lines()) names.set(line.name, [...(names.get(line.name) ?? []), line]);
  const out: string[] = [];
  for (const [name, of] of names) {
    // As scraped: names of counters without _total are no counters to OpenMetrics.
    if (form === 'openmetrics') out.push(`# TYPE ${name} unknown`);
    for (const { labels, valueAt, gap } of of) {
      for (let time = from; time <= to; time += SCRAPE_MS) {
        if (gap && time > end - GAP_MS[0] && time < end - GAP_MS[1]) continue;
        const stamp = form === 'openmetrics' ? time / 1000 : time;
        out.push(`${name}{${labels}} ${valueAt(time)} ${stamp}`);
      }
    }
  }
  return `${out.join('\n')}\n${form === 'openmetrics' ? '# EOF\n' : ''}`;
}
