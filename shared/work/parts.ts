import type { Frame } from '../frame.ts';
import { recordedAt } from '../recorded/columns.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { GPU, NODE, RACK, type Work } from '../topology.ts';
import { sharesOf } from './shares.ts';

/** A pod or job in one rack, by its boards or by what is recorded of it. */
export interface WorkPart {
  readonly work: Work;
  /** Place of the rack. */
  readonly rack: number;
  /** Boards, of those that it shares its part. */
  readonly gpus: number;
  readonly silentGpus: number;
  /** How many of its boards it shares; NaN where that is not recorded. */
  readonly sharedGpus: number;
  /** Σ board power of those that report, of those that it shares its part; NaN: none does. */
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
  const { start, parent } = topology;
  const watts = columns.get('gpu.power')?.value;
  const found = new Map<string, { -readonly [Field in keyof WorkPart]: WorkPart[Field] } & { boards: number[] }>();
  for (let gpu = start[GPU]; gpu < start[GPU + 1]; gpu++) {
    const rack = parent[parent[gpu]];
    if (recorded.has(rack)) continue;
    for (const { work, share } of sharesOf(topology, gpu)) {
      const key = `${rack}\n${work.namespace}\n${work.pod}\n${work.job}`;
      const part = found.get(key) ?? {
        ...{ work, rack, gpus: 0, silentGpus: 0, sharedGpus: 0, powerW: Number.NaN, boards: [], recorded: -1 },
      };
      found.set(key, part);
      part.boards.push(gpu);
      part.gpus += share;
      if (share < 1) part.sharedGpus++;
      const power = watts?.[gpu] ?? Number.NaN;
      if (Number.isNaN(power)) part.silentGpus += share;
      else part.powerW = (Number.isNaN(part.powerW) ? 0 : part.powerW) + power * share;
    }
  }
  return [...found.values()];
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
    // Rules of before do not count them: there a part of a board tells that some are.
    const shared = at('work.shared', i);
    const silentGpus = silent + Math.max(0, counted - (at('work.metered', i) || 0));
    return [
      {
        work,
        rack,
        gpus: counted + silent,
        silentGpus,
        sharedGpus: Number.isNaN(shared) && Number.isInteger(counted) ? 0 : shared,
        powerW: counted > 0 ? at('work.power', i) : Number.NaN,
        boards: [],
        recorded: i,
      },
    ];
  });
}
