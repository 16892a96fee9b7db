import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { defaultSettings } from '../../../shared/settings.ts';
import { FaultError } from '../fault.ts';
import { writeWhole } from './atomic.ts';
import { PlaceReader } from './place-files.ts';
import { defaultProfile, loadSettings, lockProfile, saveSettings } from './profile.ts';

const fs = createRequire(import.meta.url)('node:fs') as typeof import('node:fs');

let folder = '';
const file = () => join(folder, 'settings.json');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-profile-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('settings (C7)', () => {
  test('a new profile starts with the defaults', () => {
    expect(loadSettings(folder)).toEqual({ settings: defaultSettings, trouble: null, writable: true });
  });

  test('what was saved is read again, from a file of the owner alone', () => {
    const settings = { ...defaultSettings, pollMs: 2000 };
    saveSettings(folder, settings);
    expect(loadSettings(folder)).toEqual({ settings, trouble: null, writable: true });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['settings.json', 'settings.json.good']);
  });

  test('a byte order mark is no fault', () => {
    writeFileSync(file(), '\ufeff{"schema":1,"pollMs":2000}');
    expect(loadSettings(folder)).toMatchObject({ trouble: null, settings: { pollMs: 2000 } });
  });

  test.each([
    ['cut off', '{"schema":1,"pollMs":20'],
    ['empty', ''],
    ['a wrong type', '{"schema":1,"pollMs":"soon"}'],
    ['an unknown key', '{"schema":1,"pollSeconds":2}'],
    ['another shape', '[1]'],
    ['null', 'null'],
    ['__proto__', '{"schema":1,"__proto__":{"pollMs":1}}'],
    ['zeros after power loss', '\0\0\0\0'],
  ])('broken (%s): kept as .bad, the last good ones are used, and it is told', (_, text) => {
    saveSettings(folder, { ...defaultSettings, pollMs: 2000 });
    writeFileSync(file(), text);
    const { settings, trouble, writable } = loadSettings(folder);
    expect(settings.pollMs).toBe(2000);
    expect(writable).toBe(true);
    // What happened and where, what was done, what to do.
    expect(trouble?.message).toMatch(/settings\.json could not be read \(.+\)\.$/);
    expect(trouble?.message.startsWith(folder)).toBe(true);
    expect(trouble?.hint).toMatch(/settings\.json\.bad.*last good settings.*Mend the file/);
    expect(readFileSync(`${file()}.bad`, 'utf8')).toBe(text);
  });

  test('broken without a good copy, or with a broken one: the defaults', () => {
    writeFileSync(file(), '{');
    const defaults = { settings: defaultSettings, trouble: { hint: expect.stringContaining('the defaults are used') } };
    expect(loadSettings(folder)).toMatchObject(defaults);
    writeFileSync(`${file()}.good`, '{');
    expect(loadSettings(folder)).toMatchObject(defaults);
  });

  test('broken in a place where nothing can be written: it is told that no copy was kept, and it starts', () => {
    writeFileSync(file(), '{');
    mkdirSync(`${file()}.bad`);
    expect(loadSettings(folder).trouble?.hint).toMatch(/could not be copied/);
  });

  test('of a newer version: not used, not changed, not writable', () => {
    const text = '{"schema":2,"pollMs":2000,"walls":[]}';
    writeFileSync(file(), text);
    const { settings, trouble, writable } = loadSettings(folder);
    expect(settings).toEqual(defaultSettings);
    expect(writable).toBe(false);
    expect(trouble?.message).toMatch(/newer Fleetwatt \(schema 2\)/);
    expect(readFileSync(file(), 'utf8')).toBe(text);
    expect(existsSync(`${file()}.bad`)).toBe(false);
  });
});

