import { expect, test } from 'vitest';
import type { FabricOverview, KindSummary } from '../../../shared/fabric/overview.ts';
import { fabricKpis } from './fabric-kpis.ts';

const NOW = 1_000_000_000;
const kind = (more: Partial<KindSummary>): KindSummary => ({
  ...{
    kind: 'infiniband',
    word: 'leaf',
    rows: 36,
    saturated: 0,
    again: { rows: 0, saturated: 0 },
    worst: null,
    longest: null,
    median: null,
    p99: null,
    unread: 0,
  },
  ...{ txBps: 0, rateBps: 0, links: { of: 1152, down: 0, missing: 0 }, down: '', ecn: null, pfc: null },
  ...more,
});
const overview = (...kinds: KindSummary[]): FabricOverview => ({
  ...{ kinds, strips: [], errors: null, unreadRacks: 0, problems: [] },
});
const cell = (label: string, of: FabricOverview | null, gone = '') => {
  const { value, unit, note, severity } = fabricKpis(of, NOW, gone).find(
    (one) => one.label === label,
  ) as never as Record<string, unknown>;
  return [value, unit, note, severity];
};

test('counters that were read once only have no number, and nothing is said to be well', () => {
  const once = overview(kind({}));
  for (const label of ['Saturated leaves', 'InfiniBand use', 'InfiniBand throughput', 'Worst transmit wait'])
    expect(cell(label, once)).toEqual(['—', '', 'Rates need two polls', null]);
  // Ethernet's leaves are known to be well, InfiniBand's are not.
  const both = overview(kind({}), kind({ kind: 'ethernet', rows: 28, median: 0.05 }));
  expect(cell('Saturated leaves', both)).toEqual(['—', '', 'Rates need two polls', null]);
});

test('what is saturated, since when, and what waits', () => {
  const worst = { key: 'k', name: 'leaf-A-17', since: NOW - 605_000 };
  const longest = { key: 'k', name: 'leaf-A-17', wait: 0.312 };
  // 57.6 TB/s are 460.8 Tb/s.
  const ib = kind({ saturated: 1, worst, longest, median: 0.518, p99: 0.9996, txBps: 30.75e12, rateBps: 57.6e12 });
  // Racks of Ethernet are no leaves: they are not counted with them.
  const of = overview(ib, kind({ kind: 'ethernet', word: 'rack', rows: 44, median: 0.05 }));
  expect(cell('Saturated leaves', of)).toEqual(['1', 'of 36', 'leaf-A-17, 10 min 5 s', 'critical']);
  expect(cell('Worst transmit wait', of)).toEqual(['31.2%', 'limit 5%', 'leaf-A-17', 'critical']);
  expect(cell('InfiniBand use', of)).toEqual(['51.8', '% median', 'p99 99.9%, 1,152 links', null]);
  expect(cell('InfiniBand throughput', of)).toEqual(['246', 'Tb/s of 461', 'Transmit, all links', null]);
  expect(cell('Ethernet', of)).toEqual(['5', '% median', 'No ECN counters', null]);
});

test('a rack with ports of two networks is counted once', () => {
  const racks = { word: 'rack', median: 0.5 } as const;
  const ib = kind({ ...racks, rows: 11, saturated: 3 });
  const ethernet = kind({ ...racks, kind: 'ethernet', rows: 12, saturated: 2, again: { rows: 10, saturated: 1 } });
  expect(cell('Saturated racks', overview(ib, ethernet))?.slice(0, 2)).toEqual(['4', 'of 13']);
});

test('racks that are recorded and not read are counted, and said to be in no median', () => {
  const racks = { word: 'rack', rows: 40, links: { of: 320, down: 2, missing: 0 } } as const;
  const none = overview(kind({ ...racks, unread: 40, saturated: 1 }), kind({ ...racks, kind: 'ethernet', unread: 40 }));
  expect(cell('Saturated racks', none)).toEqual(['1', 'of 40', 'Recorded, not read', 'critical']);
  expect(cell('Links down', none).slice(0, 3)).toEqual(['4', 'of 640', 'Recorded, not read']);
  expect(cell('InfiniBand use', none).slice(0, 3)).toEqual(['—', '', 'Open a rack to read its ports']);
  expect(cell('Worst transmit wait', none).slice(0, 3)).toEqual(['—', '', 'Open a rack to read its ports']);
  const some = overview(kind({ ...racks, unread: 38, median: 0.5, p99: 0.9 }));
  expect(cell('InfiniBand use', some)).toEqual(['50.0', '% median', 'p99 90.0%, of 2 racks read', null]);
  expect(cell('Saturated racks', some).slice(0, 2)).toEqual(['0', 'of 40']);
});

test('a wait of unknown tick is no percentage and no alarm', () => {
  expect(cell('Worst transmit wait', overview(kind({ median: 0.5 })))).toEqual([
    ...['—', '', 'The tick of the counter is not known', null],
  ]);
});

test('without data every number is gone', () => {
  for (const { value, note } of fabricKpis(null, NOW, 'No data for 1 min 5 s'))
    expect([value, note]).toEqual(['—', 'No data for 1 min 5 s']);
});
