import type { Frame } from './frame.ts';
import { NODE, RACK } from './topology.ts';

/** Use of the network ports, by link and by the places above them. */
export interface FabricColumns {
  /** Larger direction ÷ the link's rate; NaN where either is unknown (index: link). */
  readonly use: Float32Array;
  /** Worst use of a place's links (index: place up to nodes); NaN: none known. */
  readonly worst: Float32Array;
  /** The link behind `worst`; −1: none. */
  readonly worstLink: Int32Array;
  /** Bytes per second of all links of the fleet; NaN where none is known. */
  readonly rxBps: number;
  readonly txBps: number;
  readonly known: number;
  readonly saturated: number;
}

/** A link at this share of its rate, or above, is full. */
export const FULL = 0.95;

/** Computes use per link and its worst per node, rack, row, hall and site. */
export function computeFabric({ topology, columns }: Frame): FabricColumns {
  const { start, parent, linkNode } = topology;
  const [rx, tx, rate] = [columns.get('link.rx'), columns.get('link.tx'), columns.get('link.rate')];
  const count = linkNode.length;
  const use = new Float32Array(count).fill(Number.NaN);
  const worst = new Float32Array(start[NODE + 1]).fill(Number.NaN);
  const worstLink = new Int32Array(start[NODE + 1]).fill(-1);
  let [rxBps, txBps, known, saturated] = [Number.NaN, Number.NaN, 0, 0];
  for (let link = 0; link < count; link++) {
    if (linkNode[link] < 0 || !rx || !tx || !rate) continue;
    const [received, sent] = [rx.value[link], tx.value[link]];
    if (!Number.isNaN(received)) rxBps = (Number.isNaN(rxBps) ? 0 : rxBps) + received;
    if (!Number.isNaN(sent)) txBps = (Number.isNaN(txBps) ? 0 : txBps) + sent;
    const larger = Number.isNaN(received) ? sent : Number.isNaN(sent) ? received : Math.max(received, sent);
    use[link] = larger / rate.value[link];
    if (Number.isNaN(use[link])) continue;
    known++;
    if (use[link] >= FULL) saturated++;
    for (let place = linkNode[link]; place >= 0; place = parent[place]) {
      if (use[link] <= worst[place]) continue;
      worst[place] = use[link];
      worstLink[place] = link;
    }
  }
  return { use, worst, worstLink, rxBps, txBps, known, saturated };
}

/** Links of each rack at or above FULL (index: rack − start[RACK]). */
export function saturatedByRack({ topology }: Frame, { use }: FabricColumns): Uint32Array {
  const { start, parent, linkNode } = topology;
  const counts = new Uint32Array(start[RACK + 1] - start[RACK]);
  for (let link = 0; link < use.length; link++) {
    if (use[link] >= FULL && linkNode[link] >= 0) counts[parent[linkNode[link]] - start[RACK]]++;
  }
  return counts;
}
