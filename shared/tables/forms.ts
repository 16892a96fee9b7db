import { safeCell } from '../csv.ts';
import type { ChartDocument, ChartSeries, DataDocument, TableDocument, TableValue } from './document.ts';
import { familyOf, sampleLine } from './openmetrics-text.ts';

/** Forms that a table or a chart may leave in. */
export const DATA_FORMS = ['csv', 'json', 'openmetrics'] as const;
export type DataForm = (typeof DATA_FORMS)[number];

const iso = (time: number) => new Date(time).toISOString();

/** A number in as few digits as tell it from its neighbours: of a 32-bit column those of 32 bits. */
export function shortest(value: number): string {
  if (Math.fround(value) !== value) return String(value);
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

/** A number as a cell; one without an end is told as a text, none as nothing. */
const numberCell = (value: number) =>
  Number.isNaN(value) ? '' : Number.isFinite(value) ? shortest(value) : value > 0 ? 'Inf' : '-Inf';

const cellOf = (value: TableValue) =>
  value === null ? '' : typeof value === 'number' ? numberCell(value) : safeCell(value);

const line = (cells: readonly string[]) => `${cells.join(',')}\r\n`;

/** RFC 4180, UTF-8: of a table a row a row with its instant first and its quality last; of a chart a row a sample. */
export function csvOfData(data: DataDocument): string {
  return data.kind === 'table' ? tableCsv(data) : chartCsv(data);
}

function tableCsv({ at, columns, rows, quality }: TableDocument): string {
  const head = columns.map(({ label, unit }) => safeCell(unit === '' ? label : `${label} (${unit})`));
  const time = at === null ? '' : iso(at);
  return [
    line(['Time', ...head, 'Quality']),
    ...rows.map((row, i) => line([time, ...row.map(cellOf), safeCell(quality[i] ?? '')])),
  ].join('');
}

/** What a missing sample is said to be. */
const NO_DATA = 'no data';

function chartCsv({ series }: ChartDocument): string {
  const lines = [line(['time', 'series', 'object', 'unit', 'value', 'quality'])];
  for (const { name, object, unit, times, values, quality } of series) {
    const middle = [name, object, unit].map(safeCell).join(',');
    times.forEach((time, i) => {
      const value = values[i] ?? null;
      lines.push(line([iso(time), middle, cellOf(value), safeCell(value === null ? NO_DATA : quality)]));
    });
  }
  return lines.join('');
}

/** One document; null is "no data", numbers without an end are texts, since JSON has none. */
export function jsonOfData(data: DataDocument): string {
  const known = (value: TableValue) => {
    if (typeof value !== 'number') return value;
    if (Number.isNaN(value)) return null;
    return Number.isFinite(value) ? Number(shortest(value)) : numberCell(value);
  };
  if (data.kind === 'chart') {
    const series = data.series.map(({ times, values, ...about }) => ({
      ...about,
      samples: times.map((time, i) => [iso(time), known(values[i] ?? null)]),
    }));
    return `${JSON.stringify({ title: data.title, series }, null, 1)}\n`;
  }
  const { title, at, columns, rows, quality } = data;
  const whole = {
    ...{ title, time: at === null ? null : iso(at), columns },
    rows: rows.map((row) => row.map(known)),
    quality,
  };
  return `${JSON.stringify(whole, null, 1)}\n`;
}

/** OpenMetrics text of a chart: a gauge a signal, each sample with its time, so that a server can be back-filled with it. */
export function openMetricsOfData({ series }: ChartDocument): string {
  const families = new Map<string, ChartSeries[]>();
  for (const one of series) {
    const { metric } = familyOf(one.signal, one.unit, one.name);
    families.set(metric, [...(families.get(metric) ?? []), one]);
  }
  let text = '';
  for (const [metric, lines] of families) {
    text += familyOf(lines[0].signal, lines[0].unit, lines[0].name).head;
    for (const { name, object, times, values } of lines)
      times.forEach((time, i) => {
        const value = values[i];
        if (value === null || value === undefined || !Number.isFinite(value)) return;
        text += sampleLine(metric, { object, series: object === name ? '' : name }, shortest(value), time);
      });
  }
  return `${text}# EOF\n`;
}

const TYPES: Readonly<Record<DataForm, string>> = {
  csv: 'text/csv;charset=utf-8',
  json: 'application/json',
  openmetrics: 'application/openmetrics-text;version=1.0.0;charset=utf-8',
};
const ENDINGS: Readonly<Record<DataForm, string>> = { csv: 'csv', json: 'json', openmetrics: 'om.txt' };

/** A name that every file system takes: "fleetwatt-floor-plan-20261126T013000Z". */
export function fileNameOf(title: string, at: number): string {
  const words = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  const time = iso(at)
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  return `fleetwatt-${words === '' ? 'view' : words}-${time}`;
}

/** A table or a chart as a file. @param at stands in its name */
export function dataFile(data: DataDocument, form: DataForm, at: number): { name: string; type: string; text: string } {
  const text =
    form === 'csv'
      ? csvOfData(data)
      : form === 'json' || data.kind === 'table'
        ? jsonOfData(data)
        : openMetricsOfData(data);
  return { name: `${fileNameOf(data.title, at)}.${ENDINGS[form]}`, type: TYPES[form], text };
}
