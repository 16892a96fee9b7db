import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type AlertCase, type CaseAlert, caseFileSchema, runCase } from '../../shared/alerting/cases.ts';
import { requireReal, titled } from './available.ts';

/**
 * Random rules over random series, judged by promtool: our states and times at every evaluation must be what its own
 * engine writes into ALERTS and ALERTS_FOR_STATE. FLEETWATT_CASES and FLEETWATT_SEED ask for more, or for others.
 */
const CASES = Number(process.env.FLEETWATT_CASES ?? 300);
const SEED = Number(process.env.FLEETWATT_SEED ?? 1);
const BATCH = 100;
const EVALUATIONS = 24;

const promtool = requireReal('promtool');

/** mulberry32: the same seed gives the same cases. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

type Value = number | 'NaN' | 'Inf' | '-Inf' | 'stale' | null;

class Generator {
  readonly #next: () => number;
  constructor(seed: number) {
    this.#next = random(seed);
  }

  below(count: number): number {
    return Math.floor(this.#next() * count);
  }

  pick<One>(list: readonly One[]): One {
    return list[this.below(list.length)];
  }

  /** One case; samples stand on a grid of `step` seconds, as promtool reads them, evaluations on one of `every`. */
  one(id: number, step: number, every: number): AlertCase {
    const kind = this.pick(['gauge', 'gauge', 'rate', 'ratio', 'rateratio', 'absent'] as const);
    const rated = kind === 'rate' || kind === 'rateratio';
    const points = Math.ceil((EVALUATIONS * every) / step);
    const hosts = ['n0', 'n1', 'n2'].slice(0, 1 + this.below(3));
    const series = hosts.map((host) => this.#series(`m${id}`, host, points, step, rated));
    if (kind === 'ratio' || kind === 'rateratio') {
      for (const host of hosts) if (this.below(8) > 0) series.push(this.#series(`cap${id}`, host, points, step, false));
    }
    const rule = {
      kind,
      ...{ metric: `m${id}`, denominator: `cap${id}`, selector: { host: this.pick(['n0', 'n1', 'n9']) } },
      op: this.pick(['>', '>', '>=', '<', '<=', '==', '!='] as const),
      threshold: rated ? this.pick([0, 0.5, 1, 2, 10]) : this.pick([0, 1, 2, 50, 100]),
      range: this.pick([2, 3, 4, 8]) * step,
      for: this.pick([0, 0, every, 2 * every, every + 7, 5 * every]),
      keepFiringFor: this.pick([0, 0, every, every + 5, 3 * every]),
      labels: this.pick([{}, { severity: 'critical' }, { severity: 'warning', team: 'power' }]),
    };
    const evalTimes = Array.from({ length: EVALUATIONS }, (_, i) => i * every);
    return caseFileSchema.parse({ format: 'fleetwatt-alert-cases/1', cases: [{ id, rule, evalTimes, series }] })
      .cases[0];
  }

  #series(metric: string, host: string, points: number, step: number, counter: boolean) {
    let level = this.below(100);
    // Some series come late or end early: label churn.
    const [from, to] = [
      this.below(4) === 0 ? this.below(points) : 0,
      this.below(4) === 0 ? this.below(points) : points,
    ];
    const samples = Array.from({ length: points }, (_, i): [number, Value] => {
      const odd = this.below(40);
      if (i === to) return [i * step, 'stale'];
      if (i < from || i > to || odd < 4) return [i * step, null];
      if (odd === 4) return [i * step, 'stale'];
      if (odd === 5) return [i * step, this.pick(['NaN', 'Inf', '-Inf'] as const)];
      // A counter is reset now and then, to zero or not.
      if (counter) level = odd === 6 ? this.below(20) : level + this.pick([0, 1, 5, 30, 200]);
      else level = this.pick([level, level, this.below(4), this.below(120)]);
      return [i * step, level];
    });
    return { metric, labels: { host }, samples };
  }
}

function expressionOf({ kind, metric, denominator, op, threshold, range, selector }: AlertCase['rule']): string {
  if (kind === 'absent') return `absent(${metric}{host="${selector.host}"})`;
  const rate = `rate(${metric}[${range}s])`;
  const left = {
    gauge: metric,
    rate,
    ratio: `100 * ${metric} / ${denominator}`,
    rateratio: `100 * ${rate} / ${denominator}`,
  };
  return `${left[kind]} ${op} ${threshold}`;
}

