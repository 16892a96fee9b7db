import { readFileSync } from 'node:fs';
import { type SourceSettings, sourceSchema } from '../../shared/settings.ts';
import type { Table } from '../../shared/topology-csv.ts';
import { type Parsed, UsageError } from './options.ts';

/** How we get in there: the same for every command that reads a source. */
export const ACCESS_OPTIONS = {
  ...Object.fromEntries(
    ['bearer-file', 'user', 'password-file', 'ca', 'cert', 'key', 'tenant', 'proxy'].map((name) => [
      name,
      { type: 'string' as const },
    ]),
  ),
  header: { type: 'string', multiple: true },
  insecure: { type: 'boolean' },
} as const;

export const accessUsage = `  --bearer-file F  a token, in a file that only its owner may read (0600); --user NAME --password-file F likewise
  --ca F           PEM authorities to trust instead of the system's; --cert F --key F a client certificate
  --header "N: V"  a header of every request, several times; --tenant ID is sent as X-Scope-OrgID
  --proxy URL      an HTTP proxy; --insecure accepts any certificate
`;

/** What the access options say, for the settings of a source. @throws UsageError */
export function accessOf({ values, lists }: Parsed): object {
  const text = (name: string) => (typeof values[name] === 'string' ? (values[name] as string) : undefined);
  const [bearer, user, password] = [text('bearer-file'), text('user'), text('password-file')];
  if (bearer !== undefined && user !== undefined) throw new UsageError('Give --bearer-file or --user, not both');
  if ((user === undefined) !== (password === undefined)) throw new UsageError('--user and --password-file go together');
  const [cert, key, proxy] = [text('cert'), text('key'), text('proxy')];
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key go together');
  const headers = (lists.header ?? []).map((line) => {
    const [, name, value] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    if (name === undefined) throw new UsageError('--header takes "Name: value"');
    return { name, value };
  });
  return {
    ...(bearer !== undefined ? { auth: { kind: 'bearer', token: { file: bearer } } } : {}),
    ...(user !== undefined ? { auth: { kind: 'basic', user, password: { file: password } } } : {}),
    ...(text('ca') !== undefined ? { caFile: text('ca') } : {}),
    ...(cert !== undefined ? { clientCert: { certFile: cert, keyFile: key } } : {}),
    ...(headers.length > 0 ? { headers } : {}),
    ...(text('tenant') !== undefined ? { tenant: text('tenant') } : {}),
    ...(proxy !== undefined ? { proxy: { url: proxy } } : {}),
    ...(values.insecure === true ? { insecure: true } : {}),
  };
}

/** What `--source` and `--kind` name, and how to get in there. @throws UsageError */
export function sourceOf(where: string, kind: string | boolean | undefined, access: object = {}): SourceSettings {
  const isUrl = /^https?:\/\//.test(where);
  const exporter = kind === 'exporter' || (kind === undefined && (!isUrl || /\/metrics\/?(\?.*)?$/.test(where)));
  const common = { id: 'cli', name: where.slice(0, 80), site: 'site', ...access };
  const source = exporter
    ? { ...common, kind: 'exporters', ...(isUrl ? { targets: [{ url: where }] } : { files: [where] }) }
    : { ...common, kind: 'prometheus', url: where };
  const parsed = sourceSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(`--source: ${[...(issue?.path ?? []), issue?.message ?? 'not a source'].join(' ')}`);
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
