import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JOBS, PODS } from '../../api/resources.ts';
import { startCli } from './cli-process.ts';
import type { CliProcess } from './cli-process.ts';
import { expectSuccess } from './command-results.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { FaultProxy, SeenRequest } from './fault-proxy.ts';
import { failed } from './job-statuses.ts';
import {
  eventually,
  jobRun,
  MANAGED_BY_TEST,
  ProductEnvironment,
  template,
  type Tenant,
} from './product-environment.ts';

/** Exit codes that need a fault, or a Pod that failed. */
let environment: ProductEnvironment;
let tenant: Tenant;
let proxy: FaultProxy;
let scratch: string;

beforeAll(async () => {
  environment = await ProductEnvironment.start();
  tenant = await environment.tenant();
  await tenant.applied(template('managed', {}, { spec: MANAGED_BY_TEST }));
  proxy = await startFaultProxy(environment.webhookEnvironment.kubeConfig);
  scratch = await mkdtemp(join(tmpdir(), 'cli-outcomes-'));
  await writeFile(join(scratch, 'kubeconfig'), proxy.kubeConfig.exportConfig());
});
afterEach(() => {
  proxy.onRequest = () => 'pass';
});
afterAll(async () => {
  await proxy.close();
  await environment.stop();
  await rm(scratch, { recursive: true, force: true });
});

/** Through the proxy. */
const start = (...args: string[]): CliProcess =>
  startCli([...args, '-n', tenant.namespace], { kubeconfig: join(scratch, 'kubeconfig') });
const isCreate = ({ method, path }: SeenRequest) => method === 'POST' && path.includes('/jobruns');
const isRead = ({ method, path }: SeenRequest) => method === 'GET' && path.includes('/jobruns');

describe('kubectl jobrun run, with a connection that breaks', () => {
  it('finds the run if the answer to its creation is lost', async () => {
    proxy.onRequest = (request) => (isCreate(request) ? 'cutAfter' : 'pass');
    const { code, stdout, stderr } = await start('run', 'managed', '-d', '--name', 'lost').ended;
    expect([code, stdout], stderr).toEqual([0, 'jobrun.hematoscope.app/lost\n']);
    await tenant.run('lost');
  });

  it('exits with 2 if the request did not arrive, and never creates the run later', async () => {
    proxy.onRequest = (request) => (isCreate(request) ? 'cutBefore' : 'pass');
    const before = proxy.requests.length;
    const { code, stderr } = await start('run', 'managed', '-d', '--name', 'unsent').ended;
    expect(code, stderr).toBe(2);
    expect(stderr).toContain('the API server cannot be reached');
    expect((await tenant.kubectl(['get', 'jobrun', 'unsent'])).code).not.toBe(0);
    expect(proxy.requests.slice(before).filter(isCreate)).toHaveLength(1);
  });

  it('exits with 5 if nobody can tell whether the run was created', async () => {
    proxy.onRequest = (request) => (isCreate(request) ? 'cutAfter' : isRead(request) ? 'cutBefore' : 'pass');
    const { code, stdout, stderr } = await start('run', 'managed', '-d', '--name', 'unclear').ended;
    expect([code, stdout]).toEqual([5, '']);
    expect(stderr).toContain('error: it is not known whether the JobRun "unclear" was created: ');
  });

  it('exits with 5 if the run can be read no longer', async () => {
    const running = start('run', 'managed', '--wait', '--name', 'hidden');
    await eventually('it to wait', () => Promise.resolve(running.stderr().includes('jobrun/hidden is pending')));
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code: 403,
      reason: 'Forbidden',
      message: 'no',
    };
    proxy.onRequest = (request) => (isRead(request) ? { code: 403, status } : 'pass');
    proxy.cutAll();
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(5);
    expect(stderr).toContain('the outcome of jobrun/hidden is not known: ');
  });
});

describe('kubectl jobrun wait', () => {
  it('exits with 5 if the Job was deleted while nobody watched it', async () => {
    await tenant.created(jobRun('unwatched', 'managed'));
    const { metadata } = await tenant.job('unwatched');
    const waiting = start('wait', 'unwatched');
    await environment.stopSyncer();
    expectSuccess(await tenant.kubectl(['delete', 'job', metadata!.name!]));
    await environment.startSyncer();
    const { code, stderr } = await waiting.ended;
    expect(code, stderr).toBe(5);
    expect(stderr).toMatch(/^jobrun\/unwatched has an unknown outcome: .+$/m);
  });
});

describe('kubectl jobrun run --pass-exit-code', () => {
  /** The run fails because a container of its Pod has exited with 42. */
  const failsWith42 = async (name: string): Promise<void> => {
    const { metadata } = await tenant.job(name);
    const { name: job = '', uid } = metadata!;
    const { namespace } = tenant;
    const owner = { apiVersion: 'batch/v1', kind: 'Job', name: job, uid, controller: true, blockOwnerDeletion: true };
    const labels = { 'batch.kubernetes.io/controller-uid': uid, 'batch.kubernetes.io/job-name': job };
    const spec = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] };
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: `${name}-pod`, labels, ownerReferences: [owner] },
      spec,
    };
    await tenant.created(pod);
    const now = new Date().toISOString();
    const terminated = { exitCode: 42, reason: 'Error', startedAt: now, finishedAt: now };
    const container = {
      name: 'main',
      image: 'busybox',
      imageID: '',
      ready: false,
      restartCount: 0,
      state: { terminated },
    };
    const podKey = { namespace, name: `${name}-pod`, subresource: 'status' };
    await environment.client.patch(PODS, podKey, { status: { phase: 'Failed', containerStatuses: [container] } });
    await environment.client.patch(JOBS, { namespace, name: job, subresource: 'status' }, { status: failed() });
  };

  it.each([
    ['exits with the exit code of the container', ['--pass-exit-code'], 42],
    ['is needed for that', [], 1],
  ])('%s', async (_, flags, expected) => {
    const name = `exits-${expected}`;
    const running = start('run', 'managed', '--wait', '--name', name, ...flags);
    await eventually('the run', () => Promise.resolve(running.stderr().includes(`jobrun/${name} created`)));
    await failsWith42(name);
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(expected);
  });

  it('exits with 0 if the run succeeds', async () => {
    const running = start('run', 'managed', '--wait', '--name', 'fine', '--pass-exit-code');
    await eventually('the run', () => Promise.resolve(running.stderr().includes('jobrun/fine created')));
    await tenant.complete(await tenant.job('fine'));
    expect((await running.ended).code).toBe(0);
  });
});
