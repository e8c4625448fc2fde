import { describe, expect, it } from 'vitest';
import type { JobRun, JobRunStatus } from '../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import {
  ANNOTATION_CANCELLED_BY,
  ANNOTATION_MISSING_TEMPLATE,
  ANNOTATION_RESTORED,
  ANNOTATION_STOPPED,
  LABEL_APP_VERSION,
  LABEL_VELERO_RESTORE,
} from '../../../../api/names.ts';
import type { Job, JobStatus } from '../../../../api/wire.ts';
import { jobRunStatus } from '../../../../core/status/job-run-status.ts';
import { nextStep } from '../../../../core/run/next-step.ts';
import { jobNameOfRun } from '../../../../core/job/ownership.ts';
import type { Situation } from '../../../../core/run/situation.ts';
import type { Step } from '../../../../core/run/step.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const CREATED = '2026-11-23T10:00:00Z';
const NOW = { epochMs: Date.parse('2026-11-23T10:01:00Z'), monotonicMs: 50_000 };
const RULES = { policy: 'Reject', waitSeconds: 300 } as const;

const NEW = echoRun({}, { generation: 1, resourceVersion: '7', creationTimestamp: CREATED });
const NAME = jobNameOfRun(NEW);
const TEMPLATE = versionOfTemplate(echoTemplate());
const REVISION = TEMPLATE.compiled.revision;
const RENDERED = { revision: REVISION, generation: 1, uid: echoTemplate().metadata.uid! };
const FOUND = { kind: 'found', template: TEMPLATE } as const;

const NOT_READY: JobStatus = { startTime: CREATED, active: 1, ready: 0 };
const STARTED: JobStatus = { startTime: CREATED, active: 1, ready: 1 };
const COMPLETE: JobStatus = {
  startTime: CREATED,
  succeeded: 1,
  conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: CREATED }],
};
const FAILED: JobStatus = {
  startTime: CREATED,
  failed: 1,
  conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', lastTransitionTime: CREATED }],
};

function ownJob(status: JobStatus = {}, more: { suspend?: boolean; metadata?: object } = {}): Job {
  const owner = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'echo-hello', uid: NEW.metadata.uid! };
  return {
    metadata: {
      name: NAME,
      namespace: 'team',
      creationTimestamp: CREATED,
      ownerReferences: [{ ...owner, controller: true }],
      labels: { [LABEL_APP_VERSION]: REVISION },
      ...more.metadata,
    },
    spec: { template: {}, ...(more.suspend !== undefined && { suspend: more.suspend }) },
    status,
  };
}
const FOREIGN: Job = { metadata: { name: NAME, namespace: 'team' }, status: COMPLETE };
const DELETING = { metadata: { deletionTimestamp: CREATED } };

/** The run after the status for this Job was written. */
function after(job: Job, run: JobRun = NEW): JobRun {
  return { ...run, status: jobRunStatus(run, { kind: 'job', job, template: RENDERED }, CREATED) };
}
const withMeta = (run: JobRun, metadata: JobRun['metadata']): JobRun => ({
  ...run,
  metadata: { ...run.metadata, ...metadata },
});
const RUNNING = after(ownJob(STARTED));
const finished = (): JobRun => after(ownJob(COMPLETE));

function situation(more: Partial<Situation> = {}): Situation {
  const rules = { rules: RULES, readsPods: false, keepsLogEnds: false };
  return { now: NOW, run: NEW, isJobWatched: more.job !== undefined, record: {}, answers: {}, ...rules, ...more };
}
const step = (more: Partial<Situation>): Step => nextStep(situation(more));

/** A step in short: its kind and its main values. */
function inShort(taken: Step): unknown {
  const summarize = SUMMARIES[taken.kind] as (step: Step) => unknown;
  return summarize(taken);
}

