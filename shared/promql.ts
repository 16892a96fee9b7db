import {
  type Asked,
  askedOf,
  commonLabels,
  groupBy,
  IN_RACKS,
  labelsOf,
  list,
  objectLabels,
  quoted,
  rates,
  selectorOf,
  seriesOf,
  UNAME,
  unique,
} from './asked.ts';
import { utf8Of } from './exposition/bytes.ts';
import { PLACE_LABELS, SAMPLE_TIME } from './recorded/names.ts';
import { type ObjectKind, type SignalId, signalOf } from './signals/catalogue.ts';
import { DEFAULT_GPU, JOB, type Mapping, NAMESPACE, POD, type Profile, TARGET } from './signals/profile.ts';
import { profiles as builtIn } from './signals/profiles/all.ts';

/** One instant query of a refresh; its series lead to objects by the same code as an exporter's own text. */
export interface PlannedQuery {
  readonly id: string;
  readonly promql: string;
  /** What is asked instead while series are there that began within the window of rate(). */
  readonly begun?: string;
  /** What its objects are; values of nodes, their links, switch ports and inference servers come together. */
  readonly kind: 'gpu' | 'node' | 'feed' | 'place';
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
  /**
   * Racks, by their names, of which GPUs and nodes are asked for; of the others recorded series tell. Everything is
   * asked for where it is left out.
   */
  readonly racks?: readonly string[];
}

/** What tells the pod or job on a GPU. */
const WORK = [...NAMESPACE, ...POD, ...JOB];
const NODE = 'instance, exported_instance, node, kubernetes_node, hostname, Hostname, cluster, site, hall, row, rack';

/** GPU gauges in a few answers, so that none of them is of a size that a server refuses. */
const GAUGES: readonly (readonly [string, readonly SignalId[]])[] = [
  ['gpu-power', ['gpu.power', 'gpu.powerLimit', 'gpu.powerLimitDefault', 'gpu.powerLimitMax', 'gpu.energy']],
  ['gpu-util', ['gpu.util', 'gpu.smActive', 'gpu.tensor', 'gpu.dram', 'gpu.memBusy', 'gpu.throttle']],
  [
    'gpu-temp',
    ['gpu.temp', 'gpu.memTemp', 'gpu.tempLimit', 'gpu.tempMargin', 'gpu.clock', 'gpu.clockMax', 'gpu.memClock'],
  ],
  [
    'gpu-traffic',
    [
      'gpu.nvlink',
      'gpu.nvlinkTx',
      'gpu.nvlinkRx',
      'gpu.pcie',
      'gpu.pcieTx',
      'gpu.pcieRx',
      'gpu.memUsed',
      'gpu.memTotal',
    ],
  ],
];

const literally = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * The queries of one refresh, made from the profiles: at most 12, 3 more where racks are recorded, a few where single
 * NVLinks are exported, and where many racks are looked at some in parts; few labels each, valid for Prometheus ≥ 2.42 and
 * VictoriaMetrics. Queries of sample times stand before those of values, since a value is as old as its sample and not as
 * the reply. A query of which nothing is present is left out.
 */
