import type { Snapshot } from '../document.ts';
import { type Choice, seriesOf } from './rows.ts';

/** What a spreadsheet takes for the beginning of a formula, also behind what it may skip or split at; full-width forms too. */
const FORMULA = /^[\s"',;|]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u;

/** A text as a cell of RFC 4180 that no spreadsheet runs. Numbers are written as they are, not by this. */
export function csvCell(text: string): string {
  const safe = FORMULA.test(text) || /^[\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A number; nothing where there is none. */
export const csvNumber = (value: number) => (Number.isFinite(value) ? String(value) : '');

const SLICE = 256;

/** A row a sample: `time,signal,unit,site,hall,row,rack,node,object,value`. UTF-8, lines end with CR LF. */
export function* csvOf(snapshot: Snapshot, choice: Choice): Generator<string> {
  yield 'time,signal,unit,site,hall,row,rack,node,object,value\r\n';
  const times = snapshot.run.times.map((time) => new Date(time).toISOString());
  let [text, lines] = ['', 0];
  for (const { signal, object, values } of seriesOf(snapshot, choice)) {
    const { site, hall, row, rack, node } = object;
    const middle = [signal.id, signal.unit, site, hall, row, rack, node, object.object].map(csvCell).join(',');
    for (let i = 0; i < values.length; i++) {
      if (Number.isNaN(values[i])) continue;
      text += `${times[i]},${middle},${short(values[i])}\r\n`;
      if (++lines % SLICE !== 0) continue;
      yield text;
      text = '';
    }
  }
  yield text;
}

/** A 32-bit number in as few digits as tell it apart from its neighbours. */
export function short(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}
