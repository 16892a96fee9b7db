import { type ObjectKind, type SignalId, signalOf } from './signals/catalogue.ts';
import {
  type Conditions,
  DEFAULT_FEED,
  DEFAULT_GPU,
  DEFAULT_LINK,
  type Mapping,
  type Profile,
} from './signals/profile.ts';
import { profiles as builtIn } from './signals/profiles/all.ts';

/** One instant query of a refresh; its series lead to objects by the same code as an exporter's own text. */
export interface PlannedQuery {
  readonly id: string;
  readonly promql: string;
  /** What its objects are; values of nodes and of their links come together. */
  readonly kind: 'gpu' | 'node' | 'feed';
  /** The values are the times at which samples were taken, in seconds: identity and age at once. */
  readonly times: boolean;
}

/** What to plan for. */
export interface PlanOptions {
  /** At least twice the server's scrape interval, such as "2m". */
  readonly rateWindow: string;
  /** Metric names that the server has; where it is given, nothing else is asked for. */
  readonly present?: ReadonlySet<string>;
  /** The built-in profiles where it is left out. */
  readonly profiles?: readonly Profile[];
}

const NODE = 'instance, exported_instance, node, kubernetes_node, hostname, Hostname, site, hall, row, rack';

/** GPU gauges in a few answers, so that none of them is of a size that a server refuses. */
const GAUGES: readonly (readonly [string, readonly SignalId[]])[] = [
  ['gpu-power', ['gpu.power', 'gpu.powerLimit', 'gpu.powerLimitDefault', 'gpu.powerLimitMax']],
  ['gpu-util', ['gpu.util', 'gpu.smActive', 'gpu.tensor', 'gpu.dram', 'gpu.throttle']],
  ['gpu-temp', ['gpu.temp', 'gpu.memTemp', 'gpu.tempLimit', 'gpu.tempMargin', 'gpu.clock', 'gpu.clockMax']],
  [
    'gpu-traffic',
    ['gpu.nvlink', 'gpu.nvlinkTx', 'gpu.nvlinkRx', 'gpu.pcie', 'gpu.pcieTx', 'gpu.pcieRx', 'gpu.memUsed'],
  ],
];

/** One metric that is asked for, of one mapping. */
interface Asked {
  readonly name: string;
  readonly mapping: Mapping;
  readonly profile: Profile;
}

/**
 * The queries of one refresh, made from the profiles: at most 12, few labels each, valid for Prometheus ≥ 2.42 and
 * VictoriaMetrics. Queries of sample times stand before those of values, since a value is as old as its sample and
 * not as the reply. A query of which nothing is present is left out.
 */
export function planQueries(options: PlanOptions): readonly PlannedQuery[] {
  const { rateWindow: window, present, profiles = builtIn } = options;
  const has = (name: string) => present === undefined || present.has(name);
  const all = profiles
    .flatMap((profile) => profile.mappings.flatMap((mapping) => askedOf(mapping, profile)))
    .filter(({ name }) => has(name));
  const of = (kinds: readonly ObjectKind[], kind: Mapping['kind']) =>
    all.filter(({ mapping }) => mapping.kind === kind && kinds.includes(signalOf(mapping.signal).kind));
  const gpus = of(['gpu'], 'gauge');
  const grouped = new Set(GAUGES.flatMap(([, signals]) => signals));
  const groups = GAUGES.map(
    ([id, signals]) => [id, gpus.filter(({ mapping }) => signals.includes(mapping.signal))] as const,
  );
  const rest = gpus.filter(({ mapping }) => !grouped.has(mapping.signal));
  const values = (id: string, kind: PlannedQuery['kind'], promql: string) => ({ id, promql, kind, times: false });
  const plan = [
    { id: 'gpu-times', promql: gpuTimes(profiles, has), kind: 'gpu', times: true } as const,
    ...[...groups, ['gpu-rest', rest] as const].map(([id, asked]) => values(id, 'gpu', gauges(asked))),
    values('gpu-rates', 'gpu', rates(of(['gpu'], 'counter'), window)),
    { id: 'node-times', promql: nodeTimes(profiles, has), kind: 'node', times: true } as const,
    values('node-rates', 'node', rates(of(['node', 'link'], 'counter'), window)),
    values('node-values', 'node', gauges(of(['node', 'link'], 'gauge'))),
    { id: 'feed-times', promql: feedTimes(profiles, has), kind: 'feed', times: true } as const,
    values('feed-values', 'feed', gauges(of(['feed'], 'gauge'))),
  ];
  return plan.filter(({ promql }) => promql !== '');
}

