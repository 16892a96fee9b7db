import type { Alert, AlertSummary, Incident } from '../../../shared/alerting/alert.ts';
import { NO_ALERTS } from '../../../shared/alerting/alert.ts';
import { AlertBook, type PassResult } from '../../../shared/alerting/book.ts';
import { incidentsOf, linesOf, loudestFirst } from '../../../shared/alerting/incidents.ts';
import type { AlertLeaf } from '../../../shared/alerting/leaves.ts';
import { alertOf, countsOf, mute } from '../../../shared/alerting/loud.ts';
import type { AlertScene } from '../../../shared/alerting/scene.ts';
import { Silences } from '../../../shared/alerting/silences.ts';
import type { Frame } from '../../../shared/frame.ts';
import type { OurAlert } from '../../../shared/interop/our-alert.ts';
import type { FleetInstant } from '../../../shared/view.ts';
import type { Answers, EngineContext, EnginePart } from '../part.ts';
import type { Statement } from '../store/database.ts';
import { AlertActions } from './actions.ts';
import { alertAnswers } from './answers.ts';
import { Journal, type NewRow } from './journal.ts';
import { forget, keep, recordOf, restored } from './kept.ts';
import { KeptRatios } from './kept-ratios.ts';
import { type PastAlerts, pastAlerts } from './past-alerts.ts';
import { RuleSet } from './rule-set.ts';
import { Scenes } from './scenes.ts';
import { KeptEvents } from './seen-events.ts';
import { settingsAnswers } from './settings-answers.ts';
import { type AlertState, rowOf } from './state.ts';
import { Troubles } from './troubles.ts';

/** Lines of the rail, at most. */
const MOST_LINES = 200;

/**
 * The alert engine: evaluates the rules once a poll, window or none, and keeps what came of it. What a pass changed is
 * committed before anyone is shown it.
 */
export class AlertPart implements EnginePart, AlertState {
  readonly answers: Answers;
  readonly context: EngineContext;
  readonly book = new AlertBook();
  readonly silences = new Silences();
  readonly journal: Journal;
  readonly rules: RuleSet;
  readonly scenes: Scenes;
  missedPasses = 0;
  readonly #troubles: Troubles;
  readonly #actions: AlertActions;
  readonly #events: KeptEvents;
  readonly #ratios: KeptRatios;
  #version = 0;
  #alerts: readonly Alert[] = [];
  #incidents: readonly Incident[] = [];
  #summary: AlertSummary = NO_ALERTS;
  #findings: ReturnType<typeof linesOf> = [];

  /** @param leaves leaves of the fabric at the newest instant */
  constructor(context: EngineContext, leaves: () => readonly AlertLeaf[] = () => []) {
    this.context = context;
    const now = context.clock.now();
    this.journal = new Journal(context.store);
    this.scenes = new Scenes(context, leaves);
    const { alerts, silences, rules, aliveAt, damaged } = this.journal.read();
    this.rules = new RuleSet(context.folder, rules);
    this.book.setRules(this.rules.compiled);
    this.#events = new KeptEvents(context.store, aliveAt);
    this.#ratios = new KeptRatios(context.store);
    this.#troubles = new Troubles(context.store, damaged, now);
    for (const silence of silences) this.silences.put(silence);
    this.#restore(alerts, aliveAt, now);
    this.journal.write(this.rules.unwritten(this.journal.ruleRows().rows), [], now);
    this.#actions = new AlertActions(this);
    this.answers = { ...alertAnswers(this), ...settingsAnswers(this), ...this.#actions.answers };
    this.#work();
  }

  alerts(): readonly Alert[] {
    return this.#alerts;
  }
  incidents(): readonly Incident[] {
    return this.#incidents;
  }
  summary(): AlertSummary {
    return this.#summary;
  }

  /** Every alert that is pending, fires, or resolved of late, with its runbook: what others are told of. */
  evaluated(): { readonly at: number; readonly intervalMs: number; readonly alerts: readonly OurAlert[] } | null {
    const at = this.book.evaluatedAt;
    if (!Number.isFinite(at)) return null;
    const runbooks = new Map(this.book.rules.map(({ rule }) => [rule.name, rule.runbook]));
    const none = { means: '', check: '', act: '' };
    const alerts = this.#alerts.map((alert) => ({ alert, runbook: runbooks.get(alert.rule) ?? none }));
    return { at, intervalMs: this.context.settings().pollMs, alerts };
  }

  /** Alerts from before the restart go on where they were; of an absence that was too long the journal tells. */
  #restore(kept: ReturnType<Journal['read']>['alerts'], aliveAt: number, now: number): void {
    const rules = new Map(this.rules.compiled.map(({ rule }) => [rule.name, rule]));
    const rows: NewRow[] = [];
    const gone: Statement[] = [];
    for (const one of kept) {
      const instance = restored(one, aliveAt, now);
      const rule = rules.get(one.rule);
      if (instance && (rule ?? one.state !== 'pending')) {
        const fallback = { ...this.rules.compiled[0].rule, name: one.rule, enabled: false };
        this.book.restore(recordOf(one, instance, rule ?? fallback));
        continue;
      }
      gone.push(forget(one.id));
      if (one.state === 'inactive') continue;
      const text = `Not taken up again: nothing was evaluated for more than an hour. It was ${one.state}.`;
      rows.push({
        kind: 'restored',
        alert: one.id,
        rule: one.rule,
        path: one.placePath,
        object: one.words.object,
        text,
      });
    }
    if (this.context.store.repaired !== '') rows.push({ kind: 'file', text: this.context.store.repaired });
    this.journal.write(rows, gone, now);
  }

