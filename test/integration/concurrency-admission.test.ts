import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { LABEL_CONCURRENCY_GROUP } from '../../api/names.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { expectRefusal } from './command-results.ts';
import { jobRun, MANAGED_BY_TEST, ProductEnvironment, template, type Tenant } from './product-environment.ts';

let environment: ProductEnvironment;
let tenant: Tenant;

beforeAll(async () => {
  environment = await ProductEnvironment.start();
});
beforeEach(async () => {
  tenant = await environment.tenant();
});
afterAll(async () => {
  await environment.stop();
});

const limited = (concurrency: object, parameters: object[] = [], args: string[] = []) =>
  template('echo', { args }, { spec: MANAGED_BY_TEST, content: { parameters, runs: { concurrency } } });
const BY_CUSTOMER = { policy: 'Forbid', group: 'customer-$(params.customer)' };
const USED = ['$(params.customer)'];

describe('admission of a template with a limit', () => {
  it('refuses the second run with Forbid, and names the first one', async () => {
    await tenant.applied(limited({ policy: 'Forbid' }));
    await tenant.created(jobRun('first', 'echo'));
    expect(expectRefusal(await tenant.create(jobRun('second', 'echo')))).toContain(
      'spec.templateRef: Forbidden: JobTemplate "echo" permits 1 run at a time; JobRun "first" is not finished',
    );
    await tenant.complete(await tenant.job('first'));
    await tenant.runThat('first', ({ status }) => status?.phase === 'Succeeded');
    await tenant.created(jobRun('second', 'echo'));
  });

  it('counts the runs of a group however large their metadata are', async () => {
    const limit = 40;
    await tenant.applied(limited({ policy: 'Forbid', limit }));
    const metadata = { annotations: { large: 'x'.repeat(240_000) } };
    const names = Array.from({ length: limit }, (_, index) => `run-${String(index).padStart(2, '0')}`);
    for (const name of names) {
      await environment.client.create(JOB_RUNS, tenant.namespace, jobRun(name, 'echo', {}, metadata) as JobRun);
    }
    expect(expectRefusal(await tenant.create(jobRun('one-more', 'echo')))).toContain(
      `permits ${limit} runs at a time; JobRuns "run-00", "run-01", "run-02", "run-03", "run-04" and 35 more are not finished`,
    );
  });

  it('finds the group of a run that names an older revision by the defaults of that revision', async () => {
    const ofCustomer = (name: string) => limited(BY_CUSTOMER, [{ name: 'customer', default: name }], USED);
    await tenant.applied(ofCustomer('a'));
    await tenant.created(jobRun('first', 'echo'));
    const { metadata, spec } = await tenant.run('first');
    await tenant.applied(ofCustomer('b'));
    const { templateRevision } = spec;
    expect(expectRefusal(await tenant.create(jobRun('second', 'echo', { templateRevision })))).toContain(
      'group "customer-a" permits 1 run at a time; JobRun "first" is not finished',
    );
    await tenant.complete(await tenant.job('first'));
    await tenant.runThat('first', ({ status }) => status?.phase === 'Succeeded');
    await tenant.created(jobRun('third', 'echo', { templateRevision }));
    const { metadata: third } = await tenant.run('third');
    expect(third.labels?.[LABEL_CONCURRENCY_GROUP]).toBe(metadata.labels?.[LABEL_CONCURRENCY_GROUP]);
    expect(expectRefusal(await tenant.create(jobRun('fourth', 'echo', { templateRevision })))).toContain('"third"');
    await tenant.created(jobRun('of-b', 'echo'));
  });

  it('never has a secret in the name of a group', async () => {
    const secret = limited(BY_CUSTOMER, [{ name: 'customer', secret: true }], USED);
    expect(expectRefusal(await tenant.apply(secret))).toContain(
      'runs.concurrency.group: Invalid value: "$(params.customer)": a secret parameter cannot be part of a group',
    );
    // The revision of a run can have declared the parameter secret that the present template does not.
    await tenant.applied(limited({ policy: 'Allow' }, [{ name: 'customer', secret: true }], USED));
    await tenant.created(jobRun('first', 'echo', { parameters: { customer: 'hunter2' } }));
    const { templateRevision } = (await tenant.run('first')).spec;
    await tenant.applied(limited({ ...BY_CUSTOMER, limit: 9 }, [{ name: 'customer' }], USED));
    const labels: (string | undefined)[] = [];
    for (const customer of ['hunter2', 'hunter3']) {
      await tenant.created(jobRun(customer, 'echo', { templateRevision, parameters: { customer } }));
      labels.push((await tenant.run(customer)).metadata.labels?.[LABEL_CONCURRENCY_GROUP]);
    }
    expect(labels[0]).toMatch(/^[0-9a-f]{40}$/);
    expect(labels[1]).toBe(labels[0]);
  });

  it.each<[string, string | null]>([
    ['removed from', null],
    ['replaced in', 'f'.repeat(40)],
  ])('has a label that cannot be %s a stored run', async (_how, label) => {
    await tenant.applied(limited({ policy: 'Queue' }));
    await tenant.created(jobRun('first', 'echo'));
    const { metadata } = await tenant.run('first');
    const { namespace } = tenant;
    const labels = { [LABEL_CONCURRENCY_GROUP]: label };
    const patched = await environment.client.patch(JOB_RUNS, { namespace, name: 'first' }, { metadata: { labels } });
    expect(patched.metadata?.labels).toEqual(metadata.labels);
  });

  it('is not joined by a run of a template without a limit', async () => {
    await tenant.applied(limited({ policy: 'Forbid' }));
    await tenant.applied(template('other', {}, { spec: MANAGED_BY_TEST }));
    await tenant.created(jobRun('first', 'echo'));
    const { labels } = (await tenant.run('first')).metadata;
    const forged = { [LABEL_CONCURRENCY_GROUP]: labels?.[LABEL_CONCURRENCY_GROUP] };
    await tenant.created(jobRun('created', 'other', {}, { labels: forged }));
    await tenant.created(jobRun('patched', 'other'));
    const key = { namespace: tenant.namespace, name: 'patched' };
    await environment.client.patch(JOB_RUNS, key, { metadata: { labels: forged } });
    for (const name of ['created', 'patched']) {
      expect((await tenant.run(name)).metadata.labels).toEqual({ 'hematoscope.app/job-template': 'other' });
    }
  });
});
