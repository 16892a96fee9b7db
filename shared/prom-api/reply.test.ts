import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../decoded.ts';
import { seriesKey } from '../labels.ts';
import { SEED } from '../seed.fixture.ts';
import { MatrixReader, parseMatrix } from './matrix.ts';
import { ApiError } from './reply.ts';
import { type Vector, VectorReader } from './vector.ts';
import { vectorJson } from './workload.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
const vector = (result: string, more = '') =>
  `{"status":"success","data":{"resultType":"vector","result":[${result}]}${more}}`;
const element = (metric: string, value: string, time = '1700000000') =>
  `{"metric":{${metric}},"value":[${time},"${value}"]}`;
const flat = ({ layout, values, times, serverWarnings }: Vector) => ({
  keys: [...layout.series].map(seriesKey),
  values: [...values],
  times: [...times],
  serverWarnings,
});
const read = (text: string) => flat(new VectorReader().read(bytes(text)));
/** The same JSON with a blank in it, which only JSON.parse reads: what the quick ways are held against. */
const oracle = (text: string) => read(text.replace('"result":[', '"result": ['));
const attempt = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`.replace(/it begins [\s\S]*/, '');
  }
};

/** Replies of Prometheus 2.42 and VictoriaMetrics, as they were captured. */
const PROMETHEUS =
  '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"a","x":"2"},"value":[1795493852.823,"NaN"]},{"metric":{"__name__":"a","x":"3"},"value":[1795493852.823,"+Inf"]},{"metric":{"__name__":"a","x":"\\u003cé\\"\\\\\\u003e"},"value":[1795493852.823,"1"]}]}}';

describe('an instant vector', () => {
  it('is read as Prometheus and VictoriaMetrics print it', () => {
    expect(read(PROMETHEUS)).toEqual({
      keys: ['a{"x"="2"}', 'a{"x"="3"}', 'a{"x"="<é\\"\\\\>"}'],
      values: [Number.NaN, Number.POSITIVE_INFINITY, 1],
      times: [1_795_493_852_823, 1_795_493_852_823, 1_795_493_852_823],
      serverWarnings: [],
    });
    expect(read(vector(element('', '1'))).keys).toEqual(['{}']);
    expect(read(vector('')).keys).toEqual([]);
    expect(oracle(PROMETHEUS)).toEqual(read(PROMETHEUS));
  });

  it('keeps __proto__, constructor and lone surrogates as labels like any other', () => {
    const text = vector(element('"__proto__":"p","constructor":"c","1":"\\ud800"', '-Inf'));
    for (const [key] of [read(text).keys, oracle(text).keys])
      expect(key).toBe('{"1"="\\ud800","__proto__"="p","constructor"="c"}');
    expect(({} as Record<string, unknown>).p).toBeUndefined();
  });

  it('leaves native histograms out and says so; the floats beside them count', () => {
    const text = vector(
      `{"metric":{"a":"1"},"histogram":[1,{"count":"1","sum":"2","buckets":[]}]},${element('"a":"2"', '5')}`,
    );
    const reader = new VectorReader();
    const { values, warnings } = reader.read(bytes(text));
    expect([...values]).toEqual([5]);
    expect(warnings).toEqual(['1 native histograms are not supported and were left out']);
  });

  it('tells warnings, infos and a partial answer, anew in each reply', () => {
    const reader = new VectorReader();
    const one = element('"a":"1"', '5');
    expect(reader.read(bytes(vector(one))).serverWarnings).toEqual([]);
    expect(reader.read(bytes(vector(one, ',"warnings":["no \\"]}] store"]'))).serverWarnings).toEqual([
      'no "]}] store',
    ]);
    expect(reader.read(bytes(vector(one, ',"infos":["metric might not be a counter"]'))).serverWarnings).toEqual([
      'metric might not be a counter',
    ]);
    expect(reader.read(bytes(vector(one))).serverWarnings).toEqual([]);
    expect(reader.read(bytes(vector(one).replace('success"', 'success","isPartial":true'))).serverWarnings).toEqual([
      'The server had only a part of the data',
    ]);
  });

  it('stays steady while statistics behind the result change', () => {
    const reader = new VectorReader();
    const { layout } = reader.read(
      bytes(vector(element('"a":"1"', '5'), ',"stats":{"seriesFetched":"1","executionTimeMsec":3}')),
    );
    const next = reader.read(
      bytes(vector(element('"a":"1"', '61.5', '1700000005'), ',"stats":{"seriesFetched":"1","executionTimeMsec":12}')),
    );
    expect([...next.values, ...next.times]).toEqual([61.5, 1_700_000_005_000]);
    expect(next.layout).toBe(layout);
    expect(reader.fullParses).toBe(1);
  });

  it('keeps nothing of a buffer that its caller uses again', () => {
    const reader = new VectorReader();
    const body = bytes(vector(element('"a":"1"', '5')));
    const { layout } = reader.read(body);
    body.fill(0x20);
    expect([...layout.series].map(seriesKey)).toEqual(['{"a"="1"}']);
  });
});

describe('what is no vector', () => {
  it.each([
    ['{"status":"success","data":{"resultType":"scalar","result":[1,"1"]}}', /scalar; a vector/],
    ['{"status":"success","data":{"resultType":"string","result":[1,"x"]}}', /string; a vector/],
    ['{"status":"success","data":{"resultType":"matrix","result":[]}}', /matrix; a vector/],
    ['{"status":"success","data":{"resultType":"streams","result":[]}}', /streams; a vector/],
    ['{"status":"success"}', /no data.result/],
    ['{"status":"success","data":null}', /no data.result/],
    ['[]', /no JSON object/],
    ['x{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}', /result\\":\[{/],
    ['<html><title>Sign in</title>', /no JSON; it begins "<html>/],
    ['', /no JSON/],
    [vector(element('"a":"1"', '')), /no sample value/],
    [vector(element('"a":"1"', '0x10')), /no sample value/],
    [vector('{"metric":{"a":1},"value":[1,"1"]}'), /is no text/],
    [vector('{"metric":{},"value":["1","1"]}'), /no sample|not \[time/],
    [vector('{"value":[1,"1"]}'), /no metric/],
    [vector('7'), /no object/],
    [vector('['.repeat(70)), /nested more than 64 deep/],
    [vector('[],'.repeat(2000)), /brackets/],
  ])('is refused with what is wrong (%#: %j)', (text, message) => {
    expect(() => read(text)).toThrow(message);
    expect(() => read(text)).toThrow(DecodeError);
  });

  it('an error of the server, though with status 200, has its type and words', () => {
    const error = attempt(() => read('{"status":"error","errorType":"execution","error":"query timed out"}'));
    expect(error).toBe('ApiError: query timed out');
    expect(new ApiError('execution', '').errorType).toBe('execution');
  });

  it('bytes that are no UTF-8, too many bytes and too many series are refused', () => {
    const broken = bytes(vector(element('"a":"?"', '1')));
    broken[broken.indexOf(0x3f)] = 0xff;
    expect(() => new VectorReader().read(broken)).toThrow(/UTF-8/);
    const three = bytes(vectorJson(3, 0));
    expect(() => new VectorReader({ limits: { maxBytes: 100, maxSeries: 9 } }).read(three)).toThrow(/at most 100/);
    expect(() => new VectorReader({ limits: { maxBytes: 9999, maxSeries: 2 } }).read(three)).toThrow(/at most 2 /);
  });
});

const label = fc.tuple(
  fc.constantFrom('gpu', 'UUID', 'value', '__name__'),
  fc.constantFrom('0', 'GPU-1', 'é', 'q"\\', '","value":[1,"2"]', '"]}]', '\u2028'),
);
const number = fc.oneof(fc.double().map(String), fc.constantFrom('0', '1.5', '+Inf', 'NaN', '12345678901234567890'));
const items = fc.array(fc.tuple(fc.uniqueArray(label, { selector: ([name]) => name, maxLength: 3 }), number), {
  maxLength: 6,
});
const print = (list: readonly [readonly [string, string][], string][], time: string, more = '') =>
  vector(
    list
      .map(([labels, value]) =>
        element(
          labels.map(([name, text]) => `${JSON.stringify(name)}:${JSON.stringify(text)}`).join(','),
          value.replace(/^Infinity/, '+Inf').replace('-Infinity', '-Inf'),
          time,
        ),
      )
      .join(','),
    more,
  );

describe('the quick ways give what JSON.parse gives', () => {
  it('for a first reply and for the next one, whatever changed in it', () => {
    const times = fc.constantFrom('1700000000', '1700000005', '1700000005.5', '1700000001.25', '5', '-1700000000');
    const change = fc.record({
      kind: fc.constantFrom('values', 'other', 'less', 'more', 'turned', 'cut', 'byte', 'tail'),
      at: fc.nat(),
      byte: fc.constantFrom(...'0123456789.,:"\\[]{}eE+-x \n'),
    });
    fc.assert(
      fc.property(items, items, times, times, change, (first, second, time, next, { kind, at, byte }) => {
        const reader = new VectorReader();
        const before = print(first, time);
        expect(flat(reader.read(bytes(before)))).toEqual(oracle(before));
        const lists = {
          other: second,
          less: first.slice(1),
          more: [...first, ...second],
          turned: first.toReversed(),
        } as Record<string, typeof first>;
        const valued = first.map(([labels], i) => [labels, second[i]?.[1] ?? '1'] as (typeof first)[number]);
        let text = print(lists[kind] ?? valued, next, kind === 'tail' ? ',"warnings":["w"]' : '');
        if (kind === 'cut') text = text.slice(0, at % text.length);
        if (kind === 'byte') text = text.slice(0, at % text.length) + byte + text.slice((at % text.length) + 1);
        expect(attempt(() => flat(reader.read(bytes(text))))).toEqual(attempt(() => oracle(text)));
      }),
      { numRuns: Number(process.env.FLEETWATT_PROPERTY_RUNS ?? 2000), seed: SEED },
    );
  });
});

describe('a range', () => {
  const matrix = (result: string) => `{"status":"success","data":{"resultType":"matrix","result":[${result}]}}`;
  const body = matrix(
    '{"metric":{"x":"3"},"values":[[1795493860.073,"+Inf"],[1795493861.073,"2.5"]]},{"metric":{},"values":[[1795493860,"1"]]}',
  );

  it('is read series by series, with times in ms', () => {
    for (const text of [body, body.replace('"result":[', '"result": [')]) {
      const { series } = parseMatrix(bytes(text));
      expect(series.map((one) => seriesKey(one.series))).toEqual(['{"x"="3"}', '{}']);
      expect(series.map((one) => [...one.times])).toEqual([
        [1_795_493_860_073, 1_795_493_861_073],
        [1_795_493_860_000],
      ]);
      expect(series.map((one) => [...one.values])).toEqual([[Number.POSITIVE_INFINITY, 2.5], [1]]);
    }
    expect(parseMatrix(bytes(matrix(''))).series).toEqual([]);
  });

  it('gives the same series object as long as it stands in its place', () => {
    const reader = new MatrixReader();
    const before = reader.read(bytes(body)).series;
    const after = reader.read(bytes(body.replace('"2.5"]', '"3"],[1795493862.073,"4"]'))).series;
    expect([...(after[0]?.values ?? [])]).toEqual([Number.POSITIVE_INFINITY, 3, 4]);
    expect(after.map((one, i) => one.series === before[i]?.series)).toEqual([true, true]);
    expect(reader.read(bytes(body.replace('"x"', '"y"'))).series[0]?.series).not.toBe(before[0]?.series);
  });

  it('counts native histograms, and refuses what is no matrix', () => {
    const { series, histograms } = parseMatrix(bytes(matrix('{"metric":{},"histograms":[[1,{}]]}')));
    expect([series.length, histograms]).toEqual([0, 1]);
    expect(() => parseMatrix(bytes(vector('')))).toThrow(/vector; a matrix/);
    expect(() => parseMatrix(bytes(matrix('{"metric":{}}')))).toThrow(/no values/);
    expect(() => parseMatrix(bytes(body.replace('"2.5"', '"x"')))).toThrow(/no sample value/);
  });
});
