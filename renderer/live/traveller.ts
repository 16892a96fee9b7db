import type { QueryClient } from '@tanstack/react-query';
import { formatTime } from '../../shared/format.ts';
import { type Link, Listeners } from '../link/link.ts';
import { PastLink, type PastPosition, UNTOLD } from '../link/past.ts';
import { askPast, type PastMoment } from '../link/past-calls.ts';
import type { LiveStore } from './store.ts';
import { hashAt, timeOfHash } from './time-address.ts';

/** The past that is looked at: a link and its store, as of a live fleet. */
export interface Past {
  readonly link: PastLink;
  readonly live: LiveStore;
}

/** What a traveller needs of the page. */
export interface TravelDoors {
  readonly link: Link;
  readonly live: LiveStore;
  readonly client: QueryClient;
  readonly address: { get(): string; replace(hash: string): void };
  later(run: () => void, ms: number): () => void;
  storeOf(link: Link, missing: () => string): LiveStore;
}

/** The same object until it changes. */
export interface Journey {
  /** What is shown; null while the live fleet is. */
  readonly past: Past | null;
  /** The past is being opened: the live fleet is shown until its first instant is there. */
  readonly opening: Past | null;
}

const HOME: Journey = { past: null, opening: null };
const FIRST_WATCH = { signal: 'power', gpus: true, racks: [] } as const;
/** Instants are remembered this long: going back and forth asks nobody again. */
const KEPT_MS = 120_000;
/** What a page asks at an instant holds that instant up no longer than this. */
const PREPARE_MS = 1500;
/** The address follows where a viewer stands still, and about once a second while time runs. */
const [WRITE_STILL_MS, WRITE_PLAYING_MS] = [150, 1000];

/** Moves a page to a time of the past and back; the address has the time (`t=`), so that it can be sent. */
export class Traveller {
  readonly #doors: TravelDoors;
  readonly #listeners = new Listeners();
  #journey: Journey = HOME;
  #written: number | null = null;
  #writeAt: 'still' | 'playing' | null = null;
  #cancelWrite = () => {};
  #leave = () => {};

  constructor(doors: TravelDoors) {
    this.#doors = doors;
  }

  get(): Journey {
    return this.#journey;
  }

  subscribe(listener: () => void): () => void {
    return this.#listeners.add('journey', listener);
  }

  /** The address is another one: it leads to a time, or back to now. */
  follow(): void {
    const time = timeOfHash(this.#doors.address.get());
    const open = this.#open();
    if (time === null) this.#close();
    else if (!open) this.#start(time);
    else if (time !== this.#written) open.link.seekTime(time);
  }

  /** Goes to a time; null is now. */
  to(time: number | null): void {
    const open = this.#open();
    if (open && time !== null) {
      open.link.seekTime(time);
      return;
    }
    this.#doors.address.replace(hashAt(this.#doors.address.get(), time));
    this.follow();
  }

  /** One instant back or on from what is shown; on from now there is none. */
  step(by: number): void {
    const open = this.#open();
    if (open) open.link.step(by);
    else if (by < 0) this.to(this.latest());
  }

  /** The newest instant that can be gone to. */
  latest(): number {
    const { pollMs } = this.#limits() ?? UNTOLD;
    return Math.floor((this.now() - 2000) / pollMs) * pollMs;
  }

  /** The engine's time now. */
  now(): number {
    return this.#doors.live.freshness().now;
  }

  close(): void {
    this.#close();
  }

  #open(): Past | null {
    return this.#journey.past ?? this.#journey.opening;
  }

  #limits() {
    const frame = this.#doors.live.get();
    return frame
      ? { pollMs: frame.pollMs, staleMs: frame.staleMs, warnRatio: frame.warnRatio, critRatio: frame.critRatio }
      : null;
  }

