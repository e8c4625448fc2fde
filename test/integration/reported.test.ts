import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { expectRefusal, expectSuccess } from './command-results.ts';
import {
  eventually,
  jobRun,
  list,
  MANAGED_BY_TEST,
  ProductEnvironment,
  template,
  type Tenant,
} from './product-environment.ts';

let environment: ProductEnvironment;
let tenant: Tenant;

beforeAll(async () => {
  environment = await ProductEnvironment.start();
});
afterAll(async () => {
  await environment.stop();
});

const containerOf = (job: Job) => job.spec!.template.spec!.containers[0]!;

describe('policy-needs-label: where a policy requires a label of each Job', () => {
  const SENTENCE = 'each Job here needs the label "team"';

  function policy(namespace: string): object {
    const name = `jobs-have-a-team-in-${namespace}`;
    const apiVersion = 'admissionregistration.k8s.io/v1';
    const rule = { apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['jobs'] };
    const expression = "has(object.metadata.labels) && 'team' in object.metadata.labels";
    return list(
      {
        apiVersion,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: { resourceRules: [rule] },
          validations: [{ expression, message: SENTENCE }],
        },
      },
      {
        apiVersion,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: {
          policyName: name,
          validationActions: ['Deny'],
          matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
        },
      },
    );
  }

  beforeAll(async () => {
    tenant = await environment.tenant();
    await tenant.applied(policy(tenant.namespace));
    const probe = ['create', 'job', 'probe', '--image=busybox', '--dry-run=server'];
    await eventually('the policy in force', async () => (await tenant.kubectl(probe)).stderr.includes(SENTENCE));
  });

  it('a template is stored, with a warning', async () => {
    const { stderr } = await tenant.applied(
      template('report', {}, { content: { overrides: { allow: ['metadata'] } } }),
    );
    expect(stderr).toContain('Warning');
    expect(stderr).toContain(SENTENCE);
  });

  it('a run with the label gets its Job', async () => {
    await tenant.applied(jobRun('with-team', 'report', { metadata: { labels: { team: 'finance' } } }));
    expect((await tenant.job('with-team')).metadata?.labels).toMatchObject({ team: 'finance' });
  });

  it('a run without the label is refused for itself', async () => {
    const error = expectRefusal(await tenant.apply(jobRun('without-team', 'report')));
    expect(error).toContain(SENTENCE);
    expect(error).not.toContain('templateRef');
  });
});

describe('integer-port-parameter', () => {
  const parameters = [{ name: 'port', schema: { type: 'integer', minimum: 1, maximum: 65_535 }, default: 8080 }];
  const readinessProbe = { httpGet: { path: '/', port: '$(params.port)' } };

  it.each([
    ['the default', {}, 8080],
    ['the value of the run', { parameters: { port: 9090 } }, 9090],
  ])('%s becomes a number in the port of a probe', async (_sentence, spec, port) => {
    tenant = await environment.tenant();
    await tenant.applied(template('probed', { readinessProbe }, { content: { parameters } }));
    await tenant.applied(jobRun('probed', 'probed', spec));
    expect(containerOf(await tenant.job('probed')).readinessProbe?.httpGet?.port).toBe(port);
  });
});

describe('run-name-joins-service', () => {
  it('a run whose name is the instance of an application has no Pod that its Service selects', async () => {
    tenant = await environment.tenant();
    const metadata = { labels: { 'app.kubernetes.io/name': 'shop' } };
    await tenant.applied(template('migrate', {}, { content: { overrides: { allow: [] } }, metadata }));
    await tenant.applied(jobRun('prod', 'migrate'));
    const pods = async (selector: string) =>
      expectSuccess(await tenant.kubectl(['get', 'pods', '-o', 'name', '-l', selector])).stdout;
    await eventually('the Pod of the run', async () => (await pods('app.kubernetes.io/name=shop')) !== '');
    expect(await pods('app.kubernetes.io/name=shop,app.kubernetes.io/instance=prod')).toBe('');
  });
});

