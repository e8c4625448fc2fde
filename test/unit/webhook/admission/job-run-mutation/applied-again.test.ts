import { expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../../../api/admission-review.ts';
import { isResumedAndAppliedAgain } from '../../../../../webhook/admission/job-run-mutation/applied-again.ts';
import { echoRun } from '../../../core/objects.ts';
import { jobRunReview } from '../../reviews.ts';
import { decidersWith } from '../../deciders.ts';
import { FakeApiServer } from '../../fake-api-server.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
const run = (suspend: boolean | undefined, manifest?: string) =>
  echoRun(suspend === undefined ? {} : { suspend }, {
    annotations: manifest === undefined ? {} : { [LAST_APPLIED]: manifest },
  });
const request = (fieldManager: string, operation = 'UPDATE') =>
  ({ operation, options: { fieldManager } }) as unknown as AdmissionRequest;
const APPLY = request('kubectl-client-side-apply');

it.each([
  [
    'the same manifest is applied again to a resumed run',
    APPLY,
    { before: run(false, 'a'), after: run(true, 'a'), expected: true },
  ],
  [
    'Argo CD applies it again',
    request('argocd-controller'),
    { before: run(false, 'a'), after: run(true, 'a'), expected: true },
  ],
  [
    'it is applied again after `suspend` was removed',
    APPLY,
    { before: run(undefined, 'a'), after: run(true, 'a'), expected: true },
  ],
  ['another manifest suspends the run', APPLY, { before: run(false, 'a'), after: run(true, 'b'), expected: false }],
  [
    'kubectl patch suspends the run',
    request('kubectl-patch'),
    { before: run(false, 'a'), after: run(true, 'a'), expected: false },
  ],
  [
    'kubectl edit suspends the run',
    request('kubectl-edit'),
    { before: run(false, 'a'), after: run(true, 'a'), expected: false },
  ],
  ['there is no manifest', APPLY, { before: run(false), after: run(true), expected: false }],
  ['the run is suspended still', APPLY, { before: run(true, 'a'), after: run(true, 'a'), expected: false }],
  ['the manifest resumes the run', APPLY, { before: run(true, 'a'), after: run(false, 'b'), expected: false }],
  [
    'the run is created',
    request('kubectl-client-side-apply', 'CREATE'),
    { before: run(false, 'a'), after: run(true, 'a'), expected: false },
  ],
])('%s', (_, of, { before, after, expected }) => {
  expect(isResumedAndAppliedAgain(of, after, before)).toBe(expected);
});

it.each([
  ['is resumed', { suspend: false }, { op: 'replace', path: '/spec/suspend', value: false }],
  ['has no `suspend`', {}, { op: 'remove', path: '/spec/suspend' }],
])('a run that %s goes on, with a warning', async (_, before, operation) => {
  const annotations = { [LAST_APPLIED]: 'a' };
  const oldObject = { metadata: { annotations }, spec: { templateRef: 'echo', ...before } };
  const spec = { templateRef: 'echo', suspend: true };
  const review = jobRunReview(spec, { annotations }, { operation: 'UPDATE', oldObject }).request;
  const applied = { ...review, options: { fieldManager: 'kubectl-client-side-apply' } };
  const verdict = await decidersWith({ client: new FakeApiServer() }).mutate(applied, AbortSignal.timeout(30_000));
  expect(verdict).toMatchObject({
    warnings: [expect.stringContaining('goes on')],
    patch: expect.arrayContaining([operation]) as unknown,
  });
});
