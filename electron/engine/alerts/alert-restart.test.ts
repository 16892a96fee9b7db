import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { frameOf, times, topologyOf } from '../../../shared/frame.fixture.ts';
import { Bench, MINUTE, POLL, T0 } from './alerts.fixture.ts';

const fs = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');
let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  vi.restoreAllMocks();
  bench.end();
});

describe('a restart (alert-semantics.md 6)', () => {
  for (const [away, told] of [
    [0, 'firing'],
    [30_000, 'firing'],
    [59 * MINUTE, 'firing'],
    [2 * 60 * MINUTE, 'pending'],
  ] as const) {
    it(`after ${away / MINUTE} min away: what fired is ${told}`, () => {
      bench.draw(9100, MINUTE);
      const before = bench.alert('BudgetNearCap');
      bench.restart(away);
      bench.next();
      bench.draw(9100);
      const after = bench.alert('BudgetNearCap');
      expect(after.state).toBe(told);
      if (told === 'firing')
        expect([after.activeAt, after.firedAt, after.incident]).toEqual([
          before.activeAt,
          before.firedAt,
          before.incident,
        ]);
      else expect(bench.written('BudgetNearCap')).toEqual(['pending', 'firing', 'restored', 'pending']);
    });
  }

  it('the time away does not count as pending', () => {
    bench.draw(9100, 30_000);
    bench.restart(10 * MINUTE, 'stopped');
    bench.next();
    bench.draw(9100, 20_000);
    expect(bench.told()).toEqual(['BudgetNearCap pending']);
    bench.next();
    bench.draw(9100, 10_000);
    expect(bench.told()).toEqual(['BudgetNearCap firing']);
  });

  it('keeps acknowledgements, silences, changed rules and notes', () => {
    bench.draw(9100, MINUTE);
    const { id } = bench.alert('BudgetNearCap');
    bench.call('ackAlert', { alerts: [id], who: 'Ada', note: 'on it' });
    bench.call('addNote', { alert: id, who: 'Ada', text: 'asked the hall' });
    bench.call('silence', { under: 'S/A', endsAt: bench.now + 60 * MINUTE, who: 'Ada', reason: 'work in hall A' });
    bench.restart(30_000);
    bench.next();
    bench.draw(9100);
    expect(bench.alert('BudgetNearCap').acked).toMatchObject({ who: 'Ada', note: 'on it', until: null });
    expect(bench.alert('BudgetNearCap').silencedBy).toHaveLength(1);
    expect(bench.call('alertNotes', { alert: id }).map(({ text }) => text)).toEqual(['asked the hall']);
  });

  it('nothing resolves while sources have not answered yet', () => {
    bench.draw(9100, MINUTE);
    bench.sources.push({ name: 'src', site: 'S', state: 'starting' });
    bench.restart(0);
    const empty = frameOf(topologyOf({ rows: 0 }), {}, bench.now);
    for (let i = 0; i < 20; i++) {
      bench.next();
      bench.poll(empty);
    }
    expect(bench.told()).toContain('BudgetNearCap firing unknown');
  });
});

describe('the clock (faults.md C2, C3)', () => {
  it('that goes back makes no pass, says so, and goes on when it has caught up', () => {
    bench.draw(9100, MINUTE);
    const last = bench.now;
    bench.now -= 60 * MINUTE;
    bench.draw(5000, MINUTE);
    expect(bench.told()).toEqual(['BudgetNearCap firing']);
    const [trouble] = bench.call('alerts', {}).trouble;
    expect(trouble.message).toMatch(/went back by .*: rules wait until 14:01:00/);
    bench.now = last + POLL;
    bench.draw(5000);
    expect(bench.told()).toEqual(['BudgetNearCap resolved']);
    expect(bench.call('alerts', {}).trouble).toEqual([]);
    const rows = bench.call('alertHistory', {}).rows.map(({ time }) => time);
    expect(
      [...rows].sort((a, b) => b - a),
      'times never go back',
    ).toEqual(rows);
  });

  it('after a sleep there is one pass, and nothing fires because time passed', () => {
    bench.draw(9100, 10_000);
    bench.next(8 * 60 * MINUTE);
    bench.draw(9100);
    expect(bench.told()).toEqual(['BudgetNearCap pending']);
    expect(bench.call('rules', {}).missedPasses).toBe((8 * 60 * MINUTE) / POLL - 1);
  });
});

describe('a disk that is full (faults.md C4)', () => {
  it('is told; alerts go on; what happened meanwhile is in the history, and in the file later', () => {
    bench.draw(5000);
    const full = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    });
    bench.next();
    bench.draw(9100, MINUTE);
    expect(bench.told()).toEqual(['BudgetNearCap firing']);
    expect(bench.call('alerts', {}).trouble.map(({ code }) => code)).toEqual(['not-written']);
    expect(bench.written('BudgetNearCap')).toEqual(['pending', 'firing']);
    full.mockRestore();
    bench.next(10_000);
    bench.draw(9100, POLL);
    expect(bench.call('alerts', {}).trouble).toEqual([]);
    bench.restart(0);
    expect(bench.written('BudgetNearCap')).toEqual(['pending', 'firing']);
  });
});

