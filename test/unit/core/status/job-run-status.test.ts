import { describe, expect, it } from 'vitest';
import type { Failure } from '../../../../api/failure.ts';
import type { JobRun } from '../../../../api/job-run.ts';
import type { Job, JobStatus } from '../../../../api/wire.ts';
import {
  isFinished,
  isJobFinished,
  jobDeleted,
  jobRunStatus,
  outcomeUnknown,
  standing,
} from '../../../../core/status/job-run-status.ts';
import type { PodsView } from '../../../../core/pods/pods-view.ts';
import type { Observation } from '../../../../core/status/job-run-status.ts';

const EARLIER = '2026-11-23T10:00:00Z';
const NOW = '2026-11-23T11:00:00Z';
const TEMPLATE = { revision: '0123456789', generation: 3, uid: 'template-uid' };

function run(status?: JobRun['status']): JobRun {
  const metadata = { name: 'echo', namespace: 'default', uid: 'run-uid', generation: 1 };
  const made: JobRun = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', metadata, spec: { templateRef: 'echo' } };
  return status ? { ...made, status } : made;
}

function job(status: JobStatus = {}, more: { suspend?: boolean; deletionTimestamp?: string } = {}): Job {
  const { suspend = false, ...metadata } = more;
  return {
    metadata: { name: 'echo-12345678', creationTimestamp: EARLIER, ...metadata },
    spec: { suspend, template: {} },
    status,
  };
}

const condition = (type: string, more: object = {}) => ({ type, status: 'True', lastTransitionTime: EARLIER, ...more });
const complete = condition('Complete', {
  reason: 'CompletionsReached',
  message: 'Reached expected number of succeeded pods',
});
const jobFailed = condition('Failed', {
  reason: 'BackoffLimitExceeded',
  message: 'Job has reached the specified backoff limit',
});
const mirror = (of: Job): Observation => ({ kind: 'job', job: of, template: TEMPLATE });

describe('phase', () => {
  it.each<[string, Job, string]>([
    ['Pending while the Job has not started', job(), 'Pending'],
    ['Pending while all counts are zero', job({ active: 0, ready: 0, terminating: 0 }), 'Pending'],
    ['Pending while its only Pod waits for a node, an image or its readiness', job({ active: 1, ready: 0 }), 'Pending'],
    ['Running with a ready Pod', job({ active: 1, ready: 1 }), 'Running'],
    ['Running if one of two Pods is ready', job({ active: 2, ready: 1 }), 'Running'],
    ['Running between a failed Pod and the next', job({ failed: 1 }), 'Running'],
    ['Running with the first of several succeeded', job({ succeeded: 1 }), 'Running'],
    ['Pending while a Pod terminates that may never have started', job({ terminating: 1 }), 'Pending'],
    [
      'Running while the last Pod is not counted yet',
      job({ active: 0, uncountedTerminatedPods: { succeeded: ['pod-uid'] } }),
      'Running',
    ],
    ['Suspended while the Job is suspended', job({}, { suspend: true }), 'Suspended'],
    ['Suspended even if Pods are still terminating', job({ terminating: 1 }, { suspend: true }), 'Suspended'],
    ['Succeeded when the Job is complete', job({ succeeded: 1, conditions: [complete] }), 'Succeeded'],
    ['Failed when the Job failed', job({ failed: 1, conditions: [jobFailed] }), 'Failed'],
    ['Failed even if the Job is suspended by now', job({ conditions: [jobFailed] }, { suspend: true }), 'Failed'],
    [
      'Running when the conditions are there and False',
      job({ ready: 1, conditions: [{ ...complete, status: 'False' }] }),
      'Running',
    ],
  ])('is %s', (_sentence, of, phase) => {
    expect(jobRunStatus(run(), mirror(of), NOW).phase).toBe(phase);
  });

  it('stays Running while the Job replaces its only Pod', () => {
    expect(jobRunStatus(run({ phase: 'Running' }), mirror(job({ active: 0 })), NOW).phase).toBe('Running');
  });

  it('returns to Pending when a suspended Job is resumed and has no Pod yet', () => {
    expect(jobRunStatus(run({ phase: 'Suspended' }), mirror(job()), NOW).phase).toBe('Pending');
  });
});

