import { beforeEach, describe, expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../../api/admission-review.ts';
import type { JobRun } from '../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import type { MissingTemplatePolicy } from '../../../../api/names.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import type { ReferenceKind } from '../../../../core/job/references.ts';
import { revisionStore } from '../../revisions/revision-stores.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { templateRevision as revisionOf } from '../../../../core/template/template-revision.ts';
import type { Verdict } from '../../../../webhook/admission/verdict.ts';
import { echoTemplate } from '../../core/objects.ts';
import { decidersWith } from '../deciders.ts';
import { brokenConnection, FakeApiServer, invalidJob, noAnswer, refusal } from '../fake-api-server.ts';
import { ECHO_SPEC, jobRunReview, jobTemplateReview } from '../reviews.ts';

let apiServer: FakeApiServer;
let cache: ObjectCache<JobTemplate>;

beforeEach(() => {
  apiServer = new FakeApiServer();
  cache = new ObjectCache<JobTemplate>();
});

async function decide(request: AdmissionRequest, missingTemplate: MissingTemplatePolicy = 'Reject'): Promise<Verdict> {
  const { validate } = decidersWith({ client: apiServer, cache, missingTemplate });
  return validate(request, AbortSignal.timeout(1000));
}

function stored(version = '10', change: (template: JobTemplate) => void = () => undefined): JobTemplate {
  const template = echoTemplate();
  template.metadata.resourceVersion = version;
  change(template);
  return template;
}

const cached = (template: JobTemplate): void => {
  cache.apply(template);
  live(template);
};
const live = (template: JobTemplate): void => {
  apiServer.templates.set('team/echo', template);
};

/** `path: message` of every cause; the message of a denial without causes; nothing if the request is allowed. */
function messagesOf(verdict: Verdict): string[] {
  if (verdict.allowed) return [];
  const causes = verdict.status.details?.causes;
  return causes?.map(({ field, message }) => `${field}: ${message}`) ?? [verdict.status.message];
}

describe('a new JobRun', () => {
  it('is allowed after a strict dry run of exactly the Job that the syncer will create, except for the owner', async () => {
    cached(stored());
    const templateRevision = revisionOf(stored());
    expect(await decide(jobRunReview({ templateRef: 'echo', templateRevision, args: ['x'] }).request)).toMatchObject({
      allowed: true,
      warnings: [],
    });
    // A run that names a revision is judged by the template as it is now, not as the cache has it.
    expect(apiServer.gets).toBe(1);
    expect(apiServer.dryRuns).toHaveLength(1);
    const { namespace, job, options } = apiServer.dryRuns[0]!;
    expect({ namespace, ...options }).toMatchObject({ namespace: 'team', dryRun: true, fieldValidation: 'Strict' });
    expect(job.metadata?.name).toMatch(/^echo-hello-[0-9a-f]{8}$/);
    expect(job.metadata).not.toHaveProperty('ownerReferences');
    expect(job.spec?.template.spec?.containers[0]?.args).toEqual(['x']);
  });

  it('finds a template that the cache does not have yet', async () => {
    live(stored());
    expect(await decide(jobRunReview().request)).toMatchObject({ allowed: true });
  });

  it('is denied if its template is missing, with similar names of its own namespace only', async () => {
    cached(stored());
    cached(stored('11', ({ metadata }) => Object.assign(metadata, { name: 'ehcoo', namespace: 'secret' })));
    expect(messagesOf(await decide(jobRunReview({ templateRef: 'ehco' }).request))).toEqual([
      'spec.templateRef: Not found: "ehco": no JobTemplate of this name in namespace "team"; did you mean "echo"?',
    ]);
  });

  it('is denied with every mistake at once', async () => {
    const metadata = { annotations: { 'hematoscope.app/missing-template': 'Never' } };
    const verdict = await decide(jobRunReview({ templateRef: 'nope' }, metadata).request);
    expect(messagesOf(verdict)).toEqual([
      expect.stringMatching(/^metadata.annotations\[hematoscope.app\/missing-template\]: Unsupported value: "Never"/),
      expect.stringMatching(/^spec.templateRef: Not found: "nope"/),
    ]);
  });

  it.each([
    [
      'another namespace',
      { templateRef: 'other/echo' },
      [/^spec.templateRef: Invalid value: "other\/echo": a JobRun can only/],
    ],
    ['no template', { args: [] }, [/^spec.templateRef: Required value/]],
    ['args that are not a list', { templateRef: 'echo', args: 'x' }, [/^spec.args: /]],
    ['two mistakes', { templateRef: '', command: 3 }, [/^spec.templateRef: /, /^spec.command: /]],
    ['no spec', null, [/^spec/]],
  ])('is denied even if the CRD admits it: %s', async (_, spec, expected) => {
    cached(stored());
    const sentences = messagesOf(await decide(jobRunReview(spec).request));
    expect(sentences).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as string));
  });

  it("is denied with the template's mistakes at the template and its own mistakes at its fields", async () => {
    cached(stored());
    live(stored());
    apiServer.onDryRun = () => {
      throw refusal(422, 'invalid', {
        causes: [
          { reason: 'FieldValueInvalid', field: 'spec.backoffLimit', message: 'Invalid value: -1' },
          { reason: 'FieldValueInvalid', field: 'spec.template.spec.containers[0].args[0]', message: 'Invalid value' },
        ],
      });
    };
    expect(messagesOf(await decide(jobRunReview({ templateRef: 'echo', args: ['x'] }).request))).toEqual([
      `spec.templateRef: JobTemplate "echo" can't make a Job: spec.backoffLimit: Invalid value: -1`,
      'spec.args[0]: Invalid value',
    ]);
  });

  it('is denied for a value of a megabyte with a short message', async () => {
    cached(stored());
    live(stored());
    apiServer.onDryRun = () => {
      throw invalidJob('spec.template.spec.containers[0].args[0]', `Invalid value: "${'x'.repeat(2 ** 20)}": too long`);
    };
    const [sentence = ''] = messagesOf(await decide(jobRunReview({ templateRef: 'echo', args: ['x'] }).request));
    expect(sentence).toMatch(/^spec\.args\[0\]: Invalid value: "xxx.* … x+": too long$/);
    expect(sentence.length).toBeLessThanOrEqual('spec.args[0]: '.length + 2_000);
  });

  it('is not denied because of an older, broken version of its template in the cache', async () => {
    cached(stored('10', ({ spec }) => (spec.backoffLimit = -1)));
    live(stored('11'));
    apiServer.onDryRun = ({ job }) => {
      if (job.spec?.backoffLimit === -1) throw invalidJob('spec.backoffLimit', 'Invalid value: -1');
    };
    expect(await decide(jobRunReview().request)).toMatchObject({ allowed: true, warnings: [] });
  });

  it('is denied if the broken template in the cache no longer exists', async () => {
    cache.apply(stored('10', ({ spec }) => (spec.template.spec!.containers = [])));
    expect(messagesOf(await decide(jobRunReview().request))).toEqual([
      expect.stringMatching(/^spec.templateRef: Not found/),
    ]);
  });

  it("is forbidden if a quota rejects its Job, with the API server's message", async () => {
    cached(stored());
    live(stored());
    apiServer.onDryRun = () => {
      throw refusal(403, 'jobs.batch "x-1" is forbidden: exceeded quota: jobs, requested: count/jobs.batch=1', {
        name: 'x-1',
      });
    };
    const verdict = await decide(jobRunReview().request);
    expect(verdict).toMatchObject({ allowed: false, status: { code: 403, reason: 'Forbidden' } });
    expect(messagesOf(verdict)).toEqual([
      'jobruns.hematoscope.app "echo-hello" is forbidden: its Job would be refused: exceeded quota: jobs, requested: count/jobs.batch=1',
    ]);
  });

  it.each([
    ['an API server that does not respond', noAnswer(), 'no answer in 2500 ms'],
    [
      'a permission that the webhook lacks',
      refusal(403, 'jobs.batch is forbidden: User "x" cannot create resource "jobs"'),
      'cannot create',
    ],
    ['a busy API server', refusal(429, 'too many requests'), 'too many requests'],
  ])('is allowed with a warning after %s', async (_, error, why) => {
    cached(stored());
    apiServer.onDryRun = () => {
      throw error;
    };
    const verdict = await decide(jobRunReview().request);
    expect(verdict).toMatchObject({ allowed: true });
    expect(verdict.warnings).toEqual([expect.stringContaining('the Job of this JobRun could not be checked: ')]);
    expect(verdict.warnings[0]).toContain(why);
  });

  it('is dry-run once more on a new connection if a kept-alive one breaks', async () => {
    cached(stored());
    apiServer.onDryRun = () => {
      if (apiServer.dryRuns.length === 1) throw brokenConnection();
    };
    expect(await decide(jobRunReview().request)).toMatchObject({ allowed: true, warnings: [] });
    apiServer.onDryRun = () => {
      throw brokenConnection();
    };
    expect((await decide(jobRunReview().request)).warnings[0]).toContain('ECONNRESET');
  });

  it('is allowed with a warning if its template cannot be looked up', async () => {
    apiServer.down = noAnswer();
    const verdict = await decide(jobRunReview().request);
    expect(verdict.allowed).toBe(true);
    expect(verdict.warnings[0]).toContain('JobTemplate "echo" could not be looked up');
  });

  it("passes on the API server's warnings about the Job", async () => {
    cached(stored());
    apiServer.onDryRun = ({ options }) => options.onWarning?.('would violate PodSecurity "restricted:latest"');
    expect(await decide(jobRunReview().request)).toMatchObject({
      allowed: true,
      warnings: ['would violate PodSecurity "restricted:latest"'],
    });
  });

  it('passes on a bug to the error handler', async () => {
    cached(stored());
    apiServer.onDryRun = () => {
      throw new TypeError('a bug');
    };
    await expect(decide(jobRunReview().request)).rejects.toThrow('a bug');
  });

  it.each([
    ['Wait', undefined, 'JobTemplate "echo" does not exist: this JobRun waits for it'],
    ['Fail', undefined, 'JobTemplate "echo" does not exist: this JobRun fails unless the template appears shortly'],
    ['Reject', 'Wait', 'JobTemplate "echo" does not exist: this JobRun waits for it'],
    ['Wait', 'Reject', undefined],
  ] as const)(
    'whose template is missing, under the policy %s and with the annotation %s',
    async (policy, annotation, warning) => {
      const annotations = annotation === undefined ? {} : { 'hematoscope.app/missing-template': annotation };
      const verdict = await decide(jobRunReview({ templateRef: 'echo' }, { annotations }).request, policy);
      expect(verdict).toMatchObject({
        allowed: warning !== undefined,
        warnings: warning === undefined ? [] : [warning],
      });
    },
  );

  it('is checked against the revision that it names, even if the template has changed since', async () => {
    const before = stored('10', ({ spec }) => (spec.backoffLimit = 1));
    await revisionStore(apiServer).keep(versionOfTemplate(before));
    cached(stored('11', ({ spec }) => (spec.backoffLimit = 2)));
    const spec = { templateRef: 'echo', templateRevision: revisionOf(before) };
    expect(await decide(jobRunReview(spec).request)).toMatchObject({
      allowed: true,
      audit: { template: 'JobTemplate/echo', 'template-revision': revisionOf(before) },
    });
    expect(apiServer.dryRuns[0]?.job.spec?.backoffLimit).toBe(1);
  });

  it('is denied if its revision never existed, with the existing ones', async () => {
    cached(stored());
    const spec = { templateRef: 'echo', templateRevision: '0123456789' };
    expect(messagesOf(await decide(jobRunReview(spec).request))).toEqual([
      `spec.templateRevision: Not found: "0123456789": JobTemplate "echo" has the revisions "${revisionOf(stored())}", newest first; leave the field out to use the current revision`,
    ]);
  });

  it('is denied if the revision that it names was deleted a moment ago', async () => {
    const before = stored('10', ({ spec }) => (spec.backoffLimit = 1));
    await revisionStore(apiServer).keep(versionOfTemplate(before));
    cached(stored('11'));
    const { validate } = decidersWith({ client: apiServer, cache });
    const { request } = jobRunReview({ templateRef: 'echo', templateRevision: revisionOf(before) });
    apiServer.onDryRun = () => {
      apiServer.revisions.clear();
    };
    expect(messagesOf(await validate(request, AbortSignal.timeout(1000)))).toEqual([
      expect.stringMatching(/^spec.templateRevision: Not found: /),
    ]);
  });

  it('cannot set who requested it if the mutation was skipped', async () => {
    cached(stored());
    const annotations = { 'hematoscope.app/requested-by': 'somebody-else' };
    expect(messagesOf(await decide(jobRunReview({ templateRef: 'echo' }, { annotations }).request))).toEqual([
      'metadata.annotations[hematoscope.app/requested-by]: Forbidden: this annotation is set at admission to the user that creates the JobRun; leave it out',
    ]);
  });

  it('is denied with the fields that it may not override and with the mistakes in its parameters', async () => {
    cached(stored('10', (template) => (template.parameters = [{ name: 'day' }])));
    const spec = { templateRef: 'echo', image: 'evil', parameters: { dya: 'monday' } };
    expect(messagesOf(await decide(jobRunReview(spec).request))).toEqual([
      expect.stringMatching(/^spec.parameters\[dya\]: Not found: "dya".*did you mean "day"/),
      expect.stringMatching(/^spec.parameters\[day\]: Required value/),
      expect.stringMatching(/^spec.image: Forbidden: JobTemplate "echo" allows only args, command/),
    ]);
  });
});

