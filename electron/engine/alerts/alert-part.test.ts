import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { frameOf, LOST, times, topologyOf, type Values } from '../../../shared/frame.fixture.ts';
import { Bench, MINUTE, POLL, T0 } from './alerts.fixture.ts';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => {
  bench.end();
});

describe('an alert', () => {
  it('is pending, fires, clears two points lower, and each is a row', () => {
    bench.draw(9100);
    expect(bench.told()).toEqual(['BudgetNearCap pending']);
    bench.next();
    bench.draw(9100, MINUTE);
    expect(bench.told()).toEqual(['BudgetNearCap firing']);
    bench.next();
    bench.draw(8850, MINUTE);
    expect(bench.told(), 'below 90 % but not yet below 88 %').toEqual(['BudgetNearCap firing']);
    // 8,850 of 10,000 W: what is told of it is of now, not of when it was above.
    expect(bench.alert('BudgetNearCap').title).toBe('Rack A1-01 at 88.5% of budget');
    bench.next();
    bench.draw(8700);
    expect(bench.told()).toEqual(['BudgetNearCap resolved']);
    expect(bench.written('BudgetNearCap')).toEqual(['pending', 'firing', 'resolved']);
    const { rows } = bench.call('alertHistory', { rule: 'BudgetNearCap' });
    expect(rows[1]).toMatchObject({ object: 'Rack A1-01', path: 'S/A/A1/A1-01', severity: 'warning', domain: 'power' });
    expect(rows[1].text).toBe('Rack A1-01 at 91.0% of budget');
  });

  it('that does not last is dropped, and that is a row too', () => {
    bench.draw(9100, MINUTE / 2);
    bench.next();
    bench.draw(5000);
    expect(bench.told()).toEqual([]);
    expect(bench.written('BudgetNearCap')).toEqual(['pending', 'dropped']);
  });

  it('is in the head of frames: counts, lines and a version that grows', () => {
    bench.draw(9100, MINUTE);
    const frame = bench.view.frame({ signal: 'power', gpus: false, racks: [] }, 1);
    expect(frame?.alerts.counts).toMatchObject({ warning: 1, critical: 0, unowned: 1, incidents: 1 });
    expect(frame?.findings.map(({ title }) => title)).toEqual(['Rack A1-01 at 91.0% of budget']);
    const before = frame?.alerts.version ?? 0;
    bench.call('ackAlert', { alerts: [bench.alert('BudgetNearCap').id], who: 'Ada' });
    const after = bench.view.frame({ signal: 'power', gpus: false, racks: [] }, 2);
    expect(after?.alerts.version).toBeGreaterThan(before);
    expect(after?.alerts.counts.unowned).toBe(0);
  });
});

describe('a silent source', () => {
  it('holds its alerts with unknown since, one stopped reporting rises, nothing resolves', () => {
    bench.draw(9100, MINUTE);
    bench.next();
    bench.draw(0, 10 * MINUTE, times(16, LOST));
    const held = bench.alert('BudgetNearCap');
    expect(held.state).toBe('firing');
    expect(held.unknownSince).toBe(T0 + MINUTE + POLL);
    expect(held.title).toBe('Rack A1-01 was at 91.0% of budget');
    expect(held.detail).toMatch(/^Unknown since \d\d:\d\d:\d\d/);
    expect(bench.told()).toEqual(['AreaStoppedReporting firing', 'BudgetNearCap firing unknown']);
    bench.next();
    bench.draw(9200);
    expect(bench.told()).toEqual(['AreaStoppedReporting resolved', 'BudgetNearCap firing']);
    expect(bench.written('BudgetNearCap')).toEqual(['pending', 'firing', 'unknown', 'known']);
  });

  it('is Prometheus where the rule says so', () => {
    const rule = bench.call('rules', {}).rules.find(({ name }) => name === 'BudgetNearCap');
    if (!rule) throw new Error('no rule');
    const { from: _, file: __, changed, health, lastError, evaluatedAt, pending, firing, ...own } = rule;
    bench.call('saveRule', { rule: { ...own, onStale: 'resolve' } as never, who: 'Ada' });
    bench.draw(9100, MINUTE);
    bench.next();
    bench.draw(0, 0, times(16, LOST));
    expect(bench.told()).toContain('BudgetNearCap resolved');
  });
});

