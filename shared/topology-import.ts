import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { LineError } from './csv.ts';
import type { TopologyRow } from './topology-csv.ts';

/** What a document said of places, and what was wrong with it. */
export interface ImportedTopology {
  readonly rows: readonly TopologyRow[];
  readonly errors: readonly LineError[];
  /** Devices that were left out, and why, one line each. */
  readonly skipped: readonly string[];
}

const name = z.string().trim().min(1).max(200);
const count = z.number().int().min(0).max(1000);

const yamlSchema = z.strictObject({
  sites: z
    .array(
      z.strictObject({
        name,
        halls: z.array(
          z.strictObject({
            name,
            rows: z.array(
              z.strictObject({
                name,
                racks: z.array(
                  z.strictObject({
                    name,
                    /** Of all nodes that have none of their own. */
                    model: z.string().max(200).default(''),
                    gpus: count.default(0),
                    nodes: z.array(
                      z.union([
                        name,
                        z.strictObject({
                          name,
                          u: count.default(0),
                          model: z.string().max(200).optional(),
                          gpus: count.optional(),
                        }),
                      ]),
                    ),
                  }),
                ),
              }),
            ),
          }),
        ),
      }),
    )
    .max(1000),
});

const MOST_BYTES = 64 << 20;

/** Reads places written as YAML: sites > halls > rows > racks > nodes. Nothing is thrown. */
export function parseTopologyYaml(text: string): ImportedTopology {
  const failed = (line: number, column: number, message: string): ImportedTopology => {
    return { rows: [], errors: [{ line, column, message }], skipped: [] };
  };
  if (text.length > MOST_BYTES) return failed(1, 1, 'The file is larger than 64 MiB');
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });
  const [broken] = document.errors;
  if (broken) {
    const { line, col } = lines.linePos(broken.pos[0]);
    return failed(line, col, broken.message);
  }
  let value: unknown;
  try {
    // A few references may grow into a billion: the reader stops at 100 of them.
    value = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    return failed(1, 1, (error as Error).message);
  }
  const parsed = yamlSchema.safeParse(value);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0];
    const node = document.getIn(path.slice(0, -1), true) as { range?: [number, number, number] } | undefined;
    const at = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
    const { line, col } = lines.linePos((at?.range ?? node?.range ?? [0])[0]);
    return failed(line, col, `${path.join('.') || 'the document'}: ${message}`);
  }
  const rows = parsed.data.sites.flatMap((site) =>
    site.halls.flatMap((hall) =>
      hall.rows.flatMap((row) =>
        row.racks.flatMap((rack) =>
          rack.nodes.map((node): TopologyRow => {
            const own = typeof node === 'string' ? { name: node, u: 0 } : node;
            const place = { site: site.name, hall: hall.name, row: row.name, rack: rack.name };
            return {
              ...place,
              u: own.u,
              node: own.name,
              model: ('model' in own && own.model) || rack.model,
              gpus: ('gpus' in own && own.gpus) || rack.gpus,
            };
          }),
        ),
      ),
    ),
  );
  return { rows, errors: [], skipped: [] };
}

const named = z.object({ name: z.string().nullish(), slug: z.string().nullish() }).nullish();
const deviceSchema = z.object({
  name: z.string().nullish(),
  site: named,
  location: named,
  rack: named,
  position: z.number().nullish(),
  role: named,
  /** Before NetBox 4. */
  device_role: named,
  device_type: z.object({ model: z.string().nullish() }).nullish(),
  status: z.object({ value: z.string().nullish() }).nullish(),
  custom_fields: z.record(z.string(), z.unknown()).nullish(),
});

/** Roles of devices that have GPUs, by their slug or name. */
export const GPU_ROLES = 'server|compute|gpu|node|accelerat|tray|hgx|dgx';

/**
 * Reads devices as NetBox's `/api/dcim/devices/` answers them: one page, an array of pages, or an array of devices.
 * The location is the hall; a row is what stands before the last hyphen of the rack's name, since NetBox has none. The
 * number of GPUs is the custom field `gpus`, where there is one. Decommissioned devices and those without a rack or of
 * another role are left out and told.
 */