describe('what the Pods of a Job say', () => {
  const stuck = job({ active: 1, ready: 0 });
  const wait = { reason: 'Unschedulable', message: 'no node' };
  const seen = (pods: PodsView, of = stuck): Observation => ({ kind: 'job', job: of, pods });
  const stored = run({ ...jobRunStatus(run(), seen({ started: false, wait }), EARLIER) });

  it('is why the run waits', () => {
    expect(stored.status).toMatchObject({ phase: 'Pending', waiting: { ...wait, since: EARLIER } });
  });

  it.each<[string, Observation, unknown]>([
    ['until the next look', mirror(stuck), { ...wait, since: EARLIER }],
    [
      'since the first look',
      seen({ started: false, wait: { ...wait, message: 'm' } }),
      { ...wait, message: 'm', since: EARLIER },
    ],
    [
      'since the reason changed',
      seen({ started: false, wait: { ...wait, reason: 'ErrImagePull' } }),
      { ...wait, reason: 'ErrImagePull', since: NOW },
    ],
    ['no longer once they start', seen({ started: false }), undefined],
    ['no longer once one is ready', mirror(job({ active: 1, ready: 1 })), undefined],
    ['no longer while the Job is suspended', mirror(job({}, { suspend: true })), undefined],
    ['no longer once the Job has finished', mirror(job({ conditions: [jobFailed] })), undefined],
  ])('counts %s', (_sentence, observation, waiting) => {
    expect(jobRunStatus(stored, observation, NOW).waiting).toEqual(waiting);
  });

  it('is that the run is Running, though no Pod is ready', () => {
    expect(jobRunStatus(run(), seen({ started: true }), NOW).phase).toBe('Running');
  });

  it('does not wait for what it waited for without a Job', () => {
    const before = run({ waiting: { ...wait, since: EARLIER } });
    expect(jobRunStatus(before, mirror(stuck), NOW)).not.toHaveProperty('waiting');
  });
});

describe('the failure that the Pods of a Job report', () => {
  const failure = { reason: 'OOMKilled', message: 'container a exited with 137 (OOMKilled)', exitCode: 137 };
  const seen = (of: Job, known?: Failure): Observation => ({ kind: 'job', job: of, failure: known });
  const failedJob = job({ failed: 1, conditions: [jobFailed] });
  const retries = jobRunStatus(run(), seen(job({ active: 1, failed: 1 }), failure), EARLIER);

  it('is shown while the Job retries, without an error', () => {
    expect(retries).toMatchObject({ phase: 'Running', failure });
    expect(retries).not.toHaveProperty('error');
  });

  it.each<[string, Observation, Failure | undefined, string | undefined]>([
    [
      'is the error of a run that failed',
      seen(failedJob, { ...failure, message: 'm' }),
      { ...failure, message: 'm' },
      'm',
    ],
    ['stays if a new syncer has not read the Pods', seen(failedJob), failure, failure.message],
    [
      'is removed if the next attempt succeeds',
      seen(job({ succeeded: 1, conditions: [complete] })),
      undefined,
      undefined,
    ],
  ])('%s', (_sentence, observation, expected, error) => {
    const result = jobRunStatus(run(retries), observation, NOW);
    expect(result.failure).toEqual(expected);
    expect(result.error).toBe(error);
  });

  it('has a bounded size', () => {
    const long = { reason: 'x'.repeat(100_000), message: 'y'.repeat(100_000) };
    expect(JSON.stringify(jobRunStatus(run(), seen(failedJob, long), NOW)).length).toBeLessThan(25_000);
  });
});

