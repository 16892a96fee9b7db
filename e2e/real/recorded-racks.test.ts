import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Demo, startDemo } from '../../electron/demo/demo.ts';
import { systemClock } from '../../electron/engine/clock.ts';
import { PrometheusReader } from '../../electron/engine/sources/prometheus.ts';
import { quantities } from '../../shared/alerting/quantities.ts';
import { sceneOf } from '../../shared/alerting/scene.fixture.ts';
import { signalColumns } from '../../shared/cell-columns.ts';
import { CELL_NODATA } from '../../shared/cells.ts';
import { FabricInstant } from '../../shared/fabric/instant.ts';
import { computeFabric } from '../../shared/fabric.ts';
import { Fleet } from '../../shared/fleet.ts';
import type { Frame } from '../../shared/frame.ts';
import { computePower } from '../../shared/power.ts';
import { recordingGroups } from '../../shared/recorded/rules.ts';
import { type PrometheusSource, sourceSchema } from '../../shared/settings.ts';
import { profiles } from '../../shared/signals/profiles/all.ts';
import { GPU, NODE, RACK } from '../../shared/topology.ts';
import { parseBudgetsCsv } from '../../shared/topology-csv.ts';
import { FleetView } from '../../shared/view.ts';
import { heldInstant, LostWork } from '../../shared/work/lost.ts';
import { ask, askUntil } from './ask.ts';
import { requireReal, titled } from './available.ts';
import { eventually } from './eventually.ts';
import type { Running } from './running.ts';
import { startPrometheus, startVictoriaMetrics } from './servers.ts';

/**
 * A site of NVIDIA and AMD boards with PDUs and BMCs on a real Prometheus that has our recording rules, read twice for
 * one instant: board by board, and by racks. The fleet's clock stands still, so both must find the same.
 */
const FROZEN = Date.UTC(2026, 10, 23, 14, 32, 10);
const prometheus = requireReal('prometheus');
const victoria = requireReal('victoriaMetrics');
const STALE_MS = 60_000;

let demo: Demo;
let server: Running | undefined;
let other: Running | undefined;
let source: PrometheusSource;
let time = 0;
let targets = 0;

beforeAll(async () => {
  if (prometheus.skip !== null) return;
  demo = await startDemo({ mixed: true, now: () => FROZEN });
  const { prometheusConfig, targetsFile } = demo.sites[1];
  targets = (JSON.parse(readFileSync(targetsFile, 'utf8')) as unknown[]).length;
  const folder = dirname(prometheusConfig);
  // JSON is YAML.
  writeFileSync(
    join(folder, 'recording.json'),
    JSON.stringify({
      groups: recordingGroups({ profiles, rateWindow: '2m' }).map((one) => ({ ...one, interval: '3s' })),
    }),
  );
  const config = join(folder, 'with-rules.yml');
  writeFileSync(config, `${readFileSync(prometheusConfig, 'utf8')}rule_files: [recording.json]\n`);
  [server, other] = await Promise.all([
    startPrometheus({ config }),
    victoria.skip === null ? startVictoriaMetrics({ config: prometheusConfig }) : undefined,
  ]);
  source = sourceSchema.parse({
    id: 'p',
    name: 'p',
    site: 'S',
    kind: 'prometheus',
    url: server.url,
  }) as PrometheusSource;
  // The instant that is compared is one at which all of it is there, and was for some seconds.
  await eventually(async () => {
    const at = Math.floor(Date.now() / 1000) - 1;
    for (const [query, wanted] of [
      ['sum(rack:fleetwatt_nodes_metered:count)', 20],
      ['count(rack:fleetwatt_work_util_ratio:avg{work_pod!=""})', 12],
      ['min_over_time(sum(rack:fleetwatt_gpus:count)[6s:1s])', 160],
      ['min_over_time(sum(rack:fleetwatt_work_gpus:count)[6s:1s])', 160],
      ['count(count_over_time(rack:fleetwatt_gpu_util_ratio:median[1m]) > 3)', 5],
      // Every port that has a rate was scraped twice.
      ['max_over_time((sum(rack:fleetwatt_ports:count) - count(port:fleetwatt_use_ratio))[6s:1s])', 0],
      ['count(up == 1)', targets],
    ] as const) {
      const [row] = await ask(server?.url ?? '', query, at);
      expect([query, row?.value]).toEqual([query, wanted]);
    }
    time = at * 1000;
  });
});
afterAll(async () => {
  await Promise.all([server?.stop(), other?.stop()]);
  await (demo as Demo | undefined)?.close();
});

