import type { EngineEvent, LayoutDocument, ViewFrame, Watch } from '../../shared/contract.ts';
import type { Link } from '../link/link.ts';
import { type Freshness, freshnessOf, type Received, shownFor } from './freshness.ts';

/** What drawing needs of the store. */
export interface FrameSource {
  get(): ViewFrame | null;
  subscribe(listener: () => void): () => void;
}

/** The last power that was seen, for the past-tense text of a stale screen. */
export interface LastSeen {
  readonly powerW: number;
  readonly sampled: number;
  /** Something silent was counted in it. */
  readonly atLeast: boolean;
}

export interface StoreDoors {
  /** Bytes of a `frame` event to a frame; throws on bytes that are none. */
  decode(bytes: Uint8Array): ViewFrame;
  clock(): { readonly steady: number; readonly wall: number };
  /** Runs once the frame is on the screen. */
  drawn(run: () => void): void;
  /** Why what is shown has no numbers at all, where that is known; '' otherwise. Left out: never. */
  missing?(): string;
  /** A frame that cannot be read is told once per kind of error. */
  complain(error: unknown): void;
}

/** A frame and what its age is told by. */
interface Arrived {
  readonly frame: ViewFrame;
  readonly received: Received;
}

/**
 * The newest frame and the layout that belongs to it, outside React. Newest wins: the next frame leaves the engine
 * when this one was drawn. A frame is shown only with its own layout, since its columns are indexed by it.
 * Also says what this viewer watches, again after every new link or engine.
 */
export class LiveStore implements FrameSource {
  readonly #link: Link;
  readonly #doors: StoreDoors;
  readonly #listeners = new Set<() => void>();
  #frame: ViewFrame | null = null;
  #received: Received | null = null;
  #engine: EngineEvent | null = null;
  #last: LastSeen | null = null;
  #watch: Watch | null = null;
  #layout: LayoutDocument | null = null;
  /** The newest layout of this engine, for frames to come. */
  #next: LayoutDocument | null = null;
  /** The newest frame that came before its layout, or during a pause. */
  #waiting: Arrived | null = null;
  #epoch = 0;
  /** The epoch whose layout is on its way. */
  #asking: number | null = null;
  #pausedAt: number | null = null;
  #linked = false;

  constructor(link: Link, doors: StoreDoors) {
    this.#link = link;
    this.#doors = doors;
    link.on('frame', (bytes) => this.#take(bytes));
    link.on('engine', (event) => this.#engineIs(event));
    link.onState(() => this.#linkChanged());
    this.#linkChanged();
  }

  get(): ViewFrame | null {
    return this.#frame;
  }

  /** Hears every change: a frame, the engine, the link, a pause. */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  engine(): EngineEvent | null {
    return this.#engine;
  }

  /** The places of the frame that `get` gives; null before the first. */
  layout(): LayoutDocument | null {
    return this.#layout;
  }

  lastSeen(): LastSeen | null {
    return this.#last;
  }

  /** The engine's time of the frame that is held, or null while updates run. */
  pausedAt(): number | null {
    return this.#pausedAt;
  }

  /** Holds the frame on the screen, or lets updates run again. */
  pause(on: boolean): void {
    this.#pausedAt = on ? (this.#frame?.time ?? null) : null;
    const newest = this.#waiting;
    if (!on && newest !== null) this.#offer(newest);
    this.#tell();
  }

  /** The age of what is on the screen now. */
  freshness(): Freshness {
    const told = freshnessOf(this.#received, this.#doors.clock(), this.#link.state(), this.#engine);
    const missing = this.#doors.missing?.() ?? '';
    return missing === '' ? told : { ...told, missing };
  }

  /** What this viewer looks at; null before it said so. */
  watched(): Watch | null {
    return this.#watch;
  }

  /** Says what this viewer looks at; the same again is not sent twice. */
  watch(watch: Watch): void {
    if (this.#watch !== null && JSON.stringify(watch) === JSON.stringify(this.#watch)) return;
    this.#watch = watch;
    this.#sendWatch();
  }

  #sendWatch(): void {
    if (this.#watch === null || this.#link.state().kind !== 'open') return;
    // Lost with the link or the engine: it is sent again when they are back.
    this.#link.call('watch', { ...this.#watch, racks: [...this.#watch.racks] }).catch(() => {});
  }

  #take(bytes: Uint8Array): void {
    let frame: ViewFrame;
    try {
      frame = this.#doors.decode(bytes);
    } catch (error) {
      this.#doors.complain(error);
      return;
    }
    const ack = () => void this.#link.call('ack', { seq: frame.seq }).catch(() => {});
    const { time, sampled, pollMs, staleMs, roundMs } = frame;
    const arrived = { frame, received: { time, sampled, pollMs, staleMs, roundMs, ...this.#doors.clock() } };
    if (this.#pausedAt === null) this.#offer(arrived);
    else {
      // What is held says itself that it is; the age tells whether newer data would be there.
      this.#waiting = arrived;
      this.#received = arrived.received;
    }
    this.#doors.drawn(ack);
  }

  /** Shows a frame now if its layout is here, else once it is. */
  #offer(arrived: Arrived): void {
    if (this.#next?.version === arrived.frame.layout) this.#show(arrived, this.#next);
    else void this.#fetchLayout(arrived);
  }

  #show({ frame, received }: Arrived, layout: LayoutDocument): void {
    this.#waiting = null;
    this.#frame = frame;
    this.#received = received;
    this.#layout = layout;
    this.#remember(frame);
    this.#tell();
  }

  /**
   * Keeps the last power for the past-tense text. While a source goes silent its racks turn stale one by one and are
   * counted at nameplate: such a total does not take the place of a full reading from within the stale limit.
   */
  #remember({ summary: { powerW, powerAtLeast }, sampled, staleMs, roundMs }: ViewFrame): void {
    if (powerW === null || sampled === null) return;
    const full = this.#last?.atLeast === false && sampled - this.#last.sampled <= shownFor({ staleMs, roundMs });
    if (!powerAtLeast || !full) this.#last = { powerW, sampled, atLeast: powerAtLeast };
  }

  /** Gets the layout of a frame that came before it; the newest such frame is shown when it is there. */
  async #fetchLayout(arrived: Arrived): Promise<void> {
    this.#waiting = arrived;
    const epoch = this.#epoch;
    if (this.#asking === epoch) return;
    this.#asking = epoch;
    const layout = await this.#link.call('layout', {}).catch(() => null);
    if (this.#asking === epoch) this.#asking = null;
    if (epoch !== this.#epoch || layout === null) return;
    this.#next = layout;
    const waiting = this.#waiting;
    if (waiting?.frame.layout === layout.version && this.#pausedAt === null) this.#show(waiting, layout);
  }

  #engineIs(event: EngineEvent): void {
    const restarted = event.state === 'up' && event.starts !== this.#engine?.starts;
    this.#engine = event;
    if (restarted) this.#renew();
    this.#tell();
  }

  #linkChanged(): void {
    const open = this.#link.state().kind === 'open';
    if (open && !this.#linked) this.#renew();
    this.#linked = open;
    this.#tell();
  }

  #renew(): void {
    // Another engine may number other places alike: its layout is fetched anew.
    this.#epoch += 1;
    this.#next = null;
    this.#waiting = null;
    this.#sendWatch();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