/** The metrics of a mapping: its values', and those of their decimal digits. */
function askedOf(mapping: Mapping, profile: Profile): Asked[] {
  const { decimals, ...plain } = mapping;
  const digits = decimals
    ? decimals.names.map((name) => ({ name, mapping: { ...plain, kind: 'gauge' as const }, profile }))
    : [];
  return [...mapping.names.map((name) => ({ name, mapping, profile })), ...digits];
}

/** Labels by which a series is told from the others of its metric: its object, its part, and what conditions need. */
function labelsOf({ mapping, profile: { identity } }: Asked): string[] {
  const kind = signalOf(mapping.signal).kind;
  const conditions = Object.keys(mapping.where ?? {});
  const rest = [...mapping.parts, ...conditions];
  if (kind === 'gpu') {
    const { id, index, partition } = identity.gpu ?? DEFAULT_GPU;
    return [
      ...(id.length > 0 ? id : ['instance', ...index]),
      ...(partition && conditions.includes(partition) ? [partition] : []),
      ...rest,
    ];
  }
  if (kind === 'feed') {
    const { pdu, unit, inlet } = identity.feed ?? DEFAULT_FEED;
    return ['instance', ...pdu, ...unit, ...inlet, 'feed', 'site', 'hall', 'row', 'rack', ...rest];
  }
  if (kind === 'node') return ['instance', ...rest];
  const { device, port = [] } = identity.link ?? DEFAULT_LINK;
  return ['instance', ...device, ...(mapping.link === 'ethernet' ? [] : port), ...rest];
}

const unique = (names: readonly string[]) => [...new Set(names)];
const list = (names: readonly string[]) => unique(names).join(', ');

/** In a PromQL string a backslash must be doubled. */
const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const matchers = (conditions: Conditions | undefined, operator: string) =>
  Object.entries(conditions ?? {}).map(([label, pattern]) => `${label}${operator}${quoted(pattern)}`);
const braces = (parts: readonly string[]) => (parts.length > 0 ? `{${parts.join(',')}}` : '');

/** What a selector says of labels: only what every mapping of the metric says, since one name may have several. */
function selectorOf({ name }: Asked, all: readonly Asked[]): string[] {
  const texts = all
    .filter((other) => other.name === name)
    .map(({ mapping }) => [...matchers(mapping.where, '=~'), ...matchers(mapping.unless, '!~')]);
  return texts[0].filter((text) => texts.every((other) => other.includes(text)));
}

/** Groups in the order of first appearance. */
function groupBy<One>(all: readonly One[], keyOf: (one: One) => string): [string, One[]][] {
  const groups = new Map<string, One[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups];
}

/**
 * Gauges as they are. Set operators do not compare metric names, so metrics that may have the same labels are asked
 * for by one selector: `or` stands only between selectors of one name's labels within the braces of one aggregation.
 */
function gauges(asked: readonly Asked[]): string {
  return groupBy(asked, (one) =>
    byObject(one)
      ? 'object'
      : labelsOf(one)
          .filter((label) => label !== 'instance')
          .join(','),
  )
    .flatMap(([, group]) => {
      const by = list(group.flatMap(labelsOf));
      const selectors = groupBy(group, (one) => selectorOf(one, asked).join(',')).map(
        ([matching, of]) =>
          `{${[`__name__=~"${unique(of.map(({ name }) => name)).join('|')}"`, ...(matching ? [matching] : [])].join(',')}}`,
      );
      return selectors.map((selector) => `max by (__name__, ${by}) (${selector})`);
    })
    .join(' or ');
}

