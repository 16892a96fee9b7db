import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ViewFrame } from '../contract.ts';
import type { FabricMatrix } from '../fabric/matrix.ts';
import { frameOf, LOST, topologyOf } from '../frame.fixture.ts';
import { STALE, UNSUPPORTED } from '../frame.ts';
import { SEED } from '../seed.fixture.ts';
import { signalOf, signals } from '../signals/catalogue.ts';
import { GPU, RACK } from '../topology.ts';
import { FleetView } from '../view.ts';
import { objectsOf } from './cells.ts';
import { openSnapshot, packer } from './file.ts';
import { codeOf, errorOf, quantumOf, valueOfCode } from './quantum.ts';
import { redact } from './redact.ts';
import { frameAt, Replay } from './replay.ts';
import { askReplay } from './replay-answers.ts';
import { cablesWithin } from './replay-fabric.ts';
import { Ring } from './ring.ts';
import { sha256 } from './sha256.ts';
import { draftOf, fileOf, framesOf, papersOf, START, smallTopology, snapshotOf } from './snapshot.fixture.ts';

const nodeDigest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('quantum', () => {
  it('keeps every value of every signal within the error that is stated', () => {
    fc.assert(
      fc.property(fc.constantFrom(...signals), fc.double({ min: 0, max: 1, noNaN: true }), (signal, share) => {
        const quantum = quantumOf(signal);
        const value = Math.fround(Math.max(signal.min, signal.min + share * share * share * (signal.max - signal.min)));
        const again = valueOfCode(quantum, codeOf(quantum, value));
        expect(Math.abs(again - value)).toBeLessThanOrEqual(errorOf(quantum, value) * (1 + 1e-9));
        // What was kept once is kept exactly from then on.
        expect(valueOfCode(quantum, codeOf(quantum, Math.fround(again)))).toBe(again);
      }),
      { seed: SEED },
    );
  });

  it('keeps the order of numbers, negative ones too', () => {
    const quantum = { kind: 'share', digits: 12 } as const;
    const codes = [-1e9, -3, -1e-9, 0, 1e-9, 3, 1e9].map((value) => codeOf(quantum, value));
    expect(codes).toEqual([...codes].sort((a, b) => a - b));
  });
});

