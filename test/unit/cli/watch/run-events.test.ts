import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { waitForRun } from '../../../../cli/watch/wait-for-run.ts';
import type { AwaitedRun } from '../../../../cli/watch/wait-for-run.ts';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';
import type { WatchEvent } from '../../../../kube/watch/watch-stream.ts';

const lost = new KubeConnectionError('reset');
const refused = (code: number): KubeApiError =>
  new KubeApiError({ method: 'GET', path: '/', code, body: `{"kind":"Status","code":${code}}` });

let versions = 0;
const run = (phase: string, uid = 'u'): JobRun => {
  const finished = ['Succeeded', 'Failed'].includes(phase) ? 'True' : 'False';
  return {
    metadata: { name: 'x', uid, resourceVersion: String((versions += 1)) },
    spec: { templateRef: 't' },
    status: { phase, conditions: [{ type: 'Finished', status: finished }] },
  } as unknown as JobRun;
};
const event = (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: JobRun): WatchEvent<JobRun> => ({ type, object });

/** An API server that answers lists and watches in this order. An error cuts a watch. */
function server(lists: (JobRun[] | Error)[], watches: (WatchEvent<JobRun> | Error)[][] = []) {
  const list = () => {
    const next = lists.shift() ?? new Error('no more lists');
    return next instanceof Error ? Promise.reject(next) : Promise.resolve({ metadata: {}, items: next });
  };
  // eslint-disable-next-line @typescript-eslint/require-await
  async function* watch() {
    for (const next of watches.shift() ?? []) {
      if (next instanceof Error) throw next;
      yield next;
    }
  }
  return { list, watch } as unknown as AwaitedRun['client'];
}

const wait = (client: AwaitedRun['client'], more: Partial<AwaitedRun> = {}) =>
  waitForRun({ client, namespace: 'n', name: 'x', signal: new AbortController().signal, ...more });

describe('waiting for a run', () => {
  it.each([
    ['has finished before', server([[run('Failed')]]), 1],
    ['finishes while it is watched', server([[run('Running')]], [[event('MODIFIED', run('Succeeded'))]]), 0],
    ['finishes while the connection is lost', server([[run('Running')], [run('Succeeded')]], [[lost]]), 0],
    [
      'finishes while the API server is away',
      server([[run('Running')], lost, refused(503), [run('Failed')]], [[lost]]),
      1,
    ],
    ['finishes after the watch expired', server([[run('Running')], [run('Failed')]], [[refused(410)]]), 1],
    ['finishes after the watch ended by itself', server([[run('Running')], [run('Failed')]], [[]]), 1],
    ['is deleted', server([[run('Running')]], [[event('DELETED', run('Running'))]]), 4],
    ['is deleted after it finished', server([[run('Running')]], [[event('DELETED', run('Succeeded'))]]), 0],
    ['is deleted while the connection is lost', server([[run('Running')], []], [[lost]]), 4],
    ['is replaced by another of its name', server([[run('Running')], [run('Succeeded', 'other')]], [[lost]]), 4],
  ])('that %s', async (_, client, exitCode) => {
    expect((await wait(client)).exitCode).toBe(exitCode);
  });

  it('that does not exist is a mistake', async () => {
    await expect(wait(server([[]]))).rejects.toMatchObject({
      exitCode: 2,
      message: 'there is no JobRun "x" in namespace "n"',
    });
  });

  it('that was just created, and is gone, is not', async () => {
    expect((await wait(server([[]]), { uid: 'u' })).exitCode).toBe(4);
  });

  it('reports an API server that is not there at the beginning', async () => {
    await expect(wait(server([lost]))).rejects.toBe(lost);
  });

  it('tries again at the beginning if the run is known to exist', async () => {
    expect((await wait(server([lost, [run('Succeeded')]]), { uid: 'u' })).exitCode).toBe(0);
  });

  it('says that the connection is lost, and that it is back', async () => {
    const troubles: (string | undefined)[] = [];
    const client = server([[run('Running')], lost, lost, [run('Succeeded')]], [[lost]]);
    await wait(client, { onTrouble: (error) => troubles.push(error?.message) });
    expect(troubles).toEqual(['reset', undefined]);
  });

  it('throws the reason when it is aborted', async () => {
    const controller = new AbortController();
    const client = server([[run('Running')]], [[event('MODIFIED', run('Running')), lost]]);
    const waiting = wait(client, {
      signal: controller.signal,
      onVersion: () => {
        controller.abort(new Error('enough'));
      },
    });
    await expect(waiting).rejects.toThrow('enough');
  });
});
