import { describe, expect, it } from 'vitest';
import { argumentErrors } from '../../../../core/job/argument-length.ts';
import { render } from '../../../../core/job/render.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { fieldError } from '../field-errors.ts';
import { echoRun, echoTemplate } from '../objects.ts';

/** With the NUL at its end, the longest argument that Linux takes. */
const LONGEST = 'a'.repeat(128 * 1024 - 1);
const TOO_LONG = `${LONGEST}a`;

const errorAt = (path: string) =>
  fieldError(path, 'FieldValueTooLong', /^Too long: Linux starts no process with .* more than 128 KiB; use a file/);

describe('the arguments and variables of a Job', () => {
  it('can have 128 KiB, with the NUL at their end', () => {
    const env = [{ name: 'A', value: LONGEST.slice(2) }];
    const containers = [{ name: 'a', image: 'b', command: [LONGEST], args: [LONGEST], env }];
    expect(argumentErrors({ template: { spec: { containers } } })).toEqual([]);
  });

  it('have an escaped dollar once, except in a lifecycle hook', () => {
    const dollars = '$$'.repeat(66_000);
    const command = [dollars];
    const env = [{ name: 'A', value: dollars }];
    const readinessProbe = { exec: { command } };
    const lifecycle = { preStop: { exec: { command } } };
    const containers = [{ name: 'a', image: 'b', command, args: [dollars], env, readinessProbe, lifecycle }];
    expect(argumentErrors({ template: { spec: { containers } } })).toEqual([
      errorAt('spec.template.spec.containers[0].lifecycle.preStop.exec.command[0]'),
    ]);
    const longer = [{ name: 'a', image: 'b', args: ['$$'.repeat(128 * 1024), '$'.repeat(128 * 1024 - 1)] }];
    expect(argumentErrors({ template: { spec: { containers: longer } } })).toEqual([
      errorAt('spec.template.spec.containers[0].args[0]'),
    ]);
  });

  it('are counted in bytes', () => {
    const containers = [{ name: 'a', image: 'b', args: ['€'.repeat(43_690), '€'.repeat(43_691)] }];
    expect(argumentErrors({ template: { spec: { containers } } })).toEqual([
      errorAt('spec.template.spec.containers[0].args[1]'),
    ]);
  });

  it('are found wherever they are', () => {
    const env = [{ name: 'A' }, { name: 'B', value: LONGEST.slice(1) }];
    const spec = {
      containers: [{ name: 'a', image: 'b', command: ['x', TOO_LONG], env }],
      initContainers: [{ name: 'i', image: 'b', args: [TOO_LONG] }],
    };
    expect(argumentErrors({ template: { spec } })).toEqual([
      errorAt('spec.template.spec.containers[0].command[1]'),
      errorAt('spec.template.spec.containers[0].env[1].value'),
      errorAt('spec.template.spec.initContainers[0].args[0]'),
    ]);
  });

  it('may be of any type in a revision that was written by hand', () => {
    const odd = (container: unknown) => ({ template: { spec: { containers: [container] } } }) as never;
    const env = [null, { name: 'A' }, 'text', { value: TOO_LONG }];
    expect(
      argumentErrors(odd({ command: { length: 200_000 }, args: [7, null, ['a'], { length: 200_000 }], env })),
    ).toEqual([errorAt('spec.template.spec.containers[0].env[3].value')]);
    expect(argumentErrors(odd(null))).toEqual([]);
    expect(argumentErrors({ template: {} })).toEqual([]);
  });

  it('have the name and the value of a variable in one text', () => {
    const env = [
      { name: 'A'.repeat(64 * 1024), value: 'a'.repeat(64 * 1024 - 2) },
      { name: 'A'.repeat(64 * 1024), value: 'a'.repeat(64 * 1024 - 1) },
      { name: TOO_LONG },
    ];
    expect(argumentErrors({ template: { spec: { containers: [{ name: 'a', env }] } } })).toEqual([
      errorAt('spec.template.spec.containers[0].env[1].value'),
      errorAt('spec.template.spec.containers[0].env[2].value'),
    ]);
  });

  it('can be those of probes and of lifecycle hooks', () => {
    const exec = { command: ['sh', TOO_LONG] };
    const hooks = { postStart: { exec }, preStop: { exec } };
    const probes = { livenessProbe: { exec }, readinessProbe: { exec }, startupProbe: { exec } };
    const containers = [{ name: 'a', image: 'b', lifecycle: hooks, ...probes }];
    const paths = ['livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle.postStart', 'lifecycle.preStop'];
    expect(argumentErrors({ template: { spec: { containers } } })).toEqual(
      paths.map((path) => errorAt(`spec.template.spec.containers[0].${path}.exec.command[1]`)),
    );
  });

  it('are reported at the field of the run', () => {
    const args = ['$(params.x)$(params.x)'];
    const template = compileTemplate({
      spec: { template: { spec: { containers: [{ name: 'echo', image: 'busybox', args }] } } },
      parameters: [{ name: 'x', default: 'a' }],
    });
    const errorsOf = (spec: object) => render(template, echoRun(spec));
    expect(errorsOf({ parameters: { x: 'a'.repeat(70_000) } })).toEqual({
      of: 'run',
      errors: [errorAt('spec.parameters[x]')],
    });
    expect(errorsOf({ args: ['a', TOO_LONG] })).toEqual({ of: 'run', errors: [errorAt('spec.args[1]')] });
    expect(errorsOf({ containers: [{ name: 'echo', env: [{ name: 'A', value: TOO_LONG }] }] })).toEqual({
      of: 'run',
      errors: [errorAt('spec.containers[0].env[0].value')],
    });
  });

  it('of a template are reported when it is applied', () => {
    const containers = [{ name: 'echo', image: 'busybox', args: [TOO_LONG] }];
    expect(compileTemplate(echoTemplate({ template: { spec: { containers } } })).errors).toEqual([
      errorAt('spec.template.spec.containers[0].args[0]'),
    ]);
  });
});
