import { readFile } from 'node:fs/promises';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobTemplate } from '../../api/job-template.ts';
import { CONTROLLER_REVISIONS, JOB_TEMPLATES } from '../../api/resources.ts';
import type { ControllerRevision } from '../../api/wire.ts';
import { controllerRevision } from '../../core/template/controller-revision.ts';
import { versionOfTemplate } from '../../core/template/template-version.ts';
import { expectRefusal, expectSuccess } from './command-results.ts';
import { eventually, jobRun, list, ProductEnvironment, template, type Tenant } from './product-environment.ts';

let environment: ProductEnvironment;
let tenant: Tenant;

beforeAll(async () => {
  environment = await ProductEnvironment.start();
});
afterAll(async () => {
  await environment.stop();
});

const KIB = 1024;

/** The webhook still answers the users of another namespace. */
async function othersAreServed(): Promise<void> {
  const other = await environment.tenant();
  await other.applied(template('other'));
  await other.applied(jobRun('other', 'other'));
  await other.job('other');
}

async function revisionsOf(name: string): Promise<ControllerRevision[]> {
  const { namespace } = tenant;
  const labelSelector = `hematoscope.app/job-template=${name}`;
  return (await environment.client.list<ControllerRevision>(CONTROLLER_REVISIONS, { namespace, labelSelector })).items;
}

const REVISION = 'hematoscope.app/template-revision';

describe('old-revision-escapes-the-allow-list', () => {
  it.each([
    ['an override', { command: ['echo', 'ESCAPED'] }, { overrides: { allow: [] } }, 'spec.command'],
    [
      'a value',
      { parameters: { x: 'ESCAPED' } },
      { parameters: [{ name: 'x', schema: { type: 'string', enum: ['y'] } }] },
      'spec.parameters[x]',
    ],
    ['the revision', {}, { revisions: { allow: 'Present' } }, 'spec.templateRevision'],
  ])('%s that the present template forbids is refused', async (_sentence, spec, tightened, field) => {
    tenant = await environment.tenant();
    const content = { parameters: [{ name: 'x', default: 'y' }] };
    const args = { args: ['$(params.x)'] };
    await tenant.applied(template('tightened', args, { content }));
    await eventually('the first revision', async () => (await revisionsOf('tightened')).length === 1);
    const [old] = await revisionsOf('tightened');
    const templateRevision = old!.metadata!.labels![REVISION]!;
    const edited = template('tightened', { ...args, image: 'busybox:2' }, { content: { ...content, ...tightened } });
    await tenant.applied(edited);
    const refusal = await tenant.create(jobRun('escape', 'tightened', { templateRevision, ...spec }));
    expect(expectRefusal(refusal)).toContain(field);
    expect(await tenant.jobs()).toEqual([]);
  });
});

describe('revision-of-a-deleted-template', () => {
  it('is neither accepted nor suggested once a template of the same name exists', async () => {
    tenant = await environment.tenant();
    const { namespace } = tenant;
    await tenant.applied(template('again', { image: 'busybox:1' }));
    await eventually('the revision', async () => (await revisionsOf('again')).length === 1);
    const [old] = await revisionsOf('again');
    const { name = '', labels } = old!.metadata!;
    // As after a deletion with --cascade=orphan: nothing deletes it.
    const orphaned = { metadata: { ownerReferences: null } };
    await environment.client.patch(CONTROLLER_REVISIONS, { namespace, name }, orphaned);
    expectSuccess(await tenant.kubectl(['delete', 'jobtemplate', 'again']));
    await tenant.applied(template('again', { image: 'busybox:2' }));
    await eventually('the new revision', async () => (await revisionsOf('again')).length === 2);
    const revoked = labels![REVISION]!;
    const refusal = expectRefusal(await tenant.create(jobRun('old', 'again', { templateRevision: revoked })));
    expect(refusal).toContain(`spec.templateRevision: Not found: "${revoked}"`);
    const hint = expectRefusal(await tenant.create(jobRun('wrong', 'again', { templateRevision: '0123456789' })));
    expect(hint).toMatch(/JobTemplate "again" has the revisions "[0-9a-f]{10}", newest first/);
    expect(hint).not.toContain(revoked);
    expect(await tenant.jobs()).toEqual([]);
  });
});

