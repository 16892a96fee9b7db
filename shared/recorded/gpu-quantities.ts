import { xids } from '../rack/xid.ts';
import type { SignalId } from '../signals/catalogue.ts';
import type { Profile } from '../signals/profile.ts';
import { activeNvlinks, gpuValuesOf } from './expressions.ts';
import { recordedName } from './names.ts';
import type { RecordingRule } from './rule.ts';
import { unusual, usualRecord } from './unusual.ts';

/** How the expressions are made. */
export interface AlertingOptions {
  readonly profiles: readonly Profile[];
  /** Over which counters are rated, such as "1m". */
  readonly rateWindow: string;
  /** Seconds between evaluations of the file's groups. */
  readonly intervalS: number;
  /** Bytes that a tick of ports' wait counters stands for; left out: nobody says. */
  readonly waitTickBytes?: number | undefined;
}

/** Labels of our alerts of a GPU. */
export const GPU_LABELS = ['site', 'hall', 'row', 'rack', 'node', 'UUID'] as const;
/** Those of a node. */
export const NODE_LABELS: readonly string[] = GPU_LABELS.slice(0, -1);

/** A window over which a residency is told and an event is new, as in the alert engine's memory. */
const WINDOW = '5m';
const LEAST_KNOWN_S = 150;

const gpuName = (what: string) => recordedName('gpu', what);
const REASONS = gpuName('clock_event_reasons');
const XID = gpuName('xid_last');
const ECC = gpuName('ecc_uncorrected');
const BOARD = gpuName('board_power_watts');
const NVLINK_ERRORS = gpuName('nvlink_errors_per_second');
const NVLINKS_ACTIVE = gpuName('nvlinks_active');
const NVLINKS_MOST = gpuName('nvlinks_active:most');
const REPLAYS = gpuName('pcie_replays_per_second');
const HELD = {
  cap: gpuName('held_by_cap:now'),
  hwHeat: gpuName('held_by_hw_heat:now'),
  swHeat: gpuName('held_by_sw_heat:now'),
};

/** One bit of the recorded clock event reasons: 0 or 1. */
const bit = (k: number) => `floor(${REASONS} / ${2 ** k}) % 2`;
/** HW slowdown or HW thermal is the worst of the reasons: no power brake beside it (throttle.ts). */
const HW_HEAT = `(((${bit(3)}) + (${bit(6)}) > bool 0) * (1 - (${bit(7)})))`;
const SW_HEAT = `((${bit(5)}) * ((${bit(3)}) + (${bit(6)}) + (${bit(7)}) == bool 0))`;

/** What has to be recorded of each GPU before conditions over windows can be told. */
export function gpuRecords({ profiles, rateWindow, intervalS }: AlertingOptions): readonly RecordingRule[] {
  const of = (signal: SignalId) => gpuValuesOf(signal, profiles, rateWindow);
  const [cap, heat] = [of('gpu.powerThrottle'), of('gpu.thermalThrottle')].map(
    (share) => share && `clamp_max(${share}, 1)`,
  );
  const nvlinks = activeNvlinks(profiles, rateWindow);
  const hot = either(heat, `${HW_HEAT} + ${SW_HEAT}`);
  const rules: readonly (readonly [string, string])[] = [
    [BOARD, of('gpu.power')],
    [REASONS, of('gpu.throttle')],
    [HELD.cap, either(cap, bit(2))],
    [HELD.hwHeat, `(${hot}) * ${HW_HEAT}`],
    [HELD.swHeat, `(${hot}) * (1 - ${HW_HEAT})`],
    [XID, of('gpu.xid')],
    [ECC, of('gpu.eccUncorrected')],
    [NVLINK_ERRORS, of('gpu.nvlinkErrors')],
    [REPLAYS, of('gpu.pcieReplay')],
    [NVLINKS_ACTIVE, nvlinks],
    // As many as ever were: what was recorded here before is looked at again.
    [NVLINKS_MOST, nvlinks && `(last_over_time(${NVLINKS_MOST}[1h]) > ${NVLINKS_ACTIVE}) or ${NVLINKS_ACTIVE}`],
  ];
  return rules.flatMap(([record, expr]) => {
    if (expr === '') return [];
    const rates = record === NVLINK_ERRORS || record === REPLAYS;
    return [{ record, expr }, ...(rates ? [usualRecord(record, intervalS)] : [])];
  });
}

