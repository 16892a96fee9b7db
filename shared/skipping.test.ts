import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ViewFrame, Watch } from './contract.ts';
import { decodedOf, gpu, T0 } from './fleet.fixture.ts';
import { Fleet } from './fleet.ts';
import type { Frame } from './frame.ts';
import { SEED } from './seed.fixture.ts';
import { FleetView } from './view.ts';

const STALE_MS = 60_000;

/** Exporters of two makers, so that one signal has two ranks, and a rack's feeds. */
const BODIES = {
  dcgm: (watts: number) => `DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} ${watts}
DCGM_FI_DEV_GPU_UTIL${gpu('GPU-a')} ${watts % 100}
DCGM_FI_DEV_POWER_USAGE${gpu('GPU-b', 1)} ${watts + 1}
`,
  fewer: (watts: number) => `DCGM_FI_DEV_POWER_USAGE${gpu('GPU-a')} ${watts}\n`,
  smi: (watts: number) => `nvidia_smi_gpu_info{uuid="GPU-a",name="NVIDIA H100 80GB HBM3",index="0"} 1
nvidia_smi_power_draw_watts{uuid="GPU-a"} ${watts}
`,
  feeds: (watts: number) =>
    `rPDU2DeviceStatusPower{pduName="A2-05-A",rPDU2DeviceStatusIndex="1",rack="A2-05"} ${watts}\n`,
} as const;
type Maker = keyof typeof BODIES;

type Step =
  | { readonly kind: 'body'; readonly from: Maker; readonly watts: number; readonly lateMs: number }
  | { readonly kind: 'budget'; readonly watts: number }
  | { readonly kind: 'rows'; readonly rack: string }
  | { readonly kind: 'forget' }
  | { readonly kind: 'wait'; readonly ms: number };

const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('body' as const),
      from: fc.constantFrom(...(Object.keys(BODIES) as Maker[])),
      watts: fc.integer({ min: 0, max: 900 }),
      // Samples of a server are older than their refresh.
      lateMs: fc.constantFrom(0, 5000, 59_000, 61_000),
    }),
    fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.constantFrom(0, 1, 999, 1000, 1001, 30_000, 61_000, -7000),
    }),
    fc.record({ kind: fc.constant('wait' as const), ms: fc.constantFrom(1000, 20_000) }),
    fc.record({ kind: fc.constant('budget' as const), watts: fc.integer({ min: 1, max: 9000 }) }),
    fc.record({ kind: fc.constant('rows' as const), rack: fc.constantFrom('R1', 'R2') }),
    fc.record({ kind: fc.constant('forget' as const) }),
  ),
  { maxLength: 25 },
);

/** Does one step to a fleet at a time; gives the time after it. */
function take(fleet: Fleet, step: Step, now: number): number {
  if (step.kind === 'wait') return now + step.ms;
  if (step.kind === 'forget') fleet.forgetSource('smi');
  if (step.kind === 'budget') fleet.setBudgets([{ place: 'S', budgetW: step.watts, feedAW: 1, feedBW: 1, derate: 1 }]);
  if (step.kind === 'rows')
    fleet.setTopology([
      { site: 'S', hall: 'A', row: 'A2', rack: step.rack, u: 1, node: 'a2-05-n1', model: '', gpus: 4 },
    ]);
  if (step.kind === 'body')
    fleet.ingest({
      ...{ key: step.from, sourceId: step.from, site: 'S', time: now - step.lateMs },
      targetLabels: new Map([['instance', 'a2-05-n1:9400']]),
      decoded: decodedOf(BODIES[step.from](step.watts)),
    });
  return now;
}

/** Everything that a frame tells, but how often its places were made. */
const told = ({ time, topology: { version, ...topology }, columns }: Frame) => ({ time, topology, columns });

test('a frame of a fleet that leaves out what cannot have changed is one that is made from the beginning', () => {
  let same = 0;
  fc.assert(
    fc.property(steps, (list) => {
      const fleet = new Fleet({ mappings: [] });
      let now = T0;
      let before: Frame | undefined;
      for (const [i, step] of list.entries()) {
        now = take(fleet, step, now);
        const frame = fleet.frame(now, STALE_MS);
        if (frame.columns === before?.columns) same++;
        before = frame;
        const anew = new Fleet({ mappings: [] });
        let then = T0;
        for (const one of list.slice(0, i + 1)) then = take(anew, one, then);
        expect(told(frame)).toEqual(told(anew.frame(now, STALE_MS)));
      }
    }),
    { numRuns: 40, seed: SEED },
  );
  expect(same, 'most instants without news are left out').toBeGreaterThan(0);
});

test('an instant is made anew in the very millisecond in which something is too old, and when a clock is put back', () => {
  const fleet = new Fleet({ mappings: [] });
  take(fleet, { kind: 'body', from: 'dcgm', watts: 300, lateMs: 0 }, T0);
  take(fleet, { kind: 'body', from: 'smi', watts: 7, lateMs: 5000 }, T0);
  const at = (ms: number) => fleet.frame(T0 + ms, STALE_MS);
  const first = at(0);
  expect(at(55_000).columns).toBe(first.columns);
  expect(at(STALE_MS).columns.get('gpu.power')?.value).toEqual(first.columns.get('gpu.power')?.value);
  const late = at(STALE_MS + 1);
  expect(late.columns.get('gpu.power')?.value.every(Number.isNaN)).toBe(true);
  expect(at(STALE_MS + 2).columns, 'what is stale does not age').toBe(late.columns);
  expect(at(STALE_MS).columns.get('gpu.power')?.value).toEqual(first.columns.get('gpu.power')?.value);
});

test('what is told of the same columns at another time is what is told of them from the beginning', () => {
  const options = { historyBytes: 1e6, pollMs: 5000, staleMs: STALE_MS, warnRatio: 0.9, critRatio: 0.97 };
  const watch = { signal: 'power', gpus: true, racks: [], filter: 'age>5' } as const;
  let same = 0;
  fc.assert(
    fc.property(steps, fc.array(fc.boolean()), (list, polls) => {
      const fleet = new Fleet({ mappings: [] });
      const [skips, anew] = [new FleetView(options), new FleetView(options)];
      let [now, before]: [number, Frame | undefined] = [T0, undefined];
      for (const [i, step] of list.entries()) {
        now = take(fleet, step, now);
        const frame = fleet.frame(now, STALE_MS);
        if (frame.columns === before?.columns) same++;
        before = frame;
        // The same columns as another object are gone through again.
        for (const [view, seen] of [
          [skips, frame] as const,
          [anew, { ...frame, columns: new Map(frame.columns) }] as const,
        ])
          view.update(seen, [], i, now, polls[i] ?? false);
        expect(seenBy(skips, watch, i)).toEqual(seenBy(anew, watch, i));
      }
    }),
    { numRuns: 40, seed: SEED },
  );
  expect(same).toBeGreaterThan(0);
});

/** What a viewer gets; a trend is fitted to times before now, so that its last digits move with now. */
function seenBy(view: FleetView, watch: Watch, seq: number) {
  const { slope, capMin, summary, ...frame } = view.frame(watch, seq) as ViewFrame;
  const rounded = (values: Float32Array) => Array.from(values, (value) => Number(value.toPrecision(4)));
  const { slopeWPerMin, ...others } = summary;
  const trend = slopeWPerMin === null ? null : Number(slopeWPerMin.toPrecision(4));
  return { ...frame, summary: others, trend, slope: rounded(slope), capMin: rounded(capMin) };
}
