import type { LayoutDocument, Severity, ViewFrame } from '../../../shared/contract.ts';
import {
  formatCap,
  formatClock,
  formatCount,
  formatPercent,
  formatPower,
  formatPowerPair,
  formatSlope,
  formatTime,
  formatWatts,
} from '../../../shared/format.ts';
import { ASSUMED } from '../../../shared/frame.ts';
import { median, quantile } from '../../../shared/quantile.ts';
import { rackQuality } from '../../../shared/rack/columns.ts';
import { HW_THERMAL, throttleClass } from '../../../shared/throttle.ts';
import { NODE } from '../../../shared/topology.ts';
import { severityOf } from '../overview/budget-rows.ts';
import type { KpiCell } from '../overview/kpi.ts';
import { outlookOf } from '../overview/outlook.ts';
import { labelOf } from '../places.ts';
import { gpuName, type RackModel, type RackNow } from './rack-model.ts';
import { heldSince, LANES, laneCounts, type RackPast } from './rack-past.ts';
import { limitsOf } from './signals.ts';

export interface RackKpiInput {
  readonly layout: LayoutDocument;
  readonly model: RackModel;
  readonly frame: ViewFrame;
  /** null while nothing may be shown. */
  readonly now: RackNow | null;
  readonly past: RackPast | null;
  readonly gone: string;
}

type Filled = Partial<KpiCell> & Pick<KpiCell, 'value' | 'unit' | 'note'>;

function cell(input: RackKpiInput, label: string, filled: Filled | null, missing: string): KpiCell {
  const none = { value: '—', unit: '', note: input.gone === '' ? missing : input.gone };
  return { label, severity: null, noteNoData: false, place: -1, signal: null, ...(filled ?? none) };
}

/** The eight numbers of a rack, in the order in which they are drawn. */
export function rackKpis(input: RackKpiInput): readonly KpiCell[] {
  return [
    drawCell(input),
    headroomCell(input),
    parentCell(input),
    cappedCell(input),
    powerCell(input),
    clockCell(input),
    hottestCell(input),
    nvlinkCell(input),
  ];
}

/** "129.4 of 132.0 kW" as the large number and the rest: ["129.4", "kW of 132.0"]. */
function split(text: string): readonly [string, string] {
  const pair = /^(\S+) of (\S+)\s(\S+)$/.exec(text);
  if (pair !== null) return [pair[1], `${pair[3]} of ${pair[2]}`];
  const single = /^(\S+)\s(.+)$/.exec(text);
  return single === null ? [text, ''] : [single[1], single[2]];
}

const live = (input: RackKpiInput) => input.gone === '';

function drawCell(input: RackKpiInput): KpiCell {
  const { frame, layout, model } = input;
  const draw = frame.drawW[model.rack];
  if (!live(input) || Number.isNaN(draw)) return cell(input, 'Rack power', null, 'No power readings');
  const budget = layout.budgetW[model.rack];
  const [value, unit] = split(budget === null ? formatPower(draw, 'rack') : formatPowerPair(draw, budget, 'rack'));
  const slope = frame.slope[model.rack];
  const notes = [
    budget === null ? 'No budget is set' : `${formatPercent(draw / budget, 1)} of budget`,
    Number.isNaN(slope) ? '' : formatSlope(slope),
  ];
  const severity = budget === null ? null : severityOf(draw / budget, frame.warnRatio, frame.critRatio);
  return cell(input, 'Rack power', { value, unit, note: notes.filter(Boolean).join(', '), severity }, '');
}

function headroomCell(input: RackKpiInput): KpiCell {
  const { frame, layout, model } = input;
  const budget = layout.budgetW[model.rack];
  const draw = frame.drawW[model.rack];
  if (!live(input) || budget === null || Number.isNaN(draw))
    return cell(input, 'Headroom', null, budget === null ? 'No budget is set' : 'No power readings');
  const cap = frame.capMin[model.rack];
  const [value, unit] = split(formatPower(budget - draw, 'rack'));
  const note = Number.isFinite(cap)
    ? `${formatCap(cap)}${cap > 0 ? ' at this slope' : ''}`
    : cap === Number.POSITIVE_INFINITY
      ? formatCap(cap)
      : outlookOf(draw, frame.slope[model.rack], cap) || 'No trend yet';
  const severity: Severity | null = draw >= budget ? 'critical' : cap < 15 ? 'warning' : null;
  return cell(input, 'Headroom', { value, unit, note, severity }, '');
}

