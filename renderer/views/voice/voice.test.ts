import { describe, expect, it } from 'vitest';
import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { Finding, ViewFrame } from '../../../shared/contract.ts';
import { DRAWN_FLEET, frameOf, layoutOf } from '../../draw/sample-fleet.fixture.ts';
import type { Freshness, FreshState } from '../../live/freshness.ts';
import { nextVoice, type Seen, SILENT, type Voice } from './voice.ts';

const layout = layoutOf(DRAWN_FLEET);
const calm = frameOf(layout, 'power');

const finding = (title: string, severity: Finding['severity'] = 'critical', alert = title): Finding => ({
  ...{ title, severity, alert, detail: '', domain: 'power', place: 3, since: 0 },
});
const seen = (now: number, findings: readonly Finding[], more: Partial<ViewFrame & Freshness> = {}): Seen => ({
  frame: { ...calm, findings, sources: more.sources ?? [], alerts: more.alerts ?? calm.alerts },
  layout,
  freshness: { now, ageMs: 0, state: (more.state ?? 'live') as FreshState, trouble: more.trouble ?? '' },
});
const silent = { id: 'p', name: 'pdx-prom-01', state: 'down', failures: 3, partial: null } as SourceHealth;

/** What a page says that sees one thing after another. */
function heard(all: readonly Seen[]): readonly Voice[] {
  let voice = SILENT;
  return all.map((one) => {
    voice = nextVoice(voice, one);
    return voice;
  });
}

describe('a new critical condition', () => {
  it('is said once and at once; what held when the page was opened is counted and not called new', () => {
    const [row, rack] = [finding('Row A2 at 97.8% of busway budget'), finding('Rack B1-02 over its budget')];
    const said = heard([seen(0, [row]), seen(1000, [row, rack]), seen(2000, [row, rack]), seen(12_000, [row, rack])]);
    expect(said.map(({ alert }) => alert)).toEqual([
      '',
      'Critical now: Rack B1-02 over its budget',
      'Critical now: Rack B1-02 over its budget',
      // Gone, so that its number does not stand there when it is old.
      '',
    ]);
    expect(said[0].status).toBe('1 alert now, 1 critical');
  });

  it('is the same one with another number, and after a time without data', () => {
    const said = heard([
      seen(0, []),
      seen(1000, [finding('Row A2 at 97.8% of busway budget', 'critical', 'a')]),
      seen(2000, [finding('Row A2 at 98.1% of busway budget', 'critical', 'a')]),
      // Nobody is heard: what holds is not known, whatever is told.
      seen(20_000, [], { state: 'stale' }),
      seen(40_000, [finding('Row A2 at 98.4% of busway budget', 'critical', 'a')]),
    ]);
    const once = 'Critical now: Row A2 at 97.8% of busway budget';
    expect(said.map(({ alert }) => alert)).toEqual(['', once, once, '', '']);
  });

  it('is no warning, and many at once are counted', () => {
    const many = Array.from({ length: 12 }, (_, i) => finding(`Rack ${i} over its budget`));
    const [, warned, flooded] = heard([seen(0, []), seen(1000, [finding('w', 'warning')]), seen(2000, many)]);
    expect(warned.alert).toBe('');
    expect(flooded.alert).toBe('Critical now: 12 new alerts, the first is Rack 0 over its budget');
  });
});

describe('everything else', () => {
  it('is said at most every 10 s, the newest, and not again while it stays', () => {
    const warnings = (count: number) => Array.from({ length: count }, (_, i) => finding(`w${i}`, 'warning'));
    const said = heard([
      ...[seen(0, []), seen(4000, warnings(1)), seen(8000, warnings(2)), seen(10_000, warnings(2))],
      ...[seen(11_000, warnings(3)), seen(60_000, warnings(3))],
    ]);
    expect(said.map(({ status, statusAt }) => [status, statusAt])).toEqual([
      ...[0, 0, 0].map(() => ['0 alerts now, 0 critical', 0]),
      ...[10_000, 10_000].map(() => ['2 alerts now, 0 critical', 10_000]),
      ['3 alerts now, 0 critical', 60_000],
    ]);
  });

  it('tells of a stopped engine, of data that is gone, of a silent source and of missing alerts, without ticking numbers', () => {
    const late = { code: 'rules-late', message: 'Rules could not run for 3 min', hint: '', since: 0 } as const;
    const said = heard([
      seen(0, [], { trouble: 'Engine stopped; restarting' }),
      seen(10_000, [], { state: 'stale', sources: [silent] }),
      seen(20_000, [finding('Source silent', 'nodata')], { sources: [silent] }),
      seen(30_000, [], { alerts: { ...calm.alerts, trouble: [late] } }),
    ]);
    expect(said.map(({ status }) => status)).toEqual([
      'Engine stopped; restarting',
      'No data, numbers are removed. pdx-prom-01 does not answer',
      'pdx-prom-01 does not answer. 1 alert now, 0 critical',
      'Rules do not run, alerts may be missing. 0 alerts now, 0 critical',
    ]);
  });
});