it.each(['Wait', 'Fail', 'Reject'] as const)(
  'a JobRun never waits for a revision of a template that does not exist: %s',
  async (policy) => {
    const request = jobRunReview({ templateRef: 'echo', templateRevision: '0123456789' }).request;
    expect(messagesOf(await decide(request, policy))).toEqual([
      expect.stringMatching(/^spec.templateRef: Not found: "echo"/),
    ]);
  },
);

describe('the verdict of the API server', () => {
  const run = (name: string, spec: object = {}) => jobRunReview({ templateRef: 'echo', ...spec }, { name }).request;

  it('is requested once for runs that differ only in name, arguments and values of variables', async () => {
    cached(stored());
    const { validate } = decidersWith({ client: apiServer, cache });
    const env = [{ name: 'A', value: '1' }];
    await validate(run('a', { args: ['1'], env }), AbortSignal.timeout(1000));
    await validate(run('b', { args: ['2'], env: [{ name: 'A', value: '2' }] }), AbortSignal.timeout(1000));
    expect(apiServer.dryRuns).toHaveLength(1);
    await validate(run('c', { args: ['1'], env, parallelism: 2 }), AbortSignal.timeout(1000));
    await validate(run('d', { args: ['1'], env: [{ name: 'B', value: '1' }] }), AbortSignal.timeout(1000));
    expect(apiServer.dryRuns).toHaveLength(3);
  });

  it('is requested again for a run that sets a label', async () => {
    cached(stored());
    const { validate } = decidersWith({ client: apiServer, cache });
    const labels = { team: 'not/valid' };
    await validate(run('a'), AbortSignal.timeout(1000));
    await validate(run('b', { metadata: { labels } }), AbortSignal.timeout(1000));
    expect(apiServer.dryRuns).toHaveLength(2);
  });

  it('is shared by runs that arrive together', async () => {
    cached(stored());
    const { validate } = decidersWith({ client: apiServer, cache });
    await Promise.all(['a', 'b', 'c'].map(async (name) => validate(run(name), AbortSignal.timeout(1000))));
    expect(apiServer.dryRuns).toHaveLength(1);
  });

  it('is not reused if it is a refusal, or if reuse is turned off', async () => {
    cached(stored());
    apiServer.onDryRun = () => {
      if (apiServer.dryRuns.length === 1) throw refusal(403, 'exceeded quota', { name: 'x' });
    };
    const { validate } = decidersWith({ client: apiServer, cache });
    expect(await validate(run('a'), AbortSignal.timeout(1000))).toMatchObject({ allowed: false });
    expect(await validate(run('a'), AbortSignal.timeout(1000))).toMatchObject({ allowed: true });
    const never = decidersWith({ client: apiServer, cache, reuseSeconds: 0 });
    await never.validate(run('b'), AbortSignal.timeout(1000));
    await never.validate(run('c'), AbortSignal.timeout(1000));
    expect(apiServer.dryRuns).toHaveLength(4);
  });
});

