import { createHash } from 'node:crypto';
import { deflateSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { openSnapshot } from './file.ts';
import { SnapshotRefused } from './refused.ts';
import { frameAt } from './replay.ts';
import { draftOf, fileOf, framesOf, smallTopology } from './snapshot.fixture.ts';
import { bytesOfText } from './text.ts';
import { readZip, writeZip, type ZippedPart, zipPart } from './zip.ts';

/** Files that were made to break their reader: each is refused by name (faults.md D1 to D4). */

const nodeDigest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const good = fileOf(20);

const open = (file: Uint8Array) => openSnapshot(file, { digest: nodeDigest });

function refusal(file: Uint8Array): string {
  try {
    const { snapshot } = open(file);
    for (let i = 0; i < snapshot.run.times.length; i++) frameAt(snapshot, i);
  } catch (error) {
    if (error instanceof SnapshotRefused) return error.code;
    throw error;
  }
  return 'opened';
}

const partsOf = (file: Uint8Array) => [...readZip(file)].map(([name, bytes]) => ({ name, bytes }));

/** The good file with other parts; sealed again as its maker would, so that only what is inside can be at fault. */
function resealed(change: (parts: Map<string, Uint8Array>) => void): Uint8Array {
  const parts = new Map(partsOf(good).map(({ name, bytes }) => [name, bytes]));
  change(parts);
  const manifest = JSON.parse(Buffer.from(parts.get('manifest.json') as Uint8Array).toString());
  manifest.parts = [...parts]
    .filter(([name]) => name !== 'manifest.json' && name !== 'seal.json')
    .map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: nodeDigest(bytes) }));
  return sealed(parts, JSON.stringify(manifest));
}

function sealed(parts: Map<string, Uint8Array>, manifest: string): Uint8Array {
  const bytes = bytesOfText(manifest);
  parts.set('manifest.json', bytes);
  parts.set('seal.json', bytesOfText(JSON.stringify({ sha256: nodeDigest(bytes), key: null, signature: null })));
  return writeZip([...parts].map(([name, part]) => zipPart({ name, bytes: part })));
}

const withManifest = (change: (manifest: Record<string, unknown>) => void) => {
  const parts = new Map(partsOf(good).map(({ name, bytes }) => [name, bytes]));
  const manifest = JSON.parse(Buffer.from(parts.get('manifest.json') as Uint8Array).toString());
  change(manifest);
  return sealed(parts, JSON.stringify(manifest));
};

/** A ZIP with one part of that name, as another program would write it. */
const named = (name: string, attributes = 0) => {
  const bytes = writeZip([{ ...zipPart({ name: 'a.json', bytes: bytesOfText('{}') }), name }]);
  new DataView(bytes.buffer).setUint32(bytes.length - 22 - name.length - 8, attributes, true);
  return bytes;
};

describe('D1: bombs', () => {
  it('refuses what unpacks to more than 100 times its size, before it is unpacked', () => {
    const zeros = new Uint8Array(10 << 20);
    const part: ZippedPart = { ...zipPart({ name: 'a.bin', bytes: zeros }), method: 8, packed: deflateSync(zeros) };
    expect(part.packed.length * 100).toBeLessThan(zeros.length);
    expect(refusal(writeZip([part]))).toBe('ratio');
  });

  it('counts what is unpacked and does not believe the size in the header', () => {
    const zeros = new Uint8Array(10 << 20);
    const part = { ...zipPart({ name: 'a.bin', bytes: zeros }), method: 8, packed: deflateSync(zeros), size: 1000 };
    expect(refusal(writeZip([part]))).toBe('altered');
  });

  it('refuses more than its limits of bytes and parts', () => {
    const noise = Uint8Array.from({ length: 50_000 }, (_, i) => (i * 2_654_435_761) >>> 13);
    const parts = Array.from({ length: 5 }, (_, i) => zipPart({ name: `${i}.bin`, bytes: noise }));
    const limits = { fileBytes: 1 << 30, totalBytes: 200_000, partBytes: 100_000, parts: 10, ratio: 100 };
    const code = (more: object) => {
      try {
        readZip(writeZip(parts), { ...limits, ...more });
      } catch (error) {
        return (error as SnapshotRefused).code;
      }
      return 'read';
    };
    expect(code({ totalBytes: 250_000 })).toBe('read');
    expect(code({})).toBe('too-large');
    expect(code({ totalBytes: 1e9, partBytes: 40_000 })).toBe('too-large');
    expect(code({ totalBytes: 1e9, fileBytes: 1000 })).toBe('too-large');
    expect(code({ totalBytes: 1e9, parts: 4 })).toBe('too-many-parts');
  });

  it('refuses parts that lie over one another, twice the same, and bytes between them', () => {
    const one = zipPart({ name: 'a.bin', bytes: Uint8Array.from({ length: 64 }, (_, i) => i) });
    const twice = writeZip([one, one]);
    expect(refusal(twice)).toBe('overlap');
    const both = writeZip([one, { ...one, name: 'b.bin' }]);
    // The second entry of the list is made to name the first one's bytes.
    const second = both.slice();
    new DataView(second.buffer).setUint32(second.length - 22 - 51 + 42, 0, true);
    expect(refusal(second)).toBe('overlap');
    const middle = both.length - 22 - 102;
    const gap = new Uint8Array([...both.subarray(0, middle), 0, 0, 0, 0, ...both.subarray(middle)]);
    expect(refusal(gap)).toBe('overlap');
    expect(refusal(new Uint8Array([...good, 0]))).toBe('not-a-snapshot');
    expect(refusal(new Uint8Array([0, ...good]))).toBe('not-a-snapshot');
  });

  it('unpacks no file within a file', () => {
    expect(refusal(named('a.zip'))).toBe('bad-path');
    expect(refusal(writeZip([zipPart({ name: 'manifest.json', bytes: good })]))).toBe('not-a-snapshot');
  });
});

