import { describe, expect, it } from 'vitest';
import { freshnessOf, type Received } from './freshness.ts';

const open = { kind: 'open' } as const;
const frame: Received = {
  time: 1_000_000,
  sampled: 998_000,
  pollMs: 5000,
  staleMs: 60_000,
  roundMs: null,
  steady: 50,
  wall: 7_000,
};
const passed = (ms: number) => ({ steady: 50 + ms, wall: 7_000 + ms });

describe('freshnessOf', () => {
  it('counts from the sample by the engine’s clock, whatever the viewer’s wall clock says', () => {
    expect(freshnessOf(frame, passed(0), open, null)).toMatchObject({ state: 'live', ageMs: 2000, now: 1_000_000 });
    expect(freshnessOf(frame, passed(13_000), open, null)).toMatchObject({ state: 'live', ageMs: 15_000 });
  });

  it('is late above 3 polls and stale above the limit', () => {
    expect(freshnessOf(frame, passed(13_001), open, null).state).toBe('late');
    expect(freshnessOf(frame, passed(58_000), open, null).state).toBe('late');
    expect(freshnessOf(frame, passed(58_001), open, null).state).toBe('stale');
  });

  it('never calls live what is older than the stale limit, however long the poll', () => {
    const slow = { ...frame, pollMs: 60_000, sampled: 1_000_000 };
    expect(freshnessOf(slow, passed(60_001), open, null).state).toBe('stale');
  });

  it('follows the rounds of what a server records: a round and 3 polls it is live, stale at twice a round', () => {
    const rounds = { ...frame, roundMs: 90_000, sampled: 1_000_000 };
    expect(freshnessOf(rounds, passed(105_000), open, null).state).toBe('live');
    expect(freshnessOf(rounds, passed(105_001), open, null).state).toBe('late');
    expect(freshnessOf(rounds, passed(180_000), open, null).state).toBe('late');
    expect(freshnessOf(rounds, passed(180_001), open, null).state).toBe('stale');
    // A server looks back 5 min and no more.
    expect(freshnessOf({ ...rounds, roundMs: 240_000 }, passed(300_001), open, null).state).toBe('stale');
    // Short rounds make nothing stale before the limit of everything else.
    expect(freshnessOf({ ...rounds, roundMs: 10_000 }, passed(60_000), open, null).state).toBe('late');
  });

  it('takes the clock that saw more time pass: a laptop that slept is stale at once', () => {
    expect(freshnessOf(frame, { steady: 1050, wall: 7_000 + 3_600_000 }, open, null).state).toBe('stale');
    expect(freshnessOf(frame, { steady: 50 + 3_600_000, wall: 8_000 }, open, null).state).toBe('stale');
  });

  it('waits before the first sample, and has age 0 for samples of the future', () => {
    expect(freshnessOf(null, passed(0), open, null)).toMatchObject({ state: 'waiting', ageMs: null });
    expect(freshnessOf({ ...frame, sampled: null }, passed(0), open, null).state).toBe('waiting');
    expect(freshnessOf({ ...frame, sampled: 1_009_000 }, passed(0), open, null).ageMs).toBe(0);
  });

  it('has nothing to show to whom is let in no more, however young, and says why', () => {
    const refused = { kind: 'refused', reason: 'This key was revoked. Ask.' } as const;
    expect(freshnessOf(frame, passed(0), refused, null)).toMatchObject({ state: 'stale', trouble: refused.reason });
    expect(freshnessOf(null, passed(0), refused, null).state).toBe('waiting');
  });

  it('is not live while the engine is gone or the link is lost, however young its sample', () => {
    const down = { state: 'down', since: 0, starts: 1, reason: 'exit 1' } as const;
    expect(freshnessOf(frame, passed(0), open, down)).toMatchObject({ state: 'late', ageMs: 2000 });
    expect(freshnessOf(frame, passed(0), { kind: 'lost', reason: 'x' }, null).state).toBe('late');
    expect(freshnessOf(frame, passed(58_001), open, down).state).toBe('stale');
  });

  it('tells of a lost link before a dead engine', () => {
    const down = { state: 'down', since: 0, starts: 1, reason: 'exit 1' } as const;
    expect(freshnessOf(frame, passed(0), open, down).trouble).toBe('Engine stopped; restarting');
    expect(freshnessOf(frame, passed(0), { kind: 'lost', reason: 'x' }, down).trouble).toBe(
      'Connection to Fleetwatt lost; trying again',
    );
    expect(freshnessOf(frame, passed(0), open, null).trouble).toBe('');
  });
});