interface Read {
  readonly frame: Frame;
  readonly series: number;
}

/** The fleet as one reader finds it; `racks` are those whose boards are asked for where the others are recorded. */
async function readFleet(racks?: readonly string[], budgets = true): Promise<Read> {
  const fleet = new Fleet({ mappings: [] });
  if (budgets) fleet.setBudgets(parseBudgetsCsv(readFileSync(demo.budgetsFile, 'utf8')).rows);
  const reader = new PrometheusReader(source, fleet, systemClock, undefined, racks && (() => racks));
  await reader.readAll(time);
  const { fault, series } = reader.health([]);
  expect(fault).toBe(null);
  reader.close();
  return { frame: fleet.frame(time, STALE_MS), series };
}

let both: Promise<readonly [Read, Read]> | undefined;
/** Board by board and by racks; the same instant each time, so it is read once. */
function bothWays(): Promise<readonly [Read, Read]> {
  both ??= Promise.all([readFleet(), readFleet([])]);
  return both;
}

const rackNames = ({ topology: { start, path } }: Frame) => path.slice(start[RACK], start[NODE]);

describe.skipIf(prometheus.skip !== null)(titled('racks as a real Prometheus records them', prometheus), () => {
  test('every rack’s figures are those of its boards', async () => {
    const [raw, recorded] = await bothWays();
    expect(recorded.series).toBeLessThan(raw.series / 4);
    expect(rackNames(recorded.frame)).toEqual(rackNames(raw.frame));
    // No board was asked for.
    const { start } = recorded.frame.topology;
    expect(start[GPU + 1] - start[GPU]).toBe(0);
    const [a, b] = [raw.frame, recorded.frame].map((frame) => ({ frame, power: computePower(frame) }));
    for (const path of rackNames(raw.frame)) {
      const [i, j] = [a.frame.topology.path.indexOf(path), b.frame.topology.path.indexOf(path)];
      const figures = ({ frame, power }: typeof a, place: number) => ({
        path,
        draw: power.drawW[place],
        rung: power.rung[place],
        gpus: power.gpuCount[place],
        live: power.gpuLive[place],
        ...Object.fromEntries(
          (['gpu.power', 'node.power', 'gpu.util', 'gpu.temp', 'gpu.throttle', 'gpu.nvlink'] as const).map((id) => [
            id,
            Number((frame.columns.get(id)?.value[place] ?? Number.NaN).toPrecision(5)),
          ]),
        ),
      });
      expect(figures(b, j)).toEqual(figures(a, i));
      expect(figures(b, j).draw).toBeGreaterThan(20_000);
    }
  });

  test('the strip and the floor say the same by racks as by boards', async () => {
    const [raw, recorded] = await bothWays();
    const seen = [raw, recorded].map(({ frame }) => {
      const view = new FleetView({ historyBytes: 1e6, pollMs: 5000, staleMs: STALE_MS, warnRatio: 0.9, critRatio: 1 });
      view.update(frame, [], 0, time, true);
      const cells = (['power', 'util', 'temp', 'throttle'] as const).map((signal) => [
        signal,
        [...(view.frame({ signal, gpus: true, racks: [] }, 1)?.rackCells ?? [])],
      ]);
      const { powerW, throttled, gpus, gpusReporting, hottest, silentNodes } = view.current()?.summary ?? {};
      return {
        ...{ powerW, gpus, gpusReporting, silentNodes, celsius: hottest?.celsius },
        throttled: throttled && { ...throttled, where: 0 },
        cells,
        silent: silentIn(frame),
        ...places(view, frame),
        ...jobs(view),
      };
    });
    expect(seen[1]).toEqual(seen[0]);
    // Every NVIDIA node serves a model, AMD's train.
    expect([seen[0].jobs.length, seen[0].untoldRacks, seen[0].tokens.length > 0]).toEqual([13, 0, true]);
  });

  test('without budgets the floor shows the power of boards by their limits, by racks as by boards', async () => {
    const [raw, recorded] = await Promise.all([readFleet(undefined, false), readFleet([], false)]);
    const shown = [raw, recorded].map(({ frame }) => {
      const columns = signalColumns('power', { frame, power: computePower(frame), fabric: computeFabric(frame) });
      return { value: [...columns.value].map((one) => one.toFixed(3)), racks: [...columns.rackCells] };
    });
    expect(shown[1]).toEqual(shown[0]);
    expect(shown[0].value).not.toContain('NaN');
  });

  test('the interconnect counts the same ports by racks as by boards', async () => {
    const [raw, recorded] = await Promise.all([readFleet(), readFleet([])]);
    const told = [raw, recorded].map(({ frame }) => {
      const { kinds } = new FabricInstant({ frame }, { rows: [], problems: [] }, () => null).overview(null);
      return kinds
        .filter(({ kind }) => kind === 'infiniband' || kind === 'ethernet')
        .map(({ kind, word, rows, saturated, links, rateBps }) => ({
          ...{ kind, word, rows, saturated, rateBps: rateBps.toPrecision(5) },
          ...{ of: links.of, down: links.down },
        }));
    });
    expect(told[1]).toEqual(told[0]);
    expect(told[0].every(({ of, rows }) => of > 0 && rows > 0)).toBe(true);
  });

  test('what held clocks cost is the same by racks as by boards', async () => {
    const [raw, recorded] = await bothWays();
    const lost = [raw, recorded].map(({ frame }) => {
      const work = new LostWork({ longestMs: 3_600_000 });
      for (const hour of [0, 1]) work.add(frame.topology, heldInstant(frame, hour * 3_600_000));
      const hours = [...work.racks()].map(([path, { power, thermal, watched }]) =>
        [path, ...[power, thermal, watched].map((one) => one.toPrecision(5))].join(' '),
      );
      return hours.sort();
    });
    expect(lost[1]).toEqual(lost[0]);
    expect(lost[0].length).toBeGreaterThan(0);
  });

  test('a rack that was looked at and is not any more is never silent, whichever of its boards is read last', async () => {
    const fleet = new Fleet({ mappings: [] });
    let racks: readonly string[] = ['A1-02'];
    const reader = new PrometheusReader(source, fleet, systemClock, undefined, () => racks);
    await reader.readAll(time);
    const seen = fleet.frame(time, STALE_MS);
    const { start, path } = seen.topology;
    const rack = path.findIndex((one) => one.endsWith('/A1-02'));
    expect(start[GPU + 1] - start[GPU]).toBe(32);
    // What the server recorded is newer than all that was read of boards.
    const query = 'min(rack:fleetwatt_sample_time_seconds:min) * 1000';
    const times = [...(seen.columns.get('gpu.power')?.time.subarray(start[GPU]) ?? [])];
    await askUntil(server?.url ?? '', query, ([row]) => Number(row?.value) > Math.max(...times));
    racks = [];
    const later = Math.ceil(Date.now() / 1000) * 1000;
    await reader.readAll(later);
    reader.close();
    const looks = [...new Set(times), Math.max(...times) + 1].map((oldest) => fleet.frame(later, later - oldest));
    const live = looks.map((frame) => computePower(frame).live.reduce((sum, one) => sum + one, 0));
    // Boards go out of sight node by node: all, some, and none of them are live.
    expect([Math.max(...live), live.some((one) => one > 0 && one < 32), Math.min(...live)]).toEqual([32, true, 0]);
    for (const frame of looks) {
      const view = new FleetView({ historyBytes: 1e6, pollMs: 5000, staleMs: STALE_MS, warnRatio: 0.9, critRatio: 1 });
      view.update(frame, [], 0, later, true);
      const dark = quantities.get('data.silent')?.column(sceneOf(frame), 'gpu') ?? [];
      const cells = view.frame({ signal: 'temp', gpus: true, racks: [] }, 1)?.cells ?? [];
      expect([view.current()?.summary.silentNodes, path.filter((_, place) => dark[place] === 1)]).toEqual([0, []]);
      expect([...cells].filter((cell) => cell === CELL_NODATA)).toEqual([]);
      expect(view.inspect(rack)?.facts.find(({ signal }) => signal === 'reporting')?.text).toBe('32 of 32');
    }
  });

  test.skipIf(victoria.skip !== null)(titled('VictoriaMetrics makes the same of the rules', victoria), async () => {
    const query = `count(count_over_time({__name__=~"DCGM_FI_DEV_(POWER_USAGE|BOARD_POWER_WATTS)|gpu_package_power"}[1m]) > 2)`;
    await askUntil((other as Running).url, query, ([row]) => row?.value === 160);
    // It has no recorded series: what is made of boards' and ports' is asked with their own text in its place.
    const all = recordingGroups({ profiles, rateWindow: '2m' }).flatMap((group) => group.rules);
    const texts = new Map(all.map(({ record, expr }) => [record, expr]));
    const whole = (expr: string): string =>
      expr.replace(/\b(board|port):fleetwatt_[a-z_:]+/g, (name) => `(${whole(texts.get(name) ?? name)})`);
    const rules = all
      // A sum of what boards record is a sum everywhere.
      .filter(({ expr }) => expr.length > 250)
      .map(({ record, expr }) => ({
        record,
        expr: whole(expr.replace(/ or rack:fleetwatt_gpus:count \* 0$/, '')),
      }))
      // Times differ, and no query is longer than VictoriaMetrics takes by default.
      .filter(({ record, expr }) => !/rack:fleetwatt|_over_time/.test(expr) && !record.includes('sample_time'))
      .filter(({ expr }) => expr.length < 16_384);
    expect(rules.length).toBeGreaterThan(25);
    for (const { record, expr } of rules) {
      await eventually(async () => {
        const [a, b] = await Promise.all([server?.url ?? '', (other as Running).url].map((url) => rowsOf(url, expr)));
        expect([record, b]).toEqual([record, a]);
      });
    }
  });

  test('boards of the racks that one looks at are read as well', async () => {
    const { frame } = await readFleet(['A1-02']);
    const { topology } = frame;
    const boards = topology.path.slice(topology.start[GPU]).length;
    expect(boards).toBe(32);
    expect(computePower(frame).gpuCount[0]).toBeGreaterThan(0);
  });
});

