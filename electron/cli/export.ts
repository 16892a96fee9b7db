import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, unlink } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { type SignalId, signals } from '../../shared/signals/catalogue.ts';
import { csvOf } from '../../shared/snapshot/export/csv.ts';
import { jsonOf } from '../../shared/snapshot/export/json.ts';
import { markdownOf } from '../../shared/snapshot/export/markdown.ts';
import { openMetricsOf } from '../../shared/snapshot/export/openmetrics.ts';
import type { Choice } from '../../shared/snapshot/export/rows.ts';
import type { Opened } from '../../shared/snapshot/file.ts';
import { reportOf } from '../../shared/snapshot/report/report.ts';
import { openFile, readCandidate, redactFile } from '../engine/snapshots/assemble.ts';
import { digest } from '../engine/snapshots/keys.ts';
import { embeddedIn } from '../engine/snapshots/report-console.ts';
import { writeFileWhole } from '../engine/snapshots/whole-file.ts';
import { outPath, parseOptions, UsageError } from './options.ts';
import { redactionsOf } from './snapshot.ts';

const FORMATS = ['html', 'csv', 'json', 'openmetrics', 'md', 'fwsnap'] as const;
type Format = (typeof FORMATS)[number];

const usage = `Usage: npm run -s fleetwatt -- export FILE --format ${FORMATS.join('|')} [options]
  Writes a snapshot in another form, to standard output or to --out FILE. openmetrics can be back-filled:
  promtool tsdb create-blocks-from openmetrics FILE DIR
  html is the report: one file that reads in a browser, offline, and is the console in replay
  --signals LIST  only these, such as gpu.power,feed.power
  --under PATH    only what stands at or under a place
  --redact KINDS  all, or some kinds as of snapshot; format fwsnap gives a redacted snapshot
  --out FILE      instead of standard output
`;

/** `export`: a snapshot as a table, text or summary. */
export async function exportFile(args: readonly string[]): Promise<number> {
  const string = { type: 'string' } as const;
  const options = { format: string, signals: string, under: string, redact: string, out: string };
  const parsed = parseOptions(args, options, usage);
  if (!parsed) return 0;
  const [file, ...more] = parsed.words;
  const { format, under } = parsed.values;
  const out = typeof parsed.values.out === 'string' ? outPath(parsed.values.out) : undefined;
  if (file === undefined || more.length > 0) throw new UsageError(usage);
  if (!FORMATS.includes(format as Format)) throw new UsageError(`--format takes ${FORMATS.join(', ')}\n\n${usage}`);
  if (format === 'fwsnap' && out === undefined) throw new UsageError(`--format fwsnap needs --out FILE\n\n${usage}`);
  const kinds = redactionsOf(parsed.values.redact);
  const whole = readCandidate(file);
  const read = openFile(whole, file);
  const bytes = kinds.length > 0 ? (await redactFile(read, kinds)).bytes : whole;
  if (format === 'fwsnap') {
    await writeFileWhole(out as string, bytes);
    return 0;
  }
  const opened = kinds.length > 0 ? openFile(bytes, file) : read;
  const choice = { signals: signalsOf(parsed.values.signals), under: typeof under === 'string' ? under : '' };
  const { path } = opened.snapshot.topology;
  if (choice.under !== '' && !path.includes(choice.under))
    throw new UsageError(`--under: there is no place ${choice.under}`);
  await write(textOf(opened, bytes, format as Format, choice), out);
  return 0;
}

function signalsOf(text: string | boolean | undefined): readonly SignalId[] | null {
  if (typeof text !== 'string') return null;
  const wanted = text.split(',');
  const wrong = wanted.find((id) => !signals.some((signal) => signal.id === id));
  if (wrong !== undefined) throw new UsageError(`--signals: there is no signal ${JSON.stringify(wrong)}`);
  return wanted as SignalId[];
}

function textOf(opened: Opened, file: Uint8Array, format: Format, choice: Choice): Iterable<string> {
  const { snapshot } = opened;
  if (format === 'html') return reportOf(opened, digest, embeddedIn(file));
  if (format === 'csv') return csvOf(snapshot, choice);
  if (format === 'json') return jsonOf(snapshot, choice);
  return format === 'md' ? [markdownOf(snapshot, opened.digest)] : openMetricsOf(snapshot, choice);
}

/** Waits for whoever reads; a file gets its name only once it is whole. */
async function write(pieces: Iterable<string>, out: string | undefined): Promise<void> {
  const unfinished = `${out}.${process.pid}.part`;
  const stream: Writable = out === undefined ? process.stdout : createWriteStream(unfinished, { mode: 0o600 });
  try {
    for (const piece of pieces) if (piece !== '' && !stream.write(piece)) await once(stream, 'drain');
    if (out === undefined) return;
    stream.end();
    await once(stream, 'close');
    await rename(unfinished, out);
  } catch (error) {
    if (out !== undefined) await unlink(unfinished).catch(() => {});
    throw error;
  }
}
