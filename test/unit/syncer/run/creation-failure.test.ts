import { describe, expect, it } from 'vitest';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';
import { creationFailure, isUnclear } from '../../../../syncer/run/creation-failure.ts';

function refusal(code: number, message: string, more: object = {}): KubeApiError {
  const body = JSON.stringify({ kind: 'Status', code, message, ...more });
  return new KubeApiError({ method: 'POST', path: '/apis/batch/v1/namespaces/default/jobs', code, body });
}

describe('creationFailure', () => {
  it.each([
    ['an invalid Job', refusal(422, 'Job.batch "a" is invalid: spec.template.spec.containers: Required value')],
    ['an unknown field', refusal(400, 'strict decoding error: unknown field "spec.comand"')],
    ['a Job too large', refusal(413, 'Request entity too large: limit is 3145728')],
    ['a policy that denies it', refusal(422, 'ValidatingAdmissionPolicy "p" with binding "b" denied request: no')],
    [
      'a webhook that denies it',
      refusal(403, 'admission webhook "w.example.com" denied the request: no images from there'),
    ],
  ])('classifies %s as refused', (_what, error) => {
    expect(creationFailure(error)).toBe('refused');
  });

  it.each([
    [
      'a quota',
      refusal(
        403,
        'jobs.batch "a" is forbidden: exceeded quota: q, requested: count/jobs.batch=1, used: count/jobs.batch=1, limited: count/jobs.batch=1',
      ),
    ],
    [
      'a quota not counted yet',
      refusal(403, 'jobs.batch "a" is forbidden: status unknown for quota: q, resources: count/jobs.batch'),
    ],
    [
      'a missing permission',
      refusal(
        403,
        'jobs.batch is forbidden: User "system:serviceaccount:a:b" cannot create resource "jobs" in API group "batch" in the namespace "default"',
      ),
    ],
    [
      'a missing permission on finalizers',
      refusal(
        403,
        'jobs.batch "a" is forbidden: cannot set blockOwnerDeletion if an ownerReference refers to a resource you can\'t set finalizers on: , <nil>',
      ),
    ],
    [
      'a webhook that is not reachable',
      refusal(500, 'Internal error occurred: failed calling webhook "w.example.com": connection refused'),
    ],
    ['a missing namespace', refusal(404, 'namespaces "a" not found')],
  ])('classifies %s as blocked: a person should see it', (_what, error) => {
    expect(creationFailure(error)).toBe('blocked');
  });

  const WEBHOOK = 'admission webhook "w.example.com" denied the request: no';
  const POLICY = `jobs.batch "a" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no`;
  it.each([401, 404, 405, 409, 410, 418, 429, 500, 503, 504])(
    'classifies a denial by a webhook or a policy with the code %i as blocked',
    (code) => {
      for (const message of [WEBHOOK, POLICY]) expect(creationFailure(refusal(code, message))).toBe('blocked');
    },
  );

  it.each([400, 403, 413, 422])('classifies a denial by a webhook or a policy with the code %i as refused', (code) => {
    for (const message of [WEBHOOK, POLICY]) expect(creationFailure(refusal(code, message))).toBe('refused');
  });

  it('recognizes a namespace that is being deleted', () => {
    const error = refusal(
      403,
      'jobs.batch "a" is forbidden: unable to create new content in namespace default because it is being terminated',
      { details: { causes: [{ reason: 'NamespaceTerminating' }] } },
    );
    expect(creationFailure(error)).toBe('terminating');
  });

  it.each([
    ['no connection', new KubeConnectionError('reset')],
    ['a busy server', refusal(429, 'too many requests')],
    ['a server that is starting', refusal(503, 'etcd leader changed')],
    ['a timeout', refusal(504, 'timeout')],
    ['a conflict over a quota', refusal(409, 'Operation cannot be fulfilled on resourcequotas "q"')],
    ['expired credentials', refusal(401, 'Unauthorized')],
    ['a bug', new TypeError('x is not a function')],
  ])('classifies %s as transient', (_what, error) => {
    expect(creationFailure(error)).toBe('transient');
  });
});

describe('after an error, the Job', () => {
  const ETCD = 'etcdserver: request timed out, possibly due to previous leader failure';
  const WEBHOOK = 'Internal error occurred: failed calling webhook "w.example.com": connection refused';

  it.each([
    ['a connection that breaks', new KubeConnectionError('reset')],
    ['a request that takes too long', refusal(504, 'request did not complete within the allotted timeout')],
    ['an error of etcd', refusal(500, ETCD)],
    ['a server that stops', refusal(503, 'apiserver is shutting down')],
    ['a proxy that gives up', refusal(408, 'Request Timeout')],
  ])('may still be stored: %s', (_what, error) => {
    expect(isUnclear(error)).toBe(true);
  });

  it.each([
    ['a quota', refusal(403, 'jobs.batch "a" is forbidden: exceeded quota: q')],
    ['a busy server', refusal(429, 'too many requests')],
    ['a webhook that is not reachable', refusal(500, WEBHOOK)],
    ['a webhook that denies with a strange code', refusal(503, 'admission webhook "w" denied the request: no')],
    ['a missing namespace', refusal(404, 'namespaces "a" not found')],
    ['a bug', new TypeError('x is not a function')],
  ])('is not stored: %s', (_what, error) => {
    expect(isUnclear(error)).toBe(false);
  });
});
