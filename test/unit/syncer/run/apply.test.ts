import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { Job } from '../../../../api/wire.ts';
import type { RunRecord, TemplateResolution } from '../../../../core/run/situation.ts';
import type { Step } from '../../../../core/run/step.ts';
import { KubeApiError, KubeConnectionError, KubeTimeoutError } from '../../../../kube/client/api-error.ts';
import { UnreadableLeaseError } from '../../../../syncer/concurrency/group-leases.ts';
import { apply } from '../../../../syncer/run/apply.ts';
import type { ApplyContext } from '../../../../syncer/run/apply.ts';
import { TURN_MS } from '../../../../core/run/creation-problem.ts';
import { NoTurnError } from '../../../../syncer/run/write-turns.ts';
import { echoRun } from '../../core/objects.ts';

const RUN = echoRun({}, { generation: 3 });
const JOB: Job = { metadata: { name: 'echo-hello-1', namespace: 'team', uid: 'its-job' } };
const CHANGED: Job = { ...JOB, spec: { suspend: true, template: {} } };
const RENDERED = { revision: '0123456789', generation: 1, uid: 'template' };
const EVENT = { type: 'Normal', reason: 'Suspended', action: 'SuspendJob', note: 'Suspended the Job' } as const;
const MONOTONIC = 1_000;

const refusal = (code: number, reason: string, more: object = {}): KubeApiError =>
  new KubeApiError({
    method: 'POST',
    path: '/',
    code,
    body: JSON.stringify({ kind: 'Status', code, reason, message: `because ${reason}`, ...more }),
  });
const TERMINATING = refusal(403, 'Forbidden', { details: { causes: [{ reason: 'NamespaceTerminating' }] } });

/** An API server that returns the responses that a test sets; an Error is thrown. */
interface Answers {
  readPods?: { afterMs: number };
  getJob?: Job | undefined;
  createJob?: Job | Error;
  suspendJob?: Job | undefined | Error;
  stopJob?: Job | undefined | Error;
  take?: Error;
  patchStatus?: JobRun | undefined | Error;
  readTemplate?: TemplateResolution;
}

function begin(given: Answers = {}) {
  const done: unknown[] = [];
  let record: RunRecord = {};
  const answer = <T>(name: string, value: T | Error | undefined): Promise<T> => {
    done.push(name);
    return value instanceof Error ? Promise.reject(value) : Promise.resolve(value as T);
  };
  const context: ApplyContext = {
    cluster: {
      getJob: (namespace, name) => answer(`get ${namespace}/${name}`, given.getJob),
      createJob: (namespace) => answer(`create in ${namespace}`, given.createJob),
      suspendJob: (_job, suspend) => answer(`suspend ${suspend}`, given.suspendJob),
      stopJob: (_job, why) => answer(`stop: ${why}`, given.stopJob),
      patchStatus: (_run, patch) => answer(`status ${JSON.stringify(patch)}`, given.patchStatus),
    },
    pods: {
      read: ({ metadata }, purpose) =>
        answer(
          `read Pods of ${metadata?.name ?? ''}${purpose === 'failure' ? ' finally' : ''}`,
          given.readPods ?? { pods: [] },
        ),
    },
    places: {
      enter: (_run, { called }) => done.push(`enter the line of ${called}`),
      take: (_run, { called }) => answer<undefined>(`take a place in ${called}`, given.take),
      confirm: (_run, { called }) => answer<undefined>(`confirm the place in ${called}`, undefined),
      yield: (_run, { called }) => answer<undefined>(`yield the place in ${called}`, undefined),
      stay: () => done.push('stay in the line'),
    },
    unclear: { sent: () => done.push('unclear') },
    templates: { read: () => answer('read template', given.readTemplate) },
    runs: { put: () => done.push('cache run') },
    jobs: { put: () => done.push('cache Job') },
    records: {
      get: () => record,
      update: (_run, change) => {
        record = { ...record, ...change };
      },
      waitForTemplate: () => done.push('wait for template'),
    },
    events: { record: (_run, { reason, related }) => done.push(`event ${reason}${related ? ' of a Job' : ''}`) },
    clock: { now: () => 0, monotonic: () => MONOTONIC },
    onFinished: () => done.push('finished'),
  };
  return {
    done,
    recorded: () => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)),
    remember: (known: RunRecord) => (record = known),
    apply: (step: Step, run = RUN) => apply(context, run, step),
  };
}

