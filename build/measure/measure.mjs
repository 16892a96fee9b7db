// `npm run measure`: our hot paths beside a peer, interleaved in one run. Ratios count; absolute figures move with the machine.
import { parseArgs } from 'node:util';
import { coldStartRow } from './cold-start.mjs';
import { consoleRows } from './console-rows.mjs';
import { decodeRows } from './decode.mjs';
import { fleetRows } from './fleet.mjs';
import { heatmapRow } from './heatmap.mjs';
import { historyRow, memoryRow } from './history.mjs';
import { packingRow } from './packing.mjs';
import { SIZES } from './peer.mjs';
import { serverRows } from './servers.mjs';
import { reportRow, snapshotRow } from './snapshot.mjs';
import { soakRow } from './soak.mjs';
import { vectorRow } from './vector.mjs';
import { wallSoakRow } from './wall-soak.mjs';

const usage = `Usage: npm run measure [-- --json] [-- NAME]
  --json        one JSON object {rows:[{name, workload, ours, theirs, unit, peer, ratio, goal, holds}]}
  NAME          one row (--only NAME is the same): decode-first, decode-steady, vector-steady, heatmap-update, tick, wall-bytes, packing, cold-start, snapshot,
                scrape-to-pixel, interact, frames-to-wall,
                report, history, engine-memory, wall-soak and soak (a quarter of an hour each, wall-soak with a Prometheus on PATH; only when asked for),
                server-cost, server-cost-recorded and direct-scrape (these need a Prometheus on PATH)
  --gpus N      heatmap-update, scrape-to-pixel, interact, frames-to-wall for this size only, of 1000, 10000 and 100000
  --quick       a tenth of the series and cells: a smoke test, not a measurement
`;

/** name → function that measures it; rows that share their set-up share the function. */
const rows = {
  'decode-first': decodeRows,
  'decode-steady': decodeRows,
  'vector-steady': vectorRow,
  'heatmap-update': heatmapRow,
  tick: fleetRows,
  'wall-bytes': fleetRows,
  'server-cost': serverRows,
  'server-cost-recorded': serverRows,
  'direct-scrape': serverRows,
  'cold-start': coldStartRow,
  'scrape-to-pixel': consoleRows,
  interact: consoleRows,
  'frames-to-wall': consoleRows,
  packing: packingRow,
  snapshot: snapshotRow,
  report: reportRow,
  history: historyRow,
  'engine-memory': memoryRow,
  'wall-soak': wallSoakRow,
  soak: soakRow,
};
/** Rows that take long and run only by name. */
const onlyByName = new Set(['wall-soak', 'soak']);

function options(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean' },
      only: { type: 'string' },
      quick: { type: 'boolean' },
      gpus: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  values.only ??= positionals[0];
  if (values.only && !Object.hasOwn(rows, values.only)) {
    throw new Error(`No row is called ${values.only}. There are: ${Object.keys(rows).join(', ')}`);
  }
  if (values.gpus !== undefined && !SIZES.includes(Number(values.gpus)))
    throw new Error(`--gpus is one of ${SIZES.join(', ')}, not ${values.gpus}`);
  return values;
}

const cell = (row) =>
  `${row.name.padEnd(16)} ${row.ours.toFixed(2).padStart(9)} ${row.unit}  ${row.theirs.toFixed(2).padStart(9)} ${row.unit}  ${`${row.ratio.toFixed(1)} ×`.padStart(9)}  goal ${row.goal.padEnd(8)} ${row.holds ? 'holds' : 'MISSED'}   against ${row.peer}: ${row.workload}`;

/** Measures and prints; the exit code is 0 whether or not a goal holds, since machines are noisy. */
export async function measure(args) {
  let values;
  try {
    values = options(args);
  } catch (error) {
    process.stderr.write(`${error.message}\n${usage}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const wanted = values.only ? [values.only] : Object.keys(rows).filter((name) => !onlyByName.has(name));
  const found = [];
  for (const run of new Set(wanted.map((name) => rows[name]))) {
    for (const row of await run({
      size: values.quick ? 10_000 : 100_000,
      gpus: Number(values.gpus) || undefined,
      wanted,
    })) {
      if (!wanted.includes(row.name)) continue;
      found.push(row);
      if (!values.json) process.stdout.write(`${cell(row)}\n`);
    }
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ rows: found })}\n`);
  return 0;
}
