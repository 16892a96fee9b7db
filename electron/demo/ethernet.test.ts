import { expect, test } from 'vitest';
import { parseExposition } from '../../shared/exposition/parser.ts';
import { parseFabricCsv } from '../../shared/fabric/fabric-csv.ts';
import { FabricInstant } from '../../shared/fabric/instant.ts';
import { Fleet } from '../../shared/fleet.ts';
import { EthernetText, ethernetCsv, ethernetPlan } from './ethernet.ts';
import { Load } from './load.ts';
import { NodeText } from './node.ts';
import { drawnPlan, type FleetPlan, sizedPlan } from './plan.ts';

const START = Date.UTC(2026, 10, 23, 14, 32, 10);

function decode(text: string) {
  const { series, values, times, duplicates, warnings } = parseExposition(Buffer.from(text), 'prometheus');
  expect([duplicates, warnings]).toEqual([0, []]);
  return { layout: { series }, values, times, duplicates, warnings };
}

/** The Ethernet of a fleet as the engine sees it after two polls 5 s apart; nodes are read beside their leaves. */
function instantOf(plan: FleetPlan, halls: readonly string[]) {
  const fleet = new Fleet({ mappings: [] });
  const nodes = new NodeText(new Load(plan, 1, START), 1, START);
  const made = halls.map((hall) => ethernetPlan(plan, hall));
  for (const time of [START, START + 5000]) {
    for (const ethernet of made) {
      const text = new EthernetText(ethernet, plan, nodes);
      ethernet.leaves.forEach(({ name }, leaf) => {
        const targetLabels = new Map([['instance', name]]);
        const decoded = decode(text.read(leaf, time));
        fleet.ingest({ key: name, sourceId: 'demo', site: 'PDX-1', targetLabels, decoded, time });
      });
    }
  }
  const head = 'kind,leaf,leaf_port,spine,spine_port,rail,pod,rate_gbps\n';
  const { rows, errors } = parseFabricCsv(head + made.map(ethernetCsv).join(''));
  expect(errors).toEqual([]);
  const instant = new FabricInstant({ frame: fleet.frame(START + 5000, 60_000) }, { rows, problems: [] }, () => null);
  return { instant, nodes };
}

test('hall B: a leaf a rack, four spines; what the nodes of a rack send leaves it by its uplinks', () => {
  const { instant, nodes } = instantOf(drawnPlan(), ['B']);
  const { rows, columns, links, word } = instant.matrix('ethernet', '');
  expect([word, rows.length, rows[0].name, rows[27].name]).toEqual(['leaf', 28, 'leaf-B1-01', 'leaf-B4-07']);
  expect(columns).toEqual(['spine-B-01', 'spine-B-02', 'spine-B-03', 'spine-B-04']);
  expect(links).toEqual({ of: 112, down: 0, missing: 0 });

  // The nodes of B1-01 are those from 288 on: sixteen racks of eighteen stand before them.
  const sent = (node: number, time: number) => nodes.ethernetBytes(node, time).tx;
  const before = [288, 289, 290, 291].map((node) => sent(node, START + 5000));
  const bps = [288, 289, 290, 291].reduce((sum, node, i) => sum + (sent(node, START + 10_000) - before[i]) / 5, 0);
  // Four uplinks carry it; the load moves a little from one poll to the next.
  expect((rows[0].txBps ?? 0) * 4).toBeGreaterThan(bps * 0.8);
  expect((rows[0].txBps ?? 0) * 4).toBeLessThan(bps * 1.2);
  expect(rows[0].rateBps).toBe(1.25e10);
  // One packet in 5,000 of 4 KiB is marked; only the leaf with slow receivers is paused.
  const sentBps = (rows[0].txBps ?? 0) * 4;
  expect(rows[0].ecn).toBeGreaterThan(sentBps / (5000 * 4096) - 1);
  expect(rows[0].ecn).toBeLessThan(sentBps / (5000 * 4096) + 1);
  expect(rows.flatMap(({ pfc, name }) => ((pfc ?? 0) > 0 ? [name] : []))).toEqual(['leaf-B1-06']);
});

test('leaves without rails go by their halls, in the matrix and as a strip of domains', () => {
  const { instant } = instantOf(drawnPlan(), ['B']);
  expect(new Set(instant.matrix('ethernet', '').rows.map(({ group }) => group))).toEqual(new Set(['Hall B']));
  expect(instant.overview(null).strips.map(({ title, note }) => [title, note])).toEqual([
    ['Ethernet, Hall B', '28 leaves'],
  ]);
});

test('160 leaves of two halls are shown by hall, and a hall can be gone into', () => {
  const { instant } = instantOf(sizedPlan(640, 8, 1), ['A', 'B']);
  const { pods, rows, word } = instant.matrix('ethernet', '');
  expect(pods).toEqual([
    { name: 'Hall A', rows: 128 },
    { name: 'Hall B', rows: 32 },
  ]);
  expect([word, rows.length, rows[0].members]).toEqual(['pod', 2, 128]);
  const hall = instant.matrix('ethernet', 'Hall B');
  expect([hall.word, hall.rows.length, hall.rows[0].name]).toEqual(['leaf', 32, 'leaf-B1-01']);
});
