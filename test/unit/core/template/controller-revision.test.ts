import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { expect, test } from 'vitest';
import type { ClusterJobTemplate, JobTemplate } from '../../../../api/job-template.ts';
import {
  controllerRevision,
  controllerRevisionName,
  versionOfRevision,
} from '../../../../core/template/controller-revision.ts';
import { templateRevision } from '../../../../core/template/template-revision.ts';
import { echoTemplate } from '../objects.ts';

const template: JobTemplate = { ...echoTemplate(), parameters: [{ name: 'day' }], overrides: { allow: ['args'] } };
const cluster: ClusterJobTemplate = {
  ...template,
  kind: 'ClusterJobTemplate',
  metadata: { name: 'echo', uid: 'u', generation: 3 },
};

test('a template comes back from its revision as it was stored', () => {
  const { spec, parameters, overrides } = template;
  const back = versionOfRevision(controllerRevision(versionOfTemplate(template), 'team'));
  const { key, uid, generation, compiled } = versionOfTemplate(template);
  expect(back).toMatchObject({ key, uid, generation, compiled: { revision: compiled.revision } });
  expect(back?.compiled.content).toEqual({ spec, parameters, overrides });
});

test('a ClusterJobTemplate comes back without a namespace', () => {
  const back = versionOfRevision(controllerRevision(versionOfTemplate(cluster), 'system'));
  expect(back).toMatchObject({ key: { kind: 'ClusterJobTemplate', name: 'echo' }, uid: 'u', generation: 3 });
  expect(back?.key).not.toHaveProperty('namespace');
});

test('the template owns its revision, and is found by label', () => {
  const { metadata, revision } = controllerRevision(versionOfTemplate(template), 'team');
  expect(metadata).toMatchObject({
    name: `echo-${templateRevision(template)}`,
    namespace: 'team',
    labels: {
      'hematoscope.app/job-template': 'echo',
      'hematoscope.app/template-revision': templateRevision(template),
    },
    ownerReferences: [{ kind: 'JobTemplate', name: 'echo', uid: template.metadata.uid, controller: true }],
  });
  expect(revision).toBe(template.metadata.generation);
});

test.each([
  [
    'content that is not that of its hash',
    {
      data: { kind: 'JobTemplate', name: 'echo', uid: 'u', generation: 1, content: echoTemplate({ backoffLimit: 9 }) },
    },
  ],
  ['no data', { data: undefined }],
  ["another controller's data", { data: { spec: { template: {} } } }],
  ['content without a JobSpec', { data: { kind: 'JobTemplate', name: 'echo', uid: 'u', generation: 1, content: {} } }],
])('a revision with %s holds no template', (_, change) => {
  expect(versionOfRevision({ ...controllerRevision(versionOfTemplate(template), 'team'), ...change })).toBeUndefined();
});

test('names differ between the kinds, and fit into 253 characters', () => {
  const long = 'a'.repeat(250);
  const names = [
    controllerRevisionName({ kind: 'JobTemplate', namespace: 'team', name: 'echo' }, '0123456789'),
    controllerRevisionName({ kind: 'ClusterJobTemplate', name: 'echo' }, '0123456789'),
    controllerRevisionName({ kind: 'JobTemplate', namespace: 'team', name: `${long}a` }, '0123456789'),
    controllerRevisionName({ kind: 'JobTemplate', namespace: 'team', name: `${long}b` }, '0123456789'),
  ];
  expect(new Set(names).size).toBe(4);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])$/);
});
