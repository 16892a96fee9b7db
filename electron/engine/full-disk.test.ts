import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProfileFile } from './places/profile-file.ts';
import { writeFileWhole } from './snapshots/whole-file.ts';
import { writeWhole } from './store/atomic.ts';

/**
 * D7: a disk that is full while something is saved or imported. What is written first goes to a name of its own; here
 * that name leads to the kernel's own full device, so that the error is a real one.
 */
describe.skipIf(process.platform !== 'linux')('D7: a disk that is full', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fleetwatt-full-'));
    file = join(folder, 'budgets.csv');
    writeFileSync(file, 'place,budget_kw\nPDX-1,100\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const whole = () => {
    expect(readFileSync(file, 'utf8')).toBe('place,budget_kw\nPDX-1,100\n');
    expect(readdirSync(folder)).toEqual(['budgets.csv']);
  };

  it('leaves a snapshot, an export or a report as it was', async () => {
    symlinkSync('/dev/full', join(dirname(file), `.${basename(file)}.${process.pid}.part`));
    await expect(writeFileWhole(file, new Uint8Array(3 << 20))).rejects.toThrow('ENOSPC');
    whole();
  });

  it('leaves a file of the profile as it was', () => {
    symlinkSync('/dev/full', `${file}.${process.pid}.tmp`);
    expect(() => writeWhole(file, 'new')).toThrow('ENOSPC');
    whole();
  });

  it('leaves what an import would have replaced as it was, and says so', () => {
    const budgets = new ProfileFile(file);
    const { stamp } = budgets.read();
    symlinkSync('/dev/full', `${file}.${process.pid}.tmp`);
    expect(() => budgets.replace(stamp, () => 'place,budget_kw\nPDX-1,999\n')).toThrow(
      /budgets\.csv could not be saved: ENOSPC/,
    );
    rmSync(`${file}.good`);
    whole();
    expect(budgets.read().stamp).toBe(stamp);
  });
});
