import { copyFileSync, mkdirSync, readFileSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename, join } from 'node:path';
import { openFile } from '../../electron/engine/snapshots/assemble.ts';
import type { FrameAtReply } from '../../shared/contract/history.ts';
import {
  type CallName,
  type CallParsed,
  type CallResult,
  calls,
  type HelloReply,
  type Watch,
} from '../../shared/contract.ts';
import type { Fault } from '../../shared/fault.ts';
import { textOfFrame } from '../../shared/frame-text.ts';
import { givenSource } from '../../shared/run-sources.ts';
import { Replay } from '../../shared/snapshot/replay.ts';
import { askReplay, NotInReplay } from '../../shared/snapshot/replay-answers.ts';
import { encodeFrame } from '../../shared/wire.ts';
import { type RunningEngine, startEngine } from '../real/engine.ts';
import { freePort } from '../real/running.ts';
import type { StateName } from '../states.ts';
import { besideOf, MOMENT, POLL_MS, type RecordingName, recorded } from './recording.ts';
import { SteppedClock } from './stepped-clock.ts';

/** What a page is shown, and hears to what it asks. */
export interface Stage {
  /** The time by the page's clock, which stands; epoch ms. */
  readonly now: number;
  /** The rack that the pages of one object show; '' where there is none. */
  readonly rack: string;
  /** @throws Error with the fault's message */
  answer(name: CallName, arg: unknown): Promise<unknown>;
  /** Tells of every frame, as bytes. */
  onFrame(listener: (bytes: Uint8Array) => void): void;
  close(): Promise<void>;
}

/** As a profile and a server are called in pictures: those of this run have names of the moment. */
const PROFILE = '~/.config/fleetwatt';
const SERVER = 'prom-01:9090';

/** A fleet that was recorded, or an engine with no source, one that does not answer, one where nothing listens. */
export async function stageOf(state: StateName, recordings: string): Promise<Stage> {
  if (state === 'empty') return engineStage('', MINUTE);
  if (state === 'error') return engineStage(`127.0.0.1:${await freePort()}`, MINUTE);
  if (state !== 'loading') return replayStage(state, recordings);
  const silent = createServer(() => {});
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
  const { port } = silent.address() as { port: number };
  // Its first question is not answered: there is nothing that a clock could go on after.
  const stage = await engineStage(`127.0.0.1:${port}`, 0);
  return {
    ...stage,
    async close() {
      await stage.close();
      silent.close();
    },
  };
}

const MINUTE = 60_000;
const FIRST_WATCH: Watch = { signal: 'power', gpus: true, racks: [] };

/** What an engine says that has nothing to tell of a fleet, some time after its start. */
async function engineStage(server: string, sinceMs: number): Promise<Stage> {
  const clock = new SteppedClock(MOMENT - sinceMs);
  const engine = startEngine({ pollMs: POLL_MS }, clock);
  if (server !== '')
    await engine.call('saveSource', { source: { ...givenSource(`http://${server}`), name: 'prom-01' }, keep: false });
  if (sinceMs > 0) await clock.goTo(MOMENT);
  return {
    ...{ now: MOMENT, rack: '' },
    answer: async (name, arg) => renamed(await askEngine(engine, name, arg), server, SERVER),
    onFrame(listener) {
      void engine.until((frame) => {
        const { sources, findings } = frame;
        listener(encodeFrame({ ...frame, ...renamed({ sources, findings }, server, SERVER) }));
        return false;
      });
    },
    close: async () => engine.remove(),
  };
}

