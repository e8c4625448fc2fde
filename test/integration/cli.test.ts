import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JOB_RUNS, JOBS, PODS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { startCli } from './cli-process.ts';
import type { CliOptions, CliProcess, CliResult } from './cli-process.ts';
import { expectSuccess } from './command-results.ts';
import { failed } from './job-statuses.ts';
import {
  eventually,
  jobRun,
  MANAGED_BY_TEST,
  ProductEnvironment,
  template,
  type Tenant,
} from './product-environment.ts';

let environment: ProductEnvironment;
let tenant: Tenant;

beforeAll(async () => {
  environment = await ProductEnvironment.start();
  for (const part of ['set-cluster', 'set-context']) {
    const flags = part === 'set-cluster' ? ['--server=http://127.0.0.1:1'] : ['--cluster=nobody-listens'];
    expectSuccess(await environment.kubectl(['config', part, 'nobody-listens', ...flags]));
  }
  tenant = await environment.tenant();
  await tenant.applied(template('managed', {}, { spec: MANAGED_BY_TEST }));
});
afterAll(async () => {
  await environment.stop();
});

const start = (args: string[], options: Partial<CliOptions> = {}): CliProcess => {
  const { kubeconfig } = environment.webhookEnvironment.controlPlane;
  return startCli([...args, '-n', tenant.namespace], { kubeconfig, ...options });
};
const cli = (...args: string[]): Promise<CliResult> => start(args).ended;
const fail = async (name: string): Promise<void> => {
  const job = await tenant.job(name);
  const key = { namespace: tenant.namespace, name: job.metadata!.name!, subresource: 'status' };
  await environment.client.patch(JOBS, key, { status: failed() });
};
const finished = (name: string) =>
  tenant.runThat(name, ({ status }) => status?.conditions?.some(({ type }) => type === 'Finished'));

describe('kubectl jobrun wait', () => {
  it('exits with 0 once the run has succeeded', async () => {
    await tenant.created(jobRun('good', 'managed'));
    const waiting = start(['wait', 'good']);
    await tenant.complete(await tenant.job('good'));
    const { code, stdout, stderr } = await waiting.ended;
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^jobrun\/good succeeded after \ds$/m);
  });

  it('exits with 1 once the run has failed, and gives the reason', async () => {
    await tenant.created(jobRun('bad', 'managed'));
    const waiting = start(['wait', 'bad']);
    await fail('bad');
    const { code, stderr } = await waiting.ended;
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(/^jobrun\/bad failed after \ds: .+$/m);
  });

  it('exits with 2 for a run that does not exist', async () => {
    const { code, stderr } = await cli('wait', 'nowhere');
    expect([code, stderr]).toEqual([
      2,
      `error: nowhere: there is no JobRun "nowhere" in namespace "${tenant.namespace}"\n`,
    ]);
  });

  it('exits with 3 if the time is over', async () => {
    await tenant.created(jobRun('endless', 'managed'));
    const { code, stderr } = await cli('wait', 'endless', '--timeout', '1s');
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('error: endless: did not finish within 1s\n');
  });

  it('exits with 4 once the run is cancelled or deleted', async () => {
    await tenant.created(jobRun('deleted', 'managed'));
    const waiting = start(['wait', 'deleted']);
    await eventually('it to be at work', () => Promise.resolve(waiting.stderr() !== ''));
    expectSuccess(await tenant.kubectl(['delete', 'jobrun', 'deleted']));
    const deleted = await waiting.ended;
    expect(deleted.code, deleted.stderr).toBe(4);
    expect(deleted.stderr).toContain('jobrun/deleted was deleted before it finished\n');
    await tenant.created(jobRun('cancelled', 'managed', { cancel: true }));
    const cancelled = await cli('wait', 'cancelled');
    expect(cancelled.code, cancelled.stderr).toBe(4);
    expect(cancelled.stderr).toMatch(/^jobrun\/cancelled was cancelled: the JobRun was cancelled by .+$/m);
  });

  it('exits with 130 if it is interrupted', async () => {
    await tenant.created(jobRun('interrupted', 'managed'));
    const waiting = start(['wait', 'interrupted']);
    await eventually('it to be at work', () => Promise.resolve(waiting.stderr() !== ''));
    waiting.kill('SIGINT');
    expect((await waiting.ended).code).toBe(130);
  });

  it('of several runs exits with 1 if one has failed', async () => {
    await finished('good');
    expect((await cli('wait', 'good', 'bad')).code).toBe(1);
    expect((await cli('wait', 'good')).code).toBe(0);
  });

  it('needs only the permission to get runs', async () => {
    const role = ['create', 'role', 'getter', '--verb=get', '--resource=jobruns.hematoscope.app'];
    expectSuccess(await tenant.kubectl(role));
    expectSuccess(await tenant.kubectl(['create', 'rolebinding', 'getter', '--role=getter', '--user=getter']));
    await eventually('the permission', async () => {
      const { code } = await tenant.kubectl(['get', 'jobrun', 'good', '--as=getter']);
      return code === 0;
    });
    const { code, stderr } = await cli('wait', 'good', '--as', 'getter');
    expect(code, stderr).toBe(0);
    expect((await cli('wait', 'nowhere', '--as', 'getter')).code).toBe(2);
    const refused = await cli('wait', 'good', '--as', 'nobody');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('User "nobody" cannot get resource "jobruns"');
  });
});