/** Whether a GPU's series has an id, which no other device's series has. */
const byObject = ({ mapping, profile }: Asked) =>
  signalOf(mapping.signal).kind !== 'gpu' || (profile.identity.gpu ?? DEFAULT_GPU).id.length > 0;

/** rate() drops the metric's name, so each is asked for apart and put back as the label `metric`. */
function rates(asked: readonly Asked[], window: string): string {
  return groupBy(asked, ({ name }) => name)
    .map(([name, group]) => {
      const series = `${name}${braces(selectorOf(group[0], group))}`;
      const rate = `rate(${series}[${window}])`;
      const pegged = group[0].mapping.pegged;
      const moving = pegged === undefined ? rate : `(${rate} unless ${series} == ${pegged})`;
      return `label_replace(max by (${list(group.flatMap(labelsOf))}) (${moving}), "metric", "${name}", "", "")`;
    })
    .join(' or ');
}

/** timestamp() drops the metric's name, so each is asked for apart: two of one label set would be refused. */
const timesOf = (series: readonly string[]) =>
  unique(series)
    .map((one) => `timestamp(${one})`)
    .join(' or ');
const ofProfile = ({ id }: Profile, promql: string) => `label_replace(${promql}, "profile", "${id}", "", "")`;

/** Any sample of a GPU tells its time: what exporters have by default, so that a GPU without power has one too. */
const SAMPLED: readonly SignalId[] = ['gpu.power', 'gpu.temp', 'gpu.clock', 'gpu.util'];

function gpuTimes(profiles: readonly Profile[], has: (name: string) => boolean): string {
  return profiles
    .flatMap((profile) => {
      const { id, index, model, partition } = profile.identity.gpu ?? DEFAULT_GPU;
      const sampled = profile.mappings
        .filter(({ signal, kind }) => kind === 'gauge' && SAMPLED.includes(signal))
        .flatMap(({ names }) => names);
      const names = [...(profile.info ?? []), ...sampled].filter(has);
      if (names.length === 0) return [];
      const by = list([
        ...id,
        ...index,
        ...model,
        ...(partition ? [partition] : []),
        ...(profile.identity.node?.labels ?? []),
        NODE,
      ]);
      return [ofProfile(profile, `max by (${by}) (${timesOf(names)})`)];
    })
    .join(' or ');
}

/** The nodes' identity is best told by node_uname_info; where that is dropped, by what is left. */
function nodeTimes(profiles: readonly Profile[], has: (name: string) => boolean): string {
  return profiles
    .flatMap((profile) => {
      const asked = profile.mappings
        .filter(({ signal }) => ['node', 'link'].includes(signalOf(signal).kind))
        .flatMap((mapping) => askedOf(mapping, profile));
      // Those of a GPU's exporter are as old as its GPUs.
      if (profile.identity.gpu || asked.length === 0) return [];
      const by = [...(profile.identity.node?.labels ?? []), NODE];
      const series = asked.filter(({ name }) => has(name)).map((one) => `${one.name}${braces(selectorOf(one, asked))}`);
      const texts = series.length > 0 ? [`max by (${list(by)}) (${timesOf(series)})`] : [];
      if (profile.id === 'node' && has(UNAME)) texts.unshift(`max by (nodename, ${NODE}) (timestamp(${UNAME}))`);
      return texts.length > 0 ? [ofProfile(profile, `(${texts.join(' or on (instance) ')})`)] : [];
    })
    .join(' or ');
}

const UNAME = 'node_uname_info';

function feedTimes(profiles: readonly Profile[], has: (name: string) => boolean): string {
  return profiles
    .flatMap((profile) => {
      const asked = profile.mappings
        .filter(({ signal }) => signalOf(signal).kind === 'feed')
        .flatMap((mapping) => mapping.names.map((name) => ({ name, mapping, profile })))
        .filter(({ name }) => has(name));
      if (asked.length === 0) return [];
      const by = list(asked.flatMap((one) => labelsOf({ ...one, mapping: { ...one.mapping, parts: [], where: {} } })));
      const series = asked.map((one) => `${one.name}${braces(selectorOf(one, asked))}`);
      return [ofProfile(profile, `max by (${by}) (${timesOf(series)})`)];
    })
    .join(' or ');
}
