import { NO_ALERTS } from '../../shared/alerting/alert.ts';
import { cellOfRatio } from '../../shared/cells.ts';
import type { LayoutDocument, ViewFrame, ViewSignal } from '../../shared/contract.ts';
import { NO_INVENTORY } from '../../shared/inventory.ts';

/** One kind of hall: rows of racks, nodes a rack, GPUs a node, budget of a rack in watts. */
export interface HallKind {
  readonly name: string;
  readonly rows: readonly number[];
  readonly nodes: number;
  readonly gpus: number;
  readonly rackW: number;
}

/** The drawing's fleet: 2 halls, 44 racks, 2,048 GPUs (ui.md). */
export const DRAWN_FLEET: readonly HallKind[] = [
  { name: 'A', rows: [8, 8], nodes: 18, gpus: 4, rackW: 132_000 },
  { name: 'B', rows: [7, 7, 7, 7], nodes: 4, gpus: 8, rackW: 44_000 },
];

/** 8 halls of 12 rows of 15 racks: 1,440 racks, 103,680 GPUs. */
export const LARGE_FLEET: readonly HallKind[] = Array.from('ABCDEFGH', (name) => ({
  name,
  rows: Array.from({ length: 12 }, () => 15),
  nodes: 18,
  gpus: 4,
  rackW: 132_000,
}));

interface Place {
  readonly name: string;
  readonly parent: number;
  readonly budgetW: number;
}

/** A site of halls as the layout that the engine sends. */
export function layoutOf(halls: readonly HallKind[], site = 'PDX-1'): LayoutDocument {
  const levels: Place[][] = [[{ name: site, parent: -1, budgetW: 0 }], [], [], [], [], []];
  for (const hall of halls) {
    levels[1].push({ name: hall.name, parent: 0, budgetW: hall.rackW * hall.rows.reduce((a, b) => a + b, 0) * 0.95 });
    hall.rows.forEach((racks, row) => {
      const rowName = `${hall.name}${row + 1}`;
      levels[2].push({ name: rowName, parent: levels[1].length - 1, budgetW: hall.rackW * racks * 0.95 });
      for (let rack = 0; rack < racks; rack++) {
        levels[3].push({
          name: `${rowName}-${String(rack + 1).padStart(2, '0')}`,
          parent: levels[2].length - 1,
          budgetW: hall.rackW,
        });
        for (let node = 0; node < hall.nodes; node++) {
          levels[4].push({ name: `n${node + 1}`, parent: levels[3].length - 1, budgetW: 0 });
          for (let gpu = 0; gpu < hall.gpus; gpu++)
            levels[5].push({ name: `g${gpu + 1}`, parent: levels[4].length - 1, budgetW: 0 });
        }
      }
    });
  }
  const start = [0];
  for (const level of levels) start.push((start.at(-1) as number) + level.length);
  const places = levels.flatMap((level, index) =>
    level.map((place) => ({ ...place, parent: index === 0 ? -1 : place.parent + start[index - 1] })),
  );
  const siteW = levels[1].reduce((sum, hall) => sum + hall.budgetW, 0);
  return {
    version: 1,
    start,
    parent: places.map(({ parent }) => parent),
    name: places.map(({ name }) => name),
    path: places.map((_, place) => `p${place}`),
    model: places.map(() => ''),
    inferred: places.map(() => 0),
    budgetW: places.slice(0, start[4]).map(({ budgetW }, place) => (place === 0 ? siteW : budgetW)),
    feeds: [],
    inventory: NO_INVENTORY,
  };
}

/** A share between 0 and 1 that is the same for the same number on every run. */
const noise = (seed: number) => {
  const wave = Math.sin(seed * 12.9898) * 43_758.5453;
  return wave - Math.floor(wave);
};

const TIME = 1_795_530_000_000;

/**
 * A frame over a layout: row 2 of the first hall is near its budget with single GPUs over theirs, the rest lies between
 * 50 and 85%. `values` are those of every rack in `racks`.
 */
export function frameOf(
  layout: LayoutDocument,
  signal: ViewSignal = 'power',
  racks: readonly number[] = [],
): ViewFrame {
  const { start, parent } = layout;
  const count = start[6] - start[5];
  const hot = start[2] + 1;
  const shares = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const rack = parent[parent[start[5] + i]];
    const level = parent[rack] === hot ? 0.92 : 0.5 + 0.3 * noise(parent[rack]);
    shares[i] = level + (noise(i) ** 6 - 0.1) * 0.16 + (noise(rack * 7) - 0.5) * 0.05;
  }
  const value = new Float32Array(start[4]);
  const gpuCount = new Uint32Array(start[4]);
  for (let i = 0; i < count; i++) {
    for (let place = parent[parent[start[5] + i]]; place >= 0; place = parent[place]) {
      value[place] += shares[i];
      gpuCount[place]++;
    }
  }
  const drawW = new Float32Array(start[4]);
  for (let place = 0; place < start[4]; place++) {
    value[place] /= Math.max(1, gpuCount[place]);
    drawW[place] = value[place] * (layout.budgetW[place] ?? 0);
  }
  const cellOf = (share: number) =>
    signal === 'throttle' ? Math.max(0, Math.floor((share - 0.86) * 60) + 1) % 7 : cellOfRatio(share);
  const [from, to] = [start[3], start[4]];
  return {
    seq: 1,
    time: TIME,
    sampled: TIME - 2000,
    layout: layout.version,
    signal,
    full: null,
    filtered: null,
    matches: new Uint8Array(0),
    pollMs: 5000,
    staleMs: 60_000,
    roundMs: null,
    warnRatio: 0.9,
    critRatio: 0.97,
    summary: { ...EMPTY_SUMMARY, gpus: count, gpusReporting: count },
    findings: [],
    alerts: NO_ALERTS,
    sources: [],
    racks,
    drawW,
    value,
    slope: new Float32Array(start[4]),
    capMin: new Float32Array(start[4]).fill(Number.NaN),
    sampledAt: new Float64Array(start[4]).fill(TIME - 2000),
    quality: new Uint8Array(start[4]).fill(1),
    gpuCount,
    gpuLive: gpuCount.slice(),
    cells: Uint8Array.from(shares, cellOf),
    rackCells: Uint8Array.from(value.subarray(from, to), cellOf),
    values: Float32Array.from(
      racks.flatMap((rack) =>
        Array.from(shares.keys())
          .filter((i) => parent[parent[start[5] + i]] === rack)
          .map((i) => shares[i] * 1200),
      ),
    ),
    rack: -1,
    gpuValues: new Float32Array(0),
    gpuQuality: new Uint8Array(0),
    gpuHeardAt: new Float64Array(0),
  };
}

const EMPTY_SUMMARY: ViewFrame['summary'] = {
  powerW: null,
  budgetW: null,
  powerAtLeast: false,
  powerSource: 'none',
  slopeWPerMin: null,
  headroomW: null,
  feeds: [],
  feedLoss: null,
  tightest: null,
  throttled: null,
  fabric: null,
  util: null,
  hottest: null,
  gpus: 0,
  gpusReporting: 0,
  silentNodes: 0,
  missing: { gpus: 0, nodes: 0, feeds: 0 },
  silentSince: null,
  badSamples: 0,
  ageP99Ms: null,
};
