import type { Column, Frame } from '../frame.ts';
import { MEASURED } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { GPU, LEVELS, type Topology } from '../topology.ts';

/** A fleet for measuring: racks of 9 nodes of 8 GPUs, in rows of 16, and a fixed stream of numbers. */
export function measuredTopology(gpus: number): Topology {
  const nodes = Math.ceil(gpus / 8);
  const racks = Math.ceil(nodes / 9);
  const rows = Math.ceil(racks / 16);
  const counts = [1, 1, rows, racks, nodes, gpus];
  const per = [1, 1, rows, 16, 9, 8];
  const start = new Int32Array(LEVELS.length + 1);
  counts.forEach((count, level) => {
    start[level + 1] = start[level] + count;
  });
  const total = start[LEVELS.length];
  const parent = new Int32Array(total).fill(-1);
  const path: string[] = [];
  const name: string[] = [];
  for (let level = 0; level < LEVELS.length; level++) {
    for (let i = 0; i < counts[level]; i++) {
      const place = start[level] + i;
      if (level > 0) parent[place] = start[level - 1] + Math.floor(i / per[level]);
      name[place] = `${LEVELS[level][0]}${i}`;
      // A UUID has 32 digits that nothing can pack.
      const uuid = `GPU-${(i * 2_654_435_761).toString(16).padStart(12, '0')}${(i * 40_503 + 7).toString(16)}`;
      path[place] = level === GPU ? uuid : level === 0 ? 'S' : `${path[parent[place]]}/${name[place]}`;
    }
  }
  const none = (length: number) => new Float64Array(length).fill(Number.NaN);
  const upper = start[4];
  return {
    ...{ version: 1, start, parent, name, path, model: path.map(() => 'NVIDIA H200') },
    ...{ inferred: new Uint8Array(total), hole: new Uint8Array(total), priority: new Uint8Array(upper) },
    racks: Array.from({ length: racks }, () => ({ position: 0, aisle: '', heightU: 48, model: '' })),
    ...{ nodeU: new Uint16Array(nodes), nodeHeight: new Uint16Array(nodes), nodeKind: Array(nodes).fill('compute') },
    ...{ nameplateW: none(total), budgetW: none(total), linkNode: new Int32Array(0), linkKind: [], linkName: [] },
    ...{ linkTickBytes: none(0), ports: [], nvlinkDomain: [], gpuGuid: [], feedRack: new Int32Array(0), feedName: [] },
    ...{ feedBudgetW: none(0), feedHole: new Uint8Array(0), ratingAW: none(upper), ratingBW: none(upper) },
    ...{ derate: new Float64Array(upper).fill(1), servers: [], work: [], shared: [] },
    ...{ workRack: new Int32Array(0), workOn: [] },
  };
}

/** Ten signals as exporters give them: power to 0.1 W with noise, whole degrees, clocks in steps of 15 MHz, and so on. */
const SHAPES: Readonly<Partial<Record<SignalId, (random: () => number, gpu: number) => number>>> = {
  'gpu.power': (random, gpu) => Math.round((500 + (gpu % 200) + 40 * random()) * 10) / 10,
  'gpu.util': (random) => 0.9 + 0.05 * random(),
  'gpu.temp': (random, gpu) => 55 + (gpu % 25) + Math.floor(3 * random()),
  'gpu.memTemp': (random, gpu) => 70 + (gpu % 15) + Math.floor(2 * random()),
  'gpu.clock': (random) => 1600 + 15 * Math.floor(8 * random()),
  'gpu.throttle': (random) => (random() < 0.02 ? 4 : 0),
  'gpu.nvlink': (random) => 3e11 * (1 + 0.1 * random()),
  'gpu.pcie': (random) => 2e10 * (1 + 0.2 * random()),
  'gpu.memUsed': (random, gpu) => (60_000 + (gpu % 5000) + Math.floor(2 * random())) * 1_048_576,
  'gpu.powerLimit': () => 700,
};

/** Frames 15 s apart; the same for the same arguments. */
export function* measuredFrames(topology: Topology, instants: number): Generator<Frame> {
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  const size = topology.parent.length;
  for (let i = 0; i < instants; i++) {
    const time = 1_700_000_000_000 + i * 15_000;
    const columns = new Map<SignalId, Column>();
    for (const [id, shape] of Object.entries(SHAPES) as [SignalId, NonNullable<(typeof SHAPES)[SignalId]>][]) {
      const value = new Float32Array(size).fill(Number.NaN);
      const column = { value, time: new Float64Array(size).fill(Number.NaN), quality: new Uint8Array(size) };
      for (let gpu = topology.start[GPU]; gpu < size; gpu++) {
        value[gpu] = shape(random, gpu);
        // Every target is scraped at its own time within the step.
        column.time[gpu] = time - ((gpu >> 3) % 997) * 13;
        column.quality[gpu] = MEASURED;
      }
      columns.set(id, column);
    }
    yield { time, topology, columns };
  }
}
