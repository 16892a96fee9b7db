import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SnapshotJob } from '../../../shared/contract/snapshots.ts';
import type { CallArg, CallName, CallResult } from '../../../shared/contract.ts';
import { calls } from '../../../shared/contract.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';
import { framesOf, START, smallTopology } from '../../../shared/snapshot/snapshot.fixture.ts';
import { FleetView } from '../../../shared/view.ts';
import { FaultError } from '../fault.ts';
import type { EngineContext } from '../part.ts';
import { openFile } from './assemble.ts';
import { SnapshotLibrary } from './library.ts';
import { SnapshotsPart } from './snapshots-part.ts';

const STEP = 5000;
const frames = framesOf(smallTopology(), 200, STEP);

/** The part on a clock of its own, with a fleet that was seen for five minutes. */
function setUp(change: Partial<Settings['snapshots']> = {}) {
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
  return { part, call, polls, ended, events, folder, fire };
}

let its: ReturnType<typeof setUp>;
beforeEach(() => {
  its = setUp();
});
afterEach(() => {
  its.part.close();
  rmSync(its.folder, { recursive: true, force: true });
});

const order = { title: 'Row A1 near its budget', beforeMs: 60_000, who: 'Ada', note: 'Look at A1-01', tags: ['power'] };

describe('a capture', () => {
  it('has what was recorded before and after the moment, signed, with what is missing said', async () => {
    its.polls(60);
    const { job } = await its.call('takeSnapshot', { ...order, afterMs: 20_000 });
    its.polls(4);
    const { file, state } = await its.ended(job);
    expect(state).toBe('done');
    const bytes = readFileSync(join(its.folder, 'snapshots', `${file}.fwsnap`));
    const { snapshot, seal } = openFile(bytes, file);
    const moment = START + 59 * STEP;
    expect(snapshot.manifest).toMatchObject({ at: moment, from: moment - 60_000, to: moment + 20_000, instants: 17 });
    expect(snapshot.manifest.made).toMatchObject({ by: 'Ada', reason: 'person' });
    expect(snapshot.manifest.missing).toEqual(['Alerts could not be read: Nothing answers alerts.']);
    expect(snapshot.papers.notes[0].text).toBe('Look at A1-01');
    expect(seal.kind).toBe('signed');
    expect(statSync(join(its.folder, 'snapshot-key.pem')).mode & 0o777).toBe(0o600);
    expect(its.events.map((event) => event.state)).toEqual(
      expect.arrayContaining(['recording', 'gathering', 'packing', 'done']),
    );
  });

  it('of a place has that place only, and says what lies before the first instant', async () => {
    its.polls(10);
    const { job } = await its.call('takeSnapshot', { ...order, beforeMs: 900_000, scope: 'S/A/A1/A1-02' });
    const { file } = await its.ended(job);
    const { snapshot } = openFile(readFileSync(join(its.folder, 'snapshots', `${file}.fwsnap`)), file);
    expect(snapshot.manifest.counts).toMatchObject({ gpus: 8, racks: 1, nodes: 2 });
    expect(snapshot.topology.budgetW[0]).toBeNaN();
    expect(snapshot.manifest.missing[1]).toMatch(/^Nothing is recorded before 14:00:00/);
    await expect(
      its.call('takeSnapshot', { ...order, scope: 'S/B' }).then(({ job: id }) => its.ended(id)),
    ).resolves.toMatchObject({
      state: 'failed',
      trouble: expect.stringContaining('There is no place S/B'),
    });
  });

  it('tells its size beforehand, roughly', async () => {
    its.polls(80);
    const { bytes, instants } = await its.call('sizeSnapshot', { beforeMs: 300_000, scope: '' });
    const { job } = await its.call('takeSnapshot', { ...order, beforeMs: 300_000 });
    const { file } = await its.ended(job);
    const real = statSync(join(its.folder, 'snapshots', `${file}.fwsnap`)).size;
    expect(instants).toBe(61);
    expect(bytes / real).toBeGreaterThan(0.4);
    expect(bytes / real).toBeLessThan(2.5);
  });

  it('that is taken in the same second as another overwrites nothing', async () => {
    its.polls(20);
    const jobs = await Promise.all([0, 1, 2].map(() => its.call('takeSnapshot', order)));
    const files = await Promise.all(jobs.map(async ({ job }) => (await its.ended(job)).file));
    expect(new Set(files).size).toBe(3);
    expect(readdirSync(join(its.folder, 'snapshots')).filter((name) => name.endsWith('.fwsnap'))).toHaveLength(3);
  });

  it('that is called off leaves nothing', async () => {
    its.polls(20);
    const { job } = await its.call('takeSnapshot', { ...order, afterMs: 600_000 });
    its.polls(2);
    await its.call('cancelSnapshot', { job });
    expect(await its.ended(job)).toMatchObject({ state: 'cancelled' });
    expect(readdirSync(join(its.folder, 'snapshots'))).toEqual(['removed']);
  });

  it('is refused before anything was recorded', async () => {
    await expect(its.call('takeSnapshot', order)).rejects.toThrow('Nothing was recorded yet');
  });
});

