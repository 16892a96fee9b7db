import type { Summary } from '../contract.ts';
import { formatCount, formatCountPair, formatPercent, formatPower } from '../format.ts';
import type { Limits } from './document.ts';

/** Of what stands out, this many are told: a title is read at a glance. */
const MOST = 2;

/**
 * What stands out at a moment as one sentence, the weightiest first; where nothing does, what the fleet draws. A draw
 * that is a lower bound makes "within" no less true.
 *
 * @param label what a person calls a place
 */
export function sentenceOf(
  summary: Summary,
  label: (place: number) => string,
  { warnRatio }: Pick<Limits, 'warnRatio'>,
): string {
  const { tightest, fabric, throttled, gpus, gpusReporting } = summary;
  const silent = gpus - gpusReporting;
  const clauses = [
    tightest !== null && tightest.ratio >= warnRatio ? budgetClause(tightest, label(tightest.place)) : '',
    fabric !== null && fabric.saturated > 0 ? counted(fabric.saturated, 'network port', 'saturated') : '',
    silent > 0 ? `${formatCountPair(silent, gpus)} GPUs do not report` : '',
    throttled !== null && throttled.gpus > 0 ? counted(throttled.gpus, 'GPU', 'held back by power') : '',
  ].filter((clause) => clause !== '');
  return clauses.length > 0 ? clauses.slice(0, MOST).join(', and ') : calmClause(summary);
}

function budgetClause({ headroomW }: NonNullable<Summary['tightest']>, place: string): string {
  const apart = formatPower(Math.abs(headroomW));
  return headroomW < 0 ? `${place} is ${apart} over its budget` : `${place} is within ${apart} of its budget`;
}

const counted = (count: number, what: string, state: string) =>
  count === 1 ? `1 ${what} is ${state}` : `${formatCount(count)} ${what}s are ${state}`;

function calmClause({ powerW, budgetW, powerAtLeast, gpus }: Summary): string {
  if (powerW === null) return gpus > 0 ? `${formatCount(gpus)} GPUs report, and no power is known` : 'No GPU is known';
  const draw = `The fleet draws ${powerAtLeast ? 'at least ' : ''}${formatPower(powerW)}`;
  return budgetW === null ? draw : `${draw}, ${formatPercent(powerW / budgetW, 1)} of its budget`;
}
