import { FIRST_UNIT } from '../feeds.ts';
import { begunRate } from '../rate.ts';
import { type SignalId, signalOf } from '../signals/catalogue.ts';
import {
  DEFAULT_FEED,
  DEFAULT_GPU,
  DEFAULT_LINK,
  endsOf,
  JOB,
  type Mapping,
  NAMESPACE,
  POD,
  type Profile,
} from '../signals/profile.ts';
import { EXPORTER_POD, PLACE_LABELS, recordedName, WORK_LABELS } from './names.ts';

const RACK = PLACE_LABELS.join(', ');

/** One object's label in these expressions, whatever labels its exporter has for it. */
export const OBJECT = 'fw_object';
/** That of a board. dcgm-exporter has it already: taking it as it is halves what a pass over all boards costs. */
const BOARD = 'UUID';
/** What two values of one board share. */
export const ON_BOARD = `on (${BOARD}, ${RACK})`;
const objectOf = (kind: string) => (kind === 'gpu' ? BOARD : OBJECT);

export const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;

/**
 * Every value of a signal with the labels of its rack and, as one label, of its object; '' where none maps to it.
 * @param keep labels that are kept beside: `node`, which is made of whatever names the node, or labels of the series
 */
export function valuesOf(
  signal: SignalId,
  profiles: readonly Profile[],
  window: string,
  keep: readonly string[] = [],
): string {
  return groupsOf(signal, profiles)
    .map(({ profile, mappings }) => mappings.map((one) => `(${objectValues(one, profile, window, keep)})`).join(' + '))
    .join(keep === TOLD_WORK ? OR_BOARD : ' or ');
}

/** Labels that tell what works on a board. */
const TOLD_WORK = [...NAMESPACE, ...POD, ...JOB];
/** Of two exporters that tell of a board only the better counts, whatever else their labels are. */
const OR_BOARD = ` or ${ON_BOARD} `;

/** A 1 for every board that works and tells one of these signals, with its pod and job; of one that several share each has one. */
export function workOfBoards(signals: readonly SignalId[], profiles: readonly Profile[], window: string): string {
  // Labels are those of any series of a board: its counters need not be rated for them.
  const gauges = profiles.map((one) => ({ ...one, mappings: one.mappings.filter(({ kind }) => kind === 'gauge') }));
  const boards = signals.map((signal) => valuesOf(signal, gauges, window, TOLD_WORK)).filter((text) => text !== '');
  const by = [BOARD, RACK, ...WORK_LABELS].join(', ');
  // A board has rows of instances that nothing works on, too; vector(1) has no label.
  return boards.length === 0
    ? ''
    : `(group by (${by}) (${workNamed(boards.join(OR_BOARD))}) unless on (${WORK_LABELS.join(', ')}) vector(1))`;
}

/** The part of each board that each pod and job on it has: the same (work/shares.ts). */
export const shareOfBoards = (work: string) =>
  work && `(${work} / ${ON_BOARD} group_left () count by (${BOARD}, ${RACK}) (${work}))`;

/** Values of boards with the labels of what works on them, times what is told of each of those. */
export const withWork = (values: string, work: string) => `(${values}) * ${ON_BOARD} group_right () ${work}`;

/** Values of a signal of GPUs by place, node and UUID: the labels of our alerts of them. */
export function gpuValuesOf(signal: SignalId, profiles: readonly Profile[], window: string): string {
  const values = valuesOf(signal, profiles, window, ['node']);
  return values && `max by (${RACK}, node, ${BOARD}) (${values})`;
}

/** How many NVLinks of each GPU are active, by the same labels, where exporters tell of single ones; '' where none does. */
export function activeNvlinks(profiles: readonly Profile[], window: string): string {
  const by = `${RACK}, node, ${BOARD}`;
  const told = profiles.flatMap((profile) =>
    profile.mappings
      .filter(({ signal }) => signal === 'nvlink.state')
      .map((one) => nodeNamed(named(seriesOf(one, window), 'gpu', profile, true), 'node', profile)),
  );
  // More than 1 is a link that is up and rests.
  return told.map((states) => `sum by (${by}) (max by (${by}, nvlink) (${states}) > bool 0)`).join(' or ');
}

interface Group {
  readonly profile: Profile;
  readonly rank: number;
  readonly mappings: Mapping[];
}

