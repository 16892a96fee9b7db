import { describe, expect, it } from 'vitest';
import type { Matcher } from './alert.ts';
import { compileMatcher, isUnder, type KeptSilence, Silences } from './silences.ts';

const HOUR = 3_600_000;
const alert = (labels: Record<string, string>, more: object = {}) => ({
  ...{ id: 'a', placePath: 'S/A/A1', severity: 'warning' as const, domain: 'power' as const },
  ...{ labels: new Map(Object.entries(labels)), ...more },
});
const silence = (more: Partial<KeptSilence> = {}): KeptSilence => ({
  ...{
    id: 's',
    matchers: [],
    under: 'S',
    startsAt: 0,
    endsAt: 48 * HOUR,
    who: 'Ada',
    reason: 'r',
    createdAt: 0,
    ...more,
  },
});
const mutes = (one: KeptSilence, of: ReturnType<typeof alert>, now = 1) => {
  const all = new Silences();
  all.put(one);
  return all.mutesOf(of, now).length === 1;
};

describe('a matcher', () => {
  const matches = (text: string, labels: Record<string, string>) => {
    const [, name, op, value] = /^(\w+)(=~|!~|!=|=)(.*)$/.exec(text) as unknown as [
      string,
      string,
      Matcher['op'],
      string,
    ];
    return compileMatcher({ name, op, value })(new Map(Object.entries(labels)));
  };

  it('is anchored at both ends, and takes a missing label for an empty one', () => {
    expect([matches('rack=~A2', { rack: 'A2-05' }), matches('rack=~A2.*', { rack: 'A2-05' })]).toEqual([false, true]);
    expect([matches('rack!=A2', {}), matches('rack=', {}), matches('rack!~.+', {})]).toEqual([true, true, true]);
    expect([matches('rack=A2', { rack: 'A2' }), matches('rack!~A.', { rack: 'A2' })]).toEqual([true, false]);
  });
});

describe('a silence', () => {
  it('mutes what lies under its place and matches', () => {
    expect([mutes(silence({ under: 'S/A' }), alert({})), mutes(silence({ under: 'S/A/A' }), alert({}))]).toEqual([
      true,
      false,
    ]);
    expect([isUnder('S/A', 'S/A'), isUnder('S/AB', 'S/A'), isUnder('', 'S')]).toEqual([true, false, false]);
    const matchers = [{ name: 'alertname', op: '=', value: 'Hot' } as const];
    expect([
      mutes(silence({ matchers }), alert({ alertname: 'Hot' })),
      mutes(silence({ matchers }), alert({})),
    ]).toEqual([true, false]);
  });

  it('begins and ends at its times', () => {
    const one = silence({ startsAt: 10, endsAt: 20 });
    expect([9, 10, 19, 20].map((now) => mutes(one, alert({}), now))).toEqual([false, true, true, false]);
  });

  it('mutes critical power alerts for 24 h at most, all others to its end', () => {
    const critical = alert({}, { severity: 'critical' });
    expect([mutes(silence(), critical, 24 * HOUR - 1), mutes(silence(), critical, 24 * HOUR)]).toEqual([true, false]);
    expect(mutes(silence(), alert({}, { severity: 'critical', domain: 'fabric' }), 47 * HOUR)).toBe(true);
    const all = new Silences();
    all.put(silence());
    expect(all.list([critical], 30 * HOUR)[0]).toMatchObject({ mutes: [], notMuted: ['a'] });
  });

  it('is kept for 5 days after its end', () => {
    const all = new Silences();
    all.put(silence({ endsAt: 10 }));
    expect([all.forget(10 + 5 * 24 * HOUR), all.forget(11 + 5 * 24 * HOUR)]).toEqual([[], ['s']]);
  });
});
