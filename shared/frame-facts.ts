import { LinkMemory } from './fabric/flaps.ts';
import { computeFabric, type FabricColumns } from './fabric.ts';
import type { Frame } from './frame.ts';
import { lastMetered, measureRatios } from './power/ratios.ts';
import { computePower, type NodeRatios, type PowerColumns } from './power.ts';
import { quantile } from './quantile.ts';
import { GPU } from './topology.ts';
import type { EpochMs } from './units.ts';

/** What follows from a frame's columns and from those before it, whatever the time. */
export interface FrameFacts {
  readonly power: PowerColumns;
  readonly fabric: FabricColumns;
  /** When each GPU was last heard, epoch ms (index: place − start[GPU]); NaN never. */
  readonly heardAt: Float64Array;
  /** Of the GPUs that are live 99 % were heard at this time or later, epoch ms; NaN: none is live. */
  readonly lateAt: EpochMs;
  /** The newest sample of all, epoch ms; null when nothing was ever read. */
  readonly sampled: EpochMs | null;
}

/** Tells the facts of one frame after another. Those of the same columns are the same object, and cost nothing. */
export class FactsOfFrames {
  /** How often links went down of late, and what is usual for them. */
  readonly links = new LinkMemory();
  #lastMeteredW: ReadonlyMap<string, number> = new Map();
  #ratios: NodeRatios = new Map();
  #of: Pick<Frame, 'topology' | 'columns'> | undefined;
  #facts: FrameFacts | undefined;

  /** `now`: when the frame is seen, epoch ms. */
  of(frame: Frame, now: EpochMs): FrameFacts {
    const { topology, columns } = frame;
    this.links.update(frame, now);
    if (this.#facts && this.#of?.columns === columns && this.#of.topology === topology) return this.#facts;
    const power = computePower(frame, this.#lastMeteredW, this.#ratios);
    const ratios = measureRatios(frame, power, this.#ratios);
    // A model that was measured for the first time has its racks told by that the next time, news or none.
    this.#of = ratios.size === this.#ratios.size ? { topology, columns } : undefined;
    this.#ratios = ratios;
    this.#lastMeteredW = lastMetered(topology, power, this.#lastMeteredW);
    const heardAt = lastHeard(frame);
    this.#facts = {
      ...{ power, heardAt, fabric: computeFabric(frame, this.links) },
      ...{ lateAt: lateHeard(power, heardAt), sampled: newestSample(frame, heardAt) },
    };
    return this.#facts;
  }
}

function lastHeard({ topology, columns }: Frame): Float64Array {
  const first = topology.start[GPU];
  const heard = new Float64Array(topology.start[GPU + 1] - first).fill(Number.NaN);
  for (const id of ['gpu.power', 'gpu.util', 'gpu.temp', 'gpu.clock', 'gpu.memUsed'] as const) {
    const time = columns.get(id)?.time;
    for (let i = 0; time && i < heard.length; i++) {
      if (!Number.isNaN(time[first + i]) && !(time[first + i] <= heard[i])) heard[i] = time[first + i];
    }
  }
  return heard;
}

/** The 99th percentile of ages, turned round: it does not depend on the time. */
function lateHeard({ live }: PowerColumns, heardAt: Float64Array): EpochMs {
  const before = heardAt.map((time, gpu) => (live[gpu] === 1 ? -time : Number.NaN));
  return -quantile(before, 0, before.length, 0.99);
}

function newestSample({ columns }: Frame, heardAt: Float64Array): EpochMs | null {
  let newest = Number.NaN;
  const ids = ['feed.power', 'link.rx', 'link.tx', 'node.power', 'place.gpus'] as const;
  const times = ids.map((id) => columns.get(id)?.time);
  for (const column of [heardAt, ...times]) {
    for (let i = 0; column && i < column.length; i++) {
      if (!Number.isNaN(column[i]) && !(column[i] <= newest)) newest = column[i];
    }
  }
  return Number.isNaN(newest) ? null : newest;
}
