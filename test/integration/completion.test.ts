import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { ensureProgram } from '../../local-kubernetes/programs/programs.ts';
import { execute } from '../e2e/execute.ts';
import { expectSuccess } from './command-results.ts';
import { jobRun, MANAGED_BY_TEST, ProductEnvironment, template, type Tenant } from './product-environment.ts';

/** The real kubectl asks the plugin, on a real cluster. */
describe('kubectl completes kubectl jobrun', () => {
  let environment: ProductEnvironment;
  let tenant: Tenant;
  let bin: string;
  let kubectl: string;

  beforeAll(async () => {
    environment = await ProductEnvironment.start();
    tenant = await environment.tenant();
    bin = await mkdtemp(join(tmpdir(), 'completion-'));
    kubectl = await ensureProgram('kubectl');
    const main = join(repositoryDirectory, 'cli', 'main.ts');
    await writeFile(join(bin, 'kubectl-jobrun'), `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
    await chmod(join(bin, 'kubectl-jobrun'), 0o755);
    expectSuccess(await run(kubectl, 'jobrun', 'completion', 'install'));
    const parameters = [
      { name: 'note', default: '' },
      { name: 'level', description: 'How loud', schema: { type: 'string', enum: ['info', 'warn'] } },
    ];
    const typed = template('typed', { args: ['$(params.level)'] }, { spec: MANAGED_BY_TEST, content: { parameters } });
    await tenant.applied(typed);
    await tenant.applied(template('plain', {}, { spec: MANAGED_BY_TEST }));
    await tenant.created(jobRun('first', 'plain'));
  });
  afterAll(async () => {
    await environment.stop();
    await rm(bin, { recursive: true, force: true });
  });

  const run = (...command: string[]) => {
    const { kubeconfig } = environment.webhookEnvironment.controlPlane;
    const PATH = [bin, process.env.PATH].join(delimiter);
    return execute(command, { env: { PATH, HOME: bin, KUBECONFIG: kubeconfig } });
  };
  const completed = async (...words: string[]) => {
    const { stdout, stderr } = await run(kubectl, '__complete', 'jobrun', ...words);
    expect(stderr).not.toContain('rror');
    return stdout.trimEnd().split('\n');
  };
  const inTenant = () => ['-n', tenant.namespace];

  it.each([
    ['commands', ['ru'], ['run\tstart a run of a template, wait for it, and exit as it finished', ':4']],
    ['flags', ['run', '--on-t'], ['--on-timeout\twhat to do if the time is over', ':4']],
    ['values of flags', ['run', '--dry-run', ''], ['client', 'server', ':4']],
    ['values after =', ['list', '--status=Su'], ['--status=Suspended', '--status=Succeeded', ':4']],
    ['no further argument', ['run', 'typed', ''], [':4']],
  ])('%s', async (_, words, expected) => {
    expect((await completed(...words)).toSorted()).toEqual(expected.toSorted());
  });

  it.each([
    ['templates', ['run', ''], ['plain', 'typed\tnote, level', ':4']],
    ['templates of nested commands', ['template', 'describe', 'ty'], ['typed\tnote, level', ':4']],
    [
      'parameters',
      ['run', 'typed', '-p', ''],
      ['level=\tHow loud (string, one of "info", "warn", required)', 'note=\tstring, default ""', ':38'],
    ],
    ['values of parameters', ['run', 'typed', '-p', 'level='], ['level=info', 'level=warn', ':36']],
    ['containers', ['run', 'typed', '--container', ''], ['main\tbusybox', ':4']],
    ['namespaces', ['run', '--namespace', 'kube-s'], ['kube-system', ':4']],
  ])('%s of the cluster', async (_, words, expected) => {
    const [command = '', ...others] = words;
    expect(await completed(command, ...inTenant(), ...others)).toEqual(expected);
  });

  it('runs, and each only once', async () => {
    expect(await completed('cancel', ...inTenant(), '')).toEqual([
      expect.stringMatching(/^first\tplain, Pending, \d+s$/),
      ':36',
    ]);
    expect(await completed('cancel', ...inTenant(), 'first', '')).toEqual([':36']);
    expect(await completed('wait', '-n', 'default', '')).toEqual([':36']);
  });

  it('parameters of the template of a repeated run, and revisions', async () => {
    const { spec } = await tenant.run('first');
    expect(await completed('rerun', ...inTenant(), 'first', '-p', '')).toEqual([':38']);
    const [line = ''] = await completed('run', ...inTenant(), 'plain', '--revision', '');
    expect(line.split('\t')[0]).toBe(spec.templateRevision);
  });

  it('nothing if the cluster cannot be reached or refuses', async () => {
    expect(await completed('run', '--as', 'nobody', ...inTenant(), '')).toEqual([':4']);
    expect(await completed('run', '--context', 'nowhere', '')).toEqual([':4']);
  });
});
