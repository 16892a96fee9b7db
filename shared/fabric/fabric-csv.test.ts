import { expect, test } from 'vitest';
import { parseFabricCsv } from './fabric-csv.ts';

test('one cable a line; only leaf and spine must be told', () => {
  const { rows, errors } = parseFabricCsv('leaf,spine,rate_gbps,rail\nleaf-1,spine-1,400,2\nleaf-1,spine-2,,\n');
  expect(errors).toEqual([]);
  const bare = { kind: 'infiniband', leaf: 'leaf-1', leafPort: '', spinePort: '', pod: '' };
  expect(rows).toEqual([
    { ...bare, spine: 'spine-1', rail: '2', rateBps: 50e9 },
    { ...bare, spine: 'spine-2', rail: '', rateBps: Number.NaN },
  ]);
});

test('what is wrong is told with line and column, and loses no other line', () => {
  const text = [
    'kind,leaf,leaf_port,spine,spine_port,rate_gbps',
    'infiniband,a,1,s1,1,400',
    'infiniband,a,1,s2,1,400',
    'token-ring,a,2,s1,2,',
    'ethernet,,3,s1,3,',
    'ethernet,b,4,B,4,',
    'infiniband,b,1,s1,4,fast',
    'infiniband,b,2,s2,4,200',
  ].join('\n');
  const { rows, errors } = parseFabricCsv(text);
  expect(rows.map(({ leaf, leafPort }) => leaf + leafPort)).toEqual(['a1', 'b2']);
  expect(errors).toEqual([
    { line: 3, column: 14, message: 'Port 1 of a is cabled to s1 already' },
    { line: 4, column: 1, message: 'kind "token-ring" is neither infiniband nor ethernet' },
    { line: 5, column: 10, message: 'leaf is empty' },
    { line: 6, column: 14, message: 'B is cabled to itself' },
    { line: 7, column: 21, message: 'rate_gbps "fast" is not a number' },
  ]);
  expect(parseFabricCsv('switch,port\n').errors[0]).toEqual({
    line: 1,
    column: 1,
    message: 'The header lacks leaf, spine',
  });
});
