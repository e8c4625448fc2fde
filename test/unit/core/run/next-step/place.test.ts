import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../../api/job-run.ts';
import { ANNOTATION_STOPPED, LABEL_CONCURRENCY_GROUP } from '../../../../../api/names.ts';
import type { Job } from '../../../../../api/wire.ts';
import { concurrencyOf } from '../../../../../core/concurrency/concurrency-policy.ts';
import type { PlaceVerdict } from '../../../../../core/concurrency/place-verdict.ts';
import { nextStep } from '../../../../../core/run/next-step.ts';
import type { Place } from '../../../../../core/run/place-step.ts';
import { jobRunStatus } from '../../../../../core/status/job-run-status.ts';
import {
  CREATED,
  DELETING,
  FAILED,
  FOUND,
  NAME,
  NEW,
  NOW,
  RUNNING,
  STARTED,
  ownJob,
  situation,
  withMeta,
} from '../situations.ts';
import { inShort, step } from '../steps.ts';
import type { Row } from '../steps.ts';

const GROUP = { id: 'team/group/g', hash: 'abc', called: 'group "g"' };
const concurrency = concurrencyOf({ runs: { concurrency: { policy: 'Queue' } } })!;
const inLine = (verdict: PlaceVerdict, more: object = {}): Place => ({
  kind: 'inLine',
  group: GROUP,
  concurrency: { ...concurrency, ...more },
  verdict,
});
const outside = (): Place => ({ kind: 'outside', group: GROUP, concurrency });
const WAIT = { policy: 'Wait', waitSeconds: 300 } as const;
const WAITS = inLine({ kind: 'wait' });
const HELD: Place = { kind: 'held', group: GROUP };
const WANTED: Place = { ...HELD, wantedInMs: 0 };
const BLOCKED = { blocked: { reason: 'Forbidden', message: 'exceeded quota', untilMs: NOW.monotonicMs + 30_000 } };
const QUOTA = { kind: 'blocked', reason: 'Forbidden', message: 'exceeded quota' } as const;
const REPLACED: Place = { ...HELD, replacedBy: 'newer' };
const RULE = 'group "g" permits 1 run at a time, and 100 in the queue';
const queuedSince = (since: string): JobRun => ({
  ...NEW,
  status: jobRunStatus(
    NEW,
    { kind: 'pending', reason: 'Queued', message: `${RULE}; the JobRun waits for a place` },
    since,
  ),
});
const LIMITED = { template: FOUND, answers: { waitsInLine: true } } as const;
const WHY = 'the JobRun was replaced by JobRun "newer"';
const stopped = (annotation: string): Job => {
  const job = ownJob(
    {
      ...FAILED,
      conditions: [{ type: 'Failed', status: 'True', reason: 'DeadlineExceeded', lastTransitionTime: CREATED }],
    },
    { metadata: { annotations: { [ANNOTATION_STOPPED]: annotation } } },
  );
  return { ...job, spec: { ...job.spec!, activeDeadlineSeconds: 1 } };
};

