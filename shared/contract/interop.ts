import { z } from 'zod';
import type { Fault } from '../fault.ts';
import { MATCH_OPS, type RemoteMatcher } from '../interop/alertmanager.ts';
import type { MergedAlert } from '../interop/merge.ts';
import { alertmanagerSchema, consoleUrl, webhookSchema } from '../interop/settings.ts';
import type { Settings } from '../settings.ts';

/**
 * Calls about what our alerts are exchanged with: Alertmanagers, the alerting of Prometheus sources, webhooks.
 * Times are epoch ms; null is "never" or "not known".
 */

/** A failure that lasts: since when, and how often it happened. */
export type LastingFault = Fault & { readonly since: number; readonly count: number };

/** How the sending of our alerts goes. */
export interface SendingState {
  readonly waiting: number;
  readonly sent: number;
  /** Given up because too many, or for too long, waited. */
  readonly dropped: number;
  /** Refused by the server for what is in them, and its words about the last. */
  readonly refused: number;
  readonly refusal: string;
  readonly lastOk: number | null;
  readonly fault: LastingFault | null;
}

export interface AlertmanagerState {
  readonly id: string;
  readonly name: string;
  readonly state: 'starting' | 'up' | 'down';
  readonly insecure: boolean;
  readonly version: string;
  /** Its cluster as it says: `ready`, `settling`, `disabled` (it is alone); '' before it answered. */
  readonly cluster: string;
  /** Members of the cluster, itself among them. */
  readonly peers: number;
  readonly alerts: number;
  readonly activeSilences: number;
  readonly lastOk: number | null;
  readonly fault: LastingFault | null;
  /** Null where our alerts are not sent to it. */
  readonly sending: SendingState | null;
}

export interface WebhookState {
  readonly id: string;
  readonly name: string;
  readonly signed: boolean;
  readonly insecure: boolean;
  readonly sending: SendingState;
}

/** The alerting of a Prometheus source. `none`: it answers queries and has no alerting. */
export interface PrometheusAlertingState {
  readonly id: string;
  readonly name: string;
  readonly state: 'starting' | 'up' | 'none' | 'down';
  readonly alerts: number;
  readonly rules: number;
  readonly failedRules: number;
  readonly lastOk: number | null;
  readonly fault: LastingFault | null;
}

/** A silence that we made and its Alertmanager does not have any more, before its end: it may be made again. */
export interface LostSilence {
  readonly alertmanager: string;
  readonly id: string;
  readonly matchers: readonly RemoteMatcher[];
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
  readonly missedSince: number;
}

export interface InteropReply {
  /** What pages lead to, and where the host serves the console by itself; '' where there is none. */
  readonly console: { readonly url: string; readonly served: string };
  readonly alertmanagers: readonly AlertmanagerState[];
  readonly prometheus: readonly PrometheusAlertingState[];
  readonly webhooks: readonly WebhookState[];
  readonly lostSilences: readonly LostSilence[];
}

export interface OthersReply {
  /** Alerts of all servers, one entry a label set; firing first. At most 5,000, `total` says how many there are. */
  readonly alerts: readonly MergedAlert[];
  readonly total: number;
  /** Servers that do not answer now, and since when: what they told last is marked, and nothing new is known. */
  readonly silent: readonly { readonly name: string; readonly since: number; readonly message: string }[];
}

/** An alerting rule of a Prometheus source. */
export interface OthersRule {
  readonly source: string;
  readonly sourceName: string;
  readonly group: string;
  readonly name: string;
  readonly query: string;
  /** Seconds. */
  readonly for: number;
  readonly keepFiringFor: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'inactive' | 'pending' | 'firing' | 'unknown';
  readonly health: string;
  readonly lastError: string;
}

