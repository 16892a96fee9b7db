import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../shared/decoded.ts';
import { type Format, parseExposition } from '../../shared/exposition/parser.ts';
import { seriesKey } from '../../shared/labels.ts';
import { requireReal, titled } from './available.ts';
import { type Body, judge, type Verdict } from './judge.ts';

const prometheus = requireReal('prometheus');

/** A byte beyond ASCII is written as \u0080–\u00ff: bodies are latin1 here, so that they can be no UTF-8 at all. */
const body = (text: string, format: Format): Body => ({ bytes: new Uint8Array(Buffer.from(text, 'latin1')), format });

/** Numbers where a value may stand, and where a time may. */
const VALUES = [
  ...['0', '-0', '+1', '1.', '.5', '.', '-', '+', '1e5', '1E+05', '1e', '1e+', '1e-400', '1e309', '-1e309', '1e400'],
  ...[
    '0e99999999999',
    '1e99999999999',
    '1e-99999999999',
    '9007199254740993',
    '1234567890123456789012345678901234567890',
  ],
  ...[
    '0.1234567890123456789',
    '2.2250738585072011e-308',
    '5e-324',
    '2e-324',
    '1.7976931348623157e308',
    '1.7976931348623159e308',
  ],
  ...['NaN', 'nan', 'nAn', '+NaN', '-NaN', 'Inf', '+Inf', '-Inf', 'inf', 'INFINITY', '-infinity', 'Infinit', 'NaNs'],
  ...[
    '0x10',
    '0x1p-3',
    '0X1P3',
    '1_000',
    '1__0',
    '0b1',
    '0o7',
    '1f',
    '1d',
    '1e5.5',
    '1,5',
    '१',
    '--1',
    '1e5e5',
    '\u0660',
    "'1'",
    '"1"',
  ],
];
const TIMES = [
  '1',
  '0',
  '-5',
  '+5',
  '1.5',
  '1e3',
  '9223372036854775807',
  '9223372036854775808',
  '99999999999999999999',
  'x',
  '1 2',
  '1\t',
];

