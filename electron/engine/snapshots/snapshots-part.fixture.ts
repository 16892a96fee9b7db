import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SnapshotJob } from '../../../shared/contract/snapshots.ts';
import type { CallArg, CallName, CallResult } from '../../../shared/contract.ts';
import { calls } from '../../../shared/contract.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';
import { framesOf, START, smallTopology } from '../../../shared/snapshot/snapshot.fixture.ts';
import { FleetView } from '../../../shared/view.ts';
import { FaultError } from '../fault.ts';
import type { EngineContext } from '../part.ts';
import { SnapshotsPart } from './snapshots-part.ts';

/** How far the instants of the fleet are apart. */
export const STEP = 5000;
const frames = framesOf(smallTopology(), 200, STEP);

/** The part on a clock of its own, with a fleet that was seen for five minutes. */
export function setUp(change: Partial<Settings['snapshots']> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-'));
  const settings = { ...defaultSettings, snapshots: { ...defaultSettings.snapshots, ...change } };
  const view = new FleetView(settings);
  const events: SnapshotJob[] = [];
  const timers: { at: number; run: () => void }[] = [];
  let alerts: readonly object[] | null = null;
  let now = START;
  const context = {
    ...{ folder, settings: () => settings, view: () => view, fleet: () => ({ badSamples: 0 }), sources: () => [] },
    clock: {
      now: () => now,
      later(run: () => void, ms: number) {
        const timer = { at: now + ms, run };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
    async ask(name: CallName) {
      if (name === 'alerts' && alerts) return { alerts };
      throw new FaultError('no-answer', `Nothing answers ${name}`, '');
    },
    broadcast: (_name: string, value: SnapshotJob) => events.push(value),
  } as unknown as EngineContext;
  const part = new SnapshotsPart(context);
  let at = 0;
  const polls = (count: number) => {
    for (let n = 0; n < count; n++, at++) {
      now = frames[at].time;
      view.update(frames[at], [], 0, now, true);
      part.tick(now, true);
      for (const timer of timers.splice(0)) timer.at <= now ? timer.run() : timers.push(timer);
    }
  };
  const call = async <Name extends CallName>(name: Name, arg: CallArg<Name>): Promise<CallResult<Name>> =>
    (part.answers[name] as (arg: unknown, asker: unknown) => CallResult<Name>)(calls[name].arg.parse(arg), {
      role: 'operate',
    });
  const ended = async (job: number) => {
    for (;;) {
      const found = (await call('snapshots', {})).jobs.find((one) => one.job === job);
      if (found && ['done', 'failed', 'cancelled'].includes(found.state)) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const fire = (list: readonly object[]) => {
    alerts = list;
  };
  const end = () => {
    part.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { part, call, polls, ended, events, folder, fire, end };
}

/** What a person asks for. */
export const order = {
  title: 'Row A1 near its budget',
  beforeMs: 60_000,
  who: 'Ada',
  note: 'Look at A1-01',
  tags: ['power'],
};
