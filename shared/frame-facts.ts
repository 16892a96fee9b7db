import { LinkMemory } from './fabric/flaps.ts';
import { computeFabric, type FabricColumns } from './fabric.ts';
import type { Frame } from './frame.ts';
import { lastMetered, measureRatios } from './power/ratios.ts';
import { computePower, type NodeRatios, type PowerColumns } from './power.ts';
import { quantile } from './quantile.ts';
import { recordedAt } from './recorded/columns.ts';
import { GPU } from './topology.ts';
import type { DurationMs, EpochMs } from './units.ts';

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
  /** How old a rack's recorded numbers get in a round, ms, where the newest sample is of these; null elsewhere. */
  readonly roundMs: DurationMs | null;
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
      ...{ lateAt: lateHeard(power, heardAt), ...newestSample(frame, heardAt) },
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

/** The newest sample of all; what is recorded comes by its own rounds. */
function newestSample({ columns }: Frame, heardAt: Float64Array): Pick<FrameFacts, 'sampled' | 'roundMs'> {
  const ids = ['feed.power', 'link.rx', 'link.tx', 'node.power'] as const;
  let newest = Number.NaN;
  for (const times of [heardAt, ...ids.map((id) => columns.get(id)?.time)]) {
    for (let i = 0; times && i < times.length; i++)
      if (!Number.isNaN(times[i]) && !(times[i] <= newest)) newest = times[i];
  }
  let roundS = Number.NaN;
  const recorded = columns.get('place.gpus')?.time;
  for (let place = 0; recorded && place < recorded.length; place++) {
    if (Number.isNaN(recorded[place]) || recorded[place] <= newest) continue;
    newest = recorded[place];
    roundS = recordedAt({ columns }, 'place.round', place);
  }
  return { sampled: orNull(newest), roundMs: orNull(1000 * roundS) };
}

const orNull = (value: number) => (Number.isNaN(value) ? null : value);
