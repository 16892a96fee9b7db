import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { ChartDocument, TableDocument } from './document.ts';
import { csvOfData, dataFile, fileNameOf, jsonOfData, openMetricsOfData } from './forms.ts';
import { withPngTexts } from './png-text.ts';

const table: TableDocument = {
  ...{ kind: 'table', title: 'Power by place', at: Date.UTC(2026, 10, 26, 1, 2, 3) },
  columns: [
    { label: 'Place', unit: '' },
    { label: 'Draw', unit: 'W' },
  ],
  rows: [
    ['A2-05', Math.fround(131_072.7)],
    ['=HYPERLINK("http://x")', null],
    ['B1, "north"', -12.5],
    ['no end', Number.POSITIVE_INFINITY],
  ],
  quality: ['measured', 'stale', 'derived', '@evil'],
};

const chart: ChartDocument = {
  ...{ kind: 'chart', title: 'Rack power' },
  series: [
    {
      ...{ name: 'Draw', signal: 'draw', object: 'PDX-1/A/"A2"\n', unit: 'W', quality: 'derived' },
      ...{ times: [1_795_000_000_000, 1_795_000_015_000, 1_795_000_030_000], values: [1000.5, null, -3] },
    },
  ],
};

describe('a table that leaves', () => {
  it('has its instant, units and quality in CSV, and no cell is a formula (faults.md D5)', () => {
    expect(csvOfData(table).split('\r\n')).toEqual([
      'Time,Place,Draw (W),Quality',
      '2026-11-26T01:02:03.000Z,A2-05,131072.7,measured',
      `2026-11-26T01:02:03.000Z,"'=HYPERLINK(""http://x"")",,stale`,
      '2026-11-26T01:02:03.000Z,"B1, ""north""",-12.5,derived',
      "2026-11-26T01:02:03.000Z,no end,Inf,'@evil",
      '',
    ]);
  });

  it('is one JSON document with null where nobody knows and texts where there is no end', () => {
    expect(JSON.parse(jsonOfData(table))).toEqual({
      ...{ title: 'Power by place', time: '2026-11-26T01:02:03.000Z', columns: table.columns },
      rows: [
        ['A2-05', 131_072.7],
        ['=HYPERLINK("http://x")', null],
        ['B1, "north"', -12.5],
        ['no end', 'Inf'],
      ],
      quality: table.quality,
    });
  });
});

describe('a chart that leaves', () => {
  it('has a row a sample, and a gap is said to be one', () => {
    expect(csvOfData(chart).split('\r\n')).toEqual([
      'time,series,object,unit,value,quality',
      '2026-11-18T11:06:40.000Z,Draw,"PDX-1/A/""A2""\n",W,1000.5,derived',
      '2026-11-18T11:06:55.000Z,Draw,"PDX-1/A/""A2""\n",W,,no data',
      '2026-11-18T11:07:10.000Z,Draw,"PDX-1/A/""A2""\n",W,-3,derived',
      '',
    ]);
  });

  it('is OpenMetrics with seconds, escaped labels and nothing for a gap', () => {
    expect(openMetricsOfData(chart).split('\n')).toEqual([
      '# TYPE fleetwatt_draw_watts gauge',
      '# UNIT fleetwatt_draw_watts watts',
      '# HELP fleetwatt_draw_watts Draw.',
      'fleetwatt_draw_watts{object="PDX-1/A/\\"A2\\"\\n",series="Draw"} 1000.5 1795000000.000',
      'fleetwatt_draw_watts{object="PDX-1/A/\\"A2\\"\\n",series="Draw"} -3 1795000030.000',
      '# EOF',
      '',
    ]);
  });

  it('is named so that every file system takes it', () => {
    const at = Date.UTC(2026, 10, 26, 1, 2, 3);
    expect(fileNameOf('../Rack A2-05: GPU power\u202e', at)).toBe('fleetwatt-rack-a2-05-gpu-power-20261126T010203Z');
    expect(dataFile(chart, 'openmetrics', at).name).toBe('fleetwatt-rack-power-20261126T010203Z.om.txt');
  });
});

describe('texts of a PNG', () => {
  // One black pixel, made by another program.
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
    'base64',
  );

  it('are iTXt chunks with the right length and CRC, between the header and the pixels', () => {
    const out = Buffer.from(withPngTexts(png, { Title: 'Rack A2-05 “hot”' }));
    const at = 33;
    expect(out.subarray(0, at)).toEqual(png.subarray(0, at));
    const length = out.readUInt32BE(at);
    expect(out.toString('latin1', at + 4, at + 8)).toBe('iTXt');
    expect(out.toString('utf8', at + 8, at + 8 + length)).toBe('Title\0\0\0\0\0Rack A2-05 “hot”');
    expect(out.readUInt32BE(at + 8 + length)).toBe(crc32(out.subarray(at + 4, at + 8 + length)));
    expect(out.subarray(at + 12 + length)).toEqual(png.subarray(at));
  });

  it('are refused for what is no PNG', () => {
    expect(() => withPngTexts(Buffer.from('GIF89a'), {})).toThrow('no PNG');
  });
});
