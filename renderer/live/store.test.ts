import { describe, expect, it } from 'vitest';
import type { EngineEvent, LayoutDocument, ViewFrame } from '../../shared/contract.ts';
import { CallFault, type Link, type LinkState, Listeners } from '../link/link.ts';
import { LiveStore } from './store.ts';

/** A link whose answers the test gives itself. */
class FakeLink {
  readonly listeners = new Listeners();
  readonly calls: { name: string; arg: unknown; resolve(value: unknown): void; fail(): void }[] = [];
  now: LinkState = { kind: 'open' };
  call(name: string, arg: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const fail = () => reject(new CallFault({ code: 'x', message: 'x', hint: '' }));
      this.calls.push({ name, arg, resolve, fail });
    });
  }
  on(name: string, listener: (value: unknown) => void) {
    return this.listeners.add(name, listener);
  }
  state() {
    return this.now;
  }
  onState(listener: () => void) {
    return this.listeners.add('state', listener);
  }
  become(state: LinkState) {
    this.now = state;
    this.listeners.tell('state', state);
  }
  named(name: string) {
    return this.calls.filter((call) => call.name === name);
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const layout = (version: number) => ({ version }) as LayoutDocument;
const frame = (seq: number, layoutVersion = 1) =>
  ({
    seq,
    time: seq * 1000,
    sampled: seq * 1000,
    layout: layoutVersion,
    pollMs: 5000,
    staleMs: 60_000,
    roundMs: null,
    summary: { powerW: seq },
  }) as unknown as ViewFrame;

function setUp() {
  const link = new FakeLink();
  const drawn: (() => void)[] = [];
  const complaints: unknown[] = [];
  const frames = new Map<number, ViewFrame>();
  const store = new LiveStore(link as unknown as Link, {
    decode: (bytes) => {
      const found = frames.get(bytes[0]);
      if (found === undefined) throw new Error('not a frame');
      return found;
    },
    clock: () => ({ steady: 0, wall: 0 }),
    drawn: (run) => drawn.push(run),
    complain: (error) => complaints.push(error),
  });
  const send = (value: ViewFrame) => {
    frames.set(value.seq, value);
    link.listeners.tell('frame', new Uint8Array([value.seq]));
  };
  return { link, drawn, complaints, store, send };
}

describe('LiveStore', () => {
  it('remembers the last full reading, not the nameplates that a dying source is counted at', async () => {
    const { link, store, send } = setUp();
    const total = (seq: number, powerW: number, powerAtLeast: boolean) =>
      ({ ...frame(seq), summary: { powerW, powerAtLeast } }) as ViewFrame;
    send(total(1, 2.62e6, false));
    link.named('layout')[0].resolve(layout(1));
    await settled();
    send(total(2, 3.17e6, true));
    expect(store.lastSeen()).toEqual({ powerW: 2.62e6, sampled: 1000, atLeast: false });
    // Beyond the stale limit the full reading is of another time: what is known since is told, as what it is.
    send(total(62, 2.9e6, true));
    expect(store.lastSeen()).toEqual({ powerW: 2.9e6, sampled: 62_000, atLeast: true });
  });

  it('shows a frame once its layout is here, and acknowledges it once it is drawn', async () => {
    const { link, drawn, store, send } = setUp();
    send(frame(1));
    send(frame(2));
    expect(store.get()).toBeNull();
    expect(link.named('layout')).toHaveLength(1);
    link.named('layout')[0].resolve(layout(1));
    await settled();
    expect(store.get()?.seq).toBe(2);
    expect(store.layout()?.version).toBe(1);
    expect(link.named('ack')).toHaveLength(0);
    for (const run of drawn) run();
    expect(link.named('ack').map((call) => call.arg)).toEqual([{ seq: 1 }, { seq: 2 }]);
  });

  it('never shows a frame with another layout than its own', async () => {
    const { link, store, send } = setUp();
    send(frame(1, 1));
    link.named('layout')[0].resolve(layout(2));
    await settled();
    expect(store.get()).toBeNull();
    send(frame(2, 2));
    expect(store.get()?.seq).toBe(2);
    send(frame(3, 3));
    expect(store.get()?.seq).toBe(2);
    // The age is that of the frame on the screen, not of the one that cannot be shown.
    expect(store.freshness().now).toBe(2000);
    expect(store.layout()?.version).toBe(2);
  });

  it('fetches the layout anew from another engine, though it has the same number', async () => {
    const { link, store, send } = setUp();
    const event = (starts: number): EngineEvent => ({ state: 'up', since: 0, starts, reason: '' });
    link.listeners.tell('engine', event(1));
    send(frame(1));
    link.named('layout')[0].resolve(layout(1));
    await settled();
    link.listeners.tell('engine', event(2));
    send(frame(2));
    expect(store.get()?.seq).toBe(1);
    link.named('layout')[1].resolve(layout(1));
    await settled();
    expect(store.get()?.seq).toBe(2);
  });

  it('says what it watches once, and again when the link is back', () => {
    const { link, store } = setUp();
    const watch = { signal: 'power', gpus: true, racks: [] } as const;
    store.watch(watch);
    store.watch({ ...watch });
    expect(link.named('watch')).toHaveLength(1);
    link.become({ kind: 'lost', reason: '' });
    link.become({ kind: 'open' });
    expect(link.named('watch')).toHaveLength(2);
  });

  it('holds the frame while paused and still acknowledges those that come', async () => {
    const { link, drawn, store, send } = setUp();
    send(frame(1));
    link.named('layout')[0].resolve(layout(1));
    await settled();
    store.pause(true);
    send(frame(2));
    expect([store.get()?.seq, store.pausedAt()]).toEqual([1, 1000]);
    expect(drawn).toHaveLength(2);
    store.pause(false);
    expect([store.get()?.seq, store.pausedAt()]).toEqual([2, null]);
    send(frame(3));
    expect(store.get()?.seq).toBe(3);
  });

  it('complains about bytes that are no frame and keeps the one it has', async () => {
    const { link, complaints, store, send } = setUp();
    send(frame(1));
    link.named('layout')[0].resolve(layout(1));
    await settled();
    link.listeners.tell('frame', new Uint8Array([99]));
    expect(complaints).toHaveLength(1);
    expect(store.get()?.seq).toBe(1);
  });
});
