import { expect, test } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import { metadataOverrides } from '../../../../core/overrides/metadata-overrides.ts';
import { Origins } from '../../../../core/overrides/origins.ts';
import { render } from '../../../../core/job/render.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const template: JobTemplate = {
  ...echoTemplate({
    template: {
      metadata: { labels: { tier: '$(params.tier)', 'example.com/tier': 'x-$(params.tier)' } },
      spec: {
        nodeSelector: { disk: '$(params.tier)' },
        containers: [
          {
            name: 'main',
            image: '$(params.image)',
            command: ['run', '$(params.files[*])', '--', '$(params.image)', '$(params.image) in $(params.tier)'],
            env: [
              { name: 'A', value: '1' },
              { name: 'B', value: '2' },
              { name: 'B', value: 'twice' },
              { name: 'D', value: '$(params.tier)' },
            ],
            envFrom: [{ configMapRef: { name: '$(params.tier)' } }],
          },
          {
            name: 'sidecar',
            image: 'side',
            args: ['$(params.image)'],
            resources: { limits: { cpu: '$(params.image)', memory: '1Gi' } },
          },
        ],
        initContainers: [{ name: 'fetch', image: '$(params.unset)' }],
      },
    },
  }),
  parameters: [
    { name: 'image' },
    { name: 'tier' },
    { name: 'unset', default: 'curl' },
    { name: 'files', schema: { type: 'array', items: { type: 'string' } }, default: [] },
  ],
  overrides: {
    allow: ['env', 'image', 'resources', 'args', 'parallelism', 'priorityClassName', 'metadata', 'nodeSelector'],
  },
};

const parameters = { image: 'app', tier: 'low', files: ['x', 'y', 'z'] };

const spec: Partial<JobRun['spec']> = {
  parameters,
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
    { name: 'sidecar', image: 'x', args: ['b', 'c'], envFrom: [{ secretRef: { name: 's' } }] },
    { name: 'main', envFrom: [{ secretRef: { name: 't' } }] },
  ],
};

function originIn(of: Partial<JobRun['spec']>, path: string): string | undefined {
  const rendered = render(compileTemplate(template), echoRun(of));
  if ('errors' in rendered) throw new Error(JSON.stringify(rendered.errors));
  return rendered.origins().of(path);
}

const pod = 'spec.template.spec';
const TIER = 'spec.parameters[tier]';
const IMAGE = 'spec.parameters[image]';

