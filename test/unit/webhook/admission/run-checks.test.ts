import { describe, expect, it } from 'vitest';
import { field } from '../../../../core/errors/field.ts';
import type { AdmissionCase } from '../../../../webhook/admission/admission-case.ts';
import { runChecks, type Check, type Findings } from '../../../../webhook/admission/run-checks.ts';
import { admissionCase } from './cases.ts';

const error = (path: string) => field.forbidden(path, 'no');
const stage = (...findings: Findings[]): Check<AdmissionCase>[] => findings.map((found) => () => found);
const run = (...stages: Check<AdmissionCase>[][]) => runChecks(admissionCase(), stages);
const causes = (...fields: string[]) => fields.map((path) => ({ field: path }));

describe('runChecks', () => {
  it('allows a request without findings', async () => {
    expect(await run(stage({}, {}), stage({}))).toEqual({ allowed: true, warnings: [] });
  });

  it('reports all errors of a stage, in the order of its checks, and its warnings', async () => {
    const first: Findings = { errors: [error('a'), error('b')], warnings: ['w'] };
    expect(await run(stage(first, { errors: [error('c')] }))).toMatchObject({
      allowed: false,
      warnings: ['w'],
      status: { code: 422, details: { causes: causes('a', 'b', 'c') } },
    });
  });

  it('does not start a stage if the previous one found an error', async () => {
    let started = false;
    const last: Check<AdmissionCase> = () => {
      started = true;
      return {};
    };
    await run(stage({ errors: [error('a')] }), [last]);
    expect(started).toBe(false);
    await run(stage({ warnings: ['w'] }), [last]);
    expect(started).toBe(true);
  });

  it('denies with the errors of a later stage and the warnings of all', async () => {
    expect(await run(stage({ warnings: ['w'] }), stage({ errors: [error('a')] }))).toMatchObject({
      allowed: false,
      warnings: ['w'],
      status: { details: { causes: causes('a') } },
    });
  });

  it('reports only the missing permission to a user without it', async () => {
    const others: Findings = { errors: [error('a')], warnings: ['w'], forbidden: 'quota' };
    const verdict = await run(stage(others, { unauthorized: 'no permission' }));
    expect(verdict).toMatchObject({ allowed: false, status: { code: 403 } });
    expect(verdict.warnings).toEqual([]);
    expect(JSON.stringify(verdict)).toContain('no permission');
    expect(JSON.stringify(verdict)).not.toContain('quota');
  });

  it('quotes nothing that the request must hide', async () => {
    const lookUpHide = () => Promise.resolve((text: string) => text.replaceAll('s3cret', '***'));
    const secret = { errors: [field.invalid('a', 's3cret', 'is wrong')], warnings: ['not s3cret'] };
    const denied = await runChecks({ ...admissionCase(), lookUpHide }, [stage(secret)]);
    expect(denied).toMatchObject({ allowed: false, warnings: ['not ***'] });
    const others = [{ warnings: ['not s3cret'] }, { forbidden: 'no s3cret' }];
    const verdicts = await Promise.all(
      others.map((found) => runChecks({ ...admissionCase(), lookUpHide }, [stage(found)])),
    );
    expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, false]);
    expect(JSON.stringify([denied, ...verdicts])).not.toContain('s3cret');
  });

  it('reports a refusal of the API server only if there are no errors', async () => {
    const forbidden: Findings = { forbidden: 'quota' };
    expect(await run(stage(forbidden))).toMatchObject({ allowed: false, status: { code: 403 } });
    expect(await run(stage(forbidden, { errors: [error('a')] }))).toMatchObject({ status: { code: 422 } });
  });

  it('shows the effects of a request only if it is allowed', async () => {
    const found: Findings = { warnings: ['w'], effects: ['e'] };
    expect(await run(stage(found, { warnings: ['x'] }))).toMatchObject({ warnings: ['w', 'e', 'x'] });
    expect(await run(stage(found, { errors: [error('a')] }))).toMatchObject({ warnings: ['w'] });
  });

  it('combines what the checks write to the audit log', async () => {
    expect(await run(stage({ audit: { a: '1' } }), stage({ audit: { b: '2' } }))).toMatchObject({
      audit: { a: '1', b: '2' },
    });
  });

  it('runs the checks of a stage concurrently', async () => {
    const { promise, resolve } = Promise.withResolvers<Findings>();
    const second: Check<AdmissionCase> = () => {
      resolve({ warnings: ['the second has started'] });
      return {};
    };
    expect(await run([() => promise, second])).toMatchObject({ warnings: ['the second has started'] });
  });

  it('passes on a bug, also of a check that is not async', async () => {
    const broken: Check<AdmissionCase> = () => {
      throw new TypeError('a bug');
    };
    await expect(run([() => Promise.reject(new Error('another')), broken])).rejects.toThrow();
    await expect(run([broken])).rejects.toThrow('a bug');
  });
});