  #start(time: number): void {
    const { link: live, live: store, client, later } = this.#doors;
    const doors = {
      later,
      now: () => this.now(),
      limits: () => this.#limits(),
      layout: () => store.layout(),
      prepare: (moment: PastMoment) => this.#prepare(moment),
      async cached<Value>(key: readonly unknown[], ask: () => Promise<Value>, keep: (value: Value) => boolean) {
        const settings = { queryKey: key, queryFn: ask, staleTime: Number.POSITIVE_INFINITY, gcTime: KEPT_MS };
        const value = await client.fetchQuery(settings);
        if (!keep(value)) client.removeQueries({ queryKey: key, exact: true });
        return value;
      },
    };
    const link = new PastLink(live, doors, time, store.watched() ?? FIRST_WATCH);
    const past: Past = { link, live: this.#doors.storeOf(link, () => missingText(link.position())) };
    this.#written = time;
    const offs = [
      link.onPosition(() => this.#moved(past)),
      past.live.subscribe(() => this.#arrived(past)),
      // A deep link: nothing of the past was told yet, and until then there may be no places either.
      store.subscribe(() => link.position().shown || link.retry()),
    ];
    this.#leave = () => {
      for (const off of offs) off();
      link.close();
    };
    // A page that shows live numbers goes on showing them until there are others; one that has none waits.
    this.#become(store.get() === null ? { past, opening: null } : { past: null, opening: past });
  }

  /** Views change over only once there is a frame: without one they would be made anew, and lose focus and drag. */
  #arrived(past: Past): void {
    if (this.#journey.opening === past && past.live.get() !== null) this.#become({ past, opening: null });
  }

  #moved(past: Past): void {
    const { playing, wanted } = past.link.position();
    if (wanted !== null && !playing) return;
    const when = playing ? 'playing' : 'still';
    if (this.#writeAt === 'playing' && playing) return;
    this.#cancelWrite();
    this.#writeAt = when;
    this.#cancelWrite = this.#doors.later(() => this.#write(past), playing ? WRITE_PLAYING_MS : WRITE_STILL_MS);
  }

  #write(past: Past): void {
    this.#writeAt = null;
    if (this.#open() !== past) return;
    const { time } = past.link.position();
    this.#written = time;
    const address = this.#doors.address.get();
    // Not by what was written last: an address that was gone to since may have led to the same instant again.
    if (timeOfHash(address) !== time) this.#doors.address.replace(hashAt(address, time));
  }

  #close(): void {
    this.#leave();
    this.#leave = () => {};
    this.#cancelWrite();
    this.#writeAt = null;
    this.#written = null;
    if (this.#journey !== HOME) this.#become(HOME);
  }

  #become(journey: Journey): void {
    this.#journey = journey;
    this.#listeners.tell('journey', undefined);
  }

  /** Asks at a moment what the page asks at the one that is shown, so that it changes all at once. */
  #prepare(moment: PastMoment): Promise<void> {
    const { client, link } = this.#doors;
    const active = client.getQueryCache().findAll({ type: 'active', predicate: ({ queryKey }) => isPast(queryKey[2]) });
    const asked = active.map(({ queryKey: [name, arg] }) =>
      client.prefetchQuery({
        queryKey: [name, arg, { at: moment.time }],
        queryFn: () => askPast(link, moment, name as 'inspect', arg as { place: number }),
        staleTime: Number.POSITIVE_INFINITY,
      }),
    );
    if (asked.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#doors.later(resolve, PREPARE_MS);
      void Promise.all(asked).then(() => {
        cancel();
        resolve();
      });
    });
  }
}

/** What stands in the place of numbers of an instant that is not recorded; '' where it is. */
const missingText = ({ recorded, shown, time }: PastPosition) =>
  shown && !recorded ? `Not recorded at ${formatTime(time)}` : '';

/** The part of a query's key that says as of when it was asked. */
const isPast = (part: unknown) => typeof part === 'object' && part !== null && 'at' in part && part.at !== 0;