  tick(now: number, polled: boolean): void {
    this.#ratios.tick(this.context.settings(), this.journal, now);
    const change = this.rules.readFiles();
    if (change) {
      this.book.setRules(this.rules.compiled);
      this.journal.write(change.rows, change.documents, now);
    }
    const tended = this.#actions.tend(now);
    this.journal.tend(now, this.context.settings().journal);
    this.#events.tick(this.context.view().alertMemory, now);
    const passed = polled && this.#pass(now);
    const told = this.#troubles.update(this, now);
    if (passed || tended || told || change) this.#work();
    this.context.view().showAlerts(this.#summary, this.#findings);
  }

  /** Alerts as they stood at the time of a frame; undefined where that is not written down any more. */
  at(frame: Frame, instant?: FleetInstant | null): PastAlerts | undefined {
    return pastAlerts(this, frame, instant);
  }

  scene(): AlertScene | undefined {
    return this.scenes.make(this.#ruleNames(), this.book.failedPasses());
  }

  #ruleNames(): readonly string[] {
    return this.book.rules.map(({ rule }) => rule.name);
  }

  /** One pass of all rules. @returns whether there was one */
  #pass(now: number): boolean {
    const { pollMs } = this.context.settings();
    const gap = now - this.book.evaluatedAt;
    try {
      const scene = this.scenes.make(this.#ruleNames(), this.book.failedPasses());
      const result = scene && this.book.pass(scene);
      if (!scene || !result) return false;
      if (Number.isFinite(gap)) this.missedPasses += Math.max(0, Math.round(gap / pollMs) - 1);
      mute(this.book.records.values(), this.silences, scene.objects, now);
      this.#write(result, now);
      this.#troubles.passed(now);
      return true;
    } catch (error) {
      this.#troubles.failed(error as Error);
      return false;
    }
  }

  #write({ transitions, changed, forgotten }: PassResult, now: number): void {
    this.journal.write(
      transitions.map(({ kind, record }) => rowOf(record, { kind })),
      [...changed.map(keep), ...forgotten.map(forget)],
      now,
    );
  }

  refresh(): void {
    const { objects } = this.scenes;
    if (objects) mute(this.book.records.values(), this.silences, objects, this.context.clock.now());
    this.#work();
    this.context.view().showAlerts(this.#summary, this.#findings);
  }

  /** What is shown until the next pass. */
  #work(): void {
    const { objects } = this.scenes;
    const records = [...this.book.records.values()];
    this.#alerts = loudestFirst(records.map((record) => alertOf(record, objects)));
    this.#incidents = objects ? incidentsOf(this.#alerts, objects.topology) : [];
    this.#findings = objects ? linesOf(this.#alerts, objects.topology).slice(0, MOST_LINES) : [];
    const counts = countsOf(records, this.#incidents.filter(({ muted }) => !muted).length);
    this.#summary = { version: ++this.#version, counts, trouble: this.#troubles.list() };
  }

  close(): void {
    const now = this.context.clock.now();
    // What fires goes on after the next start; that it was alive until now is written.
    this.journal.write([], [['INSERT OR REPLACE INTO fact VALUES (?, ?)', ['closedAt', String(now)]]], now);
  }
}
