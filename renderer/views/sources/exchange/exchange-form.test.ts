import { describe, expect, it } from 'vitest';
import { alertmanagerSchema, webhookSchema } from '../../../../shared/interop/settings.ts';
import { exchangeFieldsOf, exchangeOf } from './exchange-form.ts';

const fresh = exchangeFieldsOf(null);
const at = (url: string) => ({ ...fresh.connection, url });

describe('exchangeOf', () => {
  it('makes an Alertmanager that the settings accept, and keeps what it is when it is edited', () => {
    const made = exchangeOf('alertmanager', { ...fresh, connection: at('am-01:9093') }, null, ['am-01']);
    expect('settings' in made && alertmanagerSchema.parse(made.settings)).toMatchObject({
      ...{ id: 'am-01-2', name: 'am-01', url: 'http://am-01:9093', push: true },
    });
    const before = alertmanagerSchema.parse({
      ...{ id: 'am', name: 'AM', url: 'https://am/alerts', push: false, tenant: 'dc1' },
      ...{ auth: { kind: 'bearer', token: { env: 'AM_TOKEN' } }, clientCert: { certFile: '/c', keyFile: '/k' } },
      ...{ proxy: { url: 'http://p:1', user: 'u', password: { env: 'P' } } },
    });
    expect(exchangeOf('alertmanager', exchangeFieldsOf(before), before, ['am'])).toEqual({ settings: before });
  });

  it('makes a webhook whose address and key are references', () => {
    const before = webhookSchema.parse({ id: 'h', name: 'H', url: { file: '/url' }, signingKey: { env: 'KEY' } });
    expect(exchangeOf('webhook', exchangeFieldsOf(before), before, ['h'])).toEqual({ settings: before });
    const plain = exchangeOf('webhook', { ...fresh, connection: at('hooks.example/in') }, null, []);
    expect('settings' in plain && webhookSchema.parse(plain.settings)).toMatchObject({
      url: 'http://hooks.example/in',
    });
  });

  it('says of each field what is wrong', () => {
    const query = exchangeOf('webhook', { ...fresh, connection: at('http://h/in?token=x') }, null, []);
    expect('errors' in query && query.errors.url).toMatch(/may be a secret/);
    const secret = exchangeOf('webhook', { ...fresh, connection: at('http://h/x'), urlFrom: 'env' }, null, []);
    expect('errors' in secret && secret.errors.url).toMatch(/Name the variable/);
    const key = exchangeOf('webhook', { ...fresh, connection: at('http://h/x'), keyFrom: 'file' }, null, []);
    expect('errors' in key && key.errors.key).toMatch(/path/);
    const none = exchangeOf('alertmanager', { ...fresh, connection: at('') }, null, []);
    expect('errors' in none && none.errors.url).toMatch(/Give the address/);
  });
});
