import { expect, it } from 'vitest';
import { allow, denyInvalid, type Verdict } from '../../../../webhook/admission/verdict.ts';
import { logDecision } from '../../../../webhook/server/decision-log.ts';
import { collectedLog } from '../collected-log.ts';
import { jobRunReview } from '../reviews.ts';

const { request } = jobRunReview({ templateRef: 'echo', args: ['s3cret'] });

function logged(verdict: Verdict) {
  const { logger, lines } = collectedLog();
  logDecision(logger, { webhook: 'mutate', request, verdict, milliseconds: 1.26 });
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toContain('s3cret');
  return lines[0];
}

it('an allowed request', () => {
  const patch = [{ op: 'add' as const, path: '/a', value: 1 }];
  const line = logged({ ...allow(['w']), patch });
  expect(line).toMatchObject({ verdict: 'allowed', warnings: 1, patched: true, dryRun: false, ms: 1.3, user: 'jane' });
  expect(line).not.toHaveProperty('reason');
  expect(logged(allow())).toMatchObject({ warnings: 0, patched: false });
});

it('a denied request, with its reason and the number of its causes', () => {
  const error = { path: 'spec.a', reason: 'FieldValueInvalid' as const, message: 'wrong' };
  expect(logged(denyInvalid(request, [error, error]))).toMatchObject({
    verdict: 'denied',
    patched: false,
    causes: 2,
    reason: 'JobRun.hematoscope.app "echo-hello" is invalid: [spec.a: wrong, spec.a: wrong]',
  });
});
