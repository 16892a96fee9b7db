import { formatCount } from '../../../shared/format.ts';
import type { RackSignal } from '../../../shared/rack/columns.ts';
import { hardwareOf } from '../../../shared/signals/hardware.ts';
import type { Ramp } from '../../draw/ramp.ts';
import type { RackNow } from './rack-model.ts';

/** What the rack view shows over time, one at a time. */
export const RACK_VIEWS = ['power', 'util', 'temp', 'clock', 'nvlink'] as const;
export type RackView = (typeof RACK_VIEWS)[number];

export interface ViewOfSignal {
  readonly id: RackView;
  /** On the switcher, with its key. */
  readonly label: string;
  readonly key: string;
  readonly title: string;
  readonly signal: RackSignal;
  /** The unit of what is printed; values are divided by `divisor` for it. */
  readonly unit: string;
  readonly divisor: number;
  readonly decimals: number;
  readonly ramp: Ramp;
  /** What its colours are a share of, in two lines. */
  readonly of: readonly [string, string];
}

const VIEWS: Readonly<Record<RackView, Omit<ViewOfSignal, 'id'>>> = {
  power: {
    ...{ label: 'Power', key: 'P', title: 'GPU power over time', signal: 'gpu.power', unit: 'W' },
    ...{ divisor: 1, decimals: 0, ramp: 'limit', of: ['Draw, % of', 'own limit'] },
  },
  util: {
    ...{ label: 'Util', key: 'U', title: 'GPU utilisation over time', signal: 'gpu.util', unit: '%' },
    ...{ divisor: 0.01, decimals: 0, ramp: 'level', of: ['Utilisation,', '%'] },
  },
  temp: {
    ...{ label: 'Temp', key: 'T', title: 'GPU temperature over time', signal: 'gpu.temp', unit: '°C' },
    ...{ divisor: 1, decimals: 0, ramp: 'limit', of: ['°C, % of', 'slowdown'] },
  },
  clock: {
    ...{ label: 'Clock', key: 'C', title: 'SM clock over time', signal: 'gpu.clock', unit: 'MHz' },
    ...{ divisor: 1, decimals: 0, ramp: 'level', of: ['Clock, % of', 'its maximum'] },
  },
  nvlink: {
    ...{ label: 'NVLink', key: 'N', title: 'NVLink over time', signal: 'gpu.nvlink', unit: 'GB/s' },
    ...{ divisor: 1e9, decimals: 0, ramp: 'level', of: ['TX + RX, %', 'of peak'] },
  },
};

export const viewOfSignal = (id: RackView): ViewOfSignal => ({ id, ...VIEWS[id] });

/**
 * What each GPU's value is a share of, in the signal's unit: its own power limit, slowdown temperature, maximum clock,
 * the peak of its model's NVLinks, or 1. Where nobody tells, it is the hardware table's; NaN where that lacks it too.
 *
 * @param models of each GPU
 */
export function limitsOf(view: RackView, now: RackNow | null, models: readonly string[]): Float32Array {
  const told = LIMITS[view] === undefined ? undefined : now?.value(LIMITS[view]);
  return Float32Array.from(models, (model, gpu) => {
    const limit = told?.[gpu] ?? Number.NaN;
    return Number.isNaN(limit) ? (fromTable(view, model) ?? Number.NaN) : limit;
  });
}

const LIMITS: Readonly<Partial<Record<RackView, RackSignal>>> = {
  power: 'gpu.powerLimit',
  temp: 'gpu.tempLimit',
  clock: 'gpu.clockMax',
};

function fromTable(view: RackView, model: string): number | undefined {
  if (view === 'util') return 1;
  const hardware = hardwareOf(model);
  if (view === 'power') return hardware?.tdpW;
  if (view === 'temp') return hardware?.slowdownC;
  return view === 'nvlink' ? hardware?.nvlinkBps || undefined : undefined;
}

/** A value as it is printed without its unit: "1,147"; '—' for none. */
export function printed({ divisor, decimals }: ViewOfSignal, value: number): string {
  if (Number.isNaN(value)) return '—';
  const scaled = value / divisor;
  return decimals === 0 ? formatCount(scaled) : scaled.toFixed(decimals);
}

/** A value with its unit: "1,147 W", "83%", "88 °C". */
export function withUnit(view: ViewOfSignal, value: number): string {
  const text = printed(view, value);
  return text === '—' ? text : view.unit === '%' ? `${text}%` : `${text} ${view.unit}`;
}
