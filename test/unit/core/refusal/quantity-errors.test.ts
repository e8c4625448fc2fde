import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../api/wire.ts';
import { quantityErrors } from '../../../../core/refusal/quantity-errors.ts';
import { fieldError } from '../field-errors.ts';

const job = (podSpec: object): Job => ({ spec: { template: { spec: { containers: [], ...podSpec } } } });
const withLimits = (limits: unknown): Job => job({ containers: [{ name: 'c', resources: { limits } }] });
const errorsOf = (memory: unknown) => quantityErrors(withLimits({ memory }));

describe('a quantity', () => {
  it.each<unknown>([
    ...['2', '+2', '-2', '2.', '2.5', '.5', '500m', '512Mi', '1Gi', '1Ki', '1Ti', '1Pi', '1Ei'],
    ...['1n', '1u', '1k', '1M', '1G', '1T', '1P', '1E', '1e3', '1E3', '1e-3', '1e+12', ' 1Gi ', 12, 0.5, null],
  ])('can be %j', (memory) => {
    expect(errorsOf(memory)).toEqual([]);
  });

  it.each<unknown>([
    ...['', 'half', '512MB', '1Gb', '1K', '1ki', '1mi', '1 Gi', 'x1', '1x', '.', '-', '1e', '1e3x', '1.2.3', '1GiGi'],
    ...[true, ['1'], { a: 1 }],
  ])('cannot be %j', (memory) => {
    const value = JSON.stringify(memory).replace(/[[\]{}.]/g, '\\$&');
    expect(errorsOf(memory)).toEqual([
      fieldError(
        'spec.template.spec.containers[0].resources.limits[memory]',
        'FieldValueInvalid',
        new RegExp(`^Invalid value: ${value}: .*quantity.*500m.*512Mi`),
      ),
    ]);
  });
});

describe('the quantities of a Job', () => {
  const pathsOf = (of: Job) => quantityErrors(of).map(({ path }) => path);

  it('are found wherever Kubernetes has quantities', () => {
    const bad = job({
      overhead: { cpu: 'x' },
      volumes: [{ name: 'a' }, { name: 'v', emptyDir: { sizeLimit: 'x' } }],
      initContainers: [{ name: 'i', resources: { requests: { 'example.com/gpu': 'x' } } }],
      containers: [{ name: 'a', env: [{ valueFrom: { resourceFieldRef: { divisor: 'x' } } }] }],
    });
    expect(pathsOf(bad).sort()).toEqual([
      'spec.template.spec.containers[0].env[0].valueFrom.resourceFieldRef.divisor',
      'spec.template.spec.initContainers[0].resources.requests[example.com/gpu]',
      'spec.template.spec.overhead[cpu]',
      'spec.template.spec.volumes[1].emptyDir.sizeLimit',
    ]);
  });

  it.each<[string, Job]>([
    ['there is no spec', {}],
    ['a string is not a quantity', job({ restartPolicy: 'x', containers: [{ name: 'x', args: ['x'], image: 'x' }] })],
    ['a field is unknown', job({ memory: 'x', constructor: { limits: { cpu: 'x' } } })],
    ['a map has another type', withLimits('x')],
    ['a map is null', withLimits(null)],
    ['a list is in place of an object', job({ containers: [{ name: 'c', resources: [{ limits: { cpu: 'x' } }] }] })],
    ['an object is in place of a list', job({ containers: { resources: { limits: { cpu: 'x' } } } })],
  ])('are not where %s', (_, of) => {
    expect(pathsOf(of)).toEqual([]);
  });
});
