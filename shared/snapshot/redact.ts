import type { SourceHealth } from '../contract/sources.ts';
import type { CableRow } from '../fabric/fabric-csv.ts';
import { LEVELS, NODE, type Topology, type Work } from '../topology.ts';
import type { AlertRecord, Papers } from './document.ts';
import type { Cover, Origin, RedactionKind } from './manifest.ts';
import { type PseudonymRow, Pseudonyms } from './pseudonyms.ts';

/** What may be redacted of a snapshot: everything but its numbers. */
export interface Redactable {
  readonly cover: Cover;
  readonly topology: Topology;
  readonly papers: Papers;
}

export interface Redacted extends Redactable {
  /** What was replaced and by what, for the preview: never put into a file. */
  readonly names: readonly PseudonymRow[];
}

/** Labels of alerts whose values are the product's own words; all others may name something. */
const OWN_LABELS: ReadonlySet<string> = new Set(['severity', 'domain', 'level', 'signal']);

/** Values of the product's own wherever they stand: a GPU's number in its node, the two feeds of a rack. */
const OWN_VALUES: Readonly<Record<string, RegExp>> = { gpu: /^[a-z]*\d{1,3}$/, feed: /^[AB]$/ };

/** What a label names; those that are not here are of the job or its people, as far as anyone knows. */
const KIND_OF_LABEL: Readonly<Record<string, RedactionKind>> = {
  ...{ site: 'places', hall: 'places', row: 'places', rack: 'places' },
  ...{ node: 'hosts', host: 'hosts', Hostname: 'hosts', instance: 'hosts', feed: 'hosts', leaf: 'hosts' },
  ...{ uuid: 'devices', UUID: 'devices', gpu: 'devices', device: 'devices', source: 'urls', user: 'users' },
};

/** Labels whose names say nothing of a fleet. */
const USUAL_LABELS: ReadonlySet<string> = new Set(
  [
    'site',
    'hall',
    'row',
    'rack',
    'node',
    'job',
    'instance',
    'uuid',
    'UUID',
    'Hostname',
    'host',
    'pod',
    'namespace',
  ].concat([
    'container',
    'team',
    'owner',
    'cluster',
    'device',
    'port',
    'user',
    'model',
    'gpu',
    'feed',
    'leaf',
    'source',
  ]),
);

/**
 * Replaces names by pseudonyms, the same one wherever a name stands, and takes out what cannot be replaced: notes and
 * free text, addresses, settings that name something. What is kept is listed, not what is removed, so that a field that
 * is new is not forgotten.
 *
 * @param sentence the title of places with other names, where the one that somebody wrote may not leave
 */
export function redact(
  from: Redactable,
  kinds: readonly RedactionKind[],
  sentence: (topology: Topology) => string = () => '',
): Redacted {
  if (kinds.length === 0) return { ...from, names: [] };
  const all = new Set<RedactionKind>([...from.cover.redacted, ...kinds]);
  const names = new Pseudonyms(all);
  const topology = redactTopology(from.topology, names, all);
  learnPeople(from, names);
  learnSources(from, names);
  // Before all texts, which may name switches that only the file of cables has, and places that are gone.
  const cables = from.papers.cables.map((cable) => redactCable(cable, names));
  const papers = { ...redactPapers(from.papers, names, all), cables };
  return {
    topology,
    cover: redactCover(from.cover, names, all, () => sentence(topology)),
    papers,
    names: names.rows(),
  };
}

const WORDS = ['site', 'hall', 'row', 'rack', 'node', 'gpu'] as const;

/** Lists of a topology that name nothing. A new list has to be put here or into redactTopology, or nothing compiles. */
const NAMELESS: Readonly<
  Record<
    Exclude<
      keyof Topology,
      | 'path'
      | 'name'
      | 'racks'
      | 'ports'
      | 'nvlinkDomain'
      | 'gpuGuid'
      | 'feedName'
      | 'servers'
      | 'work'
      | 'workOn'
      | 'shared'
    >,
    true
  >
> = {
  ...{ version: true, start: true, parent: true, model: true, inferred: true, hole: true },
  ...{ nodeU: true, nodeHeight: true, nodeKind: true, priority: true, nameplateW: true, budgetW: true },
  ...{ linkNode: true, linkKind: true, linkName: true, linkTickBytes: true },
  ...{ feedRack: true, feedBudgetW: true, feedHole: true, ratingAW: true, ratingBW: true, derate: true },
  workRack: true,
};

