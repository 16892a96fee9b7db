/**
 * Alerts as viewers ask for them: the alerts of now, what became of them, silences, notes and rules. Viewers show and
 * never decide: all of it is worked out in the engine, window or none. Times are epoch ms, null is "not so far" or "not
 * known" (JSON has no NaN); places are paths, since an index means something else once the topology changed.
 */

/** How bad it is. `nodata` marks what is not known; no rule has it. */
export type Severity = 'critical' | 'warning' | 'advisory' | 'nodata';
export const ALERT_SEVERITIES = ['critical', 'warning', 'advisory'] as const;
export type AlertSeverity = (typeof ALERT_SEVERITIES)[number];

export const ALERT_DOMAINS = ['power', 'fabric', 'hardware', 'data'] as const;
export type AlertDomain = (typeof ALERT_DOMAINS)[number];

export const ALERT_STATES = ['pending', 'firing', 'resolved'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

/** A kind of object that a rule may look at: places, NIC ports, leaves, feeds, configured sources, rules themselves. */
export const ALERT_LEVELS = [
  ...(['site', 'hall', 'row', 'rack', 'node', 'gpu', 'link', 'leaf', 'feed', 'source', 'rule'] as const),
] as const;
export type AlertLevel = (typeof ALERT_LEVELS)[number];

/** A person owns the alert; it is lost when the alert resolves and stays in the journal. */
export interface Acknowledgement {
  readonly who: string;
  readonly note: string;
  readonly at: number;
  /** When it ends by itself; null: with the alert. */
  readonly until: number | null;
}

/** One alert of ours. */
export interface Alert {
  /** Identity of its label set: 16 hexadecimal digits. The same object and rule have it again the next time. */
  readonly id: string;
  /** Name of the rule; the label `alertname`. */
  readonly rule: string;
  readonly severity: AlertSeverity;
  readonly domain: AlertDomain;
  readonly state: AlertState;
  /** Object + condition + number: "Row A2 at 97.8% of budget". Of an unknown one: "… was at 97.8% of budget". */
  readonly title: string;
  /** Quantity and outlook: "978 of 1,000 kW, rising 2.9 kW/min. Cap in ~7 min." Of an unknown one: since when it is. */
  readonly detail: string;
  readonly level: AlertLevel;
  /** Place index in the layout of now, −1 where the object has none (a source), or is not known any more. */
  readonly place: number;
  /** Path of that place (a GPU's: its UUID); '' where there is none. */
  readonly path: string;
  /** What a person calls the object: "Rack A2-05", "A2-05-n03 mlx5_0". */
  readonly object: string;
  /** All labels, `alertname` and `severity` among them: what silences match and Alertmanagers get. */
  readonly labels: Readonly<Record<string, string>>;
  /** First quantity of the condition at the last evaluation at which it held, what it is held against, and its unit. */
  readonly value: number | null;
  readonly limit: number | null;
  readonly unit: string;
  /** Since when the condition holds. */
  readonly activeAt: number;
  /** When it will fire if it goes on: activeAt + `for`. */
  readonly firesAt: number;
  readonly firedAt: number | null;
  readonly resolvedAt: number | null;
  /** The condition does not hold any more; it fires on until this time (keepFiringFor). */
  readonly keepsUntil: number | null;
  /** Since when nobody can tell: its source is silent. The alert keeps its state. */
  readonly unknownSince: number | null;
  /** Which incident it belongs to; '' while pending. */
  readonly incident: string;
  /** Ids of alerts that mute it, and of silences that do; both empty for one that is loud. */
  readonly inhibitedBy: readonly string[];
  readonly silencedBy: readonly string[];
  readonly acked: Acknowledgement | null;
  readonly notes: number;
}

/** Alerts that share an ancestor's budget or a leaf and began within 5 min: one thing to care about. */
export interface Incident {
  readonly id: string;
  /** Worst of its firing alerts. */
  readonly severity: AlertSeverity;
  readonly domain: AlertDomain;
  /** "40 GPUs in HW power brake"; of a single alert its own words. */
  readonly title: string;
  readonly detail: string;
  /** The narrowest place that holds all of its objects; −1 for none. */
  readonly place: number;
  readonly path: string;
  readonly startedAt: number;
  /** Ids of its alerts, the loudest first. */
  readonly alerts: readonly string[];
  readonly firing: number;
  /** Every firing alert of it is acknowledged; is silenced or inhibited. */
  readonly acked: boolean;
  readonly muted: boolean;
}

/** Counts for the top bar: firing alerts that are neither silenced nor inhibited; pending ones apart. */
export interface AlertCounts {
  readonly critical: number;
  readonly warning: number;
  readonly advisory: number;
  /** Of those three together, how many nobody has acknowledged. */
  readonly unowned: number;
  readonly pending: number;
  /** Firing and silenced or inhibited. */
  readonly muted: number;
  readonly incidents: number;
}

/** Why alerts may be missing or are not written down; shown as a banner. */
export interface AlertTrouble {
  readonly code:
    | 'rules-late'
    | 'rule-failed'
    | 'not-written'
    | 'journal-repaired'
    | 'rule-files'
    | 'flood'
    | 'no-engine';
  readonly message: string;
  readonly hint: string;
  readonly since: number;
}

/** In the head of every frame: enough for the top bar, and a number that grows when `alerts` has another answer. */
export interface AlertSummary {
  readonly version: number;
  readonly counts: AlertCounts;
  readonly trouble: readonly AlertTrouble[];
}
export const NO_ALERTS: AlertSummary = {
  version: 0,
  counts: { critical: 0, warning: 0, advisory: 0, unowned: 0, pending: 0, muted: 0, incidents: 0 },
  trouble: [],
};

/** Answer to `alerts`. */
export interface AlertsReply {
  readonly version: number;
  /** Evaluation that this is the result of, epoch ms; null before the first. */
  readonly evaluatedAt: number | null;
  /** Firing first, worst first; at most 2,000, `total` says how many there are. */
  readonly alerts: readonly Alert[];
  readonly total: number;
  readonly incidents: readonly Incident[];
  readonly counts: AlertCounts;
  readonly trouble: readonly AlertTrouble[];
  /** Alerts resolved within the last hour. */
  readonly resolvedLastHour: number;
}

/** What the journal writes down; each is one committed row before anyone is shown it. */
export const JOURNAL_KINDS = [
  ...['pending', 'firing', 'resolved', 'dropped', 'unknown', 'known', 'restored'],
  ...['ack', 'unack', 'silence', 'silence-end', 'note', 'rule', 'file'],
] as const;
export type JournalKind =
  | 'pending'
  | 'firing'
  | 'resolved'
  /** Was pending and the condition did not last. */
  | 'dropped'
  /** Its source fell silent; speaks again. */
  | 'unknown'
  | 'known'
  /** Taken up again after a restart, or not, as `text` says. */
  | 'restored'
  | 'ack'
  | 'unack'
  | 'silence'
  | 'silence-end'
  | 'note'
  /** A rule was changed, added or removed. */
  | 'rule'
  /** The database was repaired or set aside. */
  | 'file';

export interface JournalRow {
  /** Grows by one with every row. */
  readonly seq: number;
  /** Never less than that of the row before, whatever the clock did. */
  readonly time: number;
  readonly kind: JournalKind;
  /** '' where it is of no alert. */
  readonly alert: string;
  readonly rule: string;
  readonly severity: AlertSeverity | '';
  readonly domain: AlertDomain | '';
  readonly path: string;
  readonly object: string;
  readonly incident: string;
  /** Who did it; '' for what the engine saw itself. */
  readonly who: string;
  /** Title of the alert then, a note's text, a silence's reason. */
  readonly text: string;
  readonly value: number | null;
  readonly labels: Readonly<Record<string, string>>;
  /** What was said beside the title then; only where `details` were asked for. */
  readonly detail?: string;
}

export interface HistoryPage {
  /** Newest first. */
  readonly rows: readonly JournalRow[];
  /** For the next page: `before` of it; null where this was the last. */
  readonly next: number | null;
  /** The oldest row that is kept, epoch ms; null where there is none. */
  readonly oldest: number | null;
}

/** What the journal takes now. */
export interface JournalSize {
  readonly rows: number;
  /** By the size of its newest rows. */
  readonly bytes: number;
  /** Epoch ms; null where there is no row. */
  readonly oldest: number | null;
}

export const MATCH_OPS = ['=', '!=', '=~', '!~'] as const;
export type MatchOp = (typeof MATCH_OPS)[number];

/** Alertmanager's matcher: patterns are anchored at both ends, a label that is missing is ''. */
export interface Matcher {
  readonly name: string;
  readonly op: MatchOp;
  readonly value: string;
}

export interface Silence {
  readonly id: string;
  /** All of them must match. */
  readonly matchers: readonly Matcher[];
  /** Path of a place: every alert at and under it; '' where only matchers count. */
  readonly under: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly who: string;
  readonly reason: string;
  readonly createdAt: number;
  readonly state: 'pending' | 'active' | 'expired';
  /** Ids of the alerts that it mutes now. */
  readonly mutes: readonly string[];
  /** Critical power alerts that it matched and does not mute any more: they can be silenced for 24 h at most. */
  readonly notMuted: readonly string[];
}

/** Presets of the dialogs, ms. */
export const SILENCE_PRESETS_MS = [3_600_000, 4 * 3_600_000, 8 * 3_600_000, 24 * 3_600_000] as const;
/** The longest that a critical power alert may be silenced. */
export const CRITICAL_POWER_SILENCE_MS = 24 * 3_600_000;

export interface Note {
  readonly time: number;
  readonly who: string;
  readonly text: string;
}

/** What an operator reads when it fires. */
export interface Runbook {
  readonly means: string;
  readonly check: string;
  readonly act: string;
}

/** A rule as it is written and saved, defaults filled in. Times in ms. */
export interface Rule {
  readonly name: string;
  /** Comparisons over quantities: `gpu.temp_margin < 5 and gpu.util > 0.5`. */
  readonly when: string;
  /** Where it is given the alert stays until this holds. */
  readonly clear?: string | undefined;
  /** Levels that it looks at; the quantities' own where it is left out. */
  readonly at?: readonly AlertLevel[] | undefined;
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly severity: AlertSeverity;
  readonly domain: AlertDomain;
  readonly labels: Readonly<Record<string, string>>;
  /** Said as the title, with {object}, {value} and {limit} put in; words of its own where it is left out. */
  readonly title?: string | undefined;
  readonly runbook: Runbook;
  /** What becomes of an alert whose source is silent; `resolve` is what Prometheus does. */
  readonly onStale: 'hold' | 'resolve';
  /** Other conditions for a place and everything under it; the nearest one counts. */
  readonly overrides: readonly RuleOverride[];
  readonly enabled: boolean;
}

export interface RuleOverride {
  /** Path of a place. */
  readonly place: string;
  readonly when: string;
  readonly clear?: string | undefined;
  readonly forMs?: number | undefined;
}

/** A rule with where it comes from and how it does. */
export interface RuleStatus extends Rule {
  /** `pack` ships with Fleetwatt, `file` is of rules/*.yaml. */
  readonly from: 'pack' | 'file';
  /** The file's name; '' for the pack. */
  readonly file: string;
  /** A rule of the pack that was changed here. */
  readonly changed: boolean;
  readonly health: 'ok' | 'error' | 'unknown';
  readonly lastError: string;
  readonly evaluatedAt: number | null;
  readonly pending: number;
  readonly firing: number;
}

/** Something wrong in a rule file; lines and columns from 1. */
export interface RuleFileError {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** A quantity that rules may compare. */
export interface QuantityInfo {
  /** As it is written: `gpu.temp_margin`. */
  readonly name: string;
  readonly label: string;
  readonly unit: string;
  readonly levels: readonly AlertLevel[];
}

export interface RulesReply {
  readonly rules: readonly RuleStatus[];
  readonly errors: readonly RuleFileError[];
  readonly quantities: readonly QuantityInfo[];
  readonly evaluatedAt: number | null;
  /** Passes that were skipped since the start, since the machine slept or the clock went back. */
  readonly missedPasses: number;
}

/** What a rule would find now; `for` is not waited for. */
export interface RulePreview {
  /** '' where the rule is right, else what is wrong, with the column in the condition. */
  readonly error: string;
  readonly column: number;
  /** Objects for which it holds now, the first 200, and how many there are; of how many it looks at. */
  readonly found: readonly { readonly object: string; readonly path: string; readonly value: number | null }[];
  readonly holds: number;
  readonly of: number;
  /** Of those it looks at, how many nobody can tell of. */
  readonly unknown: number;
}
