import { expect, test } from 'vitest';
import { linesWith } from './EditLines.tsx';

const CSV =
  '\ufeffsite,hall,row,rack,node\r\n# the first row\r\nS,A,A1,A1-01,n1\r\n\r\nS,A,A1,a1-02,n2\r\nS,B,B1,B1-01,n3\r\n';

test('lines that have the text, without regard to case, with the header; comments stay in the file', () => {
  expect(linesWith(CSV, ' A1-0 ').text).toBe('site,hall,row,rack,node\nS,A,A1,A1-01,n1\nS,A,A1,a1-02,n2\n');
  expect(linesWith(CSV, '').text.split('\n')).toHaveLength(5);
});

test('a file that is not there yet begins with all columns, and of a large one only a part is edited', () => {
  expect(linesWith('', '').text).toMatch(/^site,hall,row,rack,u,node,/);
  const { text, left } = linesWith(`node\n${'n\n'.repeat(600)}`, 'n');
  expect([text.split('\n').length, left]).toEqual([502, 100]);
});
