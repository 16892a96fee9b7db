import { type WatchedLink, watchPorts } from '../fabric/watch-list.ts';
import { xidOf } from '../rack/xid.ts';
import { type SignalId, signals } from '../signals/catalogue.ts';
import { GPU } from '../topology.ts';
import type { AlertLevel } from './alert.ts';
import { snakeCase } from './condition.ts';
import type { AlertLeaf } from './leaves.ts';
import type { Hold } from './memory.ts';
import { placeQuantities } from './place-quantities.ts';
import { type AlertScene, flag, once, PLACES, type Quantity, valueAt } from './scene.ts';

/** Bit of the HW power brake (ui.md 3.3). */
const BRAKE = 0x80;

const NONE = new Float32Array(0);
/** The columns of the catalogue's signals; those of GPUs and nodes are rolled up to the places above. */
const ofSignals: readonly Quantity[] = signals
  .filter(({ kind }) => kind !== 'server' && kind !== 'port' && kind !== 'work')
  .map(({ id, label, unit, kind, aggregation }) => ({
    ...{ name: snakeCase(id), label, unit },
    levels: [
      ...(kind === 'place' ? PLACES : [kind as AlertLevel]),
      ...(kind === 'gpu' && aggregation !== 'none' ? (['node', ...PLACES] as const) : []),
      ...(kind === 'node' && aggregation !== 'none' ? PLACES : []),
    ],
    column: ({ frame }) => frame.columns.get(id)?.value ?? NONE,
  }));

const ports = (scene: AlertScene): readonly WatchedLink[] =>
  once(scene, 'ports', () => watchPorts(scene.frame, scene.links, scene.now));

const ofPorts = (name: string, label: string, unit: string, read: (port: WatchedLink) => number): Quantity => ({
  ...{ name, label, unit, levels: ['link'] },
  column: (scene) =>
    once(scene, name, () => Float64Array.from(ports(scene), (port) => (port.place < 0 ? Number.NaN : read(port)))),
});

const ofLeaves = (name: string, label: string, unit: string, read: (leaf: AlertLeaf) => number): Quantity => ({
  ...{ name, label, unit, levels: ['leaf'] },
  column: ({ leaves }) => Float64Array.from(leaves, read),
});

/**
 * A quantity of GPUs by place, from columns and what is remembered; NaN for a GPU of which nothing is heard now.
 *
 * @param from signals that it is told from: where none of them is read there is nothing to go through
 */
const ofGpus = (
  name: string,
  label: string,
  unit: string,
  from: readonly SignalId[],
  read: (scene: AlertScene) => (gpu: number, place: number) => number,
): Quantity => ({
  ...{ name, label, unit, levels: ['gpu'] },
  column: (scene) =>
    once(scene, name, (): ArrayLike<number> => {
      const { start } = scene.frame.topology;
      if (!from.some((id) => scene.frame.columns.has(id))) return NONE;
      const of = read(scene);
      const values = new Float64Array(start[GPU + 1]).fill(Number.NaN);
      for (let place = start[GPU]; place < start[GPU + 1]; place++) {
        if (scene.power.live[place - start[GPU]] === 1) values[place] = of(place - start[GPU], place);
      }
      return values;
    }),
});

const values = ({ frame }: AlertScene, id: SignalId) => frame.columns.get(id)?.value;
const held = (hold: Hold) => (scene: AlertScene) => (gpu: number) => scene.memory.residency(gpu, hold);
/** One column ÷ another. */
const share = (part: SignalId, whole: SignalId) => (scene: AlertScene) => {
  const [a, b] = [values(scene, part), values(scene, whole)];
  return (_: number, place: number) => valueAt(a, place) / valueAt(b, place);
};
const unusual = (what: 'nvlink' | 'replay', id: SignalId) => (scene: AlertScene) => {
  const column = values(scene, id);
  return (gpu: number, place: number) => {
    const perS = valueAt(column, place);
    return Number.isNaN(perS) ? Number.NaN : flag(scene.memory.unusual(gpu, what, perS));
  };
};

