import { begunRate } from './rate.ts';
import { PLACE_LABELS, WORK_LABELS } from './recorded/names.ts';
import { type ObjectKind, signalOf } from './signals/catalogue.ts';
import {
  DEFAULT_FEED,
  DEFAULT_GPU,
  DEFAULT_LINK,
  DEFAULT_PORT,
  endsOf,
  type Mapping,
  NAMESPACE,
  POD,
  type Profile,
  TARGET,
} from './signals/profile.ts';

/** One metric that is asked for: as it is, or as its rate. */
export interface Asked {
  readonly name: string;
  readonly kind: Mapping['kind'];
  readonly object: ObjectKind;
  readonly profile: Profile;
  /** All that it means in its profile: conditions may choose among several. */
  readonly mappings: readonly Mapping[];
  /** Matchers beside those of the mappings. */
  readonly within: readonly string[];
  /** What follows an expression of such series, where only some objects are wanted that no label tells apart. */
  readonly kept: string;
}

/** What stands in racks: asked for only in some where the others are recorded. Feeds are few, servers have no rack. */
export const IN_RACKS: readonly ObjectKind[] = ['gpu', 'nvlink', 'node', 'link'];

/** The metrics of a profile, those of decimal digits among them. */
export function askedOf(profile: Profile, within: readonly string[]): Asked[] {
  const one = (mapping: Mapping) => (name: string) => ({ name, kind: mapping.kind, mapping });
  const names = profile.mappings.flatMap((mapping) => [
    ...mapping.names.map(one(mapping)),
    ...(mapping.decimals?.names ?? []).map(one({ ...mapping, kind: 'gauge' })),
    ...(mapping.per ?? []).map(one({ ...mapping, where: mapping.perWhere ?? mapping.where })),
  ]);
  return groupBy(names, ({ name, kind, mapping }) => `${kind} ${signalOf(mapping.signal).kind} ${name}`).map(
    ([, group]) => {
      const [{ name, kind, mapping }] = group;
      const object = signalOf(mapping.signal).kind;
      const mappings = group.map((one) => one.mapping);
      const inRacks = IN_RACKS.includes(object) ? within : [];
      // An exporter of a whole fabric has no rack: what its devices' hosts are in is.
      const told = inRacks.length > 0 ? hostsIn(profile, inRacks) : undefined;
      return { name, kind, object, profile, mappings, within: told === undefined ? inRacks : [], kept: told ?? '' };
    },
  );
}

export const UNAME = 'node_uname_info';

/**
 * Keeps devices of a fabric whose info series names a host in these racks, as the racks' targets or their node_exporters
 * call it; undefined for an exporter of nodes' own devices.
 */
function hostsIn({ identity: { link }, mappings }: Profile, within: readonly string[]): string | undefined {
  const info = mappings.find(({ parts }) => link?.owner !== undefined && parts.includes(link.owner));
  if (!link?.owner || !info) return undefined;
  const host = (series: string, label: string) =>
    `label_replace(${series}, "fw_host", "$1", "${label}", "([^. :]+).*")`;
  const hosts = [host(`up{${within.join(',')}}`, 'instance'), host(`${UNAME}{${within.join(',')}}`, 'nodename')];
  const owned = `${host(info.names[0], link.owner)} and on (fw_host) (${hosts.join(' or ')})`;
  return ` and on (${list(link.device)}) (${owned})`;
}

/** Labels by which a series is told from the others of its metric: its object's. */
export function objectLabels({ object, profile: { identity }, mappings }: Asked): readonly string[] {
  if (object === 'gpu' || object === 'nvlink') {
    const { id, index } = identity.gpu ?? DEFAULT_GPU;
    return [...(id.length > 0 ? id : [...TARGET, ...index]), ...(object === 'nvlink' ? ['nvlink'] : [])];
  }
  if (object === 'feed') {
    const { pdu, unit, inlet } = identity.feed ?? DEFAULT_FEED;
    return ['instance', ...pdu, ...unit, ...inlet, 'feed', 'site', 'hall', 'row', 'rack'];
  }
  if (object === 'place') return [...PLACE_LABELS, 'model'];
  if (object === 'work') return [...PLACE_LABELS, ...WORK_LABELS];
  if (object === 'node') return TARGET;
  if (object === 'server') return [...TARGET, ...NAMESPACE, ...POD, 'job', ...(identity.server?.model ?? [])];
  if (object === 'port') {
    const { switch: id, port } = identity.port ?? DEFAULT_PORT;
    return [...TARGET, ...id, ...port];
  }
  const { device, port = [] } = identity.link ?? DEFAULT_LINK;
  const ethernet = mappings.every(({ link }) => link === 'ethernet');
  return [...TARGET, ...device, ...(ethernet ? [] : port)];
}

