import { readFileSync } from 'node:fs';
import { connect, type TLSSocket } from 'node:tls';
import { once } from 'node:events';
import { KubeConfig } from '@kubernetes/client-node';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import type { JobTemplate } from '../../api/job-template.ts';
import { JOB_RUNS, JOB_TEMPLATES } from '../../api/resources.ts';
import { ObjectCache } from '../../kube/watch/cache.ts';
import { templateRevision } from '../../core/template/template-revision.ts';
import { KubeClient } from '../../kube/client/client.ts';
import { decidersWith } from '../unit/webhook/deciders.ts';
import { makeServingCertificate } from '../../local-kubernetes/control-plane/certificates.ts';
import { startWebhook, type RunningWebhook } from '../../webhook/start-webhook.ts';
import { refusedText, RULES_NOT_CHECKED } from './api-server-words.ts';
import {
  collectingLogger,
  PATH_TOKEN,
  startWebhookEnvironment,
  testConfig,
  type KubectlResult,
  type WebhookEnvironment,
} from './webhook-environment.ts';

let environment: WebhookEnvironment;
let client: KubeClient;

beforeAll(async () => {
  environment = await startWebhookEnvironment();
  client = KubeClient.fromKubeConfig(environment.kubeConfig);
  await expectCreated(create(template('echo')));
});

afterAll(async () => {
  await client.close();
  await environment.stop();
});

function template(name: string, spec: object = {}, container: object = {}): JobTemplate {
  const echo = { name: 'echo', image: 'busybox', command: ['echo'], ...container };
  return {
    apiVersion: 'hematoscope.app/v1',
    kind: 'JobTemplate',
    metadata: { name },
    spec: { suspend: true, template: { spec: { restartPolicy: 'Never', containers: [echo] } }, ...spec },
  };
}

function jobRun(name: string, spec: object = {}, metadata: object = {}): JobRun {
  return {
    apiVersion: 'hematoscope.app/v1',
    kind: 'JobRun',
    metadata: { name, ...metadata },
    spec: { templateRef: 'echo', ...spec },
  };
}

const create = (manifest: object, ...flags: string[]): Promise<KubectlResult> =>
  environment.kubectl(['create', ...flags, '-f', '-'], manifest);

async function expectCreated(result: Promise<KubectlResult>): Promise<KubectlResult> {
  const { code, stdout, stderr } = await result;
  if (code !== 0) throw new Error(`not created: ${stderr}`);
  return { code, stdout, stderr };
}

async function namespace(name: string, labels: object = {}): Promise<string> {
  await expectCreated(create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }));
  return name;
}

const withoutContainers = { template: { spec: { restartPolicy: 'Never', containers: [] } } };

