const WIDTH = 720;
const HEIGHT = 360;
const MARGIN = { top: 40, right: 20, bottom: 50, left: 70 };
const COLORS = ['#0b6e99', '#c4501b', '#4f772d', '#7b2d8b'];

export type Series = Record<string, readonly (readonly [x: number, y: number])[]>;

export interface PlotLabels {
  title: string;
  x: string;
  y: string;
}

/** A line chart as SVG, both axes from zero, readable on light and dark pages. */
export function plot(series: Series, { title, x, y }: PlotLabels): string {
  const points = Object.values(series).flat();
  const mostX = ceiling(Math.max(1e-9, ...points.map(([value]) => value)));
  const mostY = ceiling(Math.max(1e-9, ...points.map(([, value]) => value)));
  const atX = (value: number) => MARGIN.left + (value / mostX) * (WIDTH - MARGIN.left - MARGIN.right);
  const atY = (value: number) => HEIGHT - MARGIN.bottom - (value / mostY) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(title, { x: WIDTH / 2, y: 20, anchor: 'middle', size: 15 }),
    text(x, { x: WIDTH / 2, y: HEIGHT - 12, anchor: 'middle' }),
    text(y, { x: 14, y: MARGIN.top - 12, anchor: 'start' }),
  ];
  for (let i = 0; i <= 4; i += 1) {
    const [valueX, valueY] = [(mostX * i) / 4, (mostY * i) / 4];
    parts.push(
      `<line x1="${atX(0)}" x2="${WIDTH - MARGIN.right}" y1="${atY(valueY)}" y2="${atY(valueY)}" stroke="#dddddd"/>`,
      text(short(valueY), { x: MARGIN.left - 8, y: atY(valueY) + 4, anchor: 'end' }),
      text(short(valueX), { x: atX(valueX), y: HEIGHT - MARGIN.bottom + 18, anchor: 'middle' }),
    );
  }
  Object.entries(series).forEach(([name, line], index) => {
    const color = COLORS[index % COLORS.length] ?? '#000000';
    const path = line.map(([px, py]) => `${atX(px).toFixed(1)},${atY(py).toFixed(1)}`).join(' ');
    parts.push(`<polyline points="${path}" fill="none" stroke="${color}" stroke-width="2"/>`);
    if (line.length <= 20) {
      for (const [px, py] of line) {
        parts.push(`<circle cx="${atX(px).toFixed(1)}" cy="${atY(py).toFixed(1)}" r="3" fill="${color}"/>`);
      }
    }
    parts.push(text(name, { x: WIDTH - MARGIN.right, y: 20 + 16 * (index + 1), anchor: 'end', fill: color }));
  });
  return `${[...parts, '</svg>'].join('\n')}\n`;
}

/** The next of 1, 2, 2.5, 5 times a power of ten. */
function ceiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

const short = (value: number): string => String(Number(value.toPrecision(3)));

interface TextOptions {
  x: number;
  y: number;
  anchor: 'start' | 'middle' | 'end';
  size?: number;
  fill?: string;
}

function text(content: string, { x, y, anchor, size = 12, fill = '#333333' }: TextOptions): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}" fill="${fill}">${escaped}</text>`;
}