describe('kubectl jobrun', () => {
  it('suspends, resumes and cancels a run', async () => {
    await tenant.created(jobRun('changed', 'managed'));
    await tenant.job('changed');
    expect(expectSuccess(await cli('suspend', 'changed')).stdout).toBe('jobrun/changed suspended\n');
    await tenant.runThat('changed', ({ spec }) => spec.suspend);
    expect(expectSuccess(await cli('resume', 'changed')).stdout).toBe('jobrun/changed resumed\n');
    await tenant.runThat('changed', ({ spec }) => spec.suspend === false);
    expect(expectSuccess(await cli('cancel', 'changed')).stdout).toBe('jobrun/changed cancelled\n');
    await tenant.runThat('changed', ({ spec }) => spec.cancel);
  });

  it('changes every run that exists, and exits with 2 if one does not', async () => {
    await tenant.created(jobRun('one', 'managed'));
    const { code, stdout, stderr } = await cli('cancel', 'nowhere', 'one');
    expect([code, stdout]).toEqual([2, 'jobrun/one cancelled\n']);
    expect(stderr).toBe('error: nowhere: jobruns.hematoscope.app "nowhere" not found\n');
  });

  it('shows the warning that a change has no effect', async () => {
    await finished('good');
    expect(expectSuccess(await cli('cancel', 'good')).stderr).toMatch(/^Warning: this JobRun has finished/);
  });

  it.each([
    ['an unknown command', ['lst'], "error: unknown command 'lst'"],
    ['no name', ['wait'], "error: missing required argument 'run'"],
    ['an unknown phase', ['list', '--status', 'Runing'], "argument 'Runing' is invalid. Allowed choices are Pending, "],
    ['a timeout that is none', ['wait', 'good', '--timeout', 'soon'], 'A duration is, for example, 90s or 1h30m.'],
    ['an unknown context', ['list', '--context', 'nowhere'], 'error: the kubeconfig has no context "nowhere"'],
  ])('exits with 2 and says why for %s', async (_, args, why) => {
    const { code, stdout, stderr } = await cli(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(why);
  });

  it('exits with 2 if the API server cannot be reached', async () => {
    const { code, stderr } = await start(['list', '--context', 'nobody-listens']).ended;
    expect([code, stderr.slice(0, 41)]).toEqual([2, 'error: the API server cannot be reached: ']);
  });
});

describe('kubectl jobrun run', () => {
  beforeAll(async () => {
    const parameters = [
      { name: 'days', description: 'How many days to keep', schema: { type: 'integer', minimum: 1, maximum: 30 } },
      { name: 'dry', schema: { type: 'boolean' }, default: false },
      { name: 'names', schema: { type: 'array', items: { type: 'string' } }, default: [] },
      { name: 'note', default: '' },
    ];
    const args = ['$(params.days)', '$(params.dry)', '$(params.note)', '$(params.names[*])'];
    await tenant.applied(template('typed', { args }, { spec: MANAGED_BY_TEST, content: { parameters } }));
  });
  /** Once the command has created its run. */
  const jobOf = async (running: CliProcess, name: string) => {
    await eventually('the run', () => Promise.resolve(running.stderr().includes(`jobrun/${name} created`)));
    return tenant.job(name);
  };
  const argsOf = async (name: string) => (await tenant.job(name)).spec?.template.spec?.containers[0]?.args;

  it('creates a run, waits for it, and exits with 0', async () => {
    const running = start([
      'run',
      'typed',
      '--name',
      'whole',
      '-p',
      'days=3',
      '-p',
      'dry=true',
      '-p',
      'names=a',
      '-p',
      'names=b',
    ]);
    const job = await jobOf(running, 'whole');
    expect(job.spec?.template.spec?.containers[0]?.args).toEqual(['3', 'true', '', 'a', 'b']);
    await tenant.complete(job);
    const { code, stdout, stderr } = await running.ended;
    expect([code, stdout], stderr).toEqual([0, '']);
    expect(stderr).toMatch(/^jobrun\/whole created\n(?:.*\n)*jobrun\/whole succeeded after \ds\n$/);
  });

  it('exits with 1 if the run fails', async () => {
    const running = start(['run', 'typed', '--name', 'failing', '-p', 'days=3']);
    await jobOf(running, 'failing');
    await fail('failing');
    const { code, stderr } = await running.ended;
    expect(code, stderr).toBe(1);
  });

  it('reports all mistakes at once, each at its flag, and exits with 2', async () => {
    const args = [
      'run',
      'typed',
      '-p',
      'days=90',
      '-p',
      'dry=perhaps',
      '-p',
      'nots=x',
      '-p',
      'broken',
      '-e',
      'broken',
      '--image',
      'other',
    ];
    const { code, stdout, stderr } = await cli(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.split('\n').map((line) => line.trim())).toEqual([
      'error: no run of "typed" was started:',
      '-p broken: must have the form name=value',
      '-e broken: must have the form KEY=VALUE',
      expect.stringMatching(/^-p nots: Not found: "nots": .*did you mean "note"\?/),
      expect.stringMatching(/^-p days: Invalid value: 90: .*30/),
      'How many days to keep (integer, 1 to 30, required)',
      expect.stringMatching(/^-p dry: Invalid value: "perhaps": /),
      'boolean, default false',
      expect.stringMatching(/^--image: Forbidden: /),
      '',
    ]);
    expect((await cli('run', 'typed')).stderr).toContain('-p days: Required value: ');
  });

  it('shows what the API server refuses at the flags, and exits with 2', async () => {
    const missing = await cli('run', 'typd', '--name', 'refused');
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/TEMPLATE: Not found: "typd": .*did you mean "typed"\?/);
    const cpu = await cli('run', 'typed', '-p', 'days=3', '--cpu', 'much');
    expect([cpu.code, cpu.stderr]).toEqual([2, expect.stringContaining('  --cpu: ')]);
  });

  it('sets what the flags say, in the container that they name', async () => {
    const args = ['run', 'managed', '-d', '--name', 'flags', '-e', 'A=b=c', '--container', 'main', '--cpu', '500m'];
    const { stdout } = expectSuccess(await cli(...args, '--label', 'team=a', '--suspend'));
    expect(stdout).toBe('jobrun.hematoscope.app/flags\n');
    const { spec } = await tenant.run('flags');
    expect(spec).toMatchObject({
      templateRef: 'managed',
      containers: [
        {
          name: 'main',
          env: [{ name: 'A', value: 'b=c' }],
          resources: { requests: { cpu: '500m' }, limits: { cpu: '500m' } },
        },
      ],
      metadata: { labels: { team: 'a' } },
      suspend: true,
    });
  });

  it('reads parameters from files and from standard input, and arguments after --', async () => {
    const { kubeconfig } = environment.webhookEnvironment.controlPlane;
    const args = [
      'run',
      'typed',
      '-d',
      '-n',
      tenant.namespace,
      '--name',
      'read',
      '-P',
      '-',
      '-p',
      'note=@package.json',
    ];
    expectSuccess(await startCli(args, { kubeconfig, input: 'days: 4\nnote: replaced\n' }).ended);
    expect(await argsOf('read')).toEqual(['4', 'false', expect.stringContaining('"name": "job-template-run"')]);
    const plain = ['run', 'managed', '-n', tenant.namespace, '--name', 'after', '-d', '--', '-v', '--', 'x'];
    expectSuccess(await startCli(plain, { kubeconfig }).ended);
    expect(await argsOf('after')).toEqual(['-v', '--', 'x']);
    const missing = await cli('run', 'typed', '-p', 'days=3', '-p', 'note=@nowhere');
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('-p note: ENOENT')]);
  });

  it('creates nothing in a dry run', async () => {
    const client = expectSuccess(await cli('run', 'managed', '--name', 'dry', '--dry-run', 'client'));
    expect(client.stdout).toBe(
      `apiVersion: hematoscope.app/v1\nkind: JobRun\nmetadata:\n  name: dry\n  namespace: ${tenant.namespace}\nspec:\n  templateRef: managed\n`,
    );
    const server = expectSuccess(await cli('run', 'managed', '--name', 'dry', '--dry-run=server', '-o', 'json'));
    expect(JSON.parse(server.stdout)).toMatchObject({
      spec: { templateRevision: expect.stringMatching(/^[0-9a-f]{10}$/) as string },
    });
    expect((await tenant.kubectl(['get', 'jobrun', 'dry'])).code).not.toBe(0);
  });

  it('joins a run of the same name and fields with --attach-if-exists', async () => {
    const args = ['run', 'typed', '--name', 'joined', '-p', 'days=3'];
    expectSuccess(await cli(...args, '-d'));
    const twice = await cli(...args);
    expect([twice.code, twice.stderr]).toEqual([2, 'error: jobruns.hematoscope.app "joined" already exists\n']);
    const joined = start([...args, '--attach-if-exists']);
    await tenant.complete(await tenant.job('joined'));
    expectSuccess(await joined.ended);
    const other = await cli('run', 'typed', '--name', 'joined', '-p', 'days=4', '--attach-if-exists');
    expect([other.code, other.stderr]).toEqual([2, 'error: the JobRun "joined" exists, with another parameters\n']);
  });

  it.each([
    ['cancels', { variables: { CI: 'true' }, flags: [] }, { code: 4, cancel: true }],
    ['leaves', { variables: {}, flags: [] }, { code: 130, cancel: false }],
    [
      'is asked to leave',
      { variables: { CI: 'true' }, flags: ['--on-interrupt=detach'] },
      { code: 130, cancel: false },
    ],
  ])('%s the run at a signal', async (what, { variables, flags }, expected) => {
    const name = `signal-${what.length}`;
    const running = start(['run', 'managed', '--name', name, ...flags], { environment: variables });
    await eventually('it to wait', () => Promise.resolve(running.stderr().includes(`jobrun/${name} is `)));
    running.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    const { spec } = await tenant.run(name);
    expect({ code, cancel: spec.cancel ?? false }, stderr).toEqual(expected);
  });

  it.each([
    ['leaves', 'detach', false],
    ['cancels', 'cancel', true],
  ])('%s the run if the time is over, and exits with 3', async (_, action, isCancelled) => {
    const args = ['run', 'managed', '--name', `late-${action}`, '--timeout', '1s', '--on-timeout', action];
    const { code, stderr } = await cli(...args);
    expect(code, stderr).toBe(3);
    expect((await tenant.run(`late-${action}`)).spec.cancel ?? false).toBe(isCancelled);
  });

  it('needs no permission to read templates', async () => {
    const role = ['create', 'role', 'starter', '--verb=create,get', '--resource=jobruns.hematoscope.app'];
    expectSuccess(await tenant.kubectl(role));
    expectSuccess(await tenant.kubectl(['create', 'rolebinding', 'starter', '--role=starter', '--user=starter']));
    const question = ['auth', 'can-i', 'create', 'jobruns.hematoscope.app', '--as=starter'];
    await eventually('the permission', async () => (await tenant.kubectl(question)).code === 0);
    const started = await cli('run', 'managed', '-d', '--name', 'unread', '--as', 'starter');
    expect(started.code, started.stderr).toBe(0);
  });
});

