import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { PHASES } from '../../../../api/names.ts';
import { CommandError, InterruptedError, TimedOutError } from '../../../../cli/outcome/command-error.ts';
import { errorReport } from '../../../../cli/outcome/error-report.ts';
import { exitCodeOfAll } from '../../../../cli/outcome/exit-code.ts';
import { outcomeOf } from '../../../../cli/outcome/run-outcome.ts';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';

const START = '2026-01-01T00:00:00Z';
const END = '2026-01-01T00:01:30Z';

const run = (status: object): JobRun =>
  ({ metadata: { name: 'x' }, spec: { templateRef: 't' }, status }) as unknown as JobRun;
const finishedAs = (phase: string, more: object = {}): JobRun =>
  run({ phase, conditions: [{ type: 'Finished', status: 'True', lastTransitionTime: END }], ...more });

describe('the outcome of a run', () => {
  it.each([
    ['Succeeded', 0, 'succeeded after 90s'],
    ['Failed', 1, 'failed after 90s: no memory'],
    ['Cancelled', 4, 'was cancelled: no memory'],
    ['Unknown', 5, 'has an unknown outcome: no memory'],
  ])('%s is exit code %d', (phase, exitCode, sentence) => {
    expect(outcomeOf(finishedAs(phase, { startTime: START, error: 'no memory' }))).toEqual({ exitCode, sentence });
  });

  it('has no duration if it never started', () => {
    expect(outcomeOf(finishedAs('Failed'))?.sentence).toBe('failed');
  });

  it.each(PHASES)('is open while the run has not finished, whatever its phase: %s', (phase) => {
    expect(outcomeOf(run({ phase, conditions: [{ type: 'Finished', status: 'False' }] }))).toBeUndefined();
  });
});

describe('the exit code of several runs', () => {
  it.each([
    [[], 0],
    [[0, 0], 0],
    [[0, 3], 3],
    [[3, 4], 4],
    [[4, 5, 0], 5],
    [[2, 5], 2],
    [[1, 2, 3, 4, 5], 1],
    [[1, 130], 130],
  ])('of %j is %d', (codes, code) => {
    expect(exitCodeOfAll(codes)).toBe(code);
  });
});

describe('an error', () => {
  const refused = (code: number, status: object) =>
    new KubeApiError({ method: 'POST', path: '/x', code, body: JSON.stringify({ kind: 'Status', ...status }) });
  const denied = 'admission webhook "validate.hematoscope.app" denied the request: many';

  it.each([
    ['of usage', new CommandError(2, 'no'), 2, 'no'],
    ['that interrupts', new InterruptedError('interrupted'), 130, 'interrupted'],
    ['of time', new TimedOutError('late'), 3, 'late'],
    ['of the network', new KubeConnectionError('GET /: reset'), 2, 'the API server cannot be reached: GET /: reset'],
    ['of the API server', refused(403, { message: 'User "x" cannot' }), 2, 'User "x" cannot'],
    ['of the webhook without causes', refused(422, { message: denied }), 2, denied],
    [
      'of the webhook, each cause on its line',
      refused(422, {
        message: denied,
        details: { causes: [{ field: 'spec.args', message: 'Forbidden' }, { message: 'whole' }] },
      }),
      2,
      'refused:\n  spec.args: Forbidden\n  whole',
    ],
  ])('%s is reported', (_, error, exitCode, message) => {
    expect(errorReport(error)).toEqual({ exitCode, message });
  });

  it('of the program is thrown', () => {
    expect(() => errorReport(new TypeError('bug'))).toThrow('bug');
  });
});