describe('reapply-suspends-again', () => {
  const gated = () => jobRun('release-7', 'gated', { suspend: true });
  const suspended = async () => (await tenant.job('release-7')).spec?.suspend;

  it.each([
    ['kubectl apply', []],
    ['server-side apply', ['--server-side']],
  ])('the same manifest again, with %s, does not stop a run that was resumed', async (_sentence, flags) => {
    tenant = await environment.tenant();
    await tenant.applied(template('gated'));
    await tenant.applied(gated(), ...flags);
    expect(await suspended()).toBe(true);
    const approve = ['patch', 'jobrun', 'release-7', '--type=merge', '-p', '{"spec":{"suspend":false}}'];
    expectSuccess(await tenant.kubectl(approve));
    await eventually('the Job to be resumed', async () => (await suspended()) === false);
    const again = await tenant.apply(gated(), ...flags);
    // Server-side apply may report a conflict; then nothing has changed either.
    if (again.code !== 0) expect(again.stderr).toContain('onflict');
    // The later run shows that the syncer has seen every earlier change.
    await tenant.applied(jobRun('later', 'gated'));
    await tenant.job('later');
    expect((await tenant.run('release-7')).spec.suspend).toBe(false);
    expect(await suspended()).toBe(false);
  });
});

describe('null-limit-clears-all', () => {
  const resources = { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '500m', memory: '64Mi' } };
  const content = {
    overrides: { allow: ['args', 'command', 'env', 'resources', 'nodeSelector', 'labels', 'suspend'] },
  };
  const pod = { nodeSelector: { 'kubernetes.io/os': 'linux' } };

  /** Each form twice, where that is possible: the same manifest again is no change. */
  const forms: [string, (manifest: object) => Promise<unknown>][] = [
    ['kubectl create', (manifest) => tenant.created(manifest, '--validate=false')],
    ['kubectl apply', (manifest) => appliedTwice(manifest, '--validate=false')],
    ['a program', async (manifest) => expectSuccess(await tenant.post('jobruns', manifest))],
  ];
  const within: [string, object][] = [
    ['one limit', { resources: { limits: { cpu: null } } }],
    ['all limits and requests', { resources: { limits: null, requests: null } }],
    ['a limit of a container by name', { containers: [{ name: 'main', resources: { limits: { cpu: null } } }] }],
    ['one node label', { nodeSelector: { 'topology.kubernetes.io/zone': null } }],
  ];
  const nulls: [string, object][] = [
    ...within,
    ['resources', { resources: null }],
    ['nodeSelector', { nodeSelector: null }],
    ['the labels of a run', { metadata: { labels: null } }],
    ['args', { args: null }],
    ['everything', { args: null, command: null, env: null, resources: null, nodeSelector: null, suspend: null }],
  ];

  async function appliedTwice(manifest: object, ...flags: string[]): Promise<void> {
    await tenant.applied(manifest, ...flags);
    const { generation } = (await tenant.run('nulls')).metadata;
    await tenant.applied(manifest, ...flags);
    expect((await tenant.run('nulls')).metadata.generation).toBe(generation);
  }

  /** The Job has everything that the Job of a run without overrides has. */
  async function expectTemplateKept(): Promise<void> {
    const { spec } = await tenant.job('nulls');
    expect(spec!.template.spec).toMatchObject({
      nodeSelector: pod.nodeSelector,
      containers: [{ command: ['echo'], args: ['done'], env: [{ name: 'A', value: 'a' }], resources }],
    });
    expect(spec!.suspend).toBe(true);
  }

  beforeEach(async () => {
    tenant = await environment.tenant();
    const container = { command: ['echo'], args: ['done'], env: [{ name: 'A', value: 'a' }], resources };
    await tenant.applied(template('limited', container, { content, pod, spec: { suspend: true } }));
  });

  it.each(forms.flatMap(([form, send]) => nulls.map(([what, spec]) => [form, what, send, spec] as const)))(
    'a null from %s for %s keeps what the template has',
    async (_form, _what, send, spec) => {
      await send(jobRun('nulls', 'limited', spec));
      await expectTemplateKept();
    },
  );

  it.each(within)('a null from server-side apply for %s keeps what the template has', async (_what, spec) => {
    await appliedTwice(jobRun('nulls', 'limited', spec), '--validate=false', '--server-side');
    await expectTemplateKept();
  });
});