describe('the lock (C8)', () => {
  /** A process that has ended: its number is free or somebody else's. */
  const deadPid = () => spawnSync(process.execPath, ['-e', '0']).pid;

  test('a second owner is refused with the number of the first; given back, it is free', () => {
    const unlock = lockProfile(folder);
    expect(() => lockProfile(folder)).toThrow(new RegExp(`process ${process.pid}`));
    unlock();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
    lockProfile(folder)();
  });

  test('the lock of a process that is gone is taken over', () => {
    writeFileSync(join(folder, 'lock'), `${deadPid()} 12345\n`);
    const unlock = lockProfile(folder);
    expect(readFileSync(join(folder, 'lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `));
    unlock();
  });

  test.skipIf(process.platform !== 'linux')('so is that of a process whose number lives on in another', () => {
    writeFileSync(join(folder, 'lock'), `${process.ppid} 1\n`);
    lockProfile(folder)();
  });

  test.each(['', 'garbage', '\0\0\0'])('so is one that names nobody: %j', (text) => {
    writeFileSync(join(folder, 'lock'), text);
    lockProfile(folder)();
  });

  test('who gives back does not remove the lock of a later owner', () => {
    const unlock = lockProfile(folder);
    writeFileSync(join(folder, 'lock'), '1 1\n');
    unlock();
    expect(existsSync(join(folder, 'lock'))).toBe(true);
  });

  test('C9: a folder that cannot be made is a fault that names it', () => {
    writeFileSync(join(folder, 'taken'), '');
    const inside = join(folder, 'taken', 'profile');
    expect(() => lockProfile(inside)).toThrow(FaultError);
    expect(() => lockProfile(inside)).toThrow(/cannot be written/);
  });

  test('a profile folder that we make is our own', () => {
    // C9: spaces, letters of others, pictures, and more than 260 characters.
    const made = join(folder, 'a profile with ünïcode 🔌', 'long'.repeat(40), 'longer'.repeat(30), 'fleetwatt');
    lockProfile(made)();
    expect(statSync(made).mode & 0o777).toBe(0o700);
    saveSettings(made, { ...defaultSettings, pollMs: 2000 });
    expect(loadSettings(made)).toMatchObject({ trouble: null, writable: true, settings: { pollMs: 2000 } });
  });
});

describe('files', () => {
  test('a file is replaced whole; a failed write leaves the old one and no rest', () => {
    const path = join(folder, 'file');
    writeWhole(path, 'old');
    writeWhole(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(() => writeWhole(join(path, 'below'), 'x')).toThrow();
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['file']);
  });

  test('places: read again only when they change; a missing file of the profile is no warning', () => {
    const reader = new PlaceReader();
    const path = join(folder, 'topology.csv');
    const read = (needed: boolean) => reader.read([{ path, needed }], []);
    expect(read(false)).toEqual({ topology: [], racks: [], budgets: [], warnings: [] });
    writeFileSync(path, 'site,hall,row,rack,u,node,model,gpus\nPDX-1,A,A1,A1-01,1,n1,DGX,8\n');
    const first = read(false);
    expect(first.topology).toHaveLength(1);
    expect(read(false)).toBe(first);
    writeFileSync(
      path,
      'site,hall,row,rack,u,node,model,gpus\nPDX-1,A,A1,A1-01,1,n1,DGX,8\nPDX-1,A,A1,A1-01,2,n2,DGX,x\n',
    );
    const second = read(false);
    expect(second.warnings.join()).toMatch(/topology\.csv, line 3, column \d+/);
    rmSync(path);
    expect(new PlaceReader().read([{ path, needed: true }], []).warnings.join()).toMatch(/there is no such file/);
  });

  test('D5: a file of places that is no CSV in UTF-8, or a cell without an end, is told of and blanks nothing else', () => {
    const head = 'site,hall,row,rack,u,node,model,gpus\n';
    const [bad, good] = ['bad.csv', 'topology.csv'].map((name) => join(folder, name));
    writeFileSync(good, `${head}PDX-1,A,A1,A1-01,1,n1,DGX,8\n`);
    const files = [good, bad].map((path) => ({ path, needed: true }));
    for (const [text, words] of [
      [Buffer.from(`\ufeff${head}`, 'utf16le'), /no text in UTF-8/],
      [Buffer.from(`${head}a\0b,A,A1,R,1,n,DGX,8\n`), /no text in UTF-8/],
      [Buffer.from(`${head}PDX-1,A,A1,R,1,n\xff,DGX,8\n`, 'latin1'), /no text in UTF-8/],
      [Buffer.from(`${head}"PDX-1,A,A1,R,1,n,DGX,8\n`), /line 2, column \d+/],
      [Buffer.from(`${head}"${'x'.repeat(10 << 20)}`), /line 2, column \d+/],
      [Buffer.from(`${head}${'PDX-1,A,A1,R,1,n,DGX,x\n'.repeat(5000)}`), /line 2, column \d+/],
    ] as const) {
      writeFileSync(bad, text);
      const { topology, warnings } = new PlaceReader().read(files, []);
      expect(topology.map(({ node }) => node)).toContain('n1');
      expect(warnings.join('\n')).toMatch(words);
      expect(warnings.length).toBeLessThanOrEqual(100);
      expect(Math.max(...warnings.map(({ length }) => length))).toBeLessThan(1000);
    }
  });

  test.each(['ENOSPC', 'EIO', 'EROFS', 'EMFILE'])(
    'C4: settings that meet %s are as they were, and nothing is left',
    (code) => {
      saveSettings(folder, { ...defaultSettings, pollMs: 2000 });
      const before = readdirSync(folder).sort();
      const full = vi
        .spyOn(fs, code === 'EMFILE' || code === 'EROFS' ? 'openSync' : 'fsyncSync')
        .mockImplementation(() => {
          throw Object.assign(new Error(`${code}: no room`), { code });
        });
      syncBuiltinESMExports();
      try {
        expect(() => saveSettings(folder, { ...defaultSettings, pollMs: 5000 })).toThrow(code);
      } finally {
        full.mockRestore();
        syncBuiltinESMExports();
      }
      expect(readdirSync(folder).sort()).toEqual(before);
      expect(loadSettings(folder)).toMatchObject({ trouble: null, settings: { pollMs: 2000 } });
      saveSettings(folder, { ...defaultSettings, pollMs: 5000 });
      expect(loadSettings(folder).settings.pollMs).toBe(5000);
    },
  );

  test.skipIf(process.getuid?.() === 0)('a file that may not be read is told of', () => {
    const path = join(folder, 'topology.csv');
    writeFileSync(path, 'site\n');
    chmodSync(path, 0);
    expect(new PlaceReader().read([{ path, needed: false }], []).warnings.join()).toMatch(/cannot be read/);
  });

  test.skipIf(process.platform !== 'linux')('the profile lies where the platform has settings', () => {
    expect(defaultProfile({ XDG_CONFIG_HOME: '/conf' })).toBe('/conf/fleetwatt');
    expect(defaultProfile({})).toMatch(/\/\.config\/fleetwatt$/);
  });
});
