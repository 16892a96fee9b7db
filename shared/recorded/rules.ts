import type { SignalId } from '../signals/catalogue.ts';
import type { Profile } from '../signals/profile.ts';
import { HELD, POWER_REASONS, SW_POWER_CAP, throttleClass } from '../throttle.ts';
import { boardRecords, heldRules, NVLINK, POWER, recordIn, UTIL, workRules } from './boards.ts';
import { modelsOf, portBytes, portUse, racksTogether, toldTwice, valuesOf } from './expressions.ts';
import { linkCounts } from './link-counts.ts';
import { PLACE_LABELS, PORT_USE, ROUND, recordedName, SAMPLE_TIME, SAMPLES_OF_ROUND } from './names.ts';
import type { RecordingGroup, RecordingOptions, RecordingRule } from './rule.ts';

/** Below this share a GPU counts as idle, as in the strip of the overview. */
const IDLE = 0.05;
/** Bits of the clock event reasons that are documented. */
const BITS = [0, 1, 2, 3, 4, 5, 6, 7];
const ALL_MASKS = Array.from({ length: 1 << BITS.length }, (_, mask) => mask);

const LEVELS = PLACE_LABELS.map((level, i) => ({ level, by: PLACE_LABELS.slice(0, i + 1).join(', ') })).reverse();
const [{ by: RACK }] = LEVELS;

/**
 * Rules for racks and above, one after another: every number of a round is of the same instant. The oldest sample of
 * each rack is looked up first and told last, so that nothing is ever said to be younger than it is. Sums and highest
 * values are recorded by rack, since those of places above follow from them; medians by every level, since a median of
 * medians is something else. What is looked at more than twice is recorded of each board first.
 */
export function recordingGroups(options: RecordingOptions): readonly RecordingGroup[] {
  const { profiles, rateWindow: window } = options;
  const of = (signal: SignalId) => valuesOf(signal, profiles, window);
  const [temp, nodes] = [of('gpu.temp'), of('node.power')];
  const boards = boardRecords(options);
  const [power, util, nvlink] = [POWER, UTIL, NVLINK].map((name) => recordIn(boards, name));
  const rules = [
    { record: SAMPLES_OF_ROUND, expr: racksTogether('min', times(profiles)) },
    ...boards,
    ...byRack('gpu_power_watts:sum', 'sum', power),
    ...byRack('gpus:count', 'count', joined(power, util, temp)),
    ...byRack('gpus_metered:count', 'count', power),
    ...models(profiles, window),
    ...byLevels('gpu_util_ratio:median', 0.5, util),
    ...byRack('gpus_idle:count', 'count', util && `${util} < ${IDLE}`),
    ...byLevels('gpu_util_ratio:p10', 0.1, util).slice(-1),
    ...byRack('gpu_temp_celsius:max', 'max', temp),
    ...byRack('gpu_temp_use_ratio:max', 'max', heat(of)),
    ...clockEvents(of('gpu.throttle')),
    ...byLevels('nvlink_bytes_per_second:median', 0.5, nvlink),
    ...byRack('node_power_watts:sum', 'sum', nodes),
    ...byRack('nodes_metered:count', 'count', nodes),
    ...limits(of('gpu.powerLimit')),
    ...ports(profiles, window),
    ...linkCounts(options),
    ...workRules(options, boards),
    ...heldRules(options, boards),
    { record: ROUND, expr: `time() - ${SAMPLE_TIME}` },
    { record: SAMPLE_TIME, expr: SAMPLES_OF_ROUND },
  ];
  return [{ name: 'fleetwatt-racks', rules }];
}

const joined = (...texts: readonly string[]) => texts.filter((text) => text !== '').join(' or ');

const recorded = (what: string, expr: string): RecordingRule[] =>
  expr === '' ? [] : [{ record: recordedName('rack', what), expr }];

const byRack = (what: string, how: string, values: string) =>
  recorded(what, values && `${how} by (${RACK}) (${values})`);