describe('the message that kubectl prints for', () => {
  const sentences: [string, () => object, string][] = [
    [
      'a missing template with a similar name',
      () => jobRun('a', { templateRef: 'ehco' }),
      'The JobRun "a" is invalid: spec.templateRef: Not found: "ehco": no JobTemplate of this name in namespace "default"; did you mean "echo"?',
    ],
    [
      'a missing template in a namespace without templates, though another namespace has it',
      () => jobRun('a', {}, { namespace: 'kube-public' }),
      'The JobRun "a" is invalid: spec.templateRef: Not found: "echo": no JobTemplate of this name in namespace "kube-public"; the namespace has no JobTemplates',
    ],
    [
      'a template of another namespace',
      () => jobRun('a', { templateRef: 'kube-public/echo' }),
      `The JobRun "a" is invalid: spec.templateRef: ${refusedText('kube-public/echo')}: must be the name alone, without a namespace: a JobRun can only use a JobTemplate of the JobRun's own namespace`,
    ],
    [
      'a callback, while the administrator permits none',
      () => jobRun('a', { callbackUrl: 'https://hooks.example.com/done' }),
      'The JobRun "a" is invalid: spec.callbackUrl: Forbidden: no callbacks are permitted: the administrator of the cluster permits them by host, with the chart value callbacks.allowedHosts',
    ],
    [
      'a template with the same callback for its runs',
      () => ({ ...template('a'), runs: { callback: { url: 'https://hooks.example.com/done' } } }),
      'The JobTemplate "a" is invalid: runs.callback.url: Forbidden: no callbacks are permitted: the administrator of the cluster permits them by host, with the chart value callbacks.allowedHosts',
    ],
    [
      'a parallel template with results from a container that does not exist',
      () => ({ ...template('a', { parallelism: 2 }), results: [{ name: 'rows' }], resultsFrom: 'ecoh' }),
      'The JobTemplate "a" is invalid: \n' +
        '* resultsFrom: Not found: "ecoh": the template has no such container; did you mean "echo"? it has "echo"\n' +
        '* spec.parallelism: Forbidden: the template declares results, so its Jobs have one Pod; leave it out, or set it to 1',
    ],
    [
      'an empty templateRef',
      () => jobRun('a', { templateRef: '' }),
      `The JobRun "a" is invalid: spec.templateRef: ${refusedText('')}: is empty: give the name of a JobTemplate in this namespace`,
    ],
    [
      'args that are not a list',
      () => jobRun('a', { args: 'Hello' }),
      'The JobRun "a" is invalid: \n' +
        '* spec.args: Invalid value: "string": spec.args in body must be of type array: "string"\n' +
        `* ${RULES_NOT_CHECKED}`,
    ],
    [
      'an unknown value of the missing-template annotation, and a missing template',
      () => jobRun('a', { templateRef: 'ehco' }, { annotations: { 'hematoscope.app/missing-template': 'wait' } }),
      'The JobRun "a" is invalid: \n' +
        '* metadata.annotations[hematoscope.app/missing-template]: Unsupported value: "wait": supported values: "Reject", "Wait", "Fail"\n' +
        '* spec.templateRef: Not found: "ehco": no JobTemplate of this name in namespace "default"; did you mean "echo"?',
    ],
    [
      'typos and impossible values in the same JobSpec',
      () => template('a', { paralelism: 2, backoffLimit: -1 }, { comand: ['echo'] }),
      'The JobTemplate "a" is invalid: \n' +
        '* spec.paralelism: unknown field "paralelism"; did you mean "parallelism"?\n' +
        '* spec.template.spec.containers[0].comand: unknown field "comand"; did you mean "command"?\n' +
        '* spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0',
    ],
    [
      'misspelled fields of a JobRun',
      () => jobRun('a', { arg: ['x'], paramters: {} }),
      'The JobRun "a" is invalid: \n' +
        '* spec.arg: unknown field "arg"; did you mean "args"?\n' +
        '* spec.paramters: unknown field "paramters"; did you mean "parameters"?',
    ],
    [
      'a misspelled templateRef, which the API server alone would report as missing',
      () => jobRun('a', { templateRef: undefined, templateref: 'echo' }),
      'The JobRun "a" is invalid: \n' +
        '* spec.templateref: unknown field "templateref"; did you mean "templateRef"?\n' +
        '* spec.templateRef: Required value: give the name of a JobTemplate in this namespace',
    ],
    [
      'misspelled fields of a JobTemplate',
      () => ({ ...template('a'), overides: { allow: [] }, parameters: [{ name: 'x', defualt: 'y' }] }),
      'The JobTemplate "a" is invalid: \n' +
        '* overides: unknown field "overides"; did you mean "overrides"?\n' +
        '* parameters[0].defualt: unknown field "defualt"; did you mean "default"?',
    ],
    [
      'a template without an image',
      () => template('a', {}, { image: undefined }),
      'The JobTemplate "a" is invalid: spec.template.spec.containers[0].image: Required value',
    ],
    [
      'a quantity that cannot be parsed',
      () => template('a', {}, { resources: { limits: { memory: '512MB' } } }),
      'The JobTemplate "a" is invalid: spec.template.spec.containers[0].resources.limits[memory]: Invalid value: "512MB": not a quantity; write it like 2, 500m, 512Mi or 1Gi',
    ],
    [
      'a label that the API server rejects in the Job, with its path in the template',
      () => {
        const labelled = template('a');
        labelled.spec.template.metadata = { labels: { team: 'a b' } };
        return labelled;
      },
      `The JobTemplate "a" is invalid: spec.template.metadata.labels[team]: Invalid value: "a b": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
    ],
  ];

  it.each(sentences)('%s', async (_, manifest, sentence) => {
    const { code, stderr } = await create(manifest());
    expect(stderr.trimEnd()).toBe(sentence);
    expect(code).toBe(1);
  });

  it('a template without containers', async () => {
    const { stderr } = await create(template('a', withoutContainers));
    expect(stderr).toMatch(/^The JobTemplate "a" is invalid: spec\.template\.spec\.containers: /);
  });

  it('a JobRun whose spec is changed', async () => {
    await expectCreated(create(jobRun('immutable')));
    const { code, stderr } = await environment.kubectl([
      'patch',
      'jr',
      'immutable',
      '--type=merge',
      '-p',
      '{"spec":{"args":["x"]}}',
    ]);
    expect(stderr).toMatch(/^The JobRun "immutable" is invalid: spec.args: Forbidden: args is immutable: /);
    expect(code).toBe(1);
  });

  it('a template that was deleted before its run was created', async () => {
    await expectCreated(create(template('short-lived')));
    await environment.kubectl(['delete', 'jt', 'short-lived']);
    await vi.waitFor(
      async () => {
        const { stderr } = await create(
          jobRun('late', { templateRef: 'short-lived' }, { name: undefined, generateName: 'late-' }),
        );
        expect(stderr).toMatch(/^The JobRun "late-[a-z0-9]+" is invalid: spec\.templateRef: Not found: "short-lived"/);
      },
      { timeout: 10_000 },
    );
  });
});

describe('an update of a template is judged', () => {
  beforeAll(async () => {
    await expectCreated(create(template('judged')));
  });

  it.each<[string, object, string]>([
    ['jobMetadata', { jobMetadata: { labels: { 'hematoscope.app/job-run': 'x' } } }, 'jobMetadata.labels'],
    ['revisions', { revisions: { allow: 'Any', alow: 'Present' } }, 'revisions.alow'],
    ['runs', { runs: { retention: { tll: 1 } } }, 'runs.retention.tll'],
    ['an unknown field', { overides: { allow: [] } }, 'overides'],
    ['parameters', { parameters: [{ name: 'a', required: false }] }, 'parameters[0].default'],
    ['overrides', { overrides: { allow: [], alow: [] } }, 'overrides.alow'],
  ])('if it only sets %s', async (_, change, path) => {
    const patch = client.patch(JOB_TEMPLATES, { namespace: 'default', name: 'judged' }, change);
    await expect(patch).rejects.toMatchObject({ code: 422 });
    await expect(patch).rejects.toThrow(path);
  });

  it('also if it is as large as a template can be', async () => {
    const env = Array.from({ length: 4500 }, (_, index) => ({ name: `V${index}`, value: 'x'.repeat(30) }));
    await expectCreated(create(template('large', {}, { env })));
    const at = { namespace: 'default', name: 'large' };
    const allow = { revisions: { allow: 'Any' } };
    await expect(client.patch(JOB_TEMPLATES, at, allow)).resolves.toMatchObject(allow);
    await expect(client.patch(JOB_TEMPLATES, at, { overides: {} })).rejects.toThrow('overides');
  });
});

describe('what a client receives on a denial', () => {
  it('is a Status 422 with one cause for each field', async () => {
    const denied = client.create(JOB_RUNS, 'default', jobRun('a', { templateRef: 'ehco' }));
    await expect(denied).rejects.toMatchObject({
      code: 422,
      reason: 'Invalid',
      status: {
        message: expect.stringContaining(
          'JobRun.hematoscope.app "a" is invalid: spec.templateRef: Not found',
        ) as string,
        details: { kind: 'JobRun', name: 'a', causes: [{ reason: 'FieldValueNotFound', field: 'spec.templateRef' }] },
      },
    });
  });
});

describe('valid requests are admitted', () => {
  it('a run right after its template, 200 times without a pause', async () => {
    for (let i = 0; i < 200; i++) {
      await client.create(JOB_TEMPLATES, 'default', template(`pair-${i}`));
      await client.create(JOB_RUNS, 'default', jobRun(`pair-${i}`, { templateRef: `pair-${i}` }));
    }
  });

  it('a run of a template that was corrected a moment ago, 50 times without a pause', async () => {
    await client.create(JOB_TEMPLATES, 'default', template('mended'));
    for (let i = 0; i < 50; i++) {
      const spec = { template: { spec: { containers: [{ name: 'echo', image: 'busybox', args: [String(i)] }] } } };
      await client.patch(JOB_TEMPLATES, { namespace: 'default', name: 'mended' }, { spec });
      await client.create(JOB_RUNS, 'default', jobRun(`mended-${i}`, { templateRef: 'mended' }));
    }
  });

  it('a run with a name of 253 characters, of a template with such a name', async () => {
    const long = `${'a'.repeat(62)}.${'b'.repeat(190)}`;
    await client.create(JOB_TEMPLATES, 'default', template(long));
    const run = await client.create(JOB_RUNS, 'default', jobRun(long, { templateRef: long }));
    expect(run.metadata.labels).toEqual({ 'hematoscope.app/job-template': 'a'.repeat(62) });
  });

  it('a run whose optional fields are null', async () => {
    await expectCreated(create(jobRun('nulls', { args: null, command: null })));
  });

  it('the removal of a finalizer from a broken template that is being deleted', async () => {
    const spec = template('held').spec;
    await client.create(JOB_TEMPLATES, 'default', {
      ...template('held'),
      metadata: { name: 'held', finalizers: ['a.example/b'] },
      spec,
    });
    await client.delete(JOB_TEMPLATES, { namespace: 'default', name: 'held' });
    const key = { namespace: 'default', name: 'held' };
    await client.patch(JOB_TEMPLATES, key, { metadata: { finalizers: null } });
    await expect(client.get(JOB_TEMPLATES, key)).rejects.toMatchObject({ code: 404 });
  });
});

describe('a dry run', () => {
  it('shows the run as it would be stored, and stores nothing', async () => {
    const { stdout } = await expectCreated(create(jobRun('dry'), '--dry-run=server', '-o', 'json'));
    expect(JSON.parse(stdout)).toMatchObject({ metadata: { labels: { 'hematoscope.app/job-template': 'echo' } } });
    await expect(client.get(JOB_RUNS, { namespace: 'default', name: 'dry' })).rejects.toMatchObject({ code: 404 });
    const { stdout: jobs } = await environment.kubectl(['get', 'jobs', '-A', '-o', 'name']);
    expect(jobs).toBe('');
  });

  it('is denied for the same reasons', async () => {
    const { stderr } = await create(jobRun('dry', { templateRef: 'ehco' }), '--dry-run=server');
    expect(stderr).toContain('spec.templateRef: Not found: "ehco"');
  });
});

describe('rules of the namespace', () => {
  it('a quota denies the run, and only causes a warning for the template', async () => {
    const name = await namespace('quota');
    const hard = { 'count/jobs.batch': '0' };
    const quota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'jobs', namespace: name },
      spec: { hard },
    };
    await expectCreated(create(quota));
    const status = JSON.stringify({ status: { hard, used: { 'count/jobs.batch': '0' } } });
    await expectCreated(
      environment.kubectl(['patch', 'quota', 'jobs', '-n', name, '--subresource=status', '--type=merge', '-p', status]),
    );
    const made = await expectCreated(create(template('echo'), '-n', name));
    expect(made.stderr).toContain('Warning: a Job of this JobTemplate would be refused now: exceeded quota: jobs');
    const { code, stderr } = await create(jobRun('a'), '-n', name);
    expect(code).toBe(1);
    expect(stderr).toBe(
      'Error from server (Forbidden): error when creating "STDIN": admission webhook "validate.jobruns.hematoscope.app" denied the request: ' +
        'jobruns.hematoscope.app "a" is forbidden: its Job would be refused: exceeded quota: jobs, requested: count/jobs.batch=1, used: count/jobs.batch=0, limited: count/jobs.batch=0\n',
    );
  });

  it("Pod Security's warnings are shown at apply", async () => {
    const name = await namespace('warned', { 'pod-security.kubernetes.io/warn': 'restricted' });
    const { stderr } = await expectCreated(create(template('echo'), '-n', name));
    expect(stderr).toMatch(/^Warning: would violate PodSecurity "restricted:latest": /);
  });

  it('if the webhook itself lacks a permission, no request is denied', async () => {
    await environment.kubectl(['create', 'serviceaccount', 'nobody']);
    await environment.kubectl(['create', 'role', 'reader', '--verb=get', '--resource=jobtemplates.hematoscope.app']);
    await environment.kubectl(['create', 'rolebinding', 'reader', '--role=reader', '--serviceaccount=default:nobody']);
    const { stdout: token } = await expectCreated(environment.kubectl(['create', 'token', 'nobody']));
    const kubeConfig = new KubeConfig();
    const { server, caData } = environment.kubeConfig.getCurrentCluster()!;
    kubeConfig.loadFromClusterAndUser(
      { name: 'c', server, skipTLSVerify: false, ...(caData === undefined ? {} : { caData }) },
      { name: 'nobody', token: token.trim() },
    );
    const powerless = KubeClient.fromKubeConfig(kubeConfig);
    const read = () => powerless.get<JobTemplate>(JOB_TEMPLATES, { namespace: 'default', name: 'echo' });
    // The permission takes effect a moment later.
    await expect.poll(read, { timeout: 30_000 }).toBeDefined();
    const echo = await read();
    const { validate } = decidersWith({ client: powerless, cache: new ObjectCache<JobTemplate>() });
    const verdict = await validate(
      admissionRequest(jobRun('a', { templateRevision: templateRevision(echo) }, { namespace: 'default' })),
      AbortSignal.timeout(4000),
    );
    await powerless.close();
    expect(verdict).toMatchObject({ allowed: true });
    expect(verdict.warnings[0]).toMatch(
      /could not be checked: jobs.batch is forbidden: User ".*nobody" cannot create resource "jobs"/,
    );
  });
});

function admissionRequest(object: JobRun): AdmissionRequest {
  const { name = '' } = object.metadata;
  return {
    uid: '1',
    kind: { group: 'hematoscope.app', version: 'v1', kind: 'JobRun' },
    resource: { group: 'hematoscope.app', version: 'v1', resource: 'jobruns' },
    name,
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'test' },
    object,
    oldObject: null,
  };
}

describe('while a template is missing', () => {
  it.each([
    ['Wait', 'Warning: JobTemplate "not-yet" does not exist: this JobRun waits for it\n'],
    ['Fail', 'Warning: JobTemplate "not-yet" does not exist: this JobRun fails unless the template appears shortly\n'],
  ])('the annotation %s admits a run, with a warning', async (policy, warning) => {
    const annotations = { 'hematoscope.app/missing-template': policy };
    const { stderr } = await expectCreated(
      create(jobRun(policy.toLowerCase(), { templateRef: 'not-yet' }, { annotations })),
    );
    expect(stderr).toBe(warning);
  });
});

describe('on the wire', () => {
  const tls = (): { ca: Buffer } => ({ ca: readFileSync(environment.certificate.ca) });

  it('a request of 8 MiB is rejected with a clear 413', async () => {
    const dispatcher = new Agent({ connect: tls() });
    const { statusCode, body } = await request(`${environment.webhook.url}/${PATH_TOKEN}/validate`, {
      method: 'POST',
      body: 'x'.repeat(8 * 1024 * 1024),
      dispatcher,
    });
    expect(statusCode).toBe(413);
    expect(await body.json()).toMatchObject({ message: 'the AdmissionReview is larger than 7 MiB' });
    await dispatcher.close();
  });

  it('TLS below 1.2 is rejected', async () => {
    const { port } = new URL(environment.webhook.url);
    const socket = connect({
      port: Number(port),
      host: '127.0.0.1',
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
      ...tls(),
    });
    await expect(once(socket, 'secureConnect')).rejects.toThrow(/protocol version|alert/i);
  });

  it('a renewed certificate is served without a restart, and no create fails', async () => {
    const before = await servedSerial();
    const creating = { on: true };
    const creates = (async () => {
      for (let i = 0; creating.on; i++) await client.create(JOB_RUNS, 'default', jobRun(`renewal-${i}`));
    })();
    await makeServingCertificate({
      directory: environment.certificate.cert.replace(/\/[^/]*$/, ''),
      hosts: ['127.0.0.1'],
    });
    await vi.waitFor(
      async () => {
        expect(await servedSerial()).not.toBe(before);
      },
      { timeout: 5000 },
    );
    creating.on = false;
    await creates;
    await client.create(JOB_RUNS, 'default', jobRun('after-renewal'));
  });

  async function servedSerial(): Promise<string> {
    const socket: TLSSocket = connect({
      port: Number(new URL(environment.webhook.url).port),
      host: '127.0.0.1',
      ...tls(),
    });
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    socket.destroy();
    return serialNumber;
  }
});

describe('an API server that hangs', () => {
  it('costs a review its check, not its response', async () => {
    const dispatcher = new Agent({ connect: { ca: readFileSync(environment.certificate.ca) } });
    const review = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: admissionRequest(jobRun('a', {}, { namespace: 'default' })),
    };
    const ask = async (): Promise<unknown> => {
      const { body } = await request(`${environment.webhook.url}/${PATH_TOKEN}/validate?timeout=5s`, {
        method: 'POST',
        body: JSON.stringify(review),
        dispatcher,
        // As the API server does, which then treats the webhook as failed.
        signal: AbortSignal.timeout(5_000),
      });
      return body.json();
    };
    expect(await ask()).toMatchObject({ response: { allowed: true } });
    environment.controlPlane.pauseApiServer();
    try {
      expect(await ask()).toMatchObject({
        response: { allowed: true, warnings: [expect.stringContaining('could not be looked up') as string] },
      });
    } finally {
      environment.controlPlane.resumeApiServer();
      await dispatcher.close();
    }
  });
});

describe('an API server that restarts', () => {
  it('is watched again, and its new objects become known', async () => {
    await environment.controlPlane.restartApiServer();
    await vi.waitFor(() => client.create(JOB_TEMPLATES, 'default', template('after-the-outage')), { timeout: 10_000 });
    await client.create(JOB_RUNS, 'default', jobRun('after-the-outage', { templateRef: 'after-the-outage' }));
    await vi.waitFor(
      async () => {
        const { stderr } = await create(jobRun('a', { templateRef: 'after-the-outag' }));
        expect(stderr).toContain('did you mean "after-the-outage"?');
      },
      { timeout: 20_000, interval: 200 },
    );
    expect(environment.webhook.missing()).toEqual([]);
  });
});

describe('readiness', () => {
  const lines: Record<string, unknown>[] = [];

  async function startFor(configuration: string): Promise<RunningWebhook> {
    const config = {
      ...testConfig(environment.certificate),
      mutatingWebhookConfiguration: configuration,
      drainSeconds: 0,
    };
    return startWebhook({ kubeConfig: environment.kubeConfig, config, logger: collectingLogger(lines) });
  }

  it('waits until the API server trusts the certificate', async () => {
    const name = 'installed-later';
    const second = await startFor(name);
    const missing = async (): Promise<unknown> => (await request(`${second.healthUrl}/readyz`)).body.json();
    await vi.waitFor(async () => {
      expect(await missing()).toEqual({
        status: 'not ready',
        missing: [
          { what: 'caBundle', why: expect.stringContaining('"installed-later" not found') as string },
          { what: 'paths', why: expect.stringContaining('MutatingWebhookConfiguration installed-later') as string },
        ],
      });
    });
    const clientConfig = { url: 'https://127.0.0.1:1/mutate' };
    const hook = { name: 'a.hematoscope.app', admissionReviewVersions: ['v1'], sideEffects: 'None', clientConfig };
    const kind = 'MutatingWebhookConfiguration';
    await expectCreated(
      create({ apiVersion: 'admissionregistration.k8s.io/v1', kind, metadata: { name }, webhooks: [hook] }),
    );
    await vi.waitFor(async () => {
      expect(JSON.stringify(await missing())).toContain('a.hematoscope.app: caBundle is not injected yet');
    }, 5000);
    const caBundle = readFileSync(environment.certificate.ca, 'base64');
    const patch = [{ op: 'add', path: '/webhooks/0/clientConfig/caBundle', value: caBundle }];
    await expectCreated(environment.kubectl(['patch', kind, name, '--type=json', '-p', JSON.stringify(patch)]));
    await vi.waitFor(async () => {
      expect(await missing()).toEqual({ status: 'ready', missing: [] });
    }, 5000);
    await second.stop();
  });
});