describe('a snapshot', () => {
  it('gives back every cell, its quality and its time', () => {
    const topology = smallTopology();
    const frames = framesOf(topology, 40);
    frames[21] = frameOf(topology, { 'gpu.power': [LOST, null, ...Array(14).fill(321.25)] }, frames[21].time);
    const snapshot = snapshotOf(packer(draftOf(frames), nodeDigest).finish().bytes);
    expect(snapshot.manifest.counts).toMatchObject({ gpus: 16, nodes: 4, racks: 2, links: 3, feeds: 4 });
    frames.forEach((frame, i) => {
      const again = frameAt(snapshot, i);
      expect(again.time).toBe(frame.time);
      expect([...again.columns.keys()].sort()).toEqual([...frame.columns.keys()].sort());
      for (const [id, column] of frame.columns) {
        const [found, { from, to }] = [again.columns.get(id), objectsOf(signalOf(id).kind, topology)];
        for (let object = from; object < to; object++) {
          expect(found?.quality[object]).toBe(column.quality[object]);
          if (column.quality[object] === UNSUPPORTED) continue;
          expect(Math.abs((found?.time[object] as number) - column.time[object])).toBeLessThanOrEqual(50);
          if (column.quality[object] === STALE) expect(found?.value[object]).toBeNaN();
          else
            expect(Math.abs((found?.value[object] as number) - column.value[object])).toBeLessThanOrEqual(
              errorOf(quantumOf(signalOf(id)), column.value[object]),
            );
        }
      }
    });
  });

  it('has the cables of fabric.csv, and shows the interconnect over them, under other names too', () => {
    const port = (id: string, name: string) => ({
      ...{ site: 'S', kind: 'infiniband' as const, switch: id, name, port: '1' },
      ...{ peer: '', peerSwitch: '', peerPort: '', peerKind: '', tickBytes: Number.NaN },
    });
    const ports = [port('0xa1', 'leaf-1'), port('0xb1', 'spine-1')];
    const topology = topologyOf({ nodes: 1, ports });
    const frames = [0, 1].map((i) =>
      frameOf(
        topology,
        { 'gpu.power': Array(8).fill(300), 'port.rate': [5e10, 5e10], 'port.tx': [1e10, 1e9] },
        START + i * 5000,
      ),
    );
    const ends = { leafPort: '1', spinePort: '1', rail: '2', pod: '', rateBps: Number.NaN };
    const cables = [{ kind: 'infiniband' as const, leaf: 'LEAF-1', spine: 'spine-1', ...ends }];
    const draft = draftOf(frames, { papers: papersOf({ cables }) });
    const shown = (file: Uint8Array) => {
      const snapshot = snapshotOf(file);
      const replay = new Replay(snapshot);
      replay.seek(1);
      const { rows, columns } = askReplay(replay, 'fabric', { kind: 'infiniband', pod: '' }) as FabricMatrix;
      return { cables: snapshot.papers.cables, leaves: rows.map(({ name, tx }) => [name, tx]), spines: columns };
    };
    const own = shown(packer(draft, sha256).finish().bytes);
    expect(own.cables).toEqual(cables);
    expect(own.leaves).toEqual([['leaf-1', 0.2]]);
    const redacted = shown(packer({ ...draft, ...redact(draft, ['hosts']) }, sha256).finish().bytes);
    expect(redacted.leaves).toEqual([[expect.stringMatching(/^switch-\d+$/), 0.2]]);
    expect(redacted.spines).toHaveLength(own.spines.length);
    expect(cablesWithin(cables, topology)).toEqual(cables);
    expect(cablesWithin([{ ...cables[0], leaf: 'leaf-9', spine: 'spine-9' }], topology)).toEqual([]);
  });

  it('is the same file for the same contents, and the same again after it was opened', () => {
    const file = fileOf();
    expect(Buffer.from(fileOf()).equals(Buffer.from(file))).toBe(true);
    expect(openSnapshot(file, { digest: sha256 }).digest).toBe(openSnapshot(file, { digest: nodeDigest }).digest);
  });

  it('tells who signed it, and is refused where the signature is of something else', () => {
    const sign = (digest: string) => ({ key: 'aa', signature: `of ${digest}` });
    const verify = (key: string, digest: string, signature: string) => key === 'aa' && signature === `of ${digest}`;
    const { bytes } = packer(draftOf(framesOf(smallTopology(), 4)), nodeDigest, sign).finish();
    expect(openSnapshot(bytes, { digest: nodeDigest, verify }).seal).toEqual({ kind: 'signed', key: 'aa' });
    expect(openSnapshot(bytes, { digest: nodeDigest }).seal).toEqual({ kind: 'unchecked', key: 'aa' });
    expect(() => openSnapshot(bytes, { digest: nodeDigest, verify: () => false })).toThrow('signature does not hold');
    expect(openSnapshot(fileOf(4), { digest: nodeDigest, verify }).seal).toEqual({ kind: 'unsigned' });
  });
});

describe('Ring', () => {
  it('forgets what is too old, and the oldest where it is too much', () => {
    const frames = framesOf(smallTopology(), 200, 5000);
    const ring = new Ring({ bytes: 1e9, keepMs: 300_000 });
    for (const frame of frames) ring.add(frame);
    const times = ring.times();
    expect(times.at(-1)).toBe(frames[199].time);
    // A packed chunk of 16 goes as a whole.
    expect(frames[199].time - times[0]).toBeGreaterThanOrEqual(300_000);
    expect(frames[199].time - times[0]).toBeLessThan(300_000 + 17 * 5000);
    const small = new Ring({ bytes: 3000, keepMs: 1e12 });
    for (const frame of frames) {
      small.add(frame);
      small.work(1e9);
    }
    expect(small.size).toBeLessThanOrEqual(3000 + 1500);
    expect(small.times().length).toBeLessThan(100);
  });

  it('begins anew when the clock was set back, and goes on over a change of places', () => {
    const ring = new Ring({ bytes: 1e9, keepMs: 1e12 });
    const [first, ...others] = framesOf(smallTopology(), 3);
    for (const frame of [...others, first]) ring.add(frame);
    expect(ring.times()).toEqual([START]);
    const other = topologyOf({ racks: 3, nodes: 2, gpus: 4, version: 2 });
    ring.add(frameOf(other, { 'gpu.power': Array(24).fill(400) }, START + 15_000));
    const chunks = [...ring.chunks(0, Number.MAX_VALUE)];
    expect(chunks.map(({ topology }) => topology.version)).toEqual([1, 2]);
    const frames = [first, frameOf(other, { 'gpu.power': Array(24).fill(400) }, START + 15_000)];
    const snapshot = snapshotOf(packer(draftOf(frames), nodeDigest).finish().bytes);
    const at = (i: number, gpu: number) => frameAt(snapshot, i).columns.get('gpu.power')?.value[other.start[GPU] + gpu];
    expect(at(0, 0)).toBeCloseTo(500, 1);
    expect(at(0, 23)).toBeNaN();
    expect(at(1, 23)).toBe(400);
    // A signal that only older instants have is still there in them.
    expect(frameAt(snapshot, 0).columns.has('gpu.util')).toBe(true);
    expect(frameAt(snapshot, 1).columns.has('gpu.util')).toBe(false);
  });
});

