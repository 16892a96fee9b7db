import type { AlertmanagerSettings, WebhookSettings } from '../../../../shared/interop/settings.ts';
import type { PrometheusSource } from '../../../../shared/settings.ts';
import type { SecretRef, Transport } from '../../../../shared/transport.ts';
import { emptyFields, type FieldErrors, fieldsOf, type SourceFields, sourceOf } from '../source-form.ts';

/** What our alerts are exchanged with: a kind, and the settings of each. */
export type ExchangeKind = 'alertmanager' | 'webhook';
export interface ExchangeSettings {
  readonly alertmanager: AlertmanagerSettings;
  readonly webhook: WebhookSettings;
}

/** Where a text stands that may be secret: here, in a variable, in a file. */
export type From = 'here' | 'env' | 'file' | 'vault';

/** An Alertmanager or a webhook as it stands in the form; its connection is that of a source. */
export interface ExchangeFields {
  readonly connection: SourceFields;
  readonly push: boolean;
  readonly urlFrom: From;
  readonly keyFrom: From;
  readonly key: string;
  readonly least: WebhookSettings['least'];
}

/** What is wrong with which field; the signing key has a name of its own. */
export type ExchangeErrors = FieldErrors & { readonly key?: string };

const NOTHING: ExchangeFields = {
  connection: emptyFields('prometheus'),
  ...{ push: true, urlFrom: 'here', keyFrom: 'here', key: '', least: 'warning' },
};

/** The form of what is there, or of a new one. */
export function exchangeFieldsOf(settings: AlertmanagerSettings | WebhookSettings | null): ExchangeFields {
  if (settings === null) return NOTHING;
  const key = 'signingKey' in settings ? settings.signingKey : undefined;
  const at = typeof settings.url === 'string' ? settings.url : textOf(settings.url);
  return {
    connection: fieldsOf(asSource(settings, at)),
    push: 'push' in settings ? settings.push : true,
    urlFrom: typeof settings.url === 'string' ? 'here' : fromOf(settings.url),
    keyFrom: key ? fromOf(key) : 'here',
    key: key ? textOf(key) : '',
    least: 'least' in settings ? settings.least : 'warning',
  };
}

const fromOf = (ref: SecretRef): From => ('vault' in ref ? 'vault' : 'env' in ref ? 'env' : 'file');
const textOf = (ref: SecretRef): string => ('vault' in ref ? ref.vault : 'env' in ref ? ref.env : ref.file);
const refOf = (from: From, text: string): SecretRef =>
  from === 'vault' ? { vault: text } : from === 'env' ? { env: text } : { file: text };

/** The connection as a source's, so that one form serves both. */
function asSource(settings: Transport & { readonly id: string; readonly name: string }, url: string): PrometheusSource {
  const { id, name, auth, caFile, clientCert, proxy, headers, tenant, insecure, timeoutMs } = settings;
  const connection = { auth, caFile, clientCert, proxy, headers, tenant, insecure, timeoutMs };
  return { kind: 'prometheus', id, name, site: 'none', rateWindow: '1m', url, ...connection };
}

/** The settings that a form describes, or what is wrong with each field. */
export function exchangeOf<Kind extends ExchangeKind>(
  kind: Kind,
  fields: ExchangeFields,
  before: ExchangeSettings[Kind] | null,
  taken: readonly string[],
): { readonly settings: ExchangeSettings[Kind] } | { readonly errors: ExchangeErrors } {
  const { connection, urlFrom, keyFrom } = fields;
  const [at, key] = [connection.url.trim(), fields.key.trim()];
  const secret = kind === 'webhook' && urlFrom !== 'here';
  const name = connection.name.trim() === '' && secret ? 'Webhook' : connection.name;
  // An address that stands elsewhere is not known here: another stands in while the rest is read.
  const made = sourceOf(
    { ...connection, name, site: 'none', ...(secret ? { url: 'http://secret' } : {}) },
    before && asSource(before, 'http://secret'),
    taken,
  );
  const errors: { -readonly [Name in keyof ExchangeErrors]: string } = 'errors' in made ? { ...made.errors } : {};
  if (secret && !isRef(urlFrom, at)) errors.url = refError(urlFrom);
  if (kind === 'webhook' && !secret && at.includes('?'))
    errors.url = 'What is behind ? may be a secret: put the whole address into a variable or a file.';
  if (kind === 'webhook' && keyFrom !== 'here' && !isRef(keyFrom, key)) errors.key = refError(keyFrom);
  if (Object.keys(errors).length > 0 || 'errors' in made) return { errors };
  const { id, name: called, auth, caFile, clientCert, proxy, headers, tenant, insecure, timeoutMs } = made.source;
  const url = made.source.kind === 'prometheus' ? made.source.url : '';
  const common = {
    ...{ id, name: called, auth, insecure, timeoutMs },
    ...defined({ caFile, clientCert, proxy, headers, tenant }),
  };
  const settings =
    kind === 'alertmanager'
      ? { ...common, url, push: fields.push }
      : {
          ...common,
          url: secret ? refOf(urlFrom, at) : url,
          least: fields.least,
          ...(keyFrom === 'here' ? {} : { signingKey: refOf(keyFrom, key) }),
        };
  return { settings: settings as ExchangeSettings[Kind] };
}

const isRef = (from: From, text: string): boolean =>
  from === 'env' ? /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) : text !== '';
const refError = (from: From): string =>
  from === 'env' ? 'Name the variable that holds it, not the text itself.' : 'Give the path of the file.';

/** Strict parsers take a missing key, not one that is there and undefined. */
function defined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as Partial<T>;
}
