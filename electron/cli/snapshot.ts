import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseFabricCsv } from '../../shared/fabric/fabric-csv.ts';
import { formatBytes, formatCount } from '../../shared/format.ts';
import { REDACTIONS, type RedactionKind, SNAPSHOT_ENDING } from '../../shared/snapshot/manifest.ts';
import { redact } from '../../shared/snapshot/redact.ts';
import { cablesWithin } from '../../shared/snapshot/replay-fabric.ts';
import { reportOf } from '../../shared/snapshot/report/report.ts';
import { scopeOf } from '../../shared/snapshot/scope.ts';
import { sentenceAt, sentenceWith } from '../../shared/snapshot/sentence-at.ts';
import type { Topology } from '../../shared/topology.ts';
import { parseBudgetsCsv, parseTopologyCsv } from '../../shared/topology-csv.ts';
import { systemClock } from '../engine/clock.ts';
import { gather, openFile, pack } from '../engine/snapshots/assemble.ts';
import { digest, KEY_FILE, signer } from '../engine/snapshots/keys.ts';
import { record } from '../engine/snapshots/record.ts';
import { embeddedIn } from '../engine/snapshots/report-console.ts';
import { writeFileWhole } from '../engine/snapshots/whole-file.ts';
import { ownVersion } from '../engine/version.ts';
import { outPath, type Parsed, parseOptions, required, UsageError, wholeNumber } from './options.ts';
import { ACCESS_OPTIONS, accessOf, accessUsage, sourceOf, tableOf } from './source-option.ts';

const REPORT_ENDING = '.html';

const usage = `Usage: npm run -s fleetwatt -- snapshot --source URL --minutes N --out FILE${SNAPSHOT_ENDING}|${REPORT_ENDING} [options]
  Takes a snapshot without a window. A Prometheus-compatible server is asked for the last N minutes; exporters are
  recorded for N minutes from now on, since they know only what is now.
  --source URL     as for summary; --kind prometheus or exporter
${accessUsage}  --minutes N      1 to 60
  --step S         seconds between two instants (default 15)
  --out FILE       ends in ${SNAPSHOT_ENDING}, or in ${REPORT_ENDING} for the report alone; is there whole or not at all
  --title TEXT     a sentence (default: what stands out at the end)
  --scope PATH     a site, hall, row or rack such as PDX-1/A/A2; others are left out
  --csv FILE       topology.csv; --budgets FILE budgets.csv; --fabric FILE fabric.csv
  --redact KINDS   all, or some of ${REDACTIONS.join(',')}: names become pseudonyms
  --sign DIR       signs with the key of this profile folder (${KEY_FILE}, made when it is missing): it says whose the
                   file is, also where names are replaced
`;

/** `--redact all` or a list of kinds. @throws UsageError */
export function redactionsOf(text: string | boolean | undefined): readonly RedactionKind[] {
  if (text === undefined) return [];
  if (text === 'all') return REDACTIONS;
  const kinds = String(text).split(',');
  const wrong = kinds.find((kind) => !REDACTIONS.includes(kind as RedactionKind));
  if (wrong !== undefined) throw new UsageError(`--redact takes all, or some of ${REDACTIONS.join(',')}`);
  return kinds as RedactionKind[];
}

function outOf(parsed: Parsed): string {
  const out = outPath(required(parsed, 'out', usage));
  if (!out.endsWith(SNAPSHOT_ENDING) && !out.endsWith(REPORT_ENDING))
    throw new UsageError(`--out takes a file that ends in ${SNAPSHOT_ENDING} or ${REPORT_ENDING}\n\n${usage}`);
  return out;
}

/** `snapshot`: one file of a source's last minutes. */
export async function snapshot(args: readonly string[]): Promise<number> {
  const string = { type: 'string' } as const;
  const parsed = parseOptions(
    args,
    {
      ...{ source: string, kind: string, minutes: string, step: string, out: string, title: string, scope: string },
      ...{ csv: string, budgets: string, fabric: string, redact: string, sign: string, ...ACCESS_OPTIONS },
    },
    usage,
  );
  if (!parsed) return 0;
  if (parsed.words.length > 0) throw new UsageError(`snapshot takes no further words\n\n${usage}`);
  const { kind, csv, budgets, fabric, title, scope, sign } = parsed.values;
  const out = outOf(parsed);
  const kinds = redactionsOf(parsed.values.redact);
  const cables = tableOf(fabric, parseFabricCsv)?.rows ?? [];
  const source = sourceOf(required(parsed, 'source', usage), kind, accessOf(parsed));
  const stepMs = wholeNumber(parsed, 'step', [1, 3600], 15) * 1000;
  const path = typeof scope === 'string' ? scope : '';
  const recording = await record({
    ...{ source, stepMs, clock: systemClock },
    topology: tableOf(csv, parseTopologyCsv),
    budgets: tableOf(budgets, parseBudgetsCsv)?.rows ?? [],
    minutes: wholeNumber(parsed, 'minutes', [1, 60], 15),
    onInstant(done, of, places) {
      // Exporters know all their places from the first instant on; of a server some may come later.
      if (done === 1 && source.kind === 'exporters') scoped(places, path);
      tell(done, of);
    },
  });
  const topology = scoped(recording.topology, path);
  const { ring, from, to, papers, origins, missing } = recording;
  const writer = await gather(ring.chunks(from, to), topology, { from, to, stepMs: 0 }, () => {});
  const draft = writer.finish();
  const parts = {
    cover: {
      id: randomBytes(16).toString('hex'),
      title: typeof title === 'string' && title !== '' ? title : sentenceAt({ ...draft, topology }, papers.limits, to),
      ...{ at: to, scope: path, origins, redacted: [], missing },
      made: { at: systemClock.now(), by: userInfo().username, reason: 'command' as const, version: ownVersion() },
    },
    ...{ topology, papers: { ...papers, cables: path === '' ? cables : cablesWithin(cables, topology) } },
  };
  const { names: _, ...redacted } = redact(parts, kinds, sentenceWith(draft.run, papers.limits, to));
  const key = typeof sign === 'string' ? signer(join(sign, KEY_FILE)) : undefined;
  const { bytes, manifest, digest: whole } = await pack({ ...redacted, draft }, key, () => {});
  const leaves = out.endsWith(REPORT_ENDING)
    ? Buffer.from([...reportOf(openFile(bytes, out), digest, embeddedIn(bytes))].join(''))
    : bytes;
  await writeFileWhole(out, leaves);
  const { gpus, samples } = manifest.counts;
  process.stdout.write(
    `${out}: ${formatBytes(leaves.length)}, ${formatCount(manifest.instants)} instants of ${formatCount(gpus)} GPUs, ${formatCount(samples)} samples\n  sha256 ${whole}\n`,
  );
  return 0;
}

/** The places at and under one, or all. @throws UsageError where there is no such place */
function scoped(topology: Topology, path: string): Topology {
  const part = scopeOf(topology, path);
  if (path !== '' && part === topology) throw new UsageError(`--scope: there is no place ${path}`);
  return part;
}

/** One line that is written over, where somebody looks. */
function tell(done: number, of: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} instants${done === of ? '\n' : ''}`);
}
