import { formatCount, formatPercent, formatPower, MISSING } from '../../format.ts';
import { labelOf } from '../../members.ts';
import type { Snapshot } from '../document.ts';
import type { Lane } from './chart.ts';
import { type Curve, scaleOf, type Told } from './told.ts';

const percent = (value: number) => formatPercent(value, 0);

/** A figure and its unit: "978" and "kW". */
function figure(text: string): readonly [string, string] {
  const space = text.lastIndexOf(' ');
  return space < 0 ? [text, ''] : [text.slice(0, space), text.slice(space + 1)];
}

/** A lane of watts in the unit of its figure, so that axis, budget and figure can be read together. */
function powerLane(curve: Curve, at: number, budgetW: number, scale: 'rack' | 'row', critRatio: number) {
  const now = figure(formatPower(curve[at], scale));
  const mega = now[1] === 'MW';
  const tick = (watts: number) => (mega ? (watts / 1e6).toFixed(2) : formatCount(watts / 1000));
  const unit = mega ? 'MW' : 'kW';
  const limit = Number.isNaN(budgetW) ? null : { at: budgetW, label: `Budget ${tick(budgetW)} ${unit}`, dashed: false };
  return { curve, now, tick, limit, unit, criticalAbove: budgetW * critRatio, most: Number.POSITIVE_INFINITY };
}

/** The lanes of the stack: the place nearest to its budget, all sites, GPUs, and the busiest port. */
export function lanesOf({ papers, topology }: Snapshot, told: Told): readonly Lane[] {
  const { place, at, siteW, placeW, util, port } = told;
  const { critRatio } = papers.limits;
  const budget = place < 0 ? Number.NaN : topology.budgetW[place];
  const row = powerLane(placeW, at, budget, scaleOf(topology, place), critRatio);
  const site = powerLane(siteW, at, told.moment.summary.budgetW ?? Number.NaN, 'row', critRatio);
  const share = (value: number): readonly [string, string] =>
    Number.isNaN(value) ? [MISSING, ''] : [formatPercent(value, 1).replace('%', ''), '%'];
  const plain = { limit: null, criticalAbove: Number.NaN, height: 58, tick: percent, most: 1 };
  const title = place < 0 ? 'No budget is set' : `${labelOf(topology, place)} power`;
  return [
    { ...row, title, unit: `${row.unit}, tightest`, height: 110 },
    { ...site, title: 'Site power', unit: `${site.unit}, all sites`, height: 74 },
    { ...plain, title: 'GPU utilisation', unit: 'median, %', curve: util, now: share(util[at]) },
    { ...plain, title: 'Busiest port', unit: '% of its rate', curve: port, now: share(port[at]) },
  ];
}
