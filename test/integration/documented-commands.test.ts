import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { ensureProgram } from '../../local-kubernetes/programs/programs.ts';
import { execute } from '../e2e/execute.ts';
import { expectSuccess } from './command-results.ts';
import { readText } from './documented.ts';
import { jobRun, MANAGED_BY_TEST, ProductEnvironment, template, type Tenant } from './product-environment.ts';

const PAGE = 'docs/runs.md';
const BLOCK = /^```sh\n([\s\S]*?)^```$/gm;
/** The commands for the shell, in the order of the page. */
const COMMANDS = [...readText(PAGE).matchAll(BLOCK)].map(([, text = '']) => text);

let environment: ProductEnvironment;
let tenant: Tenant;

beforeAll(async () => {
  environment = await ProductEnvironment.start();
  tenant = await environment.tenant();
  await tenant.applied(template('echo', {}, { spec: MANAGED_BY_TEST }));
});
afterAll(async () => {
  await environment.stop();
});

/** Runs the block as a user does whose current namespace is that of the test. */
async function runBlock(part: string, name: string): Promise<string> {
  const [block = '', ...more] = COMMANDS.filter((command) => command.includes(part));
  expect(more).toEqual([]);
  const kubectl = await ensureProgram('kubectl');
  const { kubeconfig } = environment.webhookEnvironment.controlPlane;
  const start = `kubectl() { ${kubectl} --kubeconfig ${kubeconfig} -n ${tenant.namespace} "$@"; }\n`;
  const script = `set -eo pipefail\n${start}${block.replaceAll('NAME', name)}`;
  return expectSuccess(await execute(['bash', '-c', script])).stdout;
}

async function finished(name: string, metadata: object = {}): Promise<JobRun> {
  await tenant.applied(jobRun(name, 'echo', { args: [name] }, metadata));
  await tenant.complete(await tenant.job(name));
  return tenant.runThat(name, ({ status }) => status?.phase === 'Succeeded');
}

const runs = async (): Promise<JobRun[]> =>
  (await environment.client.list<JobRun>(JOB_RUNS, { namespace: tenant.namespace })).items;

test(`${PAGE} has the commands that are tried here`, () => {
  expect(COMMANDS).toHaveLength(4);
});

test('a result is printed', async () => {
  await finished('with-results');
  const key = { namespace: tenant.namespace, name: 'with-results', subresource: 'status' };
  await environment.client.patch(JOB_RUNS, key, { status: { results: { rows: 42 } } });
  expect(await runBlock('.status.results', 'with-results')).toBe('42');
});

test('a run is cancelled, and its end is awaited', async () => {
  await tenant.applied(jobRun('too-long', 'echo', { suspend: true }));
  await tenant.runThat('too-long', ({ status }) => status?.phase === 'Suspended');
  await runBlock('"cancel":true', 'too-long');
  expect((await tenant.run('too-long')).status).toMatchObject({ phase: 'Cancelled' });
});

test('a run is retained', async () => {
  await finished('echo-hello');
  await runBlock('hematoscope.app/retain', 'echo-hello');
  expect((await tenant.run('echo-hello')).metadata.annotations).toMatchObject({ 'hematoscope.app/retain': 'true' });
});

test('a run is repeated, without what belongs to the first one', async () => {
  const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
  await finished('first', { labels, annotations: { 'hematoscope.app/retain': 'true' }, finalizers: ['example.com/a'] });
  // The present template has another revision.
  await tenant.applied(template('echo', { image: 'busybox:1' }, { spec: MANAGED_BY_TEST }));
  const { spec: first } = await tenant.run('first');
  await runBlock('rerun-of', 'first');
  const again = (await runs()).find(({ metadata }) => metadata.name?.startsWith('first-'));
  const { metadata, spec } = again!;
  expect(Object.keys(metadata.annotations ?? {}).sort()).toEqual([
    'hematoscope.app/requested-by',
    'hematoscope.app/rerun-of',
  ]);
  expect(metadata.labels).toEqual({ 'hematoscope.app/job-template': 'echo' });
  expect(metadata).not.toHaveProperty('finalizers');
  expect(spec).toEqual({ ...first, templateRevision: expect.not.stringMatching(first.templateRevision!) as string });
  const { name = '' } = metadata;
  const job = await tenant.job(name);
  expect(job.spec!.template.spec!.containers[0]!.image).toBe('busybox:1');
  expect((await tenant.kubectl(['get', 'jobruns', name, '-o', 'wide'])).stdout).toMatch(/RERUN OF[\s\S]*first/);
  expect((await tenant.kubectl(['describe', 'jobrun', name])).stdout).toContain('hematoscope.app/rerun-of: first');
});

test('a run that was cancelled is repeated, and the new one runs', async () => {
  await tenant.applied(jobRun('stopped', 'echo', { suspend: true }));
  await runBlock('"cancel":true', 'stopped');
  await runBlock('rerun-of', 'stopped');
  const again = (await runs()).find(({ metadata }) => metadata.name?.startsWith('stopped-'));
  await tenant.job(again!.metadata.name!);
});
