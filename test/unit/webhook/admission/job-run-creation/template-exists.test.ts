import { expect, it } from 'vitest';
import type { MissingTemplatePolicy } from '../../../../../api/names.ts';
import { templateRevision } from '../../../../../core/template/template-revision.ts';
import type { TemplateResolution } from '../../../../../webhook/lookups/template-resolver.ts';
import { templateExists } from '../../../../../webhook/admission/job-run-creation/template-exists.ts';
import { echoTemplate } from '../../../core/objects.ts';
import { jobRunCreation } from '../cases.ts';

const lookup = { names: () => ['ehco'] };
const check = (found: TemplateResolution, missingTemplate: MissingTemplatePolicy = 'Reject', spec: object = {}) =>
  templateExists({ lookup, missingTemplate })(jobRunCreation(spec, { template: () => Promise.resolve(found) }));
const missing = { kind: 'missing' } as const;
const audit = { template: 'JobTemplate/echo' };

it('a template that exists is written to the audit log with its revision', async () => {
  const found = await templateExists({ lookup, missingTemplate: 'Reject' })(jobRunCreation());
  expect(found).toEqual({ audit: { ...audit, 'template-revision': templateRevision(echoTemplate()) } });
});

it('a missing template is an error with suggestions', async () => {
  const { errors } = await check(missing);
  expect(errors).toMatchObject([{ path: 'spec.templateRef', reason: 'FieldValueNotFound' }]);
  expect(errors?.[0]?.message).toContain('did you mean "ehco"?');
});

it.each([
  ['Wait', 'JobTemplate "echo" does not exist: this JobRun waits for it'],
  ['Fail', 'JobTemplate "echo" does not exist: this JobRun fails unless the template appears shortly'],
] as const)('a missing template is a warning under the policy %s', async (policy, warning) => {
  expect(await check(missing, policy)).toEqual({ warnings: [warning], audit });
});

it('a revision of a missing template is an error under every policy', async () => {
  expect((await check(missing, 'Wait', { templateRevision: '0123456789' })).errors).toHaveLength(1);
});

it('a missing revision is an error, and a failed lookup a warning', async () => {
  const found = await check({ kind: 'noRevision', known: ['a'] }, 'Reject', { templateRevision: '0123456789' });
  expect(found.errors).toMatchObject([{ path: 'spec.templateRevision' }]);
  expect(await check({ kind: 'unknown', why: 'timeout' })).toEqual({
    warnings: ['JobTemplate "echo" could not be looked up: timeout'],
    audit,
  });
});
