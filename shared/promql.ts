import {
  dcgmProfile,
  type Mapping,
  nodeProfile,
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

const IDENTITY = 'instance, exported_instance, node, kubernetes_node, hostname, Hostname, site, hall, row, rack';
const GPU_IDENTITY = `UUID, gpu, modelName, ${IDENTITY}`;
const FEED_IDENTITY = `instance, pduId, pduName, inletId, sensorType, feed, site, hall, row, rack`;

/** Metric names are letters, digits and underscores, so they need no escaping in a regular expression. */
const anyOf = (mappings: readonly Mapping[]) =>
  `{__name__=~"${mappings.flatMap((mapping) => mapping.names).join('|')}"}`;

const withSignals = (profile: Profile, signals: readonly Mapping['signal'][], kind: Mapping['kind']) =>
  profile.mappings.filter((mapping) => mapping.kind === kind && signals.includes(mapping.signal));

const gauges = (id: string, signals: readonly Mapping['signal'][]): PlannedQuery => ({
  id,
  promql: `max by (__name__, UUID) (${anyOf(withSignals(dcgmProfile, signals, 'gauge'))})`,
  kind: 'gpu',
  times: false,
});

/** rate() drops the metric's name, so each name is asked for apart and put back as the label `metric`. */
const rates = (names: readonly string[], by: string, matchers: string, window: string) =>
  names
    .map((name) => `label_replace(max by (${by}) (rate(${name}${matchers}[${window}])), "metric", "${name}", "", "")`)
    .join(' or ');

/**
 * When the samples of several metrics were taken. timestamp() drops the metric's name, so that one selector over all
 * of them would give the same labels twice, which Prometheus refuses.
 */
const sampleTimes = (by: string, names: readonly string[]) =>
  `max by (${by}) (${names.map((name) => `timestamp(${name})`).join(' or ')})`;

const counterNames = (profile: Profile) =>
  profile.mappings.filter((mapping) => mapping.kind === 'counter').flatMap((mapping) => mapping.names);

/**
 * The queries of one refresh, made from the profiles: at most 12, few labels each, valid for Prometheus ≥ 2.x and
 * VictoriaMetrics. `rateWindow` is at least twice the server's scrape interval. Queries of sample times stand
 * before those of values, since a value is as old as its sample and not as the reply.
 */
export function planQueries({ rateWindow }: { readonly rateWindow: string }): readonly PlannedQuery[] {
  // In a PromQL string a backslash must be doubled.
  const cable = `device!~"${VIRTUAL_DEVICE.replaceAll('\\', '\\\\')}"`;
  const power = withSignals(dcgmProfile, ['gpu.power', 'gpu.temp', 'gpu.clock'], 'gauge');
  return [
    {
      id: 'gpu-times',
      promql: sampleTimes(
        GPU_IDENTITY,
        power.flatMap((mapping) => mapping.names),
      ),
      kind: 'gpu',
      times: true,
    },
    gauges('gpu-power', ['gpu.power', 'gpu.powerLimit']),
    gauges('gpu-util', ['gpu.util']),
    gauges('gpu-temp', ['gpu.temp', 'gpu.memTemp', 'gpu.tempLimit', 'gpu.tempMargin']),
    gauges('gpu-clock', ['gpu.clock', 'gpu.clockMax', 'gpu.throttle', 'gpu.xid']),
    gauges('gpu-traffic', ['gpu.nvlink', 'gpu.pcie', 'gpu.memUsed']),
    { id: 'gpu-rates', promql: rates(counterNames(dcgmProfile), 'UUID', '', rateWindow), kind: 'gpu', times: false },
    {
      id: 'node-times',
      promql: sampleTimes(IDENTITY, ['node_boot_time_seconds', 'node_uname_info']),
      kind: 'link',
      times: true,
    },
    {
      id: 'link-rates',
      promql: `${rates(
        counterNames(nodeProfile).filter((name) => name.startsWith('node_network')),
        'instance, device',
        `{${cable}}`,
        rateWindow,
      )} or ${rates(
        counterNames(nodeProfile).filter((name) => name.startsWith('node_infiniband')),
        'instance, device, port',
        '',
        rateWindow,
      )}`,
      kind: 'link',
      times: false,
    },
    {
      id: 'link-rate',
      promql: `max by (__name__, instance, device, port) ({__name__=~"node_network_speed_bytes",${cable}} or {__name__=~"node_infiniband_rate_bytes_per_second"})`,
      kind: 'link',
      times: false,
    },
    {
      id: 'feed-times',
      promql: `max by (${FEED_IDENTITY}) (timestamp(measurementsInletSensorValue{sensorType="activePower"}))`,
      kind: 'feed',
      times: true,
    },
    {
      id: 'feed-power',
      promql: `max by (__name__, ${FEED_IDENTITY}) ({__name__=~"${raritanProfile.mappings.flatMap((mapping) => mapping.names).join('|')}",sensorType="activePower"})`,
      kind: 'feed',
      times: false,
    },
  ];
}