const hide = (text: string): string => text.replaceAll('because', 'since');
const CREATE: Step = { kind: 'createJob', job: JOB, template: RENDERED, hide };
const SUSPEND: Step = { kind: 'setSuspend', job: JOB, suspend: true, event: EVENT, hide };
const STOP: Step = { kind: 'stopJob', job: JOB, why: 'cancelled', hide };
const write = (more: object = {}): Step => ({
  kind: 'writeStatus',
  patch: { phase: 'Running' },
  events: [{ ...EVENT, reason: 'JobCreated' }],
  job: JOB,
  again: undefined,
  ...more,
});

describe('nothing', () => {
  it('completes the attempt: the status is up to date', async () => {
    const { apply, done, recorded, remember } = begin();
    remember({ changePendingSinceMs: 5, appliedGeneration: 1 });
    expect(await apply({ kind: 'nothing', again: 'retry' })).toEqual({ kind: 'done', again: 'retry' });
    expect(recorded()).toEqual({ appliedGeneration: 1 });
    expect(done).toEqual([]);
  });
});

describe('wait', () => {
  it('completes the attempt, and remembers when the pending change began', async () => {
    const { apply, done, recorded } = begin();
    expect(await apply({ kind: 'wait', afterMs: 200 })).toEqual({ kind: 'done', again: { afterMs: 200 } });
    expect(recorded()).toEqual({});
    await apply({ kind: 'wait', afterMs: 200, changePendingSinceMs: 7 });
    expect(recorded()).toEqual({ changePendingSinceMs: 7 });
    expect(done).toEqual([]);
  });
});

describe('a read', () => {
  it.each([
    ['a Job', JOB, JOB],
    ['that there is no Job', undefined, 'none'],
  ])('returns %s', async (_what, getJob, job) => {
    const { apply, done } = begin({ getJob });
    expect(await apply({ kind: 'readJob', name: 'a' })).toEqual({ kind: 'next', answers: { job } });
    expect(done).toEqual(['get team/a']);
  });

  it('of a template first lets the run wait for it, so that no new template is missed', async () => {
    const { apply, done } = begin({ readTemplate: { kind: 'missing' } });
    expect(await apply({ kind: 'readTemplate' })).toEqual({ kind: 'next', answers: { template: { kind: 'missing' } } });
    expect(done).toEqual(['wait for template', 'read template']);
  });

  it('of a revision does not: a deleted revision never reappears', async () => {
    const { apply, done } = begin({ readTemplate: { kind: 'missing' } });
    await apply({ kind: 'readTemplate' }, echoRun({ templateRevision: '0123456789' }));
    expect(done).toEqual(['read template']);
  });
});

