import type { SourceSettings } from '../../../shared/settings.ts';
import type { SecretRef } from '../../../shared/transport.ts';
import { type AdvancedFields, advancedFieldsOf, advancedOf, NO_ADVANCED } from './advanced-form.ts';

/** A source as it stands in the form: text fields only. */
export interface SourceFields extends AdvancedFields {
  readonly kind: SourceSettings['kind'];
  readonly name: string;
  readonly site: string;
  readonly url: string;
  readonly rateWindow: string;
  /** One exporter URL a line. */
  readonly targets: string;
  /** One file_sd file a line. */
  readonly files: string;
  readonly auth: SourceSettings['auth']['kind'];
  readonly user: string;
  readonly secretFrom: 'env' | 'file' | 'vault';
  /** Name of the variable, path of the file, or name in the vault, of the password or token. */
  readonly secret: string;
  readonly caFile: string;
  readonly insecure: boolean;
  readonly timeoutS: string;
}

export type FieldName = keyof SourceFields;
export type FieldErrors = Readonly<Partial<Record<FieldName, string>>>;

/** What an empty form starts with. */
export function emptyFields(kind: SourceSettings['kind']): SourceFields {
  return {
    kind,
    name: '',
    site: 'main',
    url: '',
    rateWindow: '1m',
    targets: '',
    files: '',
    auth: 'none',
    user: '',
    secretFrom: 'env',
    secret: '',
    caFile: '',
    insecure: false,
    timeoutS: '10',
    ...NO_ADVANCED,
  };
}

/** The form of a source that exists. */
export function fieldsOf(source: SourceSettings): SourceFields {
  const { auth } = source;
  const secret = auth.kind === 'none' ? null : auth.kind === 'basic' ? auth.password : auth.token;
  return {
    ...emptyFields(source.kind),
    name: source.name,
    site: source.site,
    ...(source.kind === 'prometheus'
      ? { url: source.url, rateWindow: source.rateWindow }
      : { targets: source.targets.map((target) => target.url).join('\n'), files: source.files.join('\n') }),
    auth: auth.kind,
    user: auth.kind === 'basic' ? auth.user : '',
    ...secretFields(secret),
    caFile: source.caFile ?? '',
    insecure: source.insecure,
    timeoutS: String(source.timeoutMs / 1000),
    ...advancedFieldsOf(source),
  };
}

function secretFields(ref: SecretRef | null): Pick<SourceFields, 'secretFrom' | 'secret'> {
  if (ref === null) return { secretFrom: 'env', secret: '' };
  if ('vault' in ref) return { secretFrom: 'vault', secret: ref.vault };
  return 'file' in ref ? { secretFrom: 'file', secret: ref.file } : { secretFrom: 'env', secret: ref.env };
}

/**
 * The source that a form describes, or what is wrong with each field. `before` is the source that is edited:
 * what the form does not show (its id, labels of targets, topology files) is kept.
 */
export function sourceOf(
  fields: SourceFields,
  before: SourceSettings | null,
  taken: readonly string[],
): { readonly source: SourceSettings } | { readonly errors: FieldErrors } {
  const errors: Partial<Record<FieldName, string>> = {};
  const name = fields.name.trim() === '' ? nameFrom(fields) : fields.name.trim();
  if (fields.site.trim() === '') errors.site = 'Give the site a name, such as PDX-1.';
  checkOrigin(fields, errors);
  checkAuth(fields, errors);
  const advanced = advancedOf(fields, before, errors);
  const timeoutMs = Math.round(Number(fields.timeoutS) * 1000);
  if (!(timeoutMs >= 100 && timeoutMs <= 60_000)) errors.timeoutS = 'Between 0.1 and 60 seconds.';
  if (Object.keys(errors).length > 0) return { errors };
  const common = {
    id: before?.id ?? freeId(name, taken),
    name,
    site: fields.site.trim(),
    auth: authOf(fields),
    insecure: fields.insecure,
    timeoutMs,
    maxSeries: before?.maxSeries,
    ...advanced,
    topologyFile: before?.topologyFile,
    budgetsFile: before?.budgetsFile,
    fabricFile: before?.fabricFile,
    ...(fields.caFile.trim() === '' ? {} : { caFile: fields.caFile.trim() }),
  };
  const source: SourceSettings =
    fields.kind === 'prometheus'
      ? { ...common, kind: 'prometheus', url: withScheme(fields.url.trim()), rateWindow: fields.rateWindow.trim() }
      : { ...common, kind: 'exporters', targets: targetsOf(fields, before), files: linesOf(fields.files) };
  return { source: withoutUndefined(source) };
}

