import type { Series } from '../labels.ts';
import { textOf } from './bytes.ts';
import { type Collector, readLabels } from './collector.ts';
import type { Cursor } from './cursor.ts';
import { outcome, parseNumber } from './number.ts';
import { hashOf, PlainLine } from './plain-line.ts';

const types = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']);
const LAST_TIME = 2n ** 63n - 1n;

/** Reads Prometheus text format 0.0.4 (docs: exposition_formats.md; judge: the scrape parser of Prometheus 2.42). */
export function readText(cursor: Cursor, collector: Collector): void {
  const plain = new PlainLine(cursor.bytes, collector.limits.maxLabels);
  while (!cursor.done) {
    if (readPlain(cursor, collector, plain)) continue;
    const indented = cursor.blanks();
    const byte = cursor.peek();
    if (byte === 0x0a) cursor.endLine('');
    else if (byte === 0x23) readComment(cursor, collector);
    else if (indented && byte !== -1) cursor.fail('Prometheus takes no blanks before a metric name');
    else if (byte !== -1) readSample(cursor, collector);
  }
}

/** Reads an ordinary line without timestamp; false, with nothing changed, where it is anything else. */
function readPlain(cursor: Cursor, collector: Collector, plain: PlainLine): boolean {
  const { bytes, at } = cursor;
  if (!plain.scan(at)) return false;
  const from = plain.value;
  let to = from;
  while (bytes[to] > 0x20) to++;
  // A blank may be followed by a timestamp; the end of the body is the strict reader's, too.
  if (bytes[to] !== 0x0a || to - at > collector.limits.maxText) return false;
  const value = parseNumber(bytes, from, to);
  if (!outcome.ok) return false;
  collector.sample(cursor, plain.series as Series, value, from, to, Number.NaN, plain.hash);
  cursor.at = to;
  cursor.endLine('');
  return true;
}

function word(cursor: Cursor, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (cursor.bytes[cursor.at + i] !== text.charCodeAt(i)) return false;
  const next = cursor.bytes[cursor.at + text.length];
  if (next !== 0x20 && next !== 0x09) return false;
  cursor.at += text.length;
  cursor.blanks();
  return true;
}

function readComment(cursor: Cursor, collector: Collector): void {
  cursor.at++;
  const spaced = cursor.blanks();
  if (spaced && word(cursor, 'HELP')) readHelp(cursor, collector);
  else if (spaced && word(cursor, 'TYPE')) readType(cursor, collector);
  else {
    // Whatever it holds: Prometheus does not look at it.
    cursor.at = cursor.lineEnd();
    cursor.endLine('');
  }
}

function metricName(cursor: Cursor): string {
  return cursor.peek() === 0x22 ? cursor.quoted('Metric name') : cursor.name('a metric name', true);
}

/** What follows a name in a HELP or TYPE line. Prometheus takes one byte for the blank between, whatever it is. */
function textAfterName(cursor: Cursor, what: string): string {
  if (!cursor.done && cursor.peek() !== 0x0a) cursor.at++;
  return cursor.rest(what);
}

function readHelp(cursor: Cursor, collector: Collector): void {
  const family = collector.family(metricName(cursor));
  const text = textAfterName(cursor, 'Help').replace(/\\(\\|n)/g, (_, escaped: string) =>
    escaped === 'n' ? '\n' : '\\',
  );
  if (family.help !== '') collector.warn(`Line ${cursor.line}: second HELP of ${family.name}`);
  family.help = text;
  cursor.endLine('');
}

function readType(cursor: Cursor, collector: Collector): void {
  const family = collector.family(metricName(cursor));
  const at = cursor.at + 1;
  const type = textAfterName(cursor, 'Type');
  if (!types.has(type))
    cursor.fail(`Type ${JSON.stringify(type.slice(0, 40))} of ${family.name} is none of ${[...types].join(', ')}`, at);
  if (family.type !== '' && family.type !== type)
    collector.warn(`Line ${cursor.line}: ${family.name} was a ${family.type}, now a ${type}`);
  family.type = type;
  cursor.endLine('');
}

function readSample(cursor: Cursor, collector: Collector): void {
  const start = cursor.at;
  let name = cursor.peek() === 0x7b ? '' : cursor.name('a metric name, a comment or an empty line', true);
  cursor.blanks();
  let labels: ReadonlyMap<string, string> = new Map();
  if (cursor.peek() === 0x7b) {
    cursor.at++;
    const read = readLabels(cursor, collector.limits, () => void cursor.blanks());
    labels = read.labels;
    if (read.name !== '') {
      if (name !== '') cursor.fail('The metric has two names', start);
      name = read.name;
    }
  }
  if (name === '') cursor.fail('The sample has no metric name', start);
  cursor.blanks();
  const from = cursor.at;
  const value = cursor.number('The value');
  const to = cursor.at;
  cursor.blanks();
  let time = Number.NaN;
  if (cursor.peek() !== 0x0a && !cursor.done) {
    time = timestamp(cursor);
    cursor.blanks();
  }
  collector.sample(cursor, { name, labels }, value, from, to, time, hashOf({ name, labels }));
  cursor.endLine('Expected the end of the line after the sample');
}

/** Whole epoch milliseconds: Prometheus's lexer takes no sign, point or exponent here, and its parser 63 bits. */
function timestamp(cursor: Cursor): number {
  const from = cursor.at;
  const time = cursor.number('The timestamp');
  for (let at = from; at < cursor.at; at++) {
    if (cursor.bytes[at] < 0x30 || cursor.bytes[at] > 0x39)
      cursor.fail('The timestamp must be whole milliseconds since 1970', from);
  }
  if (time >= 2 ** 63 && (time > 2 ** 63 || BigInt(textOf(cursor.bytes, from, cursor.at)) > LAST_TIME))
    cursor.fail('The timestamp is larger than 2^63 − 1', from);
  return time;
}