describe('a look at the Pods', () => {
  const look = { atMs: 7_000, delayMs: 5_000 };

  it('is planned, and no longer needed', async () => {
    const { apply, recorded, done } = begin();
    expect(await apply({ kind: 'planLook', look })).toEqual({ kind: 'next', answers: {} });
    expect(recorded()).toEqual({ look });
    await apply({ kind: 'planLook', look: undefined });
    expect(recorded()).toEqual({});
    expect(done).toEqual([]);
  });

  it('returns them, and plans the next look', async () => {
    const { apply, recorded, done } = begin();
    expect(await apply({ kind: 'readPods', job: JOB, look, purpose: 'look' })).toEqual({
      kind: 'next',
      answers: { pods: { pods: [] } },
    });
    expect(recorded()).toEqual({ look });
    await apply({ kind: 'readPods', job: JOB, look: undefined, purpose: 'failure' });
    expect(recorded()).toEqual({});
    expect(done).toEqual(['read Pods of echo-hello-1', 'read Pods of echo-hello-1 finally']);
  });

  it('is made when it is its turn, if there are too many looks now', async () => {
    const { apply, recorded } = begin({ readPods: { afterMs: 2_000 } });
    const look = { atMs: MONOTONIC + 10_000, delayMs: 10_000 };
    expect(await apply({ kind: 'readPods', job: JOB, look, purpose: 'look' })).toEqual({
      kind: 'next',
      answers: { pods: 'unknown' },
    });
    expect(recorded()).toEqual({ look: { atMs: MONOTONIC + 2_000, delayMs: 5_000 } });
    await apply({ kind: 'readPods', job: JOB, look: undefined, purpose: 'look' });
    expect(recorded()).toEqual({});
  });

  it('is remembered with what it says about failed attempts', async () => {
    const { apply, recorded } = begin();
    const seen = { key: 2, failure: undefined };
    expect(await apply({ kind: 'rememberFailure', seen })).toEqual({ kind: 'next', answers: {} });
    expect(recorded()).toEqual({ failure: seen });
  });
});

it('the results of a run are remembered', async () => {
  const { apply, recorded } = begin();
  const results = { status: 'False', reason: 'ResultsMissing', message: 'none' } as const;
  expect(await apply({ kind: 'rememberResults', results })).toEqual({ kind: 'next', answers: {} });
  expect(recorded()).toEqual({ results });
});

it('a place is given away or confirmed in the Lease, and the attempt goes on', async () => {
  const { apply, done } = begin();
  const group = { id: 'team/group/g', hash: 'abc', called: 'group "g"' };
  expect(await apply({ kind: 'yieldPlace', group })).toEqual({ kind: 'next', answers: {} });
  expect(await apply({ kind: 'confirmPlace', group })).toEqual({ kind: 'next', answers: {} });
  expect(done).toEqual(['yield the place in group "g"', 'confirm the place in group "g"']);
});

