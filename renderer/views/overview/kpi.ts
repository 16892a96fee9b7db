import type { LayoutDocument, Severity, Summary } from '../../../shared/contract.ts';
import {
  formatAge,
  formatCap,
  formatCount,
  formatPercent,
  formatPower,
  formatPowerPair,
  formatSlope,
} from '../../../shared/format.ts';
import { formatMissing } from '../../../shared/missing.ts';
import { HALL } from '../../../shared/topology.ts';
import { labelOf } from '../places.ts';
import { severityOf } from './budget-rows.ts';

/** One cell of the KPI strip: a number, its unit, and a line under it. */
export interface KpiCell {
  readonly label: string;
  /** '—' for no data. */
  readonly value: string;
  readonly unit: string;
  readonly note: string;
  /** Only when abnormal. */
  readonly severity: Severity | null;
  readonly noteNoData: boolean;
  /** The view that explains it; the overview itself where none is named. */
  readonly page?: 'power' | 'interconnect';
  /** The place or the signal that explains it. */
  readonly place: number;
  readonly signal: 'power' | 'util' | 'temp' | 'throttle' | 'nic' | null;
}

export interface KpiInput {
  readonly layout: LayoutDocument | null;
  readonly summary: Summary | null;
  readonly warnRatio: number;
  readonly critRatio: number;
  readonly now: number;
  readonly gone: string;
}

/** The eight cells of the strip, in the order in which they are drawn. */
export function kpiCells(input: KpiInput): readonly KpiCell[] {
  return [
    powerCell(input),
    headroomCell(input),
    tightestCell(input),
    throttledCell(input),
    fabricCell(input),
    utilCell(input),
    hottestCell(input),
    reportingCell(input),
  ];
}

type Filled = Partial<KpiCell> & Pick<KpiCell, 'value' | 'unit' | 'note'>;

function cell(input: KpiInput, label: string, filled: Filled | null, missing: string): KpiCell {
  const none = { value: '—', unit: '', note: input.summary === null ? input.gone : missing };
  return { label, severity: null, noteNoData: false, place: -1, signal: null, ...(filled ?? none) };
}

function powerCell(input: KpiInput): KpiCell {
  const s = input.summary;
  const label = (input.layout?.start[1] ?? 1) > 1 ? 'IT power, all sites' : 'Site IT power';
  if (s?.powerW == null) return cell(input, label, null, 'No power readings');
  const { powerW, budgetW } = s;
  const [value, unit] = splitUnit(budgetW === null ? formatPower(powerW) : formatPowerPair(powerW, budgetW));
  const notes = [
    budgetW === null ? '' : `${formatPercent(powerW / budgetW, 1)} of budget`,
    s.slopeWPerMin === null ? '' : formatSlope(s.slopeWPerMin),
    budgetW === null ? METERED[s.powerSource] : '',
  ];
  return cell(
    input,
    label,
    {
      value: s.powerAtLeast ? `≥ ${value}` : value,
      unit,
      note: notes.filter((note) => note !== '').join(', '),
      severity: budgetW === null ? null : severityOf(powerW / budgetW, input.warnRatio, input.critRatio),
      place: 0,
      signal: 'power',
      page: 'power',
    },
    '',
  );
}

const METERED: Readonly<Record<Summary['powerSource'], string>> = {
  metered: 'Metered',
  estimated: 'Estimated from GPUs',
  mixed: 'Partly estimated from GPUs',
  none: '',
};

/** What losing a feed does; undefined where no feed is known. */
function lossNote({ feedLoss }: Summary): string | undefined {
  if (!feedLoss) return undefined;
  const { verdict, places, ratio } = feedLoss;
  if (verdict === 'survives') return `Feed loss: survives${ratio === null ? '' : ` at ${formatPercent(ratio, 1)}`}`;
  const count = `${formatCount(places)} ${places === 1 ? 'place' : 'places'}`;
  if (verdict === 'trips') return `Feed loss: ${count} over rating`;
  return verdict === 'dark' ? `Feed loss: ${count} without the other` : 'Feed loss: not known';
}

function headroomCell(input: KpiInput): KpiCell {
  const s = input.summary;
  if (s?.headroomW == null) return cell(input, 'Headroom', null, 'No budget is set');
  const [value, unit] = splitUnit(formatPower(s.headroomW));
  const note = s.powerAtLeast ? METERED[s.powerSource] : (lossNote(s) ?? METERED[s.powerSource]);
  return cell(
    input,
    'Headroom',
    {
      value: s.powerAtLeast ? `≤ ${value}` : value,
      unit,
      note: s.powerAtLeast ? `${note.replace(' from GPUs', '')}, silent in full` : note,
      severity: s.headroomW < 0 ? 'critical' : s.feedLoss?.verdict === 'trips' ? 'warning' : null,
      place: 0,
      signal: 'power',
      page: 'power',
    },
    '',
  );
}

function tightestCell(input: KpiInput): KpiCell {
  const tightest = input.summary?.tightest ?? null;
  if (tightest === null || input.layout === null) return cell(input, 'Tightest budget', null, 'No budget is set');
  const left =
    tightest.headroomW < 0
      ? `${formatPower(-tightest.headroomW)} over`
      : `${tightest.atLeast ? '≤ ' : ''}${formatPower(tightest.headroomW)} left`;
  const cap = tightest.capMinutes === null ? '' : `, ${lowerFirst(formatCap(tightest.capMinutes))}`;
  return cell(
    input,
    'Tightest budget',
    {
      value: `${tightest.atLeast ? '≥ ' : ''}${formatPercent(tightest.ratio, 1)}`,
      unit: labelOf(input.layout, tightest.place),
      note: left + cap,
      severity: severityOf(tightest.ratio, input.warnRatio, input.critRatio),
      place: tightest.place,
      signal: 'power',
    },
    '',
  );
}

