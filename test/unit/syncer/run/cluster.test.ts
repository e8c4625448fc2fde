import { describe, expect, it } from 'vitest';
import type { KubeClient } from '../../../../kube/client/client.ts';
import { KubeApiError, KubeTimeoutError } from '../../../../kube/client/api-error.ts';
import { Cluster } from '../../../../syncer/run/cluster.ts';
import { NoTurnError } from '../../../../syncer/run/write-turns.ts';
import type { WriteGuard } from '../../../../syncer/write-guard.ts';
import { echoRun } from '../../core/objects.ts';

const OWNER = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'echo-hello', uid: 'run', controller: true };
const JOB = {
  metadata: { namespace: 'team', name: 'a', uid: 'job-uid', resourceVersion: '3', ownerReferences: [OWNER] },
};
const RUN = echoRun({}, { resourceVersion: '7' });
const notFound = new KubeApiError({ method: 'GET', path: '/', code: 404, body: '{}' });

function begin({ error, held = true, wait = false }: { error?: Error; held?: boolean; wait?: boolean } = {}) {
  const requests: unknown[][] = [];
  const answer = (...request: unknown[]) => {
    requests.push(request);
    return error ? Promise.reject(error) : Promise.resolve({});
  };
  const client = { get: answer } as unknown as KubeClient;
  const guard: WriteGuard = {
    assertHeld: () => {
      if (!held) throw new Error('not the leader');
    },
    lost: new AbortController().signal,
  };
  const turns: string[] = [];
  const take = (key: string) => {
    if (wait) throw new NoTurnError(true);
    turns.push(key);
    const { signal } = makingRoom;
    return { signal, sent: () => turns.push('sent'), end: () => turns.push('over') };
  };
  const makingRoom = new AbortController();
  const writer = { create: answer, patch: answer, delete: answer } as unknown as KubeClient;
  const writes = (of: string) => ({ client: writer, turns: { take: (key: string) => take(`${of} ${key}`) } });
  const late: string[] = [];
  const onTimeout = (_error: unknown, run: string) => late.push(run);
  const cluster = new Cluster(client, guard, { jobs: writes('jobs'), statuses: writes('statuses'), onTimeout });
  return { cluster, requests, turns, late, makingRoom };
}

type Call = (cluster: Cluster) => Promise<unknown>;
const WRITES: [string, Call][] = [
  ['creates a Job', (cluster) => cluster.createJob('team', JOB)],
  ['suspends a Job', (cluster) => cluster.suspendJob(JOB, true)],
  ['writes a status', (cluster) => cluster.patchStatus(RUN, {})],
  ['stops a Job', (cluster) => cluster.stopJob(JOB, 'why')],
  ['deletes a Job', (cluster) => cluster.deleteJob(JOB)],
  ['deletes a Job that has not changed', (cluster) => cluster.deleteUnchangedJob(JOB)],
];
const DELETES_RUN: [string, Call] = ['deletes a run', (cluster) => cluster.deleteRun(RUN)];
const READS: [string, Call][] = [
  ['reads a Job', (cluster) => cluster.getJob('team', 'a')],
  ['reads a JobTemplate', (cluster) => cluster.getTemplate({ kind: 'JobTemplate', namespace: 'team', name: 'a' })],
  ['reads a ClusterJobTemplate', (cluster) => cluster.getTemplate({ kind: 'ClusterJobTemplate', name: 'a' })],
];