export function planQueries(options: PlanOptions): readonly PlannedQuery[] {
  const { rateWindow: window, present, profiles = builtIn, racks } = options;
  const has = (name: string) => present === undefined || present.has(name);
  const within = racks?.length ? [`rack=~${quoted(racks.map(literally).join('|'))}`] : [];
  const hasInRacks = racks?.length === 0 ? () => false : has;
  const all = profiles
    .flatMap((profile) => askedOf(profile, within))
    .filter(({ name, object }) => has(name) && (racks === undefined || racks.length > 0 || !IN_RACKS.includes(object)));
  const of = (kind: Mapping['kind'], ...objects: ObjectKind[]) =>
    all.filter((one) => one.kind === kind && objects.includes(one.object));
  const gpus = groupBy(of('gauge', 'gpu'), ({ mappings }) => {
    const group = GAUGES.find(([, signals]) => mappings.some(({ signal }) => signals.includes(signal)));
    return group?.[0] ?? 'gpu-rest';
  });
  // Fields of single links are many, and few servers have them.
  const links = (kind: Mapping['kind']) => {
    const withLabel = of(kind, 'gpu').filter((one) => labelsOf(one).includes('nvlink'));
    const ofBoards = new Set(withLabel.map(({ name }) => name));
    return present ? of(kind, 'nvlink').filter(({ name }) => !ofBoards.has(name)) : [];
  };
  const values = (id: string, kind: PlannedQuery['kind'], promql: string) => ({ id, promql, kind, times: false });
  const perSecond = (id: string, kind: PlannedQuery['kind'], counters: readonly Asked[], beside = '') =>
    partsOf(counters, window, bytesOf(beside)).map((part, i): PlannedQuery => {
      const either = (rated: string) => [i === 0 ? beside : '', rated].filter((text) => text !== '').join(' or ');
      const [whole, begun] = [rates(part, window), rates(part, window, true)];
      const one = values(i === 0 ? id : `${id}-${i + 1}`, kind, either(whole));
      return whole === '' ? one : { ...one, begun: either(begun) };
    });
  const times = (kind: PlannedQuery['kind'], promql: string) => ({ id: `${kind}-times`, promql, kind, times: true });
  const recorded = (object: ObjectKind) => (racks === undefined ? [] : of('gauge', object));
  const places = recorded('place');
  const [ofNodes, ...more] = partsOf(of('counter', 'node', 'link'), window, 0);
  const plan: readonly PlannedQuery[] = [
    times('place', places.length > 0 ? placeTimes() : ''),
    values('place-values', 'place', gauges(places)),
    // Apart: what nothing works on has no other labels than its rack.
    values('work-values', 'place', gauges(recorded('work'))),
    times('gpu', gpuTimes(profiles, hasInRacks, within)),
    ...gpus.map(([id, asked]) => values(id, 'gpu', gauges(asked))),
    ...perSecond('gpu-rates', 'gpu', of('counter', 'gpu')),
    // Of single NVLinks what no total is made of: the others come with their label.
    ...perSecond('nvlink-values', 'gpu', links('counter'), gauges(links('gauge'))),
    times('node', nodeTimes(profiles, all, hasInRacks, within)),
    ...perSecond('node-rates', 'node', ofNodes),
    // What finds no room in a query that VictoriaMetrics takes stands here with the rates of ports and servers.
    ...perSecond(
      'node-values',
      'node',
      [...more.flat(), ...of('counter', 'port', 'server')],
      gauges(of('gauge', 'node', 'link', 'port', 'server')),
    ),
    times('feed', feedTimes(of('gauge', 'feed'))),
    values('feed-values', 'feed', gauges(of('gauge', 'feed'))),
  ];
  return plan.filter(({ promql }) => promql !== '');
}

/**
 * Gauges as they are. Set operators do not compare metric names, so two metrics of one object must come from one
 * selector: `or` stands only between those whose labels can't be the same, being of other objects or having a label
 * that the others lack. Whoever binds the series looks at the conditions of each again.
 */
function gauges(asked: readonly Asked[]): string {
  return groupBy(asked, selectorKey)
    .map(([, group]) => `max by (__name__, ${list(group.flatMap(labelsOf))}) ({${selectorOf(group)}})${group[0].kept}`)
    .join(' or ');
}

function selectorKey(one: Asked): string {
  const { object, profile, mappings } = one;
  // A condition that an absent label fails is a label that every series of the selector has.
  const present = commonLabels(mappings).filter((label) =>
    mappings.every(({ where }) => !new RegExp(`^(?:${where?.[label]})$`).test('')),
  );
  const named = object === 'gpu' && (profile.identity.gpu ?? DEFAULT_GPU).id.length > 0;
  const objects = object === 'link' ? mappings[0].link : object === 'gpu' && !named ? list(objectLabels(one)) : '';
  return [object, objects, one.kept, ...present].join(' ');
}

/** The longest query that VictoriaMetrics takes by default (-search.maxQueryLen), in bytes. */
const LONGEST = 16_384;
/** Names of racks may be of any letters, though few are: a server counts bytes. */
const bytesOf = (promql: string) => (/[^ -~]/.test(promql) ? utf8Of(promql).length : promql.length);

/**
 * Counters in parts of which none makes a longer query: each names the racks that are looked at. Those of one mapping stay
 * together: the larger of them counts, and that is told within one answer.
 */
function partsOf(counters: readonly Asked[], window: string, beside: number): readonly (readonly Asked[])[] {
  const parts: Asked[][] = [[]];
  for (const [, together] of groupBy(counters, ({ mappings: [first] }) => first)) {
    const part = parts.at(-1) as Asked[];
    const length = bytesOf(rates([...part, ...together], window, true)) + (parts.length === 1 ? beside : 0);
    if (length + ' or '.length < LONGEST) part.push(...together);
    else parts.push([...together]);
  }
  return parts;
}