describe('kubectl jobrun rerun', () => {
  it('repeats a run with other parameters, at the present or the same revision', async () => {
    const parameters = [
      { name: 'days', schema: { type: 'integer' } },
      { name: 'note', default: '' },
    ];
    const of = (text: string) =>
      template(
        'repeated',
        { args: [text, '$(params.days)', '$(params.note)'] },
        { spec: MANAGED_BY_TEST, content: { parameters } },
      );
    await tenant.applied(of('old'));
    expectSuccess(
      await cli('run', 'repeated', '-d', '--name', 'original', '-p', 'days=1', '-p', 'note=a', '--suspend'),
    );
    await tenant.applied(of('new'));
    expectSuccess(await cli('rerun', 'original', '-d', '--name', 'again', '-p', 'days=2'));
    expectSuccess(await cli('rerun', 'original', '-d', '--name', 'same', '--revision', 'same'));
    const [original, again, same] = await Promise.all(['original', 'again', 'same'].map((name) => tenant.run(name)));
    expect(again?.spec.parameters).toEqual({ days: 2, note: 'a' });
    expect(again?.spec.templateRevision).not.toBe(original?.spec.templateRevision);
    expect(again?.spec).not.toHaveProperty('suspend');
    expect(same?.spec.parameters).toEqual(original?.spec.parameters);
    expect(same?.spec.templateRevision).toBe(original?.spec.templateRevision);
    expect(same?.metadata.annotations).toMatchObject({ 'hematoscope.app/rerun-of': 'original' });
  });

  it('repeats the newest run with --last, and exits with 2 if there is none', async () => {
    const own = await environment.tenant();
    const { kubeconfig } = environment.webhookEnvironment.controlPlane;
    const rerun = (...args: string[]) => startCli(['rerun', '-n', own.namespace, ...args], { kubeconfig }).ended;
    expect(await rerun('--last')).toMatchObject({
      code: 2,
      stderr: `error: no runs in namespace "${own.namespace}"\n`,
    });
    await own.applied(template('managed', {}, { spec: MANAGED_BY_TEST }));
    await own.created(jobRun('only', 'managed'));
    const { stdout } = expectSuccess(await rerun('--last', '--dry-run=client', '-o', 'json'));
    expect(JSON.parse(stdout)).toMatchObject({
      metadata: {
        name: expect.stringMatching(/^managed-[a-z0-9]{8}$/) as string,
        annotations: { 'hematoscope.app/rerun-of': 'only' },
      },
      spec: { templateRef: 'managed' },
    });
    expect((await rerun()).stderr).toBe('error: give either the name of a run or --last\n');
    expect((await rerun('nowhere')).code).toBe(2);
  });
});

