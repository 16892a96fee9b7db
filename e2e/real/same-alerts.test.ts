import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { startDemo } from '../../electron/demo/demo.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import type { Alert, Rule } from '../../shared/alerting/alert.ts';
import { pack } from '../../shared/alerting/pack.ts';
import { fingerprintOf } from '../../shared/interop/told-alert.ts';
import { alertingFile } from '../../shared/recorded/alerting.ts';
import { profiles } from '../../shared/signals/profiles/all.ts';
import { parseBudgetsCsv } from '../../shared/topology-csv.ts';
import { ask, read } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { startEngine } from './engine.ts';
import { faultyRack } from './faulty-rack.fixture.ts';
import { until } from './interop.fixture.ts';
import { startPrometheus } from './servers.ts';

const real = requireReal('prometheus');
/**
 * Seconds between scrapes, between evaluations of the server and between passes of the engine, which reads that server:
 * each sees every sample once. Two that scrape at times of their own see other samples, and where a value swings about
 * its limit from one to the next, another start.
 */
const INTERVAL_S = 5;
/** Three scrapes: two samples at least, also while the newest is under way; with one there is no rate, and `for` begins anew. */
const WINDOW_S = 3 * INTERVAL_S;
/** Within an interval the engine reads the server at this time, and evaluates what it read with the next one. */
const READ_AT_MS = 2200;
/** The pack's own `for` where a longer run is asked for, else 10 s at most. */
const LONG = Boolean(process.env.FLEETWATT_LONG);
const FOR_MS = LONG ? Number.POSITIVE_INFINITY : 10_000;
/** Where the script happens: a row that climbs, by its meters; its hot rack, the overrun leaf's, and the warm one, whole. */
const ROW = 'PDX-1/A/A2';
const HEARD = [`${ROW}/A2-05`, 'PDX-1/A/A1/A1-05', 'PDX-1/B/B3/B3-04'];
/**
 * The script begins with the row at 97.8 % of its budget, ± 0.8 points with the steps of its jobs, and climbs by 0.29 a
 * minute. Some minutes before it is well below the critical share of 97 %, some minutes later well above. A long run
 * waits for the climb, a short one leaps over it.
 */
const BEFORE_MS = -540_000;
const AFTER_MS = 310_000;
/** Told of other things by a server: what was never heard of there is not missed, and jobs stand for sources. */
const NOT_ALIKE = new Set(['StoppedReporting', 'AreaStoppedReporting', 'SourceDown', 'RulesCannotRun']);
/**
 * Not in a short run: a line through 15 min, and half of 5 min, need more past; a share of 5 min in heat would count the
 * leap itself, with all that counters counted meanwhile in one scrape.
 */
const NEED_PAST = new Set(['CapForecast', 'GpusHeldByPowerCap', 'HwThermalSlowdown', 'SwThermalSlowdown']);
/**
 * Rules of what is counted: the scrape after the leap has all that was counted in it, and how long the rate of a window
 * with it holds a condition hangs on the instant of each scrape. Until it has left the window their starts say nothing.
 */
const isCounted = (rule: string) => /^(Link|Leaf)/.test(rule);
const LEAP_COUNTS_MS = (WINDOW_S + 3 * INTERVAL_S) * 1000;
const rules: readonly Rule[] = pack
  .filter(({ name }) => !NOT_ALIKE.has(name) && (LONG || !NEED_PAST.has(name)))
  .map((rule) => ({ ...rule, forMs: Math.min(rule.forMs, FOR_MS) }));
/**
 * How long before its start each instant tells: shares of 5 min and a line through 15 min are of all that each side saw in
 * them. Where one of them missed an instant, or was started later than the other, they cross their limit some intervals
 * apart.
 */
const LOOKS_BACK_MS: ReadonlyMap<string, number> = new Map([
  ['CapForecast', 900_000],
  ...['GpusHeldByPowerCap', 'HwThermalSlowdown', 'SwThermalSlowdown'].map((rule) => [rule, 300_000] as const),
]);
/** Rules that must have fired, or the run showed nothing. */
const MUST_FIRE = [
  ...['BudgetNearCap', 'BudgetAtCap', 'LinkSaturated', 'LeafSaturated'],
  ...(LONG ? ['HwThermalSlowdown', 'SwThermalSlowdown'] : []),
];

/** Of the demo's ports (run-sources.ts). */
const WAIT_TICK = 320;

/** The instant of which a pass of the engine knows: its last read was of the one before. */
const knownAt = (pass: number) => (Math.floor(pass / (INTERVAL_S * 1000)) - 1) * INTERVAL_S * 1000;

const at = (time: number) => new Date(time).toISOString().slice(11, 19);

interface Theirs {
  readonly labels: Record<string, string>;
  readonly state: string;
  readonly activeAt: string;
}

