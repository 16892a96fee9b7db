import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exportersSource } from '../../../shared/settings.ts';
import { FaultError } from '../fault.ts';
import { readFileSd, targetOf, targetsOf } from './file-sd.ts';

const folder = mkdtempSync(join(tmpdir(), 'fleetwatt-file-sd-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const shape = (targets: Awaited<ReturnType<typeof readFileSd>>) =>
  targets.map(({ url, labels }) => [url, Object.fromEntries(labels)]);

const WANTED = [
  ['http://node-1:9400/metrics', { job: 'dcgm', instance: 'node-1:9400' }],
  ['http://node-2:9400/metrics', { job: 'dcgm', instance: 'node-2:9400' }],
  ['https://pdu-1:443/pdu?unit=2', { instance: 'pdu-a' }],
];

test('JSON and YAML say the same, with the labels that Prometheus gives a meaning', async () => {
  const groups = [
    { targets: ['node-1:9400', 'node-2:9400'], labels: { job: 'dcgm' } },
    {
      targets: ['pdu-1:443'],
      labels: { __scheme__: 'https', __metrics_path__: '/pdu', __param_unit: '2', __meta_x: 'y', instance: 'pdu-a' },
    },
  ];
  expect(shape(await readFileSd(written('a.json', JSON.stringify(groups))))).toEqual(WANTED);
  const yaml = `- targets: [node-1:9400, "node-2:9400"]
  labels: {job: dcgm}
- targets:
    - pdu-1:443
  labels:
    __scheme__: https
    __metrics_path__: /pdu
    __param_unit: 2
    __meta_x: y
    instance: pdu-a
`;
  expect(shape(await readFileSd(written('a.yml', yaml)))).toEqual(WANTED);
});

test('an empty list is a list; labels are optional', async () => {
  expect(await readFileSd(written('none.json', '[]'))).toEqual([]);
  expect(shape(await readFileSd(written('bare.json', '[{"targets":["n:1"]}]')))).toEqual([
    ['http://n:1/metrics', { instance: 'n:1' }],
  ]);
});

test.each([
  ['cut.json', '[{"targets":["n:1"', /cut\.json/],
  ['object.json', '{"targets":["n:1"]}', /it is no list/],
  ['string.json', '[{"targets":"n:1"}]', /entry 1 has no targets/],
  ['second.json', '[{"targets":[]},null]', /entry 2 has no targets/],
  ['space.json', '[{"targets":["no address"]}]', /no address/],
  ['tabs.yml', '- targets:\n\t- n:1\n', /tabs\.yml/],
  ['empty.yml', '', /it is no list/],
])('%s is a fault that names the file or the target', async (name, text, message) => {
  const path = written(name, text);
  await expect(readFileSd(path)).rejects.toThrow(FaultError);
  await expect(readFileSd(path)).rejects.toThrow(message);
});

test('a missing file, and aliases that multiply without end', async () => {
  await expect(readFileSd(join(folder, 'absent.json'))).rejects.toThrow(/there is no such file/);
  const laughs = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
  for (let i = 1; i < 9; i++) {
    const [name, before] = ['abcdefghi'[i], 'abcdefghi'[i - 1]];
    laughs.push(`${name}: &${name} [${new Array(10).fill(`*${before}`).join(',')}]`);
  }
  await expect(readFileSd(written('laughs.yml', laughs.join('\n')))).rejects.toThrow(FaultError);
});

test('a label named like a part of every object is a label', () => {
  const labels = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>;
  expect([...targetOf('n:1', labels).labels]).toEqual([
    ['constructor', 'b'],
    ['instance', 'n:1'],
  ]);
});

test('the same URL from a list and a file is one target', async () => {
  const source = exportersSource.parse({
    kind: 'exporters',
    id: 'x',
    name: 'x',
    site: 'x',
    targets: [{ url: 'http://node-1:9400' }, { url: 'http://node-3:9400/other?a=b' }],
    files: [written('same.json', '[{"targets":["node-1:9400"],"labels":{"job":"dcgm"}}]')],
  });
  const targets = await targetsOf(source);
  expect(targets.map(({ url }) => url)).toEqual(['http://node-1:9400/metrics', 'http://node-3:9400/other?a=b']);
});
