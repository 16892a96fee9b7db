import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../shared/decoded.ts';
import { formatOf, parseExposition } from '../../shared/exposition/parser.ts';
import { ExpositionReader } from '../../shared/exposition/reader.ts';
import { EXPOSITION_ENDS, type MakeSteady, PlainSteady } from '../../shared/exposition/steady.ts';
import { seriesKey } from '../../shared/labels.ts';
import { SEED } from '../../shared/seed.fixture.ts';
import { expositionReader } from './decode.ts';
import { WasmSteady } from './wasm/steady.ts';
import { steadyWasm } from './wasm/steady.wasm.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const parse = (text: string, format: 'prometheus' | 'openmetrics' = 'prometheus') =>
  parseExposition(bytes(text), format);
const flat = (text: string, format: 'prometheus' | 'openmetrics' = 'prometheus') => {
  const { series, values } = parse(text, format);
  return Object.fromEntries(series.map((one, i) => [seriesKey(one), values[i]]));
};
const failure = (text: string, format: 'prometheus' | 'openmetrics' = 'prometheus') => {
  try {
    parse(text, format);
  } catch (error) {
    if (error instanceof DecodeError) return `${error.line}:${error.column}`;
    throw error;
  }
  return 'accepted';
};

const shared = join(import.meta.dirname, '../../../shared');
const corpora = join(shared, 'corpora/openmetrics-cases.jsonl');
const fixtures = join(shared, 'fixtures');

describe('the text format as Prometheus 2.42 scrapes it', () => {
  it('reads values, escapes and names', () => {
    expect(flat('a 1\nb{x="1",} -2.5e3\nc{p="a\\\\b\\"c\\nd"} +Inf\nd\t{ x = "y" , z="" }  4  \n')).toEqual({
      'a{}': 1,
      'b{"x"="1"}': -2500,
      'c{"p"="a\\\\b\\"c\\nd"}': Number.POSITIVE_INFINITY,
      'd{"x"="y"}': 4,
    });
    expect(flat('{"gpu.power","a b"="x"} 7\n')).toEqual({ 'gpu.power{"a b"="x"}': 7 });
    expect(parse('a NaN\n').values[0]).toBeNaN();
  });

  it('keeps the first of repeated series and counts the others, whatever the order of labels', () => {
    const read = parse('a{x="1",y="2"} 1\na{y="2",x="1"} 2\na{ x="1",y="2"} 3\na{x="1"} 4\n');
    expect([...read.values]).toEqual([1, 4]);
    expect(read.duplicates).toBe(2);
    expect(read.warnings[0]).toContain('2 duplicate series');
  });

  it('gives times in milliseconds, and none where there are none', () => {
    expect([...(parse('a 1 1700000000123\nb 2\n').times ?? [])]).toEqual([1_700_000_000_123, Number.NaN]);
    expect(parse('a 1\n').times).toBeNull();
  });

  it.each([
    ['a{x="1" 1\n', '1:9'],
    ['ok 1\na 1e309\n', '2:3'],
    ['a 0x1p-3\n', '1:3'],
    ['a 1_000\n', '1:3'],
    ['a 1 -5\n', '1:5'],
    ['a{__name__="b"} 1\n', '1:3'],
    ['a{x="1",x="2"} 1\n', '1:9'],
    ['# TYPE a gauge\r\na 1\n', '1:10'],
    ['\ufeffa 1\n', '1:1'],
    ['a{x="1}\n', '1:5'],
    [' a 1\n', '1:2'],
    ['# TYPE a info\na 1\n', '1:10'],
    ['a \xa01\n', '1:3'],
    ['a 1 9223372036854775808\n', '1:5'],
    ['a{x="1\n"} 1\nb{y=} 1\n', '3:5'],
    ['a\n', '1:2'],
    ['<html>\n', '1:1'],
  ])('refuses %j at %s', (text, at) => {
    expect(failure(text)).toBe(at);
  });

  it('refuses bytes that are not UTF-8 instead of merging two series into one', () => {
    const body = new Uint8Array([...bytes('a{x="'), 0xff, ...bytes('"} 1\n')]);
    expect(() => parseExposition(body, 'prometheus')).toThrow(/UTF-8/);
  });

  it('treats __proto__ and constructor as labels like any other', () => {
    const { series } = parse('a{constructor="x",toString="y"} 1\n');
    expect([...(series[0]?.labels ?? [])]).toEqual([
      ['constructor', 'x'],
      ['toString', 'y'],
    ]);
  });
});