/** The nearest place above that has a budget. */
function parentCell(input: RackKpiInput): KpiCell {
  const { frame, layout, model } = input;
  let parent = layout.parent[model.rack];
  while (parent >= 0 && layout.budgetW[parent] === null) parent = layout.parent[parent];
  const budget = parent < 0 ? null : layout.budgetW[parent];
  const draw = parent < 0 ? Number.NaN : frame.drawW[parent];
  if (!live(input) || budget === null || Number.isNaN(draw))
    return cell(input, 'Parent budget', null, budget === null ? 'No budget is set above' : 'No power readings');
  let racks = 0;
  for (let place = layout.start[3]; place < layout.start[NODE]; place++) {
    let above = layout.parent[place];
    while (above > parent) above = layout.parent[above];
    if (above === parent) racks++;
  }
  const across = `across ${formatCount(racks)} ${racks === 1 ? 'rack' : 'racks'}`;
  const left = draw > budget ? `${formatPower(draw - budget)} over` : `${formatPower(budget - draw)} left`;
  return cell(
    input,
    'Parent budget',
    {
      value: formatPercent(draw / budget, 1),
      unit: labelOf(layout, parent),
      note: `${left} ${across}`,
      severity: severityOf(draw / budget, frame.warnRatio, frame.critRatio),
      place: parent,
    },
    '',
  );
}

function cappedCell(input: RackKpiInput): KpiCell {
  const { now, past, model } = input;
  const masks = now?.value('gpu.throttle');
  const known = masks ? masks.filter((mask) => !Number.isNaN(mask)).length : 0;
  if (!masks || known === 0) return cell(input, 'Power-capped', null, 'Clock event reasons not exported');
  const capped = masks.filter((mask) => (mask & LANES[0].bits) !== 0).length;
  const since = past === null ? null : heldSince(past, laneCounts(past, LANES[0].bits));
  const note =
    capped === 0
      ? `None of ${formatCount(known)} held`
      : `SW power cap${since === null ? '' : `, since ${hhmm(since)}`}`;
  // A tenth of the rack at its cap is worth a warning; some are normal in training (ui.md 3.5).
  const severity = capped > known * 0.1 ? 'warning' : null;
  return cell(
    input,
    'Power-capped',
    { value: formatCount(capped), unit: `of ${formatCount(model.count)} GPUs`, note, severity },
    '',
  );
}

/** A time of the day to the minute: "14:24". */
const hhmm = (time: number) => formatTime(time).slice(0, 5);

const present = (values: Float32Array) => values.filter((value) => !Number.isNaN(value)).sort();

/** A limit that all GPUs share; "600 to 700" where they differ; '' where none is known. */
function shared(values: Float32Array, format: (value: number) => string): string {
  const known = present(values);
  if (known.length === 0) return '';
  const [low, high] = [known[0], known[known.length - 1]];
  return low === high ? format(low) : `${formatCount(low)} to ${format(high)}`;
}

function powerCell(input: RackKpiInput): KpiCell {
  const { now } = input;
  const watts = now ? present(now.value('gpu.power')) : new Float32Array(0);
  if (!now || watts.length === 0) return cell(input, 'GPU power', null, 'Not exported');
  const limit = shared(now.value('gpu.powerLimit'), formatWatts);
  const assumed = rackQuality(now.frame, 'gpu.powerLimit').includes(ASSUMED) ? ' assumed' : '';
  const note = `p10 ${formatWatts(quantile(watts, 0, watts.length, 0.1))}${limit === '' ? '' : `, limit ${limit}${assumed}`}`;
  return cell(input, 'GPU power', { value: formatCount(median(watts, 0, watts.length)), unit: 'W median', note }, '');
}

