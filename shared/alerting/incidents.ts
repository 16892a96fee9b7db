import { formatCount } from '../format.ts';
import type { Labels } from '../labels.ts';
import { ancestorAt, labelOf } from '../members.ts';
import { HALL, RACK, SITE, type Topology } from '../topology.ts';
import type { EpochMs } from '../units.ts';
import type { Alert, AlertDomain, AlertLevel, AlertSeverity, Incident } from './alert.ts';
import type { AlertObjects } from './objects.ts';
import { pastOfMany } from './tense.ts';
import { countOf, MANY } from './words.ts';

/** Alerts that began within this time of the first are one incident. */
export const INCIDENT_MS = 300_000;

/** What the alerts of one incident share. */
export interface Group {
  readonly id: string;
  readonly anchor: string;
  readonly startedAt: EpochMs;
}

/**
 * What an alert shares with others of its incident: the nearest place above its rack that has a budget (the feed of a
 * row trips all of its racks), the leaf that a port is cabled to (where nobody tells, the same port of a row's nodes),
 * for a GPU's own faults its rack.
 */
export function anchorOf(domain: AlertDomain, level: AlertLevel, labels: Labels, objects: AlertObjects): string {
  const { topology } = objects;
  const ref = objects.find(labels);
  const place = ref ? objects.placeOf(ref) : -1;
  const leaf = ref ? objects.leafOf(ref) : '';
  if (leaf !== '') return `${domain}\nleaf\n${leaf}`;
  if (place < 0) return `${domain}\n${labels.get('source') ?? labels.get('rule') ?? ''}`;
  const rack = ancestorAt(topology, place, RACK);
  if (rack < 0) return `${domain}\n${topology.path[place]}`;
  if (domain === 'hardware') return `${domain}\n${topology.path[rack]}`;
  const row = topology.parent[rack];
  if (level === 'link') return `${domain}\n${topology.path[row]}\n${labels.get('device') ?? ''}`;
  let above = row;
  while (above >= 0 && Number.isNaN(topology.budgetW[above])) above = topology.parent[above];
  return `${domain}\n${topology.path[above >= 0 ? above : rack]}`;
}

export const SEVERITY_RANK: Readonly<Record<AlertSeverity, number>> = { critical: 0, warning: 1, advisory: 2 };

const isMuted = ({ inhibitedBy, silencedBy }: Pick<Alert, 'inhibitedBy' | 'silencedBy'>) =>
  inhibitedBy.length > 0 || silencedBy.length > 0;

/** The loudest first: what is not muted, then by severity, then from wide to narrow, then by age. */
export function loudestFirst(alerts: readonly Alert[]): Alert[] {
  // Read once each: alerts of the engine work out what they are asked.
  const keyed = alerts.map((alert) => {
    const rank = Number(isMuted(alert)) * 100 + SEVERITY_RANK[alert.severity] * 10 + WIDTH.indexOf(alert.level);
    return { alert, rank, activeAt: alert.activeAt, id: alert.id };
  });
  keyed.sort((a, b) => a.rank - b.rank || a.activeAt - b.activeAt || (a.id < b.id ? -1 : 1));
  return keyed.map(({ alert }) => alert);
}

const WIDTH: readonly AlertLevel[] = [
  ...(['rule', 'source', 'site', 'hall', 'row', 'feed', 'leaf', 'rack', 'node', 'link', 'gpu'] as const),
];

/** The narrowest place that holds all of these; −1 for none. */
export function commonPlace(topology: Topology, places: readonly number[]): number {
  const [first = -1, ...others] = places;
  if (first < 0) return -1;
  let at = first;
  for (const place of others) {
    if (place < 0) return -1;
    let other = place;
    // A parent stands before its children: the later of two cannot hold the earlier.
    while (at !== other) {
      if (at < 0 || other < 0) return -1;
      if (at > other) at = topology.parent[at];
      else other = topology.parent[other];
    }
  }
  return at;
}

/** Alerts by a key, in the order of their loudest. */
function grouped(alerts: readonly Alert[], keyOf: (alert: Alert) => string): ReadonlyMap<string, readonly Alert[]> {
  const groups = new Map<string, Alert[]>();
  for (const alert of alerts) {
    const key = keyOf(alert);
    const group = groups.get(key);
    if (group) group.push(alert);
    else groups.set(key, [alert]);
  }
  return groups;
}

const NOUNS: Readonly<Partial<Record<AlertLevel, string>>> = {
  ...{ site: 'site', hall: 'hall', row: 'row', rack: 'rack', node: 'node', gpu: 'GPU' },
  ...{ link: 'link', feed: 'feed', source: 'source', rule: 'rule' },
};