describe('pattern-bomb', () => {
  const withSchemas = (...schemas: object[]) =>
    template('bomb', {}, { content: { parameters: schemas.map((schema, i) => ({ name: `p${i}`, schema })) } });

  it.each([
    ['repeats a long text', 0, { pattern: `(?:${'a'.repeat(980)}){999}`, maxLength: 1 }],
    ['nests repeats', 0, { pattern: '((a{100}){100}){100}', maxLength: 10 }],
    // A class is read once, so that a few such patterns are cheap.
    ['repeats Unicode classes', 3, { pattern: String.raw`(?i:\pL\pN\pP){1000}`, maxLength: 10 }],
  ])('a pattern that %s is refused at its field', async (_sentence, refused, schema) => {
    tenant = await environment.tenant();
    const bomb = withSchemas(...Array.from({ length: 8 }, () => ({ type: 'string', ...schema })));
    expect(expectRefusal(await tenant.apply(bomb))).toContain(`parameters[${refused}].schema.pattern`);
    await othersAreServed();
  });

  it.each([
    ['has nested quantifiers and long values', { pattern: '((a+)+)+', minLength: 800, maxLength: 800 }],
    ['has ten nested groups', { pattern: `${'('.repeat(10)}a+${')+'.repeat(10)}`, maxLength: 10 }],
  ])('a pattern that %s is judged without an internal error', async (_sentence, schema) => {
    tenant = await environment.tenant();
    const { code, stderr } = await tenant.apply(withSchemas({ type: 'string', ...schema }));
    expect(stderr).not.toMatch(/internal error|InternalError|: EOF|deadline/i);
    if (code !== 0) expect(stderr).toContain('parameters[0].schema');
    await othersAreServed();
  });
});

describe('substitution-bomb', () => {
  it('a thousand placeholders of one parameter give no Job beyond the limit', async () => {
    tenant = await environment.tenant();
    const content = { parameters: [{ name: 'x', default: 'y' }] };
    await tenant.applied(template('laughs', { args: Array(100).fill('$(params.x)'.repeat(10)) }, { content }));
    const bomb = jobRun('laughs', 'laughs', { parameters: { x: 'y'.repeat(8 * KIB) } });
    expect(expectRefusal(await tenant.create(bomb))).toMatch(/spec\.parameters\[x\].*MiB/);
    await othersAreServed();
  });

  it('nor does a value that is itself beyond the limit of a run', async () => {
    tenant = await environment.tenant();
    const content = { parameters: [{ name: 'x', default: 'y' }] };
    await tenant.applied(template('laughs', { args: ['$(params.x)'.repeat(1000)] }, { content }));
    const bomb = jobRun('laughs', 'laughs', { parameters: { x: 'y'.repeat(400_000) } });
    expect(expectRefusal(await tenant.create(bomb))).toContain('256 KiB');
    await othersAreServed();
  });
});

describe('big-runs-starve-the-syncer', () => {
  it('a waiting run of more than 256 KiB is refused with the limit', async () => {
    tenant = await environment.tenant();
    const annotations = { 'hematoscope.app/missing-template': 'Wait' };
    const big = jobRun('big', 'never-there', { args: ['y'.repeat(1_300_000)] }, { annotations });
    expect(expectRefusal(await tenant.create(big))).toContain('256 KiB');
    await othersAreServed();
  });

  it('a template of more than 256 KiB is refused with the limit', async () => {
    tenant = await environment.tenant();
    const args = Array(10).fill('y'.repeat(100 * KIB));
    expect(expectRefusal(await tenant.create(template('big', { args })))).toContain('256 KiB');
  });
});

describe('near-placeholder', () => {
  it('a near-placeholder with many blanks is judged at once', async () => {
    tenant = await environment.tenant();
    const command = ['echo', `$(params.x${' '.repeat(200 * KIB)}`];
    const { stderr } = await tenant.apply(template('blanks', { command }), '--server-side');
    expect(stderr).not.toMatch(/internal error|InternalError|: EOF|deadline/i);
    await othersAreServed();
  });
});

