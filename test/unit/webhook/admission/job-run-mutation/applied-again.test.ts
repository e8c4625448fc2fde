import { expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../../../api/admission-review.ts';
import type { JobRun } from '../../../../../api/job-run.ts';
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
const managedBy = (manager: string, stored: JobRun): JobRun => {
  const fieldsV1 = { 'f:metadata': { 'f:annotations': { [`f:${LAST_APPLIED}`]: {} } } };
  return { ...stored, metadata: { ...stored.metadata, managedFields: [{ manager, operation: 'Update', fieldsV1 }] } };
};
const request = (fieldManager: string, operation = 'UPDATE', others: object = {}) =>
  ({ operation, options: { fieldManager, ...others } }) as unknown as AdmissionRequest;
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
  [
    'it is applied again by another manager',
    request('x', 'UPDATE', { fieldValidation: 'Strict' }),
    { before: run(false, 'a'), after: run(true, 'a'), expected: true },
  ],
  [
    'it is applied again, unvalidated, by the manager that applied it first',
    request('x'),
    { before: managedBy('x', run(false, 'a')), after: run(true, 'a'), expected: true },
  ],
  [
    'a program that did not apply it suspends the run',
    request('x'),
    { before: managedBy('y', run(false, 'a')), after: run(true, 'a'), expected: false },
  ],
  [
    'a program without a name suspends the run',
    request(''),
    { before: managedBy('', run(false, 'a')), after: run(true, 'a'), expected: false },
  ],
  [
    'a user edits it with validation',
    request('kubectl-edit', 'UPDATE', { fieldValidation: 'Strict' }),
    { before: run(false, 'a'), after: run(true, 'a'), expected: false },
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
