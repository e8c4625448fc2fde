/** Points of x and y, ordered by x, by name of the line. All lines have the same values of x. */
export type Series = Record<string, readonly (readonly [x: number, y: number])[]>;

export interface ChartLabels {
  title: string;
  x: string;
  y: string;
}

/** Colors of the lines, and matching squares: Mermaid draws no legend. */
const COLORS = [
  { line: '#3b88c3', square: '🟦' },
  { line: '#f4900c', square: '🟧' },
  { line: '#78b159', square: '🟩' },
  { line: '#aa8ed6', square: '🟪' },
] as const;

/** A line chart as Markdown: a Mermaid chart whose y axis begins at zero, and a legend below it. */
export function chart(series: Series, { title, x, y }: ChartLabels): string {
  const lines = Object.entries(series);
  if (lines.length > COLORS.length) throw new Error(`a chart has at most ${COLORS.length} lines`);
  const palette = COLORS.slice(0, lines.length).map(({ line }) => line);
  const most = roundUp(Math.max(...lines.flatMap(([, points]) => points.map(([, value]) => value))));
  const legend = lines.map(([name], index) => `${COLORS[index]?.square ?? ''} ${name}`).join(' · ');
  return [
    '```mermaid',
    '---',
    'config:',
    '  themeVariables:',
    '    xyChart:',
    `      plotColorPalette: '${palette.join(', ')}'`,
    '---',
    'xychart-beta',
    `  title "${title}"`,
    `  x-axis "${x}" ${range(commonX(series))}`,
    `  y-axis "${y}" 0 --> ${most}`,
    ...lines.map(([, points]) => `  line [${points.map(([, value]) => value).join(', ')}]`),
    '```',
    '',
    legend,
  ].join('\n');
}

function commonX(series: Series): number[] {
  const [first = [], ...others] = Object.values(series).map((points) => points.map(([x]) => x));
  const isSame = (other: number[]) => other.length === first.length && other.every((x, index) => x === first[index]);
  if (!others.every(isSame)) throw new Error('all lines of a chart need the same values of x');
  return first;
}

/** Mermaid spaces the points evenly: values that are not evenly spaced become names. */
function range(values: readonly number[]): string {
  const [first = 0, second = 0] = values;
  const isEven = values.every((value, index) => value === first + index * (second - first));
  return isEven ? `${first} --> ${values.at(-1) ?? first}` : `[${values.join(', ')}]`;
}

/** The next of 1, 2, 2.5, 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-9)));
  return ([1, 2, 2.5, 5].find((step) => step * power >= value) ?? 10) * power;
}
