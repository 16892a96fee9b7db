import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../shared/decoded.ts';
import { defaultLimits } from '../../shared/exposition/collector.ts';
import { type Format, parseExposition } from '../../shared/exposition/parser.ts';
import { ExpositionReader } from '../../shared/exposition/reader.ts';
import { type MakeSteady, makePlain } from '../../shared/exposition/steady.ts';
import { expositionText } from '../../shared/exposition/workload.ts';
import { seriesKey } from '../../shared/labels.ts';
import { VectorReader } from '../../shared/prom-api/vector.ts';
import { vectorJson } from '../../shared/prom-api/workload.ts';
import { SEED } from '../../shared/seed.fixture.ts';
import { steadyMaker, WasmSteady } from './wasm/steady.ts';
import { steadyWasm } from './wasm/steady.wasm.ts';

/**
 * The layout cache may never differ from the full parser. FLEETWATT_PROPERTY_RUNS=100000 with FLEETWATT_SEED=1, 2, 3
 * is the long run.
 */
const options = {
  numRuns: Number(process.env.FLEETWATT_PROPERTY_RUNS ?? 3000),
  seed: SEED,
};
const TIMEOUT = 3_600_000;

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const { WebAssembly } = globalThis as unknown as { WebAssembly: { Module: new (code: Uint8Array) => object } };
const compiled = new WebAssembly.Module(Buffer.from(steadyWasm, 'base64'));
/** One instance for all runs: an instance of its own for each would cost more than what is tested. */
const instances = new Map<string, WasmSteady>();
const wasm: MakeSteady = (ends) => {
  const known = instances.get(String(ends)) ?? new WasmSteady(compiled, ends);
  instances.set(String(ends), known);
  return known;
};
const ways: readonly (readonly [string, MakeSteady])[] = [
  ['plain JavaScript', makePlain],
  ['WebAssembly', wasm],
];

/** What a read gave, or its error with line and column. */
function outcomeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return `${error.line}:${error.column} ${error.message.replace(/it begins [\s\S]*/, '')}`;
  }
}
const whole = (body: Uint8Array, format: Format) =>
  outcomeOf(() => {
    const { series, values, times, duplicates, warnings } = parseExposition(body, format);
    return { keys: series.map(seriesKey), values: [...values], times: times && [...times], duplicates, warnings };
  });
const cached = (reader: ExpositionReader, body: Uint8Array, format: Format) =>
  outcomeOf(() => {
    const { layout, values, times, duplicates, warnings } = reader.read(body, format);
    return {
      keys: [...layout.series].map(seriesKey),
      values: [...values],
      times: times && [...times],
      duplicates,
      warnings,
    };
  });

const name = fc.constantFrom('a', 'b_total', 'DCGM_FI_DEV_POWER_USAGE', 'n:x');
const label = fc.tuple(
  fc.constantFrom('gpu', 'UUID', 'x'),
  fc.constantFrom('', '0', 'GPU-1234-5678', 'a b', 'ü', 'q\\"\\\\', 'more than sixteen bytes', 'y'.repeat(70)),
);
const value = fc.oneof(
  fc.double().map(String),
  fc.integer().map(String),
  fc.tuple(fc.nat(), fc.nat({ max: 999_999_999 })).map(([whole, part]) => `${whole}.${part}`),
  fc.constantFrom('-0', '.5', '5.', '+Inf', 'NaN', '1e5', '123456789012345.6', '0.000000000000001', '9007199254740993'),
);
const line = fc
  .tuple(name, fc.uniqueArray(label, { selector: ([key]) => key, maxLength: 3 }), value, fc.constantFrom('', ' 5'))
  .map(([metric, labels, number, time]) => {
    const set = labels.map(([key, text]) => `${key}="${text}"`).join(',');
    return { key: `${metric}{${set}}`, number: number.replace('Infinity', 'Inf'), time };
  });
const comment = fc.constantFrom('', '# HELP a x\n', '# TYPE a gauge\n', '# HELP a y\n');