const TEXT = [
  ...['', '\n', '\n\n\n', ' ', ' \n', '\t\n', '#', '#\n', '# \n', '##\n', '#a\n', ' # c\n', ' # TYPE a gauge\na 1\n'],
  ...[
    'a 1',
    'a 1\n',
    ' a 1\n',
    '\ta 1\n',
    'a  1\n',
    'a\t1\n',
    'a 1 \n',
    'a1\n',
    'a\n',
    'a \n',
    'a{} 1\n',
    'a{ } 1\n',
    'a {} 1\n',
    'a{}1\n',
  ],
  ...[
    'a{,} 1\n',
    'a{x="1",} 1\n',
    'a{x="1",,} 1\n',
    'a{,x="1"} 1\n',
    'a{x="1"y="2"} 1\n',
    'a{x="1" y="2"} 1\n',
    'a{x ="1"} 1\n',
    'a{x= "1"} 1\n',
  ],
  ...[
    'a{x="1"} {y="2"} 1\n',
    'a{x=1} 1\n',
    "a{x='1'} 1\n",
    'a{="1"} 1\n',
    'a{x} 1\n',
    'a{x=} 1\n',
    'a{x="1" 1\n',
    'a{x="1} 1\n',
    'a{x="1\n"} 1\n',
    'a{x="1\n} 1\nb{y="2"} 1\n',
  ],
  ...[
    'a{x="\\\\"} 1\n',
    'a{x="\\""} 1\n',
    'a{x="\\n"} 1\n',
    'a{x="\\t"} 1\n',
    'a{x="\\u00e9"} 1\n',
    'a{x="\\"} 1\n',
    'a{x="\\\n"} 1\n',
    'a{x="\r"} 1\n',
    'a{x="\t"} 1\n',
  ],
  ...[
    'a{x="\u00c3\u00bc"} 1\n',
    'a{x="\u00ff"} 1\n',
    'a{x="\u00c0\u0080"} 1\n',
    'a{x="\u00ed\u00a0\u0080"} 1\n',
    'a{x="\u00f4\u0090\u0080\u0080"} 1\n',
    'a{x="\u00e2\u0082"} 1\n',
  ],
  ...[
    '\u00ff 1\n',
    'a\u00c3\u00bc 1\n',
    'a{\u00c3\u00bc="1"} 1\n',
    '# \u00ff\na 1\n',
    '# HELP a \u00ff\na 1\n',
    '# TYPE a \u00ff\na 1\n',
    '# HELP \u00ff x\na 1\n',
  ],
  ...[
    'a{x="1",x="1"} 1\n',
    'a{x="",x="1"} 1\n',
    'a{x=""} 1\n',
    'a{x="",y="1"} 1\na{y="1"} 2\n',
    'a{__name__="b"} 1\n',
    'a{__name__=""} 1\n',
    'a{__x__="b"} 1\n',
    'a{le="x"} 1\n',
  ],
  ...[
    'a{__proto__="p",constructor="c",toString="t",hasOwnProperty="h"} 1\n__proto__ 2\nconstructor 3\n',
    'a:b:c 1\n:a 1\n',
    'a{b:c="1"} 1\n',
    '1a 1\n',
    'a-b 1\n',
    'a{1x="1"} 1\n',
  ],
  ...[
    'a 1\na 2\n',
    'a{x="1",y="2"} 1\na{y="2",x="1"} 2\n',
    'a 1\na 1\nb 1\n',
    '\u00ef\u00bb\u00bfa 1\n',
    'a 1\r\n',
    'a 1\r\nb 2\r\n',
    '# c\r\na 1\n',
    '# HELP a b\r\na 1\n',
    '# TYPE a gauge\r\na 1\n',
    '\r\n',
  ],
  ...[
    '# HELP a\na 1\n',
    '# HELP a \na 1\n',
    '# HELP\na 1\n',
    '# HELP a b\n# HELP a c\na 1\n',
    '# HELPa b\n',
    '#HELP a b\na 1\n',
    '#\tHELP\ta\tb\na 1\n',
    '# HELP a-b c\n',
    '# HELP a{ c\n',
    '# help a\na 1\n',
  ],
  ...[
    '# TYPE a gauge\na 1\n',
    '# TYPE a\na 1\n',
    '# TYPE a \na 1\n',
    '# TYPE a  gauge\na 1\n',
    '# TYPE a gauge \na 1\n',
    '# TYPE a Gauge\na 1\n',
    '# TYPE a=gauge\na 1\n',
    '# TYPE a untyped\na 1\n',
    '# TYPE a unknown\n',
  ],
  ...[
    '# TYPE a gaugehistogram\n',
    '# TYPE a info\n',
    '# TYPE a stateset\n',
    '# TYPE a foo\n',
    '# TYPE a gauge\n# TYPE a counter\na 1\n',
    'a 1\n# TYPE a gauge\n',
    '#  TYPE a gauge\n',
    '# TYPEa gauge\n',
    '# UNIT a b\na 1\n',
  ],
  ...[
    '# EOF\n',
    'a 1\n# EOF\nb 2\n',
    '<html>\n',
    '{"a":1}\n',
    'a 1 # {x="y"} 1\n',
    'a{x="1"}} 1\n',
    'a}{ 1\n',
    '{x="1"} 1\n',
    '{} 1\n',
    '\n\na 1\n\n',
    'a 1\n\u000b\n',
    'a\u00a01\n',
    'a 1 # c\n',
  ],
];

