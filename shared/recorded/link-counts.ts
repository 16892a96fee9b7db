import { FULL, WAITS } from '../fabric.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Mapping, Profile } from '../signals/profile.ts';
import { OBJECT, perPort, portMappings, trafficOf } from './expressions.ts';
import { PLACE_LABELS, PORT_USE, recordedName } from './names.ts';
import type { RecordingOptions, RecordingRule } from './rule.ts';

const RACK = PLACE_LABELS.join(', ');
/** What is recorded of every port because several rules look at it: its rate, and 1 where it is active, else 0. */
const RATE = recordedName('port', 'rate_bytes_per_second');
const ACTIVE = recordedName('port', 'active:bool');
const LINKS = recordedName('rack', 'links:count');
const MODEL = recordedName('rack', 'gpu_model:info');

/** As fabric/watch-list.ts has it: rates differ by powers of two. */
const BELOW_PEERS = 0.99;

/**
 * How many ports each rack has by kind of network, how many of them are down and what they carry of what they could; and
 * how many are full and wait, or slower than their peers, whichever racks are read. `PORT_USE` and `LINKS` stand before.
 */
export function linkCounts({ profiles, rateWindow, waitTickBytes }: RecordingOptions): readonly RecordingRule[] {
  const of = (signal: SignalId, values: typeof perPort) =>
    portMappings(signal, profiles)
      .map(([one, profile]) => ofKind(values(one, profile, rateWindow), one))
      .join(' or ');
  const [rate, state, sent, ticks] = [
    of('link.rate', trafficOf),
    of('link.state', trafficOf),
    of('link.tx', trafficOf),
    of('link.wait', perPort),
  ];
  if ([rate, state, sent].includes('')) return [];
  const byKind = `by (${RACK}, kind)`;
  const ports = recordedName('rack', 'ports:count');
  const isUp = `unless ${ACTIVE} == 0`;
  const waits = waitTickBytes === undefined ? `(${ticks}) > 0` : `(${ticks}) * ${waitTickBytes} / ${RATE} > ${WAITS}`;
  const count = (what: string, expr: string) => ({ record: recordedName('rack', what), expr });
  return [
    { record: RATE, expr: rate },
    { record: ACTIVE, expr: `(${state}) == bool 4` },
    { record: ports, expr: `count ${byKind} (${RATE} or ${ACTIVE} == 1)` },
    count('ports_down:count', `count ${byKind} (${RATE} and ${ACTIVE} == 0) or ${ports} * 0`),
    count('ports_transmit_bytes_per_second:sum', `sum ${byKind} ((${sent}) and ${RATE} ${isUp})`),
    count('ports_rate_bytes_per_second:sum', `sum ${byKind} (${RATE} and ${PORT_USE} ${isUp})`),
    count('links_degraded:count', `sum by (${RACK}) (${belowPeers(profiles)})`),
    ...(ticks === ''
      ? []
      : [count('links_full:count', `count by (${RACK}) (${PORT_USE} >= ${FULL} and (${waits})) or ${LINKS} * 0`)]),
  ];
}

/** The kind of network beside: InfiniBand and Ethernet are counted apart. */
const ofKind = (values: string, { link }: Mapping) => `label_replace(${values}, "kind", "${link}", "", "")`;

/** 1 for ports that are slower than the middle one of the same device in racks of the same boards, else 0. */
function belowPeers(profiles: readonly Profile[]): string {
  const device = `label_replace(${RATE}, "device", "$1", "${OBJECT}", "[^/]*/(.+)")`;
  const model = `topk by (${RACK}) (1, ${MODEL})`;
  const models = profiles.some(({ mappings }) => mappings.some(({ signal }) => signal === 'gpu.power'));
  const rated = models
    ? `(${device} * on (${RACK}) group_left (model) ${model} or ${device} unless on (${RACK}) ${MODEL})`
    : device;
  const peers = 'kind, device, port, model';
  return `${rated} < bool on (${peers}) group_left () ${BELOW_PEERS} * quantile by (${peers}) (0.5, ${rated})`;
}
