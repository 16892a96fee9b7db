import { readFileSync } from 'node:fs';
import { type SourceSettings, sourceSchema } from '../../shared/settings.ts';
import type { Table } from '../../shared/topology-csv.ts';
import { UsageError } from './options.ts';

/** What `--source` and `--kind` name. @throws UsageError */
export function sourceOf(where: string, kind: string | boolean | undefined): SourceSettings {
  const isUrl = /^https?:\/\//.test(where);
  const exporter = kind === 'exporter' || (kind === undefined && (!isUrl || /\/metrics\/?(\?.*)?$/.test(where)));
  const common = { id: 'cli', name: where.slice(0, 80), site: 'site' };
  const source = exporter
    ? { ...common, kind: 'exporters', ...(isUrl ? { targets: [{ url: where }] } : { files: [where] }) }
    : { ...common, kind: 'prometheus', url: where };
  const parsed = sourceSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  throw new UsageError(`--source: ${parsed.error.issues[0]?.message ?? 'not a source'}`);
}

/** A CSV file's rows; its errors are told with line and column. Undefined where no file is named. */
export function tableOf<Of extends Table<unknown>>(path: string | boolean | undefined, parse: (text: string) => Of) {
  if (typeof path !== 'string') return undefined;
  const table = parse(readFileSync(path, 'utf8'));
  for (const { line, column, message } of table.errors)
    process.stderr.write(`${path}, line ${line}, column ${column}: ${message}\n`);
  if (table.rows.length === 0) throw new Error(`${path} has no usable row`);
  return table;
}
