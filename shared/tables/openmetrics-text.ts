/** Ending of a metric's name by unit; the unit that OpenMetrics knows it by. */
const ENDINGS: Readonly<Record<string, string>> = {
  W: 'watts',
  VA: 'voltamperes',
  A: 'amperes',
  V: 'volts',
  C: 'celsius',
  ratio: 'ratio',
  MHz: 'megahertz',
  'B/s': 'bytes_per_second',
  B: 'bytes',
  J: 'joules',
  '1/s': 'per_second',
  s: 'seconds',
  'ticks/s': 'ticks_per_second',
};

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

const snake = (text: string) =>
  text
    .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');

/** A metric and the lines before its samples: `gpu.powerLimit` in watts → `fleetwatt_gpu_power_limit_watts`. */
export function familyOf(
  signal: string,
  unit: string,
  label: string,
): { readonly metric: string; readonly head: string } {
  const ending = ENDINGS[unit];
  const name = `fleetwatt_${snake(signal)}`;
  const metric = ending === undefined || name.endsWith(`_${ending}`) ? name : `${name}_${ending}`;
  const told = ending === undefined ? '' : `# UNIT ${metric} ${ending}\n`;
  return { metric, head: `# TYPE ${metric} gauge\n${told}# HELP ${metric} ${escaped(label)}.\n` };
}

/** Labels in braces; those without a value are left out. */
export function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).filter(([, value]) => value !== '');
  return pairs.length === 0 ? '' : `{${pairs.map(([name, value]) => `${name}="${escaped(value)}"`).join(',')}}`;
}

/** A sample with its time in seconds. */
export const sampleLine = (metric: string, labels: Readonly<Record<string, string>>, value: string, time: number) =>
  `${metric}${labelText(labels)} ${value} ${(time / 1000).toFixed(3)}\n`;
