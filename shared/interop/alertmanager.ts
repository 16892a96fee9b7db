import type { Labels } from '../labels.ts';
import type { EpochMs } from '../units.ts';
import type { Waiting } from './outbox.ts';
import { validUntil } from './told-alert.ts';

/** Alertmanager's API v2: what is sent, and its answers as values. Answers are foreign text: nothing is taken on trust. */

export const MATCH_OPS = ['=', '!=', '=~', '!~'] as const;
/** Patterns are RE2, anchored at both ends by the Alertmanager: they are never evaluated here. */
export interface RemoteMatcher {
  readonly name: string;
  readonly op: (typeof MATCH_OPS)[number];
  readonly value: string;
}

/** A silence as it is created. Times in epoch ms. */
export interface NewSilence {
  readonly matchers: readonly RemoteMatcher[];
  readonly startsAt: EpochMs;
  readonly endsAt: EpochMs;
  readonly createdBy: string;
  readonly comment: string;
}

export interface RemoteSilence extends NewSilence {
  readonly id: string;
  readonly state: 'pending' | 'active' | 'expired';
}

/** An alert as an Alertmanager has it. */
export interface RemoteAlert {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly startsAt: EpochMs;
  readonly state: 'active' | 'suppressed' | 'unprocessed';
  readonly silencedBy: readonly string[];
  readonly inhibitedBy: readonly string[];
  readonly receivers: readonly string[];
  readonly link: string;
}

export interface RemoteStatus {
  readonly version: string;
  /** `ready`, `settling` or `disabled` (it is alone). */
  readonly cluster: string;
  /** Names of the cluster's members, itself among them, sorted; empty for one that is alone. */
  readonly members: readonly string[];
  /** When it was started, epoch ms. */
  readonly startedAt: EpochMs;
}

/** An answer that is not Alertmanager's. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
}

const MOST_ROWS = 100_000;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 10_000) : '');
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string').slice(0, 1000) : [];
const time = (value: unknown): EpochMs => (typeof value === 'string' ? Date.parse(value) : Number.NaN);

/** The JSON of an answer as a list of objects. @throws AnswerError */
function rows(json: string): readonly Record<string, unknown>[] {
  const found = parse(json);
  if (!Array.isArray(found)) throw new AnswerError('The answer is no list');
  if (found.length > MOST_ROWS)
    throw new AnswerError(`The answer has ${found.length} rows; at most ${MOST_ROWS} are read`);
  return found.filter(isObject);
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new AnswerError(`The answer is no JSON; it begins ${JSON.stringify(json.slice(0, 80))}`);
  }
}

/** Label names may be anything, `__proto__` too: a map, not an object. */
export function labelsFrom(value: unknown): Labels {
  return new Map(
    isObject(value)
      ? Object.entries(value).flatMap(([name, told]) => (typeof told === 'string' ? [[name, told] as const] : []))
      : [],
  );
}

/** `GET /api/v2/alerts`. @throws AnswerError */
export function readAlerts(json: string): readonly RemoteAlert[] {
  return rows(json).map((row) => {
    const status = isObject(row.status) ? row.status : {};
    const state = text(status.state);
    const receivers = Array.isArray(row.receivers) ? row.receivers.filter(isObject) : [];
    return {
      labels: labelsFrom(row.labels),
      annotations: labelsFrom(row.annotations),
      startsAt: time(row.startsAt),
      state: state === 'suppressed' || state === 'unprocessed' ? state : 'active',
      silencedBy: texts(status.silencedBy),
      inhibitedBy: texts(status.inhibitedBy),
      receivers: receivers.map(({ name }) => text(name)),
      link: text(row.generatorURL),
    };
  });
}

/** `GET /api/v2/silences`. @throws AnswerError */
export function readSilences(json: string): readonly RemoteSilence[] {
  return rows(json).map((row) => {
    const state = text(isObject(row.status) ? row.status.state : '');
    const matchers = Array.isArray(row.matchers) ? row.matchers.filter(isObject) : [];
    return {
      id: text(row.id),
      state: state === 'pending' || state === 'expired' ? state : 'active',
      matchers: matchers.map(({ name, value, isRegex, isEqual }) => ({
        name: text(name),
        value: text(value),
        // isEqual is left out by old servers, which know = and =~ only.
        op: MATCH_OPS[(isRegex === true ? 2 : 0) + (isEqual === false ? 1 : 0)] as RemoteMatcher['op'],
      })),
      startsAt: time(row.startsAt),
      endsAt: time(row.endsAt),
      createdBy: text(row.createdBy),
      comment: text(row.comment),
    };
  });
}

/** `GET /api/v2/status`. @throws AnswerError */
export function readStatus(json: string): RemoteStatus {
  const body = parse(json);
  if (!isObject(body) || !isObject(body.versionInfo))
    throw new AnswerError('The answer is no status of an Alertmanager');
  const cluster = isObject(body.cluster) ? body.cluster : {};
  return {
    version: text(body.versionInfo.version),
    cluster: text(cluster.status),
    members: Array.isArray(cluster.peers)
      ? cluster.peers
          .filter(isObject)
          .map(({ name }) => text(name))
          .sort()
      : [],
    startedAt: time(body.uptime),
  };
}

/** The id in the answer to a new silence. @throws AnswerError */
export function readSilenceId(json: string): string {
  const body = parse(json);
  const id = isObject(body) ? text(body.silenceID) : '';
  if (id === '') throw new AnswerError('The answer has no silenceID');
  return id;
}

const rfc3339 = (ms: EpochMs): string => new Date(ms).toISOString();

/** The body of `POST /api/v2/silences`. */
export function silenceBody({ matchers, startsAt, endsAt, createdBy, comment }: NewSilence): string {
  const told = matchers.map(({ name, op, value }) => ({
    ...{ name, value, isRegex: op.endsWith('~'), isEqual: op.startsWith('=') },
  }));
  return JSON.stringify({ matchers: told, startsAt: rfc3339(startsAt), endsAt: rfc3339(endsAt), createdBy, comment });
}

const LABEL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** Alertmanager before 0.28 takes no other names; a label that it cannot take would cost the whole alert. */
const named = (labels: Labels): Record<string, string> =>
  Object.fromEntries(
    [...labels].flatMap(([name, value]) =>
      value === '' ? [] : [[LABEL_NAME.test(name) ? name : `_${name.replace(/[^A-Za-z0-9_]/g, '_')}`, value]],
    ),
  );

/** The body of `POST /api/v2/alerts`. `intervalMs`: between evaluations. */
export function alertsBody(batch: readonly Waiting[], intervalMs: number): string {
  return JSON.stringify(
    batch.map(({ alert, evaluatedAt }) => ({
      labels: named(alert.labels),
      annotations: named(alert.annotations),
      startsAt: rfc3339(alert.firedAt),
      endsAt: rfc3339(
        Number.isNaN(alert.resolvedAt)
          ? validUntil(evaluatedAt, intervalMs)
          : Math.max(alert.resolvedAt, alert.firedAt),
      ),
      ...(alert.link === '' ? {} : { generatorURL: alert.link }),
    })),
  );
}
