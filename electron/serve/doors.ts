import type { IncomingMessage } from 'node:http';
import { networkInterfaces, hostname as systemHostname } from 'node:os';

/** What is checked of every request before it is routed. */

const wildcards = new Set(['0.0.0.0', '::', '']);

/** An address as it stands in a URL. */
export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** True where only this machine can connect. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * The `host:port` values that a browser may have in its address bar to reach us: loopback's names, the bound name, and
 * for a bind to all interfaces this machine's own addresses and name. Anything else is a foreign name made to resolve
 * to us (DNS rebinding).
 */
export function allowedHosts(bound: string, port: number): ReadonlySet<string> {
  const names = ['127.0.0.1', 'localhost', '::1'];
  if (wildcards.has(bound)) {
    names.push(systemHostname().toLowerCase());
    for (const addresses of Object.values(networkInterfaces()))
      for (const { address } of addresses ?? []) names.push(address.split('%', 1)[0] as string);
  } else names.push(bound.toLowerCase());
  const hosts = names.map((name) => `${inUrl(name)}:${port}`);
  // A browser leaves the default port out.
  return new Set(port === 80 ? [...hosts, ...names.map(inUrl)] : hosts);
}

/** The request's Host where it has exactly one and it is ours. */
export function hostOf(request: IncomingMessage, allowed: ReadonlySet<string>): string | undefined {
  const given = request.headersDistinct.host;
  const host = given?.length === 1 ? given[0]?.toLowerCase() : undefined;
  return host !== undefined && allowed.has(host) ? host : undefined;
}

/** True where the request comes from a page of ours: Origin is there, once, and is the address it was sent to. */
export function isSameOrigin(request: IncomingMessage, host: string): boolean {
  const given = request.headersDistinct.origin;
  return given?.length === 1 && given[0]?.toLowerCase() === `http://${host}`;
}

/**
 * The path of a request target, or undefined where it is written to deceive. No file of ours has a name that needs
 * escaping, so every escape, backslash and dot segment is refused rather than resolved.
 */
export function plainPath(target: string | undefined): string | undefined {
  const path = target?.split(/[?#]/, 1)[0] ?? '';
  if (!/^\/[A-Za-z0-9._~/-]*$/.test(path) || path.includes('//')) return undefined;
  return path.split('/').some((part) => part === '.' || part === '..') ? undefined : path;
}

/** A cookie's value; undefined where it is absent or given twice. */
export function cookieOf(request: IncomingMessage, name: string): string | undefined {
  const found = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  return found.length === 1 ? found[0]?.slice(name.length + 1) : undefined;
}
