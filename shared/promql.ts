import {
  dcgmProfile,
  type Mapping,
  nodeProfile,
  PEGGED,
  type Profile,
  raritanProfile,
  VIRTUAL_DEVICE,
} from './signals/profiles.ts';

/** One instant query of a refresh; its series lead to objects by the same code as an exporter's own text. */
export interface PlannedQuery {
  readonly id: string;
  readonly promql: string;
  readonly kind: Profile['object'];
  /** The values are the times at which samples were taken, in seconds: identity and age at once. */
  readonly times: boolean;
}

const NODE = 'instance, exported_instance, node, kubernetes_node, hostname, Hostname, site, hall, row, rack';
const GPU = `UUID, gpu, modelName, ${NODE}`;
const FEED = 'instance, pduId, pduName, inletId, sensorType, feed, site, hall, row, rack';

/** Ethernet ports that are cables. In a PromQL string a backslash must be doubled. */
const CABLES = `device!~"${VIRTUAL_DEVICE.replaceAll('\\', '\\\\')}"`;

/** Metric names are letters, digits and underscores, so they need no escaping in a regular expression. */
const anyOf = (names: readonly string[]) => `__name__=~"${names.join('|')}"`;

const namesOf = (profile: Profile, wanted: (mapping: Mapping) => boolean) =>
  profile.mappings.filter(wanted).flatMap((mapping) => mapping.names);

const gauges = (id: string, by: string, signals: readonly Mapping['signal'][]): PlannedQuery => {
  const names = namesOf(dcgmProfile, ({ kind, signal }) => kind === 'gauge' && signals.includes(signal));
  return { id, promql: `max by (__name__, ${by}) ({${anyOf(names)}})`, kind: 'gpu', times: false };
};

/** timestamp() drops the metric's name, so each is asked for apart: two of one label set would be refused. */
const timesOf = (names: readonly string[]) => names.map((name) => `timestamp(${name})`).join(' or ');

/** rate() drops the metric's name, so each is asked for apart and put back as the label `metric`. */
const rates = (names: readonly string[], by: string, matchers: string, window: string) =>
  names
    .map((name) => {
      const rate = `rate(${name}${matchers}[${window}])`;
      const moving = name.endsWith('transmit_wait_total') ? `(${rate} unless ${name}${matchers} == ${PEGGED})` : rate;
      return `label_replace(max by (${by}) (${moving}), "metric", "${name}", "", "")`;
    })
    .join(' or ');

const counters = (profile: Profile, link?: Mapping['link']) =>
  namesOf(profile, (mapping) => mapping.kind === 'counter' && mapping.link === link);

/** Any sample of a GPU tells its time: what exporters have by default, so that a GPU without power has one too. */
const GPU_SAMPLED = namesOf(
  dcgmProfile,
  ({ signal, kind }) => kind === 'gauge' && ['gpu.power', 'gpu.temp', 'gpu.clock'].includes(signal),
);

/** The nodes' identity is best told by node_uname_info; where that is dropped, by what is left. */
const NODE_TIMES = [
  `max by (nodename, ${NODE}) (timestamp(node_uname_info))`,
  `max by (${NODE}) (timestamp(node_network_receive_bytes_total{${CABLES}}))`,
  `max by (${NODE}) (timestamp(node_infiniband_port_data_received_bytes_total))`,
].join(' or on (instance) ');

const FEED_NAMES = raritanProfile.mappings.flatMap((mapping) => mapping.names);
const ACTIVE_POWER = 'sensorType="activePower"';

/**
 * The queries of one refresh, made from the profiles: at most 12, few labels each, valid for Prometheus ≥ 2.x and
 * VictoriaMetrics. `rateWindow` is at least twice the server's scrape interval. Queries of sample times stand
 * before those of values, since a value is as old as its sample and not as the reply.
 */
export function planQueries({ rateWindow }: { readonly rateWindow: string }): readonly PlannedQuery[] {
  const values = (id: string, kind: Profile['object'], promql: string) => ({ id, promql, kind, times: false });
  const times = (id: string, kind: Profile['object'], promql: string) => ({ id, promql, kind, times: true });
  const ethernet = rates(counters(nodeProfile, 'ethernet'), 'instance, device', `{${CABLES}}`, rateWindow);
  const infiniband = rates(counters(nodeProfile, 'infiniband'), 'instance, device, port', '', rateWindow);
  const speeds = `{__name__="node_network_speed_bytes",${CABLES}} or {__name__="node_infiniband_rate_bytes_per_second"}`;
  return [
    times('gpu-times', 'gpu', `max by (${GPU}) (${timesOf(GPU_SAMPLED)})`),
    gauges('gpu-power', 'UUID', ['gpu.power', 'gpu.powerLimit']),
    gauges('gpu-util', 'UUID', ['gpu.util']),
    gauges('gpu-temp', 'UUID', ['gpu.temp', 'gpu.memTemp', 'gpu.tempLimit', 'gpu.tempMargin']),
    gauges('gpu-clock', 'UUID', ['gpu.clock', 'gpu.clockMax', 'gpu.throttle', 'gpu.xid']),
    gauges('gpu-traffic', 'UUID, GPU_I_ID', ['gpu.nvlink', 'gpu.pcie', 'gpu.memUsed']),
    values('gpu-rates', 'gpu', rates(counters(dcgmProfile), 'UUID, gpu_uuid, nvlink', '', rateWindow)),
    times('node-times', 'link', NODE_TIMES),
    values('link-rates', 'link', `${ethernet} or ${infiniband}`),
    values('link-speeds', 'link', `max by (__name__, instance, device, port) (${speeds})`),
    times('feed-times', 'feed', `max by (${FEED}) (timestamp(${FEED_NAMES[0]}{${ACTIVE_POWER}}))`),
    values('feed-power', 'feed', `max by (__name__, ${FEED}) ({${anyOf(FEED_NAMES)},${ACTIVE_POWER}})`),
  ];
}