describe('a server that answers in part', () => {
  it('leaves out what is there: its alert holds for 5 min, then what stays out is gone', () => {
    bench.sources.push({ name: 'thanos', site: 'S', state: 'up' });
    bench.draw(9100, 2 * MINUTE);
    expect(bench.told()).toEqual(['BudgetNearCap firing']);
    bench.next();
    const began = bench.now;
    Object.assign(bench.sources[0], { state: 'partial', partial: { since: began, said: 'store s3 is out of reach' } });
    // The whole rack is left out: the fleet knows another one only.
    const other = topologyOf({ rows: 2, nodes: 2 });
    const without = { ...other, path: other.path.map((path) => path.replace('A1-01', 'A1-09')), version: 2 };
    const rest = () => bench.poll(frameOf(without, { 'gpu.power': times(32, 400) }, bench.now));
    for (; bench.now <= began + 5 * MINUTE; bench.next()) {
      rest();
      expect(bench.alert('BudgetNearCap')).toMatchObject({ state: 'firing', unknownSince: began });
    }
    rest();
    expect(bench.told()).toEqual(['BudgetNearCap resolved']);
  });

  it('once it answers as a whole again, what is missing is gone at once', () => {
    bench.sources.push({ name: 'thanos', site: 'S', state: 'partial', partial: { since: T0, said: 'out of reach' } });
    bench.draw(9100, 2 * MINUTE);
    bench.next();
    const without = topologyOf({ rows: 2, version: 2 });
    const gone = { ...without, path: without.path.map((path) => path.replace('A1-01', 'A1-09')) };
    bench.poll(frameOf(gone, { 'gpu.power': times(16, 400) }, bench.now));
    expect(bench.told()).toEqual(['BudgetNearCap firing unknown']);
    bench.next();
    Object.assign(bench.sources[0], { state: 'up', partial: null });
    bench.poll(frameOf(gone, { 'gpu.power': times(16, 400) }, bench.now));
    expect(bench.told()).toEqual(['BudgetNearCap resolved']);
  });
});

describe('the HW power brake', () => {
  it('on 40 GPUs of a rack is one incident, at once', () => {
    const wide = topologyOf({ nodes: 5 });
    const bits: Values = times(40, 0x80);
    bench.poll(frameOf(wide, { 'gpu.power': times(40, 700), 'gpu.throttle': times(40, 0) }, bench.now));
    bench.next();
    bench.poll(frameOf(wide, { 'gpu.power': times(40, 300), 'gpu.throttle': bits }, bench.now));
    const { incidents, counts } = bench.call('alerts', {});
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({ title: '40 GPUs in HW power brake', firing: 40, path: 'S/A/A1/A1-01' });
    expect(counts).toMatchObject({ critical: 40, incidents: 1 });
    const frame = bench.view.frame({ signal: 'power', gpus: false, racks: [] }, 1);
    expect(frame?.findings.map(({ title }) => title)).toEqual(['40 GPUs in HW power brake']);
  });
});

