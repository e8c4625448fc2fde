import { compileTemplate } from '../../../../core/template/compile.ts';
import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { FieldError } from '../../../../core/errors/field-error.ts';
import { render } from '../../../../core/job/render.ts';
import type { Origins } from '../../../../core/overrides/origins.ts';
import { asRunErrors, templateNotFound, validateTemplateRef } from '../../../../core/template/template-reference.ts';
import { echoRun, echoTemplate } from '../objects.ts';

describe('validateTemplateRef', () => {
  it.each(['echo', 'a.b', '0-1', 'a'.repeat(253)])('accepts the name %s', (templateRef) => {
    expect(validateTemplateRef(echoRun({ templateRef }))).toEqual([]);
  });

  it.each([
    ['an empty name', '', 'Required value: give the name of a JobTemplate in this namespace'],
    [
      'a template of another namespace',
      'other/echo',
      `Invalid value: "other/echo": a JobRun can only use a JobTemplate of the JobRun's own namespace; give its name alone, without a namespace`,
    ],
    ['an invalid name', 'Echo', 'Invalid value: "Echo": cannot be the name of a JobTemplate'],
    ['a number', 3, 'Required value: give the name of a JobTemplate in this namespace'],
  ])('rejects %s', (_, templateRef, message) => {
    const run = echoRun({ templateRef: templateRef as string });
    expect(validateTemplateRef(run)).toMatchObject([{ path: 'spec.templateRef', message }]);
  });
});

describe('templateNotFound', () => {
  it.each([
    ['similar names', ['echo', 'import'], 'did you mean "echo"?'],
    ['no similar name', ['import'], 'see `kubectl get jobtemplates -n team`'],
    ['an empty namespace', [], 'the namespace has no JobTemplates'],
  ])('helps with %s', (_, names, hint) => {
    expect(templateNotFound(echoRun({ templateRef: 'ehco' }), names)).toEqual({
      path: 'spec.templateRef',
      reason: 'FieldValueNotFound',
      message: `Not found: "ehco": no JobTemplate of this name in namespace "team"; ${hint}`,
    });
  });
});

function originsOf(spec: Partial<JobRun['spec']> = {}): Origins {
  const rendered = render(compileTemplate(echoTemplate()), echoRun(spec));
  if ('errors' in rendered) throw new Error(JSON.stringify(rendered.errors));
  return rendered.origins();
}

describe('asRunErrors', () => {
  const error = (path: string): FieldError => ({ path, reason: 'FieldValueInvalid', message: 'wrong' });

  it.each([
    ['args that the run sets', 'spec.template.spec.containers[0].args[1]', 'spec.args[1]'],
    ['a command that the run does not set', 'spec.template.spec.containers[0].command', 'spec.templateRef'],
    ["another container's args", 'spec.template.spec.containers[1].args', 'spec.templateRef'],
    ['a field whose name has the same beginning', 'spec.template.spec.containers[0].argsX', 'spec.templateRef'],
  ])('reports %s at the right field', (_, path, expected) => {
    const spec = { args: ['a', 'b'] };
    const errors = asRunErrors([error(path)], echoRun(spec), originsOf(spec));
    expect(errors).toMatchObject([{ path: expected }]);
  });

  it('reports a request above a limit at the parameter that set the limit', () => {
    const container = {
      name: 'echo',
      image: 'i',
      resources: { requests: { memory: '1Gi' }, limits: { memory: '$(params.m)' } },
    };
    const template = compileTemplate({
      ...echoTemplate({ template: { spec: { containers: [container] } } }),
      parameters: [{ name: 'm' }],
    });
    const run = echoRun({ parameters: { m: '512Mi' } });
    const rendered = render(template, run);
    if ('errors' in rendered) throw new Error(JSON.stringify(rendered.errors));
    const message = 'Invalid value: "1Gi": must be less than or equal to memory limit of 512Mi';
    const path = 'spec.template.spec.containers[0].resources.requests[memory]';
    const errors = asRunErrors([{ path, reason: 'FieldValueInvalid', message }], run, rendered.origins());
    expect(errors).toEqual([{ path: 'spec.parameters[m]', reason: 'FieldValueInvalid', message }]);
  });

  it("reports the template's mistakes as the template's", () => {
    const [reported] = asRunErrors([error('spec.backoffLimit')], echoRun(), originsOf());
    expect(reported?.message).toBe(`JobTemplate "echo" can't make a Job: spec.backoffLimit: wrong`);
  });
});
