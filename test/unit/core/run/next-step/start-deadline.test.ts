import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../../api/job-run.ts';
import { ANNOTATION_RESTORED, ANNOTATION_STOPPED } from '../../../../../api/names.ts';
import type { Job, JobStatus, Pod } from '../../../../../api/wire.ts';
import { nextStep } from '../../../../../core/run/next-step.ts';
import type { Situation } from '../../../../../core/run/situation.ts';
import { versionOfTemplate } from '../../../../../core/template/template-version.ts';
import { container, pod, running, waiting } from '../../pods/pods.ts';
import { echoTemplate } from '../../objects.ts';
import {
  after,
  COMPLETE,
  CREATED,
  FOREIGN,
  FOUND,
  NAME,
  NEW,
  NOT_READY,
  NOW,
  ownJob,
  readingPods,
  REVISION,
  STARTED,
  withMeta,
} from '../situations.ts';
import { inShort } from '../steps.ts';
import type { Row } from '../steps.ts';

/** The run was created 60 seconds ago. */
const within = (startDeadlineSeconds: number) => ({ outline: { runs: { startDeadlineSeconds } } });
const PASSED = within(60);
const LATER = within(90);
const LOOK = { atMs: NOW.monotonicMs + 5_000, delayMs: 5_000 };
const step = (more: Partial<Situation>): unknown => inShort(nextStep(readingPods(more)));

const WITHIN = 'within 60 seconds (runs.startDeadlineSeconds of the template)';
const ended = (message: string) => ['writeStatus', 'Failed', 'StartDeadlineExceeded', message];
const waits = (reason: string, since = CREATED, run: JobRun = NEW): JobRun => ({
  ...run,
  status: { phase: 'Pending', ...run.status, waiting: { reason, message: 'quota exceeded', since } },
});
const blocked = { reason: 'Forbidden', message: 'quota exceeded', untilMs: NOW.monotonicMs + 60_000 };
const NO_JOB = { answers: { job: 'none' as const } };

describe('a run without a Job', () => {
  it.each<Row>([
    ['checks first that it has none', { ...PASSED, template: FOUND }, ['readJob', NAME]],
    [
      'gets none after its start deadline',
      { ...PASSED, ...NO_JOB, template: FOUND },
      ended(`the JobRun had no Job ${WITHIN}`),
    ],
    [
      'reports why it waited',
      { ...PASSED, ...NO_JOB, run: waits('Forbidden') },
      ended(`the JobRun had no Job ${WITHIN}: Forbidden: quota exceeded`),
    ],
    ['adopts the Job that it has after all', { ...PASSED, job: ownJob(), template: FOUND }, ['adoptJob', REVISION]],
    ['gets its Job before', { ...LATER, template: FOUND }, ['createJob', NAME]],
    ['gets its Job without a start deadline', { template: FOUND }, ['createJob', NAME]],
    ['gets its Job with one that is no number', { ...within('60' as never), template: FOUND }, ['createJob', NAME]],
    [
      'does not fail because of the Job of another owner, but as always',
      { ...PASSED, answers: { job: FOREIGN, creation: { kind: 'nameTaken' } } },
      [
        'writeStatus',
        'Failed',
        'NameConflict',
        `a Job "${NAME}" that does not belong to this JobRun exists already; remove it, then create the JobRun again`,
      ],
    ],
    [
      'that waits continues at the deadline',
      { ...LATER, record: { blocked }, run: waits('Forbidden') },
      ['writeStatus', 'the same phase', 'Forbidden', { afterMs: 30_000 }],
    ],
    [
      'that waits for less continues before',
      { ...within(900), record: { blocked }, run: waits('Forbidden') },
      ['writeStatus', 'the same phase', 'Forbidden', { afterMs: 60_000 }],
    ],
    [
      'that is held does not fail',
      { ...PASSED, run: withMeta(NEW, { annotations: { [ANNOTATION_RESTORED]: 'Hold' } }) },
      ['writeStatus', 'Pending', 'Restored'],
    ],
    [
      'that is held no longer gets its Job',
      {
        ...PASSED,
        template: FOUND,
        run: waits('Restored', CREATED, withMeta(NEW, { annotations: { [ANNOTATION_RESTORED]: 'Run' } })),
      },
      ['createJob', NAME],
    ],
    [
      'that was held has its time from then on',
      {
        ...PASSED,
        template: FOUND,
        run: waits(
          'Forbidden',
          '2026-11-23T10:00:30Z',
          withMeta(NEW, { annotations: { [ANNOTATION_RESTORED]: 'Run' } }),
        ),
      },
      ['createJob', NAME],
    ],
    [
      'that was held can fail',
      {
        ...PASSED,
        ...NO_JOB,
        run: waits('Forbidden', CREATED, withMeta(NEW, { annotations: { [ANNOTATION_RESTORED]: 'Run' } })),
      },
      ended(`the JobRun had no Job ${WITHIN}: Forbidden: quota exceeded`),
    ],
    [
      'that is suspended need not start',
      { ...PASSED, run: { ...NEW, spec: { ...NEW.spec, suspend: true } }, template: FOUND },
      ['createJob', NAME],
    ],
    [
      'whose template is suspended need not start',
      { ...PASSED, template: { kind: 'found', template: versionOfTemplate(echoTemplate({ suspend: true })) } },
      ['createJob', NAME],
    ],
  ])('%s', (_, more, expected) => {
    expect(step(more)).toEqual(expected);
  });
});

