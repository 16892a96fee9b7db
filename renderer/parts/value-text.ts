import { formatCount, formatNvlink, formatPercent, formatPower, formatTemp } from '../../shared/format.ts';

/** A value with its unit: shares as percent, watts as power, the rest as it is. */
export function valueText(value: number, unit: string): string {
  switch (unit) {
    case 'ratio':
      return formatPercent(value, 1);
    case '%':
      return `${plain(value, 1)}%`;
    case 'W':
      return formatPower(value, 'rack');
    case 'B/s':
      return formatNvlink(value);
    case '1/s':
      return `${plain(value, 2)}/s`;
    case 'C':
    case '°C':
      return formatTemp(value);
    case 'flag':
      return value === 0 ? 'no' : 'yes';
    case '':
    case 'count':
    case 'code':
      return plain(value, 0);
    default:
      return `${plain(value, 2)} ${unit}`;
  }
}

function plain(value: number, decimals: number): string {
  if (Math.abs(value) >= 1000) return formatCount(value);
  return String(Number(value.toFixed(decimals))).replace('-', '\u2212');
}
