import type { SourceHealth } from '../contract/sources.ts';
import type { CableRow } from '../fabric/fabric-csv.ts';
import { type SignalId, signalOf, signals } from '../signals/catalogue.ts';
import type { Topology } from '../topology.ts';
import { CHUNK, objectsOf } from './cells.ts';
import type { AlertRecord, JournalRecord, Limits, NoteRecord, RuleRecord, Run, SourceSpan } from './document.ts';
import { type Manifest, REASONS, REDACTIONS, SNAPSHOT_FORMAT, SNAPSHOT_SCHEMA } from './manifest.ts';
import { SnapshotRefused } from './refused.ts';
import { anything, fields, list, number, oneOf, orNull, type Shape, text, texts, whole } from './shape.ts';

/** Shapes of the parts that are JSON. */

const time = number(0, 8.64e15);
const id = oneOf(...signals.map((signal) => signal.id));

const manifestShape: Shape<Manifest> = fields({
  format: oneOf(SNAPSHOT_FORMAT),
  schema: whole(SNAPSHOT_SCHEMA, SNAPSHOT_SCHEMA) as Shape<typeof SNAPSHOT_SCHEMA>,
  id: text(64),
  title: text(500),
  ...{ at: time, from: time, to: time, instants: whole(1, 100_000) },
  scope: text(4000),
  made: fields({ at: time, by: text(200), reason: oneOf(...REASONS), version: text(40) }),
  origins: list(
    fields({
      ...{ source: text(200), name: text(200), kind: text(40), url: text(4000) },
      queries: list(text(20_000), 10_000),
      stepMs: number(0, 8.64e7),
    }),
    10_000,
  ),
  counts: fields({
    ...{ gpus: number(0), nodes: number(0), racks: number(0), links: number(0), feeds: number(0) },
    ...{ alerts: number(0), samples: number(0) },
  }),
  signals: list(fields({ id, unit: text(20), kept: text(40), objects: number(0), samples: number(0) }), signals.length),
  redacted: list(oneOf(...REDACTIONS), REDACTIONS.length),
  missing: list(text(1000), 1000),
  parts: list(fields({ name: text(100), bytes: whole(0, 2 ** 31), sha256: text(64) }), 4096),
});

/** Reads the manifest. A newer one is refused by name: an older Fleetwatt would show half of it. */
export function manifestFrom(value: unknown): Manifest {
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (typeof schema === 'number' && schema > SNAPSHOT_SCHEMA)
    throw new SnapshotRefused(
      'newer-schema',
      `The snapshot is of schema ${schema}; this Fleetwatt reads ${SNAPSHOT_SCHEMA}`,
    );
  return manifestShape(value, 'manifest');
}

const runShape = fields({
  times: list(time, 100_000),
  signals: list(fields({ id, objects: whole(0, 2_000_000) }), signals.length),
  chunks: list(fields({ part: text(100), first: whole(0, 100_000), count: whole(1, CHUNK) }), 100_000),
});

/** The table of the run. @throws SnapshotRefused where it does not fit the places */
export function runFrom(value: unknown, topology: Topology): Omit<Run, 'cells' | 'packed'> {
  const run = runShape(value, 'run');
  const fits = run.signals.every(({ id: signal, objects }, i) => {
    const { from, to } = objectsOf(signalOf(signal as SignalId).kind, topology);
    return objects === to - from && run.signals.findIndex((other) => other.id === signal) === i;
  });
  const ordered = run.times.every((one, i) => i === 0 || one > run.times[i - 1]);
  let next = 0;
  const chunked = run.chunks.every(({ first, count }) => {
    const right = first === next;
    next += count;
    return right;
  });
  if (!fits || !ordered || !chunked || next !== run.times.length)
    throw new SnapshotRefused('malformed', 'The run does not fit its places or its times');
  return run as Omit<Run, 'cells' | 'packed'>;
}

export const limitsFrom: Shape<Limits> = fields({
  pollMs: number(1, 8.64e7),
  staleMs: number(1, 8.64e7),
  warnRatio: number(0, 10),
  critRatio: number(0, 10),
});

const source: Shape<SourceHealth> = (value, at) => {
  // What a page shows of a source; its list of fields is the contract's and may grow.
  const { id: name, name: label, state } = value as SourceHealth;
  text(200)(name, `${at}.id`);
  text(200)(label, `${at}.name`);
  oneOf('starting', 'up', 'partial', 'down')(state, `${at}.state`);
  return value as SourceHealth;
};
const anObject: Shape<unknown> = (value, at) => {
  if (typeof value !== 'object' || value === null) throw new SnapshotRefused('malformed', `${at} is not an object`);
  return value;
};

export const sourcesFrom: Shape<readonly SourceSpan[]> = list(
  fields({
    from: time,
    badSamples: number(0),
    sources: list((value, at) => source(anObject(value, at), at), 10_000),
  }),
  100_000,
);

export const alertsFrom: Shape<readonly AlertRecord[]> = list(
  fields({
    ...{ id: text(100), rule: text(200), domain: text(40), title: text(1000), detail: text(4000), path: text(4000) },
    severity: oneOf('critical', 'warning', 'advisory', 'nodata'),
    state: oneOf('pending', 'firing', 'resolved'),
    ...{ since: time, until: orNull(time), acknowledgedBy: text(200), labels: texts(200) },
  }),
  100_000,
);

export const journalFrom: Shape<readonly JournalRecord[]> = list(
  fields({ time, kind: text(40), alert: text(100), who: text(200), text: text(20_000) }),
  1_000_000,
);

export const rulesFrom: Shape<readonly RuleRecord[]> = list(
  fields({ name: text(200), text: text(20_000), severity: text(40) }),
  10_000,
);

export const notesFrom: Shape<readonly NoteRecord[]> = list(
  fields({ time, who: text(200), path: text(4000), text: text(20_000) }),
  100_000,
);

const cable = text(1000);
const rowsFrom = list(
  fields({
    ...{ kind: oneOf('infiniband', 'ethernet'), leaf: cable, leafPort: cable, spine: cable, spinePort: cable },
    ...{ rail: cable, pod: cable, rateBps: orNull(number(0, 1e15)) },
  }),
  2_000_000,
);
export const cablesFrom: Shape<readonly CableRow[]> = (value, at) =>
  rowsFrom(value, at).map((row) => ({ ...row, rateBps: row.rateBps ?? Number.NaN }));

export const settingsFrom = anything;
