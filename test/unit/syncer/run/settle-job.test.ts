import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../api/wire.ts';
import { stopPatch } from '../../../../core/run/job-stop.ts';
import { jobNameOfRun } from '../../../../core/job/ownership.ts';
import { KubeApiError } from '../../../../kube/client/api-error.ts';
import { runOutline, trimmedJob } from '../../../../syncer/controller/trimmed-objects.ts';
import { settleJob } from '../../../../syncer/run/settle-job.ts';
import { echoRun } from '../../core/objects.ts';

const RUN = runOutline({ ...echoRun(), status: { conditions: [{ type: 'Finished', status: 'True' }] } });
const OWNER = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'echo-hello', uid: RUN.metadata.uid! };
const STOPPED = stopPatch('why');
const COMPLETE = { type: 'Complete', status: 'True', lastTransitionTime: '2026-11-23T10:00:00Z' };

function jobOf(spec: object = {}, metadata: object = {}, conditions: object[] = []): Job {
  const own = {
    name: jobNameOfRun(RUN),
    namespace: 'team',
    uid: 'job-uid',
    ownerReferences: [{ ...OWNER, controller: true }],
  };
  const status = { active: 1, conditions } as NonNullable<Job['status']>;
  return trimmedJob({ metadata: { ...own, ...metadata }, spec: { template: {}, ...spec }, status });
}

/** What is done with the Job of a finished run. */
async function settled(job: Job, answers: { stop?: Error | 'gone'; delete?: Error } = {}) {
  const done: string[] = [];
  const result = await settleJob(
    {
      cluster: {
        deleteJob: () => (done.push('delete'), Promise.resolve()),
        deleteUnchangedJob: ({ metadata }) => {
          done.push(`delete ${metadata?.resourceVersion ?? 'the same version'}`);
          return answers.delete ? Promise.reject(answers.delete) : Promise.resolve();
        },
        stopJob: (of, why) => {
          done.push(`stop: ${why}`);
          if (answers.stop instanceof Error) return Promise.reject(answers.stop);
          if (answers.stop === 'gone') return Promise.resolve(undefined);
          const { metadata, spec } = stopPatch(why);
          return Promise.resolve({
            ...of,
            spec: { ...of.spec!, ...spec },
            metadata: { ...of.metadata, ...metadata, resourceVersion: '9' },
          });
        },
      },
      jobs: { get: () => job, put: () => done.push('cache') },
      events: { record: (_run, { reason, note }) => done.push(`${reason}: ${note}`) },
      clock: { now: () => Date.parse('2026-11-23T10:00:00Z'), monotonic: () => 0 },
      onDeletionForbidden: () => done.push('not permitted'),
    },
    RUN,
  );
  return { result, done };
}

const STOP = 'stop: the JobRun had finished before its Job, at 2026-11-23T10:00:00.000Z';
const EVENT = `JobStopped: Stopped Job ${jobNameOfRun(RUN)}: this JobRun had finished already`;
const refusal = (code: number, reason: string): KubeApiError =>
  new KubeApiError({ method: 'PATCH', path: '/', code, body: JSON.stringify({ kind: 'Status', code, reason }) });

describe('the Job of a finished run', () => {
  it.each<[string, Job, string[]]>([
    ['is stopped if it still runs', jobOf(), [STOP, 'cache', EVENT]],
    ['is stopped and deleted if it is suspended', jobOf({ suspend: true }), [STOP, 'cache', EVENT, 'delete 9']],
    [
      'is deleted if it was stopped while it was suspended',
      jobOf({ ...STOPPED.spec, suspend: true }, { ...STOPPED.metadata, resourceVersion: '8' }),
      ['delete 8'],
    ],
    ['is not stopped twice', jobOf(STOPPED.spec, STOPPED.metadata), []],
    ['is left alone once it has finished', jobOf({}, {}, [COMPLETE]), []],
    ['is left alone while it completes', jobOf({}, {}, [{ ...COMPLETE, type: 'SuccessCriteriaMet' }]), []],
    ['is left alone while it fails', jobOf({}, {}, [{ ...COMPLETE, type: 'FailureTarget' }]), []],
    ['is left alone while it is being deleted', jobOf({}, { deletionTimestamp: '2026-11-23T10:00:00Z' }), []],
    ['is not the Job of another owner', jobOf({}, { ownerReferences: [] }), []],
    ['is not another Job of the same owner', jobOf({}, { name: 'other' }), []],
    [
      'is deleted when its time is over',
      jobOf({}, { annotations: { 'hematoscope.app/ttl-seconds-after-finished': '0' } }, [COMPLETE]),
      ['delete'],
    ],
  ])('%s', async (_sentence, job, expected) => {
    expect(await settled(job)).toEqual({ result: undefined, done: expected });
  });

  it('is tried again if it changed in the meantime', async () => {
    expect(await settled(jobOf(), { stop: refusal(409, 'Conflict') })).toEqual({ result: 'retry', done: [STOP] });
  });

  it('may be gone', async () => {
    expect(await settled(jobOf(), { stop: 'gone' })).toEqual({ result: undefined, done: [STOP] });
  });

  it('is tried again after any other error', async () => {
    const error = refusal(500, 'InternalError');
    await expect(settled(jobOf(), { stop: error })).rejects.toBe(error);
  });

  it('stays stopped if the syncer may not delete it', async () => {
    const { done } = await settled(jobOf({ suspend: true }), { delete: refusal(403, 'Forbidden') });
    expect(done).toEqual([STOP, 'cache', EVENT, 'delete 9', 'not permitted']);
  });
});
