import { describe, expect, it } from 'vitest';
import type { JobRun, JobRunStatus } from '../../../../../api/job-run.ts';
import { ANNOTATION_CANCELLED_BY, ANNOTATION_STOPPED, LABEL_VELERO_RESTORE } from '../../../../../api/names.ts';
import type { Job, JobStatus } from '../../../../../api/wire.ts';
import type { Situation } from '../../../../../core/run/situation.ts';
import { versionOfTemplate } from '../../../../../core/template/template-version.ts';
import { echoTemplate } from '../../objects.ts';
import {
  COMPLETE,
  CREATED,
  DELETING,
  FAILED,
  FOREIGN,
  FOUND,
  NAME,
  NEW,
  NOW,
  RENDERED,
  REVISION,
  RULES,
  RUNNING,
  STARTED,
  after,
  finished,
  ownJob,
  withMeta,
} from '../situations.ts';
import { UNKNOWN, inShort, step } from '../steps.ts';
import type { Row } from '../steps.ts';

describe('a cancelled run', () => {
  const cancelled = (of: JobRun = NEW, spec: object = {}): JobRun => ({
    ...withMeta(of, { generation: 2, annotations: { ...of.metadata.annotations, [ANNOTATION_CANCELLED_BY]: 'anna' } }),
    spec: { ...of.spec, cancel: true, ...spec },
  });
  const DURING = cancelled(RUNNING);
  const STOPPED = { annotations: { [ANNOTATION_STOPPED]: 'why' } };
  /** A Job after the step `stopJob`. */
  const stopped = (status: JobStatus, more: { suspend?: boolean; metadata?: object } = {}): Job => {
    const job = ownJob(status, { ...more, metadata: { ...STOPPED, ...more.metadata } });
    return { ...job, spec: { ...job.spec!, activeDeadlineSeconds: 1 } };
  };
  const decided = (type: string, status: JobStatus = STARTED): JobStatus => ({
    ...status,
    conditions: [{ type, status: 'True', reason: 'PodFailurePolicy' }],
  });
  const DEADLINE: JobStatus = {
    ...FAILED,
    conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded', lastTransitionTime: CREATED }],
  };
  const BY_ANNA = 'the JobRun was cancelled by anna';
  const STOP = ['stopJob', `${BY_ANNA} at 2026-11-23T10:01:00.000Z`];
  const END = ['writeStatus', 'Cancelled', 'Cancelled', BY_ANNA];
  const WITHOUT_JOB = ['writeStatus', 'Cancelled', 'Cancelled', `${BY_ANNA} before it had a Job`];
  const suspendedRun = cancelled(after(ownJob({}, { suspend: true })));
  const restored = { labels: { [LABEL_VELERO_RESTORE]: 'monday' } };
  const blocked = { reason: 'Forbidden', message: 'ends', untilMs: NOW.monotonicMs + 999 };

  it.each<Row>([
    ['without a Job checks first that it has none', { run: cancelled(), template: FOUND }, ['readJob', NAME]],
    ['without a Job gets none', { run: cancelled(), answers: { job: 'none' }, template: FOUND }, WITHOUT_JOB],
    ['without a Job needs no template', { run: cancelled(), answers: { job: 'none' } }, WITHOUT_JOB],
    [
      'that waits for its template waits no longer',
      {
        run: cancelled(),
        template: { kind: 'missing' },
        rules: { ...RULES, policy: 'Wait' },
        answers: { job: 'none' },
      },
      WITHOUT_JOB,
    ],
    [
      'that was restored is held no longer',
      { run: cancelled(withMeta(NEW, restored)), answers: { job: 'none' } },
      WITHOUT_JOB,
    ],
    [
      'whose Job is not accepted now waits no longer',
      { run: cancelled(), record: { blocked }, answers: { job: 'none' } },
      WITHOUT_JOB,
    ],
    [
      'does not stop the Job of another owner that has the name',
      { run: cancelled(), answers: { job: FOREIGN } },
      WITHOUT_JOB,
    ],
    [
      'adopts a Job that the last leader made',
      { run: cancelled(), job: ownJob(), template: FOUND },
      ['adoptJob', REVISION],
    ],
    [
      'stops that Job before it waits for its first status',
      { run: cancelled(), job: ownJob(), record: { created: { template: RENDERED, atMs: NOW.monotonicMs } } },
      STOP,
    ],
    [
      'that is being deleted is left to the garbage collector',
      { run: withMeta(cancelled(), { deletionTimestamp: CREATED }) },
      'nothing',
    ],
    ['stops its running Job', { run: DURING, job: ownJob(STARTED) }, STOP],
    ['stops its suspended Job', { run: suspendedRun, job: ownJob({}, { suspend: true }) }, STOP],
    [
      'stops a suspended Job whose failure Kubernetes cannot report',
      { run: suspendedRun, job: ownJob(decided('FailureTarget'), { suspend: true }) },
      STOP,
    ],
    [
      'stops its Job again if the deadline was taken back',
      { run: DURING, job: ownJob(STARTED, { metadata: STOPPED }) },
      STOP,
    ],
    [
      'stops its Job, though the template has the same deadline',
      { run: DURING, job: { ...ownJob(STARTED), spec: { template: {}, activeDeadlineSeconds: 1 } } },
      STOP,
    ],
    [
      'is Running until the Pods of its Job have ended',
      { run: DURING, job: stopped(STARTED) },
      ['writeStatus', 'the same phase'],
    ],
    ['is Cancelled once its stopped Job failed because of the deadline', { run: DURING, job: stopped(DEADLINE) }, END],
    [
      'is Cancelled once its Job is suspended and stopped, before that Job is deleted',
      { run: suspendedRun, job: stopped({}, { suspend: true }) },
      END,
    ],
    [
      'is Succeeded if its Job completed first',
      { run: DURING, job: ownJob(COMPLETE) },
      ['writeStatus', 'Succeeded', 'Completed'],
    ],
    [
      'is Succeeded if its stopped Job completed all the same',
      { run: DURING, job: stopped(COMPLETE) },
      ['writeStatus', 'Succeeded', 'Completed'],
    ],
    [
      'is Failed if its Job failed by itself first',
      { run: DURING, job: ownJob(FAILED) },
      ['writeStatus', 'Failed', 'Failed', 'Job failed: BackoffLimitExceeded'],
    ],
    [
      'is Failed if its stopped Job failed for another reason',
      { run: DURING, job: stopped(FAILED) },
      ['writeStatus', 'Failed', 'Failed', 'Job failed: BackoffLimitExceeded'],
    ],
    [
      'is Failed if the deadline of the template came first',
      { run: DURING, job: ownJob(DEADLINE) },
      ['writeStatus', 'Failed', 'Failed', 'Job failed: DeadlineExceeded'],
    ],
    [
      'leaves a Job alone that is about to fail',
      { run: DURING, job: ownJob(decided('FailureTarget')) },
      ['writeStatus', 'the same phase'],
    ],
    [
      'leaves a Job alone that is about to complete',
      { run: DURING, job: ownJob(decided('SuccessCriteriaMet')) },
      ['writeStatus', 'the same phase'],
    ],
    ['leaves a Job alone that is being deleted', { run: DURING, job: ownJob(STARTED, DELETING) }, END],
    [
      'is Cancelled if its Job was seen to be deleted before it finished',
      { run: DURING, record: { deletedJob: ownJob(STARTED) }, answers: { job: 'none' } },
      END,
    ],
    ['has an unknown outcome if nobody saw what became of its Job', { run: DURING, answers: { job: 'none' } }, UNKNOWN],
    [
      'does not resume its Job',
      {
        run: cancelled(after(ownJob({}, { suspend: true })), { suspend: false }),
        job: ownJob({}, { suspend: true }),
        template: FOUND,
      },
      STOP,
    ],
    [
      'that could not be stopped still has the rest of its status written',
      { run: DURING, job: ownJob({ ...STARTED, startTime: '2026-11-23T10:00:09Z' }), answers: { changeFailed: true } },
      ['writeStatus', 'the same phase'],
    ],
    ['needs nothing once it is finished', { run: cancelled(finished()), job: ownJob(STARTED) }, 'nothing'],
  ])('%s', (_sentence, given, expected) => {
    expect(inShort(step(given))).toEqual(expected);
  });

  it('does not name a user that nobody knows', () => {
    const run = { ...NEW, spec: { ...NEW.spec, cancel: true } };
    expect(inShort(step({ run, answers: { job: 'none' } }))).toEqual([
      'writeStatus',
      'Cancelled',
      'Cancelled',
      'the JobRun was cancelled before it had a Job',
    ]);
  });

  it('reports its generation once it is applied, and not before', () => {
    const job = ownJob({ ...STARTED, startTime: '2026-11-23T10:00:09Z' });
    const failed = step({ run: DURING, job, answers: { changeFailed: true } });
    expect((failed as { patch: object }).patch).not.toHaveProperty('observedGeneration');
    expect(step({ run: DURING, job: stopped(STARTED) })).toMatchObject({ patch: { observedGeneration: 2 } });
  });

  it('has a normal Event that names the user', () => {
    expect(step({ run: DURING, job: stopped(DEADLINE) })).toMatchObject({
      events: [{ type: 'Normal', reason: 'Cancelled', action: 'CancelRun', note: BY_ANNA }],
    });
  });

  it('hides what the API server answers about the Job, if the secrets of the template are not known', () => {
    const secret = { kind: 'found', template: versionOfTemplate(echoTemplate()) } as const;
    const known = step({
      run: { ...DURING, spec: { ...DURING.spec, env: [{ name: 'A', value: 'hunter2hunter2' }] } },
      job: ownJob(STARTED),
      template: secret,
    });
    expect(known.kind === 'stopJob' && known.hide('no "hunter2hunter2"')).toBe('no "***"');
    const unknown = step({ run: DURING, job: ownJob(STARTED) });
    expect(unknown.kind === 'stopJob' && unknown.hide('no "hunter2hunter2"')).not.toContain('hunter2');
  });

  it.each<[string, Partial<Situation>, object]>([
    [
      'whose Job failed because of it',
      { run: DURING, job: stopped(DEADLINE) },
      { failed: 1, jobName: NAME, at: CREATED },
    ],
    [
      'whose suspended Job is about to be deleted',
      {
        run: suspendedRun,
        job: stopped({ startTime: CREATED, active: 1, ready: 1, terminating: 1, failed: 2 }, { suspend: true }),
      },
      { failed: 2, jobName: NAME, at: '2026-11-23T10:01:00.000Z' },
    ],
    [
      'whose Job was deleted by somebody',
      { run: DURING, record: { deletedJob: ownJob(STARTED) }, answers: { job: 'none' } },
      { failed: undefined, jobName: NAME, at: '2026-11-23T10:01:00.000Z' },
    ],
  ])(
    '%s has the conditions Failed and Finished with the reason Cancelled',
    (_sentence, given, { failed, jobName, at }: { failed?: number; jobName?: string; at?: string }) => {
      const { patch } = step(given) as { patch: JobRunStatus };
      const status = { ...given.run!.status, ...patch };
      const conditions = new Map(status.conditions?.map(({ type, ...rest }) => [type, rest]));
      const ended = { status: 'True', reason: 'Cancelled', message: BY_ANNA, lastTransitionTime: at };
      expect(conditions.get('Failed')).toMatchObject(ended);
      expect(conditions.get('Finished')).toMatchObject(ended);
      expect(conditions.get('JobCreated')).toMatchObject({ status: 'True' });
      expect(status).toMatchObject({ jobName, phase: 'Cancelled' });
      expect(status.failed).toBe(failed);
      expect(status.active ?? undefined).toBeUndefined();
      expect(status.ready ?? undefined).toBeUndefined();
      expect(status.terminating ?? undefined).toBeUndefined();
    },
  );

  it('without a Job has the condition JobCreated with the reason', () => {
    const { patch } = step({ run: cancelled(), answers: { job: 'none' } }) as { patch: JobRunStatus };
    expect(patch.conditions?.map(({ type, status, reason }) => [type, status, reason])).toEqual([
      ['Failed', 'True', 'Cancelled'],
      ['JobCreated', 'False', 'Cancelled'],
      ['Finished', 'True', 'Cancelled'],
      ['Stalled', 'True', 'Cancelled'],
    ]);
    expect(patch).not.toHaveProperty('jobName');
  });
});
