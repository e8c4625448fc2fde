import { describe, expect, it } from 'vitest';
import { summary } from '../../../runner/summary.ts';

describe('the end of the output', () => {
  it('names every failed check before the last line', () => {
    const lines = summary([
      { name: 'lint', outcome: { passed: 2, skipped: 0, failures: ['knip: exit code 1'] }, seconds: 12.4 },
      { name: 'unit', outcome: { passed: 10, skipped: 1, failures: ['a.test.ts > fails', 'b.test.ts > fails'] } },
      { name: 'e2e', note: '--skip-e2e was given' },
    ]).split('\n');
    expect(lines).toEqual([
      '── what ran',
      expect.stringMatching(/^lint {9}2 passed, 1 failed +12 s$/),
      expect.stringMatching(/^unit {9}10 passed, 2 failed, 1 skipped +0 s$/),
      'e2e          not run: --skip-e2e was given',
      '',
      '── what failed',
      'lint         knip: exit code 1',
      'unit         a.test.ts > fails',
      'unit         b.test.ts > fails',
      '',
      '12 passed, 3 failed, 1 skipped',
    ]);
  });

  it('does not mention failures if there are none', () => {
    const text = summary([{ name: 'types', outcome: { passed: 1, skipped: 0, failures: [] }, seconds: 9 }]);
    expect(text).not.toContain('what failed');
    expect(text.split('\n').at(-1)).toBe('1 passed, 0 failed');
  });
});
