import { describe, expect, it } from 'vitest';
import type { JobRunStatus } from '../../../../api/job-run.ts';
import { isPassing } from '../../../../core/status/passing-change.ts';

const condition = (type: string, status = 'True') => ({ type, status });
const created = condition('JobCreated');
const running: JobRunStatus = { phase: 'Running', jobName: 'hello-1', active: 1, ready: 0, conditions: [created] };

describe('a change of status', () => {
  it.each([
    ['that counts Pods', { ready: 1 }],
    ['that counts Pods that finished', { active: null, succeeded: 1, terminating: 0 }],
    ['that counts indexes', { completedIndexes: '0-3' }],
    ['that reports why an attempt failed', { failed: 1, failure: { reason: 'Error', message: 'm' } }],
    ['that announces how the Job will end', { conditions: [condition('SuccessCriteriaMet'), created] }],
    ['that announces why the Job will end', { active: null, conditions: [condition('FailureTarget'), created] }],
  ])('%s can wait for the next', (_what, patch) => {
    expect(isPassing(running, patch)).toBe(true);
  });

  it.each([
    ['can wait from Pending', 'Pending', true],
    ['is written immediately from Suspended', 'Suspended', false],
    ['is written immediately for a run without a phase', undefined, false],
  ] as const)('to Running %s', (_what, phase, passing) => {
    const conditions = [created, condition('Reconciling')];
    const before: JobRunStatus = { active: 1, ready: 0, conditions: [created], ...(phase && { phase }) };
    expect(isPassing(before, { phase: 'Running', ready: 1, conditions })).toBe(passing);
  });

  it.each([
    ['of phase', { phase: 'Suspended', active: 0 }],
    ['back to Pending', { phase: 'Pending' }],
    ['of what the run waits for', { waiting: { reason: 'Forbidden' } }],
    ['to a final phase', { phase: 'Succeeded', conditions: [condition('Complete'), created, condition('Finished')] }],
    ['of another condition', { conditions: [condition('Suspended', 'False'), created] }],
    ['that removes a condition', { conditions: [] }],
    ['of observedGeneration', { ready: 1, observedGeneration: 2 }],
    ['that names the Job', { jobName: 'hello-1' }],
    ['of the start time', { startTime: '2026-11-23T10:00:00Z' }],
  ])('%s is written immediately', (_what, patch) => {
    expect(isPassing(running, patch)).toBe(false);
  });
});
