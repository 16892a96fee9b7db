import { describe, expect, it } from 'vitest';
import { NO_ALERTS } from './alerting/alert.ts';
import type { ViewFrame } from './contract.ts';
import { decodeFrame, encodeFrame, WireError } from './wire.ts';

const frame: ViewFrame = {
  seq: 7,
  time: 1_795_444_330_000,
  sampled: null,
  layout: 3,
  signal: 'power',
  pollMs: 5000,
  staleMs: 60_000,
  roundMs: null,
  warnRatio: 0.9,
  critRatio: 0.97,
  summary: {
    powerW: Number.NaN,
    budgetW: 3_400_000,
    powerAtLeast: true,
    powerSource: 'mixed',
    slopeWPerMin: null,
    headroomW: null,
    feeds: [],
    feedLoss: null,
    tightest: { place: 1, ratio: 0.5, headroomW: 1, atLeast: false, capMinutes: Number.POSITIVE_INFINITY },
    throttled: null,
    fabric: null,
    util: null,
    hottest: null,
    gpus: 3,
    gpusReporting: 2,
    silentNodes: 0,
    missing: { gpus: 0, nodes: 0, feeds: 0 },
    silentSince: null,
    badSamples: 0,
    ageP99Ms: 5000,
  },
  findings: [
    { severity: 'nodata', domain: 'data', title: 'Größe 💡 \ud800 "x"\u2028', detail: '', place: -1, since: 12.5 },
  ],
  alerts: NO_ALERTS,
  sources: [],
  racks: [2],
  drawW: Float32Array.of(1.5, Number.NaN, 3),
  value: Float32Array.of(0.25, 1, Number.NaN),
  slope: Float32Array.of(-1, 0, 1),
  capMin: Float32Array.of(Number.POSITIVE_INFINITY, 7, Number.NaN),
  sampledAt: Float64Array.of(1_795_444_330_001, Number.NaN, 1),
  quality: Uint8Array.of(1, 2, 3),
  gpuCount: Uint32Array.of(72, 8, 100_000),
  gpuLive: Uint32Array.of(71, 8, 99_999),
  cells: Uint8Array.of(255, 254, 0, 242, 7),
  rackCells: Uint8Array.of(9),
  full: null,
  filtered: null,
  matches: Uint8Array.of(5),
  values: Float32Array.of(1147, Number.NaN),
  rack: 2,
  gpuValues: Float32Array.of(700, Number.NaN),
  gpuQuality: Uint8Array.of(1, 4),
  gpuHeardAt: Float64Array.of(1_795_444_330_001, Number.NaN),
};

describe('wire', () => {
  it('gives back every column and the head, with NaN and infinities of the head as null', () => {
    const { summary, ...rest } = decodeFrame(encodeFrame(frame));
    const { summary: sent, ...sentRest } = frame;
    expect(rest).toEqual(sentRest);
    expect(summary).toEqual({ ...sent, powerW: null, tightest: { ...sent.tightest, capMinutes: null } });
  });

  it('reads columns in place, also of bytes that are part of a larger buffer', () => {
    const bytes = encodeFrame(frame);
    expect(decodeFrame(bytes).drawW.buffer).toBe(bytes.buffer);
    const larger = new Uint8Array(bytes.length + 24);
    larger.set(bytes, 8);
    const read = decodeFrame(larger.subarray(8, 8 + bytes.length));
    expect(read.drawW.buffer).toBe(larger.buffer);
    expect([...read.gpuLive]).toEqual([71, 8, 99_999]);
    larger.copyWithin(3, 8, 8 + bytes.length);
    expect(decodeFrame(larger.subarray(3, 3 + bytes.length)).sampledAt).toEqual(frame.sampledAt);
  });

  it('reads a column that is a part of a larger array', () => {
    const cells = Uint8Array.of(1, 2, 3, 4, 5).subarray(1, 4);
    expect([...decodeFrame(encodeFrame({ ...frame, cells })).cells]).toEqual([2, 3, 4]);
  });

  it('refuses every cut and does not crash on any changed byte of the head', () => {
    const bytes = encodeFrame(frame);
    for (let length = 0; length < bytes.length; length++) {
      // The last column is padded to 8 bytes: a cut inside the padding loses nothing.
      const cut = () => decodeFrame(bytes.slice(0, length));
      if (length < bytes.length - 7) expect(cut, `cut at ${length}`).toThrow(WireError);
    }
    for (let at = 0; at < 1500; at++) {
      const changed = bytes.slice();
      changed[at] ^= 0x15;
      try {
        decodeFrame(changed);
      } catch (error) {
        expect(error, `byte ${at}`).toBeInstanceOf(WireError);
      }
    }
  });

  it('names the version that it does not know', () => {
    const bytes = encodeFrame(frame);
    bytes[4] = 9;
    expect(() => decodeFrame(bytes)).toThrow('Frame version 9 is not known; this viewer reads 1');
  });
});