describe('authorization in mode Use', () => {
  const use = (request: AdmissionRequest) =>
    decidersWith({ client: apiServer, cache, mode: 'Use' }).validate(request, AbortSignal.timeout(1000));

  it('reviews the requester as the API server knows them', async () => {
    cached(stored());
    apiServer.allowedVerbs.add('use');
    expect(await use(jobRunReview({ templateRef: 'echo', args: [] }).request)).toMatchObject({ allowed: true });
    expect(apiServer.reviews.map(({ spec }) => spec)).toEqual([
      {
        user: 'jane',
        uid: '014fbff9a07c',
        groups: ['system:authenticated', 'ci'],
        extra: { scopes: ['a'] },
        resourceAttributes: {
          group: 'hematoscope.app',
          version: 'v1',
          resource: 'jobtemplates',
          namespace: 'team',
          name: 'echo',
          verb: 'use',
        },
      },
    ]);
  });

  it('also needs override if a run sets more than args, command, env and parameters', async () => {
    cached(stored());
    apiServer.allowedVerbs.add('use');
    const request = jobRunReview({ templateRef: 'echo', parallelism: 2, suspend: true }).request;
    expect(messagesOf(await use(request))).toEqual([
      'jobruns.hematoscope.app "echo-hello" is forbidden: user "jane" cannot override parallelism, suspend of JobTemplate "echo": this requires the verb "override" on jobtemplates.hematoscope.app "echo" in namespace "team"',
    ]);
    apiServer.allowedVerbs.add('override');
    expect(await use(request)).toMatchObject({ allowed: true });
  });

  it('reveals nothing about a template to a user who may not use it, not even that it does not exist', async () => {
    const request = jobRunReview({ templateRef: 'echo', parameters: { a: 1 } }).request;
    const missing = messagesOf(await use(request));
    cached(stored());
    expect(messagesOf(await use(request))).toEqual(missing);
    expect(missing).toEqual([expect.stringContaining('user "jane" cannot use JobTemplate "echo"')]);
  });

  it('reviews a ClusterJobTemplate in the whole cluster', async () => {
    await use(jobRunReview({ templateRef: 'echo', templateKind: 'ClusterJobTemplate' }).request);
    expect(apiServer.reviews[0]?.spec.resourceAttributes).toMatchObject({ resource: 'clusterjobtemplates' });
    expect(apiServer.reviews[0]?.spec.resourceAttributes).not.toHaveProperty('namespace');
  });

  it('denies the run if the API server does not respond', async () => {
    cached(stored());
    apiServer.create = () => Promise.reject(noAnswer());
    expect(messagesOf(await use(jobRunReview().request))).toEqual([
      expect.stringContaining('cannot check whether user "jane" has the verb "use"'),
    ]);
  });
});

