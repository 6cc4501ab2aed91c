const GAP = '   ';

/**
 * Rows in columns, the first row being the head; the last column takes what is left of `width`.
 * @param width Where rows are cut; undefined for nowhere.
 */
export function formatTable(rows: readonly (readonly string[])[], width: number | undefined): string {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  const line = (row: readonly string[]): string =>
    cut(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
      width,
    );
  return rows.map((row) => `${line(row)}\n`).join('');
}

function cut(line: string, width: number | undefined): string {
  return width !== undefined && line.length > width ? `${line.slice(0, Math.max(0, width - 1))}…` : line;
}