describe('policy-denies-template', () => {
  const name = 'no-jobs-in-the-release';
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const SENTENCE = 'nobody runs Jobs in the namespace of the release';
  const policy = list(
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicy',
      metadata: { name },
      spec: {
        failurePolicy: 'Fail',
        matchConstraints: {
          resourceRules: [{ apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['jobs'] }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } },
        },
        validations: [{ expression: 'false', message: SENTENCE }],
      },
    },
    {
      apiVersion,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: { name },
      spec: { policyName: name, validationActions: ['Deny'] },
    },
  );

  it('a ClusterJobTemplate is stored, with a warning', async () => {
    tenant = await environment.tenant();
    await tenant.applied(policy);
    const probe = ['create', 'job', 'probe', '--image=busybox', '--dry-run=server'];
    await eventually('the policy in force', async () =>
      (await environment.kubectl(['-n', 'default', ...probe])).stderr.includes(SENTENCE),
    );
    const elsewhere = { ...template('elsewhere'), kind: 'ClusterJobTemplate' };
    expect(expectSuccess(await environment.kubectl(['apply', '-f', '-'], elsewhere)).stderr).toContain(SENTENCE);
    await tenant.applied(jobRun('elsewhere', 'elsewhere', { templateKind: 'ClusterJobTemplate' }));
    await tenant.job('elsewhere');
  });

  afterAll(async () => {
    await environment.kubectl(['delete', '-f', '-', '--ignore-not-found'], policy);
  });
});

describe('any-job-ends-a-run', () => {
  it('a Job of another name that names the run as its controller does not end it', async () => {
    tenant = await environment.tenant();
    const annotations = { 'hematoscope.app/missing-template': 'Wait' };
    await tenant.applied(jobRun('hijack', 'comes-later', {}, { annotations }));
    const { uid } = (await tenant.run('hijack')).metadata;
    const owner = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'hijack', uid, controller: true };
    const container = { name: 'c', image: 'busybox' };
    await tenant.created({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'not-its-job', labels: { 'hematoscope.app/job-run': 'hijack' }, ownerReferences: [owner] },
      spec: { completions: 0, template: { spec: { restartPolicy: 'Never', containers: [container] } } },
    });
    expectSuccess(await tenant.kubectl(['wait', 'job/not-its-job', '--for=condition=Complete', '--timeout=90s']));
    expectSuccess(await tenant.kubectl(['delete', 'job', 'not-its-job']));
    await tenant.applied(template('comes-later'));
    expect((await tenant.job('hijack')).metadata?.name).not.toBe('not-its-job');
    expect((await tenant.run('hijack')).status?.phase).not.toBe('Succeeded');
  });
});

describe('forged-revision', () => {
  async function forged(): Promise<ControllerRevision> {
    tenant = await environment.tenant();
    const { namespace } = tenant;
    await tenant.applied(template('trusted', {}, { content: { overrides: { allow: [] } } }));
    const trusted = await environment.client.get<JobTemplate>(JOB_TEMPLATES, { namespace, name: 'trusted' });
    const container = { command: ['echo', 'FORGED'], securityContext: { privileged: true } };
    const hostile = { ...template('trusted', container), metadata: trusted.metadata } as JobTemplate;
    return controllerRevision(versionOfTemplate(hostile), namespace);
  }

  it('content that a template never had does not run under its name', async () => {
    const revision = await forged();
    const { ownerReferences, ...metadata } = revision.metadata!;
    expect(ownerReferences).toHaveLength(1);
    // A policy may refuse the revision already; otherwise the run is refused.
    await tenant.create({ apiVersion: 'apps/v1', kind: 'ControllerRevision', ...revision, metadata });
    const templateRevision = metadata.labels![REVISION]!;
    expect(expectRefusal(await tenant.create(jobRun('forged', 'trusted', { templateRevision })))).toContain(
      'spec.templateRevision',
    );
    expect(await tenant.jobs()).toEqual([]);
  });
});

