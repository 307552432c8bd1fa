/** Which side the cells of a column stand on. */
export type Alignment = 'left' | 'right';

/** Lays out rows in columns, two blanks apart, with a line break after each. */
export function renderTable(rows: readonly (readonly string[])[], alignment: readonly Alignment[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell));
  }
  const lines = rows.map((row) =>
    row
      .map((cell, column) => {
        const blanks = ' '.repeat(widths[column]! - width(cell));
        return alignment[column] === 'right' ? blanks + cell : cell + blanks;
      })
      .join('  ')
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join('');
}

function width(cell: string): number {
  return Array.from(cell).length;
}
