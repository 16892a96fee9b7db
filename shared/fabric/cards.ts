import { type Column, UNSUPPORTED } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Topology } from '../topology.ts';

const TRAFFIC: readonly SignalId[] = ['link.rx', 'link.tx', 'link.rate'];
/** Rates that differ by less are the same. */
const ALIKE = 0.01;

/** Ports of one node, kind and rate: as cards, and as the interfaces that the node's own exporter tells. */
interface Told {
  readonly kind: string;
  readonly rate: number;
  readonly cards: number[];
  readonly interfaces: number[];
}

/**
 * One port must not count twice where the exporter of its card and that of its node both tell it. Which card an interface
 * is of nobody says, so of the ports of one node, kind and rate the longer list counts: interfaces where they are as many. The
 * traffic of the others is taken out; what only they tell (pauses, errors, discards) stays with them. The same in PromQL
 * is `recorded/expressions.ts`, `toldTwice`.
 *
 * @param cards links that are cards, by their indexes
 */
export function withoutCards(
  columns: ReadonlyMap<SignalId, Column>,
  topology: Topology,
  cards: readonly number[],
): void {
  if (cards.length === 0) return;
  for (const { cards: ofCards, interfaces } of toldOf(columns, topology, new Set(cards))) {
    if (interfaces.length === 0) continue;
    for (const link of ofCards.length > interfaces.length ? interfaces : ofCards) silence(columns, link);
  }
}

/** Ports whose traffic and rate are known, by node, kind and rate, of nodes that have cards. */
function toldOf(
  columns: ReadonlyMap<SignalId, Column>,
  { linkNode, linkKind }: Topology,
  cards: ReadonlySet<number>,
): Told[] {
  const [rx, tx, rate] = TRAFFIC.map((id) => columns.get(id)?.value);
  if (!rx || !tx || !rate) return [];
  const withCards = new Set([...cards].map((link) => linkNode[link]));
  const byNode = new Map<number, Told[]>();
  linkNode.forEach((node, link) => {
    const kind = linkKind[link];
    if (node < 0 || !withCards.has(node)) return;
    if (Number.isNaN(rx[link] + tx[link] + rate[link])) return;
    const rates = byNode.get(node) ?? [];
    byNode.set(node, rates);
    let told = rates.find((one) => one.kind === kind && Math.abs(rate[link] / one.rate - 1) < ALIKE);
    if (!told) {
      told = { kind, rate: rate[link], cards: [], interfaces: [] };
      rates.push(told);
    }
    (cards.has(link) ? told.cards : told.interfaces).push(link);
  });
  return [...byNode.values()].flat();
}

/** Whether a port counts by another name: it has numbers of its own, which were taken out. */
export function isToldTwice(columns: ReadonlyMap<SignalId, Column>, link: number): boolean {
  const rate = columns.get('link.rate');
  return rate?.quality[link] === UNSUPPORTED && !Number.isNaN(rate.time[link]);
}

function silence(columns: ReadonlyMap<SignalId, Column>, link: number): void {
  for (const id of TRAFFIC) {
    const column = columns.get(id);
    if (!column) continue;
    column.value[link] = Number.NaN;
    column.quality[link] = UNSUPPORTED;
  }
}
