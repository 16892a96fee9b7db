import { readFileSync, statSync } from 'node:fs';
import { DecodeError } from '../../shared/decoded.ts';
import { defaultLimits, type ParsedExposition } from '../../shared/exposition/collector.ts';
import { type Format, formatOf, parseExposition } from '../../shared/exposition/parser.ts';
import { Fleet } from '../../shared/fleet.ts';
import { signalOf } from '../../shared/signals/catalogue.ts';
import { GPU, NODE } from '../../shared/topology.ts';
import { systemClock } from '../engine/clock.ts';
import { FaultError, printable } from '../engine/fault.ts';
import { Fetcher } from '../engine/fetch.ts';
import { ACCEPT } from '../engine/sources/exporters.ts';
import { parseOptions, UsageError } from './options.ts';

const usage = `Usage: npm run -s fleetwatt -- check FILE|URL [--json] [--format prometheus|openmetrics]
  Reads one exposition text as Prometheus's scrape does and says what Fleetwatt finds in it.
  --json      one JSON object {ok, format, series, samples, errors, warnings, badSamples, gpus, nodes, signals}
  --format F  prometheus (text 0.0.4) or openmetrics; default: what the server names, else what the text ends with
`;

interface Report {
  readonly ok: boolean;
  readonly format: Format;
  readonly series: number;
  readonly samples: number;
  readonly errors: readonly { readonly line: number; readonly column: number; readonly message: string }[];
  readonly warnings: readonly string[];
  readonly badSamples: number;
  readonly gpus: number;
  readonly nodes: number;
  readonly signals: readonly {
    readonly signal: string;
    readonly metric: string;
    readonly unit: string;
    readonly series: number;
  }[];
}

interface Body {
  readonly bytes: Uint8Array;
  readonly format: Format | undefined;
}

async function load(what: string): Promise<Body> {
  if (/^https?:\/\//.test(what)) {
    const fetcher = new Fetcher(
      { auth: { kind: 'none' }, insecure: false, timeoutMs: 10_000 },
      { now: systemClock.now, sockets: 1 },
    );
    try {
      const { body, contentType } = await fetcher.ask({ url: what, accept: ACCEPT });
      return { bytes: body, format: contentType === undefined ? undefined : formatOf(contentType) };
    } finally {
      fetcher.close();
    }
  }
  let size: number;
  try {
    const stat = statSync(what);
    if (!stat.isFile()) throw new Error('it is no file');
    size = stat.size;
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new FaultError('no-file', `${what}: ${why}`, '');
  }
  if (size > defaultLimits.maxBytes)
    throw new FaultError('too-large', `${what} has ${size} bytes; at most ${defaultLimits.maxBytes} are read`, '');
  return { bytes: readFileSync(what), format: undefined };
}

/** A text that ends in `# EOF` can only mean OpenMetrics. */
function guessFormat(bytes: Uint8Array): Format {
  return /(^|\n)# EOF\n?$/.test(Buffer.from(bytes.subarray(-8)).toString('latin1')) ? 'openmetrics' : 'prometheus';
}

function understood(parsed: ParsedExposition, time: number): Pick<Report, 'badSamples' | 'gpus' | 'nodes' | 'signals'> {
  const fleet = new Fleet({ mappings: [] });
  const { series, values, times, duplicates, warnings } = parsed;
  // The age of a file's samples says nothing about the file: all of them are taken as of now.
  const decoded = { layout: { series }, values, times: times?.map(() => Number.NaN) ?? null, duplicates, warnings };
  const { bad } = fleet.ingest({
    key: 'file',
    sourceId: 'file',
    site: 'file',
    targetLabels: new Map([['instance', 'this target']]),
    decoded,
    time,
  });
  const { topology } = fleet.frame(time, 60_000);
  return {
    badSamples: bad,
    gpus: topology.start[GPU + 1] - topology.start[GPU],
    nodes: topology.start[NODE + 1] - topology.start[NODE],
    signals: fleet
      .coverage('file')
      .map(({ signal, metric, series: count }) => ({ signal, metric, unit: signalOf(signal).unit, series: count })),
  };
}

/** Reads a body and reports on it; a body that is no exposition is a report with `ok: false`. */
export function report(bytes: Uint8Array, format: Format, time: number): Report {
  const nothing = { badSamples: 0, gpus: 0, nodes: 0, signals: [] };
  try {
    const parsed = parseExposition(bytes, format);
    return {
      ok: true,
      format,
      series: parsed.series.length,
      samples: parsed.samples,
      errors: [],
      warnings: parsed.warnings,
      ...understood(parsed, time),
    };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const { line, column, message } = error;
    return { ok: false, format, series: 0, samples: 0, errors: [{ line, column, message }], warnings: [], ...nothing };
  }
}

function forPerson(
  what: string,
  { ok, format, series, samples, errors, warnings, badSamples, gpus, nodes, signals }: Report,
): string {
  const lines = [`${printable(what, 300)}: ${ok ? 'well' : 'not readable'} (${format})`];
  for (const { line, column, message } of errors)
    lines.push(`  line ${line}, column ${column}: ${printable(message, 300)}`);
  if (!ok) return `${lines.join('\n')}\n`;
  lines.push(`  ${series} series, ${samples} samples, ${badSamples} bad; ${gpus} GPUs on ${nodes} nodes`);
  for (const warning of warnings) lines.push(`  warning: ${printable(warning, 300)}`);
  const width = Math.max(0, ...signals.map((row) => row.metric.length));
  for (const { signal, metric, unit, series: count } of signals)
    lines.push(`  ${metric.padEnd(width)}  ${signal} in ${unit}, ${count} series`);
  return `${lines.join('\n')}\n`;
}

/** `check`: 0 where the text is an exposition, 1 where it is none or cannot be had. */
export async function check(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, { json: { type: 'boolean' }, format: { type: 'string' } }, usage);
  if (!parsed) return 0;
  const [what, ...more] = parsed.words;
  if (what === undefined || more.length > 0) throw new UsageError(`check takes one file or URL\n\n${usage}`);
  const { format } = parsed.values;
  if (format !== undefined && format !== 'prometheus' && format !== 'openmetrics')
    throw new UsageError(`--format takes prometheus or openmetrics\n\n${usage}`);
  const time = systemClock.now();
  let result: Report;
  try {
    const body = await load(what);
    result = report(body.bytes, format ?? body.format ?? guessFormat(body.bytes), time);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const message = [error.fault.message, error.fault.hint].filter(Boolean).join(' ');
    if (!parsed.values.json) throw new Error(message);
    const empty = { series: 0, samples: 0, warnings: [], badSamples: 0, gpus: 0, nodes: 0, signals: [] };
    result = { ok: false, format: format ?? 'prometheus', ...empty, errors: [{ line: 0, column: 0, message }] };
  }
  process.stdout.write(parsed.values.json ? `${JSON.stringify(result)}\n` : forPerson(what, result));
  return result.ok ? 0 : 1;
}