describe('by itself', () => {
  const taken = async (own: ReturnType<typeof setUp>) =>
    (await own.call('snapshots', {})).jobs.map(({ title, reason }) => `${title} ${reason}`);
  const firing = (id: string, firedAt: number, severity = 'critical') => ({
    id,
    firedAt,
    severity,
    title: `Alert ${id}`,
  });

  it('takes one when an alert fires, not again within the time, and none of what fired before', async () => {
    const own = setUp({ onAlert: 'critical', everyMs: 300_000 });
    try {
      const settle = () => new Promise((resolve) => setImmediate(resolve));
      own.fire([firing('old', START - 60_000)]);
      own.polls(4);
      await settle();
      own.fire([firing('old', START - 60_000), firing('mild', START + 20_000, 'warning')]);
      own.polls(2);
      await settle();
      expect((await own.call('snapshots', {})).jobs).toEqual([]);
      own.fire([firing('new', START + 30_000)]);
      own.polls(1);
      await expect.poll(() => taken(own)).toEqual(['Alert new alert']);
      own.fire([firing('new', START + 30_000), firing('next', START + 40_000)]);
      own.polls(3);
      await settle();
      // Five minutes later there is one again, and was none between.
      own.polls(60);
      own.fire([firing('later', START + 340_000)]);
      own.polls(1);
      await expect.poll(() => taken(own)).toEqual(['Alert new alert', 'Alert later alert']);
    } finally {
      own.part.close();
      rmSync(own.folder, { recursive: true, force: true });
    }
  });

  it('that cannot begin since too many are under way is told, and no more than that comes of it', async () => {
    const own = setUp({ onAlert: 'critical', everyMs: 60_000 });
    try {
      own.fire([firing('old', START - 60_000)]);
      own.polls(1);
      await new Promise((resolve) => setImmediate(resolve));
      for (let n = 1; n <= 4; n++) {
        own.fire([firing(`${n}`, START + n * 65_000)]);
        own.polls(13);
        await expect.poll(() => taken(own)).toHaveLength(n);
      }
      const { jobs } = await own.call('snapshots', {});
      expect(jobs.map(({ state }) => state)).toEqual(['recording', 'recording', 'recording', 'failed']);
      expect(jobs[3]).toMatchObject({ title: 'Alert 4', trouble: expect.stringContaining('being taken already') });
    } finally {
      own.part.close();
      rmSync(own.folder, { recursive: true, force: true });
    }
  });
});

