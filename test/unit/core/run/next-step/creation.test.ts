import { describe, expect, it } from 'vitest';
import type { JobRun, JobRunStatus } from '../../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../../api/job-template.ts';
import { ANNOTATION_MISSING_TEMPLATE, ANNOTATION_RESTORED, LABEL_VELERO_RESTORE } from '../../../../../api/names.ts';
import type { Step } from '../../../../../core/run/step.ts';
import { versionOfTemplate } from '../../../../../core/template/template-version.ts';
import { echoTemplate } from '../../objects.ts';
import {
  COMPLETE,
  CREATED,
  FOREIGN,
  FOUND,
  NAME,
  NEW,
  NOW,
  RENDERED,
  REVISION,
  RULES,
  STARTED,
  ownJob,
  withMeta,
} from '../situations.ts';
import { UNKNOWN, inShort, step } from '../steps.ts';
import type { Row } from '../steps.ts';

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
