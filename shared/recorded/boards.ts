import type { SignalId } from '../signals/catalogue.ts';
import { ON_BOARD, shareOfBoards, valuesOf, withWork, workOfBoards } from './expressions.ts';
import { PLACE_LABELS, recordedName, WORK_LABELS } from './names.ts';
import type { RecordingOptions, RecordingRule } from './rule.ts';

const RACK = PLACE_LABELS.join(', ');
const WORK_IN_RACK = [RACK, ...WORK_LABELS].join(', ');

/** What is recorded of every board, because several rules look at it. */
export const POWER = recordedName('board', 'power_watts');
export const UTIL = recordedName('board', 'util_ratio');
export const NVLINK = recordedName('board', 'nvlink_bytes_per_second');
const WORK = recordedName('board', 'work:info');
/** Share of time that power, heat and the brake hold it by its counters: rates are dear, and several rules look at them. */
const CAP = recordedName('board', 'power_throttle_ratio');
const HEAT = recordedName('board', 'thermal_throttle_ratio');
const BRAKE = recordedName('board', 'brake_throttle_ratio');
/** Share of time that the power cap holds it, and share of its highest clock that it lacks. */
const CAPPED = recordedName('board', 'held_by_cap_ratio');
const SLOWED = recordedName('board', 'clock_lacking_ratio');

/** Over which a residency is told, and the least of it that must be known, seconds (alerting/memory.ts). */
const WINDOW_S = 300;
const LEAST_S = 150;
/** From this share of the window on a GPU counts as held by the cap (alerting/place-quantities.ts). */
const CAPPED_LONG = 0.5;

/** Rules for each board. */
export function boardRecords({ profiles, rateWindow }: RecordingOptions): readonly RecordingRule[] {
  const of = (signal: SignalId) => valuesOf(signal, profiles, rateWindow);
  const [clock, most] = [of('gpu.clock'), of('gpu.clockMax')];
  const cap = of('gpu.powerThrottle');
  const mask = of('gpu.throttle');
  return made([
    [POWER, of('gpu.power')],
    [UTIL, of('gpu.util')],
    [NVLINK, nvlink(of)],
    [WORK, workOfBoards(['gpu.power', 'gpu.util'], profiles, rateWindow)],
    [CAP, cap],
    [HEAT, of('gpu.thermalThrottle')],
    [BRAKE, of('gpu.brakeThrottle')],
    [CAPPED, either(cap && `clamp_max(${CAP}, 1)`, mask && isCapped(mask))],
    [SLOWED, clock && most && `clamp_min(1 - (${clock}) / ${ON_BOARD} (${most}), 0)`],
  ]);
}

const made = (rules: readonly (readonly [string, string])[]) =>
  rules.flatMap(([record, expr]) => (expr === '' ? [] : [{ record, expr }]));

/** The record's name where it is among these; '' where nothing is known of it. */
export const recordIn = (rules: readonly RecordingRule[], record: string) =>
  rules.some((one) => one.record === record) ? record : '';

const either = (...texts: readonly string[]) =>
  texts
    .filter((text) => text !== '')
    .map((text) => `(${text})`)
    .join(' or ');

/** Both directions stand before a total of the exporter's own, as in resolve.ts. */
function nvlink(of: (signal: SignalId) => string): string {
  const [tx, rx, total] = [of('gpu.nvlinkTx'), of('gpu.nvlinkRx'), of('gpu.nvlink')];
  return either(tx && rx && `(${tx}) + ${ON_BOARD} (${rx})`, total);
}

// PromQL knows no bits: what is left of a division tells them, and the documented ones are below 256.
/** 1 where the SW power cap (bit 2) is among the clock event reasons, else 0. */
const isCapped = (mask: string) => `(${mask}) % 8 >= bool 4`;
/** Reasons by power: the cap, or the HW power brake (bit 7). */
const byPower = (mask: string) => `((${mask}) % 8 >= 4) or ((${mask}) % 256 >= 128)`;
/** Reasons by heat (bits 3, 5, 6), of which none is left out but where the brake is worse: 8 to 15 and 24 to 127. */
const byHeat = (mask: string) => `((${mask}) % 256 >= 24 < 128) or ((${mask}) % 256 >= 8 < 16)`;