describe('typo-of-other-clients: a program that does not ask for validation', () => {
  const closed = (more: object) => ({
    ...template('closed', { command: ['echo', 'to $(params.whom)'] }),
    parameters: [{ name: 'whom', default: 'everybody' }],
    ...more,
  });

  it('gets the near name of "overides" in a template that says it is closed', async () => {
    tenant = await environment.tenant();
    const refusal = expectRefusal(await tenant.post('jobtemplates', closed({ overides: { allow: [] } })));
    expect(refusal).toContain('did you mean "overrides"?');
  });

  it('gets the near names of "paramters" and "arg" in a run', async () => {
    tenant = await environment.tenant();
    await tenant.applied(closed({}));
    const refusal = expectRefusal(
      await tenant.post('jobruns', jobRun('to-bob', 'closed', { paramters: { whom: 'bob' }, arg: ['loud'] })),
    );
    expect(refusal).toContain('did you mean "parameters"?');
    expect(refusal).toContain('did you mean "args"?');
  });

  it('gets the near name of "templateref"', async () => {
    const { templateRef, ...spec } = { templateRef: 'closed', templateref: 'closed' };
    const refusal = expectRefusal(await tenant.post('jobruns', { ...jobRun('to-bob', templateRef), spec }));
    expect(refusal).toContain('did you mean "templateRef"?');
  });
});

describe('queue-label-of-template', () => {
  it('a template puts a label on its Jobs that a run cannot leave out', async () => {
    tenant = await environment.tenant();
    const jobMetadata = { labels: { 'kueue.x-k8s.io/queue-name': 'research' } };
    const content = { jobMetadata, overrides: { allow: [] } };
    await tenant.applied(template('train', {}, { content, spec: { suspend: true } }));
    await tenant.applied(jobRun('train-1', 'train'));
    expect((await tenant.job('train-1')).metadata?.labels).toMatchObject(jobMetadata.labels);
  });
});

describe('heredoc-eats-placeholders', () => {
  it('a parameter that nothing uses is a warning', async () => {
    tenant = await environment.tenant();
    const content = { parameters: [{ name: 'month' }] };
    const { stderr } = await tenant.applied(template('monthly', { command: ['echo', '--month='] }, { content }));
    expect(stderr).toMatch(/Warning.*month/);
  });
});

describe('ttl-while-syncer-away: a Job with a short TTL that finishes while no syncer runs', () => {
  async function finishedUnseen(ttlSecondsAfterFinished: number): Promise<Job> {
    tenant = await environment.tenant();
    await tenant.applied(template('short-lived', {}, { spec: { ttlSecondsAfterFinished, ...MANAGED_BY_TEST } }));
    await tenant.applied(jobRun('ends-unseen', 'short-lived'));
    const job = await tenant.job('ends-unseen');
    await environment.stopSyncer();
    await tenant.complete(job);
    return job;
  }

  it.each([0, 5])('stays, so that the run is Succeeded later (TTL of %i s)', async (ttl) => {
    const job = await finishedUnseen(ttl);
    expect(job.spec?.ttlSecondsAfterFinished).toBeGreaterThanOrEqual(3600);
    await environment.startSyncer();
    await tenant.runThat('ends-unseen', ({ status }) => status?.phase === 'Succeeded');
    await eventually('the Job to be deleted', async () => (await tenant.jobs()).length === 0);
    expect((await tenant.run('ends-unseen')).status?.phase).toBe('Succeeded');
  });

  it('and that somebody deletes leaves a run whose outcome is unknown, not Failed', async () => {
    const { metadata } = await finishedUnseen(0);
    const { namespace, name = '' } = metadata!;
    await environment.client.delete(JOBS, { namespace, name }, { propagationPolicy: 'Background' });
    await eventually('the Job to be deleted', async () => (await tenant.jobs()).length === 0);
    await environment.startSyncer();
    const isFinished = ({ type, status }: { type: string; status: string }) => type === 'Finished' && status === 'True';
    const { status } = await tenant.runThat('ends-unseen', (run) => run.status?.conditions?.some(isFinished));
    expect(status?.conditions).toContainEqual(expect.objectContaining({ type: 'Finished', reason: 'OutcomeUnknown' }));
    expect(status?.conditions).not.toContainEqual(expect.objectContaining({ type: 'Failed', status: 'True' }));
    expect(status?.phase).toBe('Unknown');
  });
});

