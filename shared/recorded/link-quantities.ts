import { FULL, WAITS } from '../fabric.ts';
import type { SignalId } from '../signals/catalogue.ts';
import { DEFAULT_GPU, DEFAULT_LINK, DEFAULT_PORT, type Mapping, type Profile } from '../signals/profile.ts';
import { groupsOf, joinedRows, nodeNamed, seriesOf } from './expressions.ts';
import type { AlertingOptions } from './gpu-quantities.ts';
import { PLACE_LABELS, recordedName } from './names.ts';
import type { RecordingRule } from './rule.ts';
import { Untold } from './untold.ts';
import { ABOVE_USUAL, unusual, usualRecord } from './unusual.ts';

/** Labels of our alerts of a port. */
export const LINK_LABELS = [...PLACE_LABELS, 'node', 'device'] as const;
const LINK = LINK_LABELS.join(', ');
const NODE = [...PLACE_LABELS, 'node'].join(', ');
const PORT = 'site, fw_switch, fw_port';

const linkName = (what: string) => recordedName('link', what);
const RATE = linkName('rate_bytes_per_second');
const USE = linkName('use_ratio');
const WAIT = linkName('wait_ratio');
const ECN = linkName('congestion_marks_per_second');
const CNP = linkName('congestion_notifications_per_second');
const PFC = linkName('pauses_per_second');
const ACTIVE = linkName('active:bool');
const EVER = linkName('ever_active:bool');
const DOWNS = linkName('downs');
const ERRORS = linkName('errors_per_second');
const MODEL = recordedName('node', 'model:info');
const UPLINK = recordedName('leaf', 'uplink:info');
const UPLINK_USE = recordedName('leaf', 'uplink_use_ratio');
const UPLINK_WAIT = recordedName('leaf', 'uplink_wait_ratio');
const SATURATED = recordedName('leaf', 'saturated:bool');

/** As fabric/watch-list.ts has it. */
const BELOW_PEERS = 0.99;

/** Puts the first of these labels that a series has into another. */
const first = (values: string, labels: readonly string[], into: string) =>
  [...labels].reverse().reduce((text, label) => `label_replace(${text}, "${into}", "$1", "${label}", "(.+)")`, values);

/** Two labels with something between them; the first alone where the second is empty. */
const joinedName = (values: string, into: string, from: readonly [string, string]) =>
  `label_replace(label_join(${values}, "${into}", "/", "${from[0]}", "${from[1]}"), "${into}", "$1", "${into}", "(.+)/")`;

function ofMappings(
  signal: SignalId,
  { profiles }: AlertingOptions,
  named: (one: Mapping, profile: Profile) => string,
  by: string,
): string {
  const recorded = profiles.filter(({ identity }) => !identity.link?.unrecorded);
  return groupsOf(signal, recorded)
    .map(({ profile, mappings }) => mappings.map((one) => `(${joinedRows(named(one, profile), by, one)})`).join(' + '))
    .join(' or ');
}

/** Values of a signal of nodes' ports by place, node and device; '' where no profile has it. */
export function linkValues(signal: SignalId, options: AlertingOptions): string {
  return ofMappings(
    signal,
    options,
    (one, profile) => {
      const { device, port = [] } = profile.identity.link ?? DEFAULT_LINK;
      const named = first(first(seriesOf(one, options.rateWindow), device, 'fw_device'), port, 'fw_device_port');
      return nodeNamed(joinedName(named, 'device', ['fw_device', 'fw_device_port']), 'node', profile);
    },
    LINK,
  );
}

/** Values of a signal of switches' ports by site, switch and port. */
function switchValues(signal: SignalId, options: AlertingOptions): string {
  return ofMappings(
    signal,
    options,
    (one, profile) => {
      const { switch: id, port } = profile.identity.port ?? DEFAULT_PORT;
      return first(first(seriesOf(one, options.rateWindow), id, 'fw_switch'), port, 'fw_port');
    },
    PORT,
  );
}

/** The busier direction's share of the rate. */
function shareOf(rx: string, tx: string, rate: string, by: string): string {
  const share = (values: string, way: string) => `label_replace((${values}) / (${rate}), "fw_way", "${way}", "", "")`;
  const ways = [rx && share(rx, 'rx'), tx && share(tx, 'tx')].filter((text) => text !== '');
  return ways.length === 0 || rate === '' ? '' : `max by (${by}) (${ways.join(' or ')})`;
}

/** Share of time that a port waited, where it is known what a tick stands for. */
const waitOf = (ticks: string, rate: string, { waitTickBytes }: AlertingOptions) =>
  waitTickBytes === undefined || ticks === '' || rate === ''
    ? ''
    : `clamp_max((${ticks}) * ${waitTickBytes} / (${rate}), 1)`;

/** What has to be recorded of ports and leaves before conditions on them can be told. */
export function linkRecords(options: AlertingOptions): readonly RecordingRule[] {
  const of = (signal: SignalId) => linkValues(signal, options);
  const state = of('link.state');
  const rules: readonly (readonly [string, string])[] = [
    [RATE, of('link.rate')],
    [USE, shareOf(of('link.rx'), of('link.tx'), RATE, LINK)],
    [WAIT, waitOf(of('link.wait'), RATE, options)],
    [ECN, of('link.ecn')],
    [CNP, of('link.cnp')],
    [PFC, of('link.pfc')],
    [ACTIVE, state && `(${state}) == bool 4`],
    // A port that was never active is one that nobody uses: what was recorded here before is looked at again.
    [EVER, state && `(${ACTIVE} == 1) or (last_over_time(${EVER}[1h]) and ${ACTIVE})`],
    [DOWNS, of('link.downs')],
    [ERRORS, of('link.errors')],
    [MODEL, nodeModels(options)],
    ...leafRecords(options),
  ];
  return rules.flatMap(([record, expr]) =>
    expr === '' ? [] : [{ record, expr }, ...(record === ERRORS ? [usualRecord(ERRORS, options.intervalS)] : [])],
  );
}

