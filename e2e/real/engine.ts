import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../electron/engine/engine.ts';
import type { Clock } from '../../electron/engine/schedule.ts';
import type { CallArg, CallName, CallResult, Fault, FromEngine, ViewFrame } from '../../shared/contract.ts';
import { decodeFrame } from '../../shared/wire.ts';

/** An engine in this process, and one viewer of it. */
export interface RunningEngine {
  readonly profile: string;
  /** @throws Error with the fault's message */
  call<Name extends CallName>(name: Name, arg: CallArg<Name>): Promise<CallResult<Name>>;
  /** The next frame that is as wanted. */
  until(wanted: (frame: ViewFrame) => boolean): Promise<ViewFrame>;
  /** Ends it; its profile stays for another one. */
  stop(): void;
  /** Ends it and removes its profile. */
  remove(): void;
}

/** Starts an engine on a profile of its own, or on one that another left. */
export function startEngine(settings: object, clock: Clock, before?: RunningEngine): RunningEngine {
  const profile = before?.profile ?? mkdtempSync(join(tmpdir(), 'fleetwatt-engine-'));
  writeFileSync(join(profile, 'settings.json'), JSON.stringify({ schema: 1, ...settings }));
  let hear: (message: unknown) => void = () => {};
  let seen: (frame: ViewFrame) => void = () => {};
  let calls = 0;
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  const post = (message: FromEngine) => {
    if (message.kind === 'reply') {
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.ok) asked?.resolve(message.value as never);
      else asked?.reject(new Error((message.fault satisfies Fault).message));
    }
    if (message.kind !== 'event' || message.name !== 'frame') return;
    const frame = decodeFrame(message.value as Uint8Array);
    hear({ kind: 'call', viewer: 1, id: 0, name: 'ack', arg: { seq: frame.seq } });
    seen(frame);
  };
  const port = {
    post: (message: unknown) => post(message as FromEngine),
    close() {},
    onMessage(listener: typeof hear) {
      hear = listener;
    },
  };
  const engine = new Engine(port, { profile, clock });
  hear({ kind: 'open', viewer: 1, role: 'operate' });
  return {
    profile,
    call: (name, arg) =>
      new Promise((resolve, reject) => {
        calls++;
        waiting.set(calls, { resolve, reject });
        hear({ kind: 'call', viewer: 1, id: calls, name, arg });
      }),
    until: (wanted) =>
      new Promise((resolve) => {
        seen = (frame) => {
          if (wanted(frame)) resolve(frame);
        };
      }),
    stop: () => engine.stop(),
    remove() {
      engine.stop();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