describe('missing objects that a Job needs', () => {
  it('cause warnings, each kind only if it is configured', async () => {
    cached(
      stored('10', ({ spec }) => {
        const [container] = spec.template.spec!.containers;
        container!.envFrom = [{ secretRef: { name: 's' } }, { configMapRef: { name: 'c', optional: true } }];
        spec.template.spec!.priorityClassName = 'p';
      }),
    );
    const warn = async (warnMissing: ReferenceKind[]) =>
      (
        await decidersWith({ client: apiServer, cache, warnMissing }).validate(
          jobRunReview().request,
          AbortSignal.timeout(1000),
        )
      ).warnings;
    expect(await warn(['Secret', 'ConfigMap', 'PriorityClass'])).toEqual([
      'PriorityClass "p" does not exist; it is referenced by the Pods',
      'Secret "s" does not exist in namespace "team"; it is referenced by container "echo", envFrom',
    ]);
    expect(await warn(['ConfigMap'])).toEqual([]);
  });
});

describe('a template with unfinished runs', () => {
  const oldObject = { ...stored(), kind: 'JobTemplate' };

  it.each([
    [
      'DELETE',
      'is not finished: it continues if its Job exists; without a Job, a run can fail with the reason TemplateDeleted',
    ],
    ['UPDATE', 'is not finished: it keeps the revision it was admitted with'],
  ] as const)('causes a warning about them on %s', async (operation, warning) => {
    const run = jobRunReview().request.object as JobRun;
    const labels = { 'hematoscope.app/cluster-job-template': 'echo' };
    apiServer.runs = [run, { ...run, metadata: { ...run.metadata, labels } }];
    const verdict = await decide(jobTemplateReview(ECHO_SPEC, {}, { operation, oldObject }).request);
    expect(verdict).toMatchObject({ allowed: true, warnings: [`1 JobRun of JobTemplate "echo" ${warning}`] });
  });
});