describe('OpenMetrics', () => {
  it('reads seconds, exemplars and the end', () => {
    const read = parse('# TYPE a counter\na_total 5 1700000000.5 # {trace="x"} 1 1.5\n# EOF\n', 'openmetrics');
    expect([...read.values]).toEqual([5]);
    expect([...(read.times ?? [])]).toEqual([1_700_000_000_500]);
    expect(read.exemplars).toBe(1);
    expect(failure('a 1\n', 'openmetrics')).toBe('2:1');
    expect(failure('# EOF\na 1\n', 'openmetrics')).toBe('2:1');
  });

  it.skipIf(!existsSync(corpora))(
    'agrees with every "must" case of the conformance suite (skipped: no ../shared/corpora)',
    () => {
      const wrong: string[] = [];
      for (const line of readFileSync(corpora, 'utf8').trim().split('\n')) {
        const { name, format, valid, tier, bodyBase64 } = JSON.parse(line);
        let accepted = true;
        try {
          parseExposition(Buffer.from(bodyBase64, 'base64'), format === 'openmetrics' ? 'openmetrics' : 'prometheus');
        } catch (error) {
          expect(error, name).toBeInstanceOf(DecodeError);
          accepted = false;
        }
        if (tier === 'must' && accepted !== valid) wrong.push(name);
      }
      expect(wrong).toEqual([]);
    },
  );

  it('is told from the text format by its content type', () => {
    expect(formatOf('application/openmetrics-text; version=1.0.0; charset=utf-8')).toBe('openmetrics');
    expect(formatOf('text/plain; version=0.0.4')).toBe('prometheus');
    expect(formatOf(undefined)).toBe('prometheus');
  });
});

describe('captured exporters', () => {
  it.skipIf(!existsSync(fixtures))(
    'are all read; the file of two dumps has 23 duplicates (skipped: no ../shared/fixtures)',
    () => {
      for (const folder of readdirSync(fixtures, { withFileTypes: true })) {
        if (!folder.isDirectory()) continue;
        for (const file of readdirSync(join(fixtures, folder.name))) {
          const read = parseExposition(readFileSync(join(fixtures, folder.name, file)), 'prometheus');
          expect(read.series.length, file).toBeGreaterThan(0);
          if (file.startsWith('a100-mig-disabled-2gpu')) expect(read.duplicates).toBe(23);
        }
      }
    },
  );
});

/** Lines of a body: ordinary ones, and ones that the quick way leaves to the strict reader. */
const name = fc.constantFrom('a', 'b_total', 'DCGM_FI_DEV_POWER_USAGE', 'n:x');
const label = fc.tuple(
  fc.constantFrom('gpu', 'UUID', 'x'),
  fc.constantFrom('0', 'GPU-1234-5678', 'a b', 'ü', 'q"\\', 'long value that is more than sixteen bytes'),
);
const value = fc.oneof(
  fc.double().map(String),
  fc.integer().map(String),
  fc.constantFrom('0', '-0', '1.50', '+Inf', 'NaN', '1e5', '123456789.123456', '1234567890123456789'),
);
const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
const sample = fc.tuple(name, fc.uniqueArray(label, { selector: ([key]) => key, maxLength: 3 }), value);
const body = fc.array(sample, { maxLength: 8 });
const print = (lines: readonly [string, [string, string][], string][], open = '{', tail = '') =>
  lines
    .map(
      ([metric, labels, number]) =>
        `${metric}${open}${labels.map(([key, text]) => `${key}="${escaped(text)}"`).join(',')}} ${number.replace('Infinity', 'Inf')}${tail}\n`,
    )
    .join('');

const result = (text: string) => {
  const { series, values, duplicates } = parse(text);
  return { keys: series.map(seriesKey), values: [...values], duplicates };
};
const runs = Number(process.env.FLEETWATT_PROPERTY_RUNS ?? 2000);

const wasmEverywhere: MakeSteady = (ends) => {
  const { WebAssembly } = globalThis as unknown as { WebAssembly: { Module: new (code: Uint8Array) => object } };
  return new WasmSteady(new WebAssembly.Module(Buffer.from(steadyWasm, 'base64')), ends);
};

