import { expect, it } from 'vitest';
import { versionOfTemplate } from '../../../../../core/template/template-version.ts';
import { renderingOf } from '../../../../../webhook/admission/job-run-creation/rendering.ts';
import { echoRun, echoTemplate } from '../../../core/objects.ts';

it('the Job of a run is in its namespace', () => {
  const { rendered, template } = renderingOf(versionOfTemplate(echoTemplate()), echoRun({ args: ['x'] }));
  expect(rendered).toMatchObject({ namespace: 'team' });
  expect(template.compiled.revision).toBe(versionOfTemplate(echoTemplate()).compiled.revision);
});

it('the errors of a run are those of its rendering', () => {
  const { rendered } = renderingOf(versionOfTemplate(echoTemplate()), echoRun({ image: 'other' }));
  expect(rendered).toMatchObject({ of: 'run', errors: [{ path: 'spec.image' }] });
});
