import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSuccess } from '../integration/command-results.ts';
import { repositoryDirectory, stateDirectory } from '../../local-kubernetes/paths.ts';
import { useCluster, type Cluster } from './cluster.ts';
import { execute } from './execute.ts';
import { installChart, removeEverything } from './install.ts';

const folder = join(repositoryDirectory, 'examples', 'python');

/** A virtual environment with the official client library, reused by later test runs. */
async function pythonWithClient(): Promise<string> {
  const environment = join(stateDirectory, 'python');
  const python = join(environment, 'bin', 'python');
  if (!existsSync(python)) {
    const made = await execute(['python3', '-m', 'venv', environment]);
    if (made.code !== 0)
      throw new Error(
        `python3 -m venv failed (on Debian: apt-get install python3-venv):\n${made.stdout}${made.stderr}`,
      );
  }
  const installed = await execute([python, '-m', 'pip', 'install', '--quiet', '-r', join(folder, 'requirements.txt')]);
  if (installed.code !== 0) throw new Error(installed.stderr);
  return python;
}

describe('the official Python client', { concurrent: false }, () => {
  let cluster: Cluster;
  let python: string;

  beforeAll(async () => {
    cluster = await useCluster();
    python = await pythonWithClient();
    await removeEverything(cluster);
    await installChart(cluster);
    await cluster.kubectl('delete', 'namespace', 'e2e-python', '--ignore-not-found', '--timeout=120s');
    await cluster.kubectl('create', 'namespace', 'e2e-python');
    const template = readFileSync(join(repositoryDirectory, 'examples', 'echo', 'template.yaml'), 'utf8');
    expectSuccess(await cluster.apply(template, '-n', 'e2e-python'));
  });

  afterAll(async () => {
    await cluster.kubectl('delete', 'namespace', 'e2e-python', '--ignore-not-found', '--wait=false');
    await removeEverything(cluster);
  });

  const runJob = (...args: string[]) =>
    execute([python, join(folder, 'run_job.py'), '--namespace', 'e2e-python', ...args], { env: cluster.environment });

  test('creates a JobRun, waits for it and prints the outcome', async () => {
    const done = await runJob('echo-template', 'Hello from Python');
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout).toMatch(/^created echo-template-\w+\nSucceeded: echo-template-\w+-[0-9a-f]{8}\n$/);
    const job = done.stdout.trim().split(' ').at(-1)!;
    expect(await cluster.kubectl('-n', 'e2e-python', 'logs', `job/${job}`)).toBe('Hello from Python\n');
  });

  test('gets the causes of a denial from ApiException, one by one', async () => {
    const done = await runJob('ehco-template');
    expect(done.code).toBe(2);
    expect(done.stderr).toMatch(
      /^refused: spec\.templateRef: Not found: "ehco-template".*did you mean "echo-template"\?\n$/,
    );
  });
});
