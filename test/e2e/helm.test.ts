import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { serveChartRepository, type ChartRepository } from './chart-repository.ts';
import { jobRunReview } from '../unit/webhook/reviews.ts';
import { imageRepository, useCluster, type Cluster } from './cluster.ts';
import { installChart, release, releaseNamespace, removeEverything, chartDirectory, writeValues } from './install.ts';
import { createRunsDuring, STEADY } from './steady-creates.ts';
import { eventually } from './eventually.ts';

const example = (name: string) => readFileSync(join(repositoryDirectory, 'examples', 'echo', name), 'utf8');

/** The life of an installation, in order: each test builds on the ones before it. */
describe('an installation with Helm', { concurrent: false }, () => {
  let cluster: Cluster;
  let repository: ChartRepository;

  beforeAll(async () => {
    cluster = await useCluster();
    await removeEverything(cluster);
    await cluster.kubectl('delete', 'namespace', 'e2e-helm', '--ignore-not-found', '--timeout=120s');
    await cluster.kubectl('create', 'namespace', 'e2e-helm');
    repository = await serveChartRepository(cluster, chartDirectory);
  });

  afterAll(async () => {
    await repository.stop();
    await cluster.kubectl('delete', 'namespace', 'e2e-helm', '--ignore-not-found', '--wait=false');
    await removeEverything(cluster);
  });

  const jobRun = async (path: string, name = 'echo-hello') =>
    (await cluster.kubectl('-n', 'e2e-helm', 'get', 'jobrun', name, '-o', `jsonpath=${path}`)).trim();

  test('helm repo add, helm install, and immediately kubectl apply', async () => {
    await cluster.helm('repo', 'add', 'hematoscope', repository.url);
    const chart = 'hematoscope/job-template-run';
    const place = ['--namespace', releaseNamespace, '--create-namespace'];
    await cluster.helm(
      'install',
      release,
      chart,
      ...place,
      '--values',
      writeValues(cluster),
      '--wait',
      '--timeout',
      '4m',
    );

    const template = await cluster.apply(example('template.yaml'), '-n', 'e2e-helm');
    expect(template).toMatchObject({ code: 0, stdout: 'jobtemplate.hematoscope.app/echo-template created\n' });
    const run = await cluster.apply(example('run.yaml'), '-n', 'e2e-helm');
    expect(run).toMatchObject({ code: 0, stdout: 'jobrun.hematoscope.app/echo-hello created\n' });
  });

  test('the run succeeds, its Pod printed hello, and its status shows both', async () => {
    await cluster.kubectl('-n', 'e2e-helm', 'wait', 'jobrun/echo-hello', '--for=condition=Finished', '--timeout=90s');
    expect(await jobRun('{.status.phase}')).toBe('Succeeded');
    expect(await jobRun('{.status.succeeded}')).toBe('1');
    const job = await jobRun('{.status.jobName}');
    expect(await cluster.kubectl('-n', 'e2e-helm', 'logs', `job/${job}`)).toBe('Hello, world!\n');
    const jobStatus = JSON.parse(
      await cluster.kubectl('-n', 'e2e-helm', 'get', 'job', job, '-o', 'jsonpath={.status}'),
    ) as Record<string, unknown>;
    const runStatus = JSON.parse(await jobRun('{.status}')) as Record<string, unknown>;
    expect(runStatus).toMatchObject({ startTime: jobStatus['startTime'], completionTime: jobStatus['completionTime'] });
  });

  test('kubectl get jr shows template, phase and times', async () => {
    const [header, row] = (await cluster.kubectl('-n', 'e2e-helm', 'get', 'jr')).split('\n');
    expect(header).toMatch(/^NAME +TEMPLATE +STATUS +START TIME +COMPLETION TIME +AGE/);
    expect(row).toMatch(/^echo-hello +echo-template +Succeeded /);
  });

  test('kubectl describe shows what happened as Events', async () => {
    const events = await eventually('both Events', async () => {
      const text = await cluster.kubectl('-n', 'e2e-helm', 'describe', 'jobrun', 'echo-hello');
      return text.includes('JobCreated') && /Normal\s+Completed/.test(text) ? text : undefined;
    });
    expect(events).toContain('Created Job');
  });

  test('a run of a missing template is denied, and the message suggests the right name', async () => {
    const denied = await cluster.apply(example('mistake.yaml'), '-n', 'e2e-helm');
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain(
      'The JobRun "echo-mistake" is invalid: spec.templateRef: Not found: "ehco-template"',
    );
    expect(denied.stderr).toContain('did you mean "echo-template"?');
  });

  test('a template with a typo is denied, and the message names the field and suggests the right one', async () => {
    const denied = await cluster.apply(
      example('template.yaml').replace('command:', 'comand:').replace('echo-template', 'typo'),
      '-n',
      'e2e-helm',
      '--validate=false',
    );
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain('spec.template.spec.containers[0].comand');
    expect(denied.stderr).toContain('did you mean "command"?');
  });

  test('a server-side dry run responds and creates nothing', async () => {
    const run = example('run.yaml').replace('echo-hello', 'echo-dry');
    const dry = await cluster.apply(run, '-n', 'e2e-helm', '--dry-run=server');
    expect(dry).toMatchObject({ code: 0, stdout: 'jobrun.hematoscope.app/echo-dry created (server dry run)\n' });
    expect(await cluster.kubectl('-n', 'e2e-helm', 'get', 'jr', 'echo-dry', '--ignore-not-found')).toBe('');
  });

  test('deleting a JobRun deletes its Job and Pods', async () => {
    await cluster.apply(example('run.yaml').replace('echo-hello', 'echo-gone'), '-n', 'e2e-helm');
    await cluster.kubectl('-n', 'e2e-helm', 'wait', 'jobrun/echo-gone', '--for=condition=Finished', '--timeout=90s');
    await cluster.kubectl('-n', 'e2e-helm', 'delete', 'jobrun', 'echo-gone');
    await eventually('Job and Pods gone', async () => {
      const left = await cluster.kubectl(
        '-n',
        'e2e-helm',
        'get',
        'jobs,pods',
        '-l',
        'hematoscope.app/job-run=echo-gone',
        '-o',
        'name',
      );
      return left === '' ? true : undefined;
    });
  });

  test('a run with a name of 253 characters runs as any other', async () => {
    const name = `${'n'.repeat(60)}.${'a'.repeat(62)}.${'m'.repeat(62)}.${'e'.repeat(66)}`;
    expect(await cluster.apply(example('run.yaml').replace('echo-hello', name), '-n', 'e2e-helm')).toMatchObject({
      code: 0,
    });
    await cluster.kubectl('-n', 'e2e-helm', 'wait', `jobrun/${name}`, '--for=condition=Complete', '--timeout=90s');
    expect(await cluster.kubectl('-n', 'e2e-helm', 'logs', `job/${await jobRun('{.status.jobName}', name)}`)).toBe(
      'Hello, world!\n',
    );
  });

  test('a run whose Job is deleted by hand fails, and no second Job is created', async () => {
    const sleeper = example('template.yaml').replace('echo-template', 'sleeper').replace('[echo]', '[sleep]');
    await cluster.apply(sleeper, '-n', 'e2e-helm');
    const run = example('run.yaml').replace('echo-hello', 'sleepy').replace('echo-template', 'sleeper');
    await cluster.apply(run.replace('Hello, world!', '600'), '-n', 'e2e-helm');
    const place = ['-n', 'e2e-helm'];
    await cluster.kubectl(...place, 'wait', 'jobrun/sleepy', '--for=jsonpath={.status.phase}=Running', '--timeout=60s');
    await cluster.kubectl(...place, 'delete', 'job', await jobRun('{.status.jobName}', 'sleepy'));
    await cluster.kubectl(...place, 'wait', 'jobrun/sleepy', '--for=condition=Finished', '--timeout=60s');
    expect(await jobRun('{.status.phase} {.status.conditions[?(@.type=="Failed")].reason}', 'sleepy')).toBe(
      'Failed JobDeleted',
    );
    expect(await cluster.kubectl(...place, 'get', 'jobs', '-l', 'hematoscope.app/job-run=sleepy', '-o', 'name')).toBe(
      '',
    );
  });

  test('a Pod that posts AdmissionReviews to the webhook learns nothing', async () => {
    const service = ['get', 'service', release, '-n', releaseNamespace, '-o', 'jsonpath={.spec.clusterIP}'];
    const address = await cluster.kubectl(...service);
    const spec = {
      templateRef: 'echo-templat',
      env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: 'a' } } }],
    };
    const body = JSON.stringify(jobRunReview(spec, { namespace: 'e2e-helm' }, { namespace: 'e2e-helm' }));
    const host = address.includes(':') ? `[${address}]` : address;
    const script = `
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      for (const path of ['/', '/validate', '/mutate', '/metrics', '/readyz', '/${'x'.repeat(40)}/validate']) {
        const answer = await fetch('https://${host}' + path, { method: 'POST', body: ${JSON.stringify(body)} });
        console.log(answer.status, JSON.stringify(await answer.text()));
      }`;
    const image = `${imageRepository}:${cluster.imageTag}`;
    const place = ['-n', 'e2e-helm'];
    await cluster.kubectl(
      ...[...place, 'run', 'stranger', `--image=${image}`, '--restart=Never', '--command', '--'],
      ...['/usr/local/bin/node', '--no-warnings', '--input-type=module', '-e', script],
    );
    await cluster.kubectl(
      ...place,
      'wait',
      'pod/stranger',
      '--for=jsonpath={.status.phase}=Succeeded',
      '--timeout=120s',
    );
    expect(await cluster.kubectl(...place, 'logs', 'stranger')).toBe('404 ""\n'.repeat(6));
  });

  test('helm test runs a JobRun until it succeeds', async () => {
    const output = await cluster.helm('test', release, '--namespace', releaseNamespace, '--timeout', '3m');
    expect(output).toContain('Succeeded');
  });

  test('no create is denied during helm upgrade', async () => {
    const upgrade = () => installChart(cluster, '--set', 'podAnnotations.rolled=once');
    const { refused } = await createRunsDuring(cluster, 'e2e-helm', upgrade, STEADY);
    expect(refused).toEqual([]);
  });

  test('helm uninstall leaves templates and runs, and no webhook configuration', async () => {
    await cluster.helm('uninstall', release, '--namespace', releaseNamespace, '--wait', '--timeout', '2m');
    expect(
      await cluster.kubectl('get', 'validatingwebhookconfigurations,mutatingwebhookconfigurations', '-o', 'name'),
    ).not.toContain(release);
    expect(await jobRun('{.status.phase}')).toBe('Succeeded');
    expect(await cluster.kubectl('-n', 'e2e-helm', 'get', 'jt', '-o', 'name')).toContain('echo-template');
    const pods = await cluster.apply(
      '{"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"plain"},"spec":{"suspend":true,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"busybox"}]}}}}',
      '-n',
      'e2e-helm',
    );
    expect(pods.code).toBe(0);
  });
});
