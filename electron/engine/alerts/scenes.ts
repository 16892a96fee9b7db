import { AlertObjects, type AlertSource } from '../../../shared/alerting/objects.ts';
import { type AlertScene, siteFeedsOf } from '../../../shared/alerting/quantities.ts';
import type { EngineContext } from '../part.ts';

/** While an engine is this young, an object that is missing may only be not heard of yet. */
const YOUNG_MS = 60_000;
/** Beyond this a target that is down says nothing of objects that are not there. */
const WAITED_MS = 3_600_000;

/** Makes the scene of each pass. */
export class Scenes {
  readonly #context: EngineContext;
  readonly #startedAt: number;
  #objects: AlertObjects | null = null;

  constructor(context: EngineContext) {
    this.#context = context;
    this.#startedAt = context.clock.now();
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
    if (!this.#objects?.sameAs(frame.topology, feeds, sources, rules))
      this.#objects = new AlertObjects(frame.topology, feeds, sources, rules);
    const { warnRatio, critRatio } = this.#context.settings();
    return {
      ...{ now, frame, power, slope, capMin, heardAt, sources, failedPasses, cache },
      ...{ links: view.linkMemory, memory: view.alertMemory, objects: this.#objects },
      constants: { warn_ratio: warnRatio, crit_ratio: critRatio },
      complete: this.#isComplete(sources, now),
    };
  }

  #sources(): readonly AlertSource[] {
    const health = new Map(
      this.#context
        .view()
        .current()
        ?.sources.map((one) => [one.id, one]),
    );
    return this.#context.sources().map(({ settings: { id, name, site } }) => {
      const { state = 'starting', fault = null } = health.get(id) ?? {};
      const why = fault ? [fault.message, fault.hint].filter((text) => text !== '').join(' ') : '';
      return { name, site, state, fault: why };
    });
  }

  /** What is missing is gone: the sources have answered for long enough, all of them or what can be had. */
  #isComplete(sources: readonly AlertSource[], now: number): boolean {
    const age = now - this.#startedAt;
    const is = (...states: AlertSource['state'][]) => sources.every(({ state }) => states.includes(state));
    return age > YOUNG_MS && (is('up') || (age > WAITED_MS && is('up', 'partial')));
  }
}
