import { describe, expect, it } from 'vitest';
import { bareCell, editCsv, parseCsv, safeCell } from './csv.ts';

describe('a table that is edited', () => {
  const key = (cell: (column: string) => string) => cell('place');
  const edit = (text: string, changes: Record<string, Record<string, string> | null>) =>
    editCsv(text, ['place', 'kw'], key, new Map(Object.entries(changes)));

  it.each([
    ['nothing there yet', '', { a: { place: 'a', kw: '1' } }, 'place,kw\na,1\n'],
    ['only a comment', '# ours', { a: { place: 'a', kw: '1' } }, '# ours\nplace,kw\na,1\n'],
    ['no line end at the end', 'place,kw\na,1', { b: { place: 'b', kw: '2' } }, 'place,kw\na,1\nb,2\n'],
    [
      'CRLF, columns of others, comments',
      'kw,place,who\r\n1,a,me\r\n# b is ours\r\n2,b,"us, too"\r\n',
      { b: { place: 'b', kw: '3' } },
      'kw,place,who\r\n1,a,me\r\n# b is ours\r\n3,b,"us, too"\r\n',
    ],
    ['a line goes', 'place,kw\na,1\nb,2\n', { a: null }, 'place,kw\nb,2\n'],
    ['the last line goes', 'place,kw\na,1\nb,2', { b: null }, 'place,kw\na,1\n'],
    [
      'a cell of two lines',
      'place,kw,note\na,1,"x\ny"\nb,2,\n',
      { a: { place: 'a', kw: '3' } },
      'place,kw,note\na,3,"x\ny"\nb,2,\n',
    ],
    ['a column that is missing', 'place\na\nb\n', { b: { place: 'b', kw: '2' } }, 'place,kw\na\nb,2\n'],
    ['a name with a comma', 'place,kw\n', { 'a,b': { place: 'a,b', kw: '2' } }, 'place,kw\n"a,b",2\n'],
    ['the second of two alike stays', 'place,kw\na,1\na,2\n', { a: { place: 'a', kw: '9' } }, 'place,kw\na,9\na,2\n'],
  ])('%s', (_, text, changes, expected) => expect(edit(text, changes)).toBe(expected));
});

// faults.md D5.
describe('a cell that a spreadsheet may open', () => {
  it.each(['=1+1', '+cmd', '-x', '@SUM(A1)', '\tx=1', '\uff1dHYPERLINK()', ';=1', '"=1', ' =1'])(
    '%j is no formula',
    (text) => {
      const written = safeCell(text);
      const [read] = parseCsv(`${written},x`).records[0].cells;
      expect(read.startsWith("'")).toBe(true);
      expect(bareCell(read)).toBe(text);
    },
  );

  it.each(['-12.5', '+3', '1e-7', 'A2-05', "o'clock", ''])('%j stays as it is', (text) => {
    expect(safeCell(text)).toBe(text);
    expect(bareCell(text)).toBe(text);
  });
});