/** One model of board for each node that has any. */
function nodeModels({ profiles, rateWindow }: AlertingOptions): string {
  const boards = profiles.flatMap((profile) => {
    const labels = (profile.identity.gpu ?? DEFAULT_GPU).model;
    const one = profile.mappings.find(({ signal, kind }) => signal === 'gpu.power' && kind === 'gauge');
    if (!one || labels.length === 0) return [];
    return [
      `group by (${NODE}, model) (${first(nodeNamed(seriesOf(one, rateWindow), 'node', profile), labels, 'model')})`,
    ];
  });
  return boards.length === 0 ? '' : `topk by (${NODE}) (1, ${boards.join(' or ')})`;
}

/** Uplinks of leaves as the switches tell of their neighbours: a leaf is a switch that has HCAs, an uplink leads to another switch. */
function leafRecords(options: AlertingOptions): readonly (readonly [string, string])[] {
  const told = options.profiles.flatMap((profile) => {
    const { peer, name, switch: id, port } = profile.identity.port ?? DEFAULT_PORT;
    const one = profile.mappings.find(({ signal }) => signal === 'port.linked');
    return peer && one ? [{ one, peer, name, id, port }] : [];
  });
  const neighbours = (kind: 'SW' | 'CA', by: string) =>
    told
      .map(({ one, peer, name, id, port }) => {
        const series = seriesOf({ ...one, where: { ...one.where, [peer.kind]: kind } }, options.rateWindow);
        const leaf = first(series, [...name, ...id], 'leaf');
        return `group by (${by}) (${first(first(leaf, id, 'fw_switch'), port, 'fw_port')})`;
      })
      .join(' or ');
  const uplinks = neighbours('SW', `${PORT}, leaf`);
  if (uplinks === '') return [];
  const rate = switchValues('port.rate', options);
  const ofUplinks = (values: string) =>
    values === '' ? '' : `(${values}) * on (${PORT}) group_left (leaf) max by (${PORT}, leaf) (${UPLINK})`;
  const wait = ofUplinks(waitOf(switchValues('port.wait', options), rate, options));
  return [
    [UPLINK, `(${uplinks}) and on (site, fw_switch) (${neighbours('CA', 'site, fw_switch')})`],
    [UPLINK_USE, ofUplinks(`(${switchValues('port.tx', options)}) / (${rate})`)],
    [UPLINK_WAIT, wait],
    [SATURATED, wait && `max by (site, leaf) ((${UPLINK_USE} >= bool ${FULL}) * (${UPLINK_WAIT} > bool ${WAITS}))`],
  ];
}

const above = (record: string) =>
  `((${record} > bool 0) * (${record} > bool ${ABOVE_USUAL} * scalar(quantile(0.5, ${record}))))`;

const NO_TICK = 'what a tick of the wait counter stands for is not said (--wait-tick)';

/** Expressions of quantities of ports and leaves by their names. @throws Untold */
export function linkQuantity(name: string, options: AlertingOptions): string {
  if (!name.startsWith('link.') && !name.startsWith('leaf.')) return '';
  const records = new Set(linkRecords(options).map(({ record }) => record));
  const known = (record: string, why: string) => {
    if (records.has(record)) return record;
    throw new Untold(why);
  };
  const noCounter = 'no profile has a counter of it';
  switch (name) {
    case 'link.use':
      return known(USE, noCounter);
    case 'link.wait_share':
      return known(WAIT, NO_TICK);
    case 'link.congested': {
      const marks = [ECN, CNP, PFC].filter((record) => records.has(record));
      if (marks.length === 0) throw new Untold(noCounter);
      return `max by (${LINK}) (${marks.map((one) => `label_replace(${above(one)}, "fw_of", "${one}", "", "")`).join(' or ')})`;
    }
    case 'link.down':
      return `(1 - ${known(ACTIVE, noCounter)}) * ${EVER}`;
    case 'link.recent_downs':
      return `${known(DOWNS, noCounter)} - min_over_time(${DOWNS}[10m])`;
    case 'link.degraded':
      return degraded(known(RATE, noCounter), records.has(MODEL));
    case 'link.errors_unusual':
      return unusual(known(ERRORS, noCounter));
    case 'leaf.use':
      return `max by (site, leaf) (${known(UPLINK_USE, noCounter)})`;
    case 'leaf.wait_share':
      return `avg by (site, leaf) (${known(UPLINK_WAIT, NO_TICK)})`;
    case 'leaf.saturated':
      // It swings about its limit from poll to poll.
      return `max_over_time(${known(SATURATED, NO_TICK)}[1m])`;
    default:
      return '';
  }
}

/** Below the middle of the same device in nodes of the same boards. */
function degraded(rate: string, models: boolean): string {
  const with_ = models ? `((${rate} * on (${NODE}) group_left (model) ${MODEL}) or on (${LINK}) ${rate})` : rate;
  return `max by (${LINK}) (${with_} < bool on (device, model) group_left () ${BELOW_PEERS} * quantile by (device, model) (0.5, ${with_}))`;
}
