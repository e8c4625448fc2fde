import { describe, expect, it } from 'vitest';
import type { Problem } from '../../../../cli/lint/finding.ts';
import { reportLines } from '../../../../cli/lint/report.ts';
import { plain } from '../../../../cli/terminal/text.ts';

const PROBLEM: Problem = {
  severity: 'error',
  file: 'a,b:c%.yaml',
  line: 3,
  object: 'JobRun/one',
  path: 'spec.args',
  message: '100% wrong\r\n::error::injected \u001b[31m',
};
const COUNTS = { files: 1, objects: 2, passedOver: 3 };
const report = (format: 'text' | 'github' | 'json', ...problems: Problem[]) =>
  reportLines(format, problems, COUNTS).map(plain);

describe('a report', () => {
  it('as text has one line for each problem', () => {
    expect(report('text', PROBLEM)).toEqual([
      'a,b:c%.yaml:3: error: JobRun/one: spec.args: 100% wrong\\x0d\\n::error::injected \\x1b[31m',
    ]);
  });

  it('for GitHub escapes what would end a property or a command', () => {
    expect(report('github', PROBLEM, { ...PROBLEM, severity: 'warning', object: '', path: '', message: 'x' })).toEqual([
      '::error file=a%2Cb%3Ac%25.yaml,line=3,title=JobRun/one::spec.args: 100%25 wrong%0D%0A::error::injected \u001b[31m',
      '::warning file=a%2Cb%3Ac%25.yaml,line=3::x',
    ]);
  });

  it('as JSON reads back, and is one document', () => {
    const [text = '', ...others] = report('json', PROBLEM);
    const { path: field, ...same } = PROBLEM;
    expect(others).toEqual([]);
    expect(text).not.toContain('\u001b');
    expect(JSON.parse(text)).toEqual({ problems: [{ ...same, field }], ...COUNTS, errors: 1, warnings: 0 });
  });
});
