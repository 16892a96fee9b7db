import type { EventName, FromEngine, Role, Watch } from '../../shared/contract.ts';
import type { FleetView } from '../../shared/view.ts';
import { encodeFrame } from '../../shared/wire.ts';

/** One page that looks at the fleet. */
export interface Viewer {
  readonly role: Role;
  watch: Watch;
  /** Sequence number of the frame that was sent and not yet drawn; undefined when the next may leave. */
  unacked: number | undefined;
  sentAt: number;
  /** The newest sample time that was sent, and when a frame first had it. */
  sampled: number | null;
  freshAt: number;
  /** Something newer than what was sent is waiting. */
  due: boolean;
}

/** Heatmaps recolour at most once a second (ui.md 2.3); what a viewer asks for anew comes at once. */
const FRAME_MS = 1000;
/** A viewer to whom nothing was sent yet of what it looks at. */
const UNSENT = { unacked: undefined, sentAt: 0, freshAt: 0, due: true } as const;
const FIRST_WATCH: Watch = { signal: 'power', gpus: true, racks: [] };

/** Everyone who looks. One frame in flight per viewer; the newest leaves when that one was drawn. */
export class Viewers {
  readonly #post: (message: FromEngine, transfer?: readonly ArrayBuffer[]) => void;
  readonly #viewers = new Map<number, Viewer>();
  #seq = 0;

  constructor(post: (message: FromEngine, transfer?: readonly ArrayBuffer[]) => void) {
    this.#post = post;
  }

  open(id: number, role: Role): void {
    this.#viewers.set(id, { role, watch: FIRST_WATCH, ...UNSENT, sampled: null });
  }

  close(id: number): void {
    this.#viewers.delete(id);
  }

  get(id: number): Viewer | undefined {
    return this.#viewers.get(id);
  }

  /** A page says hello: it has nothing yet. What was sent to the one before it, or while it loaded, is drawn by nobody. */
  greet(viewer: Viewer): void {
    Object.assign(viewer, UNSENT);
  }

  /** Other columns are wanted: they come at once. */
  watch(viewer: Viewer, watch: Watch): void {
    Object.assign(viewer, { watch, ...UNSENT });
  }

  /** The frame of this number was drawn. */
  ack(viewer: Viewer, seq: number): void {
    if (seq === viewer.unacked) viewer.unacked = undefined;
  }

  /** Place indexes of the racks whose GPUs anyone looks at. */
  racks(): ReadonlySet<number> {
    const all = [...this.#viewers.values()];
    return new Set(all.flatMap(({ watch: { racks, rack } }) => (rack === undefined ? racks : [...racks, rack])));
  }

  /** There is a newer frame for everyone. */
  due(): void {
    for (const viewer of this.#viewers.values()) viewer.due = true;
  }

  /** Sends the newest frame to everyone who waits for one. */
  send(view: FleetView, now: number): void {
    for (const [id, viewer] of this.#viewers) this.#sendOne(id, viewer, view, now);
  }

  #sendOne(id: number, viewer: Viewer, view: FleetView, now: number): void {
    const sampled = view.current()?.sampled ?? null;
    // Frames in which something only grew older do not hold up what was just read.
    const fresh = sampled !== viewer.sampled;
    const since = fresh ? viewer.freshAt : viewer.sentAt;
    if (!viewer.due || viewer.unacked !== undefined || now - since < FRAME_MS - 50) return;
    const frame = view.frame(viewer.watch, ++this.#seq);
    if (!frame) return;
    const bytes = encodeFrame(frame);
    viewer.due = false;
    viewer.unacked = this.#seq;
    viewer.sentAt = now;
    if (fresh) Object.assign(viewer, { sampled, freshAt: now });
    this.#event(id, 'frame', bytes, [bytes.buffer as ArrayBuffer]);
  }

  /** Tells every viewer. */
  broadcast(name: EventName, value: unknown): void {
    for (const id of this.#viewers.keys()) this.#event(id, name, value);
  }

  #event(viewer: number, name: EventName, value: unknown, transfer?: readonly ArrayBuffer[]): void {
    this.#post({ kind: 'event', viewer, name, value }, transfer);
  }
}