/** What is told of each pod and job: the signal, the name of its mean over the boards of a rack, and what has it of each board. */
const OF_WORK: readonly (readonly [SignalId, string, string?])[] = [
  ['gpu.util', 'work_util_ratio:avg', UTIL],
  ['gpu.powerThrottle', 'work_held_by_cap_ratio:avg', CAP],
  ['gpu.thermalThrottle', 'work_held_by_heat_ratio:avg', HEAT],
  ['gpu.brakeThrottle', 'work_held_by_brake_ratio:avg', BRAKE],
  ['gpu.dram', 'work_memory_ratio:avg'],
  ['gpu.tensor', 'work_tensor_ratio:avg'],
  ['gpu.smActive', 'work_sm_ratio:avg'],
];

/** How many boards of each rack each pod and job has, what it draws there, and what tells what holds it back. */
export function workRules({ profiles, rateWindow }: RecordingOptions, boards: readonly RecordingRule[]) {
  if (recordIn(boards, WORK) === '') return [];
  const [power, shares] = [recordIn(boards, POWER), shareOfBoards(WORK)];
  const of = (how: string, values: string) => `${how} by (${WORK_IN_RACK}) (${values})`;
  const rack = (what: string) => recordedName('rack', what);
  const means = OF_WORK.map(([signal, what, record]): readonly [string, string] => {
    const values = record === undefined ? valuesOf(signal, profiles, rateWindow) : recordIn(boards, record);
    return [rack(what), values && of('avg', withWork(values, WORK))];
  });
  return made([
    // A 0 of a rack itself: its work is told, whether there is any or not.
    [rack('work_gpus:count'), `${of('sum', shares)} or ${rack('gpus:count')} * 0`],
    [rack('work_gpus_shared:count'), `${of('count', `${shares} < 1`)} or ${rack('work_gpus:count')} * 0`],
    [rack('work_gpu_power_watts:sum'), power && of('sum', withWork(power, shares))],
    [rack('work_gpus_metered:count'), power && of('sum', `${shares} and ${ON_BOARD} ${power}`)],
    ...means,
  ]);
}

/**
 * What held clocks cost: GPUs lost at this instant, as work/lost.ts reckons them, of how many whose clocks are known;
 * and the share of GPUs that the cap held for most of the last 5 min, of those of which enough of them is known.
 */
export function heldRules(
  { profiles, rateWindow, intervalS = 30 }: RecordingOptions,
  boards: readonly RecordingRule[],
) {
  const [cap, heat, brake] = [CAP, HEAT, BRAKE].map((record) => recordIn(boards, record));
  const mask = valuesOf('gpu.throttle', profiles, rateWindow);
  const slowed = recordIn(boards, SLOWED);
  // A board of which only the reasons of the moment are told is held all the time, or not at all.
  const held = (shares: readonly string[], reasons: string) => {
    const now = mask && `(${reasons}) * 0 + 1`;
    return `clamp_max(${either(...shares, now, `${slowed} * 0`)}, 1)`;
  };
  const worse = cap && brake && `(${cap}) >= ${ON_BOARD} (${brake})`;
  const byCap = held([worse, brake && `(${brake}) > 0`, cap], byPower(mask));
  const rack = (what: string, expr: string): readonly [string, string] => [recordedName('rack', what), slowed && expr];
  const both = `clamp_min(${held([heat], byHeat(mask))} - ${ON_BOARD} ${byCap}, 0)`;
  return made([
    rack('gpus_lost_to_power:sum', `sum by (${RACK}) (${byCap} * ${ON_BOARD} ${slowed})`),
    // A clock that both hold is lost once: heat has what power leaves of it.
    rack('gpus_lost_to_heat:sum', `sum by (${RACK}) (${both} * ${ON_BOARD} ${slowed})`),
    rack('gpus_clocked:count', `count by (${RACK}) (${slowed})`),
    [recordedName('rack', 'gpus_capped_long:ratio'), recordIn(boards, CAPPED) && cappedLong(intervalS)],
  ]);
}

/** Share of a rack's GPUs that the cap held for most of the window; what is known of one may suffice before all of it is. */
function cappedLong(intervalS: number): string {
  const window = `[${WINDOW_S}s]`;
  const least = Math.max(1, Math.round(LEAST_S / intervalS));
  const known = `count_over_time(${CAPPED}${window})`;
  const share = `sum_over_time(${CAPPED}${window}) / clamp_min(${known}, ${least})`;
  const told = `(${share}) and (${known} >= ${least} or ${share} >= ${CAPPED_LONG})`;
  // Only boards that are heard now.
  return `avg by (${RACK}) (((${told}) > bool ${CAPPED_LONG}) and ${CAPPED})`;
}