describe('an updated JobRun', () => {
  const update = (spec: object, before: object, metadata: object = {}): AdmissionRequest =>
    jobRunReview(spec, metadata, { operation: 'UPDATE', oldObject: { metadata: {}, spec: before } }).request;

  it('may change labels, annotations and finalizers even if its template no longer exists', async () => {
    expect(await decide(update({ templateRef: 'gone' }, { templateRef: 'gone' }))).toEqual({
      allowed: true,
      warnings: [],
    });
    expect(apiServer.gets).toBe(0);
  });

  it('keeps its spec even if the CRD would let it change', async () => {
    expect(messagesOf(await decide(update({ templateRef: 'b' }, { templateRef: 'a' })))).toEqual([
      'spec.templateRef: Forbidden: templateRef is immutable: a JobRun runs once, as it was created; create another JobRun with a name of its own',
    ]);
  });

  it('may be resumed if its template allows that', async () => {
    const resume = update({ templateRef: 'echo', suspend: false }, { templateRef: 'echo', suspend: true });
    cached(stored());
    expect(await decide(resume)).toMatchObject({ allowed: true });
    cached(stored('11', (template) => (template.overrides = { allow: [] })));
    expect(messagesOf(await decide(resume))).toEqual([expect.stringMatching(/^spec.suspend: Forbidden: /)]);
    apiServer.templates.clear();
    expect(await decide(resume)).toMatchObject({ allowed: true });
  });

  it('is never blocked while it is being deleted', async () => {
    const deleted = { deletionTimestamp: '2026-11-23T22:05:12Z' };
    const request = { ...update({ templateRef: 'a' }, { templateRef: 'a' }, deleted) };
    request.oldObject = request.object;
    apiServer.templates.clear();
    expect(await decide(request)).toMatchObject({ allowed: true });
  });

  it('is checked while it is being deleted if its spec changes', async () => {
    const deleted = { deletionTimestamp: '2026-11-23T22:05:12Z' };
    const request = { ...update({ templateRef: 'b' }, { templateRef: 'a' }, deleted) };
    request.oldObject = { ...(request.oldObject as object), metadata: deleted };
    expect(await decide(request)).toMatchObject({ allowed: false });
  });

  it.each(['requested-by', 'cancelled-by'])('keeps its users while it is being deleted: %s', async (name) => {
    const deletionTimestamp = '2026-11-23T22:05:12Z';
    const request = update({ templateRef: 'a' }, { templateRef: 'a' });
    const by = (user: string) => ({ deletionTimestamp, annotations: { [`hematoscope.app/${name}`]: user } });
    request.oldObject = { ...(request.object as object), metadata: by('anna') };
    request.object = { ...(request.object as object), metadata: by('somebody else') };
    expect(await decide(request)).toMatchObject({ allowed: false });
    expect(messagesOf(await decide(request)).join('')).toContain(name);
  });

  it('is checked if only the manifest says that it is being deleted', async () => {
    const deleted = { deletionTimestamp: '2026-11-23T22:05:12Z' };
    expect(await decide(update({ templateRef: 'b' }, { templateRef: 'a' }, deleted))).toMatchObject({ allowed: false });
  });
});

