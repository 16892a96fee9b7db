import type { LayoutDocument, ViewFrame } from '../../../../shared/contract.ts';
import { formatAge, formatCount, formatPower, formatPowerPair } from '../../../../shared/format.ts';
import { formatMissing, missingByPlace, NONE_MISSING } from '../../../../shared/missing.ts';
import { formatPlaceValue } from '../../../../shared/signal-text.ts';
import { labelOf } from '../../places.ts';
import { severityAt } from './painter.ts';

/** One rack in words: what the hidden grid speaks and the table shows. */
export interface RackWords {
  readonly draw: string;
  readonly share: string;
  readonly severity: string;
  readonly reporting: string;
  readonly age: string;
}

const SEVERITY = { critical: 'critical', warning: 'warning', advisory: 'advisory', nodata: 'no data' } as const;

/** The words of a rack in a frame; "no data" for everything where there is none. */
export function wordsOf(layout: LayoutDocument, frame: ViewFrame | null, rack: number): RackWords {
  const value = frame?.value[rack] ?? Number.NaN;
  if (!frame || (Number.isNaN(value) && Number.isNaN(frame.drawW[rack]))) {
    return {
      draw: '—',
      share: '—',
      severity: 'no data',
      reporting: frame ? reportingOf(layout, frame, rack) : '—',
      age: '—',
    };
  }
  const budget = layout.budgetW[rack];
  const severity = severityAt(frame, layout, rack);
  return {
    draw: budget === null ? formatPower(frame.drawW[rack], 'rack') : formatPowerPair(frame.drawW[rack], budget, 'rack'),
    share: formatPlaceValue(frame.signal, frame.full, value),
    severity: severity ? SEVERITY[severity] : '',
    reporting: reportingOf(layout, frame, rack),
    age: formatAge(Math.max(0, frame.time - frame.sampledAt[rack])),
  };
}

/** "68 of 72", and what should be there and was never heard. */
function reportingOf(layout: LayoutDocument, frame: ViewFrame, rack: number): string {
  const missing = formatMissing(missingByPlace(layout).get(rack) ?? NONE_MISSING);
  const pair = `${formatCount(frame.gpuLive[rack])} of ${formatCount(frame.gpuCount[rack])}`;
  return missing === '' ? pair : `${pair}, ${missing} missing`;
}

/** "Rack A2-05, 98.0 percent, 129.4 of 132.0 kW, critical, sampled 2 s ago". */
export function spokenOf(layout: LayoutDocument, frame: ViewFrame | null, rack: number): string {
  const words = wordsOf(layout, frame, rack);
  const name = labelOf(layout, rack);
  const never = formatMissing(missingByPlace(layout).get(rack) ?? NONE_MISSING);
  const missing = never === '' ? '' : `${never} missing`;
  if (words.draw === '—' && words.share === '—')
    return [name, 'no data', missing].filter((part) => part !== '').join(', ');
  const parts = [
    name,
    words.share === '—' ? '' : words.share.replace('%', ' percent'),
    words.draw,
    words.severity,
    words.age === '—' ? '' : `sampled ${words.age} ago`,
    missing,
  ];
  return parts.filter((part) => part !== '' && part !== '—').join(', ');
}
