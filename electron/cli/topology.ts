import { readFileSync } from 'node:fs';
import { parseTopologyCsv } from '../../shared/topology-csv.ts';
import { GPU_ROLES, type ImportedTopology, parseNetBox, parseTopologyYaml } from '../../shared/topology-import.ts';
import { formatTopologyCsv, mergeTopology } from '../../shared/topology-merge.ts';
import { parseOptions, UsageError } from './options.ts';

const usage = `Usage: npm run -s fleetwatt -- topology FILE… [--role REGEX] [--json]
  Makes one topology.csv of CSV, YAML (sites > halls > rows > racks > nodes) and NetBox lists of devices and racks
  (what /api/dcim/devices/ and /api/dcim/racks/ answer, as JSON). Of two that disagree the earlier FILE wins; every conflict and every
  device that was left out is told on standard error.
  --role REGEX  roles of NetBox devices to take (default: ${GPU_ROLES})
  --json        {"rows": […], "racks": […], "conflicts": […], "skipped": […]} instead of CSV
`;

/** `topology`: 0 with rows, 1 where a file is not right or gives none. */
export async function topology(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, { role: { type: 'string' }, json: { type: 'boolean' } }, usage);
  if (!parsed) return 0;
  if (parsed.words.length === 0) throw new UsageError(usage);
  const roles = typeof parsed.values.role === 'string' ? parsed.values.role : GPU_ROLES;
  try {
    new RegExp(roles);
  } catch (error) {
    throw new UsageError(`--role is no regular expression: ${(error as Error).message}`);
  }
  const documents = parsed.words.map((path) => ({ from: path, ...read(path, roles) }));
  for (const { from, errors, skipped } of documents) {
    for (const { line, column, message } of errors)
      process.stderr.write(`${from}, line ${line}, column ${column}: ${message}\n`);
    for (const line of skipped) process.stderr.write(`${from}: left out ${line}\n`);
  }
  const { rows, racks, conflicts } = mergeTopology(documents);
  for (const { node, field, kept, keptFrom, dropped, droppedFrom } of conflicts)
    process.stderr.write(`conflict: ${field} of ${node} is ${kept} (${keptFrom}), not ${dropped} (${droppedFrom})\n`);
  const skipped = documents.flatMap((document) => document.skipped);
  process.stdout.write(
    parsed.values.json ? `${JSON.stringify({ rows, racks, conflicts, skipped })}\n` : formatTopologyCsv(rows, racks),
  );
  return rows.length + racks.length === 0 || documents.some(({ errors }) => errors.length > 0) ? 1 : 0;
}

function read(path: string, roles: string): ImportedTopology {
  const text = readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  if (/\.json$/i.test(path)) return parseNetBox(text, roles);
  if (/\.ya?ml$/i.test(path)) return parseTopologyYaml(text);
  return { ...parseTopologyCsv(text), skipped: [] };
}