/** A silence of an Alertmanager; the members of a cluster share theirs. */
export interface OthersSilence {
  readonly id: string;
  /** Ids of the Alertmanagers that have it. */
  readonly alertmanagers: readonly string[];
  readonly matchers: readonly RemoteMatcher[];
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdBy: string;
  readonly comment: string;
  readonly state: 'pending' | 'active' | 'expired';
  /** We made it. */
  readonly ours: boolean;
}

/** One step of a test of a connection. */
export interface InteropTestStep {
  readonly step: string;
  readonly ok: boolean;
  readonly ms: number;
  readonly text: string;
}

export interface InteropTestReply {
  readonly ok: boolean;
  readonly steps: readonly InteropTestStep[];
}

const id = z.string().regex(/^[a-z0-9-]{1,40}$/);
const remoteId = z.string().min(1).max(100);
const time = z.number().int().min(0).max(8.64e15);

const remoteMatcher = z.strictObject({
  name: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]{0,99}$/, 'is no label name'),
  op: z.enum(MATCH_OPS),
  value: z.string().max(1000),
});

/** name → who may call it, and how its argument is parsed. */
export const interopCalls = {
  interop: { role: 'read', arg: z.strictObject({}) },
  othersAlerts: { role: 'read', arg: z.strictObject({}) },
  othersRules: { role: 'read', arg: z.strictObject({}) },
  othersSilences: { role: 'read', arg: z.strictObject({}) },
  /** Made at each of these Alertmanagers (none named: at one of every cluster), and a copy of each is kept. */
  silenceOthers: {
    role: 'operate',
    arg: z.strictObject({
      alertmanagers: z.array(id).max(20),
      matchers: z.array(remoteMatcher).min(1, 'Give at least one matcher').max(50),
      startsAt: time.optional(),
      endsAt: time,
      who: z.string().trim().min(1).max(100),
      reason: z.string().trim().min(1, 'Say why').max(4000),
    }),
  },
  expireOthersSilence: { role: 'operate', arg: z.strictObject({ alertmanager: id, id: remoteId }) },
  /** Makes a lost silence again, with the end that it had. */
  restoreSilence: { role: 'operate', arg: z.strictObject({ alertmanager: id, id: remoteId }) },
  forgetSilence: { role: 'operate', arg: z.strictObject({ alertmanager: id, id: remoteId }) },
  saveAlertmanager: { role: 'operate', arg: z.strictObject({ alertmanager: alertmanagerSchema }) },
  removeAlertmanager: { role: 'operate', arg: z.strictObject({ id }) },
  testAlertmanager: { role: 'operate', arg: z.strictObject({ alertmanager: alertmanagerSchema }) },
  saveWebhook: { role: 'operate', arg: z.strictObject({ webhook: webhookSchema }) },
  removeWebhook: { role: 'operate', arg: z.strictObject({ id }) },
  /** What pages lead to; '' is where the host serves the console. */
  saveConsole: { role: 'operate', arg: z.strictObject({ url: z.union([z.literal(''), consoleUrl]) }) },
  /** Sends a request that says it is a test. */
  testWebhook: { role: 'operate', arg: z.strictObject({ webhook: webhookSchema }) },
} as const;

/** What came of a silence at one Alertmanager: its id there, or why not. */
export interface SilencedReply {
  readonly made: readonly { readonly alertmanager: string; readonly id: string }[];
  readonly failed: readonly { readonly alertmanager: string; readonly fault: Fault }[];
}

export interface InteropResults {
  interop: InteropReply;
  othersAlerts: OthersReply;
  othersRules: readonly OthersRule[];
  othersSilences: readonly OthersSilence[];
  silenceOthers: SilencedReply;
  expireOthersSilence: null;
  restoreSilence: { readonly alertmanager: string; readonly id: string };
  forgetSilence: null;
  saveAlertmanager: Settings;
  removeAlertmanager: Settings;
  testAlertmanager: InteropTestReply;
  saveWebhook: Settings;
  removeWebhook: Settings;
  saveConsole: Settings;
  testWebhook: InteropTestReply;
}