describe('the library', () => {
  async function taken(more: Partial<typeof order> = {}): Promise<string> {
    its.polls(20);
    const { job } = await its.call('takeSnapshot', { ...order, ...more });
    return (await its.ended(job)).file;
  }
  const rows = async () => {
    for (;;) {
      const { rows: found } = await its.call('snapshots', {});
      if (found.every(({ integrity }) => integrity !== 'checking')) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  /** A form of a file, piece after piece. */
  const left = async (arg: CallArg<'exportSnapshot'>) => {
    const { name, form } = await its.call('exportSnapshot', arg);
    const pieces: Buffer[] = [];
    for (let over = false; !over; ) {
      const { base64, last } = await its.call('exportPiece', { form });
      pieces.push(Buffer.from(base64, 'base64'));
      over = last;
    }
    await expect(its.call('exportPiece', { form })).rejects.toThrow('not being read any more');
    return { name, pieces, text: Buffer.concat(pieces).toString() };
  };

  it('lists files with what a person wrote of them, and gives them in pieces', async () => {
    const file = await taken();
    expect(await rows()).toMatchObject([
      {
        file,
        integrity: 'whole',
        note: 'Look at A1-01',
        tags: ['power'],
        keptUntil: null,
        manifest: { title: order.title },
      },
    ]);
    // 20 kW budgets, racks that draw 14 and 13 kW: 70 and 65 of 100, of 220 steps.
    expect((await rows())[0].thumbnail).toEqual([154, 142]);
    await its.call('describeSnapshot', { file, note: 'Solved', tags: ['power', 'closed'] });
    expect(await rows()).toMatchObject([{ note: 'Solved', tags: ['power', 'closed'] }]);
    const pieces: Buffer[] = [];
    const path = join(its.folder, 'snapshots', `${file}.fwsnap`);
    for (let from = 0; from < statSync(path).size; ) {
      const { base64 } = await its.call('readSnapshot', { file, from });
      pieces.push(Buffer.from(base64, 'base64'));
      from += pieces.at(-1)?.length as number;
    }
    expect(Buffer.concat(pieces).equals(readFileSync(path))).toBe(true);
  });

  it('lists a file that was altered or is no snapshot as such, and opens neither', async () => {
    const file = await taken();
    const path = join(its.folder, 'snapshots', `${file}.fwsnap`);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(path, bytes);
    writeFileSync(join(its.folder, 'snapshots', 'page.fwsnap'), '<html>');
    const found = await rows();
    expect(found.find((row) => row.file === file)).toMatchObject({
      integrity: 'altered',
      manifest: null,
      thumbnail: [],
    });
    expect(found.find((row) => row.file === 'page')).toMatchObject({ integrity: 'unreadable' });
    await expect(its.call('exportSnapshot', { file, format: 'md' })).rejects.toMatchObject({
      fault: { code: 'snapshot-altered' },
    });
  });

  it('brings back what was removed', async () => {
    const file = await taken();
    await its.call('removeSnapshot', { file });
    expect(await rows()).toMatchObject([{ file, keptUntil: expect.any(Number), note: 'Look at A1-01' }]);
    await expect(its.call('readSnapshot', { file, from: 0 })).rejects.toThrow('There is no snapshot');
    await its.call('restoreSnapshot', { file });
    expect(await rows()).toMatchObject([{ file, keptUntil: null, integrity: 'whole', note: 'Look at A1-01' }]);
  });

  it('tells a file from one of its name that was removed, and keeps each that was', async () => {
    const file = await taken();
    const path = join(its.folder, 'snapshots', `${file}.fwsnap`);
    const bytes = readFileSync(path);
    await its.call('removeSnapshot', { file });
    // Somebody puts another file there, under the same name.
    writeFileSync(path, Buffer.concat([bytes, Buffer.from('more')]));
    const library = new SnapshotLibrary(its.folder);
    await library.check();
    expect(await library.check()).toBe(false);
    expect(library.rows().map(({ keptUntil, integrity }) => [keptUntil === null, integrity])).toEqual(
      expect.arrayContaining([
        [true, 'unreadable'],
        [false, 'whole'],
      ]),
    );
    expect(library.row(file).keptUntil).toBeNull();
    await library.move(file, true);
    expect(library.rows().map((row) => [row.file, row.bytes, row.integrity])).toEqual(
      expect.arrayContaining([
        [file, bytes.length + 4, 'unreadable'],
        [`${file}-2`, bytes.length, 'whole'],
      ]),
    );
    await library.move(`${file}-2`, false);
    expect(library.row(`${file}-2`)).toMatchObject({ note: 'Look at A1-01', bytes: bytes.length });
  });

  it('shows what would leave, and gives other forms without names', async () => {
    const file = await taken();
    const preview = await its.call('previewRedaction', { file, redact: ['devices', 'users', 'notes'] });
    expect(preview.names).toMatchObject([
      { kind: 'devices', count: 16 },
      { kind: 'users', count: 1 },
    ]);
    expect(preview.removed[0]).toBe('1 notes');
    const { name, text } = await left({ file, format: 'csv', redact: ['devices', 'places', 'hosts'] });
    expect(name).toMatch(/^snapshot-[0-9a-f]{8}\.csv$/);
    expect(text).not.toMatch(/A1-01|GPU-/);
    expect(text).toContain(',gpu.power,W,site-1,hall-1,row-1,rack-1,node-1,gpu-1,');
  });

  it('gives a form in pieces of one size, and lets one go that nobody asks for any more', async () => {
    its.polls(120);
    const file = await taken({ beforeMs: 600_000 });
    const { pieces, text } = await left({ file, format: 'csv' });
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.slice(0, -1).every(({ length }) => length === 384 * 1024)).toBe(true);
    const lines = text.trimEnd().split('\r\n');
    const { manifest } = (await rows())[0];
    expect(lines).toHaveLength(1 + (manifest?.counts.samples ?? 0));
    expect(new Set(lines.map((line) => line.split(',').length))).toEqual(new Set([10]));
    const { form } = await its.call('exportSnapshot', { file, format: 'csv' });
    await its.call('exportPiece', { form });
    its.polls(13);
    await expect(its.call('exportPiece', { form })).rejects.toThrow('not being read any more');
  });

  it('of a redacted capture tells by no signature whose it is', async () => {
    await taken({ redact: ['hosts'] } as never);
    expect((await rows())[0].seal).toEqual({ kind: 'unsigned' });
  });

  it('deletes what was put aside after 30 days', async () => {
    const file = await taken();
    await its.call('removeSnapshot', { file });
    const [{ keptUntil }] = await rows();
    const library = new SnapshotLibrary(its.folder);
    await library.forgetAside((keptUntil as number) - 1);
    expect(library.rows()).toHaveLength(1);
    await library.forgetAside(keptUntil as number);
    expect(readdirSync(join(its.folder, 'snapshots', 'removed'))).toEqual([]);
  });

  it('deletes it by itself as well, where nobody asks for the list', async () => {
    const file = await taken();
    await its.call('removeSnapshot', { file });
    const [{ keptUntil }] = await rows();
    const aside = () => readdirSync(join(its.folder, 'snapshots', 'removed'));
    its.part.tick((keptUntil as number) - 1, false);
    its.polls(1);
    expect(aside()).not.toEqual([]);
    its.part.tick((keptUntil as number) + 3_600_000, false);
    await expect.poll(aside).toEqual([]);
  });

  it('deletes nothing that was put aside where that makes not room enough', async () => {
    const file = await taken();
    await its.call('removeSnapshot', { file });
    const library = new SnapshotLibrary(its.folder);
    await expect(library.makeRoom(1000, 999, () => true)).rejects.toThrow('quota');
    expect(library.rows()).toHaveLength(1);
    await library.makeRoom(1000, 1000, () => true);
    expect(library.rows()).toEqual([]);
  });

  it('refuses to grow beyond its quota, and makes room of what was put aside', async () => {
    rmSync(its.folder, { recursive: true, force: true });
    its = setUp({ quotaBytes: 20_000 });
    const first = await taken();
    await its.call('removeSnapshot', { file: first });
    let failed = '';
    for (let n = 0; n < 10 && failed === ''; n++) {
      const { job } = await its.call('takeSnapshot', order);
      failed = (await its.ended(job)).trouble;
    }
    expect(failed).toMatch(/quota/);
    expect((await rows()).some((row) => row.keptUntil !== null)).toBe(false);
  });
});
