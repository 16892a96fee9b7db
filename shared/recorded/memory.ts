import type { Column } from '../frame.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import { MostGpus } from './most-gpus.ts';
import { type RecordedPlaces, Rounds } from './rounds.ts';
import { SilentWork } from './silent-work.ts';

/** What instants alone do not tell of recorded racks: who is silent there, and who is only waited for. */
export class RecordedMemory {
  readonly rounds = new Rounds();
  readonly #mostGpus = new MostGpus();
  readonly #silentWork = new SilentWork();

  /**
   * Puts what is remembered beside what is recorded; does nothing where nothing is.
   *
   * @returns until when that stays so by time alone, epoch ms
   */
  update(
    columns: Map<SignalId, Column>,
    topology: Topology,
    at: {
      readonly recorded: RecordedPlaces;
      readonly placeOfPlace: Int32Array;
      readonly now: EpochMs;
    },
  ): EpochMs {
    this.#mostGpus.update(columns, topology.path);
    this.#silentWork.update(columns, topology, at.now);
    return this.rounds.update(columns, topology, at);
  }
}