describe('kubectl jobrun list', () => {
  it('prints a table, the newest first', async () => {
    const own = await environment.tenant();
    await own.applied(template('managed', {}, { spec: MANAGED_BY_TEST }));
    await own.applied(template('other', {}, { spec: MANAGED_BY_TEST }));
    await own.created(jobRun('first', 'managed'));
    await own.complete(await own.job('first'));
    await own.runThat('first', ({ status }) => status?.phase === 'Succeeded');
    await own.created(jobRun('second', 'other', { suspend: true }));
    await own.runThat('second', ({ status }) => status?.phase === 'Suspended');
    const { kubeconfig } = environment.webhookEnvironment.controlPlane;
    const list = async (...args: string[]) =>
      expectSuccess(await startCli(['list', '-n', own.namespace, ...args], { kubeconfig }).ended).stdout;
    const [header, ...rows] = (await list()).trimEnd().split('\n');
    expect(header?.split(/ +/)).toEqual(['NAME', 'TEMPLATE', 'STATUS', 'DURATION', 'AGE', 'REASON']);
    expect(rows.map((row) => row.split(/ +/).slice(0, 3)).sort()).toEqual([
      ['first', 'managed', 'Succeeded'],
      ['second', 'other', 'Suspended'],
    ]);
    expect(await list('managed', '-o', 'name')).toBe('jobrun.hematoscope.app/first\n');
    expect(await list('--status', 'Suspended', '-o', 'name')).toBe('jobrun.hematoscope.app/second\n');
    expect(await list('--status', 'Failed', '-o', 'name')).toBe('');
    expect(await list('-A', '-o', 'name')).toContain('jobrun.hematoscope.app/first\n');
    const stored = await environment.client.list(JOB_RUNS, { namespace: own.namespace });
    const { items } = JSON.parse(await list('-o', 'json')) as { items: { metadata: { name: string } }[] };
    expect(items.sort((a, b) => a.metadata.name.localeCompare(b.metadata.name))).toEqual(stored.items);
  });

  it('prints each change with --watch', async () => {
    const own = await environment.tenant();
    await own.applied(template('managed', {}, { spec: MANAGED_BY_TEST }));
    const { kubeconfig } = environment.webhookEnvironment.controlPlane;
    const watching = startCli(['list', '-w', '-n', own.namespace], { kubeconfig });
    await eventually('the header', () => Promise.resolve(watching.stdout().startsWith('NAME ')));
    await own.created(jobRun('seen', 'managed'));
    await own.complete(await own.job('seen'));
    await eventually('the end', () => Promise.resolve(/^seen +managed +Succeeded/m.test(watching.stdout())));
    expectSuccess(await own.kubectl(['delete', 'jobrun', 'seen']));
    await eventually('the deletion', () => Promise.resolve(watching.stdout().includes('Succeeded (deleted)')));
    watching.kill('SIGTERM');
    expect((await watching.ended).code).toBe(130);
  });
});

