import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { Job } from '../../../../api/wire.ts';
import { jobNameOfRun } from '../../../../core/job/ownership.ts';
import { trimmedJob, runOutline } from '../../../../syncer/controller/trimmed-objects.ts';
import { removeExpiredJob } from '../../../../syncer/run/remove-expired-job.ts';
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
async function after(seconds: number, job = jobOf(RUN)) {
  const deleted: (string | undefined)[] = [];
  const context = {
    cluster: { deleteJob: ({ metadata }: Job) => (deleted.push(metadata?.uid), Promise.resolve()) },
    jobs: { get: (_namespace: string | undefined, name: string) => (job.metadata?.name === name ? job : undefined) },
    clock: { now: () => FINISHED + seconds * 1000, monotonic: () => 0 },
  };
  return { result: await removeExpiredJob(context, RUN), deleted };
}

describe('the Job of a finished run', () => {
  it('is deleted when its time is over', async () => {
    expect(await after(60)).toEqual({ result: undefined, deleted: ['job-uid'] });
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
