import { expect, it } from 'vitest';
import type { Job } from '../../../../api/wire.ts';
import { withStandIns } from '../../../../core/refusal/stand-ins.ts';

const job = (memory: string, gpu = '2'): Job => ({
  metadata: { labels: { memory } },
  spec: {
    backoffLimit: -1,
    template: {
      spec: {
        containers: [{ name: 'a', image: memory, resources: { limits: { memory, 'nvidia.com/gpu': gpu } } }],
        volumes: [{ name: 'v', emptyDir: { sizeLimit: memory } }],
      },
    },
  },
});

const LIMITS = 'spec.template.spec.containers[0].resources.limits';

it('quantities are replaced, and the Job is not changed', () => {
  const before = job('sample', 'sample');
  const paths = [`${LIMITS}[memory]`, `${LIMITS}[nvidia.com/gpu]`];
  const { spec } = withStandIns(before, paths) ?? {};
  expect(spec?.template.spec?.containers[0]?.resources?.limits).toEqual({ memory: '1', 'nvidia.com/gpu': '1' });
  expect(spec?.template.spec?.volumes?.[0]?.emptyDir).toEqual({ sizeLimit: 'sample' });
  expect(before).toEqual(job('sample', 'sample'));
});

it.each([
  ['nothing is to be replaced', []],
  ['the field is text', ['spec.template.spec.containers[0].image']],
  ['the field is a number', ['spec.backoffLimit']],
  ['the field is not in the Job', [`${LIMITS}[cpu]`, 'spec.template.spec.nowhere.x', 'spec']],
  ['the field is not in spec', ['metadata.labels[memory]']],
  ['the quantity is the same', [`${LIMITS}[memory]`]],
])('there is no other Job if %s', (_, paths) => {
  expect(withStandIns(job('1'), paths)).toBeUndefined();
});

it('numbers of more than 32 bits are replaced, and others stay', () => {
  const numbers = (many: number, port: number): Job => ({
    spec: {
      parallelism: many,
      completions: 5,
      template: {
        spec: {
          containers: [{ name: 'a', readinessProbe: { httpGet: { port } } }],
          securityContext: { supplementalGroups: [3, many] },
        },
      },
    },
  });
  const pod = 'spec.template.spec';
  const paths = [
    ...['spec.parallelism', 'spec.completions', `${pod}.containers[0].readinessProbe.httpGet.port`],
    ...[`${pod}.securityContext.supplementalGroups[0]`, `${pod}.securityContext.supplementalGroups[1]`],
  ];
  expect(withStandIns(numbers(2 ** 31, -(2 ** 31) - 1), paths)).toEqual(numbers(1, 1));
  expect(withStandIns(numbers(2 ** 31 - 1, -(2 ** 31)), paths)).toBeUndefined();
});
