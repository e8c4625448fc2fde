import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { JOBS } from '../../api/resources.ts';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { execute } from '../e2e/execute.ts';
import { startCli } from './cli-process.ts';
import type { CliResult } from './cli-process.ts';
import { expectSuccess } from './command-results.ts';
import { completed } from './job-statuses.ts';
import { MANAGED_BY_TEST, ProductEnvironment, template, type Tenant } from './product-environment.ts';
import { TmuxTerminal } from './tmux-terminal.ts';

/** The command line as a user meets it: the bundle, in a terminal. */
let scratch: string;
let bundle: string;
let environment: ProductEnvironment;
let tenant: Tenant;
let terminal: TmuxTerminal | undefined;

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'cli-terminal-'));
  bundle = join(scratch, 'kubectl-jobrun.mjs');
  const script = join(repositoryDirectory, 'packages', 'kubectl-jobrun', 'bundle.ts');
  expectSuccess(await execute([process.execPath, script, bundle]));
  environment = await ProductEnvironment.start();
  tenant = await environment.tenant();
  await tenant.applied(template('managed', {}, { spec: MANAGED_BY_TEST }));
});
afterEach(async () => {
  await terminal?.close();
  terminal = undefined;
});
afterAll(async () => {
  await environment.stop();
  await rm(scratch, { recursive: true, force: true });
});

const kubeconfig = () => environment.webhookEnvironment.controlPlane.kubeconfig;
const start = async (args: string[], variables: Record<string, string> = {}): Promise<TmuxTerminal> => {
  const command = [process.execPath, bundle, '-n', tenant.namespace, ...args];
  terminal = await TmuxTerminal.start(command, { environment: { KUBECONFIG: kubeconfig(), ...variables } });
  return terminal;
};
const withoutTerminal = (...args: string[]): Promise<CliResult> =>
  startCli([...args, '-n', tenant.namespace], { kubeconfig: kubeconfig() }).ended;

describe('kubectl jobrun run asks on a terminal', () => {
  beforeAll(async () => {
    const parameters = [
      { name: 'days', description: 'How many days to keep', schema: { type: 'integer', minimum: 1, maximum: 30 } },
      { name: 'level', schema: { type: 'string', enum: ['info', 'warn', 'error'] } },
      { name: 'dry', schema: { type: 'boolean' } },
      { name: 'token', secret: true },
      { name: 'names', schema: { type: 'array', items: { type: 'string' }, minItems: 1 } },
      { name: 'note', default: 'none' },
    ];
    const args = [
      '$(params.days)',
      '$(params.level)',
      '$(params.dry)',
      '$(params.token)',
      '$(params.note)',
      '$(params.names[*])',
    ];
    await tenant.applied(template('asks', { args }, { spec: MANAGED_BY_TEST, content: { parameters } }));
    const one = [{ name: 'days', schema: { type: 'integer', examples: [1] } }];
    await tenant.applied(
      template('one', { args: ['$(params.days)'] }, { spec: MANAGED_BY_TEST, content: { parameters: one } }),
    );
  });
  const argsOf = async (name: string) => (await tenant.job(name)).spec?.template.spec?.containers[0]?.args;

  it('for required parameters, each as its type needs it, and prints the equal command', async () => {
    const at = await start(['run', 'asks', '-d', '--name', 'asked', '--', '--verbose']);
    await at.shows('days: How many days to keep (integer, 1 to 30, required)');
    await at.type('90');
    await at.press('Enter');
    await at.shows(/Invalid value: 90: .*30/);
    await at.press('BSpace', 'BSpace');
    await at.type('3');
    await at.press('Enter');
    await at.shows('level: string, one of "info", "warn", "error", required');
    await at.press('Down', 'Enter');
    await at.shows(/dry: boolean, required .*y\/n/i);
    await at.type('y');
    await at.press('Enter');
    await at.shows('token: ');
    await at.type('geheimnis');
    await at.press('Enter');
    await at.shows('names: list of strings, at least 1 elements, required [1, empty: no more]');
    await at.press('Enter');
    await at.shows(/names.*\n.*Invalid value/);
    await at.type("it's");
    await at.press('Enter');
    await at.shows('[2, empty: no more]');
    await at.press('Enter');
    expect(await at.ended()).toBe(0);
    const screen = (await at.screen()).replaceAll('\n', ' ');
    expect(screen).not.toContain('geheimnis');
    const answers = String.raw`-p days=3 -p level=warn -p dry=true -p token=@FILE -p 'names=it'\''s'`;
    expect(screen).toContain(`kubectl jobrun -n ${tenant.namespace} run asks -d --name asked ${answers} -- --verbose`);
    expect((await tenant.run('asked')).spec).toMatchObject({
      parameters: { days: 3, level: 'warn', dry: true, token: 'geheimnis', names: ["it's"] },
    });
  });

  it('for all with -i, and leaves out what is not changed', async () => {
    const at = await start([
      'run',
      'asks',
      '-di',
      '--name',
      'all',
      '-p',
      'days=3',
      '-p',
      'level=info',
      '-p',
      'names=a',
      '-p',
      'token=x',
    ]);
    await at.shows('dry: ');
    await at.press('Enter');
    await at.shows('note: string, default "none"');
    await at.press('Enter');
    expect(await at.ended()).toBe(0);
    expect((await tenant.run('all')).spec.parameters).toEqual({
      days: 3,
      level: 'info',
      dry: true,
      names: ['a'],
      token: 'x',
    });
  });

  it('only once there is no other mistake', async () => {
    const at = await start(['run', 'one', '-p', 'dais=3']);
    expect(await at.ended()).toBe(2);
    expect(await at.screen()).toMatch(/-p dais: Not found.*\n(?:.*\n)*.*-p days: Required value/);
  });

  it.each([
    ['Ctrl-C', 'C-c'],
    ['the end of the input', 'C-d'],
  ])('and starts nothing at %s', async (_, key) => {
    const at = await start(['run', 'one', '--name', 'never']);
    await at.shows('days: ');
    await at.press(key);
    expect(await at.ended()).toBe(130);
    expect(await at.screen()).toContain('interrupted; nothing was started');
    expect((await tenant.kubectl(['get', 'jobrun', 'never'])).code).not.toBe(0);
  });

  it.each([
    ['with --no-input', ['--no-input'], {}],
    ['under CI', [], { CI: 'true' }],
  ])('nothing %s', async (_, flags, variables) => {
    const at = await start(['run', 'one', ...flags], variables);
    expect(await at.ended()).toBe(2);
    expect(await at.screen()).toMatch(/-p days: Required value: /);
  });

  it('and without one exits with 2 and the list of what is missing', async () => {
    const { code, stdout, stderr } = await withoutTerminal('run', 'asks');
    expect([code, stdout]).toEqual([2, '']);
    for (const name of ['days', 'level', 'dry', 'token', 'names'])
      expect(stderr).toContain(`  -p ${name}: Required value: `);
    expect(stderr).not.toContain('-p note');
    expect(await withoutTerminal('run', 'asks', '-i')).toMatchObject({
      code: 2,
      stderr: 'error: -i: there is no terminal to ask on\n',
    });
    expect((await withoutTerminal('run', 'asks', '-i', '--no-input')).stderr).toContain('--no-input');
  });

  it('with what the repeated run has, with rerun -i', async () => {
    await withoutTerminal('run', 'one', '-d', '--name', 'first', '-p', 'days=3', '--suspend');
    const at = await start(['rerun', 'first', '-d', '-i', '--name', 'second']);
    await at.shows(/days: integer.*3/);
    await at.type('4');
    await at.press('Enter');
    expect(await at.ended()).toBe(0);
    expect(await argsOf('second')).toEqual(['4']);
  });
});

