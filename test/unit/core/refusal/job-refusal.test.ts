import { compileTemplate } from '../../../../core/template/compile.ts';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../api/wire.ts';
import { isStrictDecodingError, jobRefusal, type Status } from '../../../../core/refusal/job-refusal.ts';
import { render } from '../../../../core/job/render.ts';
import { echoRun, echoTemplate } from '../objects.ts';

function job(): Job {
  const rendered = render(compileTemplate(echoTemplate()), echoRun());
  if ('errors' in rendered) throw new Error('the example renders');
  return rendered.job;
}

const invalid = (...causes: { field?: string; reason: string; message: string }[]): Status => ({
  status: 'Failure',
  code: 422,
  reason: 'Invalid',
  message: 'Job.batch "x" is invalid: …',
  details: { name: 'x', group: 'batch', kind: 'Job', causes },
});

const badRequest = (message: string): Status => ({ status: 'Failure', code: 400, reason: 'BadRequest', message });
const strict = (fields: string): Status =>
  badRequest(`Job in version "v1" cannot be handled as a Job: strict decoding error: ${fields}`);

describe('jobRefusal of a Job that is wrong', () => {
  it('takes over fifty causes at most', () => {
    const cause = { field: 'spec.backoffLimit', reason: 'FieldValueInvalid', message: 'Invalid value: -1' };
    const result = jobRefusal(invalid(...Array.from({ length: 15_000 }, () => cause)), {});
    expect(result.kind === 'invalid' ? result.errors : []).toHaveLength(50);
  });

  it("keeps the API server's own causes, which are the template's below spec", () => {
    const message = 'Invalid value: -1: must be greater than or equal to 0';
    expect(jobRefusal(invalid({ field: 'spec.backoffLimit', reason: 'FieldValueInvalid', message }), job())).toEqual({
      kind: 'invalid',
      errors: [{ path: 'spec.backoffLimit', reason: 'FieldValueInvalid', message }],
    });
  });

  it.each([
    ['spec.template.labels', 'spec.template.metadata.labels'],
    ['spec.template.annotations', 'spec.template.metadata.annotations'],
    ['spec.template.spec.containers[0].image', 'spec.template.spec.containers[0].image'],
  ])('maps %j to the field that the user wrote: %j', (field, path) => {
    const refusal = jobRefusal(invalid({ field, reason: 'FieldValueInvalid', message: 'm' }), job());
    expect(refusal).toMatchObject({ errors: [{ path }] });
  });

  it.each([
    ['spec.template.spec.containers[0].comand', 'unknown field "comand"; did you mean "command"?'],
    ['spec.paralelism', 'unknown field "paralelism"; did you mean "parallelism"?'],
    ['spec.template.spec.containers[0].resources.limit', 'unknown field "limit"; did you mean "limits"?'],
    ['spec.template.spec.zzzzz', 'unknown field "zzzzz"'],
    ['spec.template.spec.nowhere.zz', 'unknown field "zz"'],
    ['spec.__proto__.x', 'unknown field "x"'],
  ])('suggests a name for the unknown field %s', (path, message) => {
    expect(jobRefusal(strict(`unknown field "${path}"`), job())).toEqual({
      kind: 'invalid',
      errors: [{ path, reason: 'FieldValueInvalid', message }],
    });
  });

  it('reports all unknown and duplicate fields', () => {
    const refusal = jobRefusal(
      strict('unknown field "spec.a", duplicate field "spec.b", unknown field "spec.c"'),
      job(),
    );
    expect(refusal).toMatchObject({
      errors: [
        { path: 'spec.a', message: 'unknown field "a"' },
        { path: 'spec.b', reason: 'FieldValueDuplicate', message: 'Duplicate value: the field is set twice' },
        { path: 'spec.c' },
      ],
    });
  });

  it('names the field of a value that has the wrong type', () => {
    const go = 'json: cannot unmarshal string into Go struct field JobSpec.spec.parallelism of type int32';
    expect(jobRefusal(badRequest(`Job in version "v1" cannot be handled as a Job: ${go}`), job())).toEqual({
      kind: 'invalid',
      errors: [
        {
          path: 'spec.parallelism',
          reason: 'FieldValueTypeInvalid',
          message: 'Invalid value: string, where int32 is expected',
        },
      ],
    });
  });

  it('names the place of a number that is too great', () => {
    const bad = job();
    Object.assign(bad.spec!.template.spec!.containers[1]!, { ports: [{ containerPort: 99999999999 }] });
    const go =
      'json: cannot unmarshal number 99999999999 into Go struct field ContainerPort.spec.template.spec.containers.ports.containerPort of type int32';
    expect(jobRefusal(badRequest(`Job in version "v1" cannot be handled as a Job: ${go}`), bad)).toMatchObject({
      errors: [
        {
          path: 'spec.template.spec.containers[1].ports[0].containerPort',
          message: 'Invalid value: number 99999999999, where int32 is expected',
        },
      ],
    });
  });

  it('names the label that is wrong', () => {
    const bad = job();
    bad.spec!.template.metadata!.labels!['team'] = 'a b';
    const message = 'Invalid value: "a b": a valid label must be an empty string or consist of alphanumeric characters';
    const status = invalid({ field: 'spec.template.labels', reason: 'FieldValueInvalid', message });
    expect(jobRefusal(status, bad)).toMatchObject({ errors: [{ path: 'spec.template.metadata.labels[team]' }] });
  });

  it('finds the invalid quantities if the API server reports no path', () => {
    const bad = job();
    Object.assign(bad.spec!.template.spec!.containers[1]!, {
      resources: { limits: { memory: '512MB', cpu: '500m' }, requests: { memory: 1024, cpu: 'half' } },
    });
    bad.spec!.template.spec!.volumes = [{ name: 'v', emptyDir: { sizeLimit: '1Gb' } }];
    const status = badRequest("Job … cannot be handled as a Job: quantities must match the regular expression '^…$'");
    const expected = 'not a quantity; write it like 2, 500m, 512Mi or 1Gi';
    expect(jobRefusal(status, bad)).toEqual({
      kind: 'invalid',
      errors: [
        ['spec.template.spec.containers[1].resources.limits[memory]', '"512MB"'],
        ['spec.template.spec.containers[1].resources.requests[cpu]', '"half"'],
        ['spec.template.spec.volumes[0].emptyDir.sizeLimit', '"1Gb"'],
      ].map(([path, value]) => ({
        path,
        reason: 'FieldValueInvalid',
        message: `Invalid value: ${value}: ${expected}`,
      })),
    });
  });

  it("keeps the API server's sentence if there is nothing better", () => {
    expect(jobRefusal(badRequest('Job in version "v1" cannot be handled as a Job: something new'), job())).toEqual({
      kind: 'invalid',
      errors: [{ path: 'spec', reason: 'FieldValueInvalid', message: 'something new' }],
    });
  });
});