/** Series with their values, in an order of their own. */
async function rowsOf(url: string, expr: string): Promise<readonly string[]> {
  const rows = await ask(url, expr);
  return rows
    .map(({ metric, value }) => `${JSON.stringify(Object.entries(metric).sort())} ${value.toPrecision(5)}`)
    .sort();
}

/** What the inspector and the power view tell of every place down to racks. */
function places(view: FleetView, { topology: { start, path } }: Frame) {
  const all = [...path.keys()].slice(0, start[NODE]);
  const report = view.power({ place: 0, windowMs: 60_000 });
  return {
    capped: all.map((place) => view.inspect(place).facts.find(({ label }) => label === 'Power-capped')?.text),
    allowed: [report?.place, ...(report?.under ?? [])].map(
      (one) => one && [path[one.place], one.oversubscription?.toPrecision(6), one.fits],
    ),
  };
}

/** Who works on it; what recorded racks say nothing of is left out: nodes, and the links in the evidence. */
function jobs(view: FleetView) {
  const { jobs: rows, tokens, untoldRacks } = view.work({ under: -1 });
  const told = (value: number | null) => value?.toPrecision(6);
  return {
    jobs: rows.map(({ nodes: _, evidence, util, powerW, ...row }) => ({
      ...{ ...row, util: told(util), powerW: told(powerW), evidence: evidence[0] },
    })),
    tokens: tokens.map(({ tokensPerS, powerW, tokensPerJoule, joulesPerToken, ...row }) => ({
      ...{ ...row, numbers: [tokensPerS, powerW, tokensPerJoule, joulesPerToken].map(told) },
    })),
    untoldRacks,
  };
}

/** Places that the rules take for silent. */
function silentIn(frame: Frame): readonly string[] {
  const silent = quantities.get('data.silent')?.column(sceneOf(frame), 'rack') ?? [];
  return frame.topology.path.filter((_, place) => silent[place] === 1);
}
