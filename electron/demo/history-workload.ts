import type { Column, Frame } from '../../shared/frame.ts';
import { MEASURED } from '../../shared/frame.ts';
import { CellHistory } from '../../shared/history/cells.ts';
import { gridOf, Steps } from '../../shared/history/grid.ts';
import { resolutionOf } from '../../shared/history/resolution.ts';
import { buildTopology } from '../../shared/places.ts';
import { rollUp } from '../../shared/rollup.ts';
import { defaultSettings } from '../../shared/settings.ts';
import { type SignalId, signalOf } from '../../shared/signals/catalogue.ts';
import { GPU, type Topology } from '../../shared/topology.ts';
import { FleetView } from '../../shared/view.ts';
import { Load, type NodeState, newNodeState } from './load.ts';
import { type FleetPlan, sizedPlan } from './plan.ts';

/** What measurements of the history put into it: the demo fleet's own load, as its exporters print it. */
export const POLL_MS = 5000;
const START = 1_795_440_000_000;
const SEED = 42;
const PORT_BPS = 5e10;
const NVLINK_BPS = 900e9;

/** Ten signals of a GPU: as printed by dcgm-exporter, in the catalogue's units. */
const SIGNALS: readonly (readonly [SignalId, (state: NodeState, i: number) => number])[] = [
  ['gpu.power', ({ powerW }, i) => Math.round(powerW[i] * 1000) / 1000],
  ['gpu.util', ({ util }, i) => Math.round(util[i] * 1e6) / 1e6],
  ['gpu.temp', ({ tempC }, i) => Math.round(tempC[i])],
  ['gpu.memTemp', ({ memoryC }, i) => Math.round(memoryC[i])],
  ['gpu.clock', ({ clockMhz }, i) => Math.round(clockMhz[i])],
  ['gpu.throttle', ({ reasons }, i) => reasons[i]],
  ['gpu.powerThrottle', ({ capHeld }, i) => capHeld[i]],
  ['gpu.nvlink', ({ fabric }, i) => Math.round(fabric[i] * NVLINK_BPS)],
  ['gpu.pcie', ({ portTx, portRx }, i) => Math.round((portTx[i] + portRx[i]) * PORT_BPS)],
  ['gpu.memUsed', ({ util }, i) => Math.round(141_000 * (0.86 + 0.09 * util[i])) * 2 ** 20],
];

function topologyOf({ nodes, racks, rows, site }: FleetPlan): Topology {
  const known = nodes.map((node) => {
    const rack = racks[node.rack];
    const place = { site, hall: rows[rack.row].hall, row: rows[rack.row].name, rack: rack.name };
    return {
      place: { ...place, node: node.name, u: node.slot + 1, model: 'HGX H200', gpus: node.gpus, inferred: false },
      gpus: Array.from({ length: node.gpus }, (_, i) => {
        return { id: node.firstGpu + i, uuid: `GPU-${node.firstGpu + i}`, index: i, model: 'NVIDIA H200' };
      }),
    };
  });
  const count = nodes.reduce((sum, node) => sum + node.gpus, 0);
  return buildTopology(1, known, [], [], { budgets: new Map(), racks: [] }, count).topology;
}

/** Frames of a fleet of `gpus` GPUs, poll after poll. */
export function* framesOf(gpus: number, polls: number): Generator<Frame> {
  const plan = sizedPlan(gpus / 8, 8, SEED);
  const topology = topologyOf(plan);
  const load = new Load(plan, SEED, START);
  const state = newNodeState(8);
  const first = topology.start[GPU];
  for (let poll = 0; poll < polls; poll++) {
    const time = START + poll * POLL_MS;
    const columns = new Map<SignalId, Column>();
    const size = topology.parent.length;
    for (const [id] of SIGNALS) {
      const value = new Float32Array(size).fill(Number.NaN);
      columns.set(id, { value, time: new Float64Array(size).fill(time), quality: new Uint8Array(size).fill(MEASURED) });
    }
    for (const node of plan.nodes) {
      load.read(node, time, state);
      for (const [id, read] of SIGNALS) {
        const value = columns.get(id)?.value;
        for (let i = 0; value && i < node.gpus; i++) value[first + node.firstGpu + i] = read(state, i);
      }
    }
    for (const [id, column] of columns) rollUp(column, topology, signalOf(id).aggregation);
    yield { time, topology, columns };
  }
}

/** An hour of a fleet put into the packed history and into rings of Float32: bytes, time for an instant, and the worst error. */
export function measureHistory(gpus: number, polls: number) {
  const history = new CellHistory();
  const ring = SIGNALS.map(() => new Float32Array(gpus * polls));
  let [packMs, ringMs, poll] = [0, 0, 0];
  let topology: Topology | undefined;
  for (const frame of framesOf(gpus, polls)) {
    topology = frame.topology;
    let begin = performance.now();
    history.add(frame.time, frame);
    history.finish();
    packMs += performance.now() - begin;
    begin = performance.now();
    SIGNALS.forEach(([id], s) => {
      ring[s].set(frame.columns.get(id)?.value.subarray(frame.topology.start[GPU]) ?? [], poll * gpus);
    });
    ringMs += performance.now() - begin;
    poll++;
  }
  // Minutes are beside the hour: they stand for the day that the ring does not have.
  const { raw, minutes } = history.sizes;
  const samples = gpus * polls * SIGNALS.length;
  return {
    bytes: raw,
    minutes,
    ringBytes: samples * 4,
    samples,
    packMs: packMs / polls,
    ringMs: ringMs / polls,
    exact: topology !== undefined && isExact(history, topology, ring, gpus, polls),
  };
}

/** Every 97th GPU comes back within half a step of what it was. */
function isExact(
  history: CellHistory,
  topology: Topology,
  ring: readonly Float32Array[],
  gpus: number,
  polls: number,
): boolean {
  const grid = gridOf(START, START + polls * POLL_MS, polls, POLL_MS);
  for (const [s, [id]] of SIGNALS.entries()) {
    const { kind, step } = resolutionOf(id);
    for (let gpu = 0; gpu < gpus; gpu += 97) {
      const steps = new Steps(grid, 'last');
      history.read(id, 'gpu', topology.start[GPU] + gpu, topology, grid, steps);
      const found = steps.result();
      for (let poll = 0; poll < polls; poll++) {
        const value = ring[s][poll * gpus + gpu];
        const most = kind === 'linear' ? step / 2 : value * 0.001 + 0.001;
        if (!(Math.abs(found[poll] - value) <= most * 1.001)) return false;
      }
    }
  }
  return true;
}

/** An hour of a fleet in a view, as the engine keeps it; resident bytes of this process afterwards. */
export function residentBytes(gpus: number, polls: number): number {
  const view = new FleetView({ ...defaultSettings, pollMs: POLL_MS });
  for (const frame of framesOf(gpus, polls)) view.update(frame, [], 0, frame.time, true);
  return view.current() ? process.memoryUsage().rss : 0;
}
