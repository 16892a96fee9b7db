import { describe, expect, it } from 'vitest';
import { sourceSchema } from '../../../shared/settings.ts';
import { emptyFields, fieldsOf, sourceOf } from './source-form.ts';

const prometheus = { ...emptyFields('prometheus'), url: 'http://pdx-prom-01:9090', site: 'PDX-1' };

describe('sourceOf', () => {
  it('makes a source that the settings accept, named after its host', () => {
    const made = sourceOf(prometheus, null, ['pdx-prom-01']);
    expect('source' in made && sourceSchema.parse(made.source)).toMatchObject({
      id: 'pdx-prom-01-2',
      name: 'pdx-prom-01',
      kind: 'prometheus',
      url: 'http://pdx-prom-01:9090',
      timeoutMs: 10_000,
      auth: { kind: 'none' },
    });
  });

  it('adds the scheme that is missing', () => {
    const made = sourceOf({ ...prometheus, url: 'prom:9090' }, null, []);
    expect('source' in made && made.source).toMatchObject({ url: 'http://prom:9090' });
  });

  it('keeps what the form does not show when a source is edited', () => {
    const before = sourceSchema.parse({
      kind: 'exporters',
      id: 'gpu',
      name: 'GPU nodes',
      site: 'PDX-1',
      topologyFile: '/etc/t.csv',
      targets: [
        { url: 'http://a:9400/metrics', labels: { rack: 'A1' } },
        { url: 'http://b:9400/metrics', labels: {} },
      ],
      files: ['/sd/*.json'],
      auth: { kind: 'basic', user: 'u', password: { file: '/run/secret' } },
    });
    expect(sourceOf(fieldsOf(before), before, ['gpu'])).toEqual({ source: before });
    const fewer = sourceOf({ ...fieldsOf(before), targets: 'http://a:9400/metrics\nc:9400/metrics' }, before, ['gpu']);
    expect('source' in fewer && fewer.source).toMatchObject({
      targets: [
        { url: 'http://a:9400/metrics', labels: { rack: 'A1' } },
        { url: 'http://c:9400/metrics', labels: {} },
      ],
    });
  });

  it.each([
    [{ url: '' }, 'url'],
    [{ url: 'http://' }, 'url'],
    [{ url: 'ftp://x' }, 'url'],
    [{ url: 'http://user:pw@x' }, 'url'],
    [{ rateWindow: '1 minute' }, 'rateWindow'],
    [{ site: ' ' }, 'site'],
    [{ timeoutS: '0' }, 'timeoutS'],
    [{ timeoutS: 'x' }, 'timeoutS'],
    [{ auth: 'bearer' as const, secret: 'eyJhbGciOi.not-a-variable' }, 'secret'],
    [{ auth: 'basic' as const, secret: 'PW' }, 'user'],
  ])('says what is wrong with %o', (change, field) => {
    const made = sourceOf({ ...prometheus, ...change }, null, []);
    expect('errors' in made && Object.keys(made.errors)).toEqual([field]);
  });

  it('names the line of a wrong exporter, and wants at least one', () => {
    const fields = { ...emptyFields('exporters'), targets: 'http://a:9400/metrics\n\nhttp://b c' };
    const made = sourceOf(fields, null, []);
    expect('errors' in made && made.errors.targets).toMatch(/^Line 2: /);
    expect(sourceOf(emptyFields('exporters'), null, [])).toEqual({
      errors: { targets: 'Give at least one exporter, or a file_sd file below.' },
    });
  });
});