const SUMMARIES: { [Kind in Step['kind']]: (taken: Extract<Step, { kind: Kind }>) => unknown } = {
  nothing: ({ again }) => (again === undefined ? 'nothing' : ['nothing', again]),
  wait: ({ afterMs }) => ['wait', afterMs],
  readJob: ({ name }) => ['readJob', name],
  readTemplate: () => 'readTemplate',
  createJob: ({ job }) => ['createJob', job.metadata?.name],
  adoptJob: ({ template }) => ['adoptJob', template?.revision],
  setSuspend: ({ suspend, event }) => ['setSuspend', suspend, event.reason],
  stopJob: ({ why }) => ['stopJob', why],
  markApplied: ({ event }) => (event ? ['markApplied', event.reason] : 'markApplied'),
  planLook: ({ look }) => ['planLook', look?.delayMs],
  readPods: ({ look }) => ['readPods', look?.delayMs],
  rememberFailure: ({ seen }) => ['rememberFailure', seen.key],
  writeStatus: ({ patch, events, again }) => {
    const { phase = 'the same phase', error } = patch as JobRunStatus;
    const reasons = events.map(({ reason }) => reason);
    return ['writeStatus', phase, ...reasons, ...(error === undefined ? [] : [error]), ...(again ? [again] : [])];
  },
};

/** The step for a run whose Job was deleted while nobody watched. */
const UNKNOWN = [
  'writeStatus',
  'Unknown',
  'OutcomeUnknown',
  `Job "${NAME}" was deleted while no syncer watched it, so its outcome is not known`,
];

type Row = [sentence: string, situation: Partial<Situation>, step: unknown];

