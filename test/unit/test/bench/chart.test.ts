import { describe, expect, it } from 'vitest';
import { chart } from '../../../bench/chart.ts';

const labels = { title: 'Rate', x: 'runs stored', y: 'runs/s' };
const lineOf = (text: string, start: string) => text.split('\n').find((line) => line.trim().startsWith(start));

describe('a chart', () => {
  it('is a Mermaid block with a color for each line, and a legend below it', () => {
    const text = chart(
      {
        'with the extension': [
          [1, 148.5],
          [2, 141],
        ],
        limit: [
          [1, 121.87],
          [2, 187.3],
        ],
      },
      labels,
    );
    expect(text).toBe(
      [
        '```mermaid',
        '---',
        'config:',
        '  themeVariables:',
        '    xyChart:',
        "      plotColorPalette: '#3b88c3, #f4900c'",
        '---',
        'xychart-beta',
        '  title "Rate"',
        '  x-axis "runs stored" 1 --> 2',
        '  y-axis "runs/s" 0 --> 200',
        '  line [148.5, 141]',
        '  line [121.87, 187.3]',
        '```',
        '',
        '🟦 with the extension · 🟧 limit',
      ].join('\n'),
    );
  });

  it.each([
    ['a range if they are evenly spaced', [1, 2, 3], '1 --> 3'],
    ['a range if they are evenly spaced and begin elsewhere', [10, 15, 20, 25], '10 --> 25'],
    ['names if they are not, because Mermaid spaces points evenly', [1000, 2000, 5000], '[1000, 2000, 5000]'],
  ])('shows the values of x as %s', (_, values, axis) => {
    const text = chart({ a: values.map((x) => [x, 1]) }, labels);
    expect(lineOf(text, 'x-axis')).toBe(`  x-axis "runs stored" ${axis}`);
  });

  it.each([
    [0.7, 1],
    [1, 1],
    [1.1, 2],
    [2.1, 2.5],
    [49, 50],
    [51, 100],
    [187, 200],
  ])('with %d as its highest value ends at %d', (value, end) => {
    expect(lineOf(chart({ a: [[1, value]] }, labels), 'y-axis')).toBe(`  y-axis "runs/s" 0 --> ${end}`);
  });

  it('rejects lines with different values of x, which Mermaid would draw in the wrong place', () => {
    expect(() => chart({ a: [[1, 1]], b: [[2, 1]] }, labels)).toThrow('the same values of x');
  });

  it('rejects more lines than it has colors', () => {
    const five = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((name) => [name, [[1, 1]] as const]));
    expect(() => chart(five, labels)).toThrow('at most 4 lines');
  });
});