const told = (labels: Readonly<Record<string, string>>) =>
  Object.entries(labels)
    .map(([name, text]) => `${name}="${text}"`)
    .join(', ');

/** promtool's test of one batch: the series, and what we say that its engine must say at each evaluation. */
function testOf(
  batch: readonly AlertCase[],
  ours: ReadonlyMap<number, readonly CaseAlert[]>,
  step: number,
  every: number,
) {
  const tokens = (value: Value) => (value === null ? '_' : String(value));
  return {
    rule_files: ['rules.json'],
    evaluation_interval: `${every}s`,
    tests: [
      {
        interval: `${step}s`,
        input_series: batch.flatMap(({ series }) =>
          series.map(({ metric, labels, samples }) => ({
            series: `${metric}{${told(labels)}}`,
            values: samples.map(([, value]) => tokens(value as Value)).join(' '),
          })),
        ),
        promql_expr_test: batch.flatMap(({ id, evalTimes }) =>
          evalTimes.flatMap((at, i) => {
            const name = `alertname="A${id}"`;
            const active = (ours.get(id as number) ?? []).filter(({ states }) => states[i] !== '-');
            const states = active.map(({ labels, states: all }) => ({
              labels: `ALERTS{${name}, alertstate="${all[i] === 'F' ? 'firing' : 'pending'}", ${told(labels)}}`,
              value: 1,
            }));
            const times = active.map(({ labels, activeAt }) => ({
              labels: `ALERTS_FOR_STATE{${name}, ${told(labels)}}`,
              value: activeAt[i],
            }));
            return [
              { expr: `ALERTS{${name}}`, eval_time: `${at}s`, exp_samples: states },
              { expr: `ALERTS_FOR_STATE{${name}}`, eval_time: `${at}s`, exp_samples: times },
            ];
          }),
        ),
      },
    ],
  };
}

const rulesOf = (batch: readonly AlertCase[]) => ({
  groups: [
    {
      name: 'cases',
      rules: batch.map(({ id, rule }) => ({
        alert: `A${id}`,
        expr: expressionOf(rule),
        for: `${rule.for}s`,
        ...(rule.keepFiringFor > 0 ? { keep_firing_for: `${rule.keepFiringFor}s` } : {}),
        labels: rule.labels,
      })),
    },
  ],
});

function judge(folder: string): Promise<string> {
  return new Promise((resolve) => {
    const args = ['test', 'rules', 'test.json'];
    execFile(promtool.path as string, args, { cwd: folder, maxBuffer: 1 << 28 }, (error, stdout, stderr) =>
      resolve(error ? `${stdout}${stderr}` : ''),
    );
  });
}

describe('alert states', () => {
  test.skipIf(promtool.skip !== null)(
    titled(`${CASES} random cases are what promtool says at every evaluation`, promtool),
    async () => {
      const generator = new Generator(SEED);
      const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-alerts-'));
      let [done, evaluations, active] = [0, 0, 0];
      try {
        while (done < CASES) {
          const [step, every] = [generator.pick([15, 30]), generator.pick([15, 30, 60])];
          const count = Math.min(BATCH, CASES - done);
          const batch = Array.from({ length: count }, (_, i) => generator.one(done + i, step, every));
          const ours = new Map(batch.map((one) => [one.id as number, runCase(one, 'prometheus2')]));
          writeFileSync(join(folder, 'rules.json'), JSON.stringify(rulesOf(batch)));
          writeFileSync(join(folder, 'test.json'), JSON.stringify(testOf(batch, ours, step, every)));
          expect((await judge(folder)).slice(0, 4000)).toBe('');
          done += count;
          evaluations += count * EVALUATIONS;
          for (const alerts of ours.values())
            for (const { states } of alerts) active += states.replaceAll('-', '').length;
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
      console.log(`${done} cases, ${evaluations} evaluations, ${active} active states, 0 differences (seed ${SEED})`);
      // A test of nothing but inactive alerts would prove nothing.
      expect(active).toBeGreaterThan(done);
    },
    600_000,
  );
});
