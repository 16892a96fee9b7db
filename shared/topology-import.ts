import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import type { LineError } from './csv.ts';
import { DEVICE_KINDS } from './rack-models.ts';
import type { RackRow, TopologyRow } from './topology-csv.ts';

/** What a document said of places, and what was wrong with it. */
export interface ImportedTopology {
  readonly rows: readonly TopologyRow[];
  readonly racks: readonly RackRow[];
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
                    height: count.default(0),
                    position: z.number().int().min(0).max(9999).default(0),
                    aisle: z.string().max(200).default(''),
                    feeds: z.array(name).max(16).default([]),
                    nodes: z.array(
                      z.union([
                        name,
                        z.strictObject({
                          name,
                          u: count.default(0),
                          model: z.string().max(200).optional(),
                          gpus: count.optional(),
                          kind: z.enum(DEVICE_KINDS).optional(),
                          height: z.number().int().min(1).max(100).optional(),
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
    return { rows: [], racks: [], errors: [{ line, column, message }], skipped: [] };
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
  return { ...plainOf(parsed.data), errors: [], skipped: [] };
}

/** Nested places as rows; what a rack says holds for its nodes that have no word of their own. */
function plainOf({ sites }: z.infer<typeof yamlSchema>): { rows: TopologyRow[]; racks: RackRow[] } {
  const rows: TopologyRow[] = [];
  const racks: RackRow[] = [];
  for (const site of sites)
    for (const hall of site.halls)
      for (const row of hall.rows)
        for (const rack of row.racks) {
          const place = { site: site.name, hall: hall.name, row: row.name, rack: rack.name };
          const { model, position, aisle, height: heightU, feeds } = rack;
          if (position > 0 || aisle !== '' || heightU > 0 || feeds.length > 0)
            racks.push({ ...place, model, position, aisle, heightU, feeds });
          for (const node of rack.nodes) {
            const own: Partial<TopologyRow> & { name: string } = typeof node === 'string' ? { name: node } : node;
            rows.push({
              ...place,
              ...{ u: own.u ?? 0, node: own.name, model: own.model || model, gpus: own.gpus || rack.gpus },
              ...(own.kind ? { kind: own.kind } : {}),
              ...(own.height ? { height: own.height } : {}),
            });
          }
        }
  return { rows, racks };
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
  device_type: z.object({ model: z.string().nullish(), u_height: z.number().nullish() }).nullish(),
  status: z.object({ value: z.string().nullish() }).nullish(),
  custom_fields: z.record(z.string(), z.unknown()).nullish(),
});

/** A rack as `/api/dcim/racks/` answers it: it has a height, and no device type. */
const rackSchema = z.object({
  name: z.string(),
  site: named,
  location: named,
  u_height: z.number(),
  /** NetBox 4.1 and later. */
  rack_type: z.object({ model: z.string().nullish() }).nullish(),
  device_type: z.undefined().optional(),
  custom_fields: z.record(z.string(), z.unknown()).nullish(),
});

/** Roles of devices that have GPUs, by their slug or name. */
export const GPU_ROLES = 'server|compute|gpu|node|accelerat|tray|hgx|dgx';

/**
 * Reads devices and racks as NetBox's `/api/dcim/devices/` and `/api/dcim/racks/` answer them: one page, an array of
 * pages, or an array of either. A rack's custom fields `model`, `position`, `aisle` and `feeds` count where they are there.
 * The location is the hall; a row is what stands before the last hyphen of the rack's name, since NetBox has none. The
 * number of GPUs is the custom field `gpus`, where there is one. Decommissioned devices and those without a rack or of
 * another role are left out and told.
 */
export function parseNetBox(text: string, roles = GPU_ROLES): ImportedTopology {
  const failed = (message: string): ImportedTopology => ({
    ...{ rows: [], racks: [], skipped: [] },
    errors: [{ line: 1, column: 1, message }],
  });
  if (text.length > MOST_BYTES) return failed('The file is larger than 64 MiB');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return failed(`It is not JSON: ${(error as Error).message}`);
  }
  const devices = pagesOf(value).flat();
  if (devices.length === 0)
    return failed('There are no devices or racks in it: give what /api/dcim/devices/ or /api/dcim/racks/ answers');
  const wanted = new RegExp(roles, 'i');
  const rows: TopologyRow[] = [];
  const racks: RackRow[] = [];
  const skipped: string[] = [];
  devices.forEach((device, index) => {
    const rack = rackSchema.safeParse(device);
    if (rack.success) {
      const found = rowOfRack(rack.data);
      if (typeof found === 'string') skipped.push(`rack ${rack.data.name}: ${found}`);
      else racks.push(found);
      return;
    }
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
  return { rows, racks, errors: [], skipped };
}

function pagesOf(value: unknown): unknown[][] {
  if (Array.isArray(value)) {
    const pages = value.filter((one) => Array.isArray((one as { results?: unknown } | null)?.results));
    return pages.length > 0 ? pages.map((page) => (page as { results: unknown[] }).results) : [value];
  }
  const results = (value as { results?: unknown } | null)?.results;
  return Array.isArray(results) ? [results] : [];
}

/** NetBox has no rows: what stands before the last hyphen of a rack's name is its row, else its hall is. */
const rowNameOf = (rack: string, hall: string) => (rack.includes('-') ? rack.slice(0, rack.lastIndexOf('-')) : hall);

const wholeOr0 = (value: unknown, most: number) =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= most ? value : 0;

/** The row of a rack, or why it has none. */
function rowOfRack(rack: z.infer<typeof rackSchema>): RackRow | string {
  const [site, name] = [rack.site?.name?.trim(), rack.name.trim()];
  if (!site || name === '') return site ? 'it has no name' : 'it stands in no site';
  const hall = rack.location?.name?.trim() || site;
  const { model, position, aisle, feeds } = rack.custom_fields ?? {};
  const list = Array.isArray(feeds) ? feeds.map(String) : typeof feeds === 'string' ? feeds.split(/[\s+;|,]+/) : [];
  return {
    ...{ site, hall, row: rowNameOf(name, hall), rack: name },
    model: rack.rack_type?.model?.trim() || (typeof model === 'string' ? model : ''),
    position: wholeOr0(position, 9999),
    aisle: typeof aisle === 'string' ? aisle : '',
    heightU: wholeOr0(rack.u_height, 100),
    feeds: list.filter((feed) => feed !== ''),
  };
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
  const height = wholeOr0(device.device_type?.u_height, 100);
  return {
    ...{ site, hall, row: rowNameOf(rack, hall), rack, node },
    u: Math.floor(device.position ?? 0),
    model: device.device_type?.model ?? '',
    gpus: wholeOr0(gpus, 1024),
    ...(height > 0 ? { height } : {}),
  };
}