const forbidden = (message: string, details: Status['details'] = {}): Status => ({
  status: 'Failure',
  code: 403,
  reason: 'Forbidden',
  message,
  details,
});

describe('jobRefusal of a Job that is valid', () => {
  it('treats a quota as a rule of the namespace, and leaves out the generated Job name', () => {
    const quota =
      'exceeded quota: jobs, requested: count/jobs.batch=1, used: count/jobs.batch=5, limited: count/jobs.batch=5';
    const status = forbidden(`jobs.batch "echo-1f2e3d4c" is forbidden: ${quota}`, {
      name: 'echo-1f2e3d4c',
      kind: 'jobs',
    });
    expect(jobRefusal(status, job())).toEqual({ kind: 'forbidden', message: quota });
  });

  const denial = `ValidatingAdmissionPolicy 'team' with binding 'team' denied request: each Job needs the label "team"`;
  const policy = (code: number): Status => ({
    status: 'Failure',
    code,
    reason: 'Invalid',
    message: `jobs.batch "echo-1f2e3d4c" is forbidden: ${denial}`,
    details: { name: 'echo-1f2e3d4c', group: 'batch', kind: 'jobs', causes: [{ message: denial }] },
  });

  it.each([401, 403, 413, 422])('treats the denial of a ValidatingAdmissionPolicy with code %d as a rule', (code) => {
    expect(jobRefusal(policy(code), job())).toEqual({ kind: 'forbidden', message: denial });
  });

  it.each<[string, Status['details']]>([
    ['with causes of its own', { causes: [{ field: 'spec.suspend', message: 'c' }] }],
    ['without causes', {}],
  ])("treats another webhook's denial with code 422 as a rule of the namespace, %s", (_, details) => {
    const message = 'admission webhook "policy.example.com" denied the request: no';
    expect(jobRefusal({ code: 422, message, details } as Status, job())).toEqual({ kind: 'forbidden', message });
  });

  it('treats a refusal whose causes have a message and no field as a rule of the namespace', () => {
    const causes = [{ message: 'no' }];
    expect(jobRefusal({ code: 422, details: { causes } }, job())).toEqual({ kind: 'forbidden', message: 'no' });
    const mixed = { code: 422, details: { causes: [...causes, { field: 'spec.a', message: 'm' }] } };
    expect(jobRefusal(mixed, job())).toMatchObject({ kind: 'invalid' });
  });

  it("treats another webhook's denial as a rule of the namespace, whatever its code", () => {
    const message = 'admission webhook "policy.example.com" denied the request: images must come from our registry';
    expect(jobRefusal({ ...forbidden(message), code: 400 }, job())).toEqual({ kind: 'forbidden', message });
  });

  it.each([
    [
      'a permission that the webhook lacks',
      forbidden(
        'jobs.batch is forbidden: User "system:serviceaccount:a:b" cannot create resource "jobs" in API group "batch"',
        {
          group: 'batch',
          kind: 'jobs',
        },
      ),
    ],
    [
      'a terminating namespace',
      forbidden(
        'jobs.batch "x" is forbidden: unable to create new content in namespace a because it is being terminated',
        {
          name: 'x',
          causes: [
            { reason: 'NamespaceTerminating', message: 'namespace a is being terminated', field: 'metadata.namespace' },
          ],
        },
      ),
    ],
    [
      'a quota that was created a moment ago',
      forbidden('jobs.batch "x" is forbidden: status unknown for quota: jobs, resources: count/jobs.batch', {
        name: 'x',
      }),
    ],
    ['a missing namespace', { status: 'Failure', code: 404, message: 'namespaces "a" not found' }],
    [
      'a webhook that does not respond',
      { status: 'Failure', code: 500, message: 'failed calling webhook "x": timeout' },
    ],
    ['a busy API server', { status: 'Failure', code: 429, message: 'too many requests' }],
    ['a bad request that is not about the body', badRequest('the server rejected our request')],
  ])('knows nothing about the Job after %s', (_, status) => {
    expect(jobRefusal(status, job())).toEqual({ kind: 'unknown', why: status.message });
  });
});

