import { describe, expect, it } from 'vitest';
import { HttpError } from '../../../../webhook/server/http-error.ts';
import {
  admissionAnswer,
  admissionRequest,
  parseBody,
  RefusedUnread,
} from '../../../../webhook/server/admission-review.ts';
import { allow, denyForbidden } from '../../../../webhook/admission/verdict.ts';
import { jobRunReview } from '../reviews.ts';

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('parseBody', () => {
  it('reads JSON with up to 500 levels', () => {
    expect(parseBody('{"a":[1]}')).toEqual({ a: [1] });
    expect(() => parseBody(nested(500))).not.toThrow();
    expect(() => parseBody(nested(501))).toThrow('the object is nested deeper than 500 levels');
  });

  const reviewOf = (object: string) =>
    `{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"705ab4f5","object":${object}}}`;

  it.each([
    ['lists', `[${'[],'.repeat(250_000)}0]`],
    ['numbers', `[${'0,'.repeat(500_000)}0]`],
    ['maps', `{"a":[${'{"a":1},'.repeat(250_000)}0]}`],
  ])('denies a review with very many %s, and does not parse it', (_what, object) => {
    // The rest is not JSON.
    const text = reviewOf(object).slice(0, -1);
    let refused: unknown;
    try {
      parseBody(text);
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(RefusedUnread);
    expect((refused as RefusedUnread).answer.response).toMatchObject({
      uid: '705ab4f5',
      allowed: false,
      status: { code: 422, message: expect.stringContaining('too many maps, lists and entries') as string },
    });
  });

  it('reads a long text, whatever characters it has', () => {
    const text = ',[{"\\\"'.repeat(200_000);
    const review = { uid: '1', text: `${text}\\`, list: new Array(100_000).fill(0) };
    expect(parseBody(JSON.stringify(review))).toEqual(review);
  });

  it('rejects what has too many values and no uid at its beginning', () => {
    expect(() => parseBody(`[${'0,'.repeat(500_000)}{"uid":"1"}]`)).toThrow(HttpError);
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