/** Mappings of a signal, the best rank first; those of one profile and rank add up (profile.ts, `rank`). */
export function groupsOf(signal: SignalId, profiles: readonly Profile[]): readonly Group[] {
  const groups: Group[] = [];
  for (const profile of profiles) {
    for (const one of profile.mappings) {
      if (one.signal !== signal) continue;
      const group = groups.find(({ profile: of, rank }) => of === profile && rank === one.rank);
      if (group) group.mappings.push(one);
      else groups.push({ profile, rank: one.rank, mappings: [one] });
    }
  }
  return groups.sort((a, b) => a.rank - b.rank);
}

/** The series of a mapping by all its names, with its conditions; what says "no such reading" is left out. */
export function seriesOf(mapping: Mapping, window: string): string {
  const { per } = mapping;
  const series = partOf(mapping, window);
  return per ? `(${series}) / ignoring (__name__) (${partOf({ ...mapping, names: per }, window)})` : series;
}

function partOf(mapping: Mapping, window: string): string {
  const { names, kind, where, unless, absentUpTo, decimals, rows, parts } = mapping;
  const conditions = [
    ...Object.entries(where ?? {}).map(([label, pattern]) => `${label}=~${quoted(pattern)}`),
    ...Object.entries(unless ?? {}).map(([label, pattern]) => `${label}!~${quoted(pattern)}`),
  ];
  if (kind === 'gauge') {
    const series = `{${[`__name__=~"${names.join('|')}"`, ...conditions].join(',')}}`;
    if (decimals) {
      // One of each, by whichever of its names it is told: of several there is no quotient.
      const [value, digits] = [series, `{${[`__name__=~"${decimals.names.join('|')}"`, ...conditions].join(',')}}`].map(
        (one) => `max without () (${one})`,
      );
      const known = `${value} / 10 ^ ${digits}`;
      return decimals.otherwise === undefined ? known : `(${known} or ${value} / ${10 ** decimals.otherwise})`;
    }
    const told = absentUpTo === undefined ? series : `${series} > ${absentUpTo}`;
    // Arithmetic drops the name, by which parts are told apart.
    return parts.includes('__name__') ? `label_replace(${told}, "fw_name", "$1", "__name__", "(.+)")` : told;
  }
  // rate() drops the name, and two series of one label set would be refused. Of names that tell different things `or`
  // would keep the first only; names of what is added up are spellings of one, unless they are parts of it.
  const several = names.length > 1 && (rows !== 'sum' || parts.includes('__name__'));
  const rates = names.map((name) => {
    const series = conditions.length > 0 ? `${name}{${conditions.join(',')}}` : name;
    const rate = begunRate(series, window);
    const ends = endsOf(mapping, name).map((end) => ` unless ${series} == ${end}`);
    const moving = ends.length === 0 ? rate : `(${rate}${ends.join('')})`;
    return several ? `label_replace(${moving}, "fw_name", "${name}", "", "")` : moving;
  });
  return rates.join(' or ');
}

/** In the signal's unit and within its range: what is out of range is a bad sample. */
export function inRange(values: string, { signal, scale }: Mapping): string {
  const { min, max } = signalOf(signal);
  return `${values}${scale === 1 ? '' : ` * ${scale}`} >= ${min} <= ${max}`;
}

/** One value an object: rows of it are joined as the mapping says, and its labels become one. */
function objectValues(one: Mapping, profile: Profile, window: string, keep: readonly string[]): string {
  const { signal, parts, rows, where = {} } = one;
  const { kind } = signalOf(signal);
  const joined = (of: Mapping, how: Mapping) => {
    const object = named(seriesOf(of, window), kind, profile, parts.length > 0);
    const values = keep.includes('node') ? nodeNamed(object, 'node', profile) : object;
    return joinedRows(values, [objectOf(kind), ...keep, ...PLACE_LABELS].join(', '), how);
  };
  const [part] = parts;
  if (rows !== 'sum' || parts.length !== 1 || part === '__name__' || part in where) return joined(one, one);
  // An object of which a row tells the whole is not counted once more by its parts (binding.ts).
  const of = (pattern: string): Mapping => ({ ...one, where: { ...where, [part]: pattern } });
  return `(${joined(of(''), { ...one, rows: 'max' })}) or ${joined(of('.+'), one)}`;
}