describe('ssa-create-with-deletion-timestamp', () => {
  it('such a run is admitted like every other one', async () => {
    tenant = await environment.tenant();
    await tenant.applied(template('ssa'));
    const metadata = { deletionTimestamp: '2020-01-01T00:00:00Z' };
    const manifest = { ...jobRun('nobody', 'ssa'), metadata: { name: 'nobody', ...metadata } };
    await tenant.applied(manifest, '--server-side', '--validate=false');
    const run = await tenant.run('nobody');
    expect(run.metadata.annotations?.['hematoscope.app/requested-by']).toBeTruthy();
    expect(run.metadata.labels?.['hematoscope.app/job-template']).toBe('ssa');
    expect(run.spec.templateRevision).toBeTruthy();
    expect(run.metadata.deletionTimestamp).toBeUndefined();
    await tenant.job('nobody');
  });
});

describe('anyone-may-ask-the-webhook', () => {
  let agent: Agent;
  beforeAll(async () => {
    agent = new Agent({ connect: { ca: await readFile(environment.webhookEnvironment.certificate.ca) } });
  });
  afterAll(async () => {
    await agent.close();
  });

  const review = (kind: string) =>
    JSON.stringify({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        uid: '1',
        kind: { group: 'hematoscope.app', version: 'v1', kind },
        resource: { group: 'hematoscope.app', version: 'v1', resource: 'jobruns' },
        operation: 'CREATE',
        namespace: 'default',
        userInfo: { username: 'nobody' },
        object: jobRun('x', 'secret-project'),
      },
    });

  async function post(url: string, kind: string): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const { body } = await request(url, { method: 'POST', headers, body: review(kind), dispatcher: agent });
    await body.dump();
  }

  it('an invented kind is no label value of a metric', async () => {
    const configuration = JSON.parse(
      expectSuccess(
        await environment.kubectl(['get', 'validatingwebhookconfiguration', 'job-template-run', '-o', 'json']),
      ).stdout,
    ) as { webhooks: { clientConfig: { url: string } }[] };
    await post(configuration.webhooks[0]!.clientConfig.url, 'InventedByNobody');
    const { body } = await request(`${environment.webhookEnvironment.webhook.healthUrl}/metrics`);
    const metrics = await body.text();
    expect(metrics).toContain('JobRun');
    expect(metrics).not.toContain('Invented');
  });
});

describe('suspend-past-the-verb: with permission to use a template but not to override', () => {
  let strict: ProductEnvironment;
  beforeAll(async () => {
    strict = await ProductEnvironment.start({ authorizationMode: 'Use' });
  });
  afterAll(async () => {
    await strict.stop();
  });

  it('suspend of a run that is being deleted cannot be changed either', async () => {
    const place = await strict.tenant();
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const apiGroups = ['hematoscope.app'];
    const verbs = ['create', 'get', 'list', 'patch', 'update', 'delete'];
    const rules = [
      { apiGroups, resources: ['jobruns'], verbs },
      { apiGroups, resources: ['jobtemplates'], verbs: ['use'] },
    ];
    const metadata = { name: 'runner' };
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'runner' };
    const subjects = [{ kind: 'User', name: 'mallory', apiGroup: 'rbac.authorization.k8s.io' }];
    await place.applied(
      list(
        { apiVersion, kind: 'Role', metadata, rules },
        { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects },
        template('held', {}, { spec: { suspend: true } }),
      ),
    );
    const as = ['--as', 'mallory'];
    const patch = (body: object) =>
      place.kubectl([...as, 'patch', 'jobrun', 'held', '--type=merge', '-p', JSON.stringify(body)]);
    await place.created(jobRun('held', 'held'), ...as);
    expect((await place.job('held')).spec?.suspend).toBe(true);
    expect(expectRefusal(await patch({ spec: { suspend: false } }))).toContain('override');
    expectSuccess(await patch({ metadata: { finalizers: ['example.com/mine'] } }));
    expectSuccess(await place.kubectl([...as, 'delete', 'jobrun', 'held', '--wait=false']));
    expect(expectRefusal(await patch({ spec: { suspend: false } }))).toContain('override');
    expectSuccess(await patch({ metadata: { finalizers: null } }));
  });
});
