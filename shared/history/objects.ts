import { membersOf } from '../members.ts';
import type { ObjectKind } from '../signals/catalogue.ts';
import { GPU, NODE, type Topology } from '../topology.ts';
import { portKey } from './pages.ts';
import { KEPT, type Kept } from './rows.ts';
import { aggregationOf, type HistorySignal, kindOf } from './signals.ts';

/** A series as a viewer asks for it. */
export interface AskedSeries {
  readonly signal: HistorySignal;
  readonly place: number;
  readonly name?: string;
}

/** The objects that a series is made of. */
export interface SeriesObjects {
  /** `place`: the draw of a site to rack. */
  readonly kind: ObjectKind;
  readonly signal: HistorySignal;
  /** Indexes in the topology: places of GPUs and nodes, links, feeds, servers. */
  readonly objects: readonly number[];
  /** It is one object itself, not a place that has such objects under it. */
  readonly own: boolean;
  readonly place: number;
  /** What is remembered of a site to rack as it was told; undefined where the series is made of its objects. */
  readonly kept: Kept | undefined;
}

/** Finds the objects of a series; none where the place is not there or has no such value. */
export function objectsOf(topology: Topology, { signal: asked, place, name = '' }: AskedSeries): SeriesObjects {
  const { start } = topology;
  // A node's or a board's own draw is its own reading.
  const signal = asked === 'draw' && place >= start[NODE] ? (place >= start[GPU] ? 'gpu.power' : 'node.power') : asked;
  const kind = kindOf(signal);
  const own = kind === 'gpu' ? place >= start[GPU] : kind === 'node' ? place >= start[NODE] : name !== '';
  // A switch stands at no place of the floor: its ports are known by their names.
  const inside = kind === 'port' || (place >= 0 && place < start[GPU + 1]);
  const objects = inside ? objectsAt(topology, kind, place, name) : [];
  const single = own || kind === 'place' || aggregationOf(signal) !== 'none';
  const kept = place >= 0 && place < start[NODE] && !own ? KEPT.find((one) => one === signal) : undefined;
  return { kind, signal, objects: single ? objects : [], own, place, kept };
}

function objectsAt(topology: Topology, kind: ObjectKind, place: number, name: string): number[] {
  const { start, parent, linkNode, linkName, feedRack, feedName, ports, servers } = topology;
  // Of a pod only its board's and its servers' series are asked for.
  if (kind === 'work' || kind === 'nvlink') return [];
  if (kind === 'place') return place < start[NODE] ? [place] : [];
  if (kind === 'gpu') {
    if (place >= start[GPU]) return [place];
    const { from, to } = membersOf(topology).gpus;
    return run(from[place], to[place]);
  }
  if (kind === 'node') return placesOfLevel(topology, NODE, place);
  if (kind === 'port') return ports.flatMap((port, i) => (port.switch !== '' && portKey(port) === name ? [i] : []));
  if (kind === 'server') {
    return servers.flatMap(({ pod, model }, i) => (model !== '' && name !== '' && pod === name ? [i] : []));
  }
  const [at, names] = kind === 'link' ? [linkNode, linkName] : [feedRack, feedName];
  const found: number[] = [];
  for (let i = 0; i < at.length; i++) {
    if (at[i] < 0 || (name !== '' && names[i] !== name)) continue;
    let above = at[i];
    while (name === '' && above > place) above = parent[above];
    if (above === place) found.push(i);
  }
  return found;
}

const run = (from: number, to: number) => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);

/** The places of a level at and under a place. */
export function placesOfLevel({ start, parent }: Topology, level: number, place: number): number[] {
  return run(start[level], start[level + 1]).filter((one) => {
    let above = one;
    while (above > place) above = parent[above];
    return above === place;
  });
}