function redactTopology(topology: Topology, names: Pseudonyms, kinds: ReadonlySet<RedactionKind>): Topology {
  const { start, parent, path: paths, name: shown } = topology;
  const [path, name] = [[...paths], [...shown]];
  for (let level = 0; level < LEVELS.length; level++) {
    for (let place = start[level]; place < start[level + 1]; place++) {
      const above = parent[place] < 0 ? '' : `${path[parent[place]]}/`;
      const gpu = level === LEVELS.length - 1;
      // A GPU without an id of its own is named by its node.
      const own =
        gpu && !paths[place].includes('/') ? paths[place] : paths[place].slice(paths[place].lastIndexOf('/') + 1);
      const kind = gpu ? 'devices' : level === NODE ? 'hosts' : 'places';
      if (gpu && own !== paths[place]) {
        path[place] = `${above}${own}`;
        continue;
      }
      const pseudonym = names.of(kind, WORDS[level], own);
      path[place] = gpu ? pseudonym : `${above}${pseudonym}`;
      names.also(kind, paths[place], path[place]);
      if (!gpu && kinds.has(kind)) name[place] = pseudonym;
    }
  }
  const job = (word: string, text: string) => (text === '' ? '' : names.of('jobs', word, text));
  const hidden = (work: Work): Work => ({
    ...{ namespace: job('namespace', work.namespace), pod: job('pod', work.pod), job: job('job', work.job) },
  });
  const owner = (text: string) => (text === '' ? '' : names.of('hosts', 'switch', text));
  const site = (text: string) => (text === '' ? '' : names.of('places', 'site', text));
  const nameless = Object.keys(NAMELESS).map((key) => [key, topology[key as keyof typeof NAMELESS]]);
  return {
    ...(Object.fromEntries(nameless) as Pick<Topology, keyof typeof NAMELESS>),
    ...{ path, name },
    racks: topology.racks.map((rack) => ({ ...rack, aisle: rack.aisle && names.of('places', 'aisle', rack.aisle) })),
    ports: topology.ports.map((port) => ({
      ...{ ...port, site: site(port.site), switch: owner(port.switch), name: owner(port.name) },
      ...{ peer: port.peer && names.of('hosts', 'peer', port.peer), peerSwitch: owner(port.peerSwitch) },
    })),
    nvlinkDomain: topology.nvlinkDomain.map((domain) => domain && names.of('devices', 'domain', domain)),
    gpuGuid: topology.gpuGuid.map((guid) => guid && names.of('devices', 'guid', guid)),
    feedName: topology.feedName.map((feed) => (/^[AB]$/.test(feed) ? feed : names.of('hosts', 'feed', feed))),
    servers: topology.servers.map(({ site: place, namespace, pod, model }) => ({
      site: site(place),
      ...{ namespace: job('namespace', namespace), pod: job('pod', pod), model: job('model', model) },
    })),
    work: topology.work.map((work) => work && hidden(work)),
    workOn: topology.workOn.map(hidden),
    shared: topology.shared.map((all) => all?.map(({ work, share }) => ({ work: hidden(work), share }))),
  };
}

function learnPeople({ cover, papers }: Redactable, names: Pseudonyms): void {
  const people = [
    cover.made.by,
    ...papers.alerts.map(({ acknowledgedBy }) => acknowledgedBy),
    ...papers.journal.map(({ who }) => who),
    ...papers.notes.map(({ who }) => who),
  ];
  for (const one of people) if (one !== '') names.of('users', 'person', one);
}

function learnSources({ cover, papers }: Redactable, names: Pseudonyms): void {
  for (const { source, name, url } of cover.origins) {
    const pseudonym = sourceName(names, source, name);
    // Errors name a server without its scheme.
    const [, host = ''] = /^[a-z]+:\/\/([^/]+)/i.exec(url) ?? [];
    if (host !== '') names.also('urls', host, pseudonym);
  }
  for (const { sources } of papers.sources) for (const { id, name } of sources) sourceName(names, id, name);
}

function sourceName(names: Pseudonyms, id: string, name: string): string {
  const pseudonym = names.of('urls', 'source', id);
  names.also('urls', name, pseudonym);
  return pseudonym;
}

function redactCover(
  cover: Cover,
  names: Pseudonyms,
  kinds: ReadonlySet<RedactionKind>,
  sentence: () => string,
): Cover {
  const day = new Date(cover.at).toISOString().replace('T', ' ').slice(0, 16);
  return {
    ...cover,
    title: kinds.has('notes') ? sentence() || `Snapshot of ${day} UTC` : names.inText(cover.title),
    scope: names.path(cover.scope),
    made: { ...cover.made, by: cover.made.by === '' ? '' : names.of('users', 'person', cover.made.by) },
    origins: cover.origins.map((origin) => redactOrigin(origin, names, kinds)),
    redacted: [...kinds].sort(),
    // What stands behind a colon is what a server said.
    missing: cover.missing.map((one) => {
      const said = names.inText(one);
      return kinds.has('urls') || kinds.has('hosts') ? said.replace(/: .*$/s, '') : said;
    }),
  };
}

function redactOrigin(origin: Origin, names: Pseudonyms, kinds: ReadonlySet<RedactionKind>): Origin {
  const { source, name, kind, url, queries, stepMs } = origin;
  const asked = queries.map((one) => names.inText(one));
  if (!kinds.has('urls')) return { ...origin, name: names.inText(name), url: names.inText(url), queries: asked };
  const pseudonym = sourceName(names, source, name);
  return {
    source: pseudonym,
    name: pseudonym,
    kind,
    url: '',
    // Somebody's own mappings choose by labels: which ones stays, their values may name anything.
    queries: asked.map((one) => one.replace(MATCHER, '$1"…"')),
    stepMs,
  };
}

