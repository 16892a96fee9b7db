import type { Difference, PlaceDifference } from '../../../shared/compare.ts';
import { formatChange, formatCount, formatPercent, formatPower } from '../../../shared/format.ts';
import { type NamedPlaces, nameOfPath } from '../../../shared/place-names.ts';
import { RACK } from '../../../shared/topology.ts';
import type { KpiCell } from '../overview/kpi.ts';

const NOWHERE = { severity: null, noteNoData: false, place: -1, signal: null } as const;

const plural = (count: number, one: string) => `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;

/**
 * What changed, in eight numbers; without a difference every one of them is missing, and `why` says why.
 *
 * @param layout places of both sides: a rack is named so that it can be told from those of other sites
 */
export function compareKpis(difference: Difference | null, layout: NamedPlaces | null, why: string): KpiCell[] {
  if (difference === null || layout === null)
    return ['Change', 'At A', 'At B', 'Most more', 'Most less', 'Only at one time', 'No data', 'Alerts'].map(
      (label) => ({
        ...NOWHERE,
        ...{ label, value: '—', unit: '', note: why },
      }),
    );
  const { total, places, came, went } = difference;
  const racks = places.filter(({ level, changeW }) => level === RACK && !Number.isNaN(changeW));
  const [most, least] = [extreme(racks, 1), extreme(racks, -1)];
  const share = total.changeW / total.beforeW;
  const compared = `${plural(total.racks, 'rack')} compared`;
  const guess = total.assumed > 0 ? `, ${formatCount(total.assumed)} with silent GPUs at nameplate` : '';
  return [
    cell(
      'Change',
      formatChange(total.changeW),
      Number.isFinite(share) ? `${signedPercent(share)}, ${compared}${guess}` : compared,
    ),
    cell('At A', formatPower(total.beforeW), compared),
    cell('At B', formatPower(total.afterW), compared),
    cell(
      'Most more',
      most ? formatChange(most.changeW, 'rack') : '—',
      most ? `Rack ${nameOfPath(layout, most.path)}` : 'No rack draws more',
    ),
    cell(
      'Most less',
      least ? formatChange(least.changeW, 'rack') : '—',
      least ? `Rack ${nameOfPath(layout, least.path)}` : 'No rack draws less',
    ),
    cell('Only at one time', formatCount(total.onlyBefore + total.onlyAfter), onlyWords(difference), 'racks'),
    cell(
      'No data',
      formatCount(total.unknown),
      total.unknown === 0 ? 'Every rack is known at both' : 'At A, at B or at both: in no sum',
      'racks',
    ),
    cell(
      'Alerts',
      formatCount(came.length),
      `${formatCount(went.length)} went, ${formatCount(difference.stayed.length)} stayed`,
      'came',
    ),
  ];
}

function cell(label: string, text: string, note: string, unit?: string): KpiCell {
  const [value, ...rest] = text.split(' ');
  return { ...NOWHERE, label, value, unit: unit ?? rest.join(' '), note };
}

function onlyWords({ total: { onlyBefore, onlyAfter, onlyBeforeW, onlyAfterW } }: Difference): string {
  const parts = [
    onlyBefore > 0 ? `${formatCount(onlyBefore)} at A, ${formatPower(onlyBeforeW)}` : '',
    onlyAfter > 0 ? `${formatCount(onlyAfter)} at B, ${formatPower(onlyAfterW)}` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'The same racks at both' : `${parts.join('; ')}: in no sum`;
}

/** The rack that changed most in one direction; null where none did. */
function extreme(racks: readonly PlaceDifference[], sign: 1 | -1): PlaceDifference | null {
  let found: PlaceDifference | null = null;
  for (const rack of racks) if (sign * rack.changeW > Math.max(0.5, found ? sign * found.changeW : 0)) found = rack;
  return found;
}

const signedPercent = (share: number) => (share < 0 ? '−' : '+') + formatPercent(Math.abs(share), 1);
