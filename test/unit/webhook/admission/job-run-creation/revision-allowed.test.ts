import { expect, it } from 'vitest';
import type { JobRun } from '../../../../../api/job-run.ts';
import { versionOfTemplate } from '../../../../../core/template/template-version.ts';
import { revisionAllowed } from '../../../../../webhook/admission/job-run-creation/revision-allowed.ts';
import type { TemplateResolution } from '../../../../../webhook/lookups/template-resolver.ts';
import { echoTemplate } from '../../../core/objects.ts';
import { jobRunCreation } from '../cases.ts';

const OLD = echoTemplate({ backoffLimit: 1 });
const CLOSED = versionOfTemplate({ ...echoTemplate(), overrides: { allow: [] } });
const template = versionOfTemplate(OLD);

const check = (found: TemplateResolution, spec: Partial<JobRun['spec']>, of = OLD) =>
  revisionAllowed(jobRunCreation(spec, { template: () => Promise.resolve(found) }, of));

it('an override that the present template does not allow is an error', async () => {
  const { errors } = await check({ kind: 'found', template, present: CLOSED }, { command: ['a'] });
  expect(errors).toMatchObject([{ path: 'spec.command', reason: 'FieldValueForbidden' }]);
});

it('what the older revision refuses itself is not reported twice', async () => {
  const { errors } = await check({ kind: 'found', template, present: CLOSED }, { image: 'other', command: ['a'] });
  expect(errors).toMatchObject([{ path: 'spec.command' }]);
});

it('nothing is checked if the run uses the present revision, or if there is no template', async () => {
  expect(await check({ kind: 'found', template }, { command: ['a'] })).toEqual({});
  expect(await check({ kind: 'missing' }, { command: ['a'] })).toEqual({});
});
