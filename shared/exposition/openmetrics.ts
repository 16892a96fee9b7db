import { type Collector, type Family, readLabels } from './collector.ts';
import type { Cursor } from './cursor.ts';
import { hashOf } from './plain-line.ts';

/** Suffixes that a sample may add to its family's name, by type (OpenMetrics 1.0, "Metric types"). */
const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total', '_created'],
  summary: ['', '_count', '_sum', '_created'],
  histogram: ['_bucket', '_count', '_sum', '_created'],
  gaugehistogram: ['_bucket', '_gcount', '_gsum'],
  info: ['_info'],
  gauge: [''],
  stateset: [''],
  unknown: [''],
};

/** Reads OpenMetrics 1.0 text: single spaces, no empty lines, `# EOF` last. */
export function readOpenMetrics(cursor: Cursor, collector: Collector): void {
  for (;;) {
    if (cursor.done) cursor.fail('The body does not end with # EOF');
    if (cursor.peek() === 0x0a) cursor.fail('OpenMetrics has no empty lines');
    if (cursor.peek() === 0x23) {
      if (readComment(cursor, collector)) break;
    } else readSample(cursor, collector);
  }
  if (!cursor.done) cursor.fail('Nothing may follow # EOF');
}

function space(cursor: Cursor): void {
  if (cursor.peek() !== 0x20) cursor.fail(`Expected one space, found ${cursor.shown()}`);
  cursor.at++;
}

/** True at `# EOF`. */
function readComment(cursor: Cursor, collector: Collector): boolean {
  cursor.at++;
  space(cursor);
  const at = cursor.at;
  const keyword = cursor.name('HELP, TYPE, UNIT or EOF', false);
  if (keyword === 'EOF') {
    cursor.endLine('Nothing may follow # EOF');
    return true;
  }
  if (keyword !== 'HELP' && keyword !== 'TYPE' && keyword !== 'UNIT') {
    cursor.fail(`Expected HELP, TYPE, UNIT or EOF after '# ', found ${JSON.stringify(keyword.slice(0, 40))}`, at);
  }
  space(cursor);
  const name = cursor.peek() === 0x22 ? cursor.quoted('Metric name') : cursor.name('a metric name', true);
  const family = collector.family(name);
  space(cursor);
  describe(cursor, collector, family, keyword);
  cursor.endLine('');
  return false;
}

function describe(cursor: Cursor, collector: Collector, family: Family, keyword: 'HELP' | 'TYPE' | 'UNIT'): void {
  const at = cursor.at;
  const text = cursor.rest(keyword);
  const field = keyword === 'HELP' ? 'help' : keyword === 'TYPE' ? 'type' : 'unit';
  if (family[field] !== '') collector.warn(`Line ${cursor.line}: second ${keyword} of ${family.name}`);
  if (keyword === 'TYPE' && suffixes[text] === undefined)
    cursor.fail(`${JSON.stringify(text.slice(0, 40))} is no OpenMetrics type`, at);
  if (keyword === 'UNIT' && text !== '' && !family.name.endsWith(`_${text}`)) {
    cursor.fail(`Unit ${JSON.stringify(text.slice(0, 40))} is not the ending of ${family.name}`, at);
  }
  family[field] =
    keyword === 'HELP' ? text.replace(/\\(\\|n|")/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped)) : text;
}

/** Blanks are not allowed inside a label set. */
const none = (): void => {};

function readSample(cursor: Cursor, collector: Collector): void {
  const start = cursor.at;
  let name = cursor.peek() === 0x7b ? '' : cursor.name('a metric name or a comment', true);
  let labels: ReadonlyMap<string, string> = new Map();
  if (cursor.peek() === 0x7b) {
    cursor.at++;
    const read = readLabels(cursor, collector.limits, none, true);
    labels = read.labels;
    if (read.name !== '') name = read.name;
  }
  if (name === '') cursor.fail('The sample has no metric name', start);
  space(cursor);
  const from = cursor.at;
  const value = cursor.number('The value');
  const to = cursor.at;
  let time = Number.NaN;
  if (cursor.peek() === 0x20) {
    cursor.at++;
    if (cursor.peek() !== 0x23) {
      time = timestamp(cursor);
      if (cursor.peek() === 0x20) cursor.at++;
    }
    if (cursor.peek() === 0x23) readExemplar(cursor, collector, name);
  }
  collector.sample(cursor, { name, labels }, value, from, to, time, hashOf({ name, labels }));
  cursor.endLine('Expected the end of the line after the sample');
}

/** Seconds since 1970 with an optional fraction, as epoch milliseconds. */
function timestamp(cursor: Cursor): number {
  const at = cursor.at;
  const seconds = cursor.number('The timestamp');
  if (!Number.isFinite(seconds)) cursor.fail('The timestamp must be a finite number of seconds', at);
  return seconds * 1000;
}

function readExemplar(cursor: Cursor, collector: Collector, name: string): void {
  const at = cursor.at;
  cursor.at++;
  space(cursor);
  if (!name.endsWith('_bucket') && !name.endsWith('_total')) cursor.fail(`${name} may not have an exemplar`, at);
  if (cursor.peek() !== 0x7b) cursor.fail(`Expected '{' of the exemplar, found ${cursor.shown()}`);
  cursor.at++;
  const { labels } = readLabels(cursor, collector.limits, none, true, true);
  let length = 0;
  for (const [label, value] of labels) length += [...label].length + [...value].length;
  // Against the specification, but a scrape takes it.
  if (length > 128) collector.warn(`Line ${cursor.line}: the exemplar's labels are longer than 128 characters`);
  space(cursor);
  cursor.number("The exemplar's value");
  if (cursor.peek() === 0x20) {
    cursor.at++;
    timestamp(cursor);
  }
  collector.exemplars++;
}