test.skipIf(real.skip !== null)(
  titled('a real Prometheus with the exported rules and our engine fire the same alerts with the same start', real),
  { timeout: LONG ? 1_500_000 : 900_000 },
  async () => {
    let leap = 0;
    const now = () => Date.now() + leap;
    const demo = await startDemo({ now });
    const rack = await faultyRack();
    leap = BEFORE_MS;
    const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-same-'));
    const path = (name: string) => join(folder, name);
    const within = (place: string, places: readonly string[]) =>
      places.some((one) => `${place}/`.startsWith(`${one}/`));
    const all = JSON.parse(readFileSync(demo.targetsFile, 'utf8')) as { labels: Record<string, string> }[];
    const targets = all.filter(({ labels: { site, hall, row, rack, job } }) => {
      const place = [site, hall, row, rack].join('/');
      if (job === 'pdu') return within(place, [ROW, ...HEARD]);
      return rack === undefined || (within(place, HEARD) && (job !== 'node' || rack === 'A1-05'));
    });
    writeFileSync(path('targets.json'), JSON.stringify([...targets, ...rack.targets]));
    const lines = (file: string, wanted: (line: string) => boolean) =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line, i) => i === 0 || wanted(line))
        .join('\n');
    const budgets = lines(
      demo.budgetsFile,
      (line) => line.startsWith('PDX-1,') || within(line.split(',', 1)[0] ?? '', [ROW, ...HEARD]),
    );
    writeFileSync(path('budgets.csv'), budgets);
    writeFileSync(
      path('topology.csv'),
      lines(demo.topologyFile, (line) => within(line.split(',').slice(0, 4).join('/'), HEARD)),
    );
    const { groups } = alertingFile(rules, {
      ...{
        profiles,
        rateWindow: `${WINDOW_S}s`,
        intervalS: INTERVAL_S,
        constants: { warn_ratio: 0.9, crit_ratio: 0.97 },
      },
      budgets: parseBudgetsCsv(budgets).rows.map(({ place, budgetW, ...row }) => ({
        ...row,
        path: place,
        watts: budgetW,
      })),
      waitTickBytes: WAIT_TICK,
    });
    writeFileSync(path('rules.yml'), stringify({ groups }, { lineWidth: 0 }));
    const server = await startPrometheus({
      configText: `global: {scrape_interval: ${INTERVAL_S}s, scrape_timeout: ${INTERVAL_S}s, evaluation_interval: ${INTERVAL_S}s}
rule_files: ['${path('rules.yml')}']
scrape_configs: [{job_name: demo, honor_labels: true, file_sd_configs: [{files: ['${path('targets.json')}']}]}]
`,
    });
    const files = {
      topologyFile: path('topology.csv'),
      budgetsFile: path('budgets.csv'),
    };
    const source = { kind: 'prometheus', id: 'demo', name: 'Demo', site: 'PDX-1', url: server.url };
    const ms = INTERVAL_S * 1000;
    await new Promise((resume) => setTimeout(resume, (ms + READ_AT_MS - (Date.now() % ms)) % ms));
    const engine = startEngine(
      {
        pollMs: ms,
        sources: [{ ...source, rateWindow: `${WINDOW_S}s`, waitTickBytes: WAIT_TICK, ...files }],
      },
      systemClock,
    );
    try {
      for (const rule of rules)
        await engine.call('saveRule', { rule: { ...rule, runbook: { ...rule.runbook } } as never, who: 'test' });
      const ours = async () => {
        const { alerts } = await engine.call('alerts', {});
        return alerts.filter(({ rule }) => !NOT_ALIKE.has(rule) && (LONG || !NEED_PAST.has(rule)));
      };
      const theirs = async () =>
        (JSON.parse(await read(`${server.url}/api/v1/alerts`)) as { data: { alerts: Theirs[] } }).data.alerts;
      // Both are awake: what holds from the begin on holds for both.
      await until(theirs, (all) => all.some(({ labels }) => labels.alertname === 'BudgetNearCap'));
      await until(ours, (all) => all.some(({ rule }) => rule === 'BudgetNearCap'));
      const awake = Date.now();
      if (!LONG) leap = AFTER_MS;
      const settled = LONG ? awake : awake + LEAP_COUNTS_MS;
      rack.breakIt();
      const seen = { ours: new Fired(), theirs: new Fired() };
      const passes = new Cadence(ms);
      const evaluations = new Cadence(ms);
      const end = await until(
        async () => {
          for (const alert of await ours()) seen.ours.add(alert, knownAt(alert.activeAt));
          for (const alert of await theirs()) seen.theirs.add(alert, Date.parse(alert.activeAt));
          passes.saw('engine', (await engine.call('alerts', {})).evaluatedAt ?? Number.NaN);
          for (const { name, at } of await evaluated(server.url)) evaluations.saw(name, at);
          return Date.now();
        },
        (now) =>
          Object.values(seen).every(
            (fired) =>
              fired.all([...MUST_FIRE, ...rack.rules]) &&
              now - fired.newest('BudgetAtCap') > Math.min(FOR_MS, 60_000) + 5 * ms,
          ),
        LONG ? 840_000 : 480_000,
      );
      const told = (fired: Fired) => [...fired.rules()].sort();
      process.stdout.write(
        `    fired in both: ${told(seen.ours)
          .filter((rule) => seen.theirs.rules().has(rule))
          .join(', ')}\n`,
      );
      // What fired in one alone is found below, by its start.
      for (const fired of Object.values(seen))
        expect(told(fired)).toEqual(expect.arrayContaining([...MUST_FIRE, ...rack.rules]));
      // What began later than this may not fire in both yet.
      const waits = new Map(rules.map(({ name, forMs }) => [name, forMs + 4 * ms]));
      const lasting = (rule: string) => end - (waits.get(rule) ?? 0);
      const most = ms + (await slowestScrapeMs(server.url));
      let widest = 0;
      let passedOver = 0;
      const differences: string[] = [];
      for (const [whose, one, other] of [
        ['ours', seen.ours, seen.theirs],
        ['theirs', seen.theirs, seen.ours],
      ] as const)
        for (const { key, rule, activeAt } of one.began(awake, lasting)) {
          const until = activeAt + (waits.get(rule) ?? 0);
          const back = LOOKS_BACK_MS.get(rule) ?? WINDOW_S * 1000;
          if (isCounted(rule) && activeAt < settled) continue;
          const alike = !LOOKS_BACK_MS.has(rule) || activeAt - back >= awake;
          if (!alike || [passes, evaluations].some((cadence) => cadence.wasLate(activeAt - back - ms, until))) {
            passedOver++;
            continue;
          }
          const apart = other.nearest(key, activeAt);
          if (apart > most)
            differences.push(
              `${whose} of ${at(activeAt)}, the other ${other.startsOf(key).map(at).join(' ') || 'never'}: ${key}`,
            );
          else widest = Math.max(widest, apart);
        }
      expect(differences).toEqual([]);
      const since = seen.ours.began(awake, lasting);
      process.stdout.write(
        `    starts of ${since.length} alerts, ${widest / 1000} s apart at most of ${most / 1000}; ${passedOver} in a lag or too soon\n`,
      );
      expect(
        since.some(({ key }) => key.includes('BudgetAtCap')),
        'the climb began something',
      ).toBe(true);
    } finally {
      engine.remove();
      await server.stop();
      await demo.close();
      rack.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

/**
 * Evaluations of one side. On a busy machine one comes late or not at all, and then the two no longer see every sample
 * once: what began about then says nothing of whether they judge alike.
 */
class Cadence {
  readonly #last = new Map<string, number>();
  readonly #lags: { readonly from: number; readonly to: number }[] = [];
  readonly #everyMs: number;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  saw(whose: string, at: number): void {
    const last = this.#last.get(whose) ?? at;
    if (at - last > 1.5 * this.#everyMs) this.#lags.push({ from: last, to: at });
    this.#last.set(whose, Math.max(last, at));
  }

  wasLate(from: number, to: number): boolean {
    return this.#lags.some((lag) => lag.from < to && lag.to > from);
  }
}

/** When each group of rules was evaluated last, ms. */
async function evaluated(url: string): Promise<readonly { readonly name: string; readonly at: number }[]> {
  const { data } = JSON.parse(await read(`${url}/api/v1/rules`)) as {
    data: { groups: { name: string; lastEvaluation: string }[] };
  };
  return data.groups.map(({ name, lastEvaluation }) => ({ name, at: Date.parse(lastEvaluation) }));
}

/** A sample has the time at which its scrape began, and is not seen by an evaluation before the scrape has ended. */
async function slowestScrapeMs(url: string): Promise<number> {
  const [slowest] = await ask(url, 'max(max_over_time(scrape_duration_seconds[5m]))');
  return Math.ceil((slowest?.value ?? 0) * 1000);
}

/** Alerts that were seen firing, each with when its conditions began to hold. */
class Fired {
  readonly #starts = new Map<string, { readonly rule: string; readonly starts: Set<number> }>();
  readonly #rules = new Map<string, number>();

  add({ labels, state }: Pick<Alert, 'labels'> & { state: string }, activeAt: number): void {
    if (state !== 'firing') return;
    const key = fingerprintOf(new Map(Object.entries(labels)));
    const rule = labels.alertname ?? '';
    const known = this.#starts.get(key) ?? { rule, starts: new Set() };
    this.#starts.set(key, known);
    known.starts.add(activeAt);
    this.#rules.set(rule, Math.max(activeAt, this.#rules.get(rule) ?? 0));
  }

  rules(): ReadonlySet<string> {
    return new Set(this.#rules.keys());
  }
  all(rules: readonly string[]): boolean {
    return rules.every((rule) => this.#rules.has(rule));
  }
  newest(rule: string): number {
    return this.#rules.get(rule) ?? 0;
  }

  /** What began within this time. */
  began(from: number, to: (rule: string) => number) {
    return [...this.#starts].flatMap(([key, { rule, starts }]) =>
      [...starts]
        .filter((activeAt) => activeAt >= from && activeAt <= to(rule))
        .map((activeAt) => ({ key, rule, activeAt })),
    );
  }

  startsOf(key: string): readonly number[] {
    return [...(this.#starts.get(key)?.starts ?? [])];
  }

  /** How far the nearest begin of an alert is, ms. */
  nearest(key: string, activeAt: number): number {
    return Math.min(...this.startsOf(key).map((one) => Math.abs(one - activeAt)));
  }
}