export function parseNetBox(text: string, roles = GPU_ROLES): ImportedTopology {
  const failed = (message: string): ImportedTopology => ({
    rows: [],
    errors: [{ line: 1, column: 1, message }],
    skipped: [],
  });
  if (text.length > MOST_BYTES) return failed('The file is larger than 64 MiB');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return failed(`It is not JSON: ${(error as Error).message}`);
  }
  const devices = pagesOf(value).flat();
  if (devices.length === 0) return failed('There are no devices in it: give what /api/dcim/devices/ answers');
  const wanted = new RegExp(roles, 'i');
  const rows: TopologyRow[] = [];
  const skipped: string[] = [];
  devices.forEach((device, index) => {
    const parsed = deviceSchema.safeParse(device);
    const what = `device ${index + 1}`;
    if (!parsed.success) {
      skipped.push(`${what}: ${parsed.error.issues[0].path.join('.')}: ${parsed.error.issues[0].message}`);
      return;
    }
    const row = rowOfDevice(parsed.data, wanted);
    if (typeof row === 'string') skipped.push(`${parsed.data.name || what}: ${row}`);
    else rows.push(row);
  });
  return { rows, errors: [], skipped };
}

function pagesOf(value: unknown): unknown[][] {
  if (Array.isArray(value)) {
    const pages = value.filter((one) => Array.isArray((one as { results?: unknown } | null)?.results));
    return pages.length > 0 ? pages.map((page) => (page as { results: unknown[] }).results) : [value];
  }
  const results = (value as { results?: unknown } | null)?.results;
  return Array.isArray(results) ? [results] : [];
}

/** The row of a device, or why it has none. */
function rowOfDevice(device: z.infer<typeof deviceSchema>, roles: RegExp): TopologyRow | string {
  const role = device.role ?? device.device_role;
  const told = role?.slug || role?.name || '';
  if (!roles.test(told)) return `its role is ${told || 'not told'}`;
  if (device.status?.value === 'decommissioning' || device.status?.value === 'inventory')
    return `it is ${device.status.value}`;
  const [site, rack, node] = [device.site?.name?.trim(), device.rack?.name?.trim(), device.name?.trim()];
  if (!node) return 'it has no name';
  if (!site || !rack) return `it stands in no ${site ? 'rack' : 'site'}`;
  const hall = device.location?.name?.trim() || site;
  const gpus = device.custom_fields?.gpus;
  return {
    ...{ site, hall, row: rack.includes('-') ? rack.slice(0, rack.lastIndexOf('-')) : hall, rack, node },
    u: Math.floor(device.position ?? 0),
    model: device.device_type?.model ?? '',
    gpus: typeof gpus === 'number' && Number.isInteger(gpus) && gpus >= 0 ? gpus : 0,
  };
}

/** Two documents disagree of a node: what the earlier one says is kept. */
export interface TopologyConflict {
  readonly node: string;
  readonly field: Exclude<keyof TopologyRow, 'node'>;
  readonly kept: string;
  readonly keptFrom: string;
  readonly dropped: string;
  readonly droppedFrom: string;
}

const FIELDS = ['site', 'hall', 'row', 'rack', 'u', 'model', 'gpus'] as const;

/**
 * Several documents as one, in the order given: the earlier wins, an empty model, 0 units and 0 GPUs say nothing and are
 * filled in. A node is the same by its name, whatever the case. Every disagreement is told.
 */
export function mergeTopology(documents: readonly { readonly from: string; readonly rows: readonly TopologyRow[] }[]): {
  readonly rows: readonly TopologyRow[];
  readonly conflicts: readonly TopologyConflict[];
} {
  const merged = new Map<string, { row: TopologyRow; from: Record<string, string> }>();
  const conflicts: TopologyConflict[] = [];
  for (const { from, rows } of documents) {
    for (const row of rows) {
      const known = merged.get(row.node.toLowerCase());
      if (!known) {
        merged.set(row.node.toLowerCase(), { row, from: Object.fromEntries(FIELDS.map((field) => [field, from])) });
        continue;
      }
      const filled: Record<string, unknown> = { ...known.row };
      for (const field of FIELDS) {
        if (!row[field] || row[field] === filled[field]) continue;
        if (!filled[field]) {
          filled[field] = row[field];
          known.from[field] = from;
          continue;
        }
        const kept = { kept: String(filled[field]), keptFrom: known.from[field] };
        conflicts.push({ node: known.row.node, field, ...kept, dropped: String(row[field]), droppedFrom: from });
      }
      known.row = filled as unknown as TopologyRow;
    }
  }
  return { rows: [...merged.values()].map(({ row }) => row), conflicts };
}

const cell = (value: string | number) => {
  const text = value === 0 ? '' : String(value);
  return /[",\r\n]|^\s|\s$|^#/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Rows as topology.csv (house form), with its header. */
export function formatTopologyCsv(rows: readonly TopologyRow[]): string {
  const lines = rows.map((row) =>
    [row.site, row.hall, row.row, row.rack, row.u, row.node, row.model, row.gpus].map(cell).join(','),
  );
  return ['site,hall,row,rack,u,node,model,gpus', ...lines, ''].join('\n');
}