/** The same, with what tells parts of the object, and what conditions look at. */
export function labelsOf(asked: Asked): string[] {
  return [
    ...objectLabels(asked),
    ...asked.mappings.flatMap(({ parts, where, unless }) => [
      // Names have a label of their own in the answer.
      ...parts.filter((label) => label !== '__name__'),
      ...Object.keys({ ...where, ...unless }),
    ]),
  ];
}

export const unique = (names: readonly string[]) => [...new Set(names)];
export const list = (names: readonly string[]) => unique(names).join(', ');

/** In a PromQL string a backslash must be doubled. */
export const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
/** Labels on which all of these mappings set a condition. */
export function commonLabels(mappings: readonly Mapping[]): string[] {
  return Object.keys(mappings[0].where ?? {}).filter((label) => mappings.every(({ where }) => where?.[label]));
}

/** What a selector of all these mappings may ask of labels: what one of them wants, and nothing that all refuse. */
function conditionsOf(mappings: readonly Mapping[]): string[] {
  const wanted = commonLabels(mappings).map(
    (label) => `${label}=~${quoted(unique(mappings.map(({ where }) => where?.[label] ?? '')).join('|'))}`,
  );
  const refused = Object.entries(mappings[0].unless ?? {}).filter(([label, pattern]) =>
    mappings.every(({ unless }) => unless?.[label] === pattern),
  );
  return [...wanted, ...refused.map(([label, pattern]) => `${label}!~${quoted(pattern)}`)];
}

export function seriesOf({ name, mappings, within }: Asked): string {
  const conditions = [...conditionsOf(mappings), ...within];
  return conditions.length > 0 ? `${name}{${conditions.join(',')}}` : name;
}

/** Groups in the order of first appearance. */
export function groupBy<One, Key>(all: readonly One[], keyOf: (one: One) => Key): [Key, One[]][] {
  const groups = new Map<Key, One[]>();
  for (const one of all) {
    const key = keyOf(one);
    const group = groups.get(key);
    if (group) group.push(one);
    else groups.set(key, [one]);
  }
  return [...groups];
}

export function selectorOf(group: readonly Asked[]): string {
  const names = `__name__=~"${unique(group.map(({ name }) => name)).join('|')}"`;
  return [names, ...conditionsOf(group.flatMap(({ mappings }) => mappings)), ...group[0].within].join(',');
}

/**
 * rate() drops the metric's name, so each is asked for apart and put back as the label `metric`.
 *
 * @param begun whether series may have begun within the window (rate.ts)
 */
export function rates(asked: readonly Asked[], window: string, begun = false): string {
  const alike = groupBy(asked, (one) => `${list(labelsOf(one))}${one.kept} ${endsOf(one.mappings[0], one.name)}`);
  return alike
    .map(([, group]) => {
      const by = `metric, ${list(labelsOf(group[0]))}`;
      const rated = `max by (${by}) (${group.map((one) => named(one, window, begun)).join(' or ')})`;
      return `${rated}${stuck(group, by)}${group[0].kept}`;
    })
    .join(' or ');
}

/** Takes 1 off the rates of counters that stand at an end, which are 0 for ever: no rate is −1. */
function stuck(group: readonly Asked[], by: string): string {
  const [end, further] = endsOf(group[0].mappings[0], group[0].name);
  if (end === undefined) return '';
  // A comparison drops the name, so that it is put into the label before.
  const values = `label_replace({${selectorOf(group)}}, "metric", "$1", "__name__", "(.+)")`;
  const at = further === undefined ? `${values} == bool ${end}` : atEither(values, end, Math.min(further, HUGE));
  return ` - on (${by}) max by (${by}) (${at})`;
}

/** No counter comes this far that is not stuck at 2^64 − 1, of which VictoriaMetrics keeps the first digits only. */
const HUGE = 1e19;

/** Both ends in one look at the series: only what stands at one of them is a whole number of their distances from the first. */
const atEither = (values: string, end: number, further: number) =>
  `(clamp_max(${values}, ${further}) - ${end}) % ${further - end} == bool 0`;

/** The rate of one counter, its name in the label `metric`, since rate() drops it. */
function named(one: Asked, window: string, begun: boolean): string {
  const series = seriesOf(one);
  const { kind, unit } = signalOf(one.mappings[0].signal);
  // Errors, marks and pauses of ports are many counters, and no mean is made of them: the last two samples say enough.
  const lately =
    kind !== 'gpu' && kind !== 'server' && unit === '1/s' ? `irate(${series}[${window}])` : begunRate(series, window);
  const rate = begun ? lately : `rate(${series}[${window}])`;
  return `label_replace(${rate}, "metric", "${one.name}", "", "")`;
}
