import type { ViewSignal } from '../../../shared/contract.ts';
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
export const LEGEND_WORDS: Readonly<Record<ViewSignal, readonly [string, string]>> = {
  power: ['Draw, %', 'of budget'],
  util: ['GPU busy,', '% of time'],
  temp: ['Heat, % of', 'slowdown °C'],
  throttle: ['Clock event', 'reason'],
  nvlink: ['NVLink, %', 'of peak'],
  nic: ['Busiest port,', '% of rate'],
};
