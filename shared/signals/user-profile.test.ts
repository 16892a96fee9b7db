import { expect, test } from 'vitest';
import { decodedOf, valuesOf } from '../fleet.fixture.ts';
import { Fleet } from '../fleet.ts';
import { profiles } from './profiles/all.ts';
import { parseUserProfiles, withUserProfiles } from './user-profile.ts';

const OWN = `# Boards of a maker of our own, in milliwatts.
id: ours
identity:
  gpu: { id: [board], index: [slot], model: [kind] }
mappings:
  - signal: gpu.power
    names: [ours_milliwatts]
    scale: 0.001
    where: { rail: main|aux }
    rows: sum
    parts: [rail]
  - signal: gpu.temp
    names: [ours_celsius]
`;

function fleetOf(text: string, body: string) {
  const { profiles: own, errors } = parseUserProfiles(text);
  expect(errors).toEqual([]);
  const fleet = new Fleet({ mappings: [], profiles: withUserProfiles(own, profiles) });
  const input = { key: 'k', sourceId: 's', site: 'S', targetLabels: new Map([['instance', 'n1:9']]), time: 1000 };
  fleet.ingest({ ...input, decoded: decodedOf(body) });
  return fleet.frame(1000, 60_000);
}

test('an exporter of one’s own is read without code, beside the built-in ones', () => {
  const body = `ours_milliwatts{board="B1",slot="0",kind="X",rail="main"} 250000
ours_milliwatts{board="B1",slot="0",kind="X",rail="aux"} 50500
ours_milliwatts{board="B1",slot="0",kind="X",rail="fan"} 9999
ours_celsius{board="B1"} 61
DCGM_FI_DEV_POWER_USAGE{gpu="1",UUID="GPU-a"} 100
`;
  const frame = fleetOf(OWN, body);
  expect(valuesOf(frame, 'gpu.power')).toEqual({ B1: Math.fround(300.5), 'GPU-a': 100 });
  expect(valuesOf(frame, 'gpu.temp')).toEqual({ B1: 61 });
});

test('a mean of a histogram of one’s own is its sum per its count, in the signal’s unit', () => {
  const text = `id: mine
identity: { server: { model: [model] } }
mappings:
  - { signal: server.ttft, kind: counter, names: [first_ms_sum], per: [first_ms_count], scale: 0.001 }
`;
  const { profiles: own } = parseUserProfiles(text);
  const fleet = new Fleet({ mappings: [], profiles: withUserProfiles(own, profiles) });
  const take = (ms: number, count: number, time: number) =>
    fleet.ingest({
      ...{ key: 'k', sourceId: 's', site: 'S', targetLabels: new Map([['instance', 'n1:9']]), time },
      decoded: decodedOf(`first_ms_sum{model="m"} ${ms}\nfirst_ms_count{model="m"} ${count}\n`),
    });
  const at = (time: number) => [...(fleet.frame(time, 60_000).columns.get('server.ttft')?.value ?? [])];
  take(9000, 10, 1000);
  expect(at(1000)).toEqual([Number.NaN]);
  // 40 requests waited 8,000 ms together in these 10 s.
  take(17_000, 50, 11_000);
  expect(at(11_000)).toEqual([Math.fround(0.2)]);
  // Nobody asked since: there is no mean of nothing, and no old one either.
  take(17_000, 50, 21_000);
  expect(at(21_000)).toEqual([Number.NaN]);
});

test('a built-in profile’s id overrides its mappings of the same signals, and no others', () => {
  const text = 'id: dcgm\nmappings: [{ signal: gpu.power, names: [DCGM_FI_DEV_POWER_USAGE_INSTANT] }]\n';
  const body = `DCGM_FI_DEV_POWER_USAGE{gpu="1",UUID="GPU-a"} 100
DCGM_FI_DEV_POWER_USAGE_INSTANT{gpu="1",UUID="GPU-a"} 140
DCGM_FI_DEV_GPU_TEMP{gpu="1",UUID="GPU-a"} 50
`;
  const frame = fleetOf(text, body);
  expect(valuesOf(frame, 'gpu.power')).toEqual({ 'GPU-a': 140 });
  expect(valuesOf(frame, 'gpu.temp')).toEqual({ 'GPU-a': 50 });
});

test.each([
  ['no YAML', 'id: [ours\nmappings: 3\n', 2, 1, /./],
  ['an unknown signal', OWN.replace('gpu.temp', 'gpu.heat'), 12, 13, /signal: is no signal/],
  ['a name that is no metric’s', OWN.replace('ours_celsius', 'ours-celsius'), 13, 13, /names: is no metric name/],
  ['an unknown key', OWN.replace('scale:', 'factor:'), 6, 5, /factor/],
  ['a scale that is no number', OWN.replace('0.001', 'mW'), 8, 12, /scale/],
  ['a look-ahead', OWN.replace('main|aux', '(?=main)'), 9, 20, /rail: is no regular expression/],
  ['an id that would break a query', OWN.replace('id: ours', 'id: a"b'), 2, 5, /id: may have/],
  ['rows to add without parts', OWN.replace('parts: [rail]', ''), 6, 5, /rows: sum needs parts/],
  ['nothing', '', 1, 1, /no profile/],
  [
    'a divisor beside digits',
    'id: x\nmappings:\n  - {signal: gpu.temp, names: [a], per: [b], decimals: {names: [c]}}\n',
    3,
    5,
    /per and/,
  ],
  [
    'what is divided by itself',
    'id: x\nmappings:\n  - {signal: gpu.temp, names: [a], per: [a]}\n',
    3,
    5,
    /always be 1/,
  ],
  [
    'a server without a name',
    'id: x\nmappings: [{signal: server.ttft, names: [a_sum], per: [a_count]}]\n',
    1,
    1,
    /identity: { server/,
  ],
  ['what only our rules tell', 'id: x\nmappings:\n  - {signal: work.gpus, names: [a]}\n', 3, 5, /recording rules/],
  ['a port of no kind', 'id: x\nmappings:\n  - signal: link.rx\n    names: [a]\n', 3, 5, /needs link/],
])('%s is told with its line and column, and gives no profile', (_what, text, line, column, message) => {
  const { profiles: own, errors } = parseUserProfiles(text);
  expect(own).toEqual([]);
  expect(errors[0]).toMatchObject({ line, column, message: expect.stringMatching(message) });
});

test('a document with an error does not take the others of its file away; errors are bounded', () => {
  const { profiles: own, errors } = parseUserProfiles(`${OWN}---\nid: two\nmappings: []\n`);
  expect(own.map(({ id }) => id)).toEqual(['ours']);
  expect(errors).toEqual([{ line: 16, column: 11, message: expect.stringContaining('mappings') }]);
  const many = `id: x\nmappings:\n${'  - { signal: no, names: [a] }\n'.repeat(100)}`;
  expect(parseUserProfiles(many).errors).toHaveLength(20);
});

test('aliases that would unfold without end are refused', () => {
  const lines = ['a: &a [x, x, x, x, x, x, x, x, x, x]'];
  for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe'].map((pair) => pair.split('')))
    lines.push(`${name}: &${name} [${`*${of}, `.repeat(10)}]`);
  const { profiles: own, errors } = parseUserProfiles(lines.join('\n'));
  expect(own).toEqual([]);
  expect(errors[0]?.message).toMatch(/alias/i);
});