const either = (first: string, second: string) => (first === '' ? second : `(${first}) or (${second})`);

/** Share of the window that was held, where at least half of it is known. */
function residency(record: string, { intervalS }: AlertingOptions): string {
  const least = Math.max(1, Math.round(LEAST_KNOWN_S / intervalS));
  return `sum_over_time(${record}[${WINDOW}]) / clamp_min(count_over_time(${record}[${WINDOW}]), ${least})`;
}

/** Codes by which work is lost. */
const FATAL = xids.filter(({ severity }) => severity === 'critical').map(({ code }) => code);

/** Began within the window on a GPU that was heard before it, as was this of another GPU of its node (gpu-events.ts). */
function begun(record: string): string {
  const before = `${record} offset ${WINDOW}`;
  return `(${record} unless ${before}) and ${BOARD} offset ${WINDOW} and on (${NODE_LABELS.join(', ')}) (${before})`;
}

/** Expressions of derived quantities of GPUs by their names; a signal's own is its values. */
export function gpuQuantity(name: string, options: AlertingOptions): string {
  const { profiles, rateWindow } = options;
  const of = (signal: SignalId) => gpuValuesOf(signal, profiles, rateWindow);
  const share = (part: SignalId, whole: SignalId) => `(${of(part)}) / (${of(whole)})`;
  const made: Readonly<Record<string, () => string>> = {
    'gpu.cap_held': () => residency(HELD.cap, options),
    'gpu.hw_heat_held': () => residency(HELD.hwHeat, options),
    'gpu.sw_heat_held': () => residency(HELD.swHeat, options),
    'gpu.brake': () => {
      const brake = of('gpu.brakeThrottle');
      return brake === ''
        ? bit(7)
        : `clamp_max((${bit(7)}) + ((${brake}) > bool 0), 1) or (${bit(7)}) or ((${brake}) > bool 0)`;
    },
    'gpu.clock_share': () => share('gpu.clock', 'gpu.clockMax'),
    'gpu.pcie_width_share': () => share('gpu.pcieWidth', 'gpu.pcieWidthMax'),
    'gpu.pcie_gen_share': () => share('gpu.pcieGen', 'gpu.pcieGenMax'),
    'gpu.fatal_xid': () =>
      `(${FATAL.map((code) => `${XID} == ${code}`).join(' or ')}) and ((changes(${XID}[${WINDOW}]) > 0) or (${begun(XID)}))`,
    'gpu.new_ecc': () => `(${begun(ECC)}) or (${ECC} - min_over_time(${ECC}[${WINDOW}]))`,
    'gpu.throttle': () => REASONS,
    'gpu.nvlink_errors_unusual': () => unusual(NVLINK_ERRORS),
    'gpu.nvlinks_down': () => `${NVLINKS_MOST} - ${NVLINKS_ACTIVE}`,
    'gpu.pcie_replay_unusual': () => unusual(REPLAYS),
  };
  return made[name]?.() ?? '';
}

/** Share of the GPUs of a rack that are held by the power cap for more than half of the window. */
export function cappedShare(options: AlertingOptions): string {
  const held = residency(HELD.cap, options);
  return `count by (site, hall, row, rack) (${held} > 0.5) / count by (site, hall, row, rack) (${held})`;
}

/** 1 for places by these labels of which no board is heard that was heard within the hour, unless one around is dark. */
export function silent(labels: readonly string[]): string {
  const dark = (by: readonly string[]) =>
    `(group by (${by.join(', ')}) (last_over_time(${BOARD}[1h])) unless group by (${by.join(', ')}) (${BOARD}))`;
  const around = labels.slice(0, -1);
  if (around.length === 0) return dark(labels);
  return `${dark(labels)} unless on (${around.join(', ')}) ${dark(around)}`;
}
