import type { LayoutDocument, ViewSignal, WatchSignal } from '../../../shared/contract.ts';
import { type SignalId, signalOf } from '../../../shared/signals/catalogue.ts';
import { NODE, RACK } from '../../../shared/topology.ts';
import type { Choice } from '../../parts/Segmented.tsx';

/** The signals of the floor plan in the order of the switcher, each with its key (ui.md 3.5). */
export const SIGNAL_CHOICES: readonly Choice<ViewSignal>[] = [
  { id: 'power', label: 'Power', hint: 'P' },
  { id: 'util', label: 'GPU util', hint: 'U' },
  { id: 'temp', label: 'Temperature', hint: 'T' },
  { id: 'throttle', label: 'Throttle', hint: 'R' },
  { id: 'nvlink', label: 'NVLink', hint: 'N' },
  { id: 'nic', label: 'NIC / IB', hint: 'I' },
];

/** What the colours of a signal mean, printed in two lines before the legend. */
const LEGEND_WORDS: Readonly<Record<ViewSignal, readonly [string, string]>> = {
  power: ['Draw, %', 'of budget'],
  util: ['GPU busy,', '% of time'],
  temp: ['Heat, % of', 'slowdown °C'],
  throttle: ['Clock event', 'reason'],
  nvlink: ['NVLink, %', 'of peak'],
  nic: ['Busiest port,', '% of rate'],
};

/** Racks without a budget are shown by the limits of their boards. */
const LIMITS_WORDS = { some: ['% of budget', 'or of limits'], none: ['Boards, %', 'of limits'] } as const;

/** How many racks have a budget. */
export function budgetedRacks({ budgetW, start }: Pick<LayoutDocument, 'budgetW' | 'start'>): 'all' | 'some' | 'none' {
  const racks = budgetW.slice(start[RACK], start[NODE]);
  return !racks.includes(null) ? 'all' : racks.every((one) => one === null) ? 'none' : 'some';
}

/** The words of any signal's legend; a signal of the catalogue is called by its own label. */
export function legendWords(signal: WatchSignal, layout: LayoutDocument): readonly [string, string] {
  const budgeted = signal === 'power' ? budgetedRacks(layout) : 'all';
  if (budgeted !== 'all') return LIMITS_WORDS[budgeted];
  const words = LEGEND_WORDS[signal as ViewSignal];
  if (words) return words;
  const { label, kind } = signalOf(signal as SignalId);
  return [label, kind === 'gpu' ? 'of each GPU' : `of each ${kind}`];
}
