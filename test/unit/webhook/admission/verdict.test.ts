import { describe, expect, it } from 'vitest';
import { allow, denyForbidden, denyInvalid } from '../../../../webhook/admission/verdict.ts';
import { jobRunReview } from '../reviews.ts';

const { request } = jobRunReview();
const error = (message: string) => ({ path: 'spec.args', reason: 'FieldValueInvalid' as const, message });

describe('a verdict', () => {
  it('shortens a warning that the API server would truncate', () => {
    const [exact, long] = allow(['x'.repeat(256), 'x'.repeat(257)]).warnings;
    expect(exact).toBe('x'.repeat(256));
    expect(long).toBe(`${'x'.repeat(255)}…`);
  });

  it('keeps the start and the end of a long error, in the message and in the cause', () => {
    const verdict = denyInvalid(request, [error(`start${'x'.repeat(2000)}end`)]);
    const message = verdict.allowed ? '' : (verdict.status.details?.causes?.[0]?.message ?? '');
    expect(message).toMatch(/^startx+ … x+end$/);
    expect(message.length).toBeLessThanOrEqual(2000);
    expect(verdict).toMatchObject({ status: { message: expect.stringContaining(message) as string } });
    const exact = 'x'.repeat(2000);
    expect(JSON.stringify(denyInvalid(request, [error(exact)]))).toContain(`"${exact}"`);
  });

  it('has the form of the errors of the API server', () => {
    expect(denyInvalid(request, [error('wrong')], ['w'])).toEqual({
      allowed: false,
      warnings: ['w'],
      status: {
        code: 422,
        reason: 'Invalid',
        message: 'JobRun.hematoscope.app "echo-hello" is invalid: spec.args: wrong',
        details: {
          name: 'echo-hello',
          group: 'hematoscope.app',
          kind: 'JobRun',
          causes: [{ reason: 'FieldValueInvalid', message: 'wrong', field: 'spec.args' }],
        },
      },
    });
    expect(denyForbidden({ ...request, name: undefined as unknown as string }, 'no')).toEqual({
      allowed: false,
      warnings: [],
      status: {
        code: 403,
        reason: 'Forbidden',
        message: 'jobruns.hematoscope.app "" is forbidden: no',
        details: { name: '', group: 'hematoscope.app', kind: 'jobruns' },
      },
    });
  });
});