describe('an existing Job', () => {
  it('has its status copied word for word', () => {
    const status: JobStatus = {
      startTime: EARLIER,
      active: 2,
      ready: 1,
      succeeded: 3,
      failed: 1,
      terminating: 0,
      completedIndexes: '0-2',
      failedIndexes: '4',
      conditions: [condition('SuccessCriteriaMet')],
    };
    const { conditions = [], ...counts } = status;
    const result = jobRunStatus(run(), mirror(job(status)), NOW);
    expect(result).toMatchObject(counts);
    expect(result.conditions?.slice(0, 1)).toEqual(conditions);
  });

  it("hides the Job controller's internal fields", () => {
    const result = jobRunStatus(run(), mirror(job({ uncountedTerminatedPods: { succeeded: ['a'] } })), NOW);
    expect(result).not.toHaveProperty('uncountedTerminatedPods');
  });

  it('removes what the Job no longer sets', () => {
    const before = run({ active: 1, ready: 1, error: 'old' });
    const result = jobRunStatus(before, mirror(job({ succeeded: 1, conditions: [complete] })), NOW);
    expect(Object.keys(result).sort()).toEqual([
      'conditions',
      'jobName',
      'observedGeneration',
      'phase',
      'succeeded',
      'template',
    ]);
  });

  it('has the uid of the Job, if it is known', () => {
    const of = job();
    const withUid = { ...of, metadata: { ...of.metadata, uid: 'its-job' } };
    expect(jobRunStatus(run(), mirror(withUid), NOW).jobUid).toBe('its-job');
    expect(jobRunStatus(run(), mirror(of), NOW)).not.toHaveProperty('jobUid');
  });

  it('names itself, the template and the generation', () => {
    const result = jobRunStatus(run(), mirror(job()), NOW);
    expect(result).toMatchObject({ jobName: 'echo-12345678', template: TEMPLATE, observedGeneration: 1 });
    expect(result.conditions?.slice(0, -1)).toEqual([
      {
        type: 'JobCreated',
        status: 'True',
        reason: 'JobCreated',
        message: 'Job echo-12345678 was created',
        lastTransitionTime: EARLIER,
      },
    ]);
  });

  it('keeps the stored template if it is not known any more', () => {
    const result = jobRunStatus(run({ template: TEMPLATE }), { kind: 'job', job: job() }, NOW);
    expect(result.template).toEqual(TEMPLATE);
  });

  it.each([
    ['Completed', complete, 'CompletionsReached: Reached expected number of succeeded pods', undefined],
    [
      'Failed',
      jobFailed,
      'BackoffLimitExceeded: Job has reached the specified backoff limit',
      'Job failed: BackoffLimitExceeded: Job has reached the specified backoff limit',
    ],
    ['Failed', condition('Failed'), 'Failed', 'Job failed: Failed'],
  ])('finishes the run: %s', (reason, outcome, message, error) => {
    const result = jobRunStatus(run(), mirror(job({ conditions: [outcome] })), NOW);
    expect(result.conditions?.find(({ type }) => type === 'Finished')).toEqual({
      type: 'Finished',
      status: 'True',
      reason,
      message,
      lastTransitionTime: EARLIER,
    });
    expect(result.error).toBe(error);
    expect(isFinished(run(result))).toBe(true);
  });

  it('gives the same status at any time', () => {
    const first = jobRunStatus(run(), mirror(job({ active: 1 })), NOW);
    expect(jobRunStatus(run(first), mirror(job({ active: 1 })), '2027-01-01T00:00:00Z')).toEqual(first);
  });
});

