import { describe, expect, it } from 'vitest';
import { soakText, watched, type SoakReport } from '../../../faults/soak-report.ts';

describe('a soak', () => {
  it('is sampled often, and its figures are the means of each minute', () => {
    const samples = {
      'syncer-a': [
        [0, 100],
        [0.5, 101],
        [0.99, 102],
        [1, 110],
        [1.5, 120.5],
        [2.01, 7],
      ] as const,
    };
    expect(watched(samples).byMinute).toEqual({
      'syncer-a': [
        [1, 101],
        [2, 115.3],
        [3, 7],
      ],
    });
  });

  it('is flat if the means of the second and of the last third are similar', () => {
    const points = [900, 900, 10, 20, 30, 40].map((value, index) => [index, value] as const);
    expect(watched({ webhook: points }).thirds).toEqual({ webhook: [15, 35] });
  });

  it.each([
    [true, '3 minutes, 900 runs, 5 faults, on 2 cores: nothing lost, nothing doubled.'],
    [false, '3 minutes, 900 runs, 5 faults, on 2 cores: not all well.'],
  ])('that went well (%s) is a sentence, a table and two charts', (well, sentence) => {
    const series = (first: number) =>
      watched({ webhook: [0, 1, 2].map((minute) => [minute, first + minute] as const) });
    const report: SoakReport = {
      minutes: 3,
      runs: 900,
      faults: 5,
      well,
      on: '2 cores',
      rssMiB: series(101),
      connections: series(6),
    };
    const text = soakText(report);
    expect(text.split('\n')[0]).toBe(sentence);
    expect(text).toContain('| webhook | 102 | 103 | 7 | 8 |');
    expect(text.match(/^xychart-beta$/gm)).toHaveLength(2);
    expect(text).toContain('  x-axis "minutes" 1 --> 3\n  y-axis "RSS, MiB" 0 --> 200\n  line [101, 102, 103]');
  });
});