describe('an incomplete response', () => {
  it.each<[string, Status, object]>([
    ['no causes', { code: 422, message: 'is invalid' }, { path: 'spec', message: 'is invalid' }],
    ['no causes and no message', { code: 422, details: {} }, { path: 'spec', message: 'invalid' }],
    ['an empty list of causes', { code: 422, message: 'm', details: { causes: [] } }, { path: 'spec', message: 'm' }],
    ['an empty cause', { code: 422, details: { causes: [{}] } }, { path: 'spec', message: 'invalid' }],
    ['a cause without a message', { code: 422, details: { causes: [{ field: 'spec.a' }] } }, { path: 'spec.a' }],
  ])('still means that the Job is wrong: %s', (_, status, error) => {
    expect(jobRefusal(status, job())).toMatchObject({
      kind: 'invalid',
      errors: [{ reason: 'FieldValueInvalid', ...error }],
    });
  });

  it.each<[string, Status, string]>([
    ['its code', { code: 503 }, 'HTTP status 503'],
    ['nothing', {}, 'HTTP status unknown'],
    ['a code that means a bad body, and no message', { code: 400 }, 'HTTP status 400'],
    ['a code that means a rule, and no name', { code: 403 }, 'HTTP status 403'],
  ])('is reported as %s', (_, status, why) => {
    expect(jobRefusal(status, job())).toEqual({ kind: 'unknown', why });
  });

  it('is a rule of the namespace if it names the Job and gives no reason', () => {
    expect(jobRefusal({ code: 403, details: { name: 'x' } }, job())).toEqual({ kind: 'forbidden', message: '' });
  });
});