/** A target's second body: the first one, changed as targets change theirs and as they should not. */
const change = fc.record({
  kind: fc.constantFrom(
    ...['value', 'values', 'added', 'removed', 'turned', 'renamed', 'cut', 'byte', 'timed', 'comment', 'twice', 'none'],
  ),
  at: fc.nat(),
  line,
  byte: fc.constantFrom(...'0123456789.+-eE{}",=# \t\n\rNaIi'),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
type Line = typeof line extends fc.Arbitrary<infer T> ? T : never;

function printed(lines: readonly Line[], head: string, format: Format, timed: boolean): string {
  const body = lines.map(({ key, number, time }) => `${key} ${number}${timed ? time : ''}\n`).join('');
  return `${head}${body}${format === 'openmetrics' ? '# EOF\n' : ''}`;
}

function changed(
  lines: readonly Line[],
  head: string,
  format: Format,
  { kind, at, line: other, byte }: Change,
): string {
  const i = at % Math.max(1, lines.length);
  const list: Record<string, readonly Line[]> = {
    value: lines.map((one, j) => (i === j ? { ...one, number: other.number } : one)),
    values: lines.map((one) => ({ ...one, number: other.number })),
    added: lines.toSpliced(i, 0, other),
    removed: lines.toSpliced(i, 1),
    turned: lines.toReversed(),
    renamed: lines.map((one, j) => (i === j ? { ...one, key: other.key } : one)),
    twice: [...lines, ...lines],
  };
  const text = printed(list[kind] ?? lines, kind === 'comment' ? '# HELP a y\n' : head, format, kind === 'timed');
  const place = at % Math.max(1, text.length);
  if (kind === 'cut') return text.slice(0, place);
  return kind === 'byte' ? text.slice(0, place) + byte + text.slice(place + 1) : text;
}

describe.each(ways)('the layout cache in %s', (_, steady) => {
  it('gives what the full parser gives, whatever changed in a body', { timeout: TIMEOUT }, () => {
    const format = fc.constantFrom('prometheus' as const, 'openmetrics' as const);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), comment, format, change, change, (lines, head, kind, one, two) => {
        const reader = new ExpositionReader({ steady });
        const first = bytes(printed(lines, head, kind, false));
        // First body, changed, changed again, and the first once more.
        const bodies = [first, bytes(changed(lines, head, kind, one)), bytes(changed(lines, head, kind, two)), first];
        for (const body of bodies) expect(cached(reader, body, kind)).toEqual(whole(body, kind));
      }),
      options,
    );
  });

  it('gives what JSON.parse gives for a large vector with a byte changed', { timeout: TIMEOUT }, () => {
    const before = vectorJson(300, 0);
    const after = vectorJson(300, 1);
    const read = (reader: VectorReader, body: Uint8Array) =>
      outcomeOf(() => {
        const { layout, values, times } = reader.read(body);
        return { keys: [...layout.series].map(seriesKey), values: [...values], times: [...times] };
      });
    fc.assert(
      fc.property(fc.nat({ max: after.length - 1 }), fc.constantFrom(...'0123456789.,:"\\[]{}eE+-'), (at, byte) => {
        const reader = new VectorReader({ steady });
        read(reader, bytes(before));
        const text = after.slice(0, at) + byte + after.slice(at + 1);
        const oracle = text.replace('"result":[', '"result": [');
        expect(read(reader, bytes(text))).toEqual(read(new VectorReader(), bytes(oracle)));
      }),
      { ...options, numRuns: Math.ceil(options.numRuns / 10) },
    );
  });
});

describe('instances of WebAssembly', () => {
  it('stay with their reader over changes of its layout', () => {
    const made: unknown[] = [];
    const maker = steadyMaker();
    const reader = new ExpositionReader({
      steady: (ends, size, last) => {
        const steady = maker(ends, size, last);
        made.push(steady);
        return steady;
      },
    });
    for (let series = 2000; series < 2040; series++) reader.read(bytes(expositionText(series, 0)), 'prometheus');
    expect(made).toHaveLength(40);
    expect(made[0]).toBeInstanceOf(WasmSteady);
    expect(new Set(made).size).toBe(1);
  });
});

describe('hostile bodies', () => {
  it.each([
    ['a line without end', (n: number) => `a${'b'.repeat(n)}`],
    ['empty lines', (n: number) => '\n'.repeat(n)],
    ['backslashes', (n: number) => `a{x="${'\\'.repeat(n)}`],
    ['quotes', (n: number) => `a{${'x="",'.repeat(n / 5)}`],
    ['quotes over lines', (n: number) => `a{x="${'\n'.repeat(n)}`],
    ['one series again and again', (n: number) => 'a 1\n'.repeat(n / 4)],
    ['lone comments', (n: number) => '#\n'.repeat(n / 2)],
    ['second HELP lines', (n: number) => '# HELP a b\n'.repeat(n / 11)],
    ['digits', (n: number) => `a ${'1'.repeat(n)}\n`],
    ['digits of a time', (n: number) => `a 1 ${'0'.repeat(n)}1\n`],
    ['labels', (n: number) => `a{${Array.from({ length: n / 8 }, (_, i) => `l${i}="1"`).join(',')}} 1\n`],
  ])('take time in proportion to their length: %s', (_, make) => {
    // 4 MB take some tens of milliseconds; on the busiest machine not 20 s. Anything quadratic would take hours.
    const body = bytes(make(4 << 20));
    const begin = performance.now();
    outcomeOf(() => parseExposition(body, 'prometheus'));
    expect(performance.now() - begin).toBeLessThan(20_000);
  });

  it.each([
    ['bytes', { maxBytes: 10 }, 'a{x="1"} 1\n', /11 bytes; at most 10/],
    ['series', { maxSeries: 2 }, 'a 1\nb 1\nc 1\n', /More than 2 series/],
    ['labels', { maxLabels: 2 }, 'a{x="1",y="2",z="3"} 1\n', /More than 2 labels/],
    ['empty labels', { maxLabels: 2 }, 'a{x="",y="",z=""} 1\n', /More than 2 labels/],
    ['text', { maxText: 9 }, 'a{x="0123456789"} 1\n', /longer than 9/],
  ])('are stopped at a limit: %s', (_, limits, text, message) => {
    const read = () => parseExposition(bytes(text), 'prometheus', { ...defaultLimits, ...limits });
    expect(read).toThrow(DecodeError);
    expect(read).toThrow(message);
  });

  it('have at most 20 warnings and a count of the others', () => {
    const { warnings } = parseExposition(bytes('# HELP a b\n'.repeat(50)), 'prometheus');
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe('and 29 more warnings');
  });
});
