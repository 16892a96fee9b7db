import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { fileOf } from '../../shared/snapshot/snapshot.fixture.ts';
import { run } from './main.ts';

/** faults.md D at the command line: what is no snapshot, or no place for one, is said in a line, with what to do next. */

let folder: string;
const at = (name: string) => join(folder, name);
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-hostile-'));
  writeFileSync(at('good.fwsnap'), fileOf(20));
  const altered = fileOf(20);
  altered[altered.length >> 1] ^= 1;
  writeFileSync(at('altered.fwsnap'), altered);
  writeFileSync(at('page.fwsnap'), '<html>');
  writeFileSync(at('\u001b[31mred\u202e.fwsnap'), 'x');
  mkdirSync(at('folder.fwsnap'));
  symlinkSync('loop.fwsnap', at('loop.fwsnap'));
  if (process.platform === 'linux') symlinkSync('/dev/zero', at('endless.fwsnap'));
  if (process.platform !== 'win32') execFileSync('mkfifo', [at('pipe.fwsnap')]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function output(...args: string[]): Promise<{ code: number; text: string; errors: string }> {
  let [text, errors] = ['', ''];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
    errors += String(chunk);
    return true;
  });
  try {
    return { code: await run(args), text, errors };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

const commands = [
  ['inspect', []],
  ['open', []],
  ['export', ['--format', 'csv']],
] as const;

const refused: readonly (readonly [name: string, words: RegExp])[] = [
  ['page', /not a Fleetwatt snapshot.* Ask whoever made it/],
  ['altered', /not as it was .* Ask whoever made it/],
  ['folder', /cannot be read: it is a folder\. Give the path of a snapshot file/],
  ['absent', /cannot be read: there is no such file/],
  ['loop', /cannot be read: its links lead in a circle/],
  ['\u001b[31mred\u202e', /not a Fleetwatt snapshot/],
  ...(process.platform === 'linux' ? [['endless', /cannot be read: it is no file/] as const] : []),
  ...(process.platform === 'win32' ? [] : [['pipe', /cannot be read: it is no file/] as const]),
];

describe.each(commands)('%s', (command, more) => {
  test.each(refused)('of %j says why, and does not wait for it', async (name, words) => {
    const { code, text, errors } = await output(command, at(`${name}.fwsnap`), ...more);
    expect([code, text]).toEqual([1, '']);
    expect(errors).toMatch(words);
    expect(errors.trimEnd()).not.toMatch(/[\u001b\u202e\n]/);
  });
});

describe('export', () => {
  test('writes over a file, and over nothing that is none', async () => {
    const before = readdirSync(folder).sort();
    const to = (out: string) => output('export', at('good.fwsnap'), '--format', 'md', '--out', out);
    expect(await to(at('none/x.md'))).toMatchObject({ code: 2, errors: expect.stringContaining('none is no folder') });
    expect(await to(at('folder.fwsnap'))).toMatchObject({ code: 2, errors: expect.stringContaining('is a folder') });
    if (process.platform !== 'win32')
      expect(await to(at('pipe.fwsnap'))).toMatchObject({ code: 2, errors: expect.stringContaining('is no file') });
    expect(readdirSync(folder).sort()).toEqual(before);
    if (process.platform !== 'win32') expect(lstatSync(at('pipe.fwsnap')).isFIFO()).toBe(true);
    expect(await to(at('x.md'))).toMatchObject({ code: 0, errors: '' });
    expect(readFileSync(at('x.md'), 'utf8')).toContain('# ');
  });

  test('of a place that is not there is no empty table', async () => {
    const under = (place: string) => output('export', at('good.fwsnap'), '--format', 'csv', '--under', place);
    expect(await under('S/none')).toMatchObject({ code: 2, text: '', errors: '--under: there is no place S/none\n' });
    expect((await under('S/A/A1')).code).toBe(0);
  });
});