describe('a run whose template limits how many are under way', () => {
  it.each<Row>([
    ['gets into the line', { template: FOUND, place: outside() }, ['enterLine', 'group "g"']],
    [
      'takes a place when it has its turn',
      { template: FOUND, place: inLine({ kind: 'take' }) },
      ['takePlace', 'group "g"'],
    ],
    [
      'is Queued, and tries again, if it cannot be known whether there is a place',
      {
        template: FOUND,
        place: inLine({ kind: 'take' }),
        answers: { waitsInLine: true, placeProblem: 'the Lease is broken' },
      },
      ['writeStatus', 'Queued', 'Queued', 'retry'],
    ],
    [
      'waits for its template if that has the limit and does not exist',
      { template: FOUND, place: { kind: 'unknown' } },
      ['writeStatus', 'Pending', 'WaitingForTemplate', { afterMs: 60_000 }],
    ],
    ['creates its Job once it has a place', { template: FOUND, place: HELD }, ['createJob', NAME]],
    ['stays in the line', { template: FOUND, place: WAITS }, 'stayInLine'],
    ['is Queued then', { ...LIMITED, place: WAITS }, ['writeStatus', 'Queued', 'Queued']],
    ['is not written again when its place changes', { ...LIMITED, run: queuedSince(CREATED), place: WAITS }, 'nothing'],
    [
      'continues when its time in the queue is over',
      { ...LIMITED, place: inLine({ kind: 'wait' }, { queueTimeoutSeconds: 90 }) },
      ['writeStatus', 'Queued', 'Queued', { afterMs: 90_000 }],
    ],
    [
      'fails when its time in the queue is over, counted from its stored status',
      { ...LIMITED, run: queuedSince(CREATED), place: inLine({ kind: 'wait' }, { queueTimeoutSeconds: 60 }) },
      ['writeStatus', 'Failed', 'QueueTimeout', `${RULE}, and the JobRun got no place within 60 seconds`],
    ],
    [
      'fails if it is refused',
      { template: FOUND, place: inLine({ kind: 'refused', reason: 'QueueFull', message: 'full' }) },
      ['writeStatus', 'Failed', 'QueueFull', 'full'],
    ],
    [
      'is cancelled if a newer one replaces it in the line',
      { template: FOUND, place: inLine({ kind: 'replaced', by: 'newer' }) },
      ['writeStatus', 'Cancelled', 'Cancelled', `${WHY} before it had a Job`],
    ],
    [
      'is cancelled without a Job if a newer one replaces it before it has one',
      { template: FOUND, place: REPLACED, answers: { job: 'none' } },
      ['writeStatus', 'Cancelled', 'Cancelled', `${WHY} before it had a Job`],
    ],
    [
      'has its Job stopped if a newer one replaces it',
      { run: RUNNING, job: ownJob(STARTED), place: REPLACED },
      ['stopJob', `Replaced: ${WHY} at 2026-11-23T10:01:00.000Z`],
    ],
    [
      'is cancelled once its Job was stopped for that, also if the newer one was deleted',
      { run: RUNNING, job: stopped(`Replaced: ${WHY} at 2026-11-23T10:01:00.000Z`), place: HELD },
      ['writeStatus', 'Cancelled', 'Cancelled', WHY],
    ],
    [
      'does not create its Job for a time if the API server refuses that for now',
      { template: FOUND, place: HELD, answers: { creation: QUOTA } },
      ['delayCreation', 'Forbidden'],
    ],
    [
      'keeps its place while nobody waits for it',
      { template: FOUND, place: HELD, record: BLOCKED, answers: { creation: QUOTA } },
      ['writeStatus', 'Pending', 'Forbidden', { afterMs: 30_000 }],
    ],
    [
      'reads whether it has a Job before it gives its place away',
      { template: FOUND, place: WANTED, record: BLOCKED, answers: { creation: QUOTA } },
      ['readJob', NAME],
    ],
    [
      'gives its place away if others wait for it, and it cannot get its Job',
      { template: FOUND, place: WANTED, record: BLOCKED, answers: { creation: QUOTA, job: 'none' } },
      ['yieldPlace', 'group "g"'],
    ],
    [
      'waits without a place until it tries again',
      { template: FOUND, record: BLOCKED, answers: { creation: QUOTA, job: 'none' }, place: outside() },
      ['writeStatus', 'Pending', 'Forbidden', { afterMs: 30_000 }],
    ],
    [
      'keeps its place while its Job may still be stored, and looks again after that',
      { template: FOUND, place: { ...WANTED, wantedInMs: 9_000 }, record: BLOCKED, answers: { job: 'none' } },
      ['writeStatus', 'Pending', 'Forbidden', { afterMs: 9_000 }],
    ],
    [
      'gives its place away while its template is missing',
      { template: { kind: 'missing' }, rules: WAIT, place: WANTED, answers: { job: 'none' } },
      ['yieldPlace', 'group "g"'],
    ],
    [
      'gives its place away while a finalizer keeps it from being deleted',
      { run: withMeta(NEW, DELETING.metadata), place: WANTED, answers: { job: 'none' } },
      ['yieldPlace', 'group "g"'],
    ],
    [
      'keeps its place while other Jobs of its namespace are created first',
      { template: FOUND, place: WANTED, answers: { creation: { kind: 'noTurn' }, job: 'none' } },
      ['writeStatus', 'Pending', 'JobCreationSlow', { afterMs: 120_000 }],
    ],
    [
      'makes sure of its place before it creates its Job, if another process may have taken it over',
      { template: FOUND, place: { ...HELD, isUnconfirmed: true } },
      ['confirmPlace', 'group "g"'],
    ],
    [
      'creates its Job if nothing prevents it, although others wait for its place',
      { template: FOUND, place: WANTED },
      ['createJob', NAME],
    ],
    [
      'is in the line, and looked at again, while older ones may be missing there',
      { template: FOUND, place: inLine({ kind: 'notYet' }) },
      'stayInLine',
    ],
    ['has no new status then', { ...LIMITED, place: inLine({ kind: 'notYet' }) }, 'nothing'],
    [
      'cannot get a Job that its template does not permit, and takes no place for it',
      { run: { ...NEW, spec: { ...NEW.spec, image: 'x' } }, template: FOUND, place: inLine({ kind: 'take' }) },
      expect.arrayContaining(['writeStatus', 'Failed', 'JobRefused']),
    ],
  ])('%s', (_sentence, given, expected) => {
    expect(inShort(step(given))).toEqual(expected);
  });

  it('has a Job with the label of its group', () => {
    const created = nextStep(situation({ template: FOUND, place: HELD }));
    expect(created.kind === 'createJob' && created.job.metadata?.labels).toMatchObject({
      [LABEL_CONCURRENCY_GROUP]: 'abc',
    });
  });

  it('does not miss its start deadline while it is in the queue', () => {
    const outline = { runs: { startDeadlineSeconds: 1, concurrency: { policy: 'Queue' as const } } };
    const late = { ...NOW, epochMs: NOW.epochMs + 3_600_000 };
    const waiting = step({ ...LIMITED, now: late, outline, run: queuedSince(CREATED), place: WAITS });
    expect(inShort(waiting)).toBe('nothing');
    expect(inShort(step({ now: late, outline, run: queuedSince(CREATED), template: FOUND, place: HELD }))).toEqual([
      'createJob',
      NAME,
    ]);
  });
});
