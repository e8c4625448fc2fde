import { describe, expect, it } from 'vitest';
import { admissionAnswer, admissionRequest, parseBody } from '../../../../webhook/server/admission-review.ts';
import { allow, denyForbidden } from '../../../../webhook/admission/verdict.ts';
import { jobRunReview } from '../reviews.ts';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('parseBody', () => {
  it('reads JSON with up to 500 levels', () => {
    expect(parseBody('{"a":[1]}')).toEqual({ a: [1] });
    expect(() => parseBody(nested(500))).not.toThrow();
    expect(() => parseBody(nested(501))).toThrow('the object is nested deeper than 500 levels');
  });

  it('rejects a body that is not JSON', () => {
    expect(() => parseBody('{')).toThrow(/^the body is not JSON$/);
  });
});

describe('admissionRequest', () => {
  it('returns the request of the review', () => {
    const review = jobRunReview();
    expect(admissionRequest(review)).toBe(review.request);
  });

  it('needs no object for a deletion, and one for an update', () => {
    const review = (operation: 'DELETE' | 'UPDATE') => {
      const { request, ...rest } = jobRunReview();
      return { ...rest, request: { ...request, operation, object: null } };
    };
    expect(admissionRequest(review('DELETE')).operation).toBe('DELETE');
    expect(() => admissionRequest(review('UPDATE'))).toThrow('the AdmissionReview for UPDATE has no object');
  });
});

describe('admissionAnswer', () => {
  it('omits empty warnings, and has the audit annotations', () => {
    expect(admissionAnswer('u', allow()).response).toEqual({ uid: 'u', allowed: true });
    expect(admissionAnswer('u', { ...allow(['w']), audit: { a: 'b' } }).response).toEqual({
      uid: 'u',
      allowed: true,
      warnings: ['w'],
      auditAnnotations: { a: 'b' },
    });
  });

  it('has the status of a denial', () => {
    const verdict = denyForbidden(jobRunReview().request, 'no');
    expect(admissionAnswer('u', verdict).response).toMatchObject({ allowed: false, status: { code: 403 } });
  });
});
