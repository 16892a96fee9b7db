import { formatAge, formatCount, formatPercent, formatPower, formatPowerPair } from '../../../shared/format.ts';
import type { EnergyRow } from '../../../shared/power/energy.ts';
import type { LossReport, PlacePower, PowerReport } from '../../../shared/power/report.ts';
import type { WorkReport } from '../../../shared/work/report.ts';
import type { KpiCell } from '../overview/kpi.ts';

type Filled = Partial<KpiCell> & Pick<KpiCell, 'value' | 'unit' | 'note'>;

export interface PowerNumbers {
  readonly report: PowerReport | null;
  /** Path of the place. */
  readonly path: string;
  readonly energy: readonly EnergyRow[] | undefined;
  /** What stands in the place of the report, and of energy, while they are not there: on their way, or why they did not come. */
  readonly waits?: { readonly report: string; readonly energy: string };
  readonly work: WorkReport | undefined;
  readonly warnRatio: number;
  readonly critRatio: number;
  /** Racks have tenths of a kilowatt. */
  readonly scale: 'rack' | 'row';
  /** What stands in the place of numbers; '' while they may be shown. */
  readonly gone: string;
  /** What is shown is over: energy is of the day before it, in a snapshot of the time since its first instant. */
  readonly over?: 'past' | 'replay' | null;
}

/** Numbers of yields differ by thousands: three digits are enough of each. */
export const yieldText = (value: number | null) => (value === null ? '—' : value.toPrecision(3));

const NOTHING_BEFORE = 'Nothing of the time before is kept';

/** The eight numbers of a place's power. */
export function powerKpis(input: PowerNumbers): readonly KpiCell[] {
  const place = input.gone === '' ? input.report?.place : undefined;
  const report = place === undefined ? null : input.report;
  const cell = (label: string, filled: Filled | null | undefined, missing: string): KpiCell => {
    const none = {
      value: '—',
      unit: '',
      note: place === undefined ? input.gone || (input.waits?.report ?? 'Loading') : missing,
    };
    return { label, severity: null, noteNoData: false, place: -1, signal: null, ...(filled ?? none) };
  };
  return [
    cell('Draw', place && drawCell(place, input), 'No power readings'),
    cell('Headroom', place && headroomCell(place, report, input.scale), 'No budget is set'),
    cell(
      'Stranded',
      place && strandedCell(place, report, input.scale),
      place?.budgetW == null ? 'No budget is set' : input.over ? NOTHING_BEFORE : 'Nothing remembered yet',
    ),
    cell('Oversubscription', place && overCell(place), 'A board without a limit, or no budget'),
    cell('Feed imbalance', report && imbalanceCell(report), 'No rack with both feeds'),
    cell('Feed loss', report && lossCell(report), 'No feed is known'),
    cell('Energy', report && energyCell(input), noEnergy(input)),
    cell('Tokens per joule', report && tokensCell(input), noTokens(input)),
  ];
}

function split(text: string): readonly [string, string] {
  const pair = /^(\S+) of (\S+)\s(\S+)$/.exec(text);
  if (pair !== null) return [pair[1], `${pair[3]} of ${pair[2]}`];
  const single = /^(\S+)\s(.+)$/.exec(text);
  return single === null ? [text, ''] : [single[1], single[2]];
}

function drawCell(place: PlacePower, { warnRatio, critRatio, scale }: PowerNumbers): Filled | null {
  if (place.drawW === null) return null;
  const [value, unit] = split(formatPowerPair(place.drawW, place.budgetW, scale));
  const ratio = place.budgetW === null ? Number.NaN : place.drawW / place.budgetW;
  return {
    value: place.atLeast ? `≥ ${value}` : value,
    unit,
    note: Number.isNaN(ratio) ? place.quality : `${formatPercent(ratio, 1)} of budget, ${place.quality}`,
    severity: ratio >= critRatio ? 'critical' : ratio >= warnRatio ? 'warning' : null,
  };
}

/** Over its budget a place says who is to be capped first. */
function shedNote(report: PowerReport | null): string {
  const first = (report?.cappedFirst ?? []).slice(0, 2).map(({ label }) => label.replace('Rack ', ''));
  return first.length === 0 ? 'No priorities are set' : `Cap ${first.join(', then ')} first`;
}

function headroomCell(place: PlacePower, report: PowerReport | null, scale: 'rack' | 'row'): Filled | null {
  if (place.headroomW === null) return null;
  const [value, unit] = split(formatPower(place.headroomW, scale));
  const fits =
    place.fits === null
      ? 'Model not known'
      : `${place.atLeast ? 'At most ' : ''}${formatCount(place.fits)} more GPUs fit`;
  const planned = place.plannedWPerGpu === null ? '' : ` at ${formatCount(place.plannedWPerGpu)} W each`;
  return {
    value: place.atLeast ? `≤ ${value}` : value,
    ...{
      unit,
      note: place.headroomW < 0 ? shedNote(report) : `${fits}${place.fits === null ? '' : planned}`,
      severity: place.headroomW < 0 ? 'critical' : null,
    },
  };
}

