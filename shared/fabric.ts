import type { LinkMemory } from './fabric/flaps.ts';
import type { Column, Frame } from './frame.ts';
import { STALE } from './frame.ts';
import { addRecordedUse, fullPorts, portsRecorded, recordedSum } from './recorded/ports.ts';
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
  /** Share of its time that a link had to wait; NaN where the tick of its counter is not known (index: link). */
  readonly wait: Float32Array;
  /** Full links that waited more than WAITS of their time. Use alone is good use (alerts.md). */
  readonly saturated: readonly number[];
  /** Full links that waited, whether by a tick that is known or not: those of recorded racks as they are counted there. */
  readonly full: number;
  /** Ports that were active and are not any more. */
  readonly down: readonly number[];
  /** Full links that waited too, by a counter whose tick is not known: a fact, no alarm. */
  readonly waiting: readonly number[];
}

/** A link at this share of its rate, or above, is full. */
export const FULL = 0.95;
/** A full link that waits more than this share of its time is saturated (alerts.md; ui.md 3.5). */
export const WAITS = 0.05;

/** Computes use per link and its worst per node, rack, row, hall and site; `memory` tells what went down. */
export function computeFabric(frame: Frame, memory?: LinkMemory): FabricColumns {
  const { topology, columns } = frame;
  const { start, parent, linkNode, linkTickBytes } = topology;
  const [rx, tx, rate, ticks] = (['link.rx', 'link.tx', 'link.rate', 'link.wait'] as const).map((id) =>
    columns.get(id),
  );
  const places = start[NODE + 1];
  const use = new Float32Array(linkNode.length).fill(Number.NaN);
  const worst = new Float32Array(places).fill(Number.NaN);
  const worstLink = new Int32Array(places).fill(-1);
  const time = new Float64Array(places).fill(Number.NaN);
  const stale = new Uint8Array(places);
  const wait = new Float32Array(linkNode.length).fill(Number.NaN);
  const states = columns.get('link.state');
  const [saturated, waiting, down]: number[][] = [[], [], []];
  const isRecorded = portsRecorded(frame);
  let known = 0;
  for (let link = 0; link < linkNode.length; link++) {
    const lost = rx?.quality[link] === STALE || tx?.quality[link] === STALE;
    for (let place = linkNode[link]; lost && place >= 0; place = parent[place]) stale[place] = 1;
    if (memory?.wentDown(link, states?.value[link] ?? Number.NaN) && linkNode[link] >= 0) down.push(link);
    wait[link] = waitShare(ticks?.value[link] ?? Number.NaN, linkTickBytes[link], rate?.value[link] ?? Number.NaN);
    const share = largerOf(rx, tx, link) / (rate?.value[link] ?? Number.NaN);
    if (linkNode[link] < 0 || Number.isNaN(share)) continue;
    use[link] = share;
    if (!isRecorded(link)) known++;
    if (use[link] >= FULL && wait[link] > WAITS) saturated.push(link);
    else if (use[link] >= FULL && Number.isNaN(wait[link]) && (ticks?.value[link] ?? 0) > 0) waiting.push(link);
    const sampled = Math.min(timeOf(rx, link), timeOf(tx, link));
    for (let place = linkNode[link]; place >= 0; place = parent[place]) {
      if (!(sampled >= time[place])) time[place] = sampled;
      if (use[link] <= worst[place]) continue;
      worst[place] = use[link];
      worstLink[place] = link;
    }
  }
  addRecordedUse(frame, worst, time);
  return {
    use,
    worst,
    worstLink,
    time,
    stale,
    known: known + recordedSum(frame, 'place.links', 0),
    ...{ wait, saturated, waiting, down, full: fullPorts(frame, [...saturated, ...waiting]) },
    rxBps: recordedSum(frame, 'place.rx', sumOf(rx, topology, isRecorded)),
    txBps: recordedSum(frame, 'place.tx', sumOf(tx, topology, isRecorded)),
  };
}

/**
 * Share of time that a port waited: ticks a second × bytes a tick ÷ rate, at most 1; NaN where one is not known. NVIDIA
 * documents lost bytes = Δxmit_wait × (tick + 1) [× lanes on older ASICs]; `tickBytes` is that factor as a whole.
 */
export function waitShare(ticksPerS: number, tickBytes: number, rateBps: number): number {
  return Math.min(1, (ticksPerS * tickBytes) / rateBps);
}

function largerOf(rx: Column | undefined, tx: Column | undefined, link: number): number {
  const a = rx?.value[link] ?? Number.NaN;
  const b = tx?.value[link] ?? Number.NaN;
  return Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b);
}

function timeOf(column: Column | undefined, link: number): number {
  return Number.isNaN(column?.value[link] ?? Number.NaN) ? Number.POSITIVE_INFINITY : (column?.time[link] as number);
}

function sumOf(column: Column | undefined, { linkNode }: Topology, isRecorded: (link: number) => boolean): number {
  let sum = Number.NaN;
  for (let link = 0; column && link < linkNode.length; link++) {
    const value = column.value[link];
    if (linkNode[link] >= 0 && !Number.isNaN(value) && !isRecorded(link)) sum = (Number.isNaN(sum) ? 0 : sum) + value;
  }
  return sum;
}

/** "A2-05-n03 mlx5_0": a link by its node and device. */
export function linkLabel({ path, linkNode, linkName }: Topology, link: number): string {
  const node = path[linkNode[link]] ?? '';
  return `${node.slice(node.lastIndexOf('/') + 1)} ${linkName[link]}`;
}
