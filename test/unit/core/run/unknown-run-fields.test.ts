import { describe, expect, it } from 'vitest';
import { unknownRunFields } from '../../../../core/run/unknown-run-fields.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { render } from '../../../../core/job/render.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const of = (spec: object) => unknownRunFields(echoRun(spec)).map(({ path, message }) => `${path}: ${message}`);

describe('unknown fields of a JobRun', () => {
  it.each([
    ['arg for args', { arg: ['x'] }, 'spec.arg: unknown field "arg"; did you mean "args"'],
    ['paramters', { paramters: {} }, 'spec.paramters: unknown field "paramters"; did you mean "parameters"'],
    ['templateref', { templateref: 'x' }, 'spec.templateref: unknown field "templateref"; did you mean "templateRef"'],
    [
      'a field of a container',
      { containers: [{ name: 'a', comand: [] }] },
      'spec.containers[0].comand: unknown field "comand"; did you mean "command"?',
    ],
    ['a field of metadata', { metadata: { lables: {} } }, 'spec.metadata.lables: unknown field "lables"; did you mean'],
    ['a field that only a template has', { volumes: [] }, 'spec.volumes: unknown field "volumes"; the fields here are'],
  ])('are reported: %s', (_, spec, expected) => {
    expect(of(spec)).toEqual([expect.stringContaining(expected)]);
  });

  it('are reported at the root', () => {
    expect(unknownRunFields({ ...echoRun(), parameters: {} }).map(({ path }) => path)).toEqual(['parameters']);
  });

  it('are none in metadata, the status, parameters and the objects of Kubernetes', () => {
    const run = {
      ...echoRun({ parameters: { any: 1 }, env: [{ name: 'A', vlaue: 'x' }] as never }),
      metadata: { name: 'a', unknown: 1 },
      status: { unknown: 1 },
    };
    expect(unknownRunFields(run)).toEqual([]);
  });

  it('leave a stored run without a Job, as no webhook refused it', () => {
    expect(render(compileTemplate(echoTemplate()), echoRun({ arg: [] } as object))).toMatchObject({
      of: 'run',
      errors: [{ path: 'spec.arg' }],
    });
  });
});
