import { describe, expect, it } from 'vitest';
import { computeFabric } from '../fabric.ts';
import { fed, T0 } from '../fleet.fixture.ts';
import { ASSUMED, DERIVED } from '../frame.ts';
import { inspectPlace } from '../inspect.ts';
import { powerReport } from '../power/report.ts';
import { computePower } from '../power.ts';
import { workReport } from './report.ts';

const RACK = (rack: string) => `site="S",hall="A",row="A1",rack="${rack}"`;
const POD = 'work_namespace="inf",work_pod="vllm-0"';
const JOB = 'work_job="4711"';
type Rows = Readonly<Record<string, readonly [gpus: number, watts: number, util: number]>>;

/** What our rules record of a rack: its boards, and its work by the labels of each part. */
function recorded(rack: string, work: Rows, more = ''): string {
  const name = (what: string) => `rack:fleetwatt_${what}`;
  const all = Object.values(work);
  const sum = (at: 0 | 1) => all.reduce((total, one) => total + one[at], 0);
  const rows = Object.entries(work).flatMap(([labels, [gpus, watts, util]]) => {
    const of = `{${[RACK(rack), labels].filter((text) => text !== '').join(',')}}`;
    return [
      `${name('work_gpus:count')}${of} ${gpus}`,
      `${name('work_gpus_metered:count')}${of} ${gpus}`,
      `${name('work_gpu_power_watts:sum')}${of} ${watts}`,
      `${name('work_util_ratio:avg')}${of} ${util}`,
    ];
  });
  const of = `{${RACK(rack)}}`;
  return `${[
    ...[`${name('gpus:count')}${of} ${sum(0)}`, `${name('gpu_power_watts:sum')}${of} ${sum(1)}`, ...rows, more],
    `${name('gpu_model:info')}{${RACK(rack)},model="NVIDIA H200"} 1`,
  ].join('\n')}\n`;
}
const vllm = (tokens: number) => `vllm:generation_tokens_total{engine="0",model_name="llama"} ${tokens}\n`;
const server = {
  key: 'vllm',
  targetLabels: new Map([
    ['namespace', 'inf'],
    ['pod', 'vllm-0'],
  ]),
};

/** A fleet of two racks that a server recorded; it is told anew at each time. */
function fleet() {
  const { take, at } = fed();
  const tell = (seconds: number, ...racks: readonly [string, Rows, string?][]) => {
    take(vllm(seconds * 300), seconds, server);
    take(racks.map((rack) => recorded(...rack)).join(''), seconds, { key: 'racks' });
    const frame = at(seconds, 60_000);
    const power = computePower(frame);
    return { frame, power, ...workReport(frame, computeFabric(frame), new Map()) };
  };
  return { tell, take };
}
const rows = ({ jobs }: ReturnType<ReturnType<typeof fleet>['tell']>) =>
  jobs.map(({ name, gpus, silentGpus, powerW, util }) => [name, gpus, silentGpus, powerW, util]);
const yields = ({ tokens }: ReturnType<ReturnType<typeof fleet>['tell']>) =>
  tokens.map(({ rack, gpus, tokensPerS, tokensPerJoule }) => [rack.slice(-5), gpus, tokensPerS, tokensPerJoule]);

const ONE: Rows = { [POD]: [4, 2000, 0.9], [JOB]: [2, 600, 0.2], '': [2, 200, 0] };
const TWO: Rows = { [POD]: [2, 1000, 0.6] };