const OPENMETRICS = [
  ...[
    '',
    '# EOF',
    '# EOF\n',
    '# EOF\n\n',
    '# EOF \n',
    '#EOF\n',
    '\n# EOF\n',
    'a 1\n',
    'a 1\n# EOF\na 2\n',
    'a 1',
    'a 1# EOF\n',
    'a  1\n# EOF\n',
    ' a 1\n# EOF\n',
    'a 1 \n# EOF\n',
    'a\t1\n# EOF\n',
  ],
  ...[
    'a{} 1\n# EOF\n',
    'a{x="1",} 1\n# EOF\n',
    'a{x="1"y="2"} 1\n# EOF\n',
    'a{ x="1"} 1\n# EOF\n',
    'a{x ="1"} 1\n# EOF\n',
    'a{x="1\n"} 1\n# EOF\n',
    'a{x="\\t"} 1\n# EOF\n',
    'a{x="1",x="2"} 1\n# EOF\n',
    'a{x="\u00ff"} 1\n# EOF\n',
    'a{}1\n# EOF\n',
  ],
  ...[
    'a 1 1\n# EOF\n',
    'a 1 1.5\n# EOF\n',
    'a 1 -1\n# EOF\n',
    'a 1 1e3\n# EOF\n',
    'a 1 NaN\n# EOF\n',
    'a 1 +Inf\n# EOF\n',
    'a 1 x\n# EOF\n',
    'a 1  1\n# EOF\n',
    'a 1 1 1\n# EOF\n',
  ],
  ...[
    'a_total 1 # {x="y"} 1\n# EOF\n',
    'a_bucket 1 # {x="y"} 1 1.5\n# EOF\n',
    'a_bucket 1 5 # {x="y"} 1 1.5\n# EOF\n',
    'a 1 # {x="y"} 1\n# EOF\n',
    'a_total 1 # {} 1\n# EOF\n',
    'a_total 1 # {x="y"}\n# EOF\n',
    'a_total 1 #{x="y"} 1\n# EOF\n',
    'a_total 1 # {x="y"} z\n# EOF\n',
  ],
  ...[
    'a_total 1 # {x="y",} 1\n# EOF\n',
    'a_total 1 # {x="y"} 1 x\n# EOF\n',
    'a_total 1 # x\n# EOF\n',
    `a_total 1 # {x="${'y'.repeat(200)}"} 1\n# EOF\n`,
    'a_total 1 # {x="y",x="z"} 1\n# EOF\n',
    'a_total 1 # {x="y"} NaN\n# EOF\n',
    'a_total 1 # {x="y"} 1 NaN\n# EOF\n',
  ],
  ...[
    '# TYPE a gauge\n# TYPE a gauge\na 1\n# EOF\n',
    '# TYPE a untyped\n# EOF\n',
    '# TYPE a unknown\n# EOF\n',
    '# TYPE a foo\n# EOF\n',
    '# TYPE a  gauge\n# EOF\n',
    '# TYPE a\n# EOF\n',
    '# HELP a\n# EOF\n',
    '# HELP a \n# EOF\n',
    '# HELP a b\\nc\n# EOF\n',
    '# HELP a \u00ff\n# EOF\n',
  ],
  ...[
    '# UNIT a_s s\n# EOF\n',
    '# UNIT a s\n# EOF\n',
    '# UNIT s s\n# EOF\n',
    '# UNIT as s\n# EOF\n',
    '# UNIT a\n# EOF\n',
    '# UNIT a \n# EOF\n',
    '# FOO a b\n# EOF\n',
    '#  TYPE a gauge\n# EOF\n',
    '# TYPE a=gauge\n# EOF\n',
    '# c\n# EOF\n',
    'a 1\r\n# EOF\n',
    '\u00ef\u00bb\u00bfa 1\n# EOF\n',
  ],
  ...[
    'a 1\nb 2\na 3\n# EOF\n',
    '# TYPE c counter\nc 1\n# EOF\n',
    '# TYPE c counter\nc_total -1\n# EOF\n',
    '# TYPE h histogram\nh_bucket{le="x"} 1\n# EOF\n',
    '{x="1"} 1\n# EOF\n',
    'a{__name__="b"} 1\n# EOF\n',
  ],
];