const PENDING = after(ownJob(NOT_READY));
const unfit = {
  pods: { pods: [pod({ containerStatuses: [container('echo', waiting('ErrImagePull', 'no such image'))] })] },
};
const of = (...pods: Pod[]) => ({ template: FOUND, answers: { pods: { pods } } });
const WHY = 'container "echo" of Pod "report-1" cannot start: no such image';
const STOP = [
  'stopJob',
  `StartDeadlineExceeded: no container of the JobRun had started ${WITHIN}: ErrImagePull: ${WHY}`,
];

describe('a run whose Job has no container that has started', () => {
  const late = { ...PASSED, run: PENDING, job: ownJob(NOT_READY), record: { look: LOOK } };
  it.each<Row>([
    ['plans a look first', { ...late, record: {} }, ['planLook', 5_000]],
    ['reads its Pods when the deadline has passed', late, ['readPods', 5_000, 'start']],
    [
      'does not read them again at once if a look is due',
      { ...late, record: { look: { ...LOOK, atMs: NOW.monotonicMs } } },
      ['readPods', 10_000, 'start'],
    ],
    ['reads the template to know what is secret', { ...late, answers: unfit }, 'readTemplate'],
    ['stops its Job', { ...late, answers: unfit, template: FOUND }, STOP],
    [
      'stops a Job without Pods with what is known',
      { ...late, ...of(), run: waits('FailedCreate', CREATED, PENDING) },
      [
        'stopJob',
        `StartDeadlineExceeded: no container of the JobRun had started ${WITHIN}: FailedCreate: quota exceeded`,
      ],
    ],
    ['waits for the deadline', { ...late, ...within(63) }, ['nothing', { afterMs: 3_000 }]],
    ['waits for a look before', { ...late, ...LATER }, ['nothing', { afterMs: 5_000 }]],
    ['waits without one', { ...late, outline: undefined }, ['nothing', { afterMs: 5_000 }]],
    [
      'is not stopped if its Pods cannot be read',
      { ...late, answers: { pods: 'unknown' } },
      ['nothing', { afterMs: 5_000 }],
    ],
    ['is not stopped without permission to read them', { ...late, readsPods: false, record: {} }, 'nothing'],
    [
      'is not stopped if it has just started',
      { ...late, ...of(pod({ containerStatuses: [container('echo', running)] })) },
      ['writeStatus', 'Running', { afterMs: 5_000 }],
    ],
    [
      'is not stopped if its container has ended',
      {
        ...late,
        ...of(pod({ containerStatuses: [container('echo', { lastState: { terminated: { exitCode: 1 } } })] })),
      },
      ['writeStatus', 'Running', { afterMs: 5_000 }],
    ],
    [
      'is not stopped while an init container runs',
      { ...late, ...of(pod({ initContainerStatuses: [container('load', running)] })) },
      ['nothing', { afterMs: 5_000 }],
    ],
    [
      'is stopped if an init container has run, and the container cannot start',
      {
        ...late,
        ...of(
          pod({
            initContainerStatuses: [container('load', { state: { terminated: { exitCode: 0 } } })],
            containerStatuses: [container('echo', waiting('ErrImagePull', 'no such image'))],
          }),
        ),
      },
      STOP,
    ],
    [
      'is not stopped while it is suspended',
      { ...late, job: ownJob(NOT_READY, { suspend: true }) },
      ['planLook', undefined],
    ],
    [
      'has its time again after it was resumed',
      { ...late, job: ownJob({ ...NOT_READY, startTime: '2026-11-23T10:00:58Z' }) },
      ['writeStatus', 'the same phase', { afterMs: 5_000 }],
    ],
    [
      'is not stopped before Kubernetes has set its start time',
      { ...late, job: ownJob({ active: 1 }) },
      ['writeStatus', 'the same phase', { afterMs: 5_000 }],
    ],
  ])('%s', (_, more, expected) => {
    expect(step(more)).toEqual(expected);
  });

  it.each<[string, Partial<Situation>]>([
    ['is ready', { run: PENDING, job: ownJob(STARTED) }],
    [
      'was seen to run',
      { run: { ...PENDING, status: { ...PENDING.status, phase: 'Running' } }, job: ownJob(NOT_READY) },
    ],
    ['has failed and is tried again', { run: PENDING, job: ownJob({ ...NOT_READY, failed: 1 }) }],
    ['has succeeded', { run: PENDING, job: ownJob(COMPLETE) }],
  ])('is not even read for this once a Pod %s', (_, more) => {
    const record = { look: LOOK, failure: { key: 3, failure: undefined } };
    const { kind, ...others } = nextStep(readingPods({ ...PASSED, record, ...more }));
    expect(kind).not.toBe('stopJob');
    expect(others).not.toMatchObject({ purpose: 'start' });
  });

  it('hides secret values in what stops it', () => {
    const template = versionOfTemplate({ ...echoTemplate(), parameters: [{ name: 'password', secret: true }] });
    const run = { ...PENDING, spec: { ...PENDING.spec, parameters: { password: 'no such image' } } };
    const stop = nextStep(
      readingPods({ ...late, run, record: { look: LOOK }, answers: unfit, template: { kind: 'found', template } }),
    );
    expect(stop).toMatchObject({ kind: 'stopJob', why: expect.stringContaining('ErrImagePull: ') as string });
    expect(JSON.stringify(stop)).not.toContain('no such image');
  });
});