describe('D2: paths', () => {
  it.each([
    '../a.json',
    '/etc/a.json',
    'C:\\a.json',
    'a\\b.json',
    'a\0.json',
    'run/../a.json',
    './a.json',
    'con.json',
    'run/nul.json',
    'lpt1.bin',
    'A.json',
    'a.json.',
    'a.json ',
    'a..json',
    'run//a.bin',
    'a/b/c.bin',
    'caf\u00e9.json',
    'cafe\u0301.json',
    '',
    '.json',
    `${'a'.repeat(200)}.json`,
  ])('refuses a part that is called %j', (name) => {
    expect(refusal(named(name))).toBe('bad-path');
  });

  it('refuses a link, and what only Unix would take for one', () => {
    expect(refusal(named('a.json', 0o120777 << 16))).toBe('bad-part');
  });
});

describe('D3: tampering', () => {
  it('refuses a changed byte anywhere, a missing, an extra and a swapped part', () => {
    for (let at = 0; at < good.length; at += 97) {
      const file = good.slice();
      file[at] ^= 0x10;
      // A packed text may end in bits that nobody reads: what is in the file is all the same.
      if (refusal(file) === 'opened') expect(partsOf(file)).toEqual(partsOf(good));
    }
    const parts = partsOf(good);
    const again = (list: typeof parts) => refusal(writeZip(list.map(zipPart)));
    expect(again(parts)).toBe('opened');
    expect(again(parts.filter(({ name }) => name !== 'notes.json'))).toBe('altered');
    expect(again([...parts, { name: 'more.bin', bytes: new Uint8Array(3) }])).toBe('altered');
    const swapped = parts.map(({ name, bytes }) => ({
      name,
      bytes: name === 'run/0000.bin' ? (parts.find((one) => one.name === 'run/0001.bin')?.bytes as Uint8Array) : bytes,
    }));
    expect(again(swapped)).toBe('altered');
  });

  it('refuses a manifest that was changed after it was sealed, and a newer schema by its name', () => {
    const changed = partsOf(good).map(({ name, bytes }) => ({
      name,
      bytes: name === 'manifest.json' ? bytesOfText(Buffer.from(bytes).toString().replace('97.8%', '77.8%')) : bytes,
    }));
    expect(refusal(writeZip(changed.map(zipPart)))).toBe('altered');
    expect(refusal(withManifest((manifest) => Object.assign(manifest, { schema: 2 })))).toBe('newer-schema');
    expect(refusal(withManifest((manifest) => Object.assign(manifest, { instants: 19 })))).toBe('malformed');
    expect(refusal(withManifest((manifest) => Object.assign(manifest, { more: 1 })))).toBe('malformed');
  });

  it('refuses runs and places that do not fit together, however well they are sealed', () => {
    const edit = (part: string, change: (value: never) => unknown) =>
      refusal(
        resealed((parts) => {
          const value = JSON.parse(Buffer.from(parts.get(part) as Uint8Array).toString());
          const other = change(value as never);
          parts.set(part, bytesOfText(JSON.stringify(other ?? value)));
        }),
      );
    expect(edit('notes.json', () => undefined)).toBe('opened');
    expect(edit('topology.json', (value: { parent: number[] }) => void value.parent.splice(5, 1, 4))).toBe('malformed');
    expect(edit('topology.json', (value: { start: number[] }) => void value.start.splice(6, 1, 1e6))).toBe('malformed');
    expect(edit('topology.json', (value: { path: string[] }) => void value.path.pop())).toBe('malformed');
    expect(edit('run.json', (value: { times: number[] }) => void value.times.reverse())).toBe('malformed');
    expect(
      edit(
        'run.json',
        (value: { chunks: { count: number }[] }) => Object.assign(value.chunks[0], { count: 9 }) && undefined,
      ),
    ).toBe('malformed');
    expect(
      edit(
        'run.json',
        (value: { signals: { objects: number }[] }) => Object.assign(value.signals[0], { objects: 1e6 }) && undefined,
      ),
    ).toBe('malformed');
    expect(
      edit(
        'run.json',
        (value: { chunks: { part: string }[] }) => Object.assign(value.chunks[0], { part: 'x.bin' }) && undefined,
      ),
    ).toBe('altered');
    expect(edit('alerts.json', () => ({}))).toBe('malformed');
  });
});

