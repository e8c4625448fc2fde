import { describe, expect, it } from 'vitest';
import {
  isAlreadyExists,
  isConflict,
  isGone,
  isNamespaceTerminating,
  isNotFound,
  KubeApiError,
  KubeConnectionError,
} from '../../../../kube/client/api-error.ts';

const refused = (code: number, status: object | string, retryAfterSeconds?: number): KubeApiError =>
  new KubeApiError({
    method: 'POST',
    path: '/api/v1/things',
    code,
    body: typeof status === 'string' ? status : JSON.stringify({ kind: 'Status', code, ...status }),
    retryAfterSeconds,
  });

describe('KubeApiError', () => {
  it.each([
    ['a Status', refused(409, { reason: 'Conflict', message: 'changed' }), '409 changed', 'Conflict'],
    ['a Status without a message', refused(500, {}), '500 without a message', ''],
    ['the text of a proxy', refused(502, ' <h1>Bad Gateway</h1>\n'), '502 <h1>Bad Gateway</h1>', ''],
    ['JSON that is not a Status', refused(502, '{"kind":"Other"}'), '502 {"kind":"Other"}', ''],
    ['JSON that is not an object', refused(502, 'null'), '502 null', ''],
    ['an empty body', refused(503, ''), '503 empty response body', ''],
  ])('quotes %s', (_case, error, message, reason) => {
    expect(error.message).toBe(`POST /api/v1/things: ${message}`);
    expect(error.reason).toBe(reason);
  });

  it('truncates the page of a proxy', () => {
    expect(refused(502, 'x'.repeat(10_000)).status.message).toHaveLength(500);
  });

  it.each([
    ['the header', refused(429, {}, 7), 7],
    ['the Status', refused(429, { details: { retryAfterSeconds: 3 } }), 3],
    ['the header rather than the Status', refused(429, { details: { retryAfterSeconds: 3 } }, 7), 7],
    ['nobody for longer than five minutes', refused(429, {}, 1e10), 300],
    ['nowhere', refused(429, {}), undefined],
  ])('takes the time to wait from %s', (_source, error, seconds) => {
    expect(error.retryAfterSeconds).toBe(seconds);
  });
});

describe('the kind of a refusal', () => {
  const predicates = { isNotFound, isAlreadyExists, isConflict, isGone, isNamespaceTerminating };
  const terminating = { reason: 'Forbidden', details: { causes: [{ reason: 'NamespaceTerminating' }] } };
  it.each([
    ['404', refused(404, { reason: 'NotFound' }), ['isNotFound']],
    ...[404, 409].map((code): [string, Error, string[]] => [
      `a denial by an admission webhook with the code ${code}`,
      refused(code, { reason: 'AlreadyExists', message: 'admission webhook "w" denied the request: no' }),
      [],
    ]),
    ['409 AlreadyExists', refused(409, { reason: 'AlreadyExists' }), ['isAlreadyExists']],
    ['409 Conflict', refused(409, { reason: 'Conflict' }), ['isConflict']],
    ['410', refused(410, { reason: 'Expired' }), ['isGone']],
    ['403 of a namespace that is being deleted', refused(403, terminating), ['isNamespaceTerminating']],
    ['403 for another cause', refused(403, { details: { causes: [{ reason: 'Other' }] } }), []],
    ['403 without a cause', refused(403, {}), []],
    ['another code with that cause', refused(409, terminating), ['isConflict']],
    ['a missing response', new KubeConnectionError('reset'), []],
    ['another error', Object.assign(new Error('other'), { code: 404 }), []],
  ])('%s is %s', (_case, error, expected) => {
    const matching = Object.entries(predicates).filter(([, predicate]) => predicate(error));
    expect(matching.map(([name]) => name)).toEqual(expected);
  });
});
