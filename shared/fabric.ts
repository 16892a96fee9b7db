import type { Column, Frame } from './frame.ts';
import { STALE } from './frame.ts';
import { NODE, type Topology } from './topology.ts';

/** Use of the network ports, by link and by the places above them. */
export interface FabricColumns {
  /** Larger direction ÷ the link's rate in one direction; NaN where either is unknown (index: link). */
  readonly use: Float32Array;
  /** Highest use of a place's links (index: place up to nodes); NaN: none known. */
  readonly worst: Float32Array;
  /** The link behind `worst`; −1: none. */
  readonly worstLink: Int32Array;
  /** Oldest sample among a place's links whose use is known, epoch ms; NaN: none. */
  readonly time: Float64Array;
  /** 1 where a place has a link whose numbers went stale. */
  readonly stale: Uint8Array;
  /** Bytes per second of all links of the fleet; NaN where none is known. */
  readonly rxBps: number;
  readonly txBps: number;
  /** Links whose use is known. */
  readonly known: number;
  /** Full links that had to wait too. Use alone is good use (alerts.md). */
  readonly saturated: readonly number[];
}

/** A link at this share of its rate, or above, is full. */
export const FULL = 0.95;

/** Computes use per link and its worst per node, rack, row, hall and site. */
export function computeFabric({ topology, columns }: Frame): FabricColumns {
  const { start, parent, linkNode } = topology;
  const [rx, tx, rate, wait] = (['link.rx', 'link.tx', 'link.rate', 'link.wait'] as const).map((id) => columns.get(id));
  const places = start[NODE + 1];
  const use = new Float32Array(linkNode.length).fill(Number.NaN);
  const worst = new Float32Array(places).fill(Number.NaN);
  const worstLink = new Int32Array(places).fill(-1);
  const time = new Float64Array(places).fill(Number.NaN);
  const stale = new Uint8Array(places);
  const saturated: number[] = [];
  let known = 0;
  for (let link = 0; link < linkNode.length; link++) {
    const lost = rx?.quality[link] === STALE || tx?.quality[link] === STALE;
    for (let place = linkNode[link]; lost && place >= 0; place = parent[place]) stale[place] = 1;
    const share = largerOf(rx, tx, link) / (rate?.value[link] ?? Number.NaN);
    if (linkNode[link] < 0 || Number.isNaN(share)) continue;
    use[link] = share;
    known++;
    if (use[link] >= FULL && (wait?.value[link] ?? 0) > 0) saturated.push(link);
    const sampled = Math.min(timeOf(rx, link), timeOf(tx, link));
    for (let place = linkNode[link]; place >= 0; place = parent[place]) {
      if (!(sampled >= time[place])) time[place] = sampled;
      if (use[link] <= worst[place]) continue;
      worst[place] = use[link];
      worstLink[place] = link;
    }
  }
  return {
    use,
    worst,
    worstLink,
    time,
    stale,
    known,
    saturated,
    rxBps: sumOf(rx, topology),
    txBps: sumOf(tx, topology),
  };
}

function largerOf(rx: Column | undefined, tx: Column | undefined, link: number): number {
  const a = rx?.value[link] ?? Number.NaN;
  const b = tx?.value[link] ?? Number.NaN;
  return Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b);
}

function timeOf(column: Column | undefined, link: number): number {
  return Number.isNaN(column?.value[link] ?? Number.NaN) ? Number.POSITIVE_INFINITY : (column?.time[link] as number);
}

function sumOf(column: Column | undefined, { linkNode }: Topology): number {
  let sum = Number.NaN;
  for (let link = 0; column && link < linkNode.length; link++) {
    const value = column.value[link];
    if (linkNode[link] >= 0 && !Number.isNaN(value)) sum = (Number.isNaN(sum) ? 0 : sum) + value;
  }
  return sum;
}

/** "A2-05-n03 mlx5_0": a link by its node and device. */
export function linkLabel({ path, linkNode, linkName }: Topology, link: number): string {
  const node = path[linkNode[link]] ?? '';
  return `${node.slice(node.lastIndexOf('/') + 1)} ${linkName[link]}`;
}