describe('the requests of the syncer', () => {
  it.each([...WRITES, DELETES_RUN])(
    'report that the API server did not answer in time when it %s',
    async (_what, call) => {
      const error = new KubeTimeoutError('no answer in 2000 ms');
      const { cluster, late } = begin({ error });
      await expect(call(cluster)).rejects.toBe(error);
      expect(late).toEqual(['team/echo-hello']);
    },
  );

  it.each([...WRITES, DELETES_RUN])('only the leader %s', async (_what, call) => {
    const { cluster, requests } = begin({ held: false });
    await expect(call(cluster)).rejects.toThrow('not the leader');
    expect(requests).toEqual([]);
  });

  it.each(READS)('any process %s', async (_what, call) => {
    const { cluster, requests } = begin({ held: false });
    await call(cluster);
    expect(requests).toHaveLength(1);
  });

  it.each([...READS, ...WRITES.slice(1)])('one that %s returns nothing if it does not exist', async (_what, call) => {
    expect(await call(begin({ error: notFound }).cluster)).toBeUndefined();
  });

  it.each([...READS, ...WRITES])('one that %s throws every other error', async (_what, call) => {
    const error = new KubeApiError({ method: 'GET', path: '/', code: 500, body: '{}' });
    await expect(call(begin({ error }).cluster)).rejects.toBe(error);
  });

  it('suspends only this Job, and not another one with its name', async () => {
    const { cluster, requests } = begin();
    await cluster.suspendJob(JOB, false);
    expect(requests[0]?.slice(1, 3)).toEqual([
      { namespace: 'team', name: 'a' },
      { metadata: { uid: 'job-uid' }, spec: { suspend: false } },
    ]);
  });

  it('deletes only this Job, and its Pods after it', async () => {
    const { cluster, requests } = begin();
    await cluster.deleteJob(JOB);
    expect(requests[0]?.slice(1)).toMatchObject([
      { namespace: 'team', name: 'a' },
      { preconditions: { uid: 'job-uid' }, propagationPolicy: 'Background' },
    ]);
  });

  it('deletes only this version of a run, and its Job after it', async () => {
    const { cluster, requests } = begin();
    await cluster.deleteRun(RUN);
    expect(requests[0]?.slice(1)).toMatchObject([
      { namespace: 'team', name: 'echo-hello' },
      { preconditions: { uid: RUN.metadata.uid, resourceVersion: '7' }, propagationPolicy: 'Background' },
    ]);
  });

  it('stops only this version of the Job', async () => {
    const { cluster, requests } = begin();
    await cluster.stopJob(JOB, 'cancelled by anna');
    expect(requests[0]?.slice(1, 3)).toEqual([
      { namespace: 'team', name: 'a' },
      {
        metadata: {
          uid: 'job-uid',
          resourceVersion: '3',
          annotations: { 'hematoscope.app/stopped': 'cancelled by anna' },
        },
        spec: { activeDeadlineSeconds: 1 },
      },
    ]);
  });

  it('deletes only this version of the Job, if it must not have changed', async () => {
    const { cluster, requests } = begin();
    await cluster.deleteUnchangedJob(JOB);
    expect(requests[0]?.[2]).toMatchObject({
      preconditions: { uid: 'job-uid', resourceVersion: '3' },
      propagationPolicy: 'Background',
    });
  });

  it('deletes nothing if another Job has the name now', async () => {
    const error = new KubeApiError({ method: 'DELETE', path: '/', code: 409, body: '{"reason":"Conflict"}' });
    await expect(begin({ error }).cluster.deleteJob(JOB)).resolves.toBeUndefined();
  });

  it('writes the status of only this version of the run', async () => {
    const { cluster, requests } = begin();
    await cluster.patchStatus(RUN, { phase: 'Running' });
    expect(requests[0]?.slice(1, 3)).toEqual([
      { namespace: 'team', name: 'echo-hello', subresource: 'status' },
      { metadata: { uid: RUN.metadata.uid, resourceVersion: '7' }, status: { phase: 'Running' } },
    ]);
  });

  const IN_TURN = [...WRITES, DELETES_RUN].map(([what, call]): [string, Call, string] => {
    return [what, call, what === 'writes a status' ? 'statuses team/echo-hello' : 'jobs team/echo-hello'];
  });

  it.each(IN_TURN)('one that %s has the turn of its run until it is answered', async (_what, call, taken) => {
    const { cluster, turns, requests, makingRoom } = begin();
    await call(cluster);
    expect(turns).toEqual([taken, 'over']);
    const { beforeSend, signal } = requests[0]?.at(-1) as { beforeSend: () => void; signal: AbortSignal };
    beforeSend();
    expect(turns.at(-1)).toBe('sent');
    makingRoom.abort();
    expect(signal.aborted).toBe(true);
  });

  it.each(IN_TURN)(
    'one that %s gives its turn back if it fails, and is not sent without a turn',
    async (_w, call, taken) => {
      const failing = begin({ error: new Error('refused') });
      await expect(call(failing.cluster)).rejects.toThrow('refused');
      expect(failing.turns).toEqual([taken, 'over']);
      const waiting = begin({ wait: true });
      await expect(call(waiting.cluster)).rejects.toThrow(NoTurnError);
      expect(waiting.requests).toEqual([]);
    },
  );

  it('creates a Job with strict validation of its fields', async () => {
    const { cluster, requests } = begin();
    await cluster.createJob('team', JOB);
    expect(requests[0]?.[3]).toMatchObject({ fieldValidation: 'Strict' });
  });
});
