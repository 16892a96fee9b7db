import { describe, expect, test } from 'vitest';
import { parseBudgetsCsv, parseTopologyCsv } from './topology-csv.ts';

const HEAD = 'site,hall,row,rack,u,node,model,gpus\n';
const at = ({ line, column }: { line: number; column: number }) => [line, column];

describe('topology.csv', () => {
  test('one row a node; quotes, CRLF, BOM, comments and empty lines', () => {
    const text = `\ufeff# our floor\r\n${HEAD.trim()}\r\n\r\nPDX-1,A,A2,A2-05,12,A2-05-n3,"HGX ""H200"", air",8\r\nPDX-1,A,A2,A2-05,,A2-05-n4,,\r\n`;
    expect(parseTopologyCsv(text)).toEqual({
      errors: [],
      racks: [],
      rows: [
        {
          site: 'PDX-1',
          hall: 'A',
          row: 'A2',
          rack: 'A2-05',
          u: 12,
          node: 'A2-05-n3',
          model: 'HGX "H200", air',
          gpus: 8,
        },
        { site: 'PDX-1', hall: 'A', row: 'A2', rack: 'A2-05', u: 0, node: 'A2-05-n4', model: '', gpus: 0 },
      ],
    });
  });

  test('columns go by their names, and those that nobody knows are left alone', () => {
    const { rows, errors } = parseTopologyCsv('node,owner,rack,row,hall,site\nn1,me,K,R,H,S\n');
    expect(errors).toEqual([]);
    expect(rows).toMatchObject([{ site: 'S', hall: 'H', row: 'R', rack: 'K', node: 'n1', gpus: 0 }]);
  });

  test('a bad row is told with its line and column; the others stay', () => {
    const { rows, errors } = parseTopologyCsv(
      `${HEAD}S,H,R,K,1,n1,,8\nS,H,R,,1,n2,,8\nS,H,R,K,1,n3,,eight\nS,H,R,K,1,n1,,8\nS,H/2,R,K,1,n4,,8\nS,H,R,K,1,n5,,8\n`,
    );
    expect(rows.map((row) => row.node)).toEqual(['n1', 'n5']);
    expect(errors.map((error) => [...at(error), error.message])).toEqual([
      [3, 7, 'rack is empty'],
      [4, 15, 'gpus "eight" is not a number'],
      [5, 11, 'Node n1 stands twice in site S; the first is kept'],
      [6, 3, 'hall "H/2" may not contain \'/\''],
    ]);
  });

  test.each([
    ['', 'The header lacks site, hall, row, rack, node'],
    ['{"rows": []}', 'The header lacks site, hall, row, rack, node'],
    ['site,hall,row,node\n', 'The header lacks rack'],
  ])('%j has no header', (text, message) => {
    expect(parseTopologyCsv(text)).toEqual({ rows: [], racks: [], errors: [{ line: 1, column: 1, message }] });
  });

  test('an open quote ends the file there and keeps what stood before', () => {
    const { rows, errors } = parseTopologyCsv(`${HEAD}S,H,R,K,1,n1,,8\nS,H,R,K,1,"n2,,8\nS,H,R,K,1,n3,,8\n`);
    expect(rows.map((row) => row.node)).toEqual(['n1']);
    expect(errors).toEqual([{ line: 3, column: 11, message: 'A quote is opened and never closed' }]);
  });

  test('many bad rows give twenty messages and the number of the rest', () => {
    const { errors } = parseTopologyCsv(HEAD + ',\n'.repeat(50_000));
    expect(errors).toHaveLength(21);
    expect(errors.at(-1)?.message).toBe('49,980 more rows are not usable');
  });
});

describe('budgets.csv', () => {
  test('kilowatts become watts; what is left empty is not known', () => {
    const { rows, errors } = parseBudgetsCsv(
      'place,budget_kw,feed_a_kw,feed_b_kw,derate\nPDX-1/A,1200,,,\nPDX-1/A/A2/A2-05/,41.5,40,40,0.8\n',
    );
    expect(errors).toEqual([]);
    expect(rows).toEqual([
      { place: 'PDX-1/A', budgetW: 1_200_000, feedAW: Number.NaN, feedBW: Number.NaN, derate: 1 },
      { place: 'PDX-1/A/A2/A2-05', budgetW: 41_500, feedAW: 40_000, feedBW: 40_000, derate: 0.8 },
    ]);
  });

  test('a budget that is no amount is an error, not zero', () => {
    const { rows, errors } = parseBudgetsCsv(
      'place,budget_kw,derate\nA,-5,\nB,1e3,\nC,40,1.2\nD,40,0\nE,NaN,\nA,1,\nA,2,\n',
    );
    expect(rows).toMatchObject([{ place: 'A', budgetW: 1000 }]);
    expect(errors.map(at)).toEqual([
      [2, 3],
      [3, 3],
      [4, 6],
      [5, 6],
      [6, 3],
      [8, 1],
    ]);
  });
});