describe('D4: JSON', () => {
  const withNotes = (text: string) => refusal(resealed((parts) => void parts.set('settings.json', bytesOfText(text))));

  it('refuses what is too deep, without unwinding a stack', () => {
    expect(withNotes(`${'['.repeat(60)}${']'.repeat(60)}`)).toBe('opened');
    expect(withNotes(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toBe('too-deep');
  });

  it('refuses duplicate keys, spaces, numbers that are none, and what is not UTF-8', () => {
    for (const text of ['{"a":1,"a":2}', '{ "a":1}', '[1e400]', '[1.0]', 'nul', '', '{"a":1}x'])
      expect(withNotes(text)).toBe('malformed');
    expect(refusal(resealed((parts) => void parts.set('settings.json', Uint8Array.of(0x22, 0xff, 0x22))))).toBe(
      'malformed',
    );
  });

  it('takes __proto__ for a name like any other', () => {
    expect(withNotes('{"__proto__":{"polluted":true}}')).toBe('opened');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('mutations', () => {
  const COUNT = Number(process.env.FLEETWATT_MUTATIONS ?? 600);
  let seed = Number(process.env.FLEETWATT_SEED ?? 1);
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };

  function mutated(bytes: Uint8Array): Uint8Array {
    const copy = Array.from(bytes);
    for (let n = random(4); n >= 0; n--) {
      const at = random(copy.length);
      const kind = random(5);
      if (kind === 0) copy[at] ^= 1 << random(8);
      else if (kind === 1) copy[at] = random(256);
      else if (kind === 2) copy.splice(at, 1 + random(20));
      else if (kind === 3) copy.splice(at, 0, ...Array.from({ length: 1 + random(20) }, () => random(256)));
      else
        copy.splice(
          at,
          Math.min(copy.length, 1 + random(200)),
          ...copy.slice(random(copy.length)).slice(0, random(200)),
        );
    }
    return Uint8Array.from(copy);
  }

  it(`of the file: ${COUNT} are refused by name or change nothing`, { timeout: 3_600_000 }, () => {
    const whole = partsOf(good);
    for (let n = 0; n < COUNT; n++) {
      const file = mutated(good);
      // A packed part may end in bits that nobody reads: what is unpacked is all the same.
      if (refusal(file) === 'opened') expect(partsOf(file)).toEqual(whole);
    }
  });

  it(`of a part, sealed again: ${COUNT} neither crash nor give a number that cannot be`, { timeout: 3_600_000 }, () => {
    const names = partsOf(good)
      .map(({ name }) => name)
      .filter((name) => name !== 'manifest.json' && name !== 'seal.json');
    for (let n = 0; n < COUNT; n++) {
      // Mostly columns: texts are refused as JSON long before.
      const name = random(3) > 0 ? 'run/0000.bin' : (names[random(names.length)] as string);
      refusal(resealed((parts) => void parts.set(name, mutated(parts.get(name) as Uint8Array))));
    }
  });
});

describe('D8: a hostile fleet', () => {
  it('comes out of a file as it went in, and the same file comes of it again', () => {
    const names = [
      '<script>alert(1)</script>',
      '\u202egpj.exe',
      '=cmd|"/c calc"!A0',
      '__proto__',
      'a\u0000b',
      '\ud83d\udd25',
      '"\\\n',
    ];
    const plain = smallTopology();
    const topology = { ...plain, path: plain.path.map((path, i) => `${path}${names[i % names.length]}`) };
    const frames = framesOf(topology, 5);
    const cover = { ...draftOf(frames).cover, title: names.join(' ') };
    const file = fileOf(5, { ...draftOf(frames), cover });
    const { snapshot } = open(file);
    expect(snapshot.topology.path).toEqual(topology.path);
    expect(snapshot.manifest.title).toBe(names.join(' '));
    expect(
      Buffer.from(fileOf(5, { ...draftOf(frames), topology: snapshot.topology, cover })).equals(Buffer.from(file)),
    ).toBe(true);
  });
});
