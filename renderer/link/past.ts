import type {
  CallArg,
  CallName,
  CallResult,
  EventName,
  Events,
  LayoutDocument,
  ViewFrame,
  Watch,
} from '../../shared/contract.ts';
import { frameOfText } from '../../shared/frame-text.ts';
import { encodeFrame } from '../../shared/wire.ts';
import { CallFault, faultOf, type Link, type LinkState, Listeners } from './link.ts';
import { Overtaking } from './overtaking.ts';
import { askPast, type PastMoment } from './past-calls.ts';
import { emptyFrame, type Limits } from './past-frame.ts';

/** What looking back needs of the page. */
export interface PastDoors {
  /** Runs a task after so many milliseconds; the returned function calls it off. */
  later(run: () => void, ms: number): () => void;
  /** Asks once for a key and remembers what is worth keeping. */
  cached<Value>(key: readonly unknown[], ask: () => Promise<Value>, keep: (value: Value) => boolean): Promise<Value>;
  /** What the page has asked at the moment that is shown is asked at the next one before that is shown. */
  prepare(moment: PastMoment): Promise<void>;
  /** The engine's time now. */
  now(): number;
  /** Those of the live fleet; null until a frame told them. */
  limits(): Limits | null;
  /** Places of now; null before the first. */
  layout(): LayoutDocument | null;
}

/** Where looking back is. The same object until it changes. */
export interface PastPosition {
  /** The instant on the screen, epoch ms. */
  readonly time: number;
  /** The instant that was asked for and is not there yet; null while the one on the screen is it. */
  readonly wanted: number | null;
  readonly playing: boolean;
  /** Recorded time ÷ time: 0.5 to 16. */
  readonly speed: number;
  /** From one instant to the next where this one is from, ms. */
  readonly stepMs: number;
  /** False: nothing is recorded of the instant; `missing` says why. */
  readonly recorded: boolean;
  readonly missing: string;
  readonly origin: string;
  /** Whether alerts are those that the journal has of then, or what the rules that ship say of the instant. */
  readonly judged: 'journal' | 'rules';
  readonly sources: readonly string[];
  /** Something was shown; before that the page has no frame. */
  readonly shown: boolean;
}

/** One instant as the engine told it. */
interface Instant {
  readonly time: number;
  readonly frame: ViewFrame | null;
  readonly layout: LayoutDocument | null;
  readonly stepMs: number;
  readonly origin: string;
  readonly judged: 'journal' | 'rules';
  readonly sources: readonly string[];
  readonly missing: string;
}

/** Until frames tell, those that Fleetwatt ships with. */
export const UNTOLD: Limits = { pollMs: 5000, staleMs: 60_000, warnRatio: 0.9, critRatio: 0.97 };
/** A page draws no more often than this; what is played faster leaves instants out. */
const LEAST_MS = 100;
/** So long an instant may take before the next one that is wanted is asked for in its place. */
const PATIENCE_MS = 500;
/** Instants that are asked for before playing gets there. */
const AHEAD = 4;
/** Numbers of layouts of the past: none that an engine gives its own. */
const FIRST_LAYOUT = 1_000_000_000;
/** Samples of an instant are all there only some time after it. */
const SETTLE_MS = 2000;

/**
 * The live fleet's past as a link: the same calls and frames, as of the instant that is shown. Newest wins: while an
 * instant is on its way only the last one that was asked for waits, all others are dropped; one that takes long is
 * called off for it. An instant that is not
 * recorded is shown as missing; nothing of another instant stays on the screen under its time.
 */
export class PastLink implements Link {
  readonly #live: Link;
  readonly #doors: PastDoors;
  readonly #listeners = new Listeners();
  readonly #state: LinkState = { kind: 'open' };
  /** Layouts by id, numbered in the order in which they were met. */
  readonly #layouts = new Map<string, LayoutDocument>();
  #position: PastPosition;
  #watch: Watch;
  #layout: LayoutDocument | null = null;
  #layoutId = '';
  #seq = 0;
  readonly #overtaking = new Overtaking();
  #running = false;
  #late = false;
  #direction = 1;
  #prefetching = 0;
  #closed = false;
  #cancelPlay = () => {};

