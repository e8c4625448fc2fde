import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { API_VERSION } from '../../api/names.ts';
import type { Job } from '../../api/wire.ts';
import { startCli } from './cli-process.ts';
import { startWebhookEnvironment, type WebhookEnvironment } from './webhook-environment.ts';

let environment: WebhookEnvironment;
let directory: string;
let file: string;

const NAMESPACE = 'templates';

const template = (image: string, runs?: object) => ({
  apiVersion: API_VERSION,
  kind: 'JobTemplate',
  metadata: { name: 'batch', namespace: NAMESPACE },
  spec: {
    template: {
      spec: { restartPolicy: 'Never', containers: [{ name: 'work', image, args: ['$(params.day)'] }] },
    },
  },
  parameters: [{ name: 'day', description: 'Day of the month', schema: { type: 'integer', maximum: 31 } }],
  ...(runs && { runs }),
});

beforeAll(async () => {
  environment = await startWebhookEnvironment({ dryRun: false });
  directory = await mkdtemp(join(tmpdir(), 'cli-template-'));
  file = join(directory, 'template.yaml');
  await environment.kubectl(['create', 'namespace', NAMESPACE]);
  await apply(template('busybox:1'));
  // The revision is stored for a run.
  const spec = { templateRef: 'batch', parameters: { day: 1 } };
  await apply({ apiVersion: API_VERSION, kind: 'JobRun', metadata: { name: 'one', namespace: NAMESPACE }, spec });
  await apply(template('busybox:2'));
  await writeFile(file, JSON.stringify(template('busybox:3', { concurrency: { policy: 'Forbid' } })));
});

afterAll(async () => {
  await environment.stop();
  await rm(directory, { recursive: true });
});

async function apply(manifest: object): Promise<void> {
  expect(await environment.kubectl(['apply', '-f', '-'], manifest)).toMatchObject({ code: 0 });
}

const cli = (args: string[], kubeconfig = environment.controlPlane.kubeconfig) =>
  startCli(['template', ...args], { kubeconfig }).ended;
const inCluster = (...args: string[]) => cli(['-n', NAMESPACE, ...args]);

const containersOf = (text: string) => (parse(text) as Job).spec?.template.spec?.containers;

async function oldRevision(): Promise<string> {
  const { stdout } = await environment.kubectl(['get', 'jobrun', 'one', '-n', NAMESPACE, '-o', 'json']);
  return (JSON.parse(stdout) as { spec: { templateRevision: string } }).spec.templateRevision;
}

describe('kubectl jobrun template render', () => {
  it('prints the Job that a run would get', async () => {
    const { code, stdout, stderr } = await inCluster('render', 'batch', '-p', 'day=7', '--name', 'mine');
    expect(code, stderr).toBe(0);
    expect(parse(stdout)).toMatchObject({
      kind: 'Job',
      metadata: { namespace: NAMESPACE, labels: { 'hematoscope.app/job-run': 'mine' } },
    });
    expect(containersOf(stdout)).toMatchObject([{ image: 'busybox:2', args: ['7'] }]);
  });

  it('uses an older revision, and what the run overrides', async () => {
    const revision = await oldRevision();
    const { stdout } = await inCluster('render', 'batch', '-p', 'day=7', '--revision', revision, '--', 'x', 'y');
    expect(containersOf(stdout)).toMatchObject([{ image: 'busybox:1', args: ['x', 'y'] }]);
  });

  it('needs no cluster for a file', async () => {
    const { code, stdout, stderr } = await cli(
      ['render', 'batch', '-f', file, '-p', 'day=7', '-o', 'json'],
      '/nowhere',
    );
    expect(code, stderr).toBe(0);
    expect(containersOf(stdout)).toMatchObject([{ image: 'busybox:3', args: ['7'] }]);
  });

  it.each([
    ['a wrong value', ['batch', '-p', 'day=40'], /-p day: .*31\n.*Day of the month/],
    ['no value', ['batch'], /-p day: Required value/],
    ['a template that does not exist', ['nowhere'], /"nowhere" not found/],
    ['a revision that does not exist', ['batch', '-p', 'day=1', '--revision', '0123456789'], /not found/],
  ])('exits with 2 for %s', async (_, args, message) => {
    const { code, stdout, stderr } = await inCluster('render', ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });

  it.each([
    ['a file without the template', ['bathc'], /contains no JobTemplate "bathc"; did you mean "batch"\?/],
    ['a revision of a file', ['batch', '--revision', '0123456789'], /--revision: a file has no older revisions/],
  ])('exits with 2 for %s', async (_, args, message) => {
    const { code, stderr } = await cli(['render', ...args, '-f', file], '/nowhere');
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe('kubectl jobrun template diff', () => {
  it('compares the present template with the revision before it', async () => {
    const { code, stdout, stderr } = await inCluster('diff', 'batch');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`--- batch ${await oldRevision()}\n+++ batch (present)\n`);
    expect(stdout.split('\n').filter((line) => /^[-+] /.test(line))).toEqual([
      expect.stringMatching(/^- +(?:- )?image: busybox:1$/),
      expect.stringMatching(/^\+ +(?:- )?image: busybox:2$/),
    ]);
  });

  it('compares a revision with the present template, with another revision and with a file', async () => {
    const revision = await oldRevision();
    expect((await inCluster('diff', 'batch', revision)).stdout).toContain('image: busybox:2');
    expect((await inCluster('diff', 'batch', revision, file)).stdout).toContain('image: busybox:3');
    expect(await inCluster('diff', 'batch', revision, revision)).toMatchObject({
      ...{ code: 0, stdout: '' },
      stderr: `no difference between batch ${revision} and batch ${revision}\n`,
    });
  });

  it('shows what applying a file would change, also beside the revision', async () => {
    const { stdout } = await inCluster('diff', 'batch', file);
    expect(stdout).toContain(`--- batch (present)\n+++ ${file}\n`);
    expect(stdout).toMatch(/^\+runs:$/m);
    expect(stdout).not.toContain('resourceVersion');
  });

  it.each([
    ['an unknown revision', ['batch', '0123456789'], /not found/],
    ['a file before a revision', ['batch', 'x.yaml', '0123456789'], /give the revision first/],
    ['a file that does not exist', ['batch', 'nowhere.yaml'], /nowhere\.yaml:1: cannot be read/],
    ['an unknown template', ['nowhere'], /"nowhere" not found/],
  ])('exits with 2 for %s', async (_, args, message) => {
    const { code, stderr } = await inCluster('diff', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
