import type { Frame } from '../frame.ts';
import { membersOf } from '../members.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { type LinkKind, NODE, RACK } from '../topology.ts';
import { recordedAt, recordedRacks } from './columns.ts';

const BY_KIND = {
  infiniband: { ports: 'place.ibPorts', down: 'place.ibDown', tx: 'place.ibTx', rate: 'place.ibRate' },
  ethernet: {
    ...{ ports: 'place.ethernetPorts', down: 'place.ethernetDown' },
    ...{ tx: 'place.ethernetTx', rate: 'place.ethernetRate' },
  },
} as const satisfies Record<LinkKind, Record<string, SignalId>>;

/** Whether a port is of a rack whose ports of its kind are recorded together: it is counted there already. */
export function portsRecorded({ topology, columns }: Frame): (link: number) => boolean {
  const all = columns.get('place.links')?.value;
  const of = { infiniband: columns.get('place.ibPorts')?.value, ethernet: columns.get('place.ethernetPorts')?.value };
  if (!all) return () => false;
  const { linkNode, linkKind, parent } = topology;
  const isTold = (counts: Float32Array | undefined, rack: number) => !Number.isNaN(counts?.[rack] ?? Number.NaN);
  return (link) => {
    if (linkNode[link] < 0) return false;
    const rack = parent[linkNode[link]];
    // Rules of before, which a server may still have, do not tell kinds apart.
    const apart = isTold(of.infiniband, rack) || isTold(of.ethernet, rack);
    return isTold(apart ? of[linkKind[link]] : all, rack);
  };
}

/** Full ports that wait, those of recorded racks as the rules count them. */
export function fullPorts(frame: Frame, full: readonly number[]): number {
  const isRecorded = portsRecorded(frame);
  const { linkNode, parent } = frame.topology;
  const counted = (link: number) =>
    isRecorded(link) && !Number.isNaN(recordedAt(frame, 'place.linksFull', parent[linkNode[link]]));
  return recordedSum(frame, 'place.linksFull', full.filter((link) => !counted(link)).length);
}

/** The recorded rack with the fullest port that is fuller than `use`: of those with a full port that waits, where `full`. */
export function busiestRack(frame: Frame, full: boolean, use: number): { rack: number; use: number } | null {
  const { start } = frame.topology;
  let busiest = { rack: -1, use };
  for (let rack = start[RACK]; rack < start[NODE]; rack++) {
    const one = recordedAt(frame, 'place.linkUse', rack);
    if (Number.isNaN(one) || one <= busiest.use || (full && !(recordedAt(frame, 'place.linksFull', rack) > 0)))
      continue;
    busiest = { rack, use: one };
  }
  return busiest.rack < 0 ? null : busiest;
}

/** What is recorded of the ports of racks that are not read, all together; bytes per second. */
export interface UnreadPorts {
  readonly racks: number;
  /** Racks with a full port that waits. */
  readonly saturated: number;
  readonly of: number;
  readonly down: number;
  readonly txBps: number;
  readonly rateBps: number;
}

/** Ports of a kind in recorded racks; `read` has the paths of those whose ports are read. */
export function unreadPorts(frame: Frame, kind: LinkKind, read: ReadonlySet<string>): UnreadPorts {
  const { start, path } = frame.topology;
  const ids = BY_KIND[kind];
  const sum = { racks: 0, saturated: 0, of: 0, down: 0, txBps: 0, rateBps: 0 };
  for (let rack = start[RACK]; rack < start[NODE]; rack++) {
    const ports = recordedAt(frame, ids.ports, rack);
    if (!(ports > 0) || read.has(path[rack])) continue;
    sum.racks++;
    sum.of += ports;
    sum.down += recordedAt(frame, ids.down, rack) || 0;
    sum.txBps += recordedAt(frame, ids.tx, rack) || 0;
    sum.rateBps += recordedAt(frame, ids.rate, rack) || 0;
    // Waiting is a word of InfiniBand.
    if (kind === 'infiniband' && recordedAt(frame, 'place.linksFull', rack) > 0) sum.saturated++;
  }
  return sum;
}

/** Racks that are recorded and of which no board is read. */
export function unreadRacks(frame: Frame): number {
  const recorded = recordedRacks(frame);
  const { start } = frame.topology;
  const { gpus } = membersOf(frame.topology);
  const boards = (['gpu.power', 'gpu.util', 'gpu.temp'] as const).map((id) => frame.columns.get(id)?.value);
  const isRead = (rack: number) =>
    boards.some((values) => values?.subarray(gpus.from[rack], gpus.to[rack]).some((one) => !Number.isNaN(one)));
  return recorded?.reduce((sum, one, i) => sum + (one === 1 && !isRead(start[RACK] + i) ? 1 : 0), 0) ?? 0;
}

/** Adds what is recorded of all racks; NaN where there was nothing and nothing is recorded. */
export function recordedSum({ topology: { start }, columns }: Frame, id: SignalId, others: number): number {
  const value = columns.get(id)?.value;
  let sum = others;
  for (let rack = start[RACK]; value && rack < start[NODE]; rack++) {
    if (!Number.isNaN(value[rack])) sum = (Number.isNaN(sum) ? 0 : sum) + value[rack];
  }
  return sum;
}

/** The fullest port of each recorded rack, in the rack and the places above it. */
export function addRecordedUse({ topology, columns }: Frame, worst: Float32Array, time: Float64Array): void {
  const recorded = columns.get('place.linkUse');
  if (!recorded) return;
  const { start, parent } = topology;
  for (let rack = start[RACK]; rack < start[NODE]; rack++) {
    const use = recorded.value[rack];
    if (Number.isNaN(use)) continue;
    for (let place = rack; place >= 0; place = parent[place]) {
      if (!(use <= worst[place])) worst[place] = use;
      if (!(recorded.time[rack] >= time[place])) time[place] = recorded.time[rack];
    }
  }
}