function clockCell(input: RackKpiInput): KpiCell {
  const { now } = input;
  const clocks = now ? present(now.value('gpu.clock')) : new Float32Array(0);
  if (!now || clocks.length === 0) return cell(input, 'SM clock', null, 'Not exported');
  const most = shared(now.value('gpu.clockMax'), formatClock);
  const note = most === '' ? `p10 ${formatClock(quantile(clocks, 0, clocks.length, 0.1))}` : `Median, maximum ${most}`;
  return cell(input, 'SM clock', { value: formatCount(median(clocks, 0, clocks.length)), unit: 'MHz', note }, '');
}

function hottestCell(input: RackKpiInput): KpiCell {
  const { now, past, model, layout } = input;
  const [temps, limits] = [now?.value('gpu.temp'), now?.value('gpu.tempLimit')];
  // The one nearest to its own slowdown; without limits the warmest.
  const near = (gpu: number) =>
    (temps?.[gpu] ?? Number.NaN) / (Number.isNaN(limits?.[gpu]) ? 1000 : (limits?.[gpu] ?? 1000));
  let hottest = -1;
  for (let gpu = 0; temps && gpu < temps.length; gpu++) {
    if (Number.isNaN(temps[gpu])) continue;
    if (hottest < 0 || near(gpu) > near(hottest)) hottest = gpu;
  }
  if (!now || !temps || !limits || hottest < 0) return cell(input, 'Hottest GPU', null, 'Not exported');
  const limit = limits[hottest];
  const assumed = rackQuality(now.frame, 'gpu.tempLimit')[hottest] === ASSUMED ? ', limit assumed' : '';
  const mask = now.value('gpu.throttle')[hottest];
  const hard = !Number.isNaN(mask) && throttleClass(mask) >= HW_THERMAL;
  const since = past === null || !hard ? null : heldSince(past, laneCounts(past, LANES[2].bits));
  const held = hard ? `, HW thermal${since === null ? '' : ` since ${hhmm(since)}`}` : assumed;
  return cell(
    input,
    'Hottest GPU',
    {
      value: temps[hottest].toFixed(0),
      unit: Number.isNaN(limit) ? '°C' : `°C, limit ${limit.toFixed(0)}`,
      note: `${gpuName(layout, model, hottest)}${held}`,
      severity: severityOf(near(hottest), 0.95, 1),
      place: model.first + hottest,
    },
    '',
  );
}

function nvlinkCell(input: RackKpiInput): KpiCell {
  const { now, layout, model } = input;
  const rates = now?.value('gpu.nvlink');
  if (!now || !rates?.some((rate) => !Number.isNaN(rate))) return cell(input, 'NVLink', null, 'Not exported');
  const peaks = limitsOf('nvlink', now, modelsOf(layout, model));
  let [sum, peak] = [0, 0];
  rates.forEach((rate, gpu) => {
    if (!Number.isNaN(rate)) sum += rate;
    peak += peaks[gpu];
  });
  const errors = present(now.value('gpu.nvlinkErrors'));
  const rate = errors.reduce((all, one) => all + one, 0);
  const note = errors.length === 0 ? 'Errors not exported' : rate > 0 ? `${rate.toFixed(1)} errors/s` : 'No errors now';
  const tera = Math.max(sum, peak) >= 1e12;
  const text = (bps: number) => (tera ? (bps / 1e12).toFixed(1) : formatCount(bps / 1e9));
  const of = Number.isNaN(peak) ? '' : ` of ${text(peak)}`;
  const severity = rate > 0 ? 'warning' : null;
  return cell(input, 'NVLink', { value: text(sum), unit: `${tera ? 'TB/s' : 'GB/s'}${of}`, note, severity }, '');
}

/** The model of each GPU, or its node's. */
export function modelsOf({ model, parent }: LayoutDocument, { first, count }: RackModel): readonly string[] {
  return Array.from({ length: count }, (_, gpu) => model[first + gpu] || model[parent[first + gpu]]);
}
