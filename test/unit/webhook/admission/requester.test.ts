import { describe, expect, it } from 'vitest';
import { jobRunCase } from '../../../../webhook/admission/admission-case.ts';
import { requesterAnnotation, requesterOf, withUser } from '../../../../webhook/admission/requester.ts';
import { jobRunReview } from '../reviews.ts';

const KEY = 'hematoscope.app/requested-by';
const { signal } = new AbortController();
const updated = (was: object | undefined, is: object | undefined) =>
  jobRunReview(
    { templateRef: 'echo' },
    { annotations: is },
    { operation: 'UPDATE', userInfo: { username: 'olga' }, oldObject: { metadata: { annotations: was } } },
  ).request;

describe('requesterOf', () => {
  it('is the user of a creation', () => {
    expect(requesterOf(jobRunReview().request)).toBe('jane');
  });

  it('is the stored requester of an update, or undefined', () => {
    expect(requesterOf(updated({ [KEY]: 'jane' }, {}))).toBe('jane');
    expect(requesterOf(updated(undefined, { [KEY]: 'olga' }))).toBeUndefined();
  });
});

describe('withUser', () => {
  it.each([
    ['sets it', { note: 'x' }, 'jane', { note: 'x', [KEY]: 'jane' }],
    ['corrects it', { [KEY]: 'olga' }, 'jane', { [KEY]: 'jane' }],
    ['sets it if there are no annotations', undefined, 'jane', { [KEY]: 'jane' }],
    ['removes it if the requester is not known', { note: 'x', [KEY]: 'olga' }, undefined, { note: 'x' }],
    ['leaves absent annotations alone', undefined, undefined, undefined],
  ])('%s', (_, annotations, name, expected) => {
    expect(withUser(annotations, KEY, name)).toEqual(expected);
  });
});

describe('requesterAnnotation', () => {
  const check = (request: ReturnType<typeof updated>) => requesterAnnotation(jobRunCase(request, signal)).errors ?? [];

  it('accepts an absent annotation and the true requester', () => {
    expect(check(updated({ [KEY]: 'jane' }, {}))).toEqual([]);
    expect(check(updated({ [KEY]: 'jane' }, { [KEY]: 'jane' }))).toEqual([]);
  });

  it('rejects another user', () => {
    expect(check(updated({ [KEY]: 'jane' }, { [KEY]: 'olga' }))).toEqual([
      {
        path: `metadata.annotations[${KEY}]`,
        reason: 'FieldValueForbidden',
        message: 'Forbidden: this annotation is set at admission to the user that creates the JobRun; leave it out',
      },
    ]);
  });
});
