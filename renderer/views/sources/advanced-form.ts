import { isSecretHeader } from '../../../shared/secret-header.ts';
import type { SourceSettings } from '../../../shared/settings.ts';

/** The rarer settings of a source as text fields. */
export interface AdvancedFields {
  readonly certFile: string;
  readonly keyFile: string;
  readonly proxy: string;
  readonly tenant: string;
  /** One header a line: `Name: value`, `Name: env:VARIABLE` or `Name: file:/path`. */
  readonly headers: string;
  /** Bytes a tick of transmit wait. */
  readonly waitTick: string;
}

type Advanced = Pick<SourceSettings, 'clientCert' | 'proxy' | 'tenant' | 'headers' | 'waitTickBytes'>;
type Errors = Partial<Record<keyof AdvancedFields, string>>;

export const NO_ADVANCED: AdvancedFields = {
  ...{ certFile: '', keyFile: '', proxy: '', tenant: '', headers: '', waitTick: '' },
};

/** The fields of a source that exists. */
export function advancedFieldsOf(source: SourceSettings): AdvancedFields {
  const { clientCert, proxy, tenant = '', headers = [], waitTickBytes } = source;
  return {
    ...{ certFile: clientCert?.certFile ?? '', keyFile: clientCert?.keyFile ?? '', proxy: proxy?.url ?? '', tenant },
    headers: headers.map(({ name, value }) => `${name}: ${headerText(value)}`).join('\n'),
    waitTick: waitTickBytes === undefined ? '' : String(waitTickBytes),
  };
}

type HeaderValue = NonNullable<SourceSettings['headers']>[number]['value'];

function headerText(value: HeaderValue): string {
  if (typeof value === 'string') return value;
  if ('vault' in value) return `vault:${value.vault}`;
  return 'env' in value ? `env:${value.env}` : `file:${value.file}`;
}

/**
 * What the fields mean; what is wrong is put into `errors`. `before` is the source that is edited: the passphrase and
 * the proxy's credentials, which stand in settings.json only, are kept.
 */
export function advancedOf(fields: AdvancedFields, before: SourceSettings | null, errors: Errors): Advanced {
  const text = (name: keyof AdvancedFields) => fields[name].trim();
  const [certFile, keyFile, url, tenant] = [text('certFile'), text('keyFile'), text('proxy'), text('tenant')];
  if (certFile !== '' && keyFile === '') errors.keyFile = 'Give the key of the certificate too.';
  if (keyFile !== '' && certFile === '') errors.certFile = 'Give the certificate of the key too.';
  if (url !== '' && !/^https?:\/\/[^\s/?#@]+\/?$/.test(url)) errors.proxy = 'Write it like http://proxy.example:3128.';
  if (!/^[A-Za-z0-9!._*'()|-]{0,150}$/.test(tenant)) errors.tenant = 'Letters, digits and !-_.*()| only.';
  const tick = text('waitTick') === '' ? undefined : Number(text('waitTick'));
  if (tick !== undefined && !(tick > 0 && tick <= 1e6)) errors.waitTick = 'A number of bytes above 0.';
  const headers = headersOf(fields.headers, errors);
  return {
    clientCert: certFile === '' ? undefined : { ...before?.clientCert, certFile, keyFile },
    proxy: url === '' ? undefined : { ...before?.proxy, url: url.replace(/\/$/, '') },
    tenant: tenant === '' ? undefined : tenant,
    headers: headers.length === 0 ? undefined : headers,
    waitTickBytes: tick,
  };
}

function referenceOf(from: string, where: string): HeaderValue {
  if (from === 'vault') return { vault: where };
  return from === 'env' ? { env: where } : { file: where };
}

function headersOf(text: string, errors: Errors): { name: string; value: HeaderValue }[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const [, name, value] = /^\s*([A-Za-z0-9!#$%&'*+.^_`|~-]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) {
      errors.headers ??= `Line ${index + 1}: write it like "X-Team: power".`;
      return [];
    }
    const [, from, where] = /^(env|file|vault):(.+)$/.exec(value) ?? [];
    if (from === undefined && isSecretHeader(name)) {
      errors.headers ??= `Line ${index + 1}: write ${name}: env:VARIABLE or ${name}: file:/path, not the secret itself.`;
    }
    return [{ name, value: from === undefined ? value : referenceOf(from, where) }];
  });
}
