import { z } from 'zod';
import { isSecretHeader } from './secret-header.ts';

/** How a server is reached and who we are to it: the same for everything that is read and written over HTTP. */

/** Name of a secret in the vault of a desktop. */
export const vaultName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'A name has small letters, digits and hyphens');

/**
 * A secret stands elsewhere: in an environment variable, in a file that only its owner may read (0600), or in the
 * vault of the desktop, which keeps it by the system's keychain.
 */
export const secretRef = z.union([
  z.strictObject({ vault: vaultName }),
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
  z.strictObject({ file: z.string().min(1).max(4096) }),
]);

const auth = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('basic'), user: z.string().max(256), password: secretRef }),
  z.strictObject({ kind: z.literal('bearer'), token: secretRef }),
]);

/** An http or https address without credentials. */
// `URL` is not in the pure layer; the engine's fetch parses the whole URL before it opens a socket.
export const httpUrl = z
  .string()
  .max(2048)
  .regex(
    /^https?:\/\/[^\s/?#@\\]+([/?][^\s#\\]*)?$/,
    'Expected an http or https URL without a user name or a fragment',
  );

/** Headers that the client itself must set: setting them elsewhere would break the request or go around the source. */
const OWN_HEADERS =
  /^(host|content-.*|transfer-encoding|connection|keep-alive|upgrade|te|trailer|expect|accept.*|authorization|proxy-.*|user-agent|x-scope-orgid)$/i;

/** A header of every request: its value stands here, or is a secret's. */
const header = z
  .strictObject({
    name: z
      .string()
      .max(100)
      .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'A header name has letters, digits and hyphens')
      .refine((name) => !OWN_HEADERS.test(name), 'This header is set by Fleetwatt itself'),
    value: z.union([
      z
        .string()
        .max(4096)
        .regex(/^[^\u0000-\u0008\u000a-\u001f\u007f]*$/, 'A header value is one line'),
      secretRef,
    ]),
  })
  .refine(({ name, value }) => typeof value !== 'string' || !isSecretHeader(name), {
    path: ['value'],
    message: 'The value of this header is a secret: name a variable or a file that holds it',
  });

/** Fields of a connection, to be spread into the schema of whatever is connected to. */
export const transport = {
  auth: auth.default({ kind: 'none' }),
  /** PEM file with the authorities to trust for it instead of the system's. */
  caFile: z.string().max(4096).optional(),
  /** Certificate and key that it asks for (mTLS), PEM files; the key's file must be 0600. */
  clientCert: z
    .strictObject({
      certFile: z.string().min(1).max(4096),
      keyFile: z.string().min(1).max(4096),
      passphrase: secretRef.optional(),
    })
    .optional(),
  /** An HTTP proxy that everything goes through (CONNECT). Proxies of the environment are not used. */
  proxy: z
    .strictObject({ url: httpUrl, user: z.string().max(256).optional(), password: secretRef.optional() })
    .optional(),
  headers: z.array(header).max(20).optional(),
  /** Tenant of a Mimir, Cortex or Loki-like server: sent as X-Scope-OrgID. */
  tenant: z
    .string()
    .max(150)
    .regex(/^[A-Za-z0-9!._*'()|-]+$/, 'A tenant has letters, digits and !-_.*()|')
    .optional(),
  /** Accepts any certificate. Explicit, and shown wherever it is shown. */
  insecure: z.boolean().default(false),
  timeoutMs: z.number().int().min(100).max(60_000).default(10_000),
};

const whole = z.strictObject(transport);
export type Transport = z.infer<typeof whole>;
export type SecretRef = z.infer<typeof secretRef>;