describe('the creation of a Job', () => {
  it('is remembered, with what it was rendered from and the generation of the run', async () => {
    const { apply, done, recorded } = begin({ createJob: CHANGED });
    expect(await apply(CREATE)).toEqual({ kind: 'next', answers: { job: CHANGED } });
    expect(recorded()).toEqual({
      created: { template: RENDERED, uid: 'its-job', atMs: MONOTONIC },
      appliedGeneration: 3,
    });
    expect(done).toEqual(['create in team', 'cache Job']);
  });

  it('in a slow namespace says why it waits for a turn', async () => {
    const { apply, recorded } = begin({ createJob: new NoTurnError(true) });
    expect(await apply(CREATE)).toEqual({ kind: 'next', answers: { creation: { kind: 'noTurn' } } });
    expect(recorded()).toEqual({});
  });

  it('that waits for a moment is not reported', async () => {
    const { apply, recorded } = begin({ createJob: new NoTurnError(false) });
    expect(await apply(CREATE)).toEqual({ kind: 'done', again: { afterMs: 120_000 } });
    expect(recorded()).toEqual({});
  });

  it('that is not answered in time is repeated after a delay that grows, and says nothing about the API server', async () => {
    const { apply, done, recorded } = begin({ createJob: new KubeTimeoutError('no answer in 15000 ms') });
    const delays: number[] = [];
    for (let i = 0; i < 6; i += 1) {
      expect(await apply(CREATE)).toEqual({ kind: 'next', answers: { creation: { kind: 'timedOut' } } });
      delays.push((recorded() as RunRecord).blocked!.untilMs - MONOTONIC);
    }
    expect(delays[0]).toBeLessThanOrEqual(5_000);
    expect(delays[5]).toBeGreaterThanOrEqual(60_000);
    expect(recorded()).toMatchObject({ timeouts: 6, blocked: { reason: 'JobCreationSlow' } });
    expect(done[0]).toBe('create in team');
  });

  it('that was refused for now is repeated after a delay that grows, if the run has a place', async () => {
    const { apply, recorded } = begin();
    const delays: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      const delay: Step = { kind: 'delayCreation', reason: 'Forbidden', message: 'exceeded quota' };
      expect(await apply(delay)).toEqual({ kind: 'next', answers: {} });
      delays.push((recorded() as RunRecord).blocked!.untilMs - MONOTONIC);
    }
    expect(delays[0]).toBeLessThanOrEqual(1_000);
    expect(delays[7]).toBeGreaterThanOrEqual(60_000);
    expect(recorded()).toMatchObject({ refusals: 8, blocked: { reason: 'Forbidden', message: 'exceeded quota' } });
  });

  it.each<[string, Error, boolean]>([
    ['no answer in time', new KubeTimeoutError('no answer in 15000 ms'), true],
    ['a connection that breaks', new KubeConnectionError('reset'), true],
    ['an error of the storage', refusal(500, 'InternalError'), true],
    ['a quota', refusal(403, 'Forbidden', { message: 'exceeded quota: jobs' }), false],
    ['a turn that did not come', new NoTurnError(true), false],
    ['a taken name', refusal(409, 'AlreadyExists'), false],
  ])('with %s: it is remembered whether the Job may still be stored', async (_what, createJob, isUnclear) => {
    const { apply, done } = begin({ createJob });
    await apply(CREATE).catch(() => undefined);
    expect(done.includes('unclear')).toBe(isUnclear);
  });

  it('ends the delay that earlier attempts have caused', async () => {
    const { apply, recorded, remember } = begin({ createJob: CHANGED });
    remember({ refusals: 1, timeouts: 1, blocked: { reason: 'JobCreationSlow', message: 'slow', untilMs: 0 } });
    await apply(CREATE);
    expect(Object.keys(recorded())).toEqual(['created', 'appliedGeneration']);
  });

  it.each([
    ['a taken name', refusal(409, 'AlreadyExists'), { kind: 'nameTaken' }],
    ['an invalid Job', refusal(422, 'Invalid'), { kind: 'refused', message: 'since Invalid' }],
    [
      'a missing permission',
      refusal(403, 'Forbidden', { message: 'cannot create resource "jobs"' }),
      { kind: 'blocked', reason: 'Forbidden', message: 'cannot create resource "jobs"' },
    ],
    [
      'a denial by an admission webhook that claims that the Job exists',
      refusal(409, 'AlreadyExists', { message: 'admission webhook "w" denied the request' }),
      { kind: 'blocked', reason: 'AlreadyExists', message: 'admission webhook "w" denied the request' },
    ],
    [
      'a denial with a reason that no condition can have',
      refusal(429, 'come back later!', { message: 'admission webhook "w" denied the request' }),
      { kind: 'blocked', reason: 'Forbidden', message: 'admission webhook "w" denied the request' },
    ],
    ['an error without a reason', refusal(500, ''), { kind: 'blocked', reason: 'InternalError', message: 'since ' }],
  ])('returns %s', async (_what, createJob, creation) => {
    const { apply, recorded } = begin({ createJob });
    expect(await apply(CREATE)).toEqual({ kind: 'next', answers: { creation } });
    expect(recorded()).toEqual({});
  });

  it('in a namespace that is being deleted is not repeated for one to two minutes', async () => {
    const { apply, recorded } = begin({ createJob: TERMINATING });
    expect(await apply(CREATE)).toEqual({ kind: 'next', answers: {} });
    const { blocked } = recorded() as RunRecord;
    expect(blocked).toMatchObject({ reason: 'Forbidden', message: 'since Forbidden' });
    expect(blocked?.untilMs).toBeGreaterThanOrEqual(MONOTONIC + 60_000);
    expect(blocked?.untilMs).toBeLessThanOrEqual(MONOTONIC + 120_000);
  });

  it.each([
    ['no response', new KubeConnectionError('reset')],
    ['a busy API server', refusal(429, 'TooManyRequests')],
    ['a bug', new TypeError('bug')],
  ])('throws on %s', async (_what, createJob) => {
    const { apply, recorded } = begin({ createJob });
    await expect(apply(CREATE)).rejects.toBeInstanceOf(createJob.constructor);
    expect(recorded()).toEqual({});
  });

  it('throws an error whose message can be logged', async () => {
    const details = { causes: [{ field: 'spec', message: 'because' }] };
    const { apply } = begin({ createJob: refusal(429, 'TooManyRequests', { details }) });
    const error = await apply(CREATE).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 429, reason: 'TooManyRequests', message: 'POST /: 429 since TooManyRequests' });
    expect(JSON.stringify(error)).not.toContain('because');
  });
});

