import type {
  Alert,
  AlertSummary,
  AlertsReply,
  JournalKind,
  Rule,
  RulesReply,
} from '../../../shared/alerting/alert.ts';
import type { AlertRecord } from '../../../shared/alerting/book.ts';
import { limitOf, snakeCase, truthsOf, YES } from '../../../shared/alerting/condition.ts';
import { incidentsOf, linesOf, loudestFirst } from '../../../shared/alerting/incidents.ts';
import { alertOf, countsOf, mute, plainAlert } from '../../../shared/alerting/loud.ts';
import { AlertObjects } from '../../../shared/alerting/objects.ts';
import { pack } from '../../../shared/alerting/pack.ts';
import { quantities } from '../../../shared/alerting/quantities.ts';
import { type CompiledRule, conditionAt } from '../../../shared/alerting/rules.ts';
import { type AlertScene, valueAt } from '../../../shared/alerting/scene.ts';
import { wordsOf } from '../../../shared/alerting/words.ts';
import type { Finding } from '../../../shared/contract.ts';
import { formatTime } from '../../../shared/format.ts';
import type { Frame } from '../../../shared/frame.ts';
import { siteFeeds } from '../../../shared/power/site-feeds.ts';
import { signals } from '../../../shared/signals/catalogue.ts';
import type { FleetInstant } from '../../../shared/view.ts';
import type { JournalState } from './journal.ts';
import { type Ratios, rulesThen } from './past-rules.ts';
import type { AlertState } from './state.ts';

/** What was shown of alerts at an instant of the past. */
export interface PastAlerts {
  readonly summary: AlertSummary;
  readonly findings: readonly Finding[];
  /** What `alerts` would have answered. */
  reply(): AlertsReply;
  /** Rules as they were, those of which that is known, with what fired of each; whether they ran is not kept. */
  rules(): RulesReply;
}

const HOUR_MS = 3_600_000;
const MOST_ALERTS = 2000;

const MOST_LINES = 200;

/** Quantities that a frame tells; all others want what the engine remembered, or the fabric as it was. */
const OF_FRAME: ReadonlySet<string> = new Set([
  ...['budget.use', 'budget.cap_minutes', 'rack.feed_imbalance', 'link.use', 'link.wait_share'],
  ...['gpu.brake', 'gpu.clock_share', 'gpu.pcie_width_share', 'gpu.pcie_gen_share'],
  ...[...signals].map(({ id }) => snakeCase(id)),
]);

/**
 * Alerts as they stood at a frame's time, out of the journal; silences and inhibitions are worked out anew for then.
 * Undefined where rows of that time are not kept any more.
 *
 * @param instant what was told from the frame: numbers of alerts are those of it, where a frame tells them
 */
export function pastAlerts(state: AlertState, frame: Frame, instant?: FleetInstant | null): PastAlerts | undefined {
  const { time, topology } = frame;
  const states = state.journal.statesAt(time);
  if (!states) return undefined;
  const sources = state.context.sources().map(({ settings: { name, site } }) => {
    return { name, site, state: 'up', fault: '' } as const;
  });
  const names = state.book.rules.map(({ rule }) => rule.name);
  const objects = new AlertObjects(topology, siteFeeds(frame), sources, names, state.scenes.leaves());
  const then = rulesThen(state.journal.ruleRows(), state.book.rules, state.context.settings(), time);
  const any = state.book.rules[0].rule;
  const scene = instant ? sceneOf(state, instant, objects, then.ratios) : undefined;
  const records = states.flatMap((one) => {
    const rule = then.rules.get(one.row.rule);
    const record = recordOf(one, rule?.rule ?? any, objects);
    if (record && scene) tellOfThen(record, rule, scene);
    return record ?? [];
  });
  mute(records, state.silences, objects, time);
  const alerts: readonly Alert[] = loudestFirst(records.map((record) => alertOf(record, objects)));
  const incidents = incidentsOf(alerts, topology);
  const loud = incidents.filter(({ muted }) => !muted);
  const counts = countsOf(records, loud.length);
  const cleared = { kinds: ['resolved'] satisfies JournalKind[], from: time - HOUR_MS, to: time, most: MOST_ALERTS };
  return {
    summary: { version: 0, counts, trouble: [] },
    findings: linesOf(alerts, topology).slice(0, MOST_LINES),
    reply: () => ({
      ...{ version: 0, evaluatedAt: time, counts, incidents, trouble: [], total: alerts.length },
      alerts: [...alerts.filter(isFiring), ...alerts.filter((one) => !isFiring(one))]
        .slice(0, MOST_ALERTS)
        .map(plainAlert),
      resolvedLastHour: state.journal.page(cleared).rows.length,
    }),
    rules: () => ({
      ...{ rules: [...then.rules.values()].map(({ rule }) => statusThen(rule, alerts)), errors: [], quantities: [] },
      ...{ evaluatedAt: time, missedPasses: 0 },
    }),
  };
}