describe('the quick ways give what the strict reader gives', () => {
  it('for ordinary lines, which a blank after the brace sends to the strict reader', () => {
    fc.assert(
      fc.property(body, (lines) => {
        expect(result(print(lines))).toEqual(result(print(lines, '{ ')));
      }),
      { numRuns: runs, seed: SEED },
    );
  });

  it.each([
    ['plain JavaScript', undefined],
    ['WebAssembly', wasmEverywhere],
  ] as const)('for the next body of a target, in %s, whatever changed', (_, steady) => {
    const next = fc.tuple(
      body,
      body,
      fc.constantFrom('same', 'cut', 'renamed', 'other', 'values', 'timed'),
      fc.array(value, { minLength: 8, maxLength: 8 }),
      fc.nat(),
    );
    fc.assert(
      fc.property(next, ([first, second, how, values, at]) => {
        const reader = new ExpositionReader({ steady });
        reader.read(bytes(print(first)), 'prometheus');
        const changed = first.map(
          ([metric, labels], i) => [metric, labels, values[i]] as [string, [string, string][], string],
        );
        let text =
          how === 'other'
            ? print(second)
            : how === 'values'
              ? print(changed)
              : print(first, '{', how === 'timed' ? ' 1700000000000' : '');
        if (how === 'renamed') text = text.replace('gpu=', 'gpv=');
        if (how === 'cut') text = text.slice(0, at % (text.length + 1));
        let expected: ReturnType<typeof result> | string;
        try {
          expected = result(text);
        } catch (error) {
          expected = (error as Error).message;
        }
        let got: typeof expected;
        try {
          const read = reader.read(bytes(text), 'prometheus');
          got = { keys: [...read.layout.series].map(seriesKey), values: [...read.values], duplicates: read.duplicates };
        } catch (error) {
          got = (error as Error).message;
        }
        expect(got).toEqual(expected);
      }),
      { numRuns: runs, seed: SEED },
    );
  });

  it('reads the same numbers in WebAssembly as in JavaScript, to the last bit', () => {
    const number = fc.oneof(
      value,
      fc.tuple(fc.integer(), fc.nat({ max: 999_999_999 })).map(([whole, part]) => `${whole}.${part}`),
      fc.constantFrom('.5', '5.', '-.25', '00012.500', '999999999999999', '0.000000000000001'),
    );
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 20 }), (numbers) => {
        const text = numbers.map((one) => `m ${one.replace('Infinity', 'Inf')}\n`);
        const template = {
          bytes: bytes(text.map(() => 'm 0\n').join('')),
          keyFrom: Int32Array.from([0, ...text.map((__, i) => 4 * i + 3)]),
          keyTo: Int32Array.from([...text.map((__, i) => 4 * i + 2), 4 * text.length]),
        };
        const [plain, wasm] = [new PlainSteady(EXPOSITION_ENDS), wasmEverywhere(EXPOSITION_ENDS, 0)];
        plain.remember(template);
        wasm.remember(template);
        const [a, b] = [new Float64Array(text.length), new Float64Array(text.length)];
        const read = [plain.read(bytes(text.join('')), a), wasm.read(bytes(text.join('')), b)];
        expect(read[1]).toBe(read[0]);
        if (read[0]) expect([...b]).toEqual([...a]);
      }),
      { numRuns: runs, seed: SEED },
    );
  });
});

describe('ExpositionReader', () => {
  const text = (power: string) => `# HELP p Power.\n# TYPE p gauge\np{gpu="0"} ${power}\np{gpu="1"} 7\n`;

  it('parses an unchanged layout once and keeps its layout object', () => {
    const reader = expositionReader();
    const first = reader.read(bytes(text('100')), 'prometheus').layout;
    const second = reader.read(bytes(text('1200.25')), 'prometheus');
    expect(second.layout).toBe(first);
    expect([...second.values]).toEqual([1200.25, 7]);
    expect(reader.fullParses).toBe(1);
  });

  it('keeps the layout object when only a comment changed, and makes a new one when a series moved', () => {
    const reader = expositionReader();
    const first = reader.read(bytes(text('1')), 'prometheus').layout;
    expect(reader.read(bytes(text('1').replace('Power.', 'Board power.')), 'prometheus').layout).toBe(first);
    expect(reader.read(bytes('p{gpu="1"} 7\np{gpu="0"} 1\n'), 'prometheus').layout).not.toBe(first);
  });

  it('reads a large body in windows, numbers of every length at their edges', () => {
    const lines = (tick: number) =>
      Array.from(
        { length: 30_000 },
        (_, i) => `m{gpu="${i}"} ${((i * 7919 + tick) % 100_003) / (i % 7 === 0 ? 1e-3 : 8)}\n`,
      ).join('');
    const reader = expositionReader();
    reader.read(bytes(lines(0)), 'prometheus');
    for (let tick = 1; tick < 4; tick++)
      expect([...reader.read(bytes(lines(tick)), 'prometheus').values]).toEqual([...parse(lines(tick)).values]);
    expect(reader.fullParses).toBe(1);
  });

  it('takes a body for steady wherever its last bytes fall in the windows', () => {
    const lines = Array.from({ length: 13_000 }, (_, i) => `m{gpu="${i}"} ${i}.5\n`).join('');
    const long = `# ${'y'.repeat(2000)}\n`;
    for (let pad = 0; pad < 20_000; pad += 331) {
      const reader = expositionReader();
      const body = bytes(`${'#\n'.repeat(pad >> 1)}${lines}${long}m 1\n${long}`);
      expect(body.length).toBeGreaterThan(256 << 10);
      reader.read(body, 'prometheus');
      reader.read(body, 'prometheus');
      expect(reader.fullParses, `${pad} bytes before`).toBe(1);
    }
  });

  it('a body cut at a NUL is not completed with what the last one had there', () => {
    const whole = bytes('m{a="x"} 3\nm{a="x\0y"} 7\n');
    const reader = new ExpositionReader({ steady: wasmEverywhere });
    reader.read(whole, 'prometheus');
    expect([...reader.read(whole, 'prometheus').values]).toEqual([3, 7]);
    expect(reader.fullParses).toBe(1);
    const cut = whole.slice(0, whole.indexOf(0));
    expect(() => reader.read(cut, 'prometheus')).toThrow(/opened here and not closed/);
  });
});
