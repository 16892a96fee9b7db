import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkOf } from '../../shared/interop/our-alert.ts';
import { SEED } from '../../shared/seed.fixture.ts';
import { hrefOf, parseRoute, readable } from './route.ts';
import { VIEWS } from './views.ts';

describe('addresses of the console', () => {
  it('are what pages lead to', () => {
    const link = linkOf('https://fleet.example/console/', '0123456789abcdef');
    expect(new URL(link).pathname).toBe('/console/');
    expect(parseRoute(new URL(link).hash)).toMatchObject({ view: 'alerts', object: '0123456789abcdef' });
    expect(linkOf('', '0123456789abcdef')).toBe('');
  });

  it.each([
    ['', 'overview', ''],
    ['#/', 'overview', ''],
    ['#/rack', 'rack', ''],
    ['#/rack/PDX-1/A/A2/A2-05', 'rack', 'PDX-1/A/A2/A2-05'],
    ['#/overview/PDX-1/A', 'overview', 'PDX-1/A'],
    ['#/nonsense/PDX-1', 'overview', ''],
    ['#/rack/100%', 'rack', '100%'],
    ['#/sources?x=1', 'sources', ''],
  ])('%s', (hash, view, object) => {
    expect(parseRoute(hash)).toMatchObject({ view, object });
  });

  it('reads parameters, and takes none for a property', () => {
    const { params } = parseRoute('#/?signal=temp&filter=util%3C5%20%26%20power%3E300&__proto__=x');
    expect(params.signal).toBe('temp');
    expect(params.filter).toBe('util<5 & power>300');
    expect(Object.getPrototypeOf(params)).toBeNull();
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('prints what has no picture as its number, and nothing else differently', () => {
    expect(readable(parseRoute('#/rack/A%00B%E2%80%AEC').object)).toBe('A\\u0000B\\u202eC');
    expect(readable('Übung A2-05 €')).toBe('Übung A2-05 €');
  });

  it('leaves out parameters that say nothing', () => {
    expect(hrefOf({ view: 'overview', params: { filter: '' } })).toBe('#/');
    expect(hrefOf({ view: 'rack', object: 'PDX-1/A/A2/A2-05', params: { signal: 'temp' } })).toBe(
      '#/rack/PDX-1/A/A2/A2-05?signal=temp',
    );
  });

  it('comes back as it went, whatever a place is called', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !text.includes('/'));
    fc.assert(
      fc.property(
        fc.constantFrom(...VIEWS.map(({ id }) => id)),
        fc.array(name, { maxLength: 5 }),
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.string({ minLength: 1, maxLength: 20 }), { maxKeys: 3 }),
        (view, names, params) => {
          const route = { view, object: names.join('/'), params };
          expect(parseRoute(hrefOf(route))).toEqual(route);
        },
      ),
      { seed: SEED },
    );
  });
});
