import type { CallArg, CallName, CallResult, EventName, Events, Watch } from '../../shared/contract.ts';
import type { Snapshot } from '../../shared/snapshot/document.ts';
import { Replay } from '../../shared/snapshot/replay.ts';
import { askReplay, NotInReplay } from '../../shared/snapshot/replay-answers.ts';
import { encodeFrame } from '../../shared/wire.ts';
import { CallFault, type Link, type LinkState, Listeners } from './link.ts';
import type { ReplayPosition } from './replay-position.ts';

/** What a replay needs of the page. */
export interface ReplayDoors {
  /** Runs a task after so many milliseconds; the returned function calls it off. */
  later(run: () => void, ms: number): () => void;
}

/** A page draws no more than this; a run that is played faster leaves instants out. */
const LEAST_MS = 100;
/** The longest that a replay waits for what comes next: a gap in the recording is not sat out. */
const MOST_MS = 5000;

/** A snapshot as a link: the same calls and frames as of an engine, as of the instant that is shown. */
export class ReplayLink implements Link {
  readonly snapshot: Snapshot;
  /** The instant that the snapshot is about. */
  readonly moment: number;
  readonly #replay: Replay;
  readonly #doors: ReplayDoors;
  readonly #listeners = new Listeners();
  readonly #state: LinkState = { kind: 'open' };
  #position: ReplayPosition;
  #watch: Watch | null = null;
  #seq = 0;
  #waiting = false;
  #behind = false;
  #cancelPlay = () => {};
  #cancelJudge = () => {};

  /** @param replay one of the same snapshot that was judged up to its moment already */
  constructor(snapshot: Snapshot, doors: ReplayDoors, replay = new Replay(snapshot)) {
    this.snapshot = snapshot;
    this.#doors = doors;
    this.#replay = replay;
    const instant = this.#replay.instantAt(snapshot.manifest.at);
    this.moment = instant;
    this.#replay.seek(instant);
    this.#position = {
      instant,
      time: snapshot.run.times[instant],
      playing: false,
      speed: 1,
      ready: this.#replay.ready,
    };
    this.#judgeOn();
  }

  call<Name extends CallName>(name: Name, arg: CallArg<Name>): Promise<CallResult<Name>> {
    if (name === 'watch') {
      this.#watch = arg as Watch;
      this.#show();
      return Promise.resolve(null as CallResult<Name>);
    }
    if (name === 'ack') {
      this.#waiting = false;
      if (this.#behind) this.#show();
      return Promise.resolve(null as CallResult<Name>);
    }
    try {
      return Promise.resolve(askReplay(this.#replay, name, arg) as CallResult<Name>);
    } catch (error) {
      if (!(error instanceof NotInReplay)) return Promise.reject(error);
      const message = 'A replay has no answer to this: it needs the running engine.';
      const hint = 'Go back to the live fleet with Shift Esc.';
      return Promise.reject(new CallFault({ code: 'replay', message, hint }));
    }
  }

  on<Name extends EventName>(name: Name, listener: (value: Events[Name]) => void): () => void {
    return this.#listeners.add(name, listener as (value: unknown) => void);
  }

  state(): LinkState {
    return this.#state;
  }

  onState(_listener: () => void): () => void {
    return () => {};
  }

  position(): ReplayPosition {
    return this.#position;
  }

  onPosition(listener: () => void): () => void {
    return this.#listeners.add('position', listener);
  }

  /** Shows an instant; beyond the ends it is the first or the last. */
  seek(instant: number): void {
    const last = this.snapshot.run.times.length - 1;
    const to = Math.min(last, Math.max(0, Math.round(instant)));
    this.#replay.seek(to);
    const playing = this.#position.playing && to < last;
    this.#move({ instant: to, time: this.snapshot.run.times[to], playing, ready: this.#replay.ready });
    this.#show();
    if (playing) this.#schedule();
  }

  /** Shows the last instant at or before a time. */
  seekTime(time: number): void {
    this.seek(this.#replay.instantAt(time));
  }

  step(by: number): void {
    this.seek(this.#position.instant + by);
  }

  /** Plays on; at the end it begins again. */
  play(): void {
    const atEnd = this.#position.instant === this.snapshot.run.times.length - 1;
    this.#move({ playing: true });
    if (atEnd) this.seek(0);
    else this.#schedule();
  }

  pause(): void {
    this.#cancelPlay();
    this.#move({ playing: false });
  }

  setSpeed(speed: number): void {
    this.#move({ speed });
    if (this.#position.playing) this.#schedule();
  }

  /** Ends playing; the link answers on. */
  close(): void {
    this.#cancelPlay();
    this.#cancelJudge();
  }

  #move(change: Partial<ReplayPosition>): void {
    this.#position = { ...this.#position, ...change };
    this.#listeners.tell('position', undefined);
  }

  #schedule(): void {
    this.#cancelPlay();
    const { times } = this.snapshot.run;
    const { instant, speed, time } = this.#position;
    let next = instant + 1;
    while (next < times.length - 1 && (times[next] - time) / speed < LEAST_MS) next++;
    if (next >= times.length) {
      this.#move({ playing: false });
      return;
    }
    const ms = Math.min(MOST_MS, Math.max(LEAST_MS, (times[next] - time) / speed));
    this.#cancelPlay = this.#doors.later(() => this.seek(next), ms);
  }

  /** Judges the rest in small pieces while the page is idle, so that the whole window can be looked back on. */
  #judgeOn(): void {
    this.#cancelJudge = this.#doors.later(() => {
      const more = this.#replay.advance(4);
      this.#move({ ready: this.#replay.ready });
      if (more) this.#judgeOn();
    }, 0);
  }

  /** Sends the shown instant to the page; while one is on its way the newest waits. */
  #show(): void {
    if (this.#watch === null) return;
    this.#behind = this.#waiting;
    if (this.#waiting) return;
    const frame = this.#replay.view.frame(this.#watch, ++this.#seq);
    if (!frame) return;
    this.#waiting = true;
    this.#listeners.tell('frame', encodeFrame(frame));
  }
}
