import { describe, expect, it } from 'vitest';
import type { RuleStatus } from '../../../shared/alerting/alert.ts';
import { draftOf, durationOf, durationWords, editorKey, ruleOf } from './rule-form.ts';
import { nextEight, silenceOf, subtreesOf } from './silence-form.ts';

const NOW = Date.UTC(2026, 10, 25, 7, 30);

describe('a silence', () => {
  const fields = {
    ...{ matchers: [{ name: 'alertname', op: '=', value: 'LinkDown' } as const], under: 'PDX-1/A', lasts: 3_600_000 },
    ...{ now: NOW, who: 'Ann', reason: 'Maintenance CHG-1' },
  };

  it('is made of a place, labels, an end, a person and a reason', () => {
    expect(silenceOf(fields)).toEqual({
      error: '',
      call: {
        ...{ matchers: fields.matchers, under: 'PDX-1/A', endsAt: Date.UTC(2026, 10, 25, 8, 30) },
        ...{ who: 'Ann', reason: 'Maintenance CHG-1' },
      },
    });
  });

  it.each([
    [{ matchers: [{ name: 'alertname', op: '=' as const, value: '' }], under: ' ' }, 'this would mute everything'],
    [{ lasts: 0 }, 'a minute at least'],
    [{ lasts: Number.NaN }, 'a minute at least'],
    [{ lasts: 8 * 86_400_000 }, '7 days at most'],
    [{ who: ' ' }, 'who you are'],
    [{ reason: '' }, 'Say why'],
  ])('%j is told', (change, error) => {
    expect(silenceOf({ ...fields, ...change }).error).toContain(error);
  });

  it('may be of the object or of any place above it', () => {
    const paths = (path: string) => subtreesOf({ path, object: 'X', level: 'rack' }).map((one) => one.path);
    expect(paths('PDX-1/A/A2')).toEqual(['PDX-1/A/A2', 'PDX-1/A', 'PDX-1', '']);
    expect(paths('GPU-1234')).toEqual(['GPU-1234', '']);
    expect(paths('')).toEqual(['']);
  });

  it('until 08:00 ends at the next one', () => {
    expect(nextEight(NOW)).toBe(Date.UTC(2026, 10, 25, 8));
    expect(nextEight(Date.UTC(2026, 10, 25, 8))).toBe(Date.UTC(2026, 10, 26, 8));
  });
});

describe('a rule', () => {
  const rule: RuleStatus = {
    ...{ name: 'BudgetAtCap', when: 'power.budget >= 0.97', clear: 'power.budget < 0.95', forMs: 60_000 },
    ...{ keepFiringForMs: 0, severity: 'critical', domain: 'power', labels: {}, onStale: 'hold', enabled: true },
    ...{
      runbook: { means: '', check: '', act: '' },
      overrides: [{ place: 'P/A', when: 'power.budget > 0.9', forMs: 5 }],
    },
    ...{ from: 'pack', file: '', changed: false, health: 'ok', lastError: '', evaluatedAt: null },
    ...{ pending: 0, firing: 0 },
  };

  it.each([
    ['90s', 90_000],
    ['1h30m', 5_400_000],
    ['0', 0],
    ['', 0],
    ['5', Number.NaN],
    ['-5m', Number.NaN],
  ])('time %s', (text, ms) => {
    expect(durationOf(text)).toBe(ms);
  });

  it('times are written in the unit that divides them', () => {
    expect([90_000, 3_600_000, 0, 1500].map(durationWords)).toEqual(['90s', '1h', '0', '1.5s']);
  });

  it('comes back from its draft as it was, what the draft does not show included', () => {
    const { from: _f, file: _i, changed: _c, health: _h, lastError: _l, evaluatedAt: _e, ...rest } = rule;
    const { pending: _p, firing: _r, ...plain } = rest;
    expect(ruleOf(rule, draftOf(rule))).toEqual({ error: '', rule: plain });
  });

  it('says which line of its places cannot be read', () => {
    // As it was at another time it has another editor; on a live fleet what is typed stays.
    const then = { ...rule, when: 'power.budget > 0.5' };
    expect(editorKey(then, true)).not.toBe(editorKey(rule, true));
    expect(editorKey(rule, true)).not.toBe(editorKey(rule, false));
    expect(editorKey(then, false)).toBe(editorKey(rule, false));
    const draft = { ...draftOf(rule), overrides: 'P/A: power.budget > 0.9\nnonsense' };
    expect(ruleOf(rule, draft)).toMatchObject({ rule: null, error: expect.stringContaining('line 2') });
    expect(ruleOf(rule, { ...draft, holds: 'x' }).error).toContain('90s');
  });
});