  constructor(live: Link, doors: PastDoors, time: number, watch: Watch) {
    this.#live = live;
    this.#doors = doors;
    this.#watch = watch;
    const { pollMs } = this.#limits();
    this.#position = {
      ...{ time, wanted: null, playing: false, speed: 1, stepMs: pollMs, recorded: true, missing: '' },
      ...{ origin: '', judged: 'journal', sources: [], shown: false },
    };
    this.seekTime(time);
  }

  /** What the page asks now, and as of when. */
  moment(): PastMoment {
    return this.#momentOf(this.#position.time, this.#layout);
  }

  call<Name extends CallName>(name: Name, arg: CallArg<Name>): Promise<CallResult<Name>> {
    if (name === 'ack') return Promise.resolve(null as CallResult<Name>);
    if (name === 'layout') {
      const layout = this.#layout;
      return layout ? Promise.resolve(layout as CallResult<Name>) : Promise.reject(nothingYet());
    }
    if (name === 'watch') {
      this.#watchIs(arg as Watch);
      return Promise.resolve(null as CallResult<Name>);
    }
    return askPast(this.#live, this.moment(), name, arg);
  }

  on<Name extends EventName>(name: Name, listener: (value: Events[Name]) => void): () => void {
    // Settings and the state of the engine are those of now, whatever time is looked at.
    if (name !== 'frame') return this.#live.on(name, listener);
    return this.#listeners.add(name, listener as (value: unknown) => void);
  }

  state(): LinkState {
    return this.#state;
  }

  onState(_listener: () => void): () => void {
    return () => {};
  }

  position(): PastPosition {
    return this.#position;
  }

  onPosition(listener: () => void): () => void {
    return this.#listeners.add('position', listener);
  }

  /** The newest instant that can be shown. */
  latest(): number {
    return this.#slotOf(this.#doors.now() - SETTLE_MS);
  }

  /** Shows the instant at or before a time. */
  seekTime(time: number): void {
    this.#want(Math.max(0, this.#slotOf(Math.min(time, this.latest()))));
  }

  /** The poll that a time lies in; the time itself while the poll is not known: the engine that is asked knows it. */
  #slotOf(time: number): number {
    const pollMs = this.#doors.limits()?.pollMs ?? 1;
    return Math.floor(time / pollMs) * pollMs;
  }

  #limits(): Limits {
    return this.#doors.limits() ?? UNTOLD;
  }

  /** Shows the instants before and after, as they follow one another where the shown one is from. */
  step(by: number): void {
    this.#direction = by < 0 ? -1 : 1;
    const { time, wanted, stepMs } = this.#position;
    this.seekTime((wanted ?? time) + by * stepMs);
  }

  /** Asks again for what could not be told, as before there were any places. */
  retry(): void {
    if (!this.#running && this.#doors.layout()) this.#want(this.#position.time);
  }

  play(): void {
    this.#move({ playing: true });
    this.#direction = 1;
    this.#schedule();
  }

  pause(): void {
    this.#cancelPlay();
    this.#late = false;
    this.#move({ playing: false });
  }

  setSpeed(speed: number): void {
    this.#move({ speed });
    if (this.#position.playing) this.#schedule();
  }

  /** Ends playing and whatever is on its way. */
  close(): void {
    this.#closed = true;
    this.#cancelPlay();
  }

  #move(change: Partial<PastPosition>): void {
    this.#position = { ...this.#position, ...change };
    this.#listeners.tell('position', undefined);
  }

  #watchIs(watch: Watch): void {
    if (JSON.stringify(watch) === JSON.stringify(this.#watch)) return;
    this.#watch = watch;
    // The same instant again, with other columns.
    this.#want(this.#position.wanted ?? this.#position.time);
  }

  #want(time: number): void {
    this.#move({ wanted: time });
    if (this.#running) this.#overtaking.unwanted();
    else void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let wanted = this.#position.wanted; wanted !== null && !this.#closed; wanted = this.#position.wanted) {
      const watch = this.#watch;
      const { later } = this.#doors;
      const instant = await this.#overtaking.wait(this.#prepared(wanted, watch), later, PATIENCE_MS);
      if (instant === null || this.#closed || watch !== this.#watch) continue;
      this.#show(instant, this.#position.wanted === wanted ? null : this.#position.wanted);
    }
    this.#running = false;
    if (this.#closed) return;
    if (this.#late) this.#tick();
    void this.#prefetch();
  }

  /** An instant, and while it is still wanted what the page asks at it; null where another one was wanted meanwhile. */
  async #prepared(time: number, watch: Watch): Promise<Instant | null> {
    const instant = await this.#instant(time, watch);
    if (instant !== null && this.#position.wanted === time)
      await this.#doors.prepare(this.#momentOf(instant.time, instant.layout ?? this.#layout));
    return instant;
  }

  #momentOf(time: number, layout: LayoutDocument | null): PastMoment {
    return { time, layout, layoutNow: this.#doors.layout() };
  }

  /** One instant; whatever fails makes it a missing one. Null: the engine was asked for another one meanwhile. */
  async #instant(time: number, watch: Watch): Promise<Instant | null> {
    try {
      await this.#opened();
      const known = this.#layoutId;
      // An answer without its layout is of use only to who has that layout.
      const key = ['frameAt', time, watch, known];
      const arg = { time, watch: { ...watch, racks: [...watch.racks] }, known, latest: true };
      const whole = ({ frame, missing }: CallResult<'frameAt'>) => frame !== null && missing === '';
      const reply = await this.#doors.cached(key, () => this.#live.call('frameAt', arg), whole);
      const layout = this.#number(reply.layoutId, reply.layout);
      const { missing, sources, origin } = reply;
      const told = reply.frame === null ? null : frameOfText(reply.frame);
      // A server answers for times before its first sample as well: with nothing at all.
      const frame = told?.sampled == null ? null : told;
      if (frame && !layout) throw new Error('The places of this instant did not come');
      const stepMs = reply.stepMs || this.#limits().pollMs;
      const shown = { frame, layout: told && !frame ? null : layout };
      return { time: reply.time, ...shown, missing, sources, origin, judged: reply.judged, stepMs };
    } catch (error) {
      const { code, message, hint } = faultOf(error);
      if (code === 'superseded') return null;
      const missing = `${message} ${hint}`.trim();
      const { pollMs } = this.#limits();
      return { time, frame: null, layout: null, missing, sources: [], origin: 'none', judged: 'rules', stepMs: pollMs };
    }
  }

  /** The layout of an id under a number of our own: fleets of different instants number theirs alike. */
  #number(id: string, layout: LayoutDocument | null): LayoutDocument | null {
    const known = this.#layouts.get(id);
    if (known || !layout) return known ?? null;
    const numbered = { ...layout, version: FIRST_LAYOUT + this.#layouts.size };
    this.#layouts.set(id, numbered);
    this.#layoutId = id;
    return numbered;
  }

  #opened(): Promise<void> {
    return new Promise((resolve) => {
      const isOpen = () => this.#live.state().kind === 'open';
      if (isOpen()) return resolve();
      const off = this.#live.onState(() => {
        if (!isOpen()) return;
        off();
        resolve();
      });
    });
  }

  #show(instant: Instant, wanted: number | null): void {
    const { time, missing, origin, judged, sources, stepMs } = instant;
    const layout = instant.layout ?? this.#layout ?? this.#now();
    this.#layout = layout;
    const told = { time, wanted, missing, origin, judged, sources, stepMs, recorded: instant.frame !== null };
    this.#move({ ...told, shown: this.#position.shown || layout !== null });
    if (!layout) return;
    const frame = instant.frame ?? emptyFrame(layout, time, this.#watch, this.#limits());
    this.#listeners.tell('frame', encodeFrame({ ...frame, time, seq: ++this.#seq, layout: layout.version }));
  }

  /** The places of now under a number of the past's. */
  #now(): LayoutDocument | null {
    const layout = this.#doors.layout();
    return layout && { ...layout, version: FIRST_LAYOUT - 1 };
  }

  #schedule(): void {
    this.#cancelPlay();
    const { speed, stepMs } = this.#position;
    const steps = Math.max(1, Math.ceil((LEAST_MS * speed) / stepMs));
    this.#cancelPlay = this.#doors.later(() => this.#tick(), (steps * stepMs) / speed);
  }

  /** The next instant is due; while the last is still on its way it comes right after that. */
  #tick(): void {
    const { time, wanted, playing, speed, stepMs } = this.#position;
    if (!playing) return;
    this.#late = wanted !== null;
    if (this.#late) return;
    const next = time + Math.max(1, Math.ceil((LEAST_MS * speed) / stepMs)) * stepMs;
    if (next > this.latest()) {
      this.pause();
      return;
    }
    this.#want(next);
    this.#schedule();
  }

  /** Asks for what comes next, one after another, until something else is wanted. */
  async #prefetch(): Promise<void> {
    const token = ++this.#prefetching;
    const { time, stepMs, playing, speed } = this.#position;
    const by = Math.max(1, Math.ceil((LEAST_MS * speed) / stepMs)) * stepMs * this.#direction;
    for (let i = 1; i <= (playing ? AHEAD : 1); i++) {
      const next = time + i * by;
      if (next > this.latest() || next < 0) return;
      if ((await this.#instant(next, this.#watch)) === null) return;
      if (token !== this.#prefetching || this.#closed || this.#running) return;
    }
  }
}

function nothingYet(): CallFault {
  return new CallFault({ code: 'past', message: 'Nothing of the past is shown yet.', hint: '' });
}
