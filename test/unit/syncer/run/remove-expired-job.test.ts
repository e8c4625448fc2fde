import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { Job } from '../../../../api/wire.ts';
import { jobNameOfRun } from '../../../../core/job/ownership.ts';
import { KubeApiError } from '../../../../kube/client/api-error.ts';
import { trimmedJob, runOutline } from '../../../../syncer/controller/trimmed-objects.ts';
import { loggedRefusals, removeExpiredJob } from '../../../../syncer/run/remove-expired-job.ts';
import { echoRun } from '../../core/objects.ts';

const FINISHED = Date.parse('2026-11-23T10:00:00Z');
const RUN: JobRun = runOutline({ ...echoRun(), status: { conditions: [{ type: 'Finished', status: 'True' }] } });

function jobOf(run: JobRun, metadata: object = {}): Job {
  const owner = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'echo-hello', uid: run.metadata.uid! };
  return trimmedJob({
    metadata: {
      name: jobNameOfRun(run),
      namespace: 'team',
      uid: 'job-uid',
      annotations: { 'hematoscope.app/ttl-seconds-after-finished': '60' },
      ownerReferences: [{ ...owner, controller: true }],
      ...metadata,
    },
    status: {
      conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: new Date(FINISHED).toISOString() }],
    },
  });
}

/** The result, and which Jobs were deleted, this long after the Job finished. */
async function after(seconds: number, job = jobOf(RUN), error?: Error) {
  const deleted: (string | undefined)[] = [];
  const context = {
    cluster: {
      deleteJob: ({ metadata }: Job) => (
        deleted.push(metadata?.uid),
        error ? Promise.reject(error) : Promise.resolve()
      ),
    },
    jobs: { get: (_namespace: string | undefined, name: string) => (job.metadata?.name === name ? job : undefined) },
    onDeletionForbidden: () => deleted.push('not permitted'),
    clock: { now: () => FINISHED + seconds * 1000, monotonic: () => 0 },
  };
  return { result: await removeExpiredJob(context, RUN), deleted };
}

describe('the Job of a finished run', () => {
  it('is deleted when its time is over', async () => {
    expect(await after(60)).toEqual({ result: undefined, deleted: ['job-uid'] });
  });

  it('is left to Kubernetes if the syncer may not delete it', async () => {
    const forbidden = new KubeApiError({ method: 'DELETE', path: '/', code: 403, body: '' });
    expect(await after(60, jobOf(RUN), forbidden)).toEqual({
      result: undefined,
      deleted: ['job-uid', 'not permitted'],
    });
  });

  it('is tried again after any other error', async () => {
    const busy = new KubeApiError({ method: 'DELETE', path: '/', code: 429, body: '' });
    await expect(after(60, jobOf(RUN), busy)).rejects.toBe(busy);
    await expect(after(60, jobOf(RUN), new Error('reset'))).rejects.toThrow('reset');
  });

  it('waits for its time', async () => {
    expect(await after(20)).toEqual({ result: { afterMs: 40_000 }, deleted: [] });
  });

  it('is checked again within an hour, however far its time is', async () => {
    expect(await after(-1_000_000)).toEqual({ result: { afterMs: 3_600_000 }, deleted: [] });
  });

  it.each([
    ['is being deleted', jobOf(RUN, { deletionTimestamp: '2026-11-23T10:00:30Z' })],
    ['has no time', jobOf(RUN, { annotations: {} })],
    ['belongs to an earlier run of the same name', jobOf(echoRun({}, { uid: 'earlier' }))],
    ['has the name, but another owner', { ...jobOf(RUN), metadata: { ...jobOf(RUN).metadata, ownerReferences: [] } }],
  ])('is left alone if it %s', async (_sentence, job) => {
    expect(await after(600, job)).toEqual({ result: undefined, deleted: [] });
  });

  it('may be gone', async () => {
    const { result, deleted } = await after(600, { metadata: { name: 'other' } });
    expect({ result, deleted }).toEqual({ result: undefined, deleted: [] });
  });
});

it('a refusal is logged again when an hour is over, or when it is another one', () => {
  let time = 0;
  const logged: unknown[] = [];
  const report = loggedRefusals({ warn: (line: unknown) => logged.push(line) }, { monotonic: () => time });
  const forbidden = (message: string): KubeApiError =>
    new KubeApiError({ method: 'DELETE', path: '/', code: 403, body: JSON.stringify({ kind: 'Status', message }) });
  const permission = (name: string) =>
    forbidden(`jobs.batch "${name}" is forbidden: cannot delete in namespace "${name}"`);
  report(permission('a'));
  report(permission('b'));
  expect(logged).toHaveLength(1);
  time = 60_000;
  report(permission('c'));
  expect(logged).toHaveLength(1);
  const policy = forbidden('admission webhook "x" denied the request');
  report(policy);
  expect(logged).toEqual([expect.anything(), { err: policy }]);
  time += 3_600_000;
  report(policy);
  expect(logged).toHaveLength(3);
});
