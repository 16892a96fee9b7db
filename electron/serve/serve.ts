import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createHub } from '../../shared/hub.ts';
import { givenSource } from '../../shared/run-sources.ts';
import { loadSettings } from '../engine/store/profile.ts';
import { Children } from './children.ts';
import { inUrl, isLoopback } from './doors.ts';
import { Keys, newKey, TokenFile } from './keys.ts';
import { readPages } from './pages.ts';
import { openProfile } from './run-profile.ts';
import { type Listening, listen } from './server.ts';

export interface ServeOptions {
  /** Opens the demo fleet for this run. */
  readonly demo?: boolean;
  /** URL of a Prometheus-compatible server to open for this run. */
  readonly source?: string;
  /** Profile folder; default the user's own. */
  readonly profile?: string;
  /** A settings file to use for this run instead of a profile's; changes are not written to it. */
  readonly config?: string;
  /** Address to listen on; default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** File of named tokens, lines `name role token`, mode 0600. */
  readonly tokenFile?: string;
  /** URL of a file in dist/node; default this bundle. The page is beside that folder, package.json two above. */
  readonly build?: string;
  /** Told once the page can be opened. */
  readonly onReady?: (url: string) => void;
  /** Told what a person should know: settings that are not used, a bind beyond loopback without TLS. */
  readonly onWarning?: (text: string) => void;
}

/** A running serve host. */
export interface Serve {
  /** Address of the page with a key of this run in the fragment. */
  readonly url: string;
  /** Ends server, viewers, engine and demo; settles when no process, thread, socket or timer is left. */
  close(): Promise<void>;
}

function versionIn(build: string): string {
  const text = readFileSync(new URL('../../package.json', build), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/**
 * Starts the console for browsers. Prints nothing.
 * @throws Error for a token file, settings file or URL that is not right, for a page that is not built, for a profile in
 *   use, and when the port is taken
 */
export async function startServe(options: ServeOptions = {}): Promise<Serve> {
  const { host = '127.0.0.1', port = 0, demo = false, build = import.meta.url } = options;
  const sources = options.source === undefined ? [] : [sourceAt(options.source)];
  const runKey = newKey();
  const keys = new Keys(
    runKey,
    options.tokenFile === undefined ? undefined : new TokenFile(options.tokenFile),
    Date.now,
  );
  const pages = readPages(fileURLToPath(new URL('../renderer', build)));
  const profile = openProfile(options);
  const { trouble } = loadSettings(profile.folder);
  if (trouble) options.onWarning?.(`${trouble.message} ${trouble.hint}`);
  const children = new Children(build);
  const hub = createHub({
    spawnEngine: () => children.engine({ profile: profile.folder }),
    spawnDemo: () => children.demo(),
    now: Date.now,
    later(run, ms) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    ...{ hostName: 'serve', version: versionIn(build), sources, demo },
  });
  const stop = async (server?: Listening) => {
    hub.close();
    await Promise.all([server?.close(), children.ended()]);
    profile.close();
  };
  let server: Listening;
  try {
    server = await listen({ host, port, hub, keys, pages });
  } catch (error) {
    await stop();
    throw new Error(notListening(error as NodeJS.ErrnoException, host, port), { cause: error });
  }
  const url = `http://${inUrl(shown(host))}:${server.port}/#key=${runKey}`;
  hub.served(`http://${inUrl(reached(host))}:${server.port}`);
  if (!isLoopback(host))
    options.onWarning?.(
      `Listening on ${host} without TLS: whoever can read this network can read the keys. Safer: 127.0.0.1, reached through an SSH tunnel to the same port.`,
    );
  options.onReady?.(url);
  let closing: Promise<void> | undefined;
  return {
    url,
    close() {
      closing ??= stop(server);
      return closing;
    },
  };
}

function notListening({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE') return `Port ${port} of ${host} is taken. Choose another with --port, or leave it away.`;
  if (code === 'EACCES') return `This user may not listen on port ${port}. Choose one above 1023 with --port.`;
  if (code === 'EADDRNOTAVAIL') return `${host} is no address of this machine. Choose another with --host.`;
  return message;
}

/** An address that others can open, as far as this machine knows. */
const reached = (host: string) => (host === '0.0.0.0' || host === '::' ? hostname() : host);

/** An address that a browser on this machine can open. */
function shown(host: string): string {
  return host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
}

function sourceAt(url: string) {
  try {
    return givenSource(url);
  } catch {
    // Not repeated: what was meant to be a URL may hold a password.
    throw new Error('--source takes an http or https URL without a user name, such as http://127.0.0.1:9090');
  }
}
