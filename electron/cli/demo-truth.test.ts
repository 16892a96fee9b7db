import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Fleet } from '../../shared/fleet.ts';
import type { Frame } from '../../shared/frame.ts';
import { type FeedName, loseFeed } from '../../shared/power/feed-loss.ts';
import { powerReport } from '../../shared/power/report.ts';
import { computePower } from '../../shared/power.ts';
import { sourceSchema } from '../../shared/settings.ts';
import { NODE, RACK } from '../../shared/topology.ts';
import { parseBudgetsCsv, parseTopologyCsv } from '../../shared/topology-csv.ts';
import { type RackTruth, startDemo } from '../demo/demo.ts';
import { ExportersScraper } from '../engine/sources/exporters.ts';

/**
 * Every site, hall, row and rack of both demo fleets, read from their exporters by the engine's own scraper while the
 * clock stands still. What is expected is worked out here, from the simulated truth of the racks and the numbers that
 * stand in budgets.csv: nothing of the power chain's own code is used for it.
 */
const NOW = Date.UTC(2026, 10, 23, 14, 32, 10);
/** The silent node of the drawn fleet: its exporters hang up. */
const SILENT = 'B3-05-n2';

interface Told {
  readonly frame: Frame;
  readonly truth: readonly RackTruth[];
  /** Watts that feeds A and B of a place are rated, as they stand in budgets.csv. */
  readonly rated: ReadonlyMap<string, Readonly<Record<FeedName, number>>>;
  /** The fleet again, with other ratings of feed B. */
  rerated(feedBW: (place: string) => number): Frame;
}

async function readDemo(mixed: boolean): Promise<Told> {
  const demo = await startDemo({ mixed, now: () => NOW });
  try {
    const [places, lines] = [demo.topologyFile, demo.budgetsFile].map((file) => readFileSync(file, 'utf8'));
    const fleet = new Fleet({ mappings: [] });
    const { rows, racks } = parseTopologyCsv(places);
    const budgets = parseBudgetsCsv(lines).rows;
    fleet.setTopology(rows, racks);
    fleet.setBudgets(budgets);
    const source = sourceSchema.parse({
      ...{ id: 'x', name: 'x', site: 'PDX-1', kind: 'exporters', files: [demo.targetsFile] },
    });
    const scraper = new ExportersScraper(source as never, fleet, { now: () => NOW, later: () => () => {} });
    await scraper.readAll(NOW);
    scraper.close();
    const rated = new Map(
      lines
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(','))
        .map(([place, , a, b]) => [place, { A: Number(a) * 1000, B: Number(b) * 1000 }]),
    );
    const frame = fleet.frame(NOW, 60_000);
    return {
      ...{ frame, truth: demo.truth(NOW), rated },
      rerated(feedBW) {
        fleet.setBudgets(budgets.map((row) => ({ ...row, feedBW: feedBW(row.place) })));
        return fleet.frame(NOW, 60_000);
      },
    };
  } finally {
    await demo.close();
  }
}

const within = (place: string, path: string) => `${path}/`.startsWith(`${place}/`);
/** Every place that has a rack in it, by its path, itself included: site, hall, row, rack. */
const placesOf = (truth: readonly RackTruth[]) => [
  ...new Set(truth.flatMap(({ path }) => [1, 2, 3, 4].map((level) => path.split('/').slice(0, level).join('/')))),
];
/** By hand: whoever loses a feed draws all of its racks' A and B through the other. */
const carriedBy = (truth: readonly RackTruth[], place: string) =>
  truth.filter(({ path }) => within(place, path)).reduce((sum, { feedW }) => sum + feedW.A + feedW.B, 0);

