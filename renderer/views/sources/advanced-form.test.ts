import { describe, expect, it } from 'vitest';
import { type SourceSettings, sourceSchema } from '../../../shared/settings.ts';
import { type AdvancedFields, advancedFieldsOf, advancedOf, NO_ADVANCED } from './advanced-form.ts';

const source = sourceSchema.parse({
  ...{
    kind: 'prometheus',
    id: 's',
    name: 's',
    site: 's',
    url: 'https://prom:9090',
    tenant: 'pdx-1',
    waitTickBytes: 320,
  },
  clientCert: { certFile: '/c.pem', keyFile: '/c.key', passphrase: { env: 'WORD' } },
  proxy: { url: 'http://proxy:3128', user: 'fw', password: { file: '/p' } },
  headers: [
    { name: 'X-Team', value: 'power' },
    { name: 'X-Key', value: { file: '/key' } },
    { name: 'X-Env', value: { env: 'KEY' } },
  ],
});
const errorsOf = (change: Partial<AdvancedFields>) => {
  const errors = {};
  advancedOf({ ...NO_ADVANCED, ...change }, null, errors);
  return errors;
};

describe('the rarer settings of a source', () => {
  it('go into the form and come back the same, with what the form does not show', () => {
    const { clientCert, proxy, headers, tenant, waitTickBytes } = source;
    const fields = advancedFieldsOf(source);
    expect(fields.headers).toBe('X-Team: power\nX-Key: file:/key\nX-Env: env:KEY');
    expect(advancedOf(fields, source, {})).toEqual({ clientCert, proxy, headers, tenant, waitTickBytes });
    expect(JSON.stringify(fields)).not.toContain('WORD');
  });

  it('that are empty are no settings', () => {
    const none = advancedOf(NO_ADVANCED, null, {});
    expect(Object.values(none).every((value) => value === undefined)).toBe(true);
    const bare: SourceSettings = { ...source, tenant: undefined, headers: undefined };
    expect(advancedFieldsOf(bare)).toMatchObject({ tenant: '', headers: '' });
  });

  it.each([
    [{ certFile: '/c.pem' }, { keyFile: 'Give the key of the certificate too.' }],
    [{ keyFile: '/c.key' }, { certFile: 'Give the certificate of the key too.' }],
    [{ proxy: 'http://me:word@proxy:3128' }, { proxy: 'Write it like http://proxy.example:3128.' }],
    [{ tenant: 'a b' }, { tenant: 'Letters, digits and !-_.*()| only.' }],
    [{ waitTick: '0' }, { waitTick: 'A number of bytes above 0.' }],
    [
      { headers: 'X-Api-Key: 8f2c' },
      { headers: 'Line 1: write X-Api-Key: env:VARIABLE or X-Api-Key: file:/path, not the secret itself.' },
    ],
    [{ headers: 'X-A: b\nnonsense' }, { headers: 'Line 2: write it like "X-Team: power".' }],
  ])('%j is told', (change, errors) => {
    expect(errorsOf(change)).toEqual(errors);
  });
});
