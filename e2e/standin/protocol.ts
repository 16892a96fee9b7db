import type { CustomScheme, Protocol } from 'electron';
import type { Cdp } from './cdp.ts';

type Handler = (request: Request) => Response | Promise<Response>;

const schemes = new Set<string>();
const handlers = new Map<string, Handler>();
let ready = false;

/** Chromium knows no scheme of ours: each is played on a reserved origin, `https://SCHEME--HOST.invalid`. */
export function toReal(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/.exec(url);
  if (!match || !schemes.has(match[1] as string)) return url;
  return `https://${match[1]}--${match[2]}.invalid${match[3] || '/'}`;
}

/** The address as main and its handlers see it. */
export function toOurs(url: string): string {
  const match = /^https:\/\/([a-z0-9+.-]*?)--([^/?#]*)\.invalid(.*)$/.exec(url);
  return match ? `${match[1]}://${match[2]}${match[3]}` : url;
}

export const protocol = {
  registerSchemesAsPrivileged(custom: CustomScheme[]) {
    if (ready) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready');
    for (const { scheme } of custom) schemes.add(scheme);
  },
  handle(scheme: string, handler: Handler) {
    if (handlers.has(scheme)) throw new Error(`Failed to register protocol: ${scheme}`);
    handlers.set(scheme, handler);
  },
} satisfies Pick<Protocol, 'registerSchemesAsPrivileged'> & { handle(scheme: string, handler: Handler): void };

/** From here on schemes can't be registered any more. */
export function closeRegistration(): void {
  ready = true;
}

interface Paused {
  readonly requestId: string;
  readonly resourceType: string;
  readonly request: { readonly url: string; readonly method: string };
}

/** Answers every request of one page: ours by the handler of its scheme, all others not at all. */
export async function interceptRequests(
  cdp: Cdp,
  session: string,
  mayNavigate: (url: string) => boolean,
): Promise<void> {
  cdp.on('Fetch.requestPaused', session, ({ requestId, resourceType, request }: Paused) => {
    const url = toOurs(request.url);
    const fail = (errorReason: string) =>
      cdp.send('Fetch.failRequest', { requestId, errorReason }, session).catch(() => {});
    const handler = handlers.get(url.slice(0, url.indexOf(':')));
    if (resourceType === 'Document' && !mayNavigate(url)) return void fail('Aborted');
    if (!handler) return void fail('BlockedByClient');
    void (async () => {
      const response = await handler(new Request(url, { method: request.method }));
      const body = Buffer.from(await response.arrayBuffer()).toString('base64');
      const responseHeaders = [...response.headers].map(([name, value]) => ({ name, value }));
      await cdp.send(
        'Fetch.fulfillRequest',
        { requestId, responseCode: response.status, responseHeaders, body },
        session,
      );
    })().catch(() => fail('Failed'));
  });
  await cdp.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] }, session);
}
