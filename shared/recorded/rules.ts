import type { SignalId } from '../signals/catalogue.ts';
import type { Profile } from '../signals/profile.ts';
import { HELD, POWER_REASONS, SW_POWER_CAP, throttleClass } from '../throttle.ts';
import {
  modelsOf,
  portBytes,
  portUse,
  shareOfBoards,
  toldTwice,
  valuesOf,
  withWork,
  workOfBoards,
} from './expressions.ts';
import { PLACE_LABELS, recordedName, WORK_LABELS } from './names.ts';

/** One recording rule. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** Rules that are evaluated one after another; groups are side by side. */
export interface RecordingGroup {
  readonly name: string;
  readonly rules: readonly RecordingRule[];
}

/** What rules are made for. */
export interface RecordingOptions {
  readonly profiles: readonly Profile[];
  /** Over which counters are rated: at least twice the scrape interval, such as "2m". */
  readonly rateWindow: string;
}

/** Below this share a GPU counts as idle, as in the strip of the overview. */
const IDLE = 0.05;
/** Bits of the clock event reasons that are documented. */
const BITS = [0, 1, 2, 3, 4, 5, 6, 7];
const ALL_MASKS = Array.from({ length: 1 << BITS.length }, (_, mask) => mask);

const LEVELS = PLACE_LABELS.map((level, i) => ({ level, by: PLACE_LABELS.slice(0, i + 1).join(', ') })).reverse();
const [{ by: RACK }] = LEVELS;

/**
 * Rules for racks and above, in groups that a server evaluates side by side. Sums and highest values are recorded by
 * rack, since those of places above follow from them; medians by every level, since a median of medians is something
 * else. What an instant of these series is worth is told by the oldest sample of the rack.
 */
export function recordingGroups({ profiles, rateWindow: window }: RecordingOptions): readonly RecordingGroup[] {
  const of = (signal: SignalId) => valuesOf(signal, profiles, window);
  const [power, util, temp, nodes] = [of('gpu.power'), of('gpu.util'), of('gpu.temp'), of('node.power')];
  const groups: readonly (readonly [string, readonly RecordingRule[]])[] = [
    [
      'power',
      [...byRack('gpu_power_watts:sum', 'sum', power), ...byRack('sample_time_seconds:min', 'min', times(profiles))],
    ],
    // One after another: how many of a rack's boards are silent, and whose they are, belong together (silent-work.ts).
    ['gpus', [...byRack('gpus:count', 'count', joined(power, temp, util)), ...workCounts(profiles, window)]],
    ['models', models(profiles, window)],
    [
      'use',
      [
        ...byLevels('gpu_util_ratio:median', 0.5, util),
        ...byRack('gpus_idle:count', 'count', util && `(${util}) < ${IDLE}`),
      ],
    ],
    ['use-lowest', byLevels('gpu_util_ratio:p10', 0.1, util).slice(-1)],
    ['heat', [...byRack('gpu_temp_celsius:max', 'max', temp), ...byRack('gpu_temp_use_ratio:max', 'max', heat(of))]],
    ['clocks', clockEvents(of('gpu.throttle'))],
    ['nvlink', byLevels('nvlink_bytes_per_second:median', 0.5, nvlink(of))],
    ['nodes', [...byRack('node_power_watts:sum', 'sum', nodes), ...byRack('nodes_metered:count', 'count', nodes)]],
    ['limits', limits(of('gpu.powerLimit'))],
    ['ports', ports(profiles, window)],
    ...work(profiles, window),
  ];
  return groups.flatMap(([name, rules]) => (rules.length > 0 ? [{ name: `fleetwatt-racks-${name}`, rules }] : []));
}

const joined = (...texts: readonly string[]) => texts.filter((text) => text !== '').join(' or ');

const byRack = (what: string, how: string, values: string): RecordingRule[] =>
  values === '' ? [] : [{ record: recordedName('rack', what), expr: `${how} by (${RACK}) (${values})` }];

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
  return temp && joined(limit && `((${temp}) / (${limit}))`, margin && `((${temp}) / ((${temp}) + (${margin})))`);
}

/** Σ power limits, and of how many boards: those of the others are the hardware table's. */
function limits(values: string): readonly RecordingRule[] {
  return [...byRack('gpu_limit_watts:sum', 'sum', values), ...byRack('gpus_limited:count', 'count', values)];
}

