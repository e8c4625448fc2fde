import { round } from './latency.ts';

/** One measured figure, with its limit from the same run if it has one. */
export interface Figure {
  name: string;
  value: number;
  unit:
    | 'ms'
    | 's'
    | 'runs/s'
    | 'creates/s'
    | 'MiB'
    | 'KiB'
    | '% of a core'
    | 'requests/min'
    | 'connections'
    | 'writes'
    | 'lists'
    | '';
  /** The same work without the extension. */
  limit?: number;
  /** The requirement on the ratio of value to limit if there is a limit, else on the value. */
  atMost?: number;
  atLeast?: number;
}

/** The result of one scenario: a line of JSON. */
export interface Report {
  scenario: string;
  figures: Figure[];
  /** For a chart: points of x and y by name. */
  series?: Record<string, [number, number][]>;
}

export const ratioOf = ({ value, limit }: Figure): number | undefined =>
  limit === undefined ? undefined : round(value / limit);

/** Whether the figure meets its requirement; `undefined` if it has none. */
export function isMet(figure: Figure): boolean | undefined {
  const judged = ratioOf(figure) ?? figure.value;
  const { atMost, atLeast } = figure;
  if (atMost === undefined && atLeast === undefined) return undefined;
  return judged <= (atMost ?? Infinity) && judged >= (atLeast ?? -Infinity);
}

function asked({ limit, atMost, atLeast }: Figure): string {
  const of = limit === undefined ? '' : ' × limit';
  if (atMost !== undefined) return `≤ ${atMost}${of}`;
  return atLeast === undefined ? '' : `≥ ${atLeast}${of}`;
}

const number = (value: number): string => (Math.abs(value) >= 100 ? value.toFixed(0) : String(round(value)));

function cells(figure: Figure): string[] {
  const ratio = ratioOf(figure);
  const met = isMet(figure);
  return [
    figure.name,
    `${number(figure.value)} ${figure.unit}`.trim(),
    figure.limit === undefined ? '' : number(figure.limit),
    // A limit that is too small to measure has no ratio.
    Number.isFinite(ratio) ? String(ratio) : '',
    asked(figure),
    met === undefined ? '' : met ? 'yes' : '**no**',
  ];
}

const HEAD = ['figure', 'measured', 'limit', 'ratio', 'asked', 'met'];

/** A Markdown table, padded so that it is readable in a terminal too. */
export function table({ figures }: Report): string {
  const rows = [HEAD, ...figures.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(3, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}