describe('the history', () => {
  it('is exported as CSV that is no formula, and as JSON', () => {
    bench.draw(9100, MINUTE);
    bench.call('addNote', { alert: bench.alert('BudgetNearCap').id, who: '=cmd|calc', text: '@SUM(1,"x")' });
    const { text } = bench.call('alertExport', { filter: { kinds: ['note'] }, format: 'csv' });
    const [, row] = text.split('\r\n');
    expect(row).toContain(`'=cmd|calc,"'@SUM(1,""x"")",9100`.replace('9100', '0.9'));
    const json = JSON.parse(bench.call('alertExport', { filter: {}, format: 'json' }).text);
    expect(json.map(({ kind }: { kind: string }) => kind)).toEqual(['note', 'firing', 'pending']);
  });

  it('leaves out a row whose bits flipped, and says so', () => {
    bench.draw(9100, MINUTE);
    bench.store.write([["UPDATE journal SET text = 'Rack A1-01 at 10.0% of budget' WHERE kind = 'firing'"]], bench.now);
    expect(bench.written('BudgetNearCap')).toEqual(['pending']);
    bench.next();
    bench.draw(9100);
    expect(bench.call('alerts', {}).trouble.map(({ code }) => code)).toEqual(['journal-repaired']);
  });

  it('is paged, and filtered by place and text', () => {
    bench.draw(9100, MINUTE);
    bench.next();
    bench.draw(5000);
    const first = bench.call('alertHistory', { most: 2 });
    expect([first.rows.length, first.next !== null]).toEqual([2, true]);
    const rest = bench.call('alertHistory', { most: 2, before: first.next ?? 0 });
    expect([rest.rows.map(({ kind }) => kind), rest.next]).toEqual([['pending'], null]);
    expect(bench.call('alertHistory', { under: 'S/A/A1' }).rows).toHaveLength(3);
    expect(bench.call('alertHistory', { under: 'S/A/A' }).rows).toHaveLength(0);
    expect(bench.call('alertHistory', { text: 'RACK a1-01 AT 91' }).rows).toHaveLength(3);
    expect(bench.call('alertHistory', { text: '9_.0%' }).rows, 'no wildcards').toHaveLength(0);
  });
});

describe('the journal’s limits', () => {
  const written = () => bench.call('alertHistory', { most: 1000 }).rows;

  it('let the oldest rows go by age and by size, as soon as they are changed; who changed them stays', () => {
    bench.draw(9100, MINUTE);
    bench.call('addNote', { alert: bench.alert('BudgetNearCap').id, who: 'Ada', text: 'x'.repeat(4000) });
    bench.next(3 * 86_400_000);
    bench.draw(5000);
    const { rows, bytes, oldest } = bench.call('journalSize', {});
    expect([rows, oldest]).toEqual([written().length, T0]);
    expect(bytes).toBeGreaterThan(4000);
    bench.call('saveJournal', { journal: { keepDays: 2, keepBytes: 1_000_000 }, who: 'Kim' });
    bench.next();
    bench.draw(5000);
    expect(written().filter(({ time }) => time < bench.now - 2 * 86_400_000)).toEqual([]);
    expect(written().find(({ kind }) => kind === 'file')).toMatchObject({
      who: 'Kim',
      text: 'Kept for 2 days, at most 1 MB; before, for 90 days, at most 256 MB',
    });
    const note = { alert: bench.alert('BudgetNearCap').id, who: 'Ada', text: 'y'.repeat(4000) };
    for (let i = 0; i < 400; i++) bench.call('addNote', note);
    bench.next(3_600_000);
    bench.draw(5000);
    // 400 notes of some 4 KB are 1.6 MB: the oldest are gone, the newest are there.
    expect(bench.call('journalSize', {}).bytes).toBeLessThanOrEqual(1_000_000);
    expect(written()[0].time).toBeGreaterThanOrEqual(bench.now - 3_600_000 - POLL);
  });
});

describe('a fault that came while nothing ran (alerts.md)', () => {
  const gpus = topologyOf({ nodes: 2 });
  const read = (xid: number, ecc = 0) =>
    bench.poll(
      frameOf(
        gpus,
        { 'gpu.power': times(16, 500), 'gpu.xid': [xid, ...times(15, 0)], 'gpu.eccUncorrected': times(16, ecc) },
        bench.now,
      ),
    );

  it('is noticed at the next start, however late, with the time since when; what was there before is not', () => {
    read(0);
    bench.next();
    read(31);
    bench.restart(86_400_000);
    read(79);
    expect(bench.told()).toContain('FatalXid firing');
    // That the engine lives is written every 30 s: the second reading is not in it.
    expect(bench.alert('FatalXid').detail).toContain('while Fleetwatt did not look, after 23 Nov 2026 14:00:00 UTC.');
    bench.restart(86_400_000);
    read(79, 2);
    expect(bench.told().filter((one) => one.startsWith('FatalXid'))).toEqual([]);
    // Uncorrectable errors are counted on from what was last read.
    expect(bench.told().filter((one) => one.startsWith('UncorrectableEcc'))).toHaveLength(16);
  });

  it('of a GPU that is read for the first time is old', () => {
    read(79);
    bench.next();
    read(79);
    expect(bench.told()).toEqual([]);
  });
});
