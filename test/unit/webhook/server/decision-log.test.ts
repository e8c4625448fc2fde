import { expect, it } from 'vitest';
import { allow, denyForbidden, denyInvalid, type Verdict } from '../../../../webhook/admission/verdict.ts';
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

it('a denied request, with the fields that are wrong, and not with the messages, which quote values', () => {
  const error = { path: 'spec.a', reason: 'FieldValueInvalid' as const, message: 'Invalid value: "s3cret"' };
  expect(logged(denyInvalid(request, [error, { ...error, path: 'spec.b' }]))).toMatchObject({
    verdict: 'denied',
    patched: false,
    reason: 'Invalid',
    causes: 2,
    fields: ['spec.a', 'spec.b'],
  });
});

it('a forbidden request, with the reason alone', () => {
  expect(logged(denyForbidden(request, 'policy says "s3cret"'))).toMatchObject({ reason: 'Forbidden', fields: [] });
});

it('a denied request in a line of bounded length', () => {
  const error = { path: `spec.${'a'.repeat(9_000)}`, reason: 'FieldValueInvalid' as const, message: 'wrong' };
  const line = logged(denyInvalid(request, new Array<typeof error>(50).fill(error)));
  expect(line).toMatchObject({ causes: 50 });
  expect(JSON.stringify(line).length).toBeLessThan(3_000);
});
