import { describe, expect, it } from 'vitest';
import { FROZEN_MS, identitiesOf, isWallAddress, parseWalls, stoppedPage, WallWatch } from './walls.ts';

const T = Date.UTC(2026, 10, 25, 14, 35);

describe('displays', () => {
  it('are told apart by name and size, those alike by their order', () => {
    const dell = { id: 1, label: 'DELL U2723', size: { width: 3840, height: 2160 } };
    expect(identitiesOf([dell, { ...dell, id: 2 }, { id: 3, label: '', size: { width: 1920, height: 1080 } }])).toEqual(
      [...['DELL U2723, 3840×2160', 'DELL U2723, 3840×2160 (2)', 'Display, 1920×1080']],
    );
  });
});

describe('walls.json', () => {
  it('gives each display its own view', () => {
    const walls = [
      { display: 'DELL U2723, 3840×2160', address: '/wall?views=power:40:6h,alerts:20' },
      { display: 'Display, 1920×1080', address: '/wall' },
    ];
    expect(parseWalls(JSON.stringify(walls))).toEqual(walls);
  });

  it('opens nothing that is no wall', () => {
    for (const text of ['', '{', 'null', '{}', '[1,null,{"display":"D"}]']) expect(parseWalls(text)).toEqual([]);
    for (const address of ['/', '/rack', 'https://evil.test/', '/wall#x', '/wall?<script>', '/wallx', '//evil/wall'])
      expect(isWallAddress(address), address).toBe(false);
  });
});

describe('a wall is watched', () => {
  it('loaded again after 30 s without a painted frame, given up after two reloads in a row', () => {
    const watch = new WallWatch(T);
    expect(watch.check(T + FROZEN_MS - 1, true)).toBe('well');
    expect(watch.check(T + FROZEN_MS, true)).toBe('reload');
    expect(watch.check(T + FROZEN_MS + 1000, true)).toBe('well');
    expect(watch.check(T + 2 * FROZEN_MS, true)).toBe('reload');
    expect(watch.check(T + 3 * FROZEN_MS, true)).toBe('stopped');
    expect(watch.check(T + 9 * FROZEN_MS, true)).toBe('well');
  });

  it('one that paints again starts anew', () => {
    const watch = new WallWatch(T);
    expect(watch.check(T + FROZEN_MS, true)).toBe('reload');
    watch.painted(T + FROZEN_MS + 500);
    expect(watch.check(T + 2 * FROZEN_MS, true)).toBe('well');
    expect(watch.check(T + 2 * FROZEN_MS + 500, true)).toBe('reload');
    expect(watch.check(T + 3 * FROZEN_MS + 500, true)).toBe('reload');
  });

  it('is not blamed for an engine that sends nothing', () => {
    const watch = new WallWatch(T);
    expect(watch.check(T + 10 * FROZEN_MS, false)).toBe('well');
    expect(watch.check(T + 10 * FROZEN_MS + FROZEN_MS - 1, true)).toBe('well');
  });

  it('is not blamed for the sleep of its host', () => {
    const watch = new WallWatch(T);
    expect(watch.check(T + 5000, true)).toBe('well');
    expect(watch.check(T + 3_600_000, true)).toBe('well');
    expect(watch.check(T + 3_600_000 + FROZEN_MS, true)).toBe('reload');
  });

  it('one that was given up is left alone', () => {
    const watch = new WallWatch(T);
    watch.giveUp();
    expect(watch.stopped).toBe(true);
    expect(watch.check(T + FROZEN_MS, true)).toBe('well');
  });

  it('the plain page says when', () => {
    expect(stoppedPage(T)).toContain('Fleetwatt stopped at 14:35 UTC');
    expect(stoppedPage(T)).not.toContain('<script');
  });
});
