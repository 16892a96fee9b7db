import { z } from 'zod';
import {
  ALERT_DOMAINS,
  ALERT_LEVELS,
  ALERT_SEVERITIES,
  type AlertsReply,
  type HistoryPage,
  JOURNAL_KINDS,
  type JournalSize,
  MATCH_OPS,
  type Note,
  type Rule,
  type RulePreview,
  type RuleStatus,
  type RulesReply,
  type Silence,
} from '../alerting/alert.ts';
import { notifySchema } from '../interop/settings.ts';
import { journalSchema, type Settings } from '../settings.ts';

/** Calls of alerts, silences, notes and rules; what they answer is told in alerting/alert.ts. */

/** Another condition for one place and everything under it; the nearest one counts. */
const overrideSchema = z.strictObject({
  place: z.string().min(1).max(500),
  when: z.string().min(1).max(500),
  clear: z.string().max(500).optional(),
  forMs: z.number().int().min(0).max(86_400_000).optional(),
});

const labelName = z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, 'is no label name');

/** `Rule`, with the defaults of what is left out. */
export const ruleSchema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, 'may have letters, digits and underscores only'),
  when: z.string().min(1).max(500),
  /** Where it is given the alert stays until this holds. */
  clear: z.string().max(500).optional(),
  /** Levels that it looks at; the quantity's own where it is left out. */
  at: z.array(z.enum(ALERT_LEVELS)).min(1).max(ALERT_LEVELS.length).optional(),
  forMs: z.number().int().min(0).max(86_400_000).default(0),
  keepFiringForMs: z.number().int().min(0).max(86_400_000).default(0),
  severity: z.enum(ALERT_SEVERITIES),
  domain: z.enum(ALERT_DOMAINS).default('power'),
  labels: z.record(labelName, z.string().max(1000)).default({}),
  /** Said as the title, with {object}, {value} and {limit} put in; words of its own where it is left out. */
  title: z.string().max(300).optional(),
  runbook: z
    .strictObject({ means: z.string().max(2000), check: z.string().max(2000), act: z.string().max(2000) })
    .default({ means: '', check: '', act: '' }),
  onStale: z.enum(['hold', 'resolve']).default('hold'),
  overrides: z.array(overrideSchema).max(1000).default([]),
  enabled: z.boolean().default(true),
}) satisfies z.ZodType<Rule>;

const id = z.string().regex(/^[0-9a-f]{16}$/, 'is no id of an alert');
const who = z.string().trim().min(1).max(100);
const text = z.string().trim().max(4000);
const time = z.number().int().min(0).max(8.64e15);

const matcherSchema = z.strictObject({
  name: labelName,
  op: z.enum(MATCH_OPS),
  value: z.string().max(1000),
});

/** Filters of the history; those left out let everything through. */
export const historyFilter = z.strictObject({
  from: time.optional(),
  to: time.optional(),
  /** Rows with a smaller `seq`: paging. */
  before: z.number().int().min(0).optional(),
  /** Rows with what was said beside the title. */
  details: z.boolean().optional(),
  most: z.number().int().min(1).max(1000).default(200),
  kinds: z.array(z.enum(JOURNAL_KINDS)).max(JOURNAL_KINDS.length).optional(),
  severities: z.array(z.enum(ALERT_SEVERITIES)).optional(),
  domains: z.array(z.enum(ALERT_DOMAINS)).optional(),
  rule: z.string().max(100).optional(),
  alert: id.optional(),
  incident: id.optional(),
  /** At and under this path. */
  under: z.string().max(500).optional(),
  /** Found in title, object, note or name, whatever the case. */
  text: z.string().max(200).optional(),
});
export type HistoryFilter = z.output<typeof historyFilter>;

/** name → who may call it, and how its argument is parsed. */
export const alertCalls = {
  alerts: { role: 'read', arg: z.strictObject({}) },
  alertHistory: { role: 'read', arg: historyFilter },
  /** The rows of a filter as one text; CSV as RFC 4180 without formulas, numbers as they are. At most 100,000 rows. */
  alertExport: { role: 'read', arg: z.strictObject({ filter: historyFilter, format: z.enum(['csv', 'json']) }) },
  alertNotes: { role: 'read', arg: z.strictObject({ alert: id }) },
  ackAlert: {
    role: 'operate',
    arg: z.strictObject({
      alerts: z.array(id).min(1).max(2000),
      who,
      note: text.default(''),
      forMs: z
        .number()
        .int()
        .min(60_000)
        .max(30 * 86_400_000)
        .optional(),
    }),
  },
  unackAlert: { role: 'operate', arg: z.strictObject({ alerts: z.array(id).min(1).max(2000), who }) },
  addNote: { role: 'operate', arg: z.strictObject({ alert: id, who, text: text.min(1) }) },
  silences: { role: 'read', arg: z.strictObject({}) },
  /** A new silence; one with the id of another changes its end and its reason. */
  silence: {
    role: 'operate',
    arg: z.strictObject({
      id: id.optional(),
      matchers: z.array(matcherSchema).max(50).default([]),
      under: z.string().max(500).default(''),
      startsAt: time.optional(),
      endsAt: time,
      who,
      reason: text.min(1, 'Say why'),
    }),
  },
  expireSilence: { role: 'operate', arg: z.strictObject({ id, who }) },
  rules: { role: 'read', arg: z.strictObject({}) },
  previewRule: { role: 'read', arg: z.strictObject({ rule: ruleSchema }) },
  /** Changes a rule of the pack (kept in the database), or puts it back as it ships. Rules of files are changed in their files. */
  saveRule: { role: 'operate', arg: z.strictObject({ rule: ruleSchema, who }) },
  resetRule: { role: 'operate', arg: z.strictObject({ name: z.string().max(100), who }) },
  journalSize: { role: 'read', arg: z.strictObject({}) },
  /** How long the journal is kept; what is beyond goes at the next tick. */
  saveJournal: { role: 'operate', arg: z.strictObject({ journal: journalSchema, who }) },
  /** Notices, sounds and quiet hours of everyone who looks at this profile. */
  saveNotify: { role: 'operate', arg: z.strictObject({ notify: notifySchema }) },
  /** Answered by the host: shows a notice of the system's that says it is a test. */
  testNotice: { role: 'operate', arg: z.strictObject({ severity: z.enum(ALERT_SEVERITIES) }) },
} as const;

export interface AlertCallResults {
  alerts: AlertsReply;
  alertHistory: HistoryPage;
  alertExport: { readonly name: string; readonly type: string; readonly text: string };
  alertNotes: readonly Note[];
  ackAlert: null;
  unackAlert: null;
  addNote: null;
  silences: readonly Silence[];
  silence: Silence;
  expireSilence: null;
  rules: RulesReply;
  previewRule: RulePreview;
  saveRule: RuleStatus;
  resetRule: RuleStatus;
  journalSize: JournalSize;
  saveJournal: Settings;
  saveNotify: Settings;
  /** False where the host has no notices: a browser's. */
  testNotice: { readonly shown: boolean };
}