describe('a place', () => {
  const TAKE: Step = { kind: 'takePlace', group: { id: 'team/group/g', hash: 'abc', called: 'group "g"' } };

  it('that is taken is seen at the next step', async () => {
    const { apply, done } = begin();
    expect(await apply(TAKE)).toEqual({ kind: 'next', answers: {} });
    expect(done).toEqual(['take a place in group "g"']);
  });

  it('that cannot be given because the Lease is broken leaves the run in the line, which says so', async () => {
    const { apply } = begin({ take: new UnreadableLeaseError('the Lease is broken') });
    const answers = { placeProblem: 'the Lease is broken', waitsInLine: true };
    expect(await apply(TAKE)).toEqual({ kind: 'next', answers });
  });

  it('throws every other error', async () => {
    await expect(begin({ take: new KubeConnectionError('reset') }).apply(TAKE)).rejects.toThrow('reset');
  });
});

describe('the adoption of a Job', () => {
  it('sends nothing, and leaves open which generation of the run the Job has', async () => {
    const { apply, done, recorded } = begin();
    expect(await apply({ kind: 'adoptJob', job: JOB, template: RENDERED })).toEqual({ kind: 'next', answers: {} });
    expect(recorded()).toEqual({ created: { template: RENDERED, uid: 'its-job', atMs: MONOTONIC } });
    expect(done).toEqual(['cache Job']);
  });
});

describe('suspending a Job', () => {
  it('is remembered and reported in an Event', async () => {
    const { apply, done, recorded } = begin({ suspendJob: CHANGED });
    expect(await apply(SUSPEND)).toEqual({ kind: 'next', answers: { job: CHANGED } });
    expect(recorded()).toEqual({ appliedGeneration: 3 });
    expect(done).toEqual(['suspend true', 'cache Job', 'event Suspended']);
  });

  it('that is refused defers the error until the status is written', async () => {
    const error = refusal(403, 'Forbidden');
    const { apply, done, recorded } = begin({ suspendJob: error });
    expect(await apply(SUSPEND)).toEqual({
      kind: 'next',
      answers: { changeFailed: true },
      error: error.withMessages(hide),
    });
    expect(recorded()).toEqual({});
    expect(done).toEqual(['suspend true']);
  });

  it('that was deleted does not count as applied', async () => {
    const { apply, recorded } = begin({ suspendJob: undefined });
    expect(await apply(SUSPEND)).toEqual({ kind: 'next', answers: { changeFailed: true } });
    expect(recorded()).toEqual({});
  });

  it('without a response throws', async () => {
    const error = new KubeConnectionError('reset');
    await expect(begin({ suspendJob: error }).apply(SUSPEND)).rejects.toBe(error);
  });

  it.each([
    ['if the Job is already suspended', {}, []],
    ['if the template does not allow it', { event: EVENT }, ['event Suspended']],
  ])('sends nothing %s', async (_when, more, expected) => {
    const { apply, done, recorded } = begin();
    expect(await apply({ kind: 'markApplied', ...more })).toEqual({ kind: 'next', answers: {} });
    expect(recorded()).toEqual({ appliedGeneration: 3 });
    expect(done).toEqual(expected);
  });
});

