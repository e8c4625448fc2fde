import { expect, it } from 'vitest';
import { versionOfTemplate } from '../../../../../core/template/template-version.ts';
import { suspendAllowed } from '../../../../../webhook/admission/job-run-update/suspend-allowed.ts';
import type { TemplateResolution } from '../../../../../webhook/lookups/template-resolver.ts';
import { echoTemplate } from '../../../core/objects.ts';
import { jobRunUpdate } from '../cases.ts';

const resume = jobRunUpdate({ suspend: true }, { suspend: false });
const of = (allow: string[]): TemplateResolution => {
  const template = { ...echoTemplate(), overrides: { allow } } as ReturnType<typeof echoTemplate>;
  return { kind: 'found', template: versionOfTemplate(template) };
};
const check = (found: TemplateResolution) => suspendAllowed({ templates: { resolve: () => Promise.resolve(found) } });

it('the template decides', async () => {
  expect(await check(of(['suspend']))(resume)).toEqual({ errors: [] });
  expect((await check(of([]))(resume)).errors).toMatchObject([{ path: 'spec.suspend' }]);
});

it('a template that is missing or unknown forbids nothing', async () => {
  expect(await check({ kind: 'missing' })(resume)).toEqual({});
  expect(await check({ kind: 'unknown', why: 'late' })(resume)).toEqual({});
});

it('the template is not looked up if suspend does not change', async () => {
  const templates = { resolve: () => Promise.reject(new Error('not needed')) };
  expect(await suspendAllowed({ templates })(jobRunUpdate({}, {}))).toEqual({});
});