describe.each([
  ['of one site', false, 44],
  ['of three sites', true, 11],
])('the demo fleet %s', (_, mixed, racks) => {
  let told: Told;
  beforeAll(async () => {
    told = await readDemo(mixed);
  });

  test('feeds, boards and draws of every rack are the simulated ones, and its places add up', () => {
    const { frame, truth, rated } = told;
    const { topology, columns } = frame;
    const { drawW, atLeast } = computePower(frame);
    expect([truth.length, topology.start[NODE] - topology.start[RACK]]).toEqual([racks, racks]);
    expect(placesOf(truth).sort()).toEqual([...rated.keys()].sort());
    for (const { path, feedW, nodes, gpuW } of truth) {
      const rack = topology.path.indexOf(path);
      const feeds = [...topology.feedRack.keys()].filter((feed) => topology.feedRack[feed] === rack);
      const inlets = feeds.map((feed) => [topology.feedName[feed], columns.get('feed.power')?.value[feed]]);
      expect([path, Object.fromEntries(inlets)]).toEqual([path, feedW]);
      expect([path, drawW[rack], atLeast[rack]]).toEqual([path, feedW.A + feedW.B, 0]);
      // dcgm-exporter prints thousandths of a watt, AMD's whole ones: half a watt a board at most.
      const silent = nodes.find(({ name }) => name === SILENT)?.gpuW ?? 0;
      const heard = nodes.filter(({ name }) => name !== SILENT).reduce((sum, { gpus }) => sum + gpus, 0);
      const boards = columns.get('gpu.power')?.value[rack] ?? Number.NaN;
      expect([path, Math.abs(boards - (gpuW - silent)) <= heard / 2]).toEqual([path, true]);
    }
    for (const place of placesOf(truth))
      expect([place, drawW[topology.path.indexOf(place)]]).toEqual([place, carriedBy(truth, place)]);
  });

  test('losing a feed at every site, hall, row and rack is as by hand', () => {
    const { frame, truth, rated } = told;
    for (const lost of ['A', 'B'] as const) {
      const other = lost === 'A' ? 'B' : 'A';
      expectLosses(frame, truth, lost, (place) => rated.get(place)?.[other] ?? Number.NaN);
    }
  });

  test('and so it is where every second place is rated a kilowatt less than feed B has to carry then', () => {
    const { truth, rerated } = told;
    const places = placesOf(truth);
    const rating = (place: string) => carriedBy(truth, place) + (places.indexOf(place) % 2 === 0 ? -1000 : 1000);
    expectLosses(rerated(rating), truth, 'A', rating);
  });
});

/** What losing a feed does at each place and under it, against the arithmetic of this test. */
function expectLosses(frame: Frame, truth: readonly RackTruth[], lost: FeedName, rating: (place: string) => number) {
  const { path } = frame.topology;
  const power = computePower(frame);
  const places = placesOf(truth);
  for (const place of places) {
    const at = path.indexOf(place);
    const under = places.filter((one) => within(place, one));
    const by = new Map(under.map((one) => [one, { carries: carriedBy(truth, one), rating: rating(one) }]));
    const over = [...by].filter(([, { carries, rating: most }]) => carries > most);
    const { rows, held, trips, dark, unknown, of } = loseFeed(frame, power, at, lost);
    expect([place, of, trips, dark, unknown]).toEqual([place, under.length, over.length, 0, 0]);
    expect(rows.map((row) => [path[row.place], row.verdict, row.carriesW, row.overW]).sort()).toEqual(
      over.map(([one, { carries, rating: most }]) => [one, 'trips', carries, carries - most]).sort(),
    );
    expect(held.map((one) => path[one]).sort()).toEqual(under.filter((one) => !over.some(([it]) => it === one)).sort());
    // As the power view has it.
    const report = powerReport({ frame, power, rows: [], now: NOW }, at).loss[lost];
    for (const row of [...report.rows, ...report.nearest]) {
      const { carries, rating: most } = by.get(path[row.place]) ?? { carries: Number.NaN, rating: Number.NaN };
      expect([path[row.place], row.carriesW, row.ratingW, row.overW]).toEqual([
        ...[path[row.place], carries, most, carries - most],
      ]);
    }
  }
}
