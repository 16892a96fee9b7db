import type { Column, Frame } from '../frame.ts';
import { recordedAt } from '../recorded/columns.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { GPU, NODE, RACK, type Work } from '../topology.ts';

/** A pod or job in one rack, by its boards or by what is recorded of it. */
export interface WorkPart {
  readonly work: Work;
  /** Place of the rack. */
  readonly rack: number;
  readonly gpus: number;
  readonly silentGpus: number;
  /** Σ board power of those that report; NaN: none does. */
  readonly powerW: number;
  /** Places of its boards; of a recorded rack none. */
  readonly boards: readonly number[];
  /** Index among the recorded works; −1: it is told by its boards. */
  readonly recorded: number;
}

/** All parts of all work. */
export interface FleetWork {
  readonly parts: readonly WorkPart[];
  /** Racks whose boards are not all read and of whose work nothing is recorded. */
  readonly untoldRacks: number;
}

/**
 * What works where. Of a rack that is recorded only some boards are read, or those of an hour ago: there it is told by
 * what is recorded, which holds for all of them.
 */
export function workParts(frame: Frame): FleetWork {
  const { start } = frame.topology;
  const recorded = new Set<number>();
  for (let rack = start[RACK]; rack < start[NODE]; rack++)
    if (recordedAt(frame, 'place.gpusKnown', rack) > 0) recorded.add(rack);
  const told = new Set<number>();
  const parts = recordedParts(frame, told);
  return {
    parts: [...boardParts(frame, recorded), ...parts],
    untoldRacks: [...recorded].filter((rack) => recordedAt(frame, 'place.gpus', rack) > 0 && !told.has(rack)).length,
  };
}

function boardParts({ topology, columns }: Frame, recorded: ReadonlySet<number>): WorkPart[] {
  const { start, parent, work } = topology;
  const boards = new Map<string, { work: Work; rack: number; gpus: number[] }>();
  for (let i = 0; i < work.length; i++) {
    const one = work[i];
    const rack = parent[parent[start[GPU] + i]];
    if (!one || recorded.has(rack)) continue;
    const key = `${rack}\n${one.namespace}\n${one.pod}\n${one.job}`;
    const part = boards.get(key);
    if (part) part.gpus.push(start[GPU] + i);
    else boards.set(key, { work: one, rack, gpus: [start[GPU] + i] });
  }
  const watts = columns.get('gpu.power');
  return [...boards.values()].map(({ work: one, rack, gpus }) => {
    const known = gpus.filter((gpu) => !Number.isNaN(watts?.value[gpu] ?? Number.NaN));
    const powerW = known.length === 0 ? Number.NaN : known.reduce((sum, gpu) => sum + (watts as Column).value[gpu], 0);
    const counts = { gpus: gpus.length, silentGpus: gpus.length - known.length };
    return { work: one, rack, ...counts, powerW, boards: gpus, recorded: -1 };
  });
}

/** @param told gets the racks of which anything is recorded */
function recordedParts({ topology, columns }: Frame, told: Set<number>): WorkPart[] {
  const at = (id: SignalId, index: number) => columns.get(id)?.value[index] ?? Number.NaN;
  return topology.workOn.flatMap((work, i) => {
    const rack = topology.workRack[i];
    // Of what has ended the other numbers are still there for a while.
    const counted = at('work.gpus', i) || 0;
    const silent = at('work.silent', i) || 0;
    if (rack >= 0 && !(Number.isNaN(at('work.gpus', i)) && silent === 0)) told.add(rack);
    // A rack tells of its work also where nothing works.
    if (rack < 0 || counted + silent === 0 || (work.pod === '' && work.job === '')) return [];
    const silentGpus = silent + Math.max(0, counted - (at('work.metered', i) || 0));
    return [
      {
        work,
        rack,
        gpus: counted + silent,
        silentGpus,
        powerW: counted > 0 ? at('work.power', i) : Number.NaN,
        boards: [],
        recorded: i,
      },
    ];
  });
}