/** One value for each set of labels: its parts are added up, or leave it out, as the mapping says. */
export function joinedRows(values: string, by: string, one: Mapping): string {
  const { rows } = one;
  const parts =
    rows === 'sum' || rows === 'only' ? one.parts.map((label) => (label === '__name__' ? 'fw_name' : label)) : [];
  const each = inRange(`${rows === 'min' ? 'min' : 'max'} by (${[by, ...parts].join(', ')}) (${values})`, one);
  if (parts.length === 0) return each;
  return rows === 'sum'
    ? `sum by (${by}) (${each})`
    : `(max by (${by}) (${each}) unless count by (${by}) (${each}) > 1)`;
}

/** Labels that name a node, the best last: each replaces what the ones before it said (mapping.ts, `nodeOf`). */
const NODE_LABELS = ['instance', 'exported_instance', 'kubernetes_node', 'node', 'Hostname', 'hostname'];

/**
 * Puts the object's name into one label.
 * @param parts the series are of parts of it, which may name it by another of its ids
 */
function named(values: string, kind: string, profile: Profile, parts: boolean): string {
  const { identity } = profile;
  if (kind === 'feed') {
    const { pdu, unit, inlet } = identity.feed ?? DEFAULT_FEED;
    const labels = ['instance', ...pdu, 'fw_unit', ...inlet].map((one) => `"${one}"`).join(', ');
    const first = `label_replace(${values}, "fw_unit", "${FIRST_UNIT}", "", "")`;
    const units = [...unit]
      .reverse()
      .reduce((text, label) => `label_replace(${text}, "fw_unit", "$1", "${label}", "(.+)")`, first);
    return `label_join(${units}, "${OBJECT}", "/", ${labels})`;
  }
  if (kind === 'gpu') {
    const { id, index, idPrefix = '', always } = identity.gpu ?? DEFAULT_GPU;
    const pattern = idPrefix === '' ? '(.+)' : `(?:${idPrefix})?(.+)`;
    const put = (text: string, label: string, into: string) =>
      `label_replace(${text}, "${into}", "${idPrefix}$1", "${label}", ${quoted(pattern)})`;
    const others = id.filter((label) => label !== BOARD);
    if (always) return parts ? others.reduce((text, label) => put(text, label, BOARD), values) : values;
    // An id that is called so itself must not be lost to what stands in for it.
    const into = others.length < id.length ? OBJECT : BOARD;
    const where = ['instance', ...index].map((one) => `"${one}"`).join(', ');
    const ids = [...id].reverse();
    const first = ids.reduce(
      (text, label) => put(text, label, into),
      `label_join(${values}, "${into}", "/", ${where})`,
    );
    return into === BOARD ? first : `label_replace(${first}, "${BOARD}", "$1", "${OBJECT}", "(.+)")`;
  }
  return nodeNamed(values, OBJECT, profile);
}

/** Puts the node's name into a label. */
export function nodeNamed(values: string, into: string, { identity }: Profile): string {
  const put = (text: string, from: string, pattern: string) =>
    `label_replace(${text}, "${into}", "$1", "${from}", ${quoted(pattern)})`;
  const labels = [...NODE_LABELS, ...[...(identity.node?.labels ?? [])].reverse()];
  const node = labels.reduce((text, label) => put(text, label, '(.+?)(?::[0-9]+)?'), values);
  const strip = identity.node?.strip;
  return strip ? put(node, into, `(.+?)${strip}`) : node;
}

/**
 * Puts what works on a board into labels of their own, as `object-labels.ts` reads them: the exporter's own pod is no
 * work, and what Prometheus set aside as `exported_…` comes before it. Each pattern matches whatever there is: where
 * one does not, VictoriaMetrics may leave a label that it took away before in the one to be set.
 */
function workNamed(values: string): string {
  const from = (text: string, into: string, labels: readonly string[], pattern: string, as: string) => {
    const joined = `label_join(${text}, "${into}", ";", ${labels.map((label) => `"${label}"`).join(', ')})`;
    return `label_replace(${joined}, "${into}", "${as}", "${into}", ${quoted(pattern)})`;
  };
  const [namespace, pod, job] = WORK_LABELS;
  const ofPod = from(values, pod, POD, `([^;]+);.*|;.*(?:${EXPORTER_POD}).*|;(.*)`, '$1$2');
  // Without a pod there is no namespace.
  const named = from(ofPod, namespace, [...NAMESPACE, pod], '.*;|([^;]+);[^;]*;.+|;([^;]*);.+', '$1$2');
  return from(named, job, JOB, ';*([^;]*).*', '$1');
}

