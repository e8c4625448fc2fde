import { beforeEach, describe, expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../api/admission-review.ts';
import type { JobTemplate } from '../../../api/job-template.ts';
import type { MissingTemplatePolicy } from '../../../api/names.ts';
import { ObjectCache } from '../../../kube/cache.ts';
import { createDeciders } from '../../../webhook/decide.ts';
import { TemplateLookup } from '../../../webhook/template-lookup.ts';
import type { Verdict } from '../../../webhook/verdict.ts';
import { echoTemplate } from '../core/objects.ts';
import { brokenConnection, FakeApiServer, invalidJob, noAnswer, refusal } from './fake-api-server.ts';
import { ECHO_SPEC, jobRunReview, jobTemplateReview } from './reviews.ts';

let apiServer: FakeApiServer;
let cache: ObjectCache<JobTemplate>;

beforeEach(() => {
  apiServer = new FakeApiServer();
  cache = new ObjectCache<JobTemplate>();
});

async function decide(request: AdmissionRequest, missingTemplate: MissingTemplatePolicy = 'Reject'): Promise<Verdict> {
  const templates = new TemplateLookup(apiServer, cache);
  const { validate } = createDeciders({ client: apiServer, templates, missingTemplate });
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
};
const live = (template: JobTemplate): void => {
  apiServer.templates.set('team/echo', template);
};

/** `path: message` of every cause; the message of a denial without causes; nothing when allowed. */
function told(verdict: Verdict): string[] {
  if (verdict.allowed) return [];
  const causes = verdict.status.details?.causes;
  return causes?.map(({ field, message }) => `${field}: ${message}`) ?? [verdict.status.message];
}

describe('a new JobRun', () => {
  it('is allowed after a strict dry run of exactly the Job that the syncer will make, but for the owner', async () => {
    cached(stored());
    expect(await decide(jobRunReview({ templateRef: 'echo', args: ['x'] }).request)).toEqual({
      allowed: true,
      warnings: [],
    });
    expect(apiServer.gets).toBe(0);
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

  it('is denied without a template, with near names of its own namespace only', async () => {
    cached(stored());
    cached(stored('11', ({ metadata }) => Object.assign(metadata, { name: 'ehcoo', namespace: 'secret' })));
    expect(told(await decide(jobRunReview({ templateRef: 'ehco' }).request))).toEqual([
      'spec.templateRef: Not found: "ehco": no JobTemplate of this name in namespace "team"; did you mean "echo"?',
    ]);
  });

  it('is told every mistake at once', async () => {
    const metadata = { annotations: { 'hematoscope.app/missing-template': 'Never' } };
    const verdict = await decide(jobRunReview({ templateRef: 'nope' }, metadata).request);
    expect(told(verdict)).toEqual([
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
    ['args that are no list', { templateRef: 'echo', args: 'x' }, [/^spec.args: /]],
    ['two mistakes', { templateRef: '', command: 3 }, [/^spec.templateRef: /, /^spec.command: /]],
    ['no spec at all', null, [/^spec/]],
  ])('is denied even where the CRD let it pass: %s', async (_, spec, expected) => {
    cached(stored());
    const sentences = told(await decide(jobRunReview(spec).request));
    expect(sentences).toEqual(expected.map((pattern) => expect.stringMatching(pattern) as string));
  });

  it("is told of the template's mistakes as the template's, and of its own as its own", async () => {
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
    expect(told(await decide(jobRunReview({ templateRef: 'echo', args: ['x'] }).request))).toEqual([
      `spec.templateRef: JobTemplate "echo" can't make a Job: spec.backoffLimit: Invalid value: -1`,
      'spec.args[0]: Invalid value',
    ]);
  });

  it('is not denied on a template that the cache has in an older, broken version', async () => {
    cached(stored('10', ({ spec }) => (spec.backoffLimit = -1)));
    live(stored('11'));
    apiServer.onDryRun = ({ job }) => {
      if (job.spec?.backoffLimit === -1) throw invalidJob('spec.backoffLimit', 'Invalid value: -1');
    };
    expect(await decide(jobRunReview().request)).toEqual({ allowed: true, warnings: [] });
  });

  it('is denied when the broken template of the cache turns out to be gone', async () => {
    cached(stored('10', ({ spec }) => (spec.template.spec!.containers = [])));
    expect(told(await decide(jobRunReview().request))).toEqual([expect.stringMatching(/^spec.templateRef: Not found/)]);
  });

  it("is forbidden where a quota stands against its Job, in the API server's words", async () => {
    cached(stored());
    live(stored());
    apiServer.onDryRun = () => {
      throw refusal(403, 'jobs.batch "x-1" is forbidden: exceeded quota: jobs, requested: count/jobs.batch=1', {
        name: 'x-1',
      });
    };
    const verdict = await decide(jobRunReview().request);
    expect(verdict).toMatchObject({ allowed: false, status: { code: 403, reason: 'Forbidden' } });
    expect(told(verdict)).toEqual([
      'jobruns.hematoscope.app "echo-hello" is forbidden: its Job would be refused: exceeded quota: jobs, requested: count/jobs.batch=1',
    ]);
  });

  it.each([
    ['an API server that does not answer', noAnswer(), 'no answer in 2500 ms'],
    [
      'a permission that we lack',
      refusal(403, 'jobs.batch is forbidden: User "x" cannot create resource "jobs"'),
      'cannot create',
    ],
    ['an API server that is busy', refusal(429, 'too many requests'), 'too many requests'],
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

  it('is tried out once more over a new connection when a kept one breaks', async () => {
    cached(stored());
    apiServer.onDryRun = () => {
      if (apiServer.dryRuns.length === 1) throw brokenConnection();
    };
    expect(await decide(jobRunReview().request)).toEqual({ allowed: true, warnings: [] });
    apiServer.onDryRun = () => {
      throw brokenConnection();
    };
    expect((await decide(jobRunReview().request)).warnings[0]).toContain('ECONNRESET');
  });

  it('is allowed with a warning when its template can be looked up nowhere', async () => {
    apiServer.down = noAnswer();
    const verdict = await decide(jobRunReview().request);
    expect(verdict.allowed).toBe(true);
    expect(verdict.warnings[0]).toContain('JobTemplate "echo" could not be looked up');
  });

  it("hands on the API server's warnings about the Job", async () => {
    cached(stored());
    apiServer.onDryRun = ({ options }) => options.onWarning?.('would violate PodSecurity "restricted:latest"');
    expect(await decide(jobRunReview().request)).toEqual({
      allowed: true,
      warnings: ['would violate PodSecurity "restricted:latest"'],
    });
  });

  it('lets a fault of our own through to the handler of faults', async () => {
    cached(stored());
    apiServer.onDryRun = () => {
      throw new TypeError('a bug');
    };
    await expect(decide(jobRunReview().request)).rejects.toThrow('a bug');
  });

  it.each([
    ['Wait', undefined, 'JobTemplate "echo" does not exist: this JobRun waits for it'],
    ['Fail', undefined, 'JobTemplate "echo" does not exist: this JobRun fails unless it is there in a moment'],
    ['Reject', 'Wait', 'JobTemplate "echo" does not exist: this JobRun waits for it'],
    ['Wait', 'Reject', undefined],
  ] as const)('without a template under the policy %s and the annotation %s', async (policy, annotation, warning) => {
    const annotations = annotation === undefined ? {} : { 'hematoscope.app/missing-template': annotation };
    const verdict = await decide(jobRunReview({ templateRef: 'echo' }, { annotations }).request, policy);
    expect(verdict).toMatchObject({ allowed: warning !== undefined, warnings: warning === undefined ? [] : [warning] });
  });
});

describe('an updated JobRun', () => {
  const update = (spec: object, before: object, metadata: object = {}): AdmissionRequest =>
    jobRunReview(spec, metadata, { operation: 'UPDATE', oldObject: { metadata: {}, spec: before } }).request;

  it('may change labels, annotations and finalizers though its template is gone', async () => {
    expect(await decide(update({ templateRef: 'gone' }, { templateRef: 'gone' }))).toEqual({
      allowed: true,
      warnings: [],
    });
    expect(apiServer.gets).toBe(0);
  });

  it('keeps its spec, even where the CRD would let it change', async () => {
    expect(told(await decide(update({ templateRef: 'b' }, { templateRef: 'a' })))).toEqual([
      'spec: Forbidden: spec is immutable: a JobRun runs once, as it was created; create another JobRun with a name of its own',
    ]);
  });

  it('is never held back while it is deleted', async () => {
    const deleted = { deletionTimestamp: '2026-11-23T22:05:12Z' };
    expect(await decide(update({ templateRef: 'b' }, { templateRef: 'a' }, deleted))).toMatchObject({ allowed: true });
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

  it('is tried out again when its spec changes', async () => {
    const oldObject = { metadata: {}, spec: { ...ECHO_SPEC, backoffLimit: 1 } };
    apiServer.onDryRun = () => {
      throw invalidJob('spec.backoffLimit', 'Invalid value: -1');
    };
    const { request } = jobTemplateReview(ECHO_SPEC, {}, { operation: 'UPDATE', oldObject });
    expect(told(await decide(request))).toEqual(['spec.backoffLimit: Invalid value: -1']);
  });

  it('needs a container', async () => {
    const spec = { template: { spec: { containers: [] } } };
    expect(told(await decide(jobTemplateReview(spec).request))).toEqual([
      'spec.template.spec.containers: Required value: a JobTemplate needs at least one container, with a name and an image',
    ]);
  });

  it('is told unknown fields and everything else at once', async () => {
    apiServer.onDryRun = ({ options }) => {
      if (options.fieldValidation === 'Strict') {
        throw refusal(
          400,
          'Job in version "v1" cannot be handled as a Job: strict decoding error: unknown field "spec.paralelism"',
        );
      }
      throw invalidJob('spec.backoffLimit', 'Invalid value: -1');
    };
    expect(told(await decide(jobTemplateReview(ECHO_SPEC).request))).toEqual([
      'spec.paralelism: unknown field "paralelism"; did you mean "parallelism"?',
      'spec.backoffLimit: Invalid value: -1',
    ]);
  });

  it('is denied for an unknown field alone', async () => {
    apiServer.onDryRun = ({ options }) => {
      if (options.fieldValidation === 'Strict') throw refusal(400, 'strict decoding error: unknown field "spec.x"');
    };
    expect(told(await decide(jobTemplateReview(ECHO_SPEC).request))).toEqual(['spec.x: unknown field "x"']);
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
    ['an API server that does not answer', noAnswer(), 'could not be checked: '],
    [
      'a missing namespace',
      refusal(404, 'namespaces "team" not found'),
      'could not be checked: namespaces "team" not found',
    ],
  ])('is not denied for %s, only warned of', async (_, error, warning) => {
    apiServer.onDryRun = () => {
      throw error;
    };
    const verdict = await decide(jobTemplateReview(ECHO_SPEC).request);
    expect(verdict.allowed).toBe(true);
    expect(verdict.warnings).toEqual([expect.stringContaining(warning)]);
  });

  it.each([
    ['only its labels change', ECHO_SPEC, {}],
    ['it is deleted', { template: { spec: { containers: [] } } }, { deletionTimestamp: '2026-11-23T22:05:12Z' }],
  ])('is not looked at when %s', async (_, spec, metadata) => {
    const oldObject = { metadata: {}, spec: ECHO_SPEC };
    const { request } = jobTemplateReview(spec, metadata, { operation: 'UPDATE', oldObject });
    expect(await decide(request)).toEqual({ allowed: true, warnings: [] });
    expect(apiServer.dryRuns).toEqual([]);
  });
});

describe('whatever else comes', () => {
  it.each([
    ['a Pod', { resource: { group: '', version: 'v1', resource: 'pods' } }],
    ['a deletion', { operation: 'DELETE' as const }],
    ['a status', { subResource: 'status' }],
    ['a namesake in another group', { resource: { group: 'example.com', version: 'v1', resource: 'jobruns' } }],
  ])('passes: %s', async (_, request) => {
    expect(await decide(jobRunReview(null, {}, request).request)).toEqual({ allowed: true, warnings: [] });
  });
});
