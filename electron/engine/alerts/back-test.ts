import type { Rule } from '../../../shared/alerting/alert.ts';
import { AlertBook } from '../../../shared/alerting/book.ts';
import type { CaseAlert } from '../../../shared/alerting/cases.ts';
import { titleOf } from '../../../shared/alerting/loud.ts';
import { compileRule } from '../../../shared/alerting/rules.ts';
import type { SourceHealth } from '../../../shared/contract/sources.ts';
import type { Frame } from '../../../shared/frame.ts';
import { defaultSettings, type Settings } from '../../../shared/settings.ts';
import { FleetView } from '../../../shared/view.ts';
import { FabricPart } from '../fabric-part.ts';
import type { EngineContext } from '../part.ts';
import { Scenes } from './scenes.ts';

/** One instant of the past, and how its sources did. */
export interface PastInstant {
  readonly frame: Frame;
  readonly sources: readonly SourceHealth[];
}

/** Something that became of an alert. */
export interface PastTransition {
  /** Epoch ms. */
  readonly time: number;
  readonly rule: string;
  readonly kind: string;
  readonly severity: string;
  /** As the console would have worded it. */
  readonly title: string;
}

/** A rule over all instants: the output of `rules test` (alert-cases.md), `id` is its name. */
export interface RuleOverPast {
  readonly id: string;
  readonly alerts: readonly CaseAlert[];
}

/** The past needs no history of its own: only trends of the last minutes. */
const HISTORY_BYTES = 64 << 20;

/** Evaluates rules over instants as the engine does, one pass an instant, with no journal and nobody who is told. */
export class BackTest {
  readonly transitions: PastTransition[] = [];
  readonly times: number[] = [];
  readonly #view: FleetView;
  readonly #book = new AlertBook();
  readonly #scenes: Scenes;
  readonly #fabric: FabricPart;
  readonly #rows = new Map<
    string,
    { rule: string; labels: Record<string, string>; states: string[]; since: number[] }
  >();
  #now: number;
  #sources: readonly SourceHealth[] = [];

  /**
   * @param stepMs between two instants
   * @param from of the first instant, epoch ms
   * @param folder where fabric.csv may be
   */
  constructor(
    rules: readonly Rule[],
    { warnRatio, critRatio, staleMs }: Settings,
    stepMs: number,
    from: number,
    folder: string,
  ) {
    const settings = { ...defaultSettings, warnRatio, critRatio, staleMs: Math.max(staleMs, stepMs), pollMs: stepMs };
    this.#now = from;
    this.#view = new FleetView({ ...settings, historyBytes: HISTORY_BYTES, alerted: true });
    const context = {
      ...{ folder, clock: { now: () => this.#now, later: () => () => {} }, settings: () => settings },
      ...{ view: () => this.#view, sources: () => this.#sources.map((one) => ({ settings: { ...one, site: '' } })) },
    } as unknown as EngineContext;
    this.#fabric = new FabricPart(context);
    this.#scenes = new Scenes(context, () => this.#fabric.leaves());
    this.#book.setRules(rules.map(compileRule));
  }

  /** One pass. */
  at({ frame, sources }: PastInstant): void {
    this.#now = frame.time;
    this.#sources = sources;
    this.#view.update(frame, sources, 0, frame.time, true);
    this.#fabric.tick?.(frame.time, true);
    const names = this.#book.rules.map(({ rule }) => rule.name);
    const scene = this.#scenes.make(names, this.#book.failedPasses());
    const passed = scene && this.#book.pass(scene);
    const at = this.times.push(frame.time) - 1;
    for (const { kind, record } of passed?.transitions ?? []) {
      const { name: rule, severity } = record.rule;
      this.transitions.push({ ...{ time: frame.time, rule, kind, severity }, title: titleOf(record) });
    }
    for (const [id, { rule, labels, instance }] of this.#book.records) {
      if (instance.state === 'inactive') continue;
      let row = this.#rows.get(id);
      if (!row) {
        row = {
          rule: rule.name,
          labels: Object.fromEntries([...labels].filter(([name]) => name !== 'alertname')),
          states: [],
          since: [],
        };
        this.#rows.set(id, row);
      }
      row.states[at] = instance.state === 'firing' ? 'F' : 'P';
      row.since[at] = instance.activeAt / 1000;
    }
  }

  /** Every rule with the alerts that it ever had: a character and a time (seconds) for each instant. */
  result(): readonly RuleOverPast[] {
    return this.#book.rules.map(({ rule: { name } }) => ({
      id: name,
      alerts: [...this.#rows.values()].flatMap(({ rule, labels, states, since }) =>
        rule === name
          ? [
              {
                labels,
                states: Array.from(this.times, (_, at) => states[at] ?? '-').join(''),
                activeAt: Array.from(this.times, (_, at) => since[at] ?? null),
              },
            ]
          : [],
      ),
    }));
  }

  /** Rules that could not be evaluated at the last pass, and why. */
  failed(): readonly { readonly rule: string; readonly why: string }[] {
    return this.#book.rules.flatMap(({ rule: { name } }) => {
      const { error } = this.#book.healthOf(name);
      return error === '' ? [] : [{ rule: name, why: error }];
    });
  }
}