const derived: readonly Quantity[] = [
  ofGpus('gpu.cap_held', 'Held by power cap over 5 min', 'ratio', ['gpu.throttle', 'gpu.powerThrottle'], held('cap')),
  ofGpus(
    'gpu.hw_heat_held',
    'In HW thermal slowdown over 5 min',
    'ratio',
    ['gpu.throttle', 'gpu.thermalThrottle'],
    held('hwHeat'),
  ),
  ofGpus(
    'gpu.sw_heat_held',
    'In SW thermal slowdown over 5 min',
    'ratio',
    ['gpu.throttle', 'gpu.thermalThrottle'],
    held('swHeat'),
  ),
  ofGpus('gpu.brake', 'HW power brake', 'flag', ['gpu.throttle', 'gpu.brakeThrottle'], (scene) => {
    const [bits, brake] = [values(scene, 'gpu.throttle'), values(scene, 'gpu.brakeThrottle')];
    return (_, place) => {
      const [mask, time] = [valueAt(bits, place), valueAt(brake, place)];
      if (Number.isNaN(mask) && Number.isNaN(time)) return Number.NaN;
      return flag((mask & BRAKE) !== 0 || time > 0);
    };
  }),
  ofGpus(
    'gpu.clock_share',
    'SM clock, share of its maximum',
    'ratio',
    ['gpu.clockMax'],
    share('gpu.clock', 'gpu.clockMax'),
  ),
  ofGpus(
    'gpu.pcie_width_share',
    'PCIe width, share of its maximum',
    'ratio',
    ['gpu.pcieWidthMax'],
    share('gpu.pcieWidth', 'gpu.pcieWidthMax'),
  ),
  ofGpus(
    'gpu.pcie_gen_share',
    'PCIe generation, share of its maximum',
    'ratio',
    ['gpu.pcieGenMax'],
    share('gpu.pcieGen', 'gpu.pcieGenMax'),
  ),
  ofGpus(
    'gpu.nvlink_errors_unusual',
    'NVLink errors above what is usual',
    'flag',
    ['gpu.nvlinkErrors'],
    unusual('nvlink', 'gpu.nvlinkErrors'),
  ),
  ofGpus(
    'gpu.pcie_replay_unusual',
    'PCIe replays above what is usual',
    'flag',
    ['gpu.pcieReplay'],
    unusual('replay', 'gpu.pcieReplay'),
  ),
  ofGpus('gpu.nvlinks_down', 'NVLinks down that were active before', 'count', ['nvlink.state'], (scene) => {
    const states = values(scene, 'nvlink.state') ?? NONE;
    return (gpu) => scene.links.nvlinks.down(gpu, states);
  }),
  ofGpus('gpu.fatal_xid', 'New XID that costs work', 'code', ['gpu.xid'], (scene) => (gpu) => {
    const code = scene.memory.newXid(gpu, scene.now)?.code ?? 0;
    return code > 0 && xidOf(code).severity === 'critical' ? code : 0;
  }),
  ofGpus(
    'gpu.new_ecc',
    'New uncorrectable ECC errors',
    'count',
    ['gpu.eccUncorrected'],
    (scene) => (gpu) => scene.memory.newEcc(gpu, scene.now),
  ),
  ofLeaves('leaf.saturated', 'Uplinks full and waiting', 'flag', ({ saturated }) => saturated),
  ofLeaves('leaf.use', 'Uplinks, busier direction, share of their rate', 'ratio', ({ use }) => use),
  ofLeaves('leaf.wait_share', 'Share of time that uplinks waited', 'ratio', ({ wait }) => wait),
  ofPorts('link.use', 'Busier direction, share of the rate', 'ratio', ({ use }) => use),
  // The counter of unknown tick gives no wait: no alarm.
  ofPorts('link.wait_share', 'Share of time that it waited', 'ratio', ({ wait }) => wait),
  ofPorts('link.congested', 'ECN, CNP or PFC above its peers', 'flag', ({ congested, ecn, cnp, pfc }) =>
    [ecn, cnp, pfc].every(Number.isNaN) ? Number.NaN : flag(congested),
  ),
  ofPorts('link.down', 'Down, and was active before', 'flag', ({ state, troubles }) =>
    Number.isNaN(state) ? Number.NaN : flag(troubles.includes('down')),
  ),
  ofPorts('link.recent_downs', 'Times down within 10 min', 'count', ({ recentDowns }) => recentDowns),
  ofPorts('link.degraded', 'Rate below that of its peers', 'flag', ({ degraded, rateBps }) =>
    Number.isNaN(rateBps) ? Number.NaN : flag(degraded !== ''),
  ),
  ofPorts('link.errors_unusual', 'Errors above what is usual', 'flag', ({ errors, troubles }) =>
    Number.isNaN(errors) ? Number.NaN : flag(troubles.includes('errors')),
  ),
  {
    ...{ name: 'source.down', label: 'Does not answer', unit: 'flag', levels: ['source'] },
    column: ({ sources }) =>
      Float32Array.from(sources, ({ state }) => (state === 'starting' ? Number.NaN : flag(state === 'down'))),
  },
  {
    ...{ name: 'rule.failed_passes', label: 'Evaluations that failed in a row', unit: 'count', levels: ['rule'] },
    column: ({ failedPasses }) => failedPasses,
  },
];

/** Every quantity by its name; a derived one stands before a signal of its name. */
export const quantities: ReadonlyMap<string, Quantity> = new Map(
  [...ofSignals, ...placeQuantities, ...derived].map((quantity) => [quantity.name, quantity]),
);

/** A port seen at this scene. */
export const portOf = (scene: AlertScene, link: number): WatchedLink | undefined => ports(scene)[link];