describe('Cells of a packed chunk that are filled again', () => {
  const temps = (known: number) =>
    Array.from({ length: 80 }, (_, i) =>
      frameOf(smallTopology(), { 'gpu.temp': Array(16).fill(i < known ? 60 : null) }, START + i * 5000),
    );

  it('have nothing of what was in them', () => {
    const ring = new Ring({ bytes: 1e9, keepMs: 1e12 });
    for (const frame of temps(16)) {
      ring.add(frame);
      ring.work(1e9);
    }
    const heard = [...ring.chunks(0, Number.MAX_VALUE)].map(({ cells, times }) => {
      const quality = cells[0].quality.subarray(0, times.length);
      return quality.filter((one) => one !== UNSUPPORTED).length;
    });
    expect(heard).toEqual([16, 0, 0, 0, 0]);
  });

  it('are not those that a reader was given', () => {
    const ring = new Ring({ bytes: 1e9, keepMs: 1e12 });
    const frames = temps(16);
    for (const frame of frames.slice(0, 17)) ring.add(frame);
    const [given] = [...ring.chunks(0, Number.MAX_VALUE)];
    const before = [...given.cells[0].quality];
    expect(before.every((one) => one !== UNSUPPORTED)).toBe(true);
    for (const frame of frames.slice(17)) ring.add(frame);
    expect([...given.cells[0].quality]).toEqual(before);
  });
});

describe('Replay', () => {
  it('tells what the view told while it happened, wherever it is wound to', () => {
    const topology = smallTopology();
    const frames = framesOf(topology, 30);
    const snapshot = snapshotOf(packer(draftOf(frames), nodeDigest).finish().bytes);
    const view = new FleetView({ ...snapshot.papers.limits, historyBytes: 1e9 });
    const shown = (of: Pick<FleetView, 'frame'>) =>
      of.frame({ signal: 'power', gpus: true, racks: [topology.start[RACK]] }, 1) as ViewFrame;
    // What was seen live, of the numbers as they were kept.
    const seen = frames.map((_, i) => {
      const frame = frameAt(snapshot, i);
      view.update(frame, [], 0, frame.time, true);
      return { watched: shown(view), inspection: view.inspect(topology.start[GPU]) };
    });
    const replay = new Replay(snapshot);
    for (const i of [29, 0, 17, 16, 3, 29]) {
      replay.seek(i);
      const { alerts, ...told } = shown(replay.view);
      const { alerts: _, ...watched } = seen[i].watched;
      expect(told).toEqual(watched);
      // The file has no alerts because no engine made any: that is not the same as none that fired.
      expect(alerts.trouble.map(({ code }) => code)).toEqual(['no-engine']);
      expect(replay.view.inspect(topology.start[GPU])).toEqual(seen[i].inspection);
    }
    expect(replay.instantAt(START + 40_000)).toBe(2);
    expect(replay.instantAt(0)).toBe(0);
  });
});

describe('sha256', () => {
  it('gives what the system gives, for every length up to three blocks', () => {
    for (let length = 0; length < 200; length++) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 73) % 256);
      expect(sha256(bytes)).toBe(createHash('sha256').update(bytes).digest('hex'));
    }
  });
});
