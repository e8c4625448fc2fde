import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../../api/job-run.ts';
import type { Situation } from '../../../../../core/run/situation.ts';
import { versionOfTemplate } from '../../../../../core/template/template-version.ts';
import { echoTemplate } from '../../objects.ts';
import {
  COMPLETE,
  CREATED,
  FOUND,
  NEW,
  NOW,
  RENDERED,
  RUNNING,
  STARTED,
  after,
  ownJob,
  withMeta,
} from '../situations.ts';
import { inShort, step } from '../steps.ts';
import type { Row } from '../steps.ts';

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