const isFiring = ({ state }: Alert) => state === 'firing';

/** An alert that was pending or fired. @param known the rule as it was; where that is not known, any other */
function recordOf(
  { row, before, ack, unknown, detail }: JournalState,
  known: Rule,
  objects: AlertObjects,
): AlertRecord | undefined {
  if (row.kind !== 'pending' && row.kind !== 'firing') return undefined;
  if (row.severity === '' || row.domain === '') return undefined;
  const labels = new Map(Object.entries(row.labels));
  const { time, severity, domain, object, text } = row;
  const rule = { ...known, name: row.rule, severity, domain };
  const activeAt = row.kind === 'firing' && before?.kind === 'pending' ? before.time : time;
  const predicate = text.startsWith(`${object} `) ? text.slice(object.length + 1) : text;
  return {
    ...{ id: row.alert, labels, rule, placePath: row.path, limit: Number.NaN, unit: '', forMs: rule.forMs, notes: 0 },
    instance: {
      // The row's value is of when it began.
      ...{ labels, state: row.kind, value: Number.NaN, activeAt, resolvedAt: Number.NaN },
      ...{ firedAt: row.kind === 'firing' ? time : Number.NaN, keepFiringSince: Number.NaN },
      unknownSince: unknown?.kind === 'unknown' ? unknown.time : Number.NaN,
    },
    tell: () => ({ object, predicate, detail: detail === '' ? '' : `At ${formatTime(time).slice(0, 8)}: ${detail}` }),
    level: objects.find(labels)?.level ?? 'rule',
    group: row.incident === '' ? null : { id: row.incident, anchor: '', startedAt: time },
    acked: ack?.kind === 'ack' ? { who: ack.who, note: ack.text, at: ack.time, until: null } : null,
    ...{ inhibitedBy: [], silencedBy: [] },
  };
}

const shippedNames = new Set(pack.map(({ name }) => name));

/** A rule of then with its alerts; whether it ran is not kept. */
function statusThen(rule: Rule, alerts: readonly Alert[]): RulesReply['rules'][number] {
  const count = (state: Alert['state']) => alerts.filter((one) => one.rule === rule.name && one.state === state).length;
  return {
    ...rule,
    ...{ from: shippedNames.has(rule.name) ? 'pack' : 'file', file: '', changed: false, health: 'unknown' },
    ...{ lastError: '', evaluatedAt: null, pending: count('pending'), firing: count('firing') },
  };
}

/** What a frame of then shows to rules: nothing that wants more may be asked of it. */
function sceneOf(
  { context, scenes }: AlertState,
  instant: FleetInstant,
  objects: AlertObjects,
  ratios: Ratios | null,
): AlertScene {
  const { frame, now, power, slope, capMin, heardAt } = instant;
  const { warnRatio, critRatio } = ratios ?? { warnRatio: Number.NaN, critRatio: Number.NaN };
  const { linkMemory, alertMemory } = context.view();
  return {
    ...{ now, frame, power, slope, capMin, heardAt, objects, links: linkMemory, memory: alertMemory },
    ...{ sources: [], leaves: scenes.leaves(), failedPasses: [], complete: false, cache: new Map() },
    constants: { warn_ratio: warnRatio, crit_ratio: critRatio },
  };
}

/**
 * Puts the value, limit and words of a frame in the place of those with which an alert began. Where the rule of then, or
 * its limit, is not known there is none.
 */
function tellOfThen(record: AlertRecord, compiled: CompiledRule | undefined, scene: AlertScene): void {
  const ref = compiled?.own ? scene.objects.find(record.labels) : undefined;
  if (!compiled || !ref) return;
  const { first } = conditionAt(compiled, ref, scene);
  const quantity = quantities.get(first.quantity);
  record.unit = quantity?.unit ?? '';
  record.limit = limitOf(first.limit, scene.constants);
  if (!quantity || !OF_FRAME.has(quantity.name)) return;
  const column = (name: string) => (name === quantity.name ? quantity.column(scene, ref.level) : []);
  const { index } = ref;
  if (truthsOf(first, column, scene.constants, index, index + 1)[0] !== YES) return;
  const value = valueAt(quantity.column(scene, ref.level), ref.index);
  record.instance = { ...record.instance, value };
  record.tell = () => wordsOf(compiled.rule.title, first, ref, value, scene);
}
