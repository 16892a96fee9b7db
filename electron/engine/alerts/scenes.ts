import type { AlertLeaf } from '../../../shared/alerting/leaves.ts';
import { AlertObjects, type AlertSource } from '../../../shared/alerting/objects.ts';
import { siteFeedsOf } from '../../../shared/alerting/place-quantities.ts';
import type { AlertScene } from '../../../shared/alerting/scene.ts';
import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { EpochMs } from '../../../shared/units.ts';
import type { EngineContext } from '../part.ts';

/** While an engine is this young, an object that is missing may only be not heard of yet. */
const YOUNG_MS = 60_000;
/** For so long a server that answers in part is not believed that what it leaves out is gone (faults.md A15). */
const PARTLY_MS = 300_000;
/** Beyond this a target that is down says nothing of objects that are not there. */
const WAITED_MS = 3_600_000;

/** Makes the scene of each pass. */
export class Scenes {
  readonly #context: EngineContext;
  readonly #startedAt: number;
  readonly #leaves: () => readonly AlertLeaf[];
  #objects: AlertObjects | null = null;

  constructor(context: EngineContext, leaves: () => readonly AlertLeaf[]) {
    this.#context = context;
    this.#leaves = leaves;
    this.#startedAt = context.clock.now();
  }

  /** Leaves of the fabric as they are now. */
  leaves(): readonly AlertLeaf[] {
    return this.#leaves();
  }

  /** The objects of the last scene; null before the first. */
  get objects(): AlertObjects | null {
    return this.#objects;
  }

  /**
   * The fleet as it is now; undefined before anything was read.
   *
   * @param rules names of the rules
   * @param failedPasses how many passes in a row each has failed
   */
  make(rules: readonly string[], failedPasses: readonly number[]): AlertScene | undefined {
    const view = this.#context.view();
    const current = view.current();
    if (!current) return undefined;
    const { frame, now, power, slope, capMin, heardAt } = current;
    const cache = new Map<string, unknown>();
    const sources = this.#sources();
    const feeds = siteFeedsOf({ frame, cache });
    const leaves = this.#leaves();
    if (!this.#objects?.sameAs(frame.topology, feeds, sources, rules, leaves))
      this.#objects = new AlertObjects(frame.topology, feeds, sources, rules, leaves);
    const { warnRatio, critRatio } = this.#context.settings();
    return {
      ...{ now, frame, power, slope, capMin, heardAt, sources, leaves, failedPasses, cache },
      ...{ links: view.linkMemory, memory: view.alertMemory, objects: this.#objects },
      constants: { warn_ratio: warnRatio, crit_ratio: critRatio },
      complete: this.#isComplete(now),
    };
  }

  #sources(): readonly AlertSource[] {
    const health = this.#health();
    return this.#context.sources().map(({ settings: { id, name, site } }) => {
      const { state = 'starting', fault = null } = health.get(id) ?? {};
      const why = fault ? [fault.message, fault.hint].filter((text) => text !== '').join(' ') : '';
      return { name, site, state, fault: why };
    });
  }

  #health(): ReadonlyMap<string, SourceHealth> {
    const sources = this.#context.view().current()?.sources ?? [];
    return new Map(sources.map((one) => [one.id, one]));
  }

  /** What is missing is gone: the sources have answered for long enough, all of them and as a whole, or what can be had. */
  #isComplete(now: EpochMs): boolean {
    const age = now - this.#startedAt;
    const health = this.#health();
    const tellsAll = (id: string) => {
      const { state = 'starting', partial = null } = health.get(id) ?? {};
      if (partial !== null && state !== 'down') return now - partial.since > PARTLY_MS;
      return state === 'up' || (state === 'partial' && age > WAITED_MS);
    };
    return age > YOUNG_MS && this.#context.sources().every(({ settings: { id } }) => tellsAll(id));
  }
}
