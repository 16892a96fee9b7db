import { compareInstants, type Difference } from '../../shared/compare.ts';
import { formatBytes, formatCount, formatDate, formatTime } from '../../shared/format.ts';
import type { Opened } from '../../shared/snapshot/file.ts';
import { Replay } from '../../shared/snapshot/replay.ts';
import type { FleetInstant } from '../../shared/view.ts';
import { printable } from '../engine/fault.ts';
import { openFile, readCandidate, refusal } from '../engine/snapshots/assemble.ts';
import { parseOptions, UsageError } from './options.ts';

const usage = `Usage: npm run -s fleetwatt -- inspect FILE [--against OTHER] [--json]
  Says what is in a snapshot, after every digest and the signature were checked. Exit code 1 where it is refused.
  --against OTHER  what changed from OTHER's moment to this one's: draws, places, conditions
  --json           {file, bytes, digest, seal, manifest}, with --against also {difference}
`;

/** `inspect`: what is in a snapshot. */
export async function inspect(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, { json: { type: 'boolean' }, against: { type: 'string' } }, usage);
  if (!parsed) return 0;
  const [file, ...more] = parsed.words;
  if (file === undefined || more.length > 0) throw new UsageError(usage);
  const bytes = readCandidate(file);
  const opened = openFile(bytes, file);
  checkColumns(opened, file);
  const { digest, seal, snapshot } = opened;
  const { against, json } = parsed.values;
  const other = typeof against === 'string' ? openFile(readCandidate(against), against) : undefined;
  const difference = other && compareInstants(momentOf(other), momentOf(opened));
  if (json) {
    const told = { file, bytes: bytes.length, digest, seal, manifest: snapshot.manifest, difference };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  } else process.stdout.write(forPerson(opened, bytes.length) + (difference ? changes(difference) : ''));
  return 0;
}

/** Unpacks every column once: what cannot be shown is refused here and not later. */
function checkColumns({ snapshot: { run } }: Opened, file: string): void {
  try {
    for (let chunk = 0; chunk < run.chunks.length; chunk++) run.cells(chunk);
  } catch (error) {
    throw refusal(error, file);
  }
}

/** The fleet at the moment that a snapshot is about. */
function momentOf({ snapshot }: Opened): FleetInstant {
  const replay = new Replay(snapshot);
  replay.seek(replay.instantAt(snapshot.manifest.at));
  return replay.view.current() as FleetInstant;
}

function changes({ places, onlyBefore, onlyAfter, came, went }: Difference): string {
  const kilowatts = (watts: number) => (Number.isNaN(watts) ? '—' : `${(watts / 1000).toFixed(1)} kW`);
  return [
    '  changes:',
    ...places.map(
      ({ path, ownBeforeW, ownAfterW }) => `    ${path}  ${kilowatts(ownBeforeW)} → ${kilowatts(ownAfterW)}`,
    ),
    ...onlyBefore.map((path) => `    only before: ${path}`),
    ...onlyAfter.map((path) => `    only after: ${path}`),
    ...came.map((title) => `    came: ${printable(title, 200)}`),
    ...went.map((title) => `    went: ${printable(title, 200)}`),
    '',
  ].join('\n');
}

const moment = (time: number) => `${formatDate(time)} ${formatTime(time)}`;

function forPerson({ digest, seal, snapshot: { manifest } }: Opened, bytes: number): string {
  const { counts, made, origins, signals, parts } = manifest;
  const signed = {
    unsigned: 'not signed',
    signed: 'signed, and the signature holds',
    unchecked: 'signed, not checked',
  };
  return [
    printable(manifest.title, 500),
    `  schema ${manifest.schema}, ${formatBytes(bytes)}, id ${manifest.id}`,
    `  sha256 ${digest}; ${signed[seal.kind]}${seal.kind === 'unsigned' ? '' : ` (key ${seal.key.slice(0, 16)}…)`}`,
    `  window ${moment(manifest.from)} to ${moment(manifest.to)}, ${formatCount(manifest.instants)} instants; about ${moment(manifest.at)}`,
    `  ${formatCount(counts.gpus)} GPUs, ${formatCount(counts.nodes)} nodes, ${formatCount(counts.racks)} racks, ${formatCount(counts.links)} links, ${formatCount(counts.feeds)} feeds, ${formatCount(counts.alerts)} alerts, ${formatCount(counts.samples)} samples (${(bytes / Math.max(1, counts.samples)).toFixed(2)} bytes each)`,
    `  taken ${moment(made.at)}${made.by === '' ? '' : ` by ${printable(made.by)}`}, Fleetwatt ${printable(made.version)}${manifest.redacted.length > 0 ? `; redacted: ${manifest.redacted.join(', ')}` : ''}`,
    ...origins.map(
      ({ name, kind, url, queries }) =>
        `  from ${printable(name)} (${kind})${url === '' ? '' : ` ${printable(url, 200)}`}, ${queries.length} queries`,
    ),
    ...manifest.missing.map((sentence) => `  missing: ${printable(sentence, 300)}`),
    '  signals:',
    ...signals.map(
      ({ id, kept, objects, samples }) =>
        `    ${id.padEnd(22)} kept to ${kept.padEnd(18)} ${formatCount(objects)} objects, ${formatCount(samples)} samples`,
    ),
    '  parts:',
    ...parts.map(({ name, bytes: size, sha256 }) => `    ${name.padEnd(22)} ${String(size).padStart(10)}  ${sha256}`),
    '',
  ].join('\n');
}