describe('a run without a Job', () => {
  it.each<Row>([
    ['reads its template if the caches do not have it', {}, 'readTemplate'],
    ['gets its Job if the template is known', { template: FOUND }, ['createJob', NAME]],
    [
      'that is being deleted gets no Job',
      { run: withMeta(NEW, { deletionTimestamp: CREATED }), template: FOUND },
      'nothing',
    ],
    ['adopts the Job of an earlier attempt', { job: ownJob(), template: FOUND }, ['adoptJob', REVISION]],
    [
      'adopts it even while the run is being deleted',
      { run: withMeta(NEW, { deletionTimestamp: CREATED }), job: ownJob(), template: { kind: 'missing' } },
      ['adoptJob', undefined],
    ],
    ['reads its template before it adopts a Job, for the status', { job: ownJob() }, 'readTemplate'],
    [
      'does not claim to know the template of the adopted Job if it has changed since',
      { job: ownJob(), template: { kind: 'found', template: versionOfTemplate(echoTemplate({ backoffLimit: 3 })) } },
      ['adoptJob', undefined],
    ],
    [
      'adopts a Job whose template no longer exists',
      { job: ownJob(), template: { kind: 'missing' } },
      ['adoptJob', undefined],
    ],
    [
      'whose Job finished and was deleted unseen mirrors the outcome',
      { record: { deletedJob: ownJob(COMPLETE) }, template: FOUND },
      ['writeStatus', 'Succeeded', 'JobCreated', 'Completed'],
    ],
    [
      'whose Job was deleted before it finished fails, and gets no second Job',
      { record: { deletedJob: ownJob(STARTED) }, template: FOUND },
      ['writeStatus', 'Failed', 'JobDeleted', `Job "${NAME}" was deleted before it finished`],
    ],
    [
      'whose Job was deleted unseen has an unknown outcome, and gets no second Job',
      { record: { deletedJob: ownJob(STARTED), deletedUnseen: true }, template: FOUND },
      UNKNOWN,
    ],
    [
      'that was restored from a backup waits until a user requests that it runs',
      { run: withMeta(NEW, { labels: { [LABEL_VELERO_RESTORE]: 'monday' } }), template: FOUND },
      ['writeStatus', 'Pending', 'Restored'],
    ],
    [
      'that was restored gets its Job once a user requests it',
      {
        run: withMeta(NEW, {
          labels: { [LABEL_VELERO_RESTORE]: 'monday' },
          annotations: { [ANNOTATION_RESTORED]: 'Run' },
        }),
        template: FOUND,
      },
      ['createJob', NAME],
    ],
    [
      'of a revision that no longer exists fails',
      { template: { kind: 'lost', reason: 'RevisionNotFound', message: 'no such revision' } },
      ['writeStatus', 'Failed', 'RevisionNotFound', 'no such revision'],
    ],
    [
      'of a deleted template fails',
      { template: { kind: 'lost', reason: 'TemplateDeleted', message: 'was deleted' } },
      ['writeStatus', 'Failed', 'TemplateDeleted', 'was deleted'],
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(inShort(step(given))).toEqual(expected);
  });

  it('gets exactly the Job that its template and its spec define, with the run as the controller', () => {
    const taken = step({ run: { ...NEW, spec: { ...NEW.spec, args: ['mine'] } }, template: FOUND });
    expect(taken).toMatchObject({
      kind: 'createJob',
      template: RENDERED,
      job: {
        metadata: { name: NAME, ownerReferences: [{ uid: NEW.metadata.uid, controller: true }] },
        spec: { template: { spec: { containers: [{ args: ['mine'] }, { args: ['untouched'] }] } } },
      },
    });
  });

  it('fails with an error that quotes no variable', () => {
    const containers = [{ name: 'not-to-be-read', env: [{ name: 'TOKEN', value: 'not-to-be-read' }] }];
    const taken = JSON.stringify(step({ run: { ...NEW, spec: { ...NEW.spec, containers } }, template: FOUND }));
    expect(taken).toContain('spec.containers[0].name: Not found: \\"***\\"');
    expect(taken).not.toContain('not-to-be-read');
  });

  it('hides the values of variables and secret parameters in what the API server answers', () => {
    const parameters = [{ name: 'token', secret: true, default: 'hunter2hunter2' }];
    const template = { kind: 'found', template: versionOfTemplate({ ...echoTemplate(), parameters }) } as const;
    const run = { ...NEW, spec: { ...NEW.spec, env: [{ name: 'A', value: 'set by the run' }] } };
    const taken = step({ run, template });
    const text = 'no "hunter2hunter2", no "set by the run"';
    expect(taken.kind === 'createJob' && taken.hide(text)).toBe('no "***", no "***"');
  });

  it.each<[string, Partial<JobTemplate['spec']>, JobRun['spec'], RegExp]>([
    [
      'override',
      {},
      { templateRef: 'echo', image: 'other' },
      /^JobTemplate "echo" can't make a Job: spec\.image: Forbidden/,
    ],
    [
      'container',
      {},
      { templateRef: 'echo', containers: [{ name: 'ecko', args: [] }] },
      /spec\.containers\[0\]\.name: Not found/,
    ],
  ])('fails if its %s is not allowed', (_what, spec, runSpec, error) => {
    const template = { kind: 'found', template: versionOfTemplate(echoTemplate(spec)) } as const;
    const taken = step({ run: { ...NEW, spec: runSpec }, template });
    expect(taken).toMatchObject({ kind: 'writeStatus', patch: { phase: 'Failed' } });
    // No Pod has failed.
    expect((taken as { patch: JobRunStatus }).patch).not.toHaveProperty('failed');
    expect((taken as { patch: JobRunStatus }).patch.error).toMatch(error);
  });
});

describe('a run whose template does not exist', () => {
  const missing = { template: { kind: 'missing' } } as const;
  const WAIT = { ...RULES, policy: 'Wait' } as const;
  const absent = 'JobTemplate "echo" does not exist in namespace "team"';
  it.each<Row>([
    [
      'fails',
      missing,
      ['writeStatus', 'Failed', 'TemplateNotFound', `${absent}; create it, then create the JobRun again`],
    ],
    [
      'waits if the configuration says so, and checks again after as long as it has waited',
      { ...missing, rules: WAIT },
      ['writeStatus', 'Pending', 'WaitingForTemplate', { afterMs: 60_000 }],
    ],
    [
      'waits if its annotation says so',
      { ...missing, run: withMeta(NEW, { annotations: { [ANNOTATION_MISSING_TEMPLATE]: 'Wait' } }) },
      ['writeStatus', 'Pending', 'WaitingForTemplate', { afterMs: 60_000 }],
    ],
    [
      'checks again at its deadline',
      { ...missing, rules: { ...WAIT, waitSeconds: 70 } },
      ['writeStatus', 'Pending', 'WaitingForTemplate', { afterMs: 10_000 }],
    ],
    [
      'fails at its deadline',
      { ...missing, rules: { ...WAIT, waitSeconds: 60 } },
      ['writeStatus', 'Failed', 'TemplateNotFound', `${absent}, and did not appear within 60 seconds`],
    ],
    ['gets its Job once the template exists', { template: FOUND, rules: WAIT }, ['createJob', NAME]],
  ])('%s', (_sentence, given, expected) => {
    expect(inShort(step(given))).toEqual(expected);
  });

  it('that already waits gets no second status', () => {
    const first = step({ ...missing, rules: WAIT }) as Extract<Step, { kind: 'writeStatus' }>;
    const run = { ...NEW, status: first.patch };
    expect(step({ ...missing, run, rules: WAIT, now: { ...NOW, epochMs: NOW.epochMs + 5_000 } })).toEqual({
      kind: 'nothing',
      again: { afterMs: 65_000 },
    });
  });
});

describe('a Job that could not be created', () => {
  const taken = { kind: 'nameTaken' } as const;
  it.each<Row>([
    ['because its name is taken is read', { template: FOUND, answers: { creation: taken } }, ['readJob', NAME]],
    [
      'because an earlier attempt created it is adopted',
      { template: FOUND, job: ownJob(), isJobWatched: false, answers: { creation: taken, job: ownJob() } },
      ['adoptJob', REVISION],
    ],
    [
      "because another owner's Job has its name fails the run",
      { template: FOUND, answers: { creation: taken, job: FOREIGN } },
      [
        'writeStatus',
        'Failed',
        'NameConflict',
        `a Job "${NAME}" that does not belong to this JobRun exists already; remove it, then create the JobRun again`,
      ],
    ],
    [
      'because its name was taken for a moment is tried again',
      { template: FOUND, answers: { creation: taken, job: 'none' } },
      ['nothing', 'retry'],
    ],
    [
      'because its name was taken by its own Job, deleted since, fails the run',
      { template: FOUND, answers: { creation: taken, job: 'none' }, record: { deletedJob: ownJob() } },
      ['writeStatus', 'Failed', 'JobDeleted', `Job "${NAME}" was deleted before it finished`],
    ],
    [
      "because the API server refuses it fails the run, with the API server's message",
      { template: FOUND, answers: { creation: { kind: 'refused', message: 'restartPolicy: bad' } } },
      ['writeStatus', 'Failed', 'JobRefused', 'the API server refused the Job: restartPolicy: bad'],
    ],
    [
      'because of a quota is reported and tried again',
      { template: FOUND, answers: { creation: { kind: 'blocked', reason: 'Forbidden', message: 'exceeded quota' } } },
      ['writeStatus', 'Pending', 'Forbidden', 'retry'],
    ],
    [
      'in a namespace that is being deleted is not tried again soon',
      {
        template: FOUND,
        record: { blocked: { reason: 'Forbidden', message: 'ends', untilMs: NOW.monotonicMs + 999.5 } },
      },
      ['writeStatus', 'Pending', 'Forbidden', { afterMs: 1_000 }],
    ],
    [
      'in a namespace that was being deleted is tried again later',
      { template: FOUND, record: { blocked: { reason: 'Forbidden', message: 'ends', untilMs: NOW.monotonicMs } } },
      ['createJob', NAME],
    ],
    [
      'in a namespace that is being deleted, with the run, is not reported',
      {
        run: withMeta(NEW, { deletionTimestamp: CREATED }),
        record: { blocked: { reason: 'Forbidden', message: 'ends', untilMs: NOW.monotonicMs + 1 } },
      },
      'nothing',
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(inShort(step(given))).toEqual(expected);
  });

  const slow = {
    timeouts: 1,
    blocked: { reason: 'JobCreationSlow', message: 'no answer', untilMs: NOW.monotonicMs + 5_000 },
  };
  const timedOut = { kind: 'timedOut' } as const;
  it.each<Row>([
    [
      'after a creation without an answer in time is looked for',
      { template: FOUND, record: slow, answers: { creation: timedOut } },
      ['readJob', NAME],
    ],
    [
      'that was not found is reported, and created later',
      { template: FOUND, record: slow, answers: { creation: timedOut, job: 'none' } },
      ['writeStatus', 'Pending', 'JobCreationSlow', { afterMs: 5_000 }],
    ],
    [
      'that was found is adopted',
      { template: FOUND, record: slow, answers: { creation: timedOut, job: ownJob() }, job: ownJob() },
      ['adoptJob', RENDERED.revision],
    ],
    [
      'that exists already, but was created by another, is reported at the next attempt',
      { template: FOUND, record: slow, answers: { creation: timedOut, job: { metadata: { name: NAME } } } },
      ['writeStatus', 'Pending', 'JobCreationSlow', { afterMs: 5_000 }],
    ],
    [
      'is created again when its time has come',
      { template: FOUND, record: { blocked: { ...slow.blocked, untilMs: NOW.monotonicMs } } },
      ['createJob', NAME],
    ],
    [
      'is decided anew if its time came while it was looked for',
      {
        template: FOUND,
        record: { blocked: { ...slow.blocked, untilMs: NOW.monotonicMs } },
        answers: { creation: timedOut, job: 'none' },
      },
      ['nothing', 'retry'],
    ],
    [
      'without a turn says why it waits',
      { template: FOUND, answers: { creation: { kind: 'noTurn' } } },
      ['writeStatus', 'Pending', 'JobCreationSlow', { afterMs: 120_000 }],
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(inShort(step(given))).toEqual(expected);
  });

  it('without a turn again writes nothing', () => {
    const { patch } = step({ template: FOUND, answers: { creation: { kind: 'noTurn' } } }) as Extract<
      Step,
      { kind: 'writeStatus' }
    >;
    const run = { ...NEW, status: patch };
    expect(inShort(step({ run, template: FOUND, answers: { creation: { kind: 'noTurn' } } }))).toEqual([
      'nothing',
      { afterMs: 120_000 },
    ]);
  });

  it('is reported with the reason and the message', () => {
    const creation = { kind: 'blocked', reason: 'Forbidden', message: 'exceeded quota: none' } as const;
    const why = { reason: 'Forbidden', message: 'trying again within two minutes: exceeded quota: none' };
    expect(step({ template: FOUND, answers: { creation } })).toMatchObject({
      patch: {
        phase: 'Pending',
        waiting: { ...why, since: '2026-11-23T10:01:00.000Z' },
        conditions: [
          { type: 'JobCreated', status: 'False', ...why },
          { type: 'Reconciling', status: 'True', ...why },
        ],
      },
    });
  });
});

it.each([
  [true, 'FallbackToLogsOnError'],
  [false, undefined],
])('the Job retains the end of the output of failed containers: %s', (keepsLogEnds, policy) => {
  const taken = step({ template: FOUND, keepsLogEnds }) as Extract<Step, { kind: 'createJob' }>;
  expect(taken.job.spec?.template.spec?.containers[0]?.terminationMessagePolicy).toBe(policy);
});

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

describe('a change of spec.suspend', () => {
  const asks = (suspend: boolean | undefined, generation = 2, of: JobRun = RUNNING): JobRun => ({
    ...withMeta(of, { generation }),
    spec: { ...of.spec, ...(suspend !== undefined && { suspend }) },
  });
  const suspended = ownJob({}, { suspend: true });
  const SUSPENDED = after(suspended);
  const allowsOnlyArgs = versionOfTemplate({ ...echoTemplate(), overrides: { allow: ['args'] } });

  it.each<Row>([
    ['suspends the Job', { run: asks(true), job: ownJob(STARTED), template: FOUND }, ['setSuspend', true, 'Suspended']],
    [
      'resumes the Job',
      { run: asks(false, 2, SUSPENDED), job: suspended, template: FOUND },
      ['setSuspend', false, 'Resumed'],
    ],
    [
      'that is removed applies the template',
      { run: asks(undefined, 2, SUSPENDED), job: suspended, template: FOUND },
      ['setSuspend', false, 'Resumed'],
    ],
    [
      'that is removed applies the template, which suspends',
      {
        run: asks(undefined),
        job: ownJob(STARTED),
        template: { kind: 'found', template: versionOfTemplate(echoTemplate({ suspend: true })) },
      },
      ['setSuspend', true, 'Suspended'],
    ],
    [
      'that is removed resumes if the template no longer exists',
      { run: asks(undefined, 2, SUSPENDED), job: suspended, template: { kind: 'missing' } },
      ['setSuspend', false, 'Resumed'],
    ],
    [
      'needs no request if the Job is already in that state',
      { run: asks(true, 2, SUSPENDED), job: suspended, template: FOUND },
      'markApplied',
    ],
    ['is applied after the template is read', { run: asks(true), job: ownJob(STARTED) }, 'readTemplate'],
    ['that is removed is, too', { run: asks(undefined, 2, SUSPENDED), job: suspended }, 'readTemplate'],
    [
      'is not applied twice',
      { run: asks(true), job: ownJob(STARTED), record: { appliedGeneration: 2 } },
      ['writeStatus', 'the same phase'],
    ],
    ['is not applied again after the status reports it', { run: asks(true, 1), job: ownJob(STARTED) }, 'nothing'],
    [
      'is applied to a Job that was created from an earlier generation',
      { run: asks(true), job: ownJob(STARTED), template: FOUND, record: { appliedGeneration: 1 } },
      ['setSuspend', true, 'Suspended'],
    ],
    [
      'is not applied to a finished Job',
      { run: asks(true), job: ownJob(COMPLETE) },
      ['writeStatus', 'Succeeded', 'Completed'],
    ],
    [
      'that the template does not allow leaves the Job unchanged, with an Event',
      { run: asks(true), job: ownJob(STARTED), template: { kind: 'found', template: allowsOnlyArgs } },
      ['markApplied', 'SuspendRefused'],
    ],
    [
      'that failed does not block the rest of the status',
      {
        run: asks(false, 2, SUSPENDED),
        job: ownJob({ terminating: 3, startTime: CREATED }, { suspend: true }),
        answers: { changeFailed: true },
      },
      ['writeStatus', 'the same phase'],
    ],
    [
      'waits for the first status of a new Job',
      {
        run: asks(true, 2, NEW),
        job: ownJob(),
        record: { created: { template: RENDERED, atMs: NOW.monotonicMs }, appliedGeneration: 1 },
      },
      ['wait', 200],
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(inShort(step(given))).toEqual(expected);
  });

  it.each<[string, Partial<Situation>, object]>([
    [
      'suspended',
      { run: asks(true), job: ownJob(STARTED), template: FOUND },
      { type: 'Normal', reason: 'Suspended', action: 'SuspendJob', note: 'Suspended the Job' },
    ],
    [
      'resumed',
      { run: asks(false, 2, SUSPENDED), job: suspended, template: FOUND },
      { type: 'Normal', reason: 'Resumed', action: 'ResumeJob', note: 'Resumed the Job' },
    ],
    [
      'not suspended, as the template does not allow it',
      { run: asks(true), job: ownJob(STARTED), template: { kind: 'found', template: allowsOnlyArgs } },
      {
        type: 'Warning',
        reason: 'SuspendRefused',
        action: 'SuspendJob',
        note: expect.stringMatching(/^The Job stays as it is: spec\.suspend: Forbidden: /) as string,
      },
    ],
  ])('an Event says that the Job was %s', (_sentence, given, event) => {
    expect((step(given) as { event?: object }).event).toEqual(event);
  });

  it('is reported by the status once it is applied, and not before', () => {
    const job = ownJob({ ...STARTED, startTime: '2026-11-23T10:00:09Z' });
    const failed = step({ run: asks(true), job, answers: { changeFailed: true } });
    expect((failed as { patch: object }).patch).not.toHaveProperty('observedGeneration');
    const applied = step({ run: asks(true), job, record: { appliedGeneration: 2 } });
    expect(applied).toMatchObject({ patch: { observedGeneration: 2 } });
  });
});

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
