import { describe, expect, it } from 'vitest';
import { fileOf, isOurs, mayOpen } from './origin.ts';

describe('fileOf: what a page of ours may read', () => {
  const folder = '/bundle';

  it('is the bundle', () => {
    expect(fileOf('fleetwatt://app/', folder)).toBe('/bundle/index.html');
    expect(fileOf('fleetwatt://app/assets/index-1.js?v=1', folder)).toBe('/bundle/assets/index-1.js');
  });

  it('is nothing outside it, however it is written', () => {
    for (const url of [
      'fleetwatt://app/../secret.js',
      'fleetwatt://app/%2e%2e/secret.js',
      'fleetwatt://app/%2E%2E%2Fsecret.js',
      'fleetwatt://app/..%5csecret.js',
      'fleetwatt://app/..\\secret.js',
      'fleetwatt://app//host/secret.js',
      'fleetwatt://app/a%00.js',
      'fleetwatt://other/index.html',
      'file:///bundle/index.html',
      'https://app/index.html',
    ]) {
      expect(fileOf(url, folder), url).toBeUndefined();
    }
  });
});

describe('D6: links of what was imported', () => {
  it('leave for a browser by https to the few pages that we name, and never for the system', () => {
    expect(mayOpen('https://docs.nvidia.com/deploy/xid-errors/')).toBe(true);
    for (const url of [
      'javascript:alert(1)',
      'JavaScript:alert(1)//https://github.com/',
      'file:///etc/passwd',
      'file://server/share/a.exe',
      '\\\\server\\share\\a.exe',
      '//server/share/a.exe',
      'smb://server/share',
      'ms-msdt:/id',
      'data:text/html,<script>alert(1)</script>',
      'http://github.com/',
      'https://github.com.evil.test/',
      'https://github.com@evil.test/',
      'https://user@github.com/',
      'https://github.com:8443/',
      'fleetwatt://app/index.html',
      ' ',
    ])
      expect([url, mayOpen(url)]).toEqual([url, false]);
  });
});

describe('isOurs', () => {
  it('is our scheme and host only', () => {
    expect(isOurs('fleetwatt://app/#/rack')).toBe(true);
    for (const url of ['fleetwatt://app.evil/', 'fleetwatt://evil/', 'http://app/', 'about:blank', 'null', '']) {
      expect(isOurs(url), url).toBe(false);
    }
  });
});
