import { readFileSync, statSync } from 'node:fs';
import type { SecretRef, Transport } from '../../shared/transport.ts';
import { FaultError } from './fault.ts';

const MOST = 64 << 10;

let vault: ReadonlyMap<string, string> = new Map();

/** Takes what the host's vault holds now. It lives in this process only, and nothing tells it on. */
export function holdVault(values: Readonly<Record<string, string>>): void {
  vault = new Map(Object.entries(values));
}

/** The text that a reference means. A file must belong to its owner alone (0600). @throws FaultError */
export function readSecret(ref: SecretRef): string {
  if ('env' in ref) {
    const value = process.env[ref.env];
    if (!value)
      throw new FaultError(
        'secret-missing',
        `The environment variable ${ref.env} is not set`,
        'Set it and start Fleetwatt again.',
      );
    return value;
  }
  if ('vault' in ref) {
    const value = vault.get(ref.vault);
    if (value === undefined)
      throw new FaultError(
        'secret-missing',
        `The vault has no secret ${ref.vault}`,
        'Set it in the form of the source, on the desktop that keeps it.',
      );
    return value;
  }
  let stat: ReturnType<typeof statSync>;
  try {
    stat = statSync(ref.file);
  } catch {
    throw new FaultError(
      'secret-missing',
      `The secret file ${ref.file} cannot be read`,
      'Check its path and who owns it.',
    );
  }
  if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0) {
    throw new FaultError(
      'secret-open',
      `The secret file ${ref.file} can be read by others`,
      `Run: chmod 600 ${ref.file}`,
    );
  }
  if (!stat.isFile() || stat.size > MOST)
    throw new FaultError('secret-missing', `${ref.file} is no secret file`, 'Give a small text file.');
  return readFileSync(ref.file, 'utf8').trim();
}

/** Certificate and key for a server that asks who we are. Read once, when the source is opened. @throws FaultError */
export function clientCertificate(of: Transport['clientCert']): {
  cert?: string;
  key?: string;
  passphrase?: string;
} {
  if (!of) return {};
  let cert: string;
  try {
    cert = readFileSync(of.certFile, 'utf8');
  } catch {
    throw new FaultError('client-cert', `The certificate ${of.certFile} cannot be read`, 'Check its path.');
  }
  const key = readSecret({ file: of.keyFile });
  return { cert, key, ...(of.passphrase ? { passphrase: readSecret(of.passphrase) } : {}) };
}

/** Headers that the settings add to every request of a source. Read anew at each use. @throws FaultError */
export function ownHeaders({ headers = [], tenant }: Pick<Transport, 'headers' | 'tenant'>): Record<string, string> {
  const values = headers.map(
    ({ name, value }) => [name, typeof value === 'string' ? value : readSecret(value)] as const,
  );
  return { ...Object.fromEntries(values), ...(tenant ? { 'x-scope-orgid': tenant } : {}) };
}

/** What a server says, without what we told it in confidence: some say back what they were sent. */
export function withoutSecrets(text: string, { auth, headers = [] }: Pick<Transport, 'auth' | 'headers'>): string {
  const refs: SecretRef[] = headers.flatMap(({ value }) => (typeof value === 'string' ? [] : [value]));
  if (auth.kind === 'bearer') refs.push(auth.token);
  if (auth.kind === 'basic') refs.push(auth.password);
  const secrets = refs.map(readSecret);
  if (auth.kind === 'basic') secrets.push(Buffer.from(`${auth.user}:${readSecret(auth.password)}`).toString('base64'));
  let shown = text;
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
      if (form !== '') shown = shown.replaceAll(form, '•••');
  }
  return shown;
}

/** What a proxy is told of us; nothing where it asks for nothing. */
export function proxyHeaders(proxy: NonNullable<Transport['proxy']>): Record<string, string> {
  if (!proxy.user || !proxy.password) return {};
  const told = Buffer.from(`${proxy.user}:${readSecret(proxy.password)}`).toString('base64');
  return { 'proxy-authorization': `Basic ${told}` };
}

/** Value of the Authorization header of a source; undefined where it needs none. Read anew at each use. */
export function authorization(auth: Transport['auth']): string | undefined {
  if (auth.kind === 'bearer') return `Bearer ${readSecret(auth.token)}`;
  if (auth.kind === 'basic')
    return `Basic ${Buffer.from(`${auth.user}:${readSecret(auth.password)}`).toString('base64')}`;
  return undefined;
}