describe('a run without a Job', () => {
  const why = { reason: 'TemplateNotFound', message: 'no such template' };

  it('that can never have one is failed', () => {
    const result = jobRunStatus(run(), { kind: 'failed', ...why }, NOW);
    expect(result).toEqual({
      phase: 'Failed',
      error: 'no such template',
      observedGeneration: 1,
      conditions: [
        { type: 'Failed', status: 'True', ...why, lastTransitionTime: NOW },
        { type: 'JobCreated', status: 'False', ...why, lastTransitionTime: NOW },
        { type: 'Finished', status: 'True', ...why, lastTransitionTime: NOW },
        { type: 'Stalled', status: 'True', ...why, lastTransitionTime: NOW },
      ],
    });
  });

  it.each<[string, Observation]>([
    ['failed', { kind: 'failed', reason: 'JobRefused', message: 'x'.repeat(1_000_000) }],
    ['pending', { kind: 'pending', reason: 'Forbidden', message: 'x'.repeat(1_000_000) }],
  ])('that is %s has a message of a bounded size, however long that of the API server is', (_sentence, observation) => {
    expect(JSON.stringify(jobRunStatus(run(), observation, NOW)).length).toBeLessThan(25_000);
  });

  it('that was requested to fail without its template counts as one failed Pod, others count none', () => {
    const asked = jobRunStatus(run(), { kind: 'failed', ...why, countsAsPod: true }, NOW);
    expect(asked).toEqual({ ...jobRunStatus(run(), { kind: 'failed', ...why }, NOW), failed: 1 });
  });

  it('that may still have one is pending, with the time of the first refusal', () => {
    const first = jobRunStatus(run(), { kind: 'pending', reason: 'Forbidden', message: 'quota' }, EARLIER);
    const second = jobRunStatus(run(first), { kind: 'pending', reason: 'Forbidden', message: 'quota still' }, NOW);
    expect(second).toMatchObject({
      phase: 'Pending',
      waiting: { reason: 'Forbidden', message: 'quota still', since: EARLIER },
      conditions: [
        { type: 'JobCreated', status: 'False', message: 'quota still', lastTransitionTime: EARLIER },
        {
          type: 'Reconciling',
          status: 'True',
          reason: 'Forbidden',
          message: 'quota still',
          lastTransitionTime: EARLIER,
        },
      ],
    });
    expect(isFinished(run(second))).toBe(false);
  });

  it('waits since the reason changed', () => {
    const first = jobRunStatus(run(), { kind: 'pending', reason: 'WaitingForTemplate', message: 'm' }, EARLIER);
    const second = jobRunStatus(run(first), { kind: 'pending', reason: 'Forbidden', message: 'm' }, NOW);
    expect(second.waiting).toEqual({ reason: 'Forbidden', message: 'm', since: NOW });
  });

  it.each<[string, Observation]>([
    ['gets its Job', mirror(job())],
    ['fails', { kind: 'failed', reason: 'TemplateNotFound', message: 'm' }],
    ['loses its Job', jobDeleted('j', 'was deleted')],
  ])('waits no longer once it %s', (_sentence, observation) => {
    const waiting = jobRunStatus(run(), { kind: 'pending', reason: 'WaitingForTemplate', message: 'm' }, EARLIER);
    expect(jobRunStatus(run(waiting), observation, NOW)).not.toHaveProperty('waiting');
  });

  it('that gets its Job after all keeps the time', () => {
    const waiting = jobRunStatus(run(), { kind: 'pending', reason: 'WaitingForTemplate', message: 'm' }, EARLIER);
    const result = jobRunStatus(run(waiting), mirror(job()), NOW);
    expect(result.conditions).toMatchObject([
      { type: 'JobCreated', status: 'True' },
      { type: 'Reconciling', status: 'True', reason: 'Pending', lastTransitionTime: EARLIER },
    ]);
  });
});

