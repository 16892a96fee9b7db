import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFile } from './assemble.ts';
import { removeUnfinished, writeFileWhole } from './whole-file.ts';

const KILLS = Number(process.env.FLEETWATT_KILLS ?? 8);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fleetwatt-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('writeFileWhole', () => {
  it(`leaves no broken file under its name: ${KILLS} × kill −9 while it writes`, { timeout: 600_000 }, async () => {
    const root = process.cwd();
    await build({
      ...{ configFile: false, root, logLevel: 'error' },
      build: {
        ...{
          outDir: join(folder, 'bundle'),
          target: 'node20',
          ssr: 'electron/engine/snapshots/write-forever.fixture.ts',
        },
        rollupOptions: { output: { entryFileNames: 'write.mjs' } },
      },
      ssr: { noExternal: true },
    });
    const target = join(folder, 'shared');
    const file = join(target, 'incident.fwsnap');
    await import('node:fs/promises').then(({ mkdir }) => mkdir(target));
    const sizes = new Set<number>();
    let unfinished = 0;
    // As many as were asked for, and on until both files were seen and a kill came while one was being written.
    for (let n = 0; n < KILLS || sizes.size < 2 || unfinished === 0; n++) {
      const child = fork(join(folder, 'bundle', 'write.mjs'), [file], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      // After one to four files, and then at another moment of the next one each time.
      for (let files = 0; files <= n % 4; files++) await once(child, 'message');
      await new Promise((resolve) => setTimeout(resolve, ((n * 37) % 61) / 4));
      child.kill('SIGKILL');
      await once(child, 'exit');
      const names = readdirSync(target);
      unfinished += names.filter((name) => name !== 'incident.fwsnap').length > 0 ? 1 : 0;
      if (!names.includes('incident.fwsnap')) continue;
      const bytes = readFileSync(file);
      sizes.add(bytes.length);
      expect(openFile(bytes, file).snapshot.manifest.counts.gpus).toBe(16);
      await removeUnfinished(target);
      expect(readdirSync(target)).toEqual(['incident.fwsnap']);
    }
  });

  it('leaves the old file and nothing else where it is called off or the folder is gone', async () => {
    const target = mkdtempSync(join(folder, 'off-'));
    const file = join(target, 'a.fwsnap');
    writeFileSync(file, 'old');
    const off = () => {
      throw new Error('called off');
    };
    await expect(writeFileWhole(file, new Uint8Array(3 << 20), off)).rejects.toThrow('called off');
    expect(readdirSync(target)).toEqual(['a.fwsnap']);
    expect(readFileSync(file, 'utf8')).toBe('old');
    await expect(writeFileWhole(join(target, 'no', 'a.fwsnap'), new Uint8Array(3))).rejects.toThrow('ENOENT');
  });
});
