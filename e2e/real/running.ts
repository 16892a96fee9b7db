import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RealProgram, requireReal } from './available.ts';

/** A real server that answers on loopback, in a folder of its own. */
export interface Running {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** What it has written to stdout and stderr so far. */
  log(): string;
  /** Ends it (SIGTERM, after a minute SIGKILL), waits for its exit and removes its folder. May be called twice. */
  stop(): Promise<void>;
  /** Ends it at once and keeps its folder and port for `start` again: an outage. */
  kill(): Promise<void>;
  /** Ends it in good order (SIGTERM) and keeps its folder and port for `start` again. */
  halt(): Promise<void>;
  /** Starts it again after `kill` or `halt`, with the same port and data. */
  restart(): Promise<void>;
}

/**
 * Ports for programs that must be told theirs: below those that systems give to outgoing connections, of which tests make
 * thousands; one of them would have the port before the program listens. Each worker of a run has a share of its own and
 * goes through it in a circle, so that a server which is started again finds its port free.
 */
const [FIRST_PORT, SHARES, PORTS] = [15_000, 15, 1000];
const worker = Number(process.env.VITEST_POOL_ID ?? process.env.TEST_PARALLEL_INDEX ?? 0) % SHARES;
let next = randomInt(PORTS);

/** A port on loopback that is free and that no outgoing connection takes; another one each time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + worker * PORTS + (next++ % PORTS);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

const READY_MS = 120_000;
/** Between our look and the program's somebody else may take a port: then it is tried with others. */
const MOST_TRIES = 5;

type Prepare = (folder: string, port: number) => Promise<readonly string[]>;

/**
 * Starts a real program and waits until its ready path answers 200.
 * @param prepare writes what it needs into its folder and gives its arguments
 * @throws Error with its log when it exits or is not ready within two minutes
 */
export async function startReal(program: RealProgram, readyPath: string, prepare: Prepare): Promise<Running> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOn(await freePort(), program, readyPath, prepare);
    } catch (error) {
      if (tries === MOST_TRIES || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

async function startOn(port: number, program: RealProgram, readyPath: string, prepare: Prepare): Promise<Running> {
  const { path, skip } = requireReal(program);
  if (path === null) throw new Error(skip);
  const folder = await mkdtemp(join(tmpdir(), `fleetwatt-${program}-`));
  const url = `http://127.0.0.1:${port}`;
  let log = '';
  let child: ChildProcess | null = null;

  const start = async (args: readonly string[]): Promise<void> => {
    const started = spawn(path, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    // A test run that is ended leaves no server behind.
    const reap = (): boolean => started.kill('SIGKILL');
    process.once('exit', reap);
    started.once('exit', () => process.off('exit', reap));
    const keep = (chunk: Buffer): void => {
      log = (log + chunk.toString('utf8')).slice(-100_000);
    };
    started.stdout.on('data', keep);
    started.stderr.on('data', keep);
    await ready(started, `${url}${readyPath}`, () => `${program} did not become ready.\n${log}`);
  };
  const kill = async (): Promise<void> => {
    if (child) await end(child, 'SIGKILL');
    child = null;
  };
  const halt = async (): Promise<void> => {
    if (child) await end(child, 'SIGTERM');
    child = null;
  };
  const stop = async (): Promise<void> => {
    await halt();
    await rm(folder, { recursive: true, force: true });
  };

  try {
    const args = await prepare(folder, port);
    await start(args);
    const pid = () => (child as ChildProcess | null)?.pid ?? -1;
    return {
      ...{ url, port, log: () => log, stop, kill, halt, restart: () => start(args) },
      get pid() {
        return pid();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Asks until the address answers 200. A closed port answers at once, so each question waits a little before the next. */
async function ready(child: ChildProcess, url: string, message: () => string): Promise<void> {
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  // Heard only while waiting; an error later on is no unhandled rejection.
  failed.catch(() => {});
  const until = performance.now() + READY_MS;
  while (performance.now() < until && child.exitCode === null && child.signalCode === null) {
    if ((await Promise.race([statusOf(url), failed])) === 200) return;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(message());
}

/** The status of a GET; 0 where nobody answers. */
function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 10_000 }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(0));
  });
}

async function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  // On a busy machine one that writes down what it knows takes its time.
  const escalate = setTimeout(() => child.kill('SIGKILL'), 60_000);
  await exited;
  clearTimeout(escalate);
}