describe('kubectl jobrun describe', () => {
  it('shows a run with its Events, and hides secret parameters', async () => {
    const parameters = [
      { name: 'days', schema: { type: 'integer' } },
      { name: 'token', secret: true },
    ];
    const args = ['$(params.days)', '$(params.token)'];
    await tenant.applied(template('described', { args }, { spec: MANAGED_BY_TEST, content: { parameters } }));
    expectSuccess(await cli('run', 'described', '-d', '--name', 'shown', '-p', 'days=3', '-p', 'token=geheimnis'));
    const { metadata } = await tenant.job('shown');
    await eventually('the Event', async () => (await cli('describe', 'shown')).stdout.includes('JobCreated'));
    const { stdout } = expectSuccess(await cli('describe', 'shown'));
    expect(stdout).toMatch(/^Name: +shown$/m);
    expect(stdout).toMatch(new RegExp(`^Job: +${metadata!.name!}$`, 'm'));
    expect(stdout).toMatch(/^ {2}days: +3$/m);
    expect(stdout).toMatch(/^ {2}token: +\*\*\*$/m);
    expect(stdout).not.toContain('geheimnis');
    expect(stdout).toMatch(
      new RegExp(`^Timeline:\\n.*\\n.* \\+0s +created by .*\\n.* Job ${metadata!.name!} created$`, 'm'),
    );
    expect((await cli('describe', 'nowhere')).code).toBe(2);
  });
});

