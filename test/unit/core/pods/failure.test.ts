import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../../api/failure.ts';
import type { Job, Pod } from '../../../../api/wire.ts';
import { failureOf } from '../../../../core/pods/failure.ts';
import { ago, container, pod } from './pods.ts';

const job = (failed: number, backoffLimit = 3): Job => ({ spec: { backoffLimit, template: {} }, status: { failed } });
const LIMIT = { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
const hide = (text: string): string => text.replaceAll('hunter22', '***');

const ended = (exitCode: number, more: object = {}, seconds = 5) => ({
  state: { terminated: { exitCode, reason: 'Error', finishedAt: ago(seconds), ...more } },
});
const failedPod = (statuses: NonNullable<Pod['status']>, metadata: object = {}): Pod =>
  pod({ phase: 'Failed', ...statuses }, { metadata: { name: 'report-1', ...metadata } });
const report = (...states: object[]): Pod =>
  failedPod({
    containerStatuses: states.map((state, index) => container(index === 0 ? 'report' : `c${index}`, state)),
  });
const indexed = (index: number, exitCode: number, seconds: number): Pod =>
  failedPod(
    { containerStatuses: [container('report', ended(exitCode, {}, seconds))] },
    { name: `report-${index}`, annotations: { 'batch.kubernetes.io/job-completion-index': String(index) } },
  );
const evicted = (status: NonNullable<Pod['status']>): Pod =>
  pod(
    { conditions: [{ type: 'DisruptionTarget', status: 'True', message: 'Eviction API: evicting' }], ...status },
    { metadata: { name: 'report-2', deletionTimestamp: ago(-30) } },
  );
const PLACE = { pod: 'report-1', node: 'node-1' };

type Row = [sentence: string, pods: Pod[], job: Job, expected: Failure];

describe('why a Job failed', () => {
  it.each<Row>([
    [
      'is the container that had too little memory, on which attempt, and its last line',
      [report(ended(137, { reason: 'OOMKilled', message: 'loading\nallocating 3 GiB\n' }))],
      job(3),
      {
        reason: 'OOMKilled',
        message: 'container report exited with 137 (OOMKilled) on attempt 3 of 4: allocating 3 GiB',
        container: 'report',
        exitCode: 137,
        ...PLACE,
        attempts: 3,
        log: 'loading\nallocating 3 GiB',
      },
    ],
    [
      'is its exit code, if it has no output',
      [report(ended(3))],
      job(1, 0),
      {
        reason: 'Error',
        message: 'container report exited with 3',
        container: 'report',
        exitCode: 3,
        ...PLACE,
        attempts: 1,
      },
    ],
    [
      'is the signal that ended it',
      [report(ended(0, { signal: 9, exitCode: 137 }))],
      job(1, 0),
      {
        reason: 'Error',
        message: 'container report was ended by signal 9',
        container: 'report',
        exitCode: 137,
        signal: 9,
        ...PLACE,
        attempts: 1,
      },
    ],
    [
      'is the container that failed first: the others are ended because of it',
      [report(ended(143, {}, 1), ended(2, {}, 3), ended(0, { reason: 'Completed' }, 9))],
      job(1, 0),
      { reason: 'Error', message: 'container c1 exited with 2', container: 'c1', exitCode: 2, ...PLACE, attempts: 1 },
    ],
    [
      'is an init container, as the others have not started',
      [
        failedPod({
          initContainerStatuses: [container('load', ended(4))],
          containerStatuses: [container('report', { state: { waiting: { reason: 'PodInitializing' } } })],
        }),
      ],
      job(1, 0),
      {
        reason: 'Error',
        message: 'container load exited with 4',
        container: 'load',
        exitCode: 4,
        ...PLACE,
        attempts: 1,
      },
    ],
    [
      'counts the restarts of a container, and reports how it last ended',
      [
        pod({
          phase: 'Running',
          containerStatuses: [
            container('report', {
              state: { waiting: { reason: 'CrashLoopBackOff' } },
              lastState: { terminated: { exitCode: 5, reason: 'Error' } },
              restartCount: 2,
            }),
          ],
        }),
      ],
      job(0),
      {
        reason: 'Error',
        message: 'container report exited with 5 on attempt 2 of 4',
        container: 'report',
        exitCode: 5,
        ...PLACE,
        attempts: 2,
      },
    ],
    [
      'counts the run that ended after the restarts',
      [report({ ...ended(5), restartCount: 2 })],
      job(1),
      {
        reason: 'Error',
        message: 'container report exited with 5 on attempt 3 of 4',
        container: 'report',
        exitCode: 5,
        ...PLACE,
        attempts: 3,
      },
    ],
    [
      'counts attempts beyond the limit',
      [report(ended(5))],
      job(9),
      {
        reason: 'Error',
        message: 'container report exited with 5 on attempt 9',
        container: 'report',
        exitCode: 5,
        ...PLACE,
        attempts: 9,
      },
    ],
    [
      'is that the Pod was evicted, whatever its containers reported',
      [
        failedPod({
          reason: 'Evicted',
          message: 'The node was low on resource: memory.',
          containerStatuses: [container('report', ended(137))],
        }),
      ],
      job(1, 0),
      {
        reason: 'Evicted',
        message: 'Pod "report-1" failed (Evicted: The node was low on resource: memory.)',
        container: 'report',
        exitCode: 137,
        ...PLACE,
        attempts: 1,
      },
    ],
    [
      'is that the Pod was disrupted',
      [failedPod({ conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'PreemptionByScheduler' }] })],
      job(1, 0),
      { reason: 'DisruptionTarget', message: 'Pod "report-1" failed (PreemptionByScheduler)', ...PLACE, attempts: 1 },
    ],
    [
      'is that the Pod is evicted, although an earlier one failed',
      [report(ended(3, {}, 9)), evicted({ phase: 'Running' })],
      job(1),
      {
        reason: 'DisruptionTarget',
        message: 'Pod "report-2" failed (Eviction API: evicting) on attempt 1 of 4',
        pod: 'report-2',
        node: 'node-1',
        attempts: 1,
      },
    ],
    [
      'is that of an earlier Pod, if the one that is evicted has succeeded',
      [report(ended(3, {}, 9)), evicted({ phase: 'Succeeded' })],
      job(1, 0),
      {
        reason: 'Error',
        message: 'container report exited with 3',
        container: 'report',
        exitCode: 3,
        ...PLACE,
        attempts: 1,
      },
    ],
    [
      'is that the Pod failed, if nothing more is known',
      [failedPod({ conditions: [{ type: 'DisruptionTarget', status: 'False' }] })],
      job(1, 0),
      { reason: 'PodFailed', message: 'Pod "report-1" failed', ...PLACE, attempts: 1 },
    ],
    [
      'is the lowest index that failed, without attempts',
      [indexed(7, 1, 1), indexed(2, 6, 9), pod({ phase: 'Succeeded' })],
      job(2),
      {
        reason: 'Error',
        message: 'container report of index 2 exited with 6',
        container: 'report',
        exitCode: 6,
        pod: 'report-2',
        node: 'node-1',
        index: 2,
      },
    ],
    [
      'is the last of several Pods',
      [report(ended(1, {}, 9)), report(ended(2, {}, 2)), report(ended(3, {}, 5))],
      job(3),
      {
        reason: 'Error',
        message: 'container report exited with 2 on attempt 3 of 4',
        container: 'report',
        exitCode: 2,
        ...PLACE,
        attempts: 3,
      },
    ],
    [
      'quotes no secret value, and no colours of a terminal',
      [report(ended(1, { message: '\u001B[31mwrong password hunter22\u001B[0m\n\n' }))],
      job(1, 0),
      {
        reason: 'Error',
        message: 'container report exited with 1: wrong password ***',
        container: 'report',
        exitCode: 1,
        ...PLACE,
        attempts: 1,
        log: 'wrong password ***',
      },
    ],
  ])('%s', (_sentence, pods, of, expected) => {
    expect(failureOf(pods, { job: of, outcome: LIMIT }, hide)).toEqual(expected);
  });

  it('is the rule of the Pod failure policy, with the container that it matched', () => {
    const message = 'Container report for pod a/report-1 failed with exit code 42 matching FailJob rule at index 0';
    const outcome = { reason: 'PodFailurePolicy', message };
    expect(failureOf([report(ended(42))], { job: job(1), outcome }, hide)).toMatchObject({
      reason: 'PodFailurePolicy',
      message: `container report exited with 42 on attempt 1 of 4 (${message})`,
      exitCode: 42,
    });
  });

  it.each([
    ['its deadline, not how its Pods were ended', 'DeadlineExceeded', 'Job failed: DeadlineExceeded: too long'],
    [
      'what the Job says, if its Pods were deleted',
      'BackoffLimitExceeded',
      'Job failed: BackoffLimitExceeded: too long; its Pods were gone before they were read',
    ],
  ])('is %s', (_sentence, reason, message) => {
    const pods = reason === 'DeadlineExceeded' ? [report(ended(143))] : [pod({ phase: 'Succeeded' })];
    expect(failureOf(pods, { job: job(1), outcome: { reason, message: 'too long' } }, hide)).toEqual({
      reason,
      message,
    });
  });

  it('is the last attempt that was read, if the Pods were deleted', () => {
    const before = { reason: 'Error', message: 'container report exited with 3: no such table', exitCode: 3 };
    const message = `${before.message}; its Pods were gone before they were read again`;
    const after = failureOf([], { job: job(1), outcome: LIMIT, before }, hide);
    expect(after).toEqual({ ...before, message });
    expect(failureOf([], { job: job(1), outcome: LIMIT, before: after }, hide)).toEqual(after);
    const outcome = { reason: 'DeadlineExceeded', message: 'too long' };
    expect(failureOf([], { job: job(1), outcome, before }, hide)).not.toHaveProperty('exitCode');
  });

  it('is the eviction of the last Pod, which is gone when the Job counts it', () => {
    const before = { reason: 'DisruptionTarget', message: 'Pod "report-1" failed (evicting)', attempts: 1 };
    expect(failureOf([], { job: job(1), outcome: LIMIT, before }, hide)).toEqual(before);
    expect(failureOf([], { job: job(2), outcome: LIMIT, before }, hide)?.message).toContain('were gone');
  });

  describe('with a sidecar, which is ended when the other containers have', () => {
    const withSidecar = (sidecar: object, main: object, phase = 'Failed'): Pod =>
      pod(
        {
          phase,
          initContainerStatuses: [container('proxy', sidecar)],
          containerStatuses: [container('report', main)],
        },
        { spec: { containers: [], initContainers: [{ name: 'proxy', restartPolicy: 'Always' }] } },
      );
    const of = (...pods: Pod[]) => failureOf(pods, { job: job(1, 0), outcome: LIMIT }, hide)?.container;

    it('is the other container', () => {
      expect(of(withSidecar(ended(137, {}, 1), ended(3, {}, 9)))).toBe('report');
      expect(of(withSidecar({ restartCount: 1, lastState: ended(1, {}, 60).state }, ended(3, {}, 9)))).toBe('report');
    });

    it('is not the sidecar if no other container has failed', () => {
      expect(of(withSidecar(ended(137), ended(0)))).toBeUndefined();
    });

    it('is no Pod that has succeeded', () => {
      expect(of(withSidecar(ended(137, {}, 1), ended(0, {}, 9), 'Succeeded'), report(ended(3, {}, 99)))).toBe('report');
    });
  });

  it('is one word if the Job has no message', () => {
    expect(failureOf([], { job: job(1), outcome: {} }, hide)?.message).toBe(
      'Job failed: Failed; its Pods were gone before they were read',
    );
  });

  it('is not known while the Job retries and its Pods are gone', () => {
    expect(failureOf([], { job: job(1), outcome: undefined }, hide)).toBeUndefined();
  });

  it('counts Pods that the Job controller has not counted yet, against the limit of Kubernetes', () => {
    const uncounted: Job = { spec: { template: {} }, status: { uncountedTerminatedPods: { failed: ['a', 'b'] } } };
    expect(failureOf([report(ended(1))], { job: uncounted, outcome: undefined }, hide)?.message).toBe(
      'container report exited with 1 on attempt 2 of 7',
    );
  });
});
