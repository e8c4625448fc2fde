import { printableLine } from './printable.ts';
import { plain } from './text.ts';
import type { Styled, Text } from './text.ts';

/** A cell of a table. */
export type Cell = string | Styled;

const GAP = '   ';

/** Lines of a table as kubectl prints them: three blanks between columns, each as wide as its longest cell. */
export class Table {
  readonly #widths: number[];
  readonly #header: readonly string[];

  /** @param rows as many as are known: later rows can be wider */
  constructor(header: readonly string[], rows: readonly (readonly Cell[])[] = []) {
    this.#header = header;
    this.#widths = header.map((title, column) =>
      Math.max(title.length, ...rows.map((row) => shown(row[column] ?? '').length)),
    );
  }

  header(): Text {
    return this.row(this.#header);
  }

  row(cells: readonly Cell[]): Text {
    return cells.flatMap((cell, column) => {
      const text = shown(cell);
      const isLast = column === cells.length - 1;
      const padding = isLast ? '' : `${' '.repeat(Math.max(0, (this.#widths[column] ?? 0) - text.length))}${GAP}`;
      return [typeof cell === 'string' ? text : { ...cell, text }, padding];
    });
  }
}

function shown(cell: Cell): string {
  return printableLine(plain(cell));
}