test.each([
  ['a variable that replaces one', `${pod}.containers[0].env[1].value`, 'spec.env[1].value'],
  ['a variable that was added', `${pod}.containers[0].env[3].name`, 'spec.env[0].name'],
  ["the template's variable", `${pod}.containers[0].env[0].name`, undefined],
  ["a parameter in the template's variable, at its new index", `${pod}.containers[0].env[2].value`, TIER],
  ['the index that the variable had before', `${pod}.containers[0].env[3].value`, 'spec.env[0].value'],
  ['all variables', `${pod}.containers[0].env`, 'spec.env'],
  ['resources of the run', `${pod}.containers[0].resources.limits[cpu]`, 'spec.resources.limits[cpu]'],
  ['resources of the template', `${pod}.containers[0].resources.limits[memory]`, undefined],
  ['requests above a limit of the run', `${pod}.containers[0].resources.requests`, 'spec.resources.requests'],
  ['resources as a whole', `${pod}.containers[0].resources`, 'spec.resources'],
  ['a parameter in resources', `${pod}.containers[1].resources.limits[cpu]`, 'spec.parameters[image]'],
  ['args of an init container', `${pod}.initContainers[0].args[0]`, 'spec.containers[0].args[0]'],
  ['args that replace a parameter', `${pod}.containers[1].args[0]`, 'spec.containers[1].args[0]'],
  ['image of another container', `${pod}.containers[1].image`, 'spec.containers[1].image'],
  [
    'a source of variables',
    `${pod}.containers[0].envFrom[1].secretRef.name`,
    'spec.containers[2].envFrom[0].secretRef.name',
  ],
  ["the template's source of variables", `${pod}.containers[0].envFrom[0].configMapRef`, undefined],
  ["a parameter in the template's source", `${pod}.containers[0].envFrom[0].configMapRef.name`, TIER],
  [
    'a source in a container that has none in the template',
    `${pod}.containers[1].envFrom[0]`,
    'spec.containers[1].envFrom[0]',
  ],
  ['a number', 'spec.parallelism', 'spec.parallelism'],
  ["the template's number", 'spec.backoffLimit', undefined],
  ['a field whose name has the same beginning', 'spec.parallelismX', undefined],
  ['the priority class', `${pod}.priorityClassName`, 'spec.priorityClassName'],
  ['the priority, which is derived from its class', `${pod}.priority`, 'spec.priorityClassName'],
  ['node labels if the run sets none', `${pod}.nodeSelector`, undefined],
  ['a parameter in a node label', `${pod}.nodeSelector[disk]`, TIER],
  ['a label of the Pods', 'spec.template.metadata.labels[team]', 'spec.metadata.labels[team]'],
  ['a label of the Job', 'metadata.labels[team]', 'spec.metadata.labels[team]'],
  ['the labels of the Job', 'metadata.labels', 'spec.metadata.labels'],
  ['the annotations if the run sets none', 'metadata.annotations', undefined],
  ["the template's label", 'spec.template.metadata.labels[other]', undefined],
  ["a parameter in the template's label", 'spec.template.metadata.labels[tier]', TIER],
  ['a parameter in a label with a prefix', 'spec.template.metadata.labels[example.com/tier]', TIER],
  ['a field that contains a parameter', `${pod}.containers[0].image`, 'spec.parameters[image]'],
  ['a field that contains a default', `${pod}.initContainers[0].image`, undefined],
  ['a string with two parameters', `${pod}.containers[0].command[6]`, 'spec.parameters'],
  ['an element of a list parameter', `${pod}.containers[0].command[2]`, 'spec.parameters[files][1]'],
  ['an element before a list parameter', `${pod}.containers[0].command[0]`, undefined],
  ['a parameter after the elements of another', `${pod}.containers[0].command[5]`, 'spec.parameters[image]'],
  ['the element before that', `${pod}.containers[0].command[4]`, undefined],
  ['a field of the template', `${pod}.containers[1].name`, undefined],
  ['the Job as a whole', '', undefined],
])('%s is reported at the field that sets it', (_, path, expected) => {
  expect(originIn(spec, path)).toBe(expected);
});

test.each<[string, Partial<JobRun['spec']>, string, string | undefined]>([
  ['a node label', { nodeSelector: { zone: 'a' } }, `${pod}.nodeSelector[zone]`, 'spec.nodeSelector[zone]'],
  ["the template's node label", { nodeSelector: { zone: 'a' } }, `${pod}.nodeSelector[disk]`, TIER],
  ['a node label that nobody set', { nodeSelector: { zone: 'a' } }, `${pod}.nodeSelector[other]`, undefined],
  ['all node labels', { nodeSelector: { zone: 'a' } }, `${pod}.nodeSelector`, 'spec.nodeSelector'],
  ['a node label that was cleared', { nodeSelector: {} }, `${pod}.nodeSelector[disk]`, 'spec.nodeSelector[disk]'],
  ['variables that were cleared', { env: [] }, `${pod}.containers[0].env`, 'spec.env'],
  ['resources that were cleared', { resources: {} }, `${pod}.containers[0].resources`, 'spec.resources'],
  ['no elements', { parameters: { ...parameters, files: [] } }, `${pod}.containers[0].command[2]`, IMAGE],
  ['elements by default', { parameters: { image: 'a', tier: 'b' } }, `${pod}.containers[0].command[2]`, IMAGE],
  ['nothing if the run sets labels to none', { metadata: { labels: {} } }, 'metadata.labels', undefined],
])('%s: %j', (_, overrides, path, expected) => {
  expect(originIn({ parameters, ...overrides }, path)).toBe(expected);
});

test('a key with very many dots costs no more than another', () => {
  const key = 'a.'.repeat(100_000);
  const run = echoRun({ metadata: { annotations: { [key]: 'x' } } });
  const origins = new Origins();
  metadataOverrides(run, origins);
  expect(origins.of(`metadata.annotations[${key}]`)).toBe(`spec.metadata.annotations[${key}]`);
  expect(origins.of(`metadata.annotations[${key}b]`)).toBeUndefined();
});