describe('work of recorded racks', () => {
  it('is told by what is recorded, over all of its racks', () => {
    const { tell } = fleet();
    tell(0, ['A1-01', ONE], ['A1-02', TWO]);
    const told = tell(10, ['A1-01', ONE], ['A1-02', TWO]);
    // 300 tokens a second over 3,000 W; the use of 6 boards is (4 × 0.9 + 2 × 0.6) ÷ 6.
    expect(rows(told)).toEqual([
      ['inf/vllm-0', 6, 0, 3000, expect.closeTo(0.8, 6)],
      ['job 4711', 2, 0, 600, expect.closeTo(0.2, 6)],
    ]);
    expect(told.jobs[0]).toMatchObject({ bound: 'compute', nodes: null });
    expect(told.jobs[0].evidence).toEqual(['80% busy', 'links of 2 recorded racks not read']);
    expect(yields(told)).toEqual([
      ['', 6, 300, 0.1],
      ['A1-01', 4, 200, 0.1],
      ['A1-02', 2, 100, 0.1],
    ]);
    expect(told.untoldRacks).toBe(0);
  });

  it('boards that are read because someone looks at their rack are not counted again', () => {
    const { tell, take } = fleet();
    const board = (index: number) =>
      `DCGM_FI_DEV_POWER_USAGE{gpu="${index}",UUID="GPU-${index}",modelName="NVIDIA H200",hostname="n1",${RACK('A1-02')},namespace="inf",pod="vllm-0"} 500`;
    tell(0, ['A1-01', ONE], ['A1-02', TWO]);
    take(`${[0, 1].map(board).join('\n')}\n`, 10, { key: 'boards' });
    const told = tell(10, ['A1-01', ONE], ['A1-02', TWO]);
    expect(rows(told)[0]).toEqual(['inf/vllm-0', 6, 0, 3000, expect.closeTo(0.8, 6)]);
    expect(told.jobs[0].evidence.at(-1)).toBe('links of 1 recorded rack not read');
    expect(yields(told)[0]).toEqual(['', 6, 300, 0.1]);
  });

  it('boards that fall silent stay its boards, and its yield is not told; work that ends is gone', () => {
    const { tell } = fleet();
    tell(0, ['A1-01', ONE], ['A1-02', TWO]);
    const fallen = tell(10, ['A1-01', { ...ONE, [POD]: [3, 1500, 0.9] }], ['A1-02', TWO]);
    expect(rows(fallen)[0].slice(0, 4)).toEqual(['inf/vllm-0', 6, 1, 2500]);
    expect(yields(fallen).map((row) => row[3])).toEqual([null, null, null]);
    // A whole rack: nothing of it is recorded any more.
    const dark = tell(80, ['A1-01', ONE]);
    expect(rows(dark)[0].slice(0, 4)).toEqual(['inf/vllm-0', 6, 2, 2000]);
    expect(yields(dark)[0][3]).toBe(null);
    // The job has ended on its boards, which go on.
    const { [JOB]: _, ...rest } = ONE;
    const ended = tell(90, ['A1-01', { ...rest, '': [4, 300, 0] }], ['A1-02', TWO]);
    expect(rows(ended)).toEqual([['inf/vllm-0', 6, 0, 3000, expect.closeTo(0.8, 6)]]);
    // An old silent board is nobody's: it takes no job that ends later.
    tell(100, ['A1-01', { ...rest, '': [3, 300, 0], [JOB]: [0, 0, 0] }], ['A1-02', { ...TWO, [JOB]: [2, 900, 1] }]);
    const later = tell(300, ['A1-01', { ...rest, '': [3, 300, 0] }], ['A1-02', { ...TWO, '': [2, 100, 0] }]);
    expect(rows(later).map((row) => row.slice(0, 3))).toEqual([['inf/vllm-0', 6, 0]]);
  });

  it('whole boards in sum that are shared all the same are said to be', () => {
    const { tell } = fleet();
    const shared = (labels: string, boards: number) =>
      `rack:fleetwatt_work_gpus_shared:count{${RACK('A1-02')},${labels}} ${boards}\n`;
    // Two pods on the same four boards in time slices: two whole boards for each.
    const other = 'work_namespace="inf",work_pod="note-0"';
    const both: Rows = { [POD]: [2, 1000, 0.6], [other]: [2, 1000, 0.6] };
    const lines = shared(POD, 4) + shared(other, 4);
    tell(0, ['A1-02', both, lines]);
    const { jobs, tokens } = tell(10, ['A1-02', both, lines]);
    expect(jobs.map(({ gpus, sharedGpus }) => [gpus, sharedGpus])).toEqual([
      [2, 4],
      [2, 4],
    ]);
    expect(jobs[0].evidence).toContain('4 of its GPUs shared with others: of each an equal part');
    expect(tokens[0].shared).toBe(true);
    const whole = tell(20, ['A1-02', both, shared(POD, 0) + shared(other, 0)]);
    expect(whole.jobs.map(({ sharedGpus }) => sharedGpus)).toEqual([0, 0]);
  });

  it('a board that is heard and tells no power is counted at nameplate, and the draw is said to be at least that', () => {
    const { tell } = fleet();
    const metered = (boards: number) => `rack:fleetwatt_gpus_metered:count{${RACK('A1-01')}} ${boards}`;
    const drawn = ({ power }: ReturnType<typeof tell>) => [power.drawW[3], power.quality[3], power.gpuLive[3]];
    // 2,800 W of 7 of 8 boards, and 1,275 W for the eighth in an HGX H200.
    expect(drawn(tell(0, ['A1-01', ONE, metered(7)]))).toEqual([4075, ASSUMED, 8]);
    expect(drawn(tell(10, ['A1-01', ONE, metered(8)]))).toEqual([2800, DERIVED, 8]);
  });

  it('rules that record no work leave jobs and yields unknown, and say so', () => {
    const { tell } = fleet();
    const bare = recorded('A1-02', TWO)
      .split('\n')
      .filter((line) => !line.includes('work_'))
      .join('\n');
    tell(0, ['A1-01', ONE, bare]);
    const told = tell(10, ['A1-01', ONE, bare]);
    expect([told.untoldRacks, ...yields(told).map((row) => row[3])]).toEqual([1, null, null]);
  });

  it('counts what the power cap holds, and what limits and models allow, without one board read', () => {
    const { tell } = fleet();
    const of = `{${RACK('A1-01')}}`;
    const counts = ['gpus_with_reasons:count', 'gpus_capped:count', 'gpus_limited:count', 'gpu_limit_watts:sum'];
    const lines = (...values: number[]) =>
      values.map((value, i) => `rack:fleetwatt_${counts[i]}${of} ${value}`).join('\n');
    const facts = (...values: number[]) => {
      const { frame, power } = tell(10, ['A1-01', ONE, lines(...values)]);
      const parts = {
        frame,
        power,
        fabric: computeFabric(frame),
        slope: new Float32Array(4),
        capMin: new Float32Array(4),
      };
      return [0, 3].map(
        (place) => inspectPlace(parts, place).facts.find(({ label }) => label === 'Power-capped')?.text,
      );
    };
    expect(facts(8, 3)).toEqual(['3 of 8', '3 of 8']);
    // Rules of before count no capped GPUs.
    expect(
      fleet()
        .tell(0, ['A1-01', ONE, lines(8)])
        .frame.columns.has('place.capped'),
    ).toBe(false);
    const { frame, power } = tell(20, ['A1-01', ONE, lines(8, 3, 6, 3000)]);
    frame.topology.budgetW[3] = 8000;
    const { place } = powerReport({ frame, power, rows: [], now: frame.time }, 3);
    // 6 boards tell 3,000 W; two have the table's 700 W. Draw 2,800 W: 5,200 ÷ 1,275 W a GPU of an HGX H200.
    expect([place.oversubscription, place.fits, place.plannedWPerGpu]).toEqual([4400 / 8000, 4, 1275]);
    // Not recorded any more: nobody knows its limits, and none is not 0.
    const lost = fed(recorded('A1-01', ONE)).fleet;
    lost.frame(T0, 60_000);
    const gone = lost.frame(T0 + 100_000, 60_000);
    gone.topology.budgetW[3] = 8000;
    const later = powerReport({ frame: gone, power: computePower(gone), rows: [], now: gone.time }, 3);
    expect(later.place.oversubscription).toBe(null);
  });
});
