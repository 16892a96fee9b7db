import type { Labels } from '../labels.ts';
import { NO_WORK, workOf } from '../object-labels.ts';
import type { Work } from '../topology.ts';

/** What is known of the work on a GPU. */
interface Worked {
  works: readonly Work[];
  /** Which target or query told of them: only that one may say that they are over. */
  workTold: string;
}

const textOf = ({ namespace, pod, job }: Work) => `${namespace}\n${pod}\n${job}`;

/** The pods and jobs that one body tells of its GPUs: a board that several share has rows of each. */
export class ToldWork {
  readonly #told = new Map<number, Map<string, Work>>();

  begin(): void {
    this.#told.clear();
  }

  /** A row of a GPU. */
  learn(gpu: number, labels: Labels): void {
    const told = this.#told.get(gpu) ?? new Map<string, Work>();
    this.#told.set(gpu, told);
    const work = workOf(labels);
    if (work !== NO_WORK) told.set(textOf(work), work);
  }

  /** Takes what was told for what holds. @returns how many GPUs have other work now */
  end(body: string, gpus: readonly Worked[]): number {
    let changes = 0;
    for (const [gpu, told] of this.#told) {
      const one = gpus[gpu];
      if (told.size === 0 && one.workTold !== body) continue;
      one.workTold = body;
      const works = [...told.keys()].sort();
      if (works.join('\r') === one.works.map(textOf).join('\r')) continue;
      one.works = works.map((text) => told.get(text) as Work);
      changes++;
    }
    return changes;
  }
}