describe('a JobTemplate', () => {
  it('is allowed after a strict dry run', async () => {
    expect(await decide(jobTemplateReview(ECHO_SPEC).request)).toEqual({ allowed: true, warnings: [] });
    expect(apiServer.dryRuns[0]).toMatchObject({
      namespace: 'team',
      options: { dryRun: true, fieldValidation: 'Strict' },
    });
  });

  it('is dry-run again when its spec changes', async () => {
    const oldObject = { metadata: {}, spec: { ...ECHO_SPEC, backoffLimit: 1 } };
    apiServer.onDryRun = () => {
      throw invalidJob('spec.backoffLimit', 'Invalid value: -1');
    };
    const { request } = jobTemplateReview(ECHO_SPEC, {}, { operation: 'UPDATE', oldObject });
    expect(messagesOf(await decide(request))).toEqual(['spec.backoffLimit: Invalid value: -1']);
  });

  it('needs a container', async () => {
    const spec = { template: { spec: { containers: [] } } };
    expect(messagesOf(await decide(jobTemplateReview(spec).request))).toEqual([
      'spec.template.spec.containers: Required value: a JobTemplate needs at least one container, with a name and an image',
    ]);
  });

  it('is denied with unknown fields and all other mistakes at once', async () => {
    apiServer.onDryRun = ({ options }) => {
      if (options.fieldValidation === 'Strict') {
        throw refusal(
          400,
          'Job in version "v1" cannot be handled as a Job: strict decoding error: unknown field "spec.paralelism"',
        );
      }
      throw invalidJob('spec.backoffLimit', 'Invalid value: -1');
    };
    expect(messagesOf(await decide(jobTemplateReview(ECHO_SPEC).request))).toEqual([
      'spec.paralelism: unknown field "paralelism"; did you mean "parallelism"?',
      'spec.backoffLimit: Invalid value: -1',
    ]);
  });

  it('is allowed with a warning if a parameter has a pattern and no value for the dry run', async () => {
    const { request } = jobTemplateReview(ECHO_SPEC);
    const parameters = [{ name: 'day', schema: { type: 'string', pattern: '^[0-9]+$', maxLength: 8 } }];
    const verdict = await decide({ ...request, object: { ...(request.object as object), parameters } });
    expect(verdict).toMatchObject({
      allowed: true,
      warnings: [
        expect.stringMatching(/were not checked; .* add schema.examples to "day"$/),
        expect.stringMatching(/^nothing in the template uses the parameter "day"; /),
      ],
    });
    expect(apiServer.dryRuns).toHaveLength(1);
  });

  it('is denied even if an unknown field is the only mistake', async () => {
    apiServer.onDryRun = ({ options }) => {
      if (options.fieldValidation === 'Strict') throw refusal(400, 'strict decoding error: unknown field "spec.x"');
    };
    expect(messagesOf(await decide(jobTemplateReview(ECHO_SPEC).request))).toEqual(['spec.x: unknown field "x"']);
  });

  it.each([
    [
      'a quota',
      refusal(403, 'jobs.batch "x" is forbidden: exceeded quota', { name: 'x' }),
      'would be refused now: exceeded quota',
    ],
    [
      "another webhook's policy",
      refusal(403, 'admission webhook "p" denied the request: no'),
      'would be refused now: admission webhook "p"',
    ],
    ['an API server that does not respond', noAnswer(), 'could not be checked: '],
    [
      'a missing namespace',
      refusal(404, 'namespaces "team" not found'),
      'could not be checked: namespaces "team" not found',
    ],
  ])('is not denied for %s: the user gets a warning', async (_, error, warning) => {
    apiServer.onDryRun = () => {
      throw error;
    };
    const verdict = await decide(jobTemplateReview(ECHO_SPEC).request);
    expect(verdict.allowed).toBe(true);
    expect(verdict.warnings).toEqual([expect.stringContaining(warning)]);
  });

  it.each([
    ['only its labels change', ECHO_SPEC, {}],
    ['it is deleted', ECHO_SPEC, { deletionTimestamp: '2026-11-23T22:05:12Z' }],
  ])('is not checked if %s', async (_, spec, metadata) => {
    const oldObject = { metadata: {}, spec: ECHO_SPEC };
    const { request } = jobTemplateReview(spec, metadata, { operation: 'UPDATE', oldObject });
    expect(await decide(request)).toEqual({ allowed: true, warnings: [] });
    expect(apiServer.dryRuns).toEqual([]);
  });
});

describe('any other request', () => {
  it.each([
    ['a Pod', { resource: { group: '', version: 'v1', resource: 'pods' } }],
    ['a deletion', { operation: 'DELETE' as const }],
    ['a status', { subResource: 'status' }],
    [
      'a resource of the same name in another group',
      { resource: { group: 'example.com', version: 'v1', resource: 'jobruns' } },
    ],
  ])('is allowed: %s', async (_, request) => {
    expect(await decide(jobRunReview(null, {}, request).request)).toEqual({ allowed: true, warnings: [] });
  });
});
