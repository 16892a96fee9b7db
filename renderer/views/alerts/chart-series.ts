import type { Alert } from '../../../shared/alerting/alert.ts';
import type { CallArg, LayoutDocument } from '../../../shared/contract.ts';
import { NODE } from '../../../shared/topology.ts';

/** What is drawn over time of an alert. */
export interface Chart {
  readonly series: CallArg<'history'>['series'][number];
  readonly label: string;
  /** Unit of what is drawn, and what the series is multiplied with to be in it. */
  readonly unit: string;
  readonly scale: number;
  readonly limit: number | null;
}

/** The series that an alert's rule looks at; null where none of it is kept. */
export function chartOf(alert: Alert, layout: LayoutDocument): Chart | null {
  const { place, domain, level, unit, limit } = alert;
  if (place < 0) return null;
  if (level === 'leaf') return null;
  if (level === 'link') {
    const name = alert.labels.device ?? alert.labels.port ?? '';
    return name === ''
      ? null
      : { series: { signal: 'link.use', place, name }, label: 'Use of its rate', unit: 'ratio', scale: 1, limit: null };
  }
  if (level === 'gpu') {
    if (unit === 'C' || unit === '°C' || /therm|temp|heat/i.test(alert.rule))
      return {
        series: { signal: 'gpu.temp', place },
        label: 'Temperature',
        unit: 'C',
        scale: 1,
        limit: inUnit(alert, 'C'),
      };
    return {
      series: { signal: 'gpu.power', place },
      label: 'Board power',
      unit: 'W',
      scale: 1,
      limit: inUnit(alert, 'W'),
    };
  }
  if (domain !== 'power' || place >= layout.start[NODE]) return null;
  const budget = layout.budgetW[place];
  const share = unit === 'ratio' || unit === '%';
  if (!share || budget === null)
    return {
      series: { signal: 'draw', place },
      label: 'Draw',
      unit: 'W',
      scale: 1,
      limit: inUnit(alert, 'W') ?? budget,
    };
  return {
    ...{ series: { signal: 'draw', place }, label: 'Draw, of budget', unit: 'ratio', scale: 1 / budget },
    limit: limit === null ? null : unit === '%' ? limit / 100 : limit,
  };
}

const inUnit = ({ unit, limit }: Alert, wanted: string) => (unit.replace('°', '') === wanted ? limit : null);