describe('failed-pods-that-never-were', () => {
  it('a run that never had a Job counts no failed Pods', async () => {
    tenant = await environment.tenant();
    await environment.stopSyncer();
    await tenant.applied(template('deleted'));
    await tenant.applied(jobRun('nothing-to-run', 'deleted'));
    expectSuccess(await tenant.kubectl(['delete', 'jobtemplate', 'deleted']));
    expectSuccess(await tenant.kubectl(['delete', 'controllerrevisions', '--all']));
    await environment.startSyncer();
    const { status } = await tenant.runThat('nothing-to-run', (run) => run.status?.phase === 'Failed');
    expect(status?.failed ?? 0).toBe(0);
  });

  it('only a run that asked to fail without its template counts as one failure', async () => {
    tenant = await environment.tenant();
    const annotations = { 'hematoscope.app/missing-template': 'Fail' };
    await tenant.applied(jobRun('nothing-to-run', 'is-not-there', {}, { annotations }));
    const { status } = await tenant.runThat('nothing-to-run', (run) => run.status?.phase === 'Failed');
    expect(status?.failed).toBe(1);
  });
});

describe('same-sixty-three-characters', () => {
  it('two runs whose names differ later have Pods with different labels', async () => {
    tenant = await environment.tenant();
    const name = 'nightly-warehouse-export-of-the-complete-order-history-for-region';
    await tenant.applied(template('export'));
    await tenant.applied(list(jobRun(`${name}-emea`, 'export'), jobRun(`${name}-apac`, 'export')));
    const emea = await tenant.job(`${name}-emea`);
    const apac = await tenant.job(`${name}-apac`);
    const value = ({ spec }: Job) => spec!.template.metadata!.labels!['hematoscope.app/job-run']!;
    expect(value(emea)).not.toBe(value(apac));
    const selected = expectSuccess(
      await tenant.kubectl(['get', 'jobs', '-l', `hematoscope.app/job-run=${value(emea)}`, '-o', 'name']),
    );
    expect(selected.stdout.trim()).toBe(`job.batch/${emea.metadata!.name}`);
  });
});

describe('restored-run-runs-again', () => {
  it('a finished run that is deleted and created again from a backup gets no second Job', async () => {
    tenant = await environment.tenant();
    await tenant.applied(template('charge-cards', {}, { spec: MANAGED_BY_TEST }));
    await tenant.applied(jobRun('october', 'charge-cards'));
    await tenant.complete(await tenant.job('october'));
    const { metadata, ...run } = await tenant.runThat('october', ({ status }) => status?.phase === 'Succeeded');
    const { name, labels, annotations } = metadata;
    const backup = { apiVersion: run.apiVersion, kind: run.kind, spec: run.spec };
    expectSuccess(await tenant.kubectl(['delete', 'jobrun', 'october']));
    await eventually('the Job to be deleted', async () => (await tenant.jobs()).length === 0);
    const restored = await tenant.apply({ ...backup, metadata: { name, labels, annotations } });
    await tenant.applied(jobRun('later', 'charge-cards'));
    await tenant.job('later');
    expect(await tenant.jobs()).toHaveLength(1);
    if (restored.code === 0) expect(restored.stderr).toContain('Warning');
  });
});