describe('kubectl jobrun describe, of a run with Pods', () => {
  const podOf = async (name: string, job: Job, status: object): Promise<void> => {
    const { name: jobName, uid } = job.metadata!;
    const owner = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      name: jobName,
      uid,
      controller: true,
      blockOwnerDeletion: true,
    };
    const labels = { 'batch.kubernetes.io/controller-uid': uid };
    const metadata = { name, labels, ownerReferences: [owner] };
    const spec = { restartPolicy: 'Never', containers: [{ name: 'main', image: 'busybox' }] };
    await tenant.created({ apiVersion: 'v1', kind: 'Pod', metadata, spec });
    const key = { namespace: tenant.namespace, name, subresource: 'status' };
    await environment.client.patch(PODS, key, { status });
  };

  it('shows its attempts with exit codes, and its results', async () => {
    await tenant.created(jobRun('tried', 'managed'));
    const job = await tenant.job('tried');
    const terminated = {
      exitCode: 137,
      reason: 'OOMKilled',
      startedAt: '2026-01-01T00:00:00Z',
      finishedAt: '2026-01-01T00:00:05Z',
    };
    const container = { name: 'main', image: 'busybox', imageID: '', ready: false, restartCount: 0 };
    await podOf('tried-a', job, { phase: 'Failed', containerStatuses: [{ ...container, state: { terminated } }] });
    const waiting = { reason: 'ImagePullBackOff' };
    await podOf('tried-b', job, { phase: 'Pending', containerStatuses: [{ ...container, state: { waiting } }] });
    const { stdout } = expectSuccess(await cli('describe', 'tried'));
    expect(stdout).toMatch(
      /^Attempts:\nATTEMPT +POD .*RESULT\n1 +tried-a .*exit 137, OOMKilled\n2 +tried-b .*ImagePullBackOff$/m,
    );
    expect(stdout).toContain('Pod tried-a: main exit 137, OOMKilled\n');
    await eventually('what it waits for', async () =>
      /^Waiting: +ImagePullBackOff/m.test((await cli('describe', 'tried')).stdout),
    );
  });

  it('says that the Job is gone', async () => {
    await tenant.created(jobRun('jobless', 'managed'));
    const { metadata } = await tenant.job('jobless');
    await tenant.complete(await tenant.job('jobless'));
    await finished('jobless');
    expectSuccess(await tenant.kubectl(['delete', 'job', metadata!.name!]));
    const { stdout, stderr } = expectSuccess(await cli('describe', 'jobless'));
    expect(stderr).toBe(`Job ${metadata!.name!} no longer exists\n`);
    expect(stdout).not.toContain('Attempts:');
  });
});

