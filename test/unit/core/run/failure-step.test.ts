import { describe, expect, it } from 'vitest';
import type { Job, JobStatus } from '../../../../api/wire.ts';
import { failureStep } from '../../../../core/run/failure-step.ts';
import type { Situation } from '../../../../core/run/situation.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { echoRun, echoTemplate } from '../objects.ts';
import { ago, container, pod, running } from '../pods/pods.ts';
import { FOUND, readingPods } from './situations.ts';

const of = (status: JobStatus): Job => ({ spec: { backoffLimit: 0, template: {} }, status });
const condition = (type: string, status = 'True') => ({
  type,
  status,
  reason: 'BackoffLimitExceeded',
  message: 'limit',
});
const RETRIES = of({ failed: 2 });
const DECIDED = of({ uncountedTerminatedPods: { failed: ['a'] }, conditions: [condition('FailureTarget')] });
const FAILED = of({ failed: 1, conditions: [condition('FailureTarget'), condition('Failed')] });
const EVICTED = of({ active: 1, terminating: 1 });
const message = 'password hunter22hunter22 is wrong';
const state = { terminated: { exitCode: 3, reason: 'Error', message } };
const SEEN = { pods: [pod({ phase: 'Failed', containerStatuses: [container('echo', { state })] })] };
const LOOK = { atMs: 7, delayMs: 5 };

const step = (job: Job, more: Partial<Situation> = {}) => failureStep(readingPods(more), { kind: 'job', job });
const known = (key: number) => ({ record: { failure: { key, failure: undefined } } });

describe('the Pods of a Job', () => {
  it.each([
    ['that retries', RETRIES, { kind: 'readPods', job: RETRIES, look: LOOK, purpose: 'look' }],
    ['one of which is being deleted', EVICTED, { kind: 'readPods', job: EVICTED, look: LOOK, purpose: 'failure' }],
    ['that is going to fail', DECIDED, { kind: 'readPods', job: DECIDED, look: LOOK, purpose: 'failure' }],
    ['that failed', FAILED, { kind: 'readPods', job: FAILED, look: LOOK, purpose: 'failure' }],
  ])('%s are read, and a look that is planned stays', (_sentence, job, expected) => {
    expect(step(job, { record: { look: LOOK } })).toEqual(expected);
  });

  it.each<[string, Job, Partial<Situation>]>([
    ['that has not failed', of({ active: 1, conditions: [condition('FailureTarget', 'False')] }), {}],
    ['whose Pods are deleted because it is suspended', { ...EVICTED, spec: { template: {}, suspend: true } }, {}],
    [
      'whose Pods are deleted because it has succeeded',
      of({ terminating: 1, conditions: [condition('SuccessCriteriaMet')] }),
      {},
    ],
    [
      'whose Pods were still there when it was complete',
      of({ terminating: 1, conditions: [condition('Complete')] }),
      {},
    ],
    [
      'that is going to fail, and deletes its Pods',
      { ...DECIDED, status: { ...DECIDED.status, terminating: 1 } },
      known(5),
    ],
    ['that succeeded', of({ succeeded: 1, conditions: [condition('Complete')] }), {}],
    ['whose failed attempts are known', RETRIES, known(6)],
    ['that failed after they were read when it was going to fail', FAILED, known(5)],
    ['without permission', FAILED, { readsPods: false }],
  ])('%s are not read', (_sentence, job, more) => {
    expect(step(job, more)).toBeUndefined();
  });

  it('that was deleted are not read', () => {
    expect(failureStep(readingPods(), { kind: 'jobDeleted', jobName: 'a', message: 'b' })).toBeUndefined();
  });

  it('are read again after another attempt, and when the Job is going to fail', () => {
    expect(step(RETRIES, known(2))).toMatchObject({ kind: 'readPods' });
    expect(step(DECIDED, known(2))).toMatchObject({ kind: 'readPods' });
    expect(step(of({ failed: 2, terminating: 1 }), known(6))).toMatchObject({ kind: 'readPods' });
  });
});

describe('what they say', () => {
  it('is remembered once the template is known, which knows what is secret', () => {
    expect(step(FAILED, { answers: { pods: SEEN } })).toEqual({ kind: 'readTemplate' });
    expect(step(FAILED, { answers: { pods: SEEN }, template: FOUND })).toMatchObject({
      kind: 'rememberFailure',
      seen: { key: 5, failure: { container: 'echo', exitCode: 3 } },
    });
  });

  it('quotes no secret value', () => {
    const template = versionOfTemplate({ ...echoTemplate(), parameters: [{ name: 'password', secret: true }] });
    const run = echoRun({ parameters: { password: 'hunter22hunter22' } });
    const taken = step(FAILED, { run, answers: { pods: SEEN }, template: { kind: 'found', template } });
    const failure = { message: 'container echo exited with 3: password *** is wrong', log: 'password *** is wrong' };
    expect(taken).toMatchObject({ seen: { failure } });
  });

  it.each<[string, Partial<Situation>]>([
    ['they could not be read', { answers: { pods: 'unknown' } }],
    ['the template no longer exists', { answers: { pods: SEEN }, template: { kind: 'missing' } }],
  ])('is what they said before, if %s', (_sentence, more) => {
    const failure = { reason: 'Error', message: 'before' };
    const record = { failure: { key: 2, failure } };
    expect(step(FAILED, { ...more, record })).toEqual({ kind: 'rememberFailure', seen: { key: 5, failure } });
    expect(step(FAILED, more)).toEqual({ kind: 'rememberFailure', seen: { key: 5, failure: undefined } });
  });

  it('is that a Pod is evicted, while it still runs', () => {
    const conditions = [{ type: 'DisruptionTarget', status: 'True', message: 'Eviction API: evicting' }];
    const status = { phase: 'Running', conditions, containerStatuses: [container('echo', running)] };
    const pods = [pod(status, { metadata: { name: 'report-1', deletionTimestamp: ago(-30) } })];
    expect(step(EVICTED, { answers: { pods: { pods } }, template: FOUND })).toMatchObject({
      seen: { key: 1, failure: { reason: 'DisruptionTarget', pod: 'report-1', attempts: 1 } },
    });
  });

  it('is what the status has of an earlier attempt, if they are gone', () => {
    const failure = { reason: 'Error', message: 'container echo exited with 3' };
    const run = { ...echoRun(), status: { failure } };
    expect(step(FAILED, { run, answers: { pods: { pods: [] } }, template: FOUND })).toMatchObject({
      seen: { failure: { message: `${failure.message}; its Pods were gone before they were read again` } },
    });
  });

  it('is what they said before, if the next Pod has not failed', () => {
    const failure = { reason: 'Error', message: 'before' };
    const more = { answers: { pods: { pods: [pod()] } }, template: FOUND, record: { failure: { key: 2, failure } } };
    expect(step(RETRIES, more)).toEqual({ kind: 'rememberFailure', seen: { key: 6, failure } });
  });
});
