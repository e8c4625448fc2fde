import { describe, expect, it } from 'vitest';
import {
  COMPLETE,
  CREATED,
  DELETING,
  FAILED,
  FOREIGN,
  FOUND,
  NAME,
  NEW,
  NOT_READY,
  NOW,
  RENDERED,
  RUNNING,
  STARTED,
  after,
  finished,
  ownJob,
  readingPods,
  withMeta,
} from '../situations.ts';
import { UNKNOWN, inShort, step } from '../steps.ts';
import { nextStep } from '../../../../../core/run/next-step.ts';
import { container, pod, running } from '../../pods/pods.ts';
import type { Row } from '../steps.ts';

describe('a new Job', () => {
  const created = (agoMs: number) => ({ created: { template: RENDERED, atMs: NOW.monotonicMs - agoMs } });
  it.each<Row>([
    ['has 200 ms to get its first status', { job: ownJob(), record: created(0) }, ['wait', 200]],
    ['is waited for no longer than that', { job: ownJob(), record: created(199.5) }, ['wait', 1]],
    ['is reported after that', { job: ownJob(), record: created(200) }, ['writeStatus', 'Pending', 'JobCreated']],
    [
      'is reported immediately if it has a status',
      { job: ownJob(STARTED), record: created(0) },
      ['writeStatus', 'Running', 'JobCreated'],
    ],
    [
      'that is suspended is reported immediately',
      {
        job: ownJob({ conditions: [{ type: 'Suspended', status: 'True' }] }, { suspend: true }),
        record: created(0),
      },
      ['writeStatus', 'Suspended', 'JobCreated'],
    ],
    [
      'that finished within that time is reported with its outcome',
      { job: ownJob(COMPLETE), record: created(0) },
      ['writeStatus', 'Succeeded', 'JobCreated', 'Completed'],
    ],
    [
      'that was deleted is read, because no second Job may be created',
      { record: created(0), template: FOUND },
      ['readJob', NAME],
    ],
    [
      'that was deleted unseen before its name was stored has an unknown outcome',
      { record: created(0), answers: { job: 'none' }, template: FOUND },
      UNKNOWN,
    ],
    [
      'whose deletion was seen before its name was stored fails the run',
      { record: { ...created(0), deletedJob: ownJob(STARTED) }, answers: { job: 'none' }, template: FOUND },
      ['writeStatus', 'Failed', 'JobDeleted', `Job "${NAME}" was deleted before it finished`],
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(inShort(step(given))).toEqual(expected);
  });

  it('is reported with its name and what it was rendered from', () => {
    expect(step({ job: ownJob(STARTED), record: created(0) })).toMatchObject({
      patch: { jobName: NAME, template: RENDERED, observedGeneration: 1 },
      job: { metadata: { name: NAME } },
    });
  });

  it('that was adopted without its template is reported without it', () => {
    const taken = step({ job: ownJob(STARTED), record: { created: { template: undefined, atMs: 0 } } });
    expect(taken).toMatchObject({ kind: 'writeStatus' });
    expect((taken as { patch: object }).patch).not.toHaveProperty('template');
  });
});

describe('a run with a Job', () => {
  it.each<Row>([
    ['needs nothing while nothing changes', { run: RUNNING, job: ownJob(STARTED) }, 'nothing'],
    ['shows that its Job runs', { run: after(ownJob()), job: ownJob(STARTED) }, ['writeStatus', 'Running']],
    [
      'shows that its Job completed',
      { run: RUNNING, job: ownJob(COMPLETE) },
      ['writeStatus', 'Succeeded', 'Completed'],
    ],
    [
      'shows that its Job failed',
      { run: RUNNING, job: ownJob(FAILED) },
      ['writeStatus', 'Failed', 'Failed', 'Job failed: BackoffLimitExceeded'],
    ],
    ['needs nothing once it is finished', { run: finished(), job: ownJob(COMPLETE) }, 'nothing'],
    [
      'needs nothing once it is finished, even if its Job is gone',
      { run: finished(), record: {}, template: FOUND },
      'nothing',
    ],
    ['reads a Job that the cache does not have', { run: RUNNING }, ['readJob', NAME]],
    [
      'checks a Job that the watch does not report twice a minute',
      { run: RUNNING, job: ownJob(STARTED), isJobWatched: false, answers: { job: ownJob(STARTED) } },
      ['nothing', { afterMs: 30_000 }],
    ],
    [
      'has an unknown outcome if its Job was deleted unseen, and gets no second Job',
      { run: RUNNING, answers: { job: 'none' }, template: FOUND },
      UNKNOWN,
    ],
    [
      'has an unknown outcome if the Job may have changed between its last known state and its deletion',
      { run: RUNNING, record: { deletedJob: ownJob(STARTED), deletedUnseen: true }, answers: { job: 'none' } },
      UNKNOWN,
    ],
    [
      'shows the outcome of a Job whose last known state was finished, though its deletion was not seen',
      { run: RUNNING, record: { deletedJob: ownJob(COMPLETE), deletedUnseen: true } },
      ['writeStatus', 'Succeeded', 'Completed'],
    ],
    [
      'fails if its Job was seen to be deleted before it finished',
      { run: RUNNING, record: { deletedJob: ownJob(STARTED) }, answers: { job: 'none' } },
      ['writeStatus', 'Failed', 'JobDeleted', `Job "${NAME}" was deleted before it finished`],
    ],
    [
      "does not mirror another owner's Job that has the name now",
      { run: RUNNING, answers: { job: FOREIGN }, template: FOUND },
      [
        'writeStatus',
        'Unknown',
        'OutcomeUnknown',
        `Job "${NAME}" no longer belongs to this JobRun, or another Job has taken its name, so its outcome is not known`,
      ],
    ],
    [
      'has an unknown outcome if its Job has lost its label and its owner reference, but exists',
      {
        run: RUNNING,
        record: { deletedJob: ownJob(STARTED, { metadata: { uid: 'job' } }) },
        answers: { job: { metadata: { name: NAME, uid: 'job' } } },
        template: FOUND,
      },
      [
        'writeStatus',
        'Unknown',
        'OutcomeUnknown',
        `Job "${NAME}" no longer belongs to this JobRun, or another Job has taken its name, so its outcome is not known`,
      ],
    ],
    [
      'has an unknown outcome if its Job was deleted unseen, and another Job has its name and its owner',
      {
        run: { ...RUNNING, status: { ...RUNNING.status, jobUid: 'its-job' } },
        answers: { job: ownJob(COMPLETE, { metadata: { uid: 'made-by-hand' } }) },
        template: FOUND,
      },
      [
        'writeStatus',
        'Unknown',
        'OutcomeUnknown',
        `Job "${NAME}" was deleted while no syncer watched it, so its outcome is not known, and another Job has taken its name`,
      ],
    ],
    [
      'fails if its Job was seen to be deleted, and another Job has taken its name',
      {
        run: RUNNING,
        record: { deletedJob: ownJob(STARTED, { metadata: { uid: 'job' } }) },
        answers: { job: { metadata: { name: NAME, uid: 'another' } } },
      },
      [
        'writeStatus',
        'Failed',
        'JobDeleted',
        `Job "${NAME}" was deleted before it finished, and another Job has taken its name`,
      ],
    ],
    [
      'needs nothing if the run is deleted with its Job',
      { run: withMeta(RUNNING, { deletionTimestamp: CREATED }), answers: { job: 'none' } },
      'nothing',
    ],
    [
      'fails while its Job is being deleted before it finished',
      { run: RUNNING, job: ownJob(STARTED, DELETING) },
      ['writeStatus', 'Failed', 'JobDeleted', `Job "${NAME}" is being deleted before it finished`],
    ],
    [
      'shows the outcome of its Job even while the Job is being deleted',
      { run: RUNNING, job: ownJob(COMPLETE, DELETING) },
      ['writeStatus', 'Succeeded', 'Completed'],
    ],
    [
      'shows the outcome of its Job even if the Job was deleted in the same moment',
      { run: RUNNING, record: { deletedJob: ownJob(COMPLETE) } },
      ['writeStatus', 'Succeeded', 'Completed'],
    ],
    [
      'reads its Job if its last known state was not finished',
      { run: RUNNING, record: { deletedJob: ownJob(STARTED) } },
      ['readJob', NAME],
    ],
    [
      'whose status names a Job that does not exist has an unknown outcome',
      { run: { ...NEW, status: { jobName: 'other' } }, answers: { job: 'none' }, template: FOUND },
      [
        'writeStatus',
        'Unknown',
        'OutcomeUnknown',
        'Job "other" was deleted while no syncer watched it, so its outcome is not known',
      ],
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(inShort(step(given))).toEqual(expected);
  });
});

describe('a transient change of the status', () => {
  const ready = ownJob({ ...STARTED, active: 2, ready: 2 });
  const pending = (agoMs: number) => ({ changePendingSinceMs: NOW.monotonicMs - agoMs });

  it.each<Row>([
    ['waits a second for the next', { run: RUNNING, job: ready }, ['wait', 1_000]],
    [
      'waits no longer than a second since the first',
      { run: RUNNING, job: ready, record: pending(600) },
      ['wait', 400],
    ],
    [
      'is written after a second',
      { run: RUNNING, job: ready, record: pending(1_000) },
      ['writeStatus', 'the same phase'],
    ],
    [
      'that its first container has started waits as well: the run may finish soon',
      { run: after(ownJob(NOT_READY)), job: ownJob(STARTED) },
      ['wait', 1_000],
    ],
    [
      'that its first container has started is written after a second',
      { run: after(ownJob(NOT_READY)), job: ownJob(STARTED), record: pending(1_000) },
      ['writeStatus', 'Running'],
    ],
    [
      'is written immediately with a change that lasts',
      { run: RUNNING, job: ownJob({ ...COMPLETE, ready: 1 }), record: pending(1) },
      ['writeStatus', 'Succeeded', 'Completed'],
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(inShort(step(given))).toEqual(expected);
  });

  it('is counted from when it was first seen', () => {
    expect(step({ run: RUNNING, job: ready })).toMatchObject({ changePendingSinceMs: NOW.monotonicMs });
    expect(step({ run: RUNNING, job: ready, record: pending(600) })).toMatchObject(pending(600));
  });
});

describe('what a look at the Pods has found is written immediately, because the next attempt does not know it', () => {
  const looked = (more: Parameters<typeof container>[1]) =>
    nextStep(
      readingPods({
        run: after(ownJob(NOT_READY)),
        job: ownJob(NOT_READY),
        template: FOUND,
        record: { look: { atMs: NOW.monotonicMs + 10_000, delayMs: 10_000 } },
        answers: { pods: { pods: [pod({ phase: 'Running', containerStatuses: [container('echo', more)] })] } },
      }),
    );

  it('that a container runs that is not ready', () => {
    expect(looked(running)).toMatchObject({ kind: 'writeStatus', patch: { phase: 'Running' } });
  });

  it('why a container failed that was started again', () => {
    const lastState = { terminated: { exitCode: 3, reason: 'Error', message: 'no such table' } };
    expect(looked({ ...running, restartCount: 1, lastState })).toMatchObject({
      kind: 'writeStatus',
      patch: { phase: 'Running', failure: { container: 'echo', exitCode: 3, attempts: 1, log: 'no such table' } },
    });
  });
});
