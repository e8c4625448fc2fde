import { compileTemplate } from '../../../../core/template/compile.ts';
import { expect, test } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import { originInRun } from '../../../../core/overrides/origin.ts';
import { render } from '../../../../core/job/render.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const template: JobTemplate = {
  ...echoTemplate({
    template: {
      spec: {
        containers: [
          {
            name: 'main',
            image: '$(params.image)',
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
            ],
            envFrom: [{ configMapRef: { name: 'base' } }],
          },
          { name: 'sidecar', image: 'side' },
        ],
        initContainers: [{ name: 'fetch', image: 'curl' }],
      },
    },
  }),
  parameters: [{ name: 'image' }],
  overrides: {
    allow: ['env', 'image', 'resources', 'args', 'parallelism', 'priorityClassName', 'metadata', 'nodeSelector'],
  },
};

const compiled = compileTemplate(template);

const spec: Partial<JobRun['spec']> = {
  parameters: { image: 'app' },
  env: [
    { name: 'C', value: '3' },
    { name: 'B', value: '4' },
  ],
  resources: { limits: { cpu: '1' } },
  parallelism: 2,
  priorityClassName: 'high',
  metadata: { labels: { team: 'red' } },
  containers: [
    { name: 'fetch', args: ['a'] },
    { name: 'sidecar', image: 'x', envFrom: [{ secretRef: { name: 's' } }] },
    { name: 'main', envFrom: [{ secretRef: { name: 't' } }] },
  ],
};

const pod = 'spec.template.spec';

test.each([
  ['a variable that replaces one', `${pod}.containers[0].env[1].value`, 'spec.env[1].value'],
  ['a variable that was added', `${pod}.containers[0].env[2].name`, 'spec.env[0].name'],
  ["the template's variable", `${pod}.containers[0].env[0].name`, undefined],
  ['resources of the run', `${pod}.containers[0].resources.limits[cpu]`, 'spec.resources.limits[cpu]'],
  ['resources of the template', `${pod}.containers[0].resources.limits[memory]`, undefined],
  ['args of an init container', `${pod}.initContainers[0].args[0]`, 'spec.containers[0].args[0]'],
  ['image of another container', `${pod}.containers[1].image`, 'spec.containers[1].image'],
  [
    'a source of variables',
    `${pod}.containers[0].envFrom[1].secretRef.name`,
    'spec.containers[2].envFrom[0].secretRef.name',
  ],
  ["the template's source of variables", `${pod}.containers[0].envFrom[0].configMapRef`, undefined],
  ['a number', 'spec.parallelism', 'spec.parallelism'],
  ["the template's number", 'spec.backoffLimit', undefined],
  ['the priority class', `${pod}.priorityClassName`, 'spec.priorityClassName'],
  ['a node label that the run does not give', `${pod}.nodeSelector`, undefined],
  ['a label of the Pods', 'spec.template.metadata.labels[team]', 'spec.metadata.labels[team]'],
  ['the labels of the Job', 'metadata.labels', 'spec.metadata.labels'],
  ["the template's label", 'spec.template.metadata.labels[other]', undefined],
  ['a field that holds a parameter', `${pod}.containers[0].image`, 'spec.parameters[image]'],
  ['a field of the template', `${pod}.containers[1].name`, undefined],
])('%s is told where it was written', (_, path, expected) => {
  expect(render(compiled, echoRun(spec))).toHaveProperty('job');
  expect(originInRun(path, echoRun(spec), compiled)).toBe(expected);
});