describe('a duplicate field', () => {
  it('is reported as a duplicate', () => {
    expect(jobRefusal(strict('duplicate field "spec.backoffLimit"'), job())).toMatchObject({
      errors: [{ path: 'spec.backoffLimit', reason: 'FieldValueDuplicate', message: /twice/ }].map((error) => ({
        ...error,
        message: expect.stringMatching(error.message) as string,
      })),
    });
  });
});

describe('similar paths', () => {
  it.each(['spec.template.labelsX', 'status.spec.template.labels', 'spec.template.spec.labels'])(
    '%s stays unchanged',
    (field) => {
      const refusal = jobRefusal(invalid({ field, reason: 'FieldValueInvalid', message: 'm' }), job());
      expect(refusal).toMatchObject({ errors: [{ path: field }] });
    },
  );

  it('a wrong type outside of the spec is reported at the spec', () => {
    const go = 'json: cannot unmarshal string into Go struct field Job.metadata.labels of type map';
    expect(jobRefusal(badRequest(`Job in version "v1" cannot be handled as a Job: ${go}`), job())).toEqual({
      kind: 'invalid',
      errors: [{ path: 'spec', reason: 'FieldValueInvalid', message: go }],
    });
  });
});

describe('a response that resembles a refusal of the Job', () => {
  it.each<[string, Status]>([
    ['about the body with another code', { code: 500, message: 'x cannot be handled as a Job: y' }],
    ['that contains the text of a denial', { code: 500, message: 'failed: admission webhook "x" denied the request' }],
    ['with the name of the Job and another code', { code: 409, message: 'exists', details: { name: 'x' } }],
    [
      'a missing permission, with the name of the Job',
      forbidden('User "a" cannot create resource "jobs"', { name: 'x' }),
    ],
    ['that names no Job', forbidden('some policy', {})],
    ['without details', { code: 403, message: 'some policy' }],
    [
      'of a terminating namespace, among other causes',
      forbidden('m', { name: 'x', causes: [{ reason: 'A' }, { reason: 'NamespaceTerminating' }] }),
    ],
  ])('is not a verdict on the Job: %s', (_, status) => {
    expect(jobRefusal(status, job())).toEqual({ kind: 'unknown', why: status.message });
  });

  it('is a rule of the namespace if no cause reports that the namespace is terminating', () => {
    const status = forbidden('m', { name: 'x', causes: [{ reason: 'A' }] });
    expect(jobRefusal(status, job())).toEqual({ kind: 'forbidden', message: 'm' });
  });

  it('keeps a message that contains the name of a Job', () => {
    const message = 'quota: jobs.batch "y" is forbidden: z';
    expect(jobRefusal(forbidden(message, { name: 'x' }), job())).toEqual({ kind: 'forbidden', message });
  });
});

describe('isStrictDecodingError', () => {
  it.each<[Status, boolean]>([
    [strict('unknown field "a"'), true],
    [{ ...strict('unknown field "a"'), code: 422 }, false],
    [badRequest('cannot unmarshal'), false],
    [{ code: 400 }, false],
    [{}, false],
  ])('%j: %s', (status, expected) => {
    expect(isStrictDecodingError(status)).toBe(expected);
  });
});