describe.each([
  ['suspending', SUSPEND, (error: Error) => begin({ suspendJob: error })],
  ['stopping', STOP, (error: Error) => begin({ stopJob: error })],
])('%s a Job in a slow namespace', (_what, step, given) => {
  it.each([
    ['without a turn', new NoTurnError(true), { afterMs: 120_000 }],
    ['without an answer in time', new KubeTimeoutError('no answer in 2000 ms'), 'retry'],
  ])(
    '%s is tried again after the rest of the status, and says nothing about the API server',
    async (_w, error, again) => {
      const failed = { kind: 'next', answers: { changeFailed: true }, again };
      expect(await given(error).apply(step)).toEqual(failed);
    },
  );
});

describe('stopping a Job', () => {
  it('is noted in the cache', async () => {
    const { apply, done, recorded } = begin({ stopJob: CHANGED });
    expect(await apply(STOP)).toEqual({ kind: 'next', answers: { job: CHANGED } });
    expect(recorded()).toEqual({});
    expect(done).toEqual(['stop: cancelled', 'cache Job']);
  });

  it('that has changed is decided again later', async () => {
    const { apply, done } = begin({ stopJob: refusal(409, 'Conflict') });
    expect(await apply(STOP)).toEqual({ kind: 'done', again: 'retry' });
    expect(done).toEqual(['stop: cancelled']);
  });

  it('that is refused defers the error until the status is written', async () => {
    const error = refusal(403, 'Forbidden');
    expect(await begin({ stopJob: error }).apply(STOP)).toEqual({
      kind: 'next',
      answers: { changeFailed: true },
      error: error.withMessages(hide),
    });
  });

  it('that was deleted does not count as applied', async () => {
    expect(await begin({ stopJob: undefined }).apply(STOP)).toEqual({ kind: 'next', answers: { changeFailed: true } });
  });

  it('without a response throws', async () => {
    const error = new KubeConnectionError('reset');
    await expect(begin({ stopJob: error }).apply(STOP)).rejects.toBe(error);
  });
});

describe('writing a status', () => {
  const stored = (status: JobRun['status']): JobRun => ({ ...RUN, ...(status && { status }) });
  const remembered = {
    created: { template: RENDERED, atMs: 1 },
    appliedGeneration: 3,
    changePendingSinceMs: 1,
  };

  it('forgets what the status now reports, then records the Events', async () => {
    const { apply, done, recorded, remember } = begin({ patchStatus: stored({ jobName: 'echo-hello-1' }) });
    remember(remembered);
    expect(await apply(write())).toEqual({ kind: 'done', again: undefined });
    expect(recorded()).toEqual({});
    expect(done).toEqual(['status {"phase":"Running"}', 'cache run', 'event JobCreated of a Job']);
  });

  it('without a Job remembers what it does not report', async () => {
    const { apply, done, recorded, remember } = begin({ patchStatus: stored({ phase: 'Pending' }) });
    remember(remembered);
    expect(await apply(write({ job: undefined, again: { afterMs: 9 } }))).toEqual({
      kind: 'done',
      again: { afterMs: 9 },
    });
    expect(recorded()).toEqual({ created: remembered.created, appliedGeneration: 3 });
    expect(done.at(-1)).toBe('event JobCreated');
  });

  it('that is final reports that the run is finished', async () => {
    const { apply, done } = begin({ patchStatus: stored({ conditions: [{ type: 'Finished', status: 'True' }] }) });
    await apply(write());
    expect(done).toContain('finished');
  });

  it.each([
    ['is retried with the newest version after a conflict', refusal(409, 'Conflict'), 'retry'],
    ['is retried if it was slow, and all other work goes on', new KubeTimeoutError('late'), 'retry'],
    ['waits for its turn in a namespace that is slow', new NoTurnError(true), { afterMs: TURN_MS }],
    ['of a deleted run does nothing', undefined, undefined],
  ])('%s', async (_sentence, patchStatus, again) => {
    const { apply, done, recorded, remember } = begin({ patchStatus });
    remember(remembered);
    expect(await apply(write())).toEqual({ kind: 'done', again });
    expect(recorded()).toEqual(remembered);
    expect(done).toHaveLength(1);
  });

  it('throws every other error', async () => {
    const error = refusal(500, 'InternalError');
    await expect(begin({ patchStatus: error }).apply(write())).rejects.toBe(error);
  });
});