/** A 1 for every model of board in a rack. */
export function modelsOf(profiles: readonly Profile[], window: string): string {
  const boards = profiles.flatMap(({ identity, mappings }) => {
    const labels = (identity.gpu ?? DEFAULT_GPU).model;
    const one = mappings.find(({ signal, kind }) => signal === 'gpu.power' && kind === 'gauge');
    if (!one || labels.length === 0) return [];
    // Racks have few models: those are named, and not all boards.
    const told = `group by (${[...labels, ...PLACE_LABELS].join(', ')}) (${seriesOf(one, window)})`;
    const named = [...labels]
      .reverse()
      .reduce((text, label) => `label_replace(${text}, "model", "$1", "${label}", "(.+)")`, told);
    return [`group by (model, ${RACK}) (${named})`];
  });
  return boards.join(' or ');
}

/** Ports that count by another name: as a card, or as an interface of their node. */
export const TOLD_TWICE = recordedName('link', 'told_twice:info');
const PORT = `${OBJECT}, kind, ${RACK}`;

/** Ports of known traffic by node and rate, the cards and, in racks that have any, the interfaces of nodes. */
const RATED = { cards: recordedName('link', 'card:info'), interfaces: recordedName('link', 'interface:info') };

/** Keeps series of racks that have cards before anything is done to them: most have none. */
const IN_RACKS_WITH_CARDS = ` and on (${RACK}) ${RATED.cards}` as const;

/**
 * What has to be recorded before the traffic of ports can be told: a 1 for every port whose traffic counts by another
 * name. Of the ports of one node and rate that the exporter of its cards and that of the node tell, the longer list
 * counts, interfaces where they are as many (fabric/cards.ts). Nothing where no profile knows cards.
 */
export function toldTwice(profiles: readonly Profile[], window: string): readonly (readonly [string, string])[] {
  const [cards, interfaces] = [true, false].map((card) => ratedPorts(card, profiles, window));
  if (cards === '' || interfaces === '') return [];
  const by = `node, ${RACK}, fw_rate`;
  const [card, face] = [ownNames(RATED.cards), ownNames(RATED.interfaces)];
  const count = (ports: string) => `count by (${by}) (${ports})`;
  const twice = [
    `(${card}) and on (${by}) (${count(face)} >= ${count(card)})`,
    `(${face}) and on (${by}) (${count(face)} < ${count(card)})`,
  ];
  return [
    [RATED.cards, cards],
    [RATED.interfaces, interfaces],
    [TOLD_TWICE, twice.join(' or ')],
  ];
}

/** A 1 for every Ethernet port whose traffic and rate are known, with its node and rate. */
function ratedPorts(cards: boolean, profiles: readonly Profile[], window: string): string {
  const [rate, rx, tx] = (['link.rate', 'link.rx', 'link.tx'] as const).map((signal) =>
    portMappings(signal, profiles)
      .filter(([one, { identity }]) => one.link === 'ethernet' && (identity.link?.card === true) === cards)
      .map(([one, profile]) => portValues(one, profile, window, ', node', cards ? '' : IN_RACKS_WITH_CARDS))
      .join(' or '),
  );
  if ([rate, rx, tx].includes('')) return '';
  const on = `on (${PORT}, node)`;
  return `count_values by (${PORT}, node) ("fw_rate", (${rate}) and ${on} (${rx}) and ${on} (${tx}))`;
}

/**
 * Nodes by the name that their own exporter tells (node_uname_info) where their target is called otherwise, without the
 * domain: an exporter of cards has that name as `hostname`.
 */