describe('a Job that was stopped because of its start deadline', () => {
  const MESSAGE = `no container of the JobRun had started ${WITHIN}: ErrImagePull: ${WHY}`;
  const stopped = (status: JobStatus, more: { suspend?: boolean } = {}): Job => {
    const job = ownJob(status, { ...more, metadata: { annotations: { [ANNOTATION_STOPPED]: STOP[1] } } });
    return { ...job, spec: { ...job.spec!, activeDeadlineSeconds: 1 } };
  };
  const DEADLINE: JobStatus = {
    startTime: CREATED,
    conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded', lastTransitionTime: CREATED }],
  };
  /** As any syncer sees it: nothing is remembered, and the template may have another deadline by now. */
  const written = (job: Job, run: JobRun = PENDING) => nextStep(readingPods({ run, job, record: {} }));

  it.each<[string, Job, JobRun]>([
    ['failed', stopped(DEADLINE), PENDING],
    ['is suspended and will be deleted', stopped({ startTime: CREATED }, { suspend: true }), PENDING],
    [
      'failed, and the run was cancelled at that moment',
      stopped(DEADLINE),
      { ...PENDING, spec: { ...NEW.spec, cancel: true } },
    ],
  ])('has failed for this reason if it %s', (_, job, run) => {
    expect(written(job, run)).toMatchObject({
      kind: 'writeStatus',
      patch: {
        phase: 'Failed',
        error: MESSAGE,
        failure: { reason: 'StartDeadlineExceeded', message: MESSAGE },
        conditions: expect.arrayContaining([
          expect.objectContaining({ type: 'Failed', reason: 'StartDeadlineExceeded', message: MESSAGE }),
          expect.objectContaining({ type: 'Finished', status: 'True' }),
        ]) as unknown,
      },
    });
  });

  it('waits for Kubernetes, and is not stopped again', () => {
    const failing: JobStatus = {
      ...NOT_READY,
      conditions: [{ type: 'FailureTarget', status: 'True', reason: 'DeadlineExceeded' }],
    };
    const at = { ...PASSED, run: PENDING, record: { look: LOOK } };
    expect(step({ ...at, job: stopped(NOT_READY) })).toEqual(['nothing', { afterMs: 5_000 }]);
    expect(step({ ...at, job: stopped(failing) })).not.toEqual(expect.arrayContaining(['readPods']));
  });

  it('that finished by itself before has its own outcome', () => {
    expect(written(stopped(COMPLETE))).toMatchObject({ patch: { phase: 'Succeeded' } });
  });
});
