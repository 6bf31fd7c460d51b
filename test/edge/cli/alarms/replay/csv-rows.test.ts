import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CsvRow, csvRows } from '../../../../../edge/cli/alarms/replay/csv-rows.ts';

const read = (text: string, size = text.length || 1): readonly CsvRow[] => {
  const rows = csvRows();
  const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
  return [...pieces.flatMap((piece) => rows.push(piece)), ...rows.end()];
};
const cells = (text: string): readonly (readonly string[])[] => read(text).map((row) => row.cells);

describe('csv rows', () => {
  it.each<[what: string, text: string]>([
    ['commas', 'a,b\n1,2\n'],
    ['semicolons', 'a;b\n1;2\n'],
    ['tabs', 'a\tb\n1\t2\n'],
    ['CRLF', 'a,b\r\n1,2\r\n'],
    ['CR alone', 'a,b\r1,2\r'],
    ['no end of the last line', 'a,b\n1,2'],
    ['quotes', '"a","b"\n"1", "2"\n'],
    ['empty lines', 'a,b\n\n , \n1,2\n'],
  ])('%s', (_what, text) =>
    expect(cells(text)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]),
  );

  it('keeps separators, line ends and doubled quotes within quotes, and counts the lines that they take', () => {
    expect(read('a,b\n"x, ""y""\nz",1\n2,3')).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['x, "y"\nz', '1'] },
      { line: 4, cells: ['2', '3'] },
    ]);
  });

  it('takes the separator of the first line for all lines', () => {
    expect(cells('a;b\n1,5;2\n')).toEqual([
      ['a', 'b'],
      ['1,5', '2'],
    ]);
  });

  it('keeps empty cells, also at the end', () =>
    expect(cells('a,b,c\n1,,\n')).toEqual([
      ['a', 'b', 'c'],
      ['1', '', ''],
    ]));

  it('reads the same however the text is cut into pieces', () => {
    const cell = fc.string();
    const text = fc
      .array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 })
      .map((rows) => rows.map((row) => row.map((c) => `"${c.replaceAll('"', '""')}"`).join(',')).join('\r\n'));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 9 }), (whole, size) => {
        expect(read(whole, size)).toEqual(read(whole));
      }),
    );
  });

  it.each<[what: string, text: string, says: string]>([
    ['a quote that is never closed', `a,b\n"1,2\n${'3,4\n'.repeat(20_000)}`, 'line 2: no end of the row'],
    ['a quote that is never closed, at the end', 'a,b\n"1,2\n', 'line 2: no end of the row'],
    ['something after a closing quote', 'a,b\n"1"x,2\n', 'line 2: a quote ends within cell 1'],
    ['bytes that are no text', 'x'.repeat(70_000), 'line 1: no end of the row'],
  ])('%s is told with its line', (_what, text, says) => expect(() => read(text, 1_000)).toThrow(says));
});