function strandedCell(place: PlacePower, report: PowerReport | null, scale: 'rack' | 'row'): Filled | null {
  if (place.strandedW === null) return null;
  const [value, unit] = split(formatPower(place.strandedW, scale));
  return { value, unit, note: `p99 ${formatPower(place.p99W, scale)} in ${formatAge(report?.windowMs ?? 0)}` };
}

function overCell({ oversubscription }: PlacePower): Filled | null {
  if (oversubscription === null) return null;
  return {
    ...{ value: oversubscription.toFixed(2), unit: '×' },
    note: oversubscription > 1 ? 'Board limits exceed the budget' : 'Board limits ÷ budget',
  };
}

function imbalanceCell({ place, under }: PowerReport): Filled | null {
  const known = [place, ...under].filter(({ imbalance }) => imbalance !== null);
  if (known.length === 0) return null;
  const worst = known.reduce((most, one) => ((one.imbalance ?? 0) > (most.imbalance ?? 0) ? one : most));
  return { value: formatPercent(worst.imbalance, 1), unit: 'worst', note: `${worst.label}, |A − B| ÷ the larger` };
}

const VERDICT_ORDER = ['trips', 'dark', 'unknown'] as const;
/** What a loss does at its worst, in a word. */
export function verdictOf(loss: LossReport): 'trips' | 'dark' | 'unknown' | 'holds' {
  return VERDICT_ORDER.find((verdict) => loss[verdict] > 0) ?? 'holds';
}

function lossCell({ loss }: PowerReport): Filled | null {
  const feeds = (['A', 'B'] as const).filter((feed) => loss[feed].of > 0);
  if (feeds.length === 0) return null;
  const worst = feeds.reduce((a, b) => (loss[b].trips > loss[a].trips ? b : a));
  const { trips, dark, unknown, of } = loss[worst];
  const note = [
    trips > 0 ? `${formatCount(trips)} over rating` : '',
    dark > 0 ? `${formatCount(dark)} dark` : '',
    unknown > 0 ? `${formatCount(unknown)} not known` : '',
  ].filter((part) => part !== '');
  const word = { trips: 'Trips', dark: 'Goes dark', unknown: 'Not known', holds: 'Holds' }[verdictOf(loss[worst])];
  return {
    ...{
      value: word,
      unit: `without ${worst}`,
      note: note.length === 0 ? `${formatCount(of)} places hold` : note.join(', '),
    },
    severity: trips > 0 ? 'warning' : null,
  };
}

/** "1,204 kWh", "3.21 MWh". */
export function energyText(kWh: number): string {
  if (kWh >= 9999.5) return `${(kWh / 1000).toFixed(2)} MWh`;
  return `${kWh < 99.95 ? kWh.toFixed(1) : formatCount(kWh)} kWh`;
}

/** An amount of money as a site counts it: its own currency's code after it. */
export const moneyText = (amount: number | null, currency: string) =>
  amount === null
    ? '—'
    : `${amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })} ${currency}`.trim();

/** Why there is no energy. That of the past is asked for and takes its time. */
function noEnergy({ energy, waits, over }: PowerNumbers): string {
  if (energy === undefined) return waits?.energy ?? 'Loading';
  return over ? NOTHING_BEFORE : 'Nothing measured yet';
}

/** Energy is metered by site: a place in a site is told its site's, by name. */
function energyCell({ energy, path, over }: PowerNumbers): Filled | null {
  const [site] = path.split('/');
  const row = energy?.find((one) => one.site === site);
  if (!row) return null;
  const [value, unit] = split(energyText(row.kWh));
  // A snapshot has no prices.
  const none = over === 'replay' ? '' : ', no price set';
  const cost = row.costPerHour === null ? none : `, ${moneyText(row.costPerHour, row.currency)} an hour`;
  const span = `n ${formatAge(row.measuredMin * 60_000)}${over ? ' before' : ''}${cost}`;
  return { value, unit, note: path === site ? `I${span}` : `Site ${site} i${span}` };
}

/** Yields of models in the racks of the place. */
const yieldsOf = ({ work, path }: PowerNumbers) =>
  (work?.tokens ?? []).filter(({ rack }) => rack === path || rack.startsWith(`${path}/`));

/** Why there is no yield. */
function noTokens(input: PowerNumbers): string {
  if ((input.work?.untoldRacks ?? 0) > 0) return 'Recorded racks tell no work';
  if (yieldsOf(input).length > 0) return 'A board of every server is silent';
  return (input.work?.tokens.length ?? 0) > 0 ? 'No inference server is here' : 'No inference server is read';
}

function tokensCell(input: PowerNumbers): Filled | null {
  const known = yieldsOf(input).filter(({ tokensPerJoule }) => tokensPerJoule !== null);
  if (known.length === 0) return null;
  const tokens = known.reduce((sum, row) => sum + row.tokensPerS, 0);
  const watts = known.reduce((sum, row) => sum + row.powerW, 0);
  const models = new Set(known.map(({ model }) => model)).size;
  return {
    ...{ value: yieldText(tokens / watts), unit: 'tokens/J' },
    note: `${yieldText(watts / tokens)} J a token, ${models} ${models === 1 ? 'model' : 'models'}`,
  };
}