/** What is told of each pod and job: the signal, and the name of its mean over the boards of a rack. */
const OF_WORK: readonly (readonly [SignalId, string])[] = [
  ['gpu.util', 'work_util_ratio:avg'],
  ['gpu.powerThrottle', 'work_held_by_cap_ratio:avg'],
  ['gpu.thermalThrottle', 'work_held_by_heat_ratio:avg'],
  ['gpu.brakeThrottle', 'work_held_by_brake_ratio:avg'],
  ['gpu.dram', 'work_memory_ratio:avg'],
  ['gpu.tensor', 'work_tensor_ratio:avg'],
  ['gpu.smActive', 'work_sm_ratio:avg'],
];

const byWork = (what: string, how: string, values: string): RecordingRule[] =>
  values === ''
    ? []
    : [
        {
          record: recordedName('rack', what),
          expr: `${how} by (${[RACK, ...WORK_LABELS].join(', ')}) (${values})`,
        },
      ];

/** How many boards of each rack each pod and job has. */
function workCounts(profiles: readonly Profile[], window: string): readonly RecordingRule[] {
  const boards = workOfBoards(['gpu.power', 'gpu.util'], profiles, window);
  const [rule] = byWork('work_gpus:count', 'sum', shareOfBoards(boards));
  // A 0 of a rack itself: its work is told, whether there is any or not.
  return rule ? [{ ...rule, expr: `${rule.expr} or ${recordedName('rack', 'gpus:count')} * 0` }] : [];
}

/** What each pod and job of a rack draws, and what tells what holds it back. */
function work(profiles: readonly Profile[], window: string): readonly (readonly [string, readonly RecordingRule[]])[] {
  const boards = workOfBoards(['gpu.power'], profiles, window);
  const [shares, watts] = [shareOfBoards(boards), valuesOf('gpu.power', profiles, window)];
  const of = (signal: SignalId) => {
    const values = valuesOf(signal, profiles, window);
    return values && boards && withWork(values, boards);
  };
  return [
    ['work-power', byWork('work_gpu_power_watts:sum', 'sum', watts && shares && withWork(watts, shares))],
    ['work-metered', byWork('work_gpus_metered:count', 'sum', shares)],
    // Each by itself: they are dear, and groups are evaluated side by side.
    ...OF_WORK.map(
      ([signal, what]) => [`work-${signal.replace('gpu.', '')}`, byWork(what, 'avg', of(signal))] as const,
    ),
  ];
}

function models(profiles: readonly Profile[], window: string): RecordingRule[] {
  const expr = modelsOf(profiles, window);
  return expr === '' ? [] : [{ record: recordedName('rack', 'gpu_model:info'), expr }];
}

/** Both directions stand before a total of the exporter's own, as in resolve.ts. */
function nvlink(of: (signal: SignalId) => string): string {
  const [tx, rx, total] = [of('gpu.nvlinkTx'), of('gpu.nvlinkRx'), of('gpu.nvlink')];
  return joined(tx && rx && `((${tx}) + (${rx}))`, total);
}

function ports(profiles: readonly Profile[], window: string): RecordingRule[] {
  const use = portUse(profiles, window);
  return [
    ...toldTwice(profiles, window).map(([record, expr]) => ({ record, expr })),
    ...byRack('link_use_ratio:max', 'max', use),
    ...byRack('links:count', 'count', use && `max by (fw_object, kind, ${RACK}) (${use})`),
    ...byRack('link_receive_bytes_per_second:sum', 'sum', portBytes('link.rx', profiles, window)),
    ...byRack('link_transmit_bytes_per_second:sum', 'sum', portBytes('link.tx', profiles, window)),
  ];
}

/** When the samples behind a rack's numbers were taken; timestamp() of two names at once may be refused. */
function times(profiles: readonly Profile[]): string {
  const names = profiles
    .flatMap(({ mappings }) => mappings)
    .filter(
      ({ signal, kind, rank }) => kind === 'gauge' && rank < 2 && (signal === 'gpu.power' || signal === 'gpu.temp'),
    )
    .flatMap((one) => one.names);
  return [...new Set(names)].map((name) => `timestamp(${name})`).join(' or ');
}
