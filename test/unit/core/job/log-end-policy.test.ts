import { expect, it } from 'vitest';
import type { Job } from '../../../../api/wire.ts';
import { withLogEnds } from '../../../../core/job/log-end-policy.ts';

const job = (spec: object): Job => ({ metadata: { name: 'a' }, spec: { backoffLimit: 1, template: { spec } } }) as Job;
const POLICY = { terminationMessagePolicy: 'FallbackToLogsOnError' };

it.each([
  ['gets the policy', { containers: [{ name: 'a' }] }, { containers: [{ name: 'a', ...POLICY }] }],
  [
    'gets it for init containers, too',
    { initContainers: [{ name: 'b' }], containers: [] },
    { initContainers: [{ name: 'b', ...POLICY }], containers: [] },
  ],
  [
    'keeps a policy that the template sets',
    { containers: [{ name: 'a', terminationMessagePolicy: 'File' }, { name: 'b' }] },
    {
      containers: [
        { name: 'a', terminationMessagePolicy: 'File' },
        { name: 'b', ...POLICY },
      ],
    },
  ],
])('a Job %s', (_sentence, before, after) => {
  const given = job(before);
  const copy = structuredClone(given);
  expect(withLogEnds(given)).toEqual(job(after));
  expect(given).toEqual(copy);
});

it('a Job without Pods is not changed', () => {
  expect(withLogEnds({ metadata: { name: 'a' } })).toEqual({ metadata: { name: 'a' } });
});