/** timestamp() drops the metric's name, so each is asked for apart: two of one label set would be refused. */
const timesOf = (series: readonly string[]) =>
  unique(series)
    .map((one) => `timestamp(${one})`)
    .join(' or ');
const ofProfile = ({ id }: Profile, promql: string) => `label_replace(${promql}, "profile", "${id}", "", "")`;

/** Any sample of a GPU tells its time: what exporters have by default, so that a GPU without power has one too. */
const SAMPLED: readonly SignalId[] = ['gpu.power', 'gpu.temp', 'gpu.clock', 'gpu.util'];

function gpuTimes(profiles: readonly Profile[], has: (name: string) => boolean, within: readonly string[]): string {
  const inRacks = (name: string) => (within.length > 0 ? `${name}{${within.join(',')}}` : name);
  return profiles
    .flatMap((profile) => {
      const { id, index, model, partition, guid, placement = [] } = profile.identity.gpu ?? DEFAULT_GPU;
      const boards = profile.mappings.filter(({ signal }) => signalOf(signal).kind === 'gpu');
      const usual = boards.filter(({ signal, kind }) => kind === 'gauge' && SAMPLED.includes(signal));
      const sampled = (usual.length > 0 ? usual : boards).flatMap(({ names }) => names);
      const names = [...(profile.info ?? []), ...sampled].filter(has).map(inRacks);
      if (names.length === 0 || profile.identity.place) return [];
      const own = [...id, ...index, ...model, ...(partition ? [partition] : []), ...(guid ? [guid] : []), ...placement];
      const by = list([...own, ...(profile.identity.node?.labels ?? []), ...WORK, NODE]);
      return [ofProfile(profile, `max by (${by}) (${timesOf(names)})`)];
    })
    .join(' or ');
}

/** What tells that a node's exporter is there; where it has none of these, any metric does. */
const NODE_SAMPLED: readonly SignalId[] = ['link.rx', 'port.tx', 'node.power', 'node.inletTemp'];

/** The nodes' identity is best told by node_uname_info; where that is dropped, by what is left. */
function nodeTimes(
  profiles: readonly Profile[],
  all: readonly Asked[],
  has: (name: string) => boolean,
  within: readonly string[],
): string {
  return profiles
    .flatMap((profile) => {
      // What the exporter of a GPU says of its node is as old as its GPUs.
      if (profile.identity.gpu) return [];
      const asked = all.filter(
        (one) => one.profile === profile && ['node', 'link', 'port', 'server'].includes(one.object),
      );
      const usual = asked.filter(({ mappings }) => mappings.some(({ signal }) => NODE_SAMPLED.includes(signal)));
      const series = (usual.length > 0 ? usual : asked).map(seriesOf);
      const by = list([...(profile.identity.node?.labels ?? []), NODE]);
      const texts = series.length > 0 ? [`max by (${by}) (${timesOf(series)})`] : [];
      if (profile.id === 'node' && has(UNAME)) {
        const uname = within.length > 0 ? `${UNAME}{${within.join(',')}}` : UNAME;
        texts.unshift(`max by (nodename, ${NODE}) (timestamp(${uname}))`);
      }
      return texts.length > 0 ? [ofProfile(profile, `(${texts.join(` or on (${list(TARGET)}) `)})`)] : [];
    })
    .join(' or ');
}

/** What is recorded is as old as the oldest sample of its rack, and of the racks of a place above. */
function placeTimes(): string {
  const oldest = [3, 2, 1].map((level) => `min by (${PLACE_LABELS.slice(0, level).join(', ')}) (${SAMPLE_TIME})`);
  return `label_replace(${[SAMPLE_TIME, ...oldest].join(' or ')}, "profile", "recorded", "", "")`;
}

function feedTimes(asked: readonly Asked[]): string {
  const values = asked.filter(({ name, mappings }) => mappings.some(({ names }) => names.includes(name)));
  return groupBy(values, ({ profile }) => profile.id)
    .map(([, group]) =>
      ofProfile(group[0].profile, `max by (${list(group.flatMap(objectLabels))}) (${timesOf(group.map(seriesOf))})`),
    )
    .join(' or ');
}