const byLevels = (what: string, share: number, values: string): RecordingRule[] =>
  values === ''
    ? []
    : LEVELS.map(({ level, by }) => ({
        record: recordedName(level, what),
        expr: `quantile by (${by}) (${share}, ${values})`,
      }));

/**
 * How many GPUs of a rack have which reasons, and what follows from that: a mask with every reason that one of its GPUs
 * has, and how many GPUs are held. PromQL knows no bits, so the masks that have one are listed.
 */
function clockEvents(masks: string): readonly RecordingRule[] {
  if (masks === '') return [];
  const counts = recordedName('rack', 'gpus_by_clock_events:count');
  const all = `sum by (${RACK}) (${counts})`;
  const having = (wanted: (mask: number) => boolean) => `${counts}{mask=~"${ALL_MASKS.filter(wanted).join('|')}"}`;
  const count = (what: string, wanted: (mask: number) => boolean) => ({
    record: recordedName('rack', what),
    expr: `sum by (${RACK}) (${having(wanted)}) or ${all} * 0`,
  });
  const bits = BITS.map(
    (k) =>
      `label_replace(group by (${RACK}) (${having((mask) => (mask & (1 << k)) !== 0)}) * ${1 << k}, "bit", "${k}", "", "")`,
  );
  return [
    { record: counts, expr: `count_values by (${RACK}) ("mask", ${masks})` },
    {
      record: recordedName('rack', 'clock_event_reasons:or'),
      expr: `sum by (${RACK}) (${bits.join(' or ')}) or ${all} * 0`,
    },
    { record: recordedName('rack', 'gpus_with_reasons:count'), expr: all },
    count('gpus_held:count', (mask) => throttleClass(mask) >= HELD),
    count('gpus_held_by_power:count', (mask) => (mask & POWER_REASONS) !== 0),
    count('gpus_capped:count', (mask) => (mask & SW_POWER_CAP) !== 0),
  ];
}

/** Each GPU's temperature as a share of the one at which it slows down, where exporters tell that or the distance to it. */
function heat(of: (signal: SignalId) => string): string {
  const [temp, limit, margin] = [of('gpu.temp'), of('gpu.tempLimit'), of('gpu.tempMargin')];
  return temp && joined(limit && `((${temp}) / (${limit}))`, margin && `(1 / (1 + (${margin}) / (${temp})))`);
}

/** Σ power limits, and of how many boards: those of the others are the hardware table's. */
function limits(values: string): readonly RecordingRule[] {
  return [...byRack('gpu_limit_watts:sum', 'sum', values), ...byRack('gpus_limited:count', 'count', values)];
}

function models(profiles: readonly Profile[], window: string): RecordingRule[] {
  const expr = modelsOf(profiles, window);
  return expr === '' ? [] : [{ record: recordedName('rack', 'gpu_model:info'), expr }];
}

function ports(profiles: readonly Profile[], window: string): RecordingRule[] {
  const use = portUse(profiles, window);
  return [
    ...toldTwice(profiles, window).map(([record, expr]) => ({ record, expr })),
    ...(use === '' ? [] : [{ record: PORT_USE, expr: use }]),
    ...byRack('link_use_ratio:max', 'max', use && PORT_USE),
    ...byRack('links:count', 'count', use && PORT_USE),
    ...recorded('link_receive_bytes_per_second:sum', portBytes('link.rx', profiles, window)),
    ...recorded('link_transmit_bytes_per_second:sum', portBytes('link.tx', profiles, window)),
  ];
}

/** When the samples behind a rack's numbers were taken; timestamp() of two names at once may be refused. */
function times(profiles: readonly Profile[]): readonly string[] {
  const names = profiles
    .flatMap(({ mappings }) => mappings)
    .filter(
      ({ signal, kind, rank }) => kind === 'gauge' && rank < 2 && (signal === 'gpu.power' || signal === 'gpu.temp'),
    )
    .flatMap((one) => one.names);
  return [...new Set(names)].map((name) => `timestamp(${name})`);
}
