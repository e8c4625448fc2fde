import { expect, it } from 'vitest';
import { jobAccepted } from '../../../../../webhook/admission/job-run-creation/job-accepted.ts';
import type { DryRunOutcome } from '../../../../../webhook/lookups/dry-run.ts';
import { jobRunCreation } from '../cases.ts';

const check = (outcome: DryRunOutcome | undefined) =>
  jobAccepted(jobRunCreation({ args: ['x'] }, { dryRun: () => Promise.resolve(outcome) }));

it.each<[string, DryRunOutcome | undefined, object]>([
  ['no Job', undefined, {}],
  ['an accepted Job', { kind: 'accepted', warnings: ['w'] }, { warnings: ['w'] }],
  ['a refusal', { kind: 'forbidden', message: 'quota' }, { forbidden: 'its Job would be refused: quota' }],
  [
    'no response',
    { kind: 'unknown', why: 'late' },
    { warnings: ['the Job of this JobRun could not be checked: late'] },
  ],
])('%s', async (_, outcome, findings) => {
  expect(await check(outcome)).toEqual(findings);
});

it("an invalid Job is reported at the JobRun's own fields, or at the template", async () => {
  const at = (path: string) => ({ path, reason: 'FieldValueInvalid' as const, message: 'wrong' });
  const errors = [at('spec.template.spec.containers[0].args[0]'), at('spec.backoffLimit')];
  expect((await check({ kind: 'invalid', errors })).errors).toMatchObject([
    { path: 'spec.args[0]' },
    { path: 'spec.templateRef' },
  ]);
});