describe('kubectl jobrun run on a terminal', () => {
  const isCancelled = async (name: string) => (await tenant.run(name)).spec.cancel ?? false;
  const interrupted = async (name: string, ...flags: string[]) => {
    const at = await start(['run', 'managed', '--name', name, ...flags]);
    await at.shows(`jobrun/${name} is pending`);
    await at.press('C-c');
    return at;
  };

  it('asks at Ctrl-C: detach', async () => {
    const at = await interrupted('detached');
    await at.shows(/jobrun\/detached has not finished:.*\n.*detach: the run continues\n.*cancel the run/);
    await at.press('Enter');
    expect(await at.ended()).toBe(130);
    expect(await at.screen()).toContain('to wait for it: kubectl jobrun wait detached');
    expect(await isCancelled('detached')).toBe(false);
  });

  it('asks at Ctrl-C: cancel', async () => {
    const at = await interrupted('stopped');
    await at.shows('cancel the run');
    await at.press('Down', 'Enter');
    expect(await at.ended()).toBe(4);
    expect(await isCancelled('stopped')).toBe(true);
  });

  it.each(['C-c', 'C-d'])('leaves the run alone at Ctrl-C and then %s', async (key) => {
    const name = `forced-${key.toLowerCase()}`;
    const at = await interrupted(name);
    await at.shows('cancel the run');
    await at.press(key);
    expect(await at.ended()).toBe(130);
    expect(await isCancelled(name)).toBe(false);
  });

  it.each([
    ['--on-interrupt=cancel', 4, true],
    ['--on-interrupt=detach', 130, false],
    ['--no-input', 130, false],
  ])('asks nothing with %s', async (flag, code, cancel) => {
    const name = `unasked-${flag.replaceAll(/[^a-z]/g, '')}`;
    const at = await interrupted(name, flag);
    expect(await at.ended()).toBe(code);
    expect(await at.screen()).not.toContain('has not finished:');
    expect(await isCancelled(name)).toBe(cancel);
  });

  it('shows the state of the run in the last line, and how it finished in its place', async () => {
    const at = await start(['run', 'managed', '--name', 'shown']);
    await at.shows(/\njobrun\/shown Pending · \d+s(?: · 0 of 1 Pods done)?$/);
    const job = await tenant.job('shown');
    const key = { namespace: tenant.namespace, name: job.metadata!.name!, subresource: 'status' };
    const status = { active: 1, ready: 1, failed: 2, startTime: new Date().toISOString().replace(/\.\d+/, '') };
    await environment.client.patch(JOBS, key, { status });
    await at.shows(/\njobrun\/shown Running · \d+s · 0 of 1 Pods done · 2 retries$/);
    expect(await at.colours()).toContain('\u001b[36mRunning');
    const end = { ...completed(), startTime: status.startTime };
    await environment.client.patch(JOBS, key, { status: end });
    expect(await at.ended()).toBe(0);
    expect(await at.screen()).toMatch(/\njobrun\/shown succeeded after \d+s\n\n\[exit 0\]$/);
    expect(await at.screen()).not.toContain('Pods done');
  });

  it('has no colours with NO_COLOR', async () => {
    const at = await start(['run', 'managed', '--name', 'plain'], { NO_COLOR: '1' });
    await at.shows(/\njobrun\/plain Pending · \d+s/);
    expect(await at.colours()).not.toContain('\u001b[');
  });
});