const SEEDS: readonly (readonly [string, Format])[] = [
  [
    '# HELP a Some \\\\ help\\n x\n# TYPE a counter\na{b="c",d="e\\"f\\n"} 1.5\na 2 \nx_sum{le="+Inf"} -Inf\n',
    'prometheus',
  ],
  ['m{a="1",b="2"} 1e5\n\n#c\nm2\t{ x = "y" , } +Inf\nn:a NaN\n', 'prometheus'],
  ['# TYPE h histogram\nh_bucket{le="1"} 0\nh_bucket{le="+Inf"} 17\nh_sum 3.25\nh_count 17\n', 'prometheus'],
  [
    '# HELP a Some help\n# TYPE a counter\n# UNIT a_seconds seconds\na_total{b="c"} 1 # {t="x"} 0.5 1.5\n# EOF\n',
    'openmetrics',
  ],
  [
    '# TYPE h histogram\nh_bucket{le="+Inf"} 17 # {a="b"} 3\nh_sum 3.25\n# TYPE i info\ni_info{x="y",z="\\n"} 1\ns{s="a"} 1\n# EOF\n',
    'openmetrics',
  ],
];
const LETTERS = '{}"\\,=# \t\n\r0123456789.eE+-_:axNIinfH\u00c3\u00bc\u00ff';

/** Bodies with one or two characters deleted, put in, replaced or moved; the same ones for the same seed. */
function mutants(count: number, seed: number): readonly Body[] {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length: count }, (_, i) => {
    const [text, format] = SEEDS[i % SEEDS.length] as readonly [string, Format];
    const chars = [...text];
    for (let change = below(2); change >= 0; change--) {
      const at = below(chars.length);
      const letter = LETTERS[below(LETTERS.length)] as string;
      const how = below(4);
      if (how === 0) chars.splice(at, 1);
      else if (how === 1) chars.splice(at, 0, letter);
      else if (how === 2) chars[at] = letter;
      else chars.splice(below(chars.length), 0, ...chars.splice(at, 1));
    }
    return body(chars.join(''), format);
  });
}

/** What is different between a verdict and our reading; '' where nothing is. */
function difference({ bytes, format }: Body, { accepted, reason, values }: Verdict): string {
  const show = `${format} ${JSON.stringify(Buffer.from(bytes).toString('latin1'))}`;
  try {
    const { series, values: numbers, times } = parseExposition(bytes, format);
    if (!accepted) return `${show}: accepted, but Prometheus says ${reason}`;
    // Samples with a time of their own may lie outside of what a query looks back on.
    if (times !== null) return '';
    const pairs = series.map((one, i) => `${seriesKey(one)} ${numbers[i]}`).sort();
    const theirs = [...values].map(([key, value]) => `${key} ${value}`).sort();
    return pairs.join() === theirs.join() ? '' : `${show}: read ${pairs}, but Prometheus read ${theirs}`;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return accepted ? `${show}: refused (${error.message}), but Prometheus accepts it` : '';
  }
}

describe.skipIf(prometheus.skip !== null)(titled('Validity is that of a real Prometheus’s scrape', prometheus), () => {
  it.concurrent.each([
    [
      'texts made by hand',
      () => [
        ...TEXT.map((text) => body(text, 'prometheus')),
        ...VALUES.map((value) => body(`ok 1\na ${value}\n`, 'prometheus')),
        ...TIMES.map((time) => body(`a 1 ${time}\n`, 'prometheus')),
      ],
    ],
    [
      'OpenMetrics made by hand',
      () => [
        ...OPENMETRICS.map((text) => body(text, 'openmetrics')),
        ...VALUES.map((value) => body(`ok 1\na ${value}\n# EOF\n`, 'openmetrics')),
      ],
    ],
    ['mutants', () => mutants(Number(process.env.FLEETWATT_MUTANTS ?? 500), Number(process.env.FLEETWATT_SEED ?? 1))],
  ] as const)('accepts, refuses and reads %s alike', async (_, make) => {
    const bodies = make();
    const verdicts = await judge(bodies);
    // Both kinds are there, or nothing was compared.
    expect(new Set(verdicts.map(({ accepted }) => accepted)).size).toBe(2);
    expect(bodies.map((one, i) => difference(one, verdicts[i] as Verdict)).filter(Boolean)).toEqual([]);
  });
});
