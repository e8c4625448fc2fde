import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { Job } from '../../../../api/wire.ts';
import { isFinished } from '../../../../core/status/job-run-status.ts';
import { templateKeyOfRun } from '../../../../core/template/template-key.ts';
import { ownRunOutline, runOutline, trimmedJob } from '../../../../syncer/controller/trimmed-objects.ts';
import { isOwnJob } from '../../../../core/job/ownership.ts';

const run = (finished: boolean): JobRun => ({
  apiVersion: 'hematoscope.app/v1',
  kind: 'JobRun',
  metadata: {
    name: 'run',
    namespace: 'ns',
    uid: 'uid-1',
    resourceVersion: '7',
    annotations: { note: 'x'.repeat(1000) },
  },
  spec: { templateRef: 'echo', templateRevision: 'abc', args: ['y'.repeat(1000)] },
  status: { jobName: 'run-1', conditions: [{ type: 'Finished', status: finished ? 'True' : 'False' }] },
});

const job: Job = {
  metadata: {
    name: 'run-1',
    namespace: 'ns',
    uid: 'uid-2',
    resourceVersion: '8',
    annotations: {
      'hematoscope.app/results-from': 'main',
      'hematoscope.app/stopped': 'why',
      'hematoscope.app/ttl-seconds-after-finished': '5',
      note: 'x'.repeat(1000),
    },
    labels: { 'app.kubernetes.io/version': 'abc', 'hematoscope.app/job-run': 'run', team: 'z'.repeat(60) },
    ownerReferences: [
      { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'run', uid: 'uid-1', controller: true },
    ],
  },
  spec: { suspend: true, activeDeadlineSeconds: 1, template: { spec: { containers: [{ name: 'c', image: 'i' }] } } },
  status: { active: 1, conditions: [{ type: 'Suspended', status: 'False' }] },
};

describe('what the syncer stores', () => {
  it('of an unfinished run is not its content', () => {
    expect(runOutline(run(false)).spec).toEqual({ templateRef: 'echo', templateRevision: 'abc' });
    expect(JSON.stringify(runOutline(run(false))).length).toBeLessThan(400);
    expect(isFinished(runOutline(run(false)))).toBe(false);
  });

  it('of an unfinished run is its phase, which a new run does not have', () => {
    const running = { ...run(false), status: { ...run(false).status, phase: 'Running' as const } };
    expect(ownRunOutline(running).status?.phase).toBe('Running');
    expect(ownRunOutline(run(false)).status?.phase).toBeUndefined();
    const finished = { ...run(true), status: { ...run(true).status, phase: 'Failed' as const } };
    expect(ownRunOutline(finished)).toEqual(runOutline(finished));
  });

  it.each([false, true])('of a run is the uid of its Job (finished: %s)', (finished) => {
    const withJob = { ...run(finished), status: { ...run(finished).status, jobUid: 'uid-2' } };
    const kept = ownRunOutline(withJob);
    expect(kept.status?.jobUid).toBe('uid-2');
    expect(ownRunOutline(kept)).toEqual(kept);
  });

  it('of a finished run is its identity, its template, and that it is finished', () => {
    const kept = runOutline(run(true));
    expect(JSON.stringify(kept).length).toBeLessThan(400);
    expect(isFinished(kept)).toBe(true);
    expect(kept.metadata).toEqual({ name: 'run', namespace: 'ns', uid: 'uid-1', resourceVersion: '7' });
    expect(templateKeyOfRun(kept)).toEqual(templateKeyOfRun(run(true)));
    expect(kept.spec.templateRevision).toBe('abc');
    expect(runOutline(kept)).toEqual(kept);
  });

  it('of a finished run with a callback is also where and when it is sent, until it is settled; and no token', () => {
    const callbackUrl = 'https://hooks.example.com';
    const withCallback = (finished: boolean, status: object = {}): JobRun => {
      const of = run(finished);
      const spec = { ...of.spec, callbackUrl, callbackToken: 'very-secret' };
      return { ...of, spec, status: { ...of.status, ...status } };
    };
    const pending = { callback: { state: 'Pending' as const, attempts: 2, nextAttemptTime: '2026-11-28T12:00:00Z' } };
    const kept = ownRunOutline(withCallback(true, pending));
    expect(kept.spec).toEqual({ templateRef: 'echo', templateRevision: 'abc', callbackUrl });
    expect(kept.status).toMatchObject(pending);
    expect(ownRunOutline(kept)).toEqual(kept);
    expect(ownRunOutline(withCallback(true)).spec).toHaveProperty('callbackUrl');
    const ofTemplate = { callback: { ...pending.callback, url: callbackUrl } };
    const inherited = ownRunOutline({ ...run(true), status: { ...run(true).status, ...ofTemplate } });
    expect(inherited.status).toMatchObject(ofTemplate);
    expect(inherited.spec).not.toHaveProperty('callbackUrl');
    for (const other of [
      withCallback(false),
      withCallback(true, { callback: { state: 'Delivered', attempts: 1 } }),
      run(true),
    ]) {
      expect(ownRunOutline(other)).toEqual(runOutline(other));
    }
  });

  it('of a finished run of this shard is also when and how it finished, and whether it is retained, in few bytes', () => {
    const lastTransitionTime = '2026-11-28T12:00:00Z';
    const message = 'z'.repeat(1000);
    const conditions = ['SuccessCriteriaMet', 'Complete', 'Finished'].map((type) => ({
      ...{ type, status: 'True', lastTransitionTime, message },
    }));
    const of = { ...run(true), status: { conditions } };
    const kept = ownRunOutline(of);
    expect(kept.status).toEqual({
      conditions: [
        { type: 'Finished', status: 'True', lastTransitionTime },
        { type: 'Complete', status: 'True' },
      ],
    });
    expect(kept.metadata).not.toHaveProperty('annotations');
    expect(ownRunOutline(kept)).toEqual(kept);
    expect(JSON.stringify(kept).length).toBeLessThan(400);
    const tracked = { ...of, metadata: { ...of.metadata, labels: { 'helm.toolkit.fluxcd.io/name': 'a' } } };
    expect(ownRunOutline(tracked).metadata.annotations).toEqual({ 'hematoscope.app/retain': 'true' });
    expect(ownRunOutline(ownRunOutline(tracked))).toEqual(ownRunOutline(tracked));
    // One object for all of them.
    expect(ownRunOutline(tracked).metadata.annotations).toBe(ownRunOutline(tracked).metadata.annotations);
  });

  it('of a Job is its owner, its whole status, its time to live, and whether it is suspended or stopped', () => {
    const kept = trimmedJob(job);
    expect(isOwnJob(kept, run(false))).toBe(true);
    expect(kept.status).toEqual(job.status);
    expect(kept.spec).toEqual({ suspend: true, activeDeadlineSeconds: 1 });
    expect(kept.metadata?.labels).toEqual({ 'app.kubernetes.io/version': 'abc', 'hematoscope.app/job-run': 'run' });
    expect(kept.metadata?.annotations).toEqual({
      'hematoscope.app/results-from': 'main',
      'hematoscope.app/stopped': 'why',
      'hematoscope.app/ttl-seconds-after-finished': '5',
    });
    expect(trimmedJob(kept)).toEqual(kept);
    expect(trimmedJob({ metadata: { name: 'a' } }).metadata).not.toHaveProperty('annotations');
  });
});

it('what the syncer stores of a Job includes how often it retries, which the status of a failed run names', () => {
  expect(trimmedJob({ ...job, spec: { ...job.spec!, backoffLimit: 3 } }).spec).toMatchObject({
    suspend: true,
    backoffLimit: 3,
  });
});