function ownNames(ports: string): string {
  const target = `label_replace(node_uname_info${IN_RACKS_WITH_CARDS}, "node", "$1", "instance", "(.+?)(?::[0-9]+)?")`;
  const by = `node, ${RACK}`;
  // A name that two machines have tells none of them.
  const alone = `count by (nodename, ${RACK}) (group by (nodename, ${by}) (${target})) == 1`;
  const own = `label_replace(group by (nodename, ${by}) (${target}) and on (nodename, ${RACK}) (${alone}), "fw_node", "$1", "nodename", "(.+)")`;
  const named = `(${ports}) * on (${by}) group_left (fw_node) topk by (${by}) (1, group by (fw_node, ${by}) (${own}))`;
  const replaced = `label_replace(label_replace(${named}, "node", "$1", "fw_node", "(.+)"), "fw_node", "", "", "")`;
  return `label_replace(${replaced} or on (${PORT}) (${ports}), "node", "$1", "node", ${quoted('([^.]*[a-zA-Z][^.]*)\\..+')})`;
}

/** Bytes per second of all ports of a rack in one direction; '' where no profile knows ports. */
export function portBytes(signal: 'link.rx' | 'link.tx', profiles: readonly Profile[], window: string): string {
  const kinds = new Map<string, string[]>();
  for (const [one, profile] of portMappings(signal, profiles)) {
    const kind = `${profile.id} ${one.link}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), trafficOf(one, profile, window)]);
  }
  return racksTogether(
    'sum',
    [...kinds.values()].map((values) => values.join(' or ')),
  );
}

/** Racks' values of several kinds as one: each is made first, so that few rows are told apart by a label. */
export function racksTogether(how: 'sum' | 'min', all: readonly string[]): string {
  const apart = all.map((values, i) => `label_replace(${how} by (${RACK}) (${values}), "fw_of", "${i}", "", "")`);
  return apart.length === 0 ? '' : `${how} by (${RACK}) (${apart.join(' or ')})`;
}

/** How full every port is in its busier direction: its bytes per second over its own rate. */
export function portUse(profiles: readonly Profile[], window: string): string {
  const rates = portMappings('link.rate', profiles);
  const ways = (['link.rx', 'link.tx'] as const).flatMap((signal) =>
    portMappings(signal, profiles).flatMap(([one, profile]) => {
      const rate = rates.find(([other, of]) => of === profile && other.link === one.link);
      if (!rate) return [];
      const use = `${trafficOf(one, profile, window)} / ${perPort(...rate, window)}`;
      const ofKind = `label_replace(${use}, "kind", "${one.link}", "", "")`;
      return [`label_replace(${ofKind}, "fw_way", "${signal}", "", "")`];
    }),
  );
  return ways.length === 0 ? '' : `max without (fw_way) (${ways.join(' or ')})`;
}

export function portMappings(signal: SignalId, profiles: readonly Profile[]): [Mapping, Profile][] {
  return profiles
    .filter(({ identity }) => !identity.link?.unrecorded)
    .flatMap((profile) =>
      profile.mappings.filter((one) => one.signal === signal).map((one) => [one, profile] as [Mapping, Profile]),
    );
}

/** Traffic of ports, each by one of its names. */
export function trafficOf(one: Mapping, profile: Profile, window: string): string {
  const values = perPort(one, profile, window);
  return one.link === 'ethernet' ? `(${values} unless on (${PORT}) ${TOLD_TWICE})` : values;
}

/** One value a port by the labels that its exporter has for it; where it may go by two names, by the one that all have. */
export function perPort(one: Mapping, profile: Profile, window: string): string {
  const { device, port = [] } = profile.identity.link ?? DEFAULT_LINK;
  if (one.link === 'ethernet') return portValues(one, profile, window);
  return `(${joinedRows(seriesOf(one, window), ['instance', ...device, ...port, ...PLACE_LABELS].join(', '), one)})`;
}

/**
 * One value a port; an Ethernet port and an InfiniBand port of one name are two.
 * @param node ', node' keeps the node beside
 * @param within which series count
 */
function portValues(
  one: Mapping,
  profile: Profile,
  window: string,
  node: '' | ', node' = '',
  within: '' | typeof IN_RACKS_WITH_CARDS = '',
): string {
  const { device, port = [] } = profile.identity.link ?? DEFAULT_LINK;
  const labels = ['instance', ...device, ...port].map((label) => `"${label}"`).join(', ');
  const series = seriesOf(one, window);
  const values = `label_join(${within && `(${series})`}${within || series}, "${OBJECT}", "/", ${labels})`;
  const kind = `label_replace(${values}, "kind", "${one.link}", "", "")`;
  const each = node === '' ? kind : nodeNamed(kind, 'node', profile);
  return `(${joinedRows(each, PORT + node, one)})`;
}
