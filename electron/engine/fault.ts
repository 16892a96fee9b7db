import type { Fault } from '../../shared/contract.ts';
import { printable } from '../../shared/printable.ts';

export { printable } from '../../shared/printable.ts';

/** A failure that a person can act on: what happened, and what to do next. Carries no secret. */
export class FaultError extends Error {
  override readonly name = 'FaultError';
  readonly fault: Fault;
  /** Milliseconds after which the server wants to be asked again, where it said so. */
  readonly retryAfterMs: number | undefined;

  constructor(code: string, message: string, hint: string, retryAfterMs?: number) {
    // Sentences, so that message and hint can be printed one after the other.
    const sentence = /[.!?…]$/.test(message) ? message : `${message}.`;
    super(sentence);
    this.fault = { code, message: sentence, hint };
    this.retryAfterMs = retryAfterMs;
  }
}

/** Any thrown thing as a fault. */
export function faultOf(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault;
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'unexpected',
    message: printable(message, 300),
    hint: 'This is a fault of Fleetwatt; its log has more.',
  };
}

const TEXTS: Readonly<Record<string, readonly [string, string]>> = {
  ECONNREFUSED: ['Nothing listens there', 'Check the port, and that the server runs.'],
  ENOTFOUND: ['The host name is not known', 'Check its spelling and the DNS of this machine.'],
  EAI_AGAIN: ['The host name could not be looked up now', 'Check the DNS of this machine.'],
  ELINKLOCAL: [
    'The name leads to a link-local address, which is not asked',
    'Check the DNS of this machine; a link-local source is given by its address.',
  ],
  EREBOUND: [
    'The name leads to another address within one exchange',
    'Check the DNS of this machine: redirects stay where they began.',
  ],
  EHOSTUNREACH: ['The host cannot be reached', 'Check the network and the route to it.'],
  ENETUNREACH: ['The network cannot be reached', 'Check the network of this machine.'],
  ETIMEDOUT: ['Nobody answered the connection', 'Check the address, the route to it and its firewall.'],
  ECONNRESET: ['The connection was cut', 'Check the server and what lies between.'],
  EPIPE: ['The connection was cut', 'Check the server and what lies between.'],
  HPE_HEADER_OVERFLOW: ['The headers of the answer are too large', 'Check that the address is the exporter’s.'],
  CERT_HAS_EXPIRED: ['Its certificate has expired', 'Renew the certificate of the server.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['Its certificate is self-signed', 'Give the source the CA file that signed it.'],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'Its certificate comes from an unknown authority',
    'Give the source the CA file of that authority.',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'Its certificate comes from an unknown authority',
    'Give the source the CA file of that authority.',
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'Its certificate comes from an unknown authority',
    'Give the source the CA file of that authority.',
  ],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'Its certificate is for another name',
    'Use the name in the certificate, or renew it.',
  ],
  EPROTO: ['It does not speak TLS as expected', 'Check whether the address is http or https.'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['It does not speak TLS', 'Use http, or check the port.'],
  ERR_SSL_UNSUPPORTED_PROTOCOL: ['It only speaks an outdated TLS version', 'Enable TLS 1.2 or newer on the server.'],
};

/** What a server says when it asks for a client certificate and gets none, or one that it does not trust. */
const CLIENT_REFUSED =
  /_ALERT_(CERTIFICATE_REQUIRED|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED|UNSUPPORTED_CERTIFICATE|HANDSHAKE_FAILURE)$/;

/** The fault behind an error of a socket or of TLS. */
export function socketFault(error: NodeJS.ErrnoException, host: string): FaultError {
  const code = error.code ?? '';
  const refused = CLIENT_REFUSED.test(code)
    ? ['It takes no client without a certificate that it trusts', 'Give the source a client certificate and its key.']
    : undefined;
  const [what, hint] =
    TEXTS[code] ??
    refused ??
    (code.startsWith('HPE_')
      ? ['It does not speak HTTP', 'Check the address and the port.']
      : [printable(error.message, 120), 'Check the address and the network.']);
  return new FaultError(
    code === '' ? 'network' : code.toLowerCase().replaceAll('_', '-'),
    `${printable(host, 120)}: ${what}`,
    hint,
  );
}

/** The fault behind an HTTP status that is no success; `body` is the beginning of what the server said. */
export function statusFault(status: number, body: string, host: string, retryAfterMs: number | undefined): FaultError {
  const said = /^\s*</.test(body)
    ? `a page that begins ${JSON.stringify(printable(body.trim(), 80))}`
    : JSON.stringify(printable(body.trim(), 200));
  const at = printable(host, 120);
  if (status === 401)
    return new FaultError(
      'http-401',
      `${at} answered 401: credentials rejected`,
      /org.?id|tenant/i.test(body) ? 'It asks for a tenant.' : 'Check the bearer token or the password.',
    );
  if (status === 403)
    return new FaultError('http-403', `${at} answered 403: not allowed`, 'Check what these credentials may read.');
  if (status === 404 || status === 405)
    return new FaultError(
      `http-${status}`,
      `${at} answered ${status}: nothing to read there`,
      'Check the path of the address.',
    );
  if (status === 400 || status === 422)
    return new FaultError(
      `http-${status}`,
      `${at} refused the query: ${said}`,
      'Check that it is a Prometheus-compatible server of a current version.',
    );
  if (status === 429 || status === 503)
    return new FaultError(
      `http-${status}`,
      `${at} answered ${status}: too busy`,
      'It is asked again later.',
      retryAfterMs,
    );
  if (status >= 300 && status < 400)
    return new FaultError(
      'redirect',
      `${at} redirects elsewhere (${status})`,
      'Give the address that it redirects to.',
    );
  return new FaultError(`http-${status}`, `${at} answered ${status}: ${said}`, 'Check the server.');
}
