import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallArg } from '../../../shared/contract.ts';
import { SnapshotLibrary } from './library.ts';
import { order, setUp } from './snapshots-part.fixture.ts';

let its: ReturnType<typeof setUp>;
beforeEach(() => {
  its = setUp();
});
afterEach(() => {
  its.end();
});

describe('the library', () => {
  async function taken(more: Partial<typeof order> = {}): Promise<string> {
    its.polls(20);
    const { job } = await its.call('takeSnapshot', { ...order, ...more });
    return (await its.ended(job)).file;
  }
  const rows = async () => {
    for (;;) {
      const { rows: found } = await its.call('snapshots', {});
      if (found.every(({ integrity }) => integrity !== 'checking')) return found;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  /** A form of a file, piece after piece. */
  const left = async (arg: CallArg<'exportSnapshot'>) => {
    const { name, form } = await its.call('exportSnapshot', arg);
    const pieces: Buffer[] = [];
    for (let over = false; !over; ) {
      const { base64, last } = await its.call('exportPiece', { form });
      pieces.push(Buffer.from(base64, 'base64'));
      over = last;
    }
    await expect(its.call('exportPiece', { form })).rejects.toThrow('not being read any more');
    return { name, pieces, text: Buffer.concat(pieces).toString() };
  };

  it('lists files with what a person wrote of them, and gives them in pieces', async () => {
    const file = await taken();
    expect(await rows()).toMatchObject([
      {
        file,
        integrity: 'whole',
        note: 'Look at A1-01',
        tags: ['power'],
        keptUntil: null,
        manifest: { title: order.title },
      },
    ]);
    // 20 kW budgets, racks that draw 14 and 13 kW: 70 and 65 of 100, of 220 steps.
    expect((await rows())[0].thumbnail).toEqual([154, 142]);
    await its.call('describeSnapshot', { file, note: 'Solved', tags: ['power', 'closed'] });
    expect(await rows()).toMatchObject([{ note: 'Solved', tags: ['power', 'closed'] }]);
    const pieces: Buffer[] = [];
    const path = join(its.folder, 'snapshots', `${file}.fwsnap`);
    for (let from = 0; from < statSync(path).size; ) {
      const { base64 } = await its.call('readSnapshot', { file, from });
      pieces.push(Buffer.from(base64, 'base64'));
      from += pieces.at(-1)?.length as number;
    }
    expect(Buffer.concat(pieces).equals(readFileSync(path))).toBe(true);
  });

  it('lists a file that was altered or is no snapshot as such, and opens neither', async () => {
    const file = await taken();
    const path = join(its.folder, 'snapshots', `${file}.fwsnap`);
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] ^= 1;
    writeFileSync(path, bytes);
    writeFileSync(join(its.folder, 'snapshots', 'page.fwsnap'), '<html>');
    const found = await rows();
    expect(found.find((row) => row.file === file)).toMatchObject({
      integrity: 'altered',
      manifest: null,
      thumbnail: [],
    });
    expect(found.find((row) => row.file === 'page')).toMatchObject({ integrity: 'unreadable' });
    await expect(its.call('exportSnapshot', { file, format: 'md' })).rejects.toMatchObject({
      fault: { code: 'snapshot-altered' },
    });
  });

  it('brings back what was removed', async () => {
    const file = await taken();
    await its.call('removeSnapshot', { file });
    expect(await rows()).toMatchObject([{ file, keptUntil: expect.any(Number), note: 'Look at A1-01' }]);
    await expect(its.call('readSnapshot', { file, from: 0 })).rejects.toThrow('There is no snapshot');
    await its.call('restoreSnapshot', { file });
    expect(await rows()).toMatchObject([{ file, keptUntil: null, integrity: 'whole', note: 'Look at A1-01' }]);
  });

  it('tells a file from one of its name that was removed, and keeps each that was', async () => {
    const file = await taken();
    const path = join(its.folder, 'snapshots', `${file}.fwsnap`);
    const bytes = readFileSync(path);
    await its.call('removeSnapshot', { file });
    // Somebody puts another file there, under the same name.
    writeFileSync(path, Buffer.concat([bytes, Buffer.from('more')]));
    const library = new SnapshotLibrary(its.folder);
    await library.check();
    expect(await library.check()).toBe(false);
    expect(library.rows().map(({ keptUntil, integrity }) => [keptUntil === null, integrity])).toEqual(
      expect.arrayContaining([
        [true, 'unreadable'],
        [false, 'whole'],
      ]),
    );
    expect(library.row(file).keptUntil).toBeNull();
    await library.move(file, true);
    expect(library.rows().map((row) => [row.file, row.bytes, row.integrity])).toEqual(
      expect.arrayContaining([
        [file, bytes.length + 4, 'unreadable'],
        [`${file}-2`, bytes.length, 'whole'],
      ]),
    );
    await library.move(`${file}-2`, false);
    expect(library.row(`${file}-2`)).toMatchObject({ note: 'Look at A1-01', bytes: bytes.length });
  });

  it('shows what would leave, and gives other forms without names', async () => {
    const file = await taken();
    const preview = await its.call('previewRedaction', { file, redact: ['devices', 'users', 'notes'] });
    expect(preview.names).toMatchObject([
      { kind: 'devices', count: 16 },
      { kind: 'users', count: 1 },
    ]);
    expect(preview.removed[0]).toBe('1 notes');
    const { name, text } = await left({ file, format: 'csv', redact: ['devices', 'places', 'hosts'] });
    expect(name).toMatch(/^snapshot-[0-9a-f]{8}\.csv$/);
    expect(text).not.toMatch(/A1-01|GPU-/);
    expect(text).toContain(',gpu.power,W,site-1,hall-1,row-1,rack-1,node-1,gpu-1,');
  });

  it('gives a form in pieces of one size, and lets one go that nobody asks for any more', async () => {
    its.polls(120);
    const file = await taken({ beforeMs: 600_000 });
    const { pieces, text } = await left({ file, format: 'csv' });
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.slice(0, -1).every(({ length }) => length === 384 * 1024)).toBe(true);
    const lines = text.trimEnd().split('\r\n');
    const { manifest } = (await rows())[0];
    expect(lines).toHaveLength(1 + (manifest?.counts.samples ?? 0));
    expect(new Set(lines.map((line) => line.split(',').length))).toEqual(new Set([10]));
    const { form } = await its.call('exportSnapshot', { file, format: 'csv' });
    await its.call('exportPiece', { form });
    its.polls(13);
    await expect(its.call('exportPiece', { form })).rejects.toThrow('not being read any more');
  });

  it('of a redacted capture tells by no signature whose it is', async () => {
    await taken({ redact: ['hosts'] } as never);
    expect((await rows())[0].seal).toEqual({ kind: 'unsigned' });
  });

  it('deletes what was put aside after 30 days', async () => {
    const file = await taken();
    await its.call('removeSnapshot', { file });
    const [{ keptUntil }] = await rows();
    const library = new SnapshotLibrary(its.folder);
    await library.forgetAside((keptUntil as number) - 1);
    expect(library.rows()).toHaveLength(1);
    await library.forgetAside(keptUntil as number);
    expect(readdirSync(join(its.folder, 'snapshots', 'removed'))).toEqual([]);
  });

  it('deletes it by itself as well, where nobody asks for the list', async () => {
    const file = await taken();
    await its.call('removeSnapshot', { file });
    const [{ keptUntil }] = await rows();
    const aside = () => readdirSync(join(its.folder, 'snapshots', 'removed'));
    its.part.tick((keptUntil as number) - 1, false);
    its.polls(1);
    expect(aside()).not.toEqual([]);
    its.part.tick((keptUntil as number) + 3_600_000, false);
    await expect.poll(aside).toEqual([]);
  });

  it('deletes nothing that was put aside where that makes not room enough', async () => {
    const file = await taken();
    await its.call('removeSnapshot', { file });
    const library = new SnapshotLibrary(its.folder);
    await expect(library.makeRoom(1000, 999, () => true)).rejects.toThrow('quota');
    expect(library.rows()).toHaveLength(1);
    await library.makeRoom(1000, 1000, () => true);
    expect(library.rows()).toEqual([]);
  });

  it('refuses to grow beyond its quota, and makes room of what was put aside', async () => {
    its.end();
    its = setUp({ quotaBytes: 20_000 });
    const first = await taken();
    await its.call('removeSnapshot', { file: first });
    let failed = '';
    for (let n = 0; n < 10 && failed === ''; n++) {
      const { job } = await its.call('takeSnapshot', order);
      failed = (await its.ended(job)).trouble;
    }
    expect(failed).toMatch(/quota/);
    expect((await rows()).some((row) => row.keptUntil !== null)).toBe(false);
  });
});