/** The last instant of a recording, as if live; what no snapshot holds is told by an engine whose library has the file. */
async function replayStage(state: RecordingName, recordings: string): Promise<Stage> {
  const file = await recorded(recordings, state);
  const { snapshot } = openFile(readFileSync(file), file);
  const replay = new Replay(snapshot);
  const last = replay.instantAt(snapshot.manifest.at);
  replay.seek(last);
  const now = snapshot.run.times[last];
  const { coverage, reply, ...head } = besideOf(file);
  const engine = startEngine({ pollMs: POLL_MS, demo: true }, new SteppedClock(now));
  const library = join(engine.profile, 'snapshots');
  mkdirSync(library, { recursive: true });
  copyFileSync(file, join(library, basename(file)));
  utimesSync(join(library, basename(file)), now / 1000, now / 1000);
  while ((await engine.call('snapshots', {})).rows[0]?.integrity !== 'whole') await new Promise(setImmediate);
  // Of a fleet that fell silent a page has seen the last that was live.
  const lastLive = replay.instantAt(MOMENT);
  let watch = FIRST_WATCH;
  let seq = 0;
  let show = (_bytes: Uint8Array) => {};
  const send = (instant: number) => {
    replay.seek(instant);
    const frame = replay.view.frame(watch, ++seq);
    if (frame) show(encodeFrame({ ...frame, ...(instant === last ? head : {}) }));
  };
  return {
    ...{ now, rack: rackOf(snapshot.topology.path) },
    async answer(name, arg) {
      const parsed = calls[name].arg.parse(arg);
      // As an engine does: who says hello is sent a frame before it says what it looks at.
      if (name === 'hello') send(lastLive);
      if (name === 'watch') {
        watch = parsed as CallParsed<'watch'>;
        if (replay.shown === last) send(last);
      }
      // With its places the page shows what it has; what came after follows the answer.
      if (name === 'layout' && replay.shown !== last) setImmediate(() => send(last));
      if (name === 'watch' || name === 'ack') return null;
      if (name === 'frameAt') return frameAt(replay, parsed as CallParsed<'frameAt'>);
      if (name === 'coverage') return coverage;
      if (name === 'alerts') return reply;
      if (name === 'hello') return askEngine(engine, name, arg);
      try {
        return askReplay(replay, name, parsed);
      } catch (error) {
        if (!(error instanceof NotInReplay)) throw error;
        return askEngine(engine, name, arg);
      }
    },
    onFrame(listener) {
      [show, watch] = [listener, FIRST_WATCH];
    },
    close: async () => engine.remove(),
  };
}

/** A rack of the row that climbs, where there is one. */
function rackOf(paths: readonly string[]): string {
  const racks = paths.filter((path) => path.split('/').length === 4);
  return racks.find((path) => path.endsWith('/A2-05')) ?? racks[0];
}

/** The last instant that a snapshot has of a time, as the engine would tell it. */
function frameAt(replay: Replay, { time, watch }: CallParsed<'frameAt'>): CallResult<'frameAt'> {
  const shown = replay.shown;
  const instant = replay.instantAt(time);
  replay.seek(instant);
  const frame = replay.view.frame(watch, 0);
  const layout = replay.view.layout();
  replay.seek(shown);
  const told: FrameAtReply = {
    ...{ frame: frame && textOfFrame(frame), layoutId: 'recorded', time: replay.snapshot.run.times[instant] },
    ...{ live: false, origin: 'memory', stepMs: POLL_MS, judged: 'journal', sources: [], missing: '' },
  };
  return { ...told, layout };
}

/** What the host would answer: the engine knows neither its version nor a name that is shown for the profile's folder. */
async function askEngine(engine: RunningEngine, name: CallName, arg: unknown): Promise<unknown> {
  if (name === 'secrets') return [];
  if (name === 'workstation') throw new Error('This machine is in no picture');
  const value = renamed(await engine.call(name, arg as never), engine.profile, PROFILE);
  return name === 'hello' ? { ...(value as HelloReply), version: '0.1.0', host: 'serve', role: 'operate' } : value;
}

function renamed<Value>(value: Value, name: string, to: string): Value {
  return name === '' ? value : JSON.parse(JSON.stringify(value).replaceAll(name, to));
}

export const faultOf = (error: unknown): Fault => ({
  code: 'none',
  message: error instanceof Error ? error.message : String(error),
  hint: '',
});
