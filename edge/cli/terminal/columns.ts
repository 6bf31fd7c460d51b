/** Rows of cells as lines of equal columns: the first `numbers` of them flush right, the others left. */
export function columns(rows: readonly (readonly string[])[], numbers: number): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (most, row) => row.map((cell, i) => Math.max(most[i] ?? 0, cellsOf(cell))),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const room = ' '.repeat((widths[i] ?? 0) - cellsOf(cell));
        return i < numbers ? room + cell : cell + room;
      })
      .join('  ')
      .trimEnd(),
  );
}

/** Width in a terminal: Chinese characters take two cells. */
export const cellsOf = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + (isWide(character) ? 2 : 1), 0);

/** East Asian wide and fullwidth blocks, as far as names of devices use them. */
const isWide = (character: string): boolean =>
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(character);
