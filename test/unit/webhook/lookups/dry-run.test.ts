import { beforeEach, describe, expect, it } from 'vitest';
import type { Job } from '../../../../api/wire.ts';
import { dryRunJob } from '../../../../webhook/lookups/dry-run.ts';
import { KubeApiError } from '../../../../kube/client/api-error.ts';
import { brokenConnection, FakeApiServer, invalidJob, noAnswer, refusal } from '../fake-api-server.ts';

const JOB: Job = {
  metadata: {
    name: 'echo-1',
    namespace: 'team',
    ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: 'x', uid: 'u' }],
  },
  spec: { template: { spec: { containers: [] } } },
};

let apiServer: FakeApiServer;

beforeEach(() => {
  apiServer = new FakeApiServer();
});

const dryRun = (signal = new AbortController().signal) => dryRunJob(apiServer, JOB, signal);
const failWith = (...errors: Error[]) => {
  apiServer.onDryRun = () => {
    const error = errors[apiServer.dryRuns.length - 1];
    if (error) throw error;
  };
};
const fieldValidations = () => apiServer.dryRuns.map(({ options }) => options.fieldValidation);

describe('dryRunJob', () => {
  it('creates the Job without its owner in a strict dry run', async () => {
    expect(await dryRun()).toEqual({ kind: 'accepted', warnings: [] });
    expect(apiServer.dryRuns).toMatchObject([
      { namespace: 'team', options: { dryRun: true, fieldValidation: 'Strict', timeoutMs: 2500 } },
    ]);
    expect(apiServer.dryRuns[0]?.job.metadata).toEqual({ name: 'echo-1', namespace: 'team' });
    expect(JOB.metadata).toHaveProperty('ownerReferences');
  });

  it('returns the warnings of the API server', async () => {
    apiServer.onDryRun = ({ options }) => options.onWarning?.('careful');
    expect(await dryRun()).toEqual({ kind: 'accepted', warnings: ['careful'] });
  });

  it('accepts a Job whose name is in use', async () => {
    const body = JSON.stringify({ kind: 'Status', reason: 'AlreadyExists', code: 409 });
    failWith(new KubeApiError({ method: 'POST', path: '/', code: 409, body }));
    expect(await dryRun()).toEqual({ kind: 'accepted', warnings: [] });
  });

  it('reports the errors of an invalid Job', async () => {
    failWith(invalidJob('spec.backoffLimit', 'wrong'));
    expect(await dryRun()).toMatchObject({
      kind: 'invalid',
      errors: [{ path: 'spec.backoffLimit', message: 'wrong' }],
    });
    expect(fieldValidations()).toEqual(['Strict']);
  });

  it('ignores unknown fields in a second dry run, to report the other errors too', async () => {
    failWith(refusal(400, 'strict decoding error: unknown field "spec.x"'), invalidJob('spec.backoffLimit', 'wrong'));
    expect(await dryRun()).toMatchObject({
      kind: 'invalid',
      errors: [{ path: 'spec.x' }, { path: 'spec.backoffLimit' }],
    });
    expect(fieldValidations()).toEqual(['Strict', 'Ignore']);
  });

  it('repeats a dry run once over a broken connection', async () => {
    failWith(brokenConnection());
    expect(await dryRun()).toEqual({ kind: 'accepted', warnings: [] });
    apiServer.dryRuns.length = 0;
    failWith(brokenConnection(), brokenConnection());
    expect(await dryRun()).toEqual({ kind: 'unknown', why: 'POST /: read ECONNRESET' });
  });

  it('does not repeat a dry run without a response', async () => {
    failWith(noAnswer());
    expect(await dryRun()).toEqual({ kind: 'unknown', why: 'POST /: no answer in 2500 ms' });
    expect(apiServer.dryRuns).toHaveLength(1);
  });

  it('is unknown if the time is up, and passes on a bug', async () => {
    failWith(new TypeError('a bug'));
    await expect(dryRun()).rejects.toThrow('a bug');
    apiServer.dryRuns.length = 0;
    expect(await dryRun(AbortSignal.abort())).toEqual({
      kind: 'unknown',
      why: 'the API server took too long to answer',
    });
  });
});