describe('kubectl jobrun template', () => {
  it('lists and describes templates and their revisions', async () => {
    const own = await environment.tenant();
    const parameters = [{ name: 'days', description: 'How many', schema: { type: 'integer', maximum: 9 }, default: 2 }];
    await own.applied(template('one', { args: ['$(params.days)'] }, { content: { parameters } }));
    const { kubeconfig } = environment.webhookEnvironment.controlPlane;
    const ask = (...args: string[]) => startCli(['template', ...args, '-n', own.namespace], { kubeconfig }).ended;
    expect(expectSuccess(await ask('list')).stdout).toMatch(/^NAME +PARAMETERS +AGE\none +days +\d+s\n$/);
    const { stdout } = expectSuccess(await ask('describe', 'one'));
    const revision = /^Revision: +([0-9a-f]{10})$/m.exec(stdout)?.[1];
    expect(stdout).toMatch(/^ {2}days: +How many \(integer, at most 9, default 2\)$/m);
    await own.created(jobRun('pins', 'one'));
    expect((await own.run('pins')).spec.templateRevision).toBe(revision);
    expect(expectSuccess(await ask('revisions', 'one')).stdout).toContain(`\n${revision!} `);
    expect((await ask('describe', 'nowhere')).code).toBe(2);
    expect(expectSuccess(await ask('list', '--cluster-template')).stderr).toBe('no templates\n');
  });
});
