import type { FromEngine, Role, ToEngine } from './contract.ts';
import type { DemoProcess } from './demo-keeper.ts';
import type { EngineProcess } from './engine-keeper.ts';
import { createHub, type Hub, type HubOptions, type ToViewer, type ViewerLink } from './hub.ts';
import type { DemoFiles } from './run-sources.ts';
import { defaultSettings, type Settings } from './settings.ts';

/** A clock that only moves when told; due timers run in their order. */
export class FakeClock {
  time = 1_000_000;
  #timers: { at: number; run: () => void }[] = [];

  readonly now = () => this.time;
  readonly later = (run: () => void, ms: number) => {
    const timer = { at: this.time + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  };

  waiting(): number {
    return this.#timers.length;
  }

  pass(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.time = due.at;
      due.run();
    }
    this.time = end;
  }
}

/** An engine of which a test plays the part. */
export class FakeEngine implements EngineProcess {
  readonly sent: ToEngine[] = [];
  killed = false;
  #listener: (message: unknown) => void = () => {};
  #exit: (reason: string) => void = () => {};
  readonly port = {
    post: (message: unknown) => void this.sent.push(message as ToEngine),
    onMessage: (listener: (message: unknown) => void) => {
      this.#listener = listener;
    },
    close: () => {},
  };

  onExit(listener: (reason: string) => void): void {
    this.#exit = listener;
  }
  kill(): void {
    this.killed = true;
  }
  say(message: FromEngine): void {
    this.#listener(message);
  }
  die(reason = 'exit code 1'): void {
    this.#exit(reason);
  }
  calls(name?: string): Extract<ToEngine, { kind: 'call' }>[] {
    return this.sent.filter((message) => message.kind === 'call').filter((call) => !name || call.name === name);
  }
  /** Answers the newest call of that name. */
  answer(name: string, value: unknown): void {
    const call = this.calls(name).at(-1);
    if (!call) throw new Error(`no call ${name}`);
    this.say({ kind: 'reply', viewer: call.viewer, id: call.id, ok: true, value });
  }
}

export class FakeDemo implements DemoProcess {
  killed = false;
  resolve!: (files: DemoFiles) => void;
  reject!: (error: Error) => void;
  readonly ready = new Promise<DemoFiles>((resolve, reject) => {
    this.resolve = resolve;
    this.reject = reject;
  });
  #exit = () => {};
  onExit(listener: () => void): void {
    this.#exit = listener;
  }
  kill(): void {
    this.killed = true;
  }
  die(): void {
    this.#exit();
  }
}

export class FakeViewer {
  readonly heard: ToViewer[] = [];
  readonly link: ViewerLink;
  constructor(hub: Hub, role: Role = 'operate') {
    this.link = hub.connect({ role, post: (message) => void this.heard.push(message) });
  }
  call(id: number, call: string, arg: unknown = {}): void {
    this.link.receive({ id, call, arg });
  }
  reply(id: number): ToViewer | undefined {
    return this.heard.find((message) => 'id' in message && message.id === id);
  }
}

export const demoFiles: DemoFiles = {
  targetsFile: '/demo/targets.json',
  topologyFile: '/demo/topology.csv',
  budgetsFile: '/demo/budgets.csv',
  fabricFile: '/demo/fabric.csv',
};

export function helloOf(settings: Partial<Settings> = {}) {
  return {
    version: '?',
    host: 'serve',
    role: 'read',
    engineStarted: 5,
    reading: [],
    settings: { ...defaultSettings, ...settings },
  };
}

/** Lets promises that are settled be heard; no time passes. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

/** A hub with everything around it played by the test. */
export function playedHub(extra: Partial<HubOptions> = {}) {
  const clock = new FakeClock();
  const engines: FakeEngine[] = [];
  const demos: FakeDemo[] = [];
  const hub = createHub({
    spawnEngine() {
      engines.push(new FakeEngine());
      return engines.at(-1) as FakeEngine;
    },
    spawnDemo() {
      demos.push(new FakeDemo());
      return demos.at(-1) as FakeDemo;
    },
    now: clock.now,
    later: clock.later,
    hostName: 'serve',
    version: '1.2.3',
    ...extra,
  });
  return { hub, clock, engines, demos };
}