describe('a Job that was deleted', () => {
  it('makes the run fail, with the counts so far', () => {
    const before = jobRunStatus(
      run(),
      mirror(
        job({
          startTime: EARLIER,
          active: 2,
          ready: 2,
          succeeded: 3,
          conditions: [condition('Suspended', { status: 'False' })],
        }),
      ),
      EARLIER,
    );
    const result = jobRunStatus(run(before), jobDeleted('echo-12345678', 'was deleted'), NOW);
    expect(result).toMatchObject({
      phase: 'Failed',
      startTime: EARLIER,
      succeeded: 3,
      jobName: 'echo-12345678',
      template: TEMPLATE,
      error: 'Job "echo-12345678" was deleted',
    });
    expect(result).not.toHaveProperty('active');
    expect(result).not.toHaveProperty('ready');
    expect(result.conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['Suspended', 'False', undefined],
      ['JobCreated', 'True', 'JobCreated'],
      ['Failed', 'True', 'JobDeleted'],
      ['Finished', 'True', 'JobDeleted'],
      ['Stalled', 'True', 'JobDeleted'],
    ]);
  });

  it('unseen gives the run an unknown outcome, and never the condition Failed', () => {
    const before = jobRunStatus(run(), mirror(job({ startTime: EARLIER, active: 1, succeeded: 3 })), EARLIER);
    const result = jobRunStatus(run(before), outcomeUnknown('echo-12345678'), NOW);
    expect(result).toMatchObject({
      phase: 'Unknown',
      succeeded: 3,
      template: TEMPLATE,
      error: 'Job "echo-12345678" was deleted while no syncer watched it, so its outcome is not known',
    });
    expect(result).not.toHaveProperty('active');
    expect(result.conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['JobCreated', 'True', 'JobCreated'],
      ['Finished', 'True', 'OutcomeUnknown'],
    ]);
    expect(isFinished(run(result))).toBe(true);
  });

  it.each<[string, Job, string]>([
    ['counts while nobody deletes it', job({ active: 1 }), 'job'],
    [
      'counts as deleted once someone deletes it, though it still exists',
      job({ active: 1 }, { deletionTimestamp: NOW }),
      'jobDeleted',
    ],
    ['keeps its outcome while it is being deleted', job({ conditions: [complete] }, { deletionTimestamp: NOW }), 'job'],
  ])('%s', (_sentence, of, kind) => {
    expect(standing(of).kind).toBe(kind);
  });
});

describe('a run is finished', () => {
  it.each<[string, JobRun['status'], boolean]>([
    ['not without a status', undefined, false],
    ['not without conditions', {}, false],
    ['not by a condition that is False', { conditions: [condition('Finished', { status: 'False' })] }, false],
    ['not by another condition', { conditions: [condition('Failed')] }, false],
    ['by its condition', { conditions: [condition('JobCreated'), condition('Finished')] }, true],
  ])('%s', (_, status, finished) => {
    expect(isFinished(run(status))).toBe(finished);
  });
});

describe('a Job is finished', () => {
  it.each<[string, Job, boolean]>([
    ['not without a status', {}, false],
    ['not without conditions', job(), false],
    ['not while it is suspended', job({ conditions: [condition('Suspended')] }), false],
    ['not by conditions that are False', job({ conditions: [condition('Complete', { status: 'False' })] }), false],
    ['once it is complete', job({ conditions: [complete] }), true],
    ['once it failed', job({ conditions: [jobFailed] }), true],
  ])('%s', (_, of, finished) => {
    expect(isJobFinished(of)).toBe(finished);
  });
});

describe('a Job with an almost empty status', () => {
  it('leaves the run Pending', () => {
    const result = jobRunStatus(run(), { kind: 'job', job: {} }, NOW);
    expect(result).toStrictEqual({
      observedGeneration: 1,
      jobName: '',
      phase: 'Pending',
      conditions: [
        { type: 'JobCreated', status: 'True', reason: 'JobCreated', message: expect.any(String) as string },
        {
          type: 'Reconciling',
          status: 'True',
          reason: 'Pending',
          message: 'no container of the Job has started yet',
          lastTransitionTime: NOW,
        },
      ],
    });
  });

  it('counts, and is not being deleted', () => {
    expect(standing({})).toEqual({ kind: 'job', job: {} });
  });

  it('that is being deleted is reported with its name', () => {
    expect(standing(job({}, { deletionTimestamp: NOW }))).toEqual({
      kind: 'jobDeleted',
      jobName: 'echo-12345678',
      message: expect.stringMatching(/^Job "echo-12345678" .*deleted before it finished/) as string,
    });
    expect(standing({ metadata: { deletionTimestamp: NOW } })).toMatchObject({ jobName: '' });
  });
});

describe('a Job with Pods that are not counted yet', () => {
  it.each([
    ['failed', { failed: ['a'] }],
    ['succeeded and failed', { succeeded: ['a'], failed: ['b'] }],
  ])('is Running: %s', (_, uncountedTerminatedPods) => {
    expect(jobRunStatus(run(), mirror(job({ uncountedTerminatedPods })), NOW).phase).toBe('Running');
  });

  it('is Pending if none is listed', () => {
    expect(jobRunStatus(run(), mirror(job({ uncountedTerminatedPods: {} })), NOW).phase).toBe('Pending');
  });
});