/** "pdx-prom-01:9090" gets the scheme that it means. */
function withScheme(url: string): string {
  return url === '' || /^[a-z][a-z0-9+.-]*:\/\//i.test(url) ? url : `http://${url}`;
}

function checkOrigin(fields: SourceFields, errors: Partial<Record<FieldName, string>>): void {
  if (fields.kind === 'prometheus') {
    const wrong = urlError(withScheme(fields.url.trim()));
    if (wrong !== '') errors.url = wrong;
    if (!/^[1-9][0-9]*[smh]$/.test(fields.rateWindow.trim())) errors.rateWindow = 'A number and s, m or h, such as 1m.';
    return;
  }
  const lines = linesOf(fields.targets);
  const bad = lines.findIndex((line) => urlError(withScheme(line)) !== '');
  if (bad >= 0) errors.targets = `Line ${bad + 1}: ${urlError(withScheme(lines[bad]))}`;
  if (lines.length === 0 && linesOf(fields.files).length === 0) {
    errors.targets = 'Give at least one exporter, or a file_sd file below.';
  }
}

function urlError(text: string): string {
  if (text === '') return 'Give the address of the server, such as http://pdx-prom-01:9090.';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'This is not an address. Write it like http://pdx-prom-01:9090.';
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'The address must begin with http:// or https://.';
  if (url.username !== '' || url.password !== '') return 'Leave user name and password out; use Authentication below.';
  return url.hash === '' ? '' : 'Leave out the part after #.';
}

function checkAuth(fields: SourceFields, errors: Partial<Record<FieldName, string>>): void {
  if (fields.auth === 'none') return;
  const secret = fields.secret.trim();
  if (fields.auth === 'basic' && fields.user.trim() === '') errors.user = 'Give the user name.';
  if (secret === '') errors.secret = MISSING[fields.secretFrom];
  else if (fields.secretFrom === 'vault' && !/^[a-z0-9][a-z0-9-]{0,63}$/.test(secret))
    errors.secret = 'Small letters, digits and hyphens only. The secret itself goes into the field beside it.';
  else if (fields.secretFrom === 'env' && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(secret)) {
    errors.secret = 'Name the variable that holds the secret, not the secret itself.';
  }
}

const MISSING = {
  env: 'Name the variable.',
  file: 'Give the path of the file.',
  vault: 'Give the secret a name, such as pdx-prom-01.',
} as const;

function authOf(fields: SourceFields): SourceSettings['auth'] {
  const secret = fields.secret.trim();
  const { secretFrom } = fields;
  const ref = secretFrom === 'env' ? { env: secret } : secretFrom === 'file' ? { file: secret } : { vault: secret };
  if (fields.auth === 'basic') return { kind: 'basic', user: fields.user.trim(), password: ref };
  return fields.auth === 'bearer' ? { kind: 'bearer', token: ref } : { kind: 'none' };
}

function targetsOf(fields: SourceFields, before: SourceSettings | null) {
  const known = new Map(before?.kind === 'exporters' ? before.targets.map((target) => [target.url, target]) : []);
  return linesOf(fields.targets).map((line) => {
    const url = withScheme(line);
    return known.get(url) ?? { url, labels: {} };
  });
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function nameFrom(fields: SourceFields): string {
  const first = fields.kind === 'prometheus' ? fields.url.trim() : (linesOf(fields.targets)[0] ?? '');
  try {
    return new URL(withScheme(first)).hostname.slice(0, 80) || fields.kind;
  } catch {
    return fields.kind;
  }
}

function freeId(name: string, taken: readonly string[]): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 34) || 'source';
  let id = base;
  for (let n = 2; taken.includes(id); n += 1) id = `${base}-${n}`;
  return id;
}

/** Strict parsers take a missing key, not one that is there and undefined. */
function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}
