import { expect, it } from 'vitest';
import { jobRunCase, once } from '../../../../webhook/admission/admission-case.ts';
import { jobRunReview } from '../reviews.ts';

const { signal } = new AbortController();

it('a JobRun has the namespace of its request, and the object is not changed', () => {
  const { request } = jobRunReview({ templateRef: 'echo' }, { namespace: undefined });
  expect(jobRunCase(request, signal).run.metadata).toMatchObject({ name: 'echo-hello', namespace: 'team' });
  expect((request.object as { metadata: object }).metadata).toMatchObject({ namespace: undefined });
});

it('a new JobRun has no predecessor, and its requester is the user', () => {
  expect(jobRunCase(jobRunReview().request, signal)).toMatchObject({ before: undefined, requester: 'jane' });
});

it('once calls the function at the first call only, even if the result is undefined', () => {
  let calls = 0;
  const work = once(() => {
    calls += 1;
  });
  expect(calls).toBe(0);
  work();
  work();
  expect(calls).toBe(1);
});