describe('conditions of a Job that are not an outcome', () => {
  it('do not finish the run, even if they are True', () => {
    const conditions = [condition('SuccessCriteriaMet'), condition('FailureTarget')];
    const result = jobRunStatus(run(), mirror(job({ ready: 1, conditions })), NOW);
    expect(result.phase).toBe('Running');
    expect(result.conditions?.map(({ type }) => type)).toEqual([
      'SuccessCriteriaMet',
      'FailureTarget',
      'JobCreated',
      'Reconciling',
    ]);
  });

  it('have no time if the Job has none', () => {
    const timeless: { type: string; status: string } = { type: complete.type, status: complete.status };
    const result = jobRunStatus(run(), mirror(job({ conditions: [timeless] })), NOW);
    expect(result.conditions?.at(-1)).not.toHaveProperty('lastTransitionTime');
  });
});

describe('conditions of a Job that have the names of our own', () => {
  it('are not mirrored, as each type is there once', () => {
    const conditions = ['Finished', 'JobCreated', 'Reconciling', 'Stalled'].map((type) =>
      condition(type, { reason: 'X' }),
    );
    const result = jobRunStatus(run(), mirror(job({ conditions })), NOW);
    expect(result.conditions?.map(({ type, reason }) => [type, reason])).toEqual([
      ['JobCreated', 'JobCreated'],
      ['Reconciling', 'Pending'],
    ]);
  });
});

describe('times of our conditions', () => {
  const why = { reason: 'JobRefused', message: 'm' };

  it('stay while a run stays failed', () => {
    const first = jobRunStatus(run(), { kind: 'failed', ...why }, EARLIER);
    expect(jobRunStatus(run(first), { kind: 'failed', ...why }, NOW)).toEqual(first);
  });

  it('change with the status of their own condition alone', () => {
    const conditions = [
      condition('Failed', { status: 'False' }),
      condition('JobCreated'),
      condition('Finished', { lastTransitionTime: undefined }),
    ];
    const result = jobRunStatus(run({ conditions }), { kind: 'failed', ...why }, NOW);
    expect(result.conditions?.map(({ lastTransitionTime }) => lastTransitionTime)).toEqual([NOW, NOW, NOW, NOW]);
  });
});

describe('a run whose Job was deleted', () => {
  it('has each condition once, and its own template', () => {
    const before = run({ template: TEMPLATE, conditions: [condition('Failed', { status: 'False' }), complete] });
    const result = jobRunStatus(before, jobDeleted('j', 'was deleted'), NOW);
    expect(result.conditions?.map(({ type }) => type)).toEqual(['Complete', 'Failed', 'Finished', 'Stalled']);
    expect(result.template).toEqual(TEMPLATE);
    expect(result.conditions?.at(-2)).toMatchObject({ lastTransitionTime: NOW, message: 'Job "j" was deleted' });
  });

  it('has only its outcome if it had no status', () => {
    const result = jobRunStatus(run(), jobDeleted('j', 'was deleted'), NOW);
    expect(result.conditions?.map(({ type }) => type)).toEqual(['Failed', 'Finished', 'Stalled']);
  });

  it('is no longer reconciled', () => {
    const before = run(jobRunStatus(run(), mirror(job({ active: 1 })), EARLIER));
    const types = jobRunStatus(before, outcomeUnknown('j'), NOW).conditions?.map(({ type }) => type);
    expect(types).toEqual(['JobCreated', 'Finished']);
  });

  it('has no terminating Pods any more', () => {
    expect(jobRunStatus(run({ terminating: 1 }), jobDeleted('j', 'x'), NOW)).not.toHaveProperty('terminating');
  });
});

it('a run without a generation has no observed generation', () => {
  const of = run();
  delete of.metadata.generation;
  const result = jobRunStatus(of, { kind: 'pending', reason: 'r', message: 'm' }, NOW);
  expect(result).not.toHaveProperty('observedGeneration');
});