/** Title and second line of alerts of one rule. */
export function wordsOfMany(
  alerts: readonly Alert[],
  topology: Topology,
): { title: string; detail: string; place: number } {
  const known = alerts.filter(({ unknownSince }) => unknownSince === null);
  const [first = alerts[0]] = known;
  const place = commonPlace(
    topology,
    alerts.map((alert) => alert.place),
  );
  if (alerts.length === 1) return { title: first.title, detail: first.detail, place };
  // A row and its rack together have no noun: the loudest keeps its own words.
  if (alerts.some(({ level }) => level !== first.level))
    return { title: `${first.title} and ${formatCount(alerts.length - 1)} more`, detail: first.detail, place };
  const noun = NOUNS[first.level] ?? 'object';
  const many = first.level === 'leaf' ? `${formatCount(alerts.length)} leaves` : countOf(alerts.length, noun);
  const where = place < 0 ? '' : `${labelOf(topology, place)}. `;
  const now = MANY[first.rule] ?? `in ${first.rule}`;
  const unknown = alerts.length - known.length;
  const some = known.length > 0 && unknown > 0 ? `, ${formatCount(unknown)} of them unknown` : '';
  return {
    title: `${many} ${known.length > 0 ? now : pastOfMany(now)}${some}`,
    detail: `${where}${first.object}: ${first.detail}`,
    place,
  };
}

/** Incidents of firing alerts, the loudest first. @param alerts the loudest first */
export function incidentsOf(alerts: readonly Alert[], topology: Topology): readonly Incident[] {
  const firing = alerts.filter(({ state }) => state === 'firing');
  return [...grouped(firing, ({ incident }) => incident)].map(([id, members]) => {
    // Muted ones are listed apart: an incident that has loud ones is told of by them.
    const loud = members.filter((member) => !isMuted(member));
    const told = loud.length > 0 ? loud : members;
    const [lead] = told;
    const alike = told.filter(({ rule }) => rule === lead.rule);
    const { title, detail } = wordsOfMany(alike, topology);
    // Where those of its rule have no noun, the loudest stands for itself and counts all others once.
    const alone = alike.some(({ level }) => level !== lead.level);
    const others = told.length - (alone ? 1 : alike.length);
    const place = commonPlace(
      topology,
      members.map((member) => member.place),
    );
    return {
      ...{ id, severity: lead.severity, domain: lead.domain, detail, place },
      title: others > 0 ? `${alone ? lead.title : title} and ${formatCount(others)} more` : title,
      path: place < 0 ? '' : topology.path[place],
      startedAt: Math.min(...members.slice(0, 1000).map(({ activeAt }) => activeAt)),
      alerts: members.map((member) => member.id),
      firing: members.length,
      acked: members.every(({ acked }) => acked !== null),
      muted: members.every(isMuted),
    };
  });
}

/** One line of the rail: alerts of one rule and one incident; pending ones by what they would share. */
export interface Line {
  readonly severity: AlertSeverity;
  readonly domain: AlertDomain;
  readonly title: string;
  readonly detail: string;
  readonly place: number;
  readonly since: EpochMs;
  /** Id of the loudest of them. */
  readonly alert: string;
}

/** What is loud or about to be: lines of the rail. Silenced and inhibited alerts have none. @param alerts the loudest first */
export function linesOf(alerts: readonly Alert[], topology: Topology): readonly Line[] {
  const loud = alerts.filter((alert) => alert.state !== 'resolved' && !isMuted(alert));
  const keyOf = ({ state, rule, severity, incident, place }: Alert) => {
    const row = ancestorAt(topology, place, RACK) >= 0 ? topology.parent[ancestorAt(topology, place, RACK)] : place;
    return `${state} ${rule} ${severity} ${state === 'firing' ? incident : row}`;
  };
  return [...grouped(loud, keyOf).values()].map((members) => {
    const [lead] = members;
    const { title, detail, place } = wordsOfMany(members, topology);
    const since = members.reduce((oldest, { activeAt }) => Math.min(oldest, activeAt), lead.activeAt);
    const pending = lead.state === 'pending' ? ' Pending.' : '';
    const { id: alert, severity, domain } = lead;
    return { alert, severity, domain, title, detail: `${detail}${pending}`, place, since };
  });
}

/** Places above a place, itself first, by path. */
export function pathsUp(topology: Topology, place: number): readonly string[] {
  const paths: string[] = [];
  for (let at = place; at >= SITE; at = topology.parent[at]) paths.push(topology.path[at]);
  return paths;
}

/** The site of a place; '' for none. */
export function siteOf(topology: Topology, place: number): string {
  let at = place;
  while (at >= topology.start[HALL]) at = topology.parent[at];
  return at >= 0 ? topology.path[at] : '';
}