/** A matcher of a query, but for those of the metric's name. */
const MATCHER = /(\b(?!__name__\b)\w+\s*(?:=~|!~|!=|=)\s*)"(?:[^"\\]|\\.)*"/g;

function redactPapers(papers: Papers, names: Pseudonyms, kinds: ReadonlySet<RedactionKind>): Omit<Papers, 'cables'> {
  const free = kinds.has('notes');
  const who = (one: string) => (one === '' ? '' : names.of('users', 'person', one));
  const text = (one: string) => (free ? '' : names.inText(one));
  return {
    limits: papers.limits,
    sources: papers.sources.map(({ from, badSamples, sources }) => {
      return { from, badSamples, sources: sources.map((one) => redactSource(one, names, kinds)) };
    }),
    alerts: papers.alerts.map((alert) => redactAlert(alert, names, free)),
    journal: papers.journal.map(({ time, kind, alert, who: by, text: said }) => {
      return { time, kind, alert, who: who(by), text: text(said) };
    }),
    rules: papers.rules.map(({ name, text: rule, severity }) => ({
      ...{ name: names.inText(name), text: text(rule), severity },
    })),
    notes: free
      ? []
      : papers.notes.map(({ time, who: by, path, text: said }) => {
          return { time, who: who(by), path: names.path(path), text: names.inText(said) };
        }),
    settings: plainSettings(papers.settings),
  };
}

/** Switches as their ports name them, in whatever letters the file has them; numbers of rails and pods name nothing. */
function redactCable(cable: CableRow, names: Pseudonyms): CableRow {
  const owner = (text: string) => names.label('hosts', 'switch', text);
  const part = (word: string, text: string) => (/^\d{0,4}$/.test(text) ? text : names.of('places', word, text));
  const { leaf, spine, rail, pod } = cable;
  return { ...cable, leaf: owner(leaf), spine: owner(spine), rail: part('rail', rail), pod: part('pod', pod) };
}

function redactSource(health: SourceHealth, names: Pseudonyms, kinds: ReadonlySet<RedactionKind>): SourceHealth {
  const hidden = kinds.has('urls') || kinds.has('hosts');
  const name = kinds.has('urls') ? sourceName(names, health.id, health.name) : names.inText(health.name);
  const fault = health.fault && {
    ...health.fault,
    // What a server said may name anything.
    message: hidden ? `${name}: ${health.fault.code}` : names.inText(health.fault.message),
    hint: hidden ? '' : names.inText(health.fault.hint),
  };
  const partial = health.partial && {
    since: health.partial.since,
    said: hidden ? `${name}: a part is missing` : names.inText(health.partial.said),
  };
  const warnings = hidden ? [] : health.warnings.map((one) => names.inText(one));
  return { ...health, id: kinds.has('urls') ? name : health.id, name, fault, partial, warnings };
}

function redactAlert(alert: AlertRecord, names: Pseudonyms, free: boolean): AlertRecord {
  const path = names.path(alert.path);
  const rule = names.inText(alert.rule);
  return {
    ...alert,
    ...{ path, rule },
    title: free ? `${rule}${path === '' ? '' : ` on ${path}`}` : names.inText(alert.title),
    detail: free ? '' : names.inText(alert.detail),
    acknowledgedBy: alert.acknowledgedBy === '' ? '' : names.of('users', 'person', alert.acknowledgedBy),
    labels: Object.fromEntries(
      Object.entries(alert.labels).map(([label, value]) => {
        if (OWN_LABELS.has(label) || OWN_VALUES[label]?.test(value)) return [label, value];
        if (label === 'alertname' || label === 'rule') return [label, names.inText(value)];
        const known = USUAL_LABELS.has(label) ? label : names.of('jobs', 'label', label);
        return [known, value === '' ? '' : names.label(KIND_OF_LABEL[known] ?? 'jobs', known, value)];
      }),
    ),
  };
}

const NUMBERS = ['schema', 'pollMs', 'staleMs', 'warnRatio', 'critRatio', 'historyBytes'] as const;

/** Only numbers, and how many sources of which kind there are. */
function plainSettings(settings: unknown): unknown {
  if (typeof settings !== 'object' || settings === null) return null;
  const all = settings as Record<string, unknown>;
  const numbers = NUMBERS.flatMap((name) => (typeof all[name] === 'number' ? [[name, all[name]] as const] : []));
  const sources = Array.isArray(all.sources) ? all.sources : [];
  const kinds = sources.map((source) => (source as { kind?: unknown })?.kind);
  return {
    ...Object.fromEntries(numbers),
    sources: kinds.map((kind) => ({ kind: kind === 'prometheus' || kind === 'exporters' ? kind : 'other' })),
  };
}