function throttledCell(input: KpiInput): KpiCell {
  const t = input.summary?.throttled ?? null;
  if (t === null) return cell(input, 'Power-throttled', null, 'Clock event reasons not exported');
  // That they are all in the one site says nothing.
  const where =
    t.where >= (input.layout?.start[HALL] ?? 0) && input.layout !== null
      ? `All in ${labelOf(input.layout, t.where)}`
      : '';
  const share = t.of === 0 ? 0 : t.gpus / t.of;
  return cell(
    input,
    'Power-throttled',
    {
      value: formatCount(t.gpus),
      unit: `${t.gpus === 1 ? 'GPU' : 'GPUs'}, ${formatPercent(share, 1)}`,
      note:
        t.gpus === 0 ? `None of ${formatCount(t.of)} held` : [where, t.worst].filter((part) => part !== '').join(', '),
      severity: t.gpus > 0 && t.worst !== '' && share > 0 ? throttleSeverity(t.worst, share) : null,
      place: t.where,
      signal: 'throttle',
    },
    '',
  );
}

/** A site with a tenth of a row held is worth a warning; a few GPUs at their cap are normal in training. */
function throttleSeverity(worst: string, share: number): Severity | null {
  if (/HW|brake/i.test(worst)) return 'critical';
  return share > 0.05 ? 'warning' : null;
}

function fabricCell(input: KpiInput): KpiCell {
  const f = input.summary?.fabric ?? null;
  if (f === null)
    return cell(
      input,
      'Fabric',
      null,
      input.summary?.fabricWaits === true ? 'Waits for a second reading' : 'No network counters',
    );
  const hot = f.saturated > 0;
  const use = f.use === null ? '' : `, ${formatPercent(f.use, 0)}`;
  const calm = f.use === null ? 'Link rates not known' : `Highest use ${formatPercent(f.use, 0)}`;
  return cell(
    input,
    'Fabric',
    {
      value: formatCount(f.saturated),
      unit: `of ${formatCount(f.of)} links full`,
      note: hot && f.worst !== '' ? `${f.worst}${use}` : calm,
      // Use alone is no alarm: a full link is critical only where it also waits, and the wait's tick is not known.
      severity: hot ? 'warning' : null,
      signal: 'nic',
      page: 'interconnect',
    },
    '',
  );
}

function utilCell(input: KpiInput): KpiCell {
  const u = input.summary?.util ?? null;
  if (u === null) return cell(input, 'GPU utilisation', null, 'Not exported');
  return cell(
    input,
    'GPU utilisation',
    {
      value: formatPercent(u.median, 0).replace('%', ''),
      unit: '% median',
      note: `p10 ${formatPercent(u.p10, 0)}, idle ${formatCount(u.idle)} GPUs`,
      signal: 'util',
    },
    '',
  );
}

function hottestCell(input: KpiInput): KpiCell {
  const h = input.summary?.hottest ?? null;
  if (h === null) return cell(input, 'Hottest GPU', null, 'Not exported');
  const ratio = h.limit === null ? Number.NaN : h.celsius / h.limit;
  return cell(
    input,
    'Hottest GPU',
    {
      value: h.celsius.toFixed(0),
      unit: h.limit === null ? '°C' : `°C, limit ${h.limit.toFixed(0)}`,
      note: (input.layout === null ? '' : labelOf(input.layout, h.place)) + (h.assumed ? ', limit assumed' : ''),
      severity: severityOf(ratio, 0.95, 1),
      place: h.place,
      signal: 'temp',
    },
    '',
  );
}

function reportingCell(input: KpiInput): KpiCell {
  const s = input.summary;
  if (s === null) return cell(input, 'Reporting', null, '');
  const note = quietNote(s, input.now);
  return cell(
    input,
    'Reporting',
    {
      value: formatCount(s.gpusReporting),
      unit: `of ${formatCount(s.gpus)}`,
      note: note || (s.badSamples > 0 ? `${formatCount(s.badSamples)} bad samples dropped` : 'All nodes report'),
      noteNoData: note !== '',
    },
    '',
  );
}

/** Nodes that fell silent, and what should be there and was never heard; '' where all report. */
function quietNote({ silentNodes, silentSince, missing }: Summary, now: number): string {
  // A missing node is silent too: it is told once.
  const silent = Math.max(0, silentNodes - missing.nodes);
  const words = formatMissing(missing.nodes > 0 ? { ...missing, gpus: 0 } : missing);
  if (silent === 0) return words === '' ? '' : `${words} missing`;
  const nodes = `${formatCount(silent)} ${silent === 1 ? 'node' : 'nodes'} silent`;
  if (words !== '') return `${nodes}, ${formatCount(missing.nodes + missing.feeds || missing.gpus)} missing`;
  return `${nodes}${silentSince === null ? '' : ` for ${formatAge(Math.max(0, now - silentSince))}`}`;
}

/** A phrase that begins a sentence elsewhere, inside one. */
function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** "2.62 of 3.40 MW" as the large number and the rest: ["2.62", "MW of 3.40"]. */
function splitUnit(text: string): readonly [string, string] {
  const pair = /^(\S+) of (\S+)\s(\S+)$/.exec(text);
  if (pair !== null) return [pair[1], `${pair[3]} of ${pair[2]}`];
  const single = /^(\S+)\s(.+)$/.exec(text);
  return single === null ? [text, ''] : [single[1], single[2]];
}