describe('silences', () => {
  it('of a part of an incident leave it named by what is loud', () => {
    const bits = [...times(3, 0x80), ...times(5, 0), ...times(2, 0x80), ...times(6, 0)];
    const values = { 'gpu.power': times(16, 500), 'gpu.throttle': bits };
    bench.poll(frameOf(topologyOf({ nodes: 2 }), values, bench.now));
    const titles = () => bench.call('alerts', {}).incidents.map(({ title }) => title);
    expect(titles()).toEqual(['5 GPUs in HW power brake']);
    const under = 'S/A/A1/A1-01/A1-01-n1';
    bench.call('silence', { under, endsAt: bench.now + 3_600_000, who: 'Ann', reason: 'Works' });
    expect(titles()).toEqual(['2 GPUs in HW power brake']);
  });

  it('mute by place or matcher, say what they mute, and end', () => {
    bench.draw(9100, MINUTE);
    const { id } = bench.alert('BudgetNearCap');
    const made = bench.call('silence', {
      ...{ matchers: [{ name: 'rack', op: '=~', value: 'A1-.*' }], under: 'S/A/A1' },
      ...{ endsAt: bench.now + 10 * MINUTE, who: 'Ada', reason: 'planned work' },
    });
    expect(made).toMatchObject({ state: 'active', mutes: [id] });
    expect(bench.call('alerts', {}).counts).toMatchObject({ warning: 0, muted: 1, incidents: 0 });
    bench.next(10 * MINUTE);
    bench.draw(9100);
    expect(bench.call('alerts', {}).counts).toMatchObject({ warning: 1, muted: 0 });
    expect(bench.call('silences', {})[0].state).toBe('expired');
    const kinds = bench.call('alertHistory', { kinds: ['silence', 'silence-end'] }).rows.map(({ kind }) => kind);
    expect(kinds).toEqual(['silence-end', 'silence']);
  });

  it('refuse what would mute everything, a bad pattern, and more than 24 h of critical power', () => {
    bench.draw(9900, 2 * MINUTE);
    const ask = (more: object) => {
      const arg = { who: 'Ada', reason: 'r', endsAt: bench.now + 48 * 60 * MINUTE, ...more };
      try {
        return bench.call('silence', arg);
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(ask({})).toMatch(/mute everything/);
    expect(ask({ matchers: [{ name: 'rack', op: '=~', value: '(a+' }] })).toMatch(/missing closing \)/);
    expect(ask({ under: 'S' })).toMatch(/Rack A1-01, a critical power alert, for more than 24 h/);
    expect(ask({ under: 'S', endsAt: bench.now + 24 * 60 * MINUTE })).toMatchObject({ state: 'active' });
  });

  it('of a hostile pattern cost no time that grows with it', () => {
    bench.draw(9100, MINUTE);
    const matchers = [{ name: 'rack', op: '=~', value: '(a+)+$'.repeat(20) } as const];
    bench.call('silence', { matchers, endsAt: bench.now + MINUTE, who: 'Ada', reason: 'r' });
    bench.draw(9100, MINUTE);
    expect(bench.told()).toEqual(['BudgetNearCap firing']);
  });
});

describe('rules', () => {
  it('of files are used, read again when they change, and say where they are wrong', () => {
    mkdirSync(join(bench.folder, 'rules'));
    const file = join(bench.folder, 'rules/own.yaml');
    writeFileSync(file, '- name: HotBoard\n  when: gpu.power > 500\n  severity: warning\n');
    bench.draw(16 * 550);
    expect(bench.told().filter((one) => one === 'HotBoard firing')).toHaveLength(16);
    writeFileSync(file, '- name: HotBoard\n  when: gpu.pwoer > 500\n  severity: warning\n# longer\n');
    bench.next();
    bench.draw(16 * 550);
    const { errors, rules } = bench.call('rules', {});
    expect(errors).toEqual([{ file: 'own.yaml', line: 2, column: 9, message: 'There is no quantity gpu.pwoer' }]);
    expect(rules.some(({ name }) => name === 'HotBoard')).toBe(false);
    expect(
      bench.told().filter((one) => one === 'HotBoard resolved'),
      'a rule that is gone resolves',
    ).toHaveLength(16);
    expect(bench.written('HotBoard').filter((kind) => kind === 'rule')).toHaveLength(2);
  });

  it('have overrides for a place and what is under it', () => {
    mkdirSync(join(bench.folder, 'rules'));
    const text =
      '- { name: Hot, when: gpu.power > 500, severity: warning, overrides: [{ place: S/A/A1/A1-01/A1-01-n2, when: gpu.power > 600 }] }\n';
    writeFileSync(join(bench.folder, 'rules/own.yaml'), text);
    bench.draw(16 * 550);
    const hot = bench.call('alerts', {}).alerts.filter(({ rule }) => rule === 'Hot');
    expect(new Set(hot.map(({ labels }) => labels.node))).toEqual(new Set(['A1-01-n1']));
  });

  it('say what they would find now, and are refused with the column', () => {
    bench.draw(9100);
    const rule = { name: 'Try', when: 'gpu.power > 500', severity: 'warning' } as const;
    expect(bench.call('previewRule', { rule })).toMatchObject({ error: '', holds: 16, of: 16, unknown: 0 });
    expect(bench.call('previewRule', { rule: { ...rule, when: 'gpu.power >' } })).toMatchObject({
      column: 12,
      holds: 0,
    });
  });

  it('raised in `for` while firing are pending again', () => {
    bench.draw(9100, MINUTE);
    const { from, file, changed, health, lastError, evaluatedAt, pending, firing, ...own } = bench
      .call('rules', {})
      .rules.find(({ name }) => name === 'BudgetNearCap') as never as Record<string, unknown>;
    bench.call('saveRule', { rule: { ...own, forMs: 10 * MINUTE } as never, who: 'Ada' });
    bench.next();
    bench.draw(9100);
    expect(bench.told()).toEqual(['BudgetNearCap pending']);
    bench.call('resetRule', { name: 'BudgetNearCap', who: 'Ada' });
    bench.next();
    bench.draw(9100);
    expect(bench.told()).toEqual(['BudgetNearCap firing']);
  });
});

describe('a flood (faults.md F4)', () => {
  it('of 10,000 alerts is one incident a rack; calls answer with the worst 2,000', () => {
    const large = topologyOf({ rows: 5, racks: 10, nodes: 25 });
    const values = { 'gpu.power': times(10_000, 700), 'gpu.throttle': times(10_000, 0x80) };
    bench.poll(frameOf(large, values, bench.now));
    const { alerts, total, incidents, trouble } = bench.call('alerts', {});
    expect([alerts.length, total, incidents.length]).toEqual([2000, 10_000, 50]);
    expect(trouble.map(({ message }) => message)).toEqual(['10,000 new alerts in 1 min, grouped by hall']);
    expect(bench.call('alertHistory', { most: 1000 }).rows).toHaveLength(1000);
  });

  it('is more than 20 new lines in a minute, and over when they are old; muted ones are none', () => {
    // Power brake of a GPU of each of so many rows: an incident each.
    const rows = topologyOf({
      rows: 24,
      gpus: 1,
      budgets: Object.fromEntries(times(24, 0).map((_, i) => [`S/A/A${i + 1}`, 1e6])),
    });
    const codes = () => bench.call('alerts', {}).trouble.map(({ code }) => code);
    const brake = (count: number) => {
      const bits = [...times(count, 0x80), ...times(24 - count, 0)];
      bench.poll(frameOf(rows, { 'gpu.power': times(24, 500), 'gpu.throttle': bits }, bench.now));
      bench.next();
    };
    brake(20);
    expect(codes()).toEqual([]);
    brake(21);
    expect(codes()).toEqual(['flood']);
    for (let passed = POLL; passed <= MINUTE - POLL; passed += POLL) brake(21);
    expect(codes()).toEqual([]);
    bench.call('silence', {
      matchers: [{ name: 'alertname', op: '=', value: 'HwPowerBrake' }],
      ...{ endsAt: bench.now + 3_600_000, who: 'Ann', reason: 'Works' },
    });
    brake(0);
    brake(24);
    expect(codes()).toEqual([]);
  });

  it('is not 40 GPUs of one rack: they are one line', () => {
    const rack = topologyOf({ nodes: 5 });
    bench.poll(frameOf(rack, { 'gpu.power': times(40, 200), 'gpu.throttle': times(40, 0x80) }, bench.now));
    const { total, incidents, trouble } = bench.call('alerts', {});
    expect([total, incidents.length, trouble]).toEqual([40, 1, []]);
  });
});
