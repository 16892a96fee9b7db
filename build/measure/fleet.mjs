// tick and wall-bytes: what the engine does with a refresh of a large fleet, and what a wall gets of it.
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';
import { median, timed } from './peer.mjs';

const ROUNDS = 5;
const PER_RACK = 72;
export const NOW = 1_764_000_000_000;
const SIGNALS = [
  ['POWER_USAGE', 300, 400],
  ['ENFORCED_POWER_LIMIT', 700, 0],
  ['GPU_TEMP', 45, 30],
  ['SLOWDOWN_TEMP', 87, 0],
  ['MEMORY_TEMP', 50, 30],
  ['SM_CLOCK', 1400, 500],
  ['MEM_CLOCK', 1500, 0],
  ['CLOCKS_EVENT_REASONS', 0, 0],
  ['GPU_UTIL', 10, 80],
  ['FB_USED', 10_000, 60_000],
];

const noise = (gpu, tick) => ((Math.imul(gpu + 1, 2_654_435_761) ^ Math.imul(tick + 1, 40_503)) >>> 0) / 2 ** 32;

function placeOf(gpu) {
  const rack = Math.floor(gpu / PER_RACK);
  const row = Math.floor(rack / 15);
  return { site: 'S', hall: `H${Math.floor(row / 12)}`, row: `R${row}`, rack: `R${row}-${rack % 15}` };
}

/** The layouts of a refresh, as they are read from a server's answers: sample times first, then one vector a signal. */
export function layouts(size, VectorReader) {
  const labels = (gpu, more) => ({ ...more, UUID: `GPU-${gpu}`, gpu: String(gpu & 3), instance: `n${gpu >> 2}:9400` });
  const read = (make) => {
    const series = Array.from({ length: size }, (_, gpu) => `{"metric":${JSON.stringify(make(gpu))},"value":[1,"1"]}`);
    const text = `{"status":"success","data":{"resultType":"vector","result":[${series.join(',')}]}}`;
    return new VectorReader().read(Buffer.from(text)).layout;
  };
  const model = 'NVIDIA GB200';
  return [
    read((gpu) => labels(gpu, { profile: 'dcgm', modelName: model, ...placeOf(gpu) })),
    ...SIGNALS.map(([name]) => read((gpu) => labels(gpu, { __name__: `DCGM_FI_DEV_${name}` }))),
  ];
}

export function refresh(fleet, all, size, tick) {
  const values = (make) => Float64Array.from({ length: size }, (_, gpu) => make(gpu));
  const bodies = all.map((layout, i) => {
    const [, low, span] = SIGNALS[i - 1] ?? [];
    const made = i === 0 ? values(() => NOW / 1000 + tick * 5) : values((gpu) => low + span * noise(gpu, tick));
    return { layout, values: made, times: undefined, duplicates: 0, warnings: [] };
  });
  return () =>
    bodies.forEach((decoded, i) => {
      const query = { id: `q${i}`, kind: 'gpu', times: i === 0, promql: '' };
      const time = NOW + tick * 5000;
      fleet.ingest({ key: query.id, sourceId: 's', site: 'S', targetLabels: new Map(), decoded, time, query });
    });
}

export async function fleetRows({ size }) {
  const [view, wire, workload] = await Promise.all([
    bundle('build/measure/fleet-entry.ts', 'fleet'),
    bundle('shared/wire.ts', 'wire'),
    bundle('shared/prom-api/workload.ts', 'vector-workload'),
  ]);
  const { Fleet, FleetView, VectorReader } = await import(pathToFileURL(view));
  const { encodeFrame } = await import(pathToFileURL(wire));
  const { vectorJson } = await import(pathToFileURL(workload));
  const fleet = new Fleet({ mappings: [] });
  const seen = new FleetView({ historyBytes: 64e6, pollMs: 5000, staleMs: 60_000, warnRatio: 0.9, critRatio: 0.97 });
  const all = layouts(size, VectorReader);
  const [ours, theirs] = [[], []];
  for (let tick = 0; tick < ROUNDS + 2; tick++) {
    const ingest = refresh(fleet, all, size, tick);
    const took = timed(() => {
      ingest();
      const now = NOW + tick * 5000 + 500;
      seen.update(fleet.frame(now, 60_000), [], 0, now, true);
    });
    const text = vectorJson(size, tick);
    const parsed = timed(() => JSON.parse(text));
    // The first two bind labels and compile.
    if (tick >= 2) {
      ours.push(took);
      theirs.push(parsed);
    }
  }
  const racks = Math.ceil(size / PER_RACK);
  const bytesOf = (watch) => encodeFrame(seen.frame({ signal: 'power', racks: [], ...watch }, 1)).length;
  const wall = bytesOf({ gpus: false });
  const whole = size * SIGNALS.length * 4;
  const [mine, other] = [median(ours), median(theirs)];
  return [
    {
      ...{
        name: 'tick',
        unit: 'ms',
        ours: mine,
        theirs: other,
        ratio: other / mine,
        goal: '≤ 0.2 ×',
        holds: mine <= 0.2 * other,
      },
      workload: `${size.toLocaleString('en-US')} GPUs × ${SIGNALS.length} signals: decoded → frame → roll-ups → conditions`,
      peer: 'JSON.parse of one of the vectors',
    },
    {
      ...{
        name: 'wall-bytes',
        unit: 'B',
        ours: wall,
        theirs: whole,
        ratio: whole / wall,
        goal: '≤ 2 %',
        holds: wall <= 0.02 * whole,
      },
      workload: `a frame of ${racks.toLocaleString('en-US')} racks; cells of all GPUs for one signal make ${bytesOf({ gpus: true })} B`,
      peer: `${SIGNALS.length} signals of every GPU as Float32`,
    },
  ];
}
