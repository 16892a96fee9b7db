import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { START } from '../../../shared/snapshot/snapshot.fixture.ts';
import { openFile } from './assemble.ts';
import { order, STEP, setUp } from './snapshots-part.fixture.ts';

let its: ReturnType<typeof setUp>;
beforeEach(() => {
  its = setUp();
});
afterEach(() => {
  its.end();
});

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
      own.end();
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
      own.end();
    }
  });
});
