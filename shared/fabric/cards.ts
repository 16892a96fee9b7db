import { type Column, UNSUPPORTED } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Topology } from '../topology.ts';

const TRAFFIC: readonly SignalId[] = ['link.rx', 'link.tx', 'link.rate'];
/** Rates that differ by less are the same. */
const ALIKE = 0.01;

/**
 * Takes the traffic of a card's ports out where the node's own exporter tells it by their interfaces: one link must not
 * count twice. Which card an interface is of nobody tells, so they are paired by their rate; a card without an interface
 * that is heard keeps its traffic. What only the card tells (pauses, errors, discards) stays with it.
 *
 * @param cards links that are cards, by their indexes
 */
export function withoutCards(
  columns: ReadonlyMap<SignalId, Column>,
  topology: Topology,
  cards: readonly number[],
): void {
  const rate = columns.get('link.rate')?.value;
  if (cards.length === 0 || !rate) return;
  const told = (link: number) =>
    TRAFFIC.slice(0, 2).every((id) => !Number.isNaN(columns.get(id)?.value[link] ?? Number.NaN));
  const card = new Set(cards);
  const free = new Map<number, number[]>();
  topology.linkNode.forEach((node, link) => {
    if (node < 0 || card.has(link) || topology.linkKind[link] !== 'ethernet' || !told(link)) return;
    free.set(node, [...(free.get(node) ?? []), link]);
  });
  for (const one of cards) {
    const interfaces = free.get(topology.linkNode[one]) ?? [];
    const at = interfaces.findIndex((link) => Math.abs(rate[link] / rate[one] - 1) < ALIKE);
    if (at < 0) continue;
    interfaces.splice(at, 1);
    for (const id of TRAFFIC) {
      const column = columns.get(id);
      if (!column) continue;
      column.value[one] = Number.NaN;
      column.quality[one] = UNSUPPORTED;
    }
  }
}
