import { compileTemplate } from '../../../../core/template/compile.ts';
import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import type { Job } from '../../../../api/wire.ts';
import { render } from '../../../../core/job/render.ts';
import { echoRun, echoTemplate } from '../objects.ts';

function rendered(template: JobTemplate, run: JobRun): Job {
  const result = render(compileTemplate(template), run);
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result.job;
}

function firstContainer(run: JobRun): unknown {
  return rendered(echoTemplate(), run).spec?.template.spec?.containers[0];
}

describe('render', () => {
  it('builds the whole Job from a template and a run', () => {
    expect(rendered(echoTemplate({ backoffLimit: 2 }), echoRun({ args: ['Hello, world!'] }))).toMatchInlineSnapshot(`
      {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
          "annotations": {
            "hematoscope.app/job-run-name": "echo-hello",
          },
          "labels": {
            "app.kubernetes.io/instance": "echo-hello",
            "app.kubernetes.io/managed-by": "job-template-run",
            "app.kubernetes.io/name": "echo",
            "app.kubernetes.io/version": "4682447102",
            "hematoscope.app/job-run": "echo-hello",
            "hematoscope.app/job-template": "echo",
          },
          "name": "echo-hello-555417e1",
          "namespace": "team",
          "ownerReferences": [
            {
              "apiVersion": "hematoscope.app/v1",
              "blockOwnerDeletion": true,
              "controller": true,
              "kind": "JobRun",
              "name": "echo-hello",
              "uid": "9d6f1f0a-3a52-4a5b-9d0e-2f5d3f1f7a01",
            },
          ],
        },
        "spec": {
          "backoffLimit": 2,
          "template": {
            "metadata": {
              "annotations": {
                "hematoscope.app/job-run-name": "echo-hello",
              },
              "labels": {
                "hematoscope.app/job-run": "echo-hello",
                "hematoscope.app/job-template": "echo",
              },
            },
            "spec": {
              "containers": [
                {
                  "args": [
                    "Hello, world!",
                  ],
                  "command": [
                    "echo",
                  ],
                  "image": "busybox",
                  "name": "echo",
                },
                {
                  "args": [
                    "untouched",
                  ],
                  "image": "busybox",
                  "name": "sidecar",
                },
              ],
              "restartPolicy": "Never",
            },
          },
        },
      }
    `);
  });

  it.each([
    ['keeps the args and command that the run leaves out', {}, ['echo'], ['from the template']],
    ['replaces the args', { args: ['a', 'b'] }, ['echo'], ['a', 'b']],
    ['replaces the command', { command: ['sh', '-c'] }, ['sh', '-c'], ['from the template']],
    ['clears the args with an empty list', { args: [] }, ['echo'], []],
    ['treats null as absent', { args: null as unknown as string[] }, ['echo'], ['from the template']],
    ['clears the command with an empty list', { command: [] }, [], ['from the template']],
  ])('%s', (_, spec, command, args) => {
    expect(firstContainer(echoRun(spec))).toEqual({ name: 'echo', image: 'busybox', command, args });
  });

  it('overrides the first container only', () => {
    const job = rendered(echoTemplate(), echoRun({ args: ['x'], command: ['y'] }));
    expect(job.spec?.template.spec?.containers[1]).toEqual({ name: 'sidecar', image: 'busybox', args: ['untouched'] });
  });

  it('keeps the recommended labels that the template sets on its Pods, and keeps its annotations', () => {
    const template = echoTemplate();
    template.spec.template.metadata = {
      labels: { 'app.kubernetes.io/name': 'billing', team: 'red', 'hematoscope.app/job-run': 'forged' },
      annotations: { note: 'kept' },
    };
    const job = rendered(template, echoRun());
    expect(job.metadata?.labels).toMatchObject({ 'app.kubernetes.io/name': 'billing', team: 'red' });
    expect(job.spec?.template.metadata).toMatchObject({
      labels: { 'app.kubernetes.io/name': 'billing', team: 'red', 'hematoscope.app/job-run': 'echo-hello' },
      annotations: { note: 'kept', 'hematoscope.app/job-run-name': 'echo-hello' },
    });
  });

  it('gives the Job the labels of its Pods, as the API server does, and those of the run in their place', () => {
    const template = echoTemplate();
    template.spec.template.metadata = { labels: { team: 'red', site: 'north' }, annotations: { note: 'of Pods' } };
    const job = rendered(template, echoRun({ metadata: { labels: { site: 'south' } } }));
    expect(job.metadata?.labels).toMatchObject({ team: 'red', site: 'south' });
    expect(job.metadata?.annotations).not.toHaveProperty('note');
  });

  it('sets no label on Pods that Services select by, however the run and its template are named', () => {
    const template = echoTemplate();
    template.spec.template.metadata = { labels: { name: 'shop' } };
    const job = rendered(template, echoRun({}, { name: 'prod' }));
    expect(job.spec?.template.metadata?.labels).toEqual({
      name: 'shop',
      'hematoscope.app/job-run': 'prod',
      'hematoscope.app/job-template': 'echo',
    });
    expect(job.metadata?.labels).toMatchObject({ 'app.kubernetes.io/instance': 'prod' });
  });

  it('labels the Pods of two runs differently if their names share 63 characters', () => {
    const labelOf = (name: string) =>
      rendered(echoTemplate(), echoRun({}, { name })).spec?.template.metadata?.labels?.['hematoscope.app/job-run'];
    expect(labelOf(`${'a'.repeat(63)}-emea`)).not.toBe(labelOf(`${'a'.repeat(63)}-apac`));
  });

  it('does not copy labels and annotations of the JobTemplate object, which deployment tools track', () => {
    const template = echoTemplate();
    template.metadata.labels = { 'argocd.argoproj.io/instance': 'prod' };
    template.metadata.annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}' };
    expect(JSON.stringify(rendered(template, echoRun()))).not.toMatch(/argocd|last-applied/);
  });

  it('cuts a name of 253 characters to valid labels and a valid Job name, and keeps it whole in the annotation', () => {
    const name = `${'a'.repeat(62)}.${'b'.repeat(190)}`;
    const job = rendered(echoTemplate(), echoRun({}, { name }));
    expect(job.metadata?.name).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
    expect(job.metadata?.name?.length).toBeLessThanOrEqual(63);
    const labels = { ...job.metadata?.labels, ...job.spec?.template.metadata?.labels };
    for (const value of Object.values(labels)) {
      expect(value).toMatch(/^[A-Z0-9]([-\w.]{0,61}[A-Z0-9])?$/i);
    }
    expect(job.metadata?.annotations).toEqual({ 'hematoscope.app/job-run-name': name });
  });

  it('sets no owner for a run that is not stored yet', () => {
    const run = echoRun();
    delete run.metadata.uid;
    expect(rendered(echoTemplate(), run).metadata).not.toHaveProperty('ownerReferences');
  });

  it('changes neither the template nor the run', () => {
    const [template, run] = [echoTemplate(), echoRun({ args: ['x'] })];
    const before = structuredClone({ template, run });
    rendered(template, run);
    expect({ template, run }).toEqual(before);
  });

  it.each([
    ['an empty list of containers', { template: { spec: { containers: [] } } }],
    ['no Pod spec', { template: {} }],
  ])('reports what a template lacks: %s', (_, spec) => {
    expect(render(compileTemplate(echoTemplate(spec)), echoRun())).toEqual({
      of: 'template',
      errors: [
        {
          path: 'spec.template.spec.containers',
          reason: 'FieldValueRequired',
          message: 'Required value: a JobTemplate needs at least one container, with a name and an image',
        },
      ],
    });
  });
});

describe('render returns no Job', () => {
  const errorsOf = (template: JobTemplate, run: JobRun) => {
    const result = render(compileTemplate(template), run);
    if ('job' in result) throw new Error('a Job was made');
    return { of: result.of, paths: result.errors.map(({ path }) => path) };
  };

  it('of a template with errors, whatever the run has', () => {
    const template = echoTemplate({ template: { spec: { containers: [] } } });
    expect(errorsOf(template, echoRun({ parameters: { x: 1 } }))).toEqual({
      of: 'template',
      paths: ['spec.template.spec.containers'],
    });
  });

  it.each([
    ['values', { parameters: { x: 1 } }, ['spec.parameters[x]']],
    ['overrides', { image: 'other' }, ['spec.image']],
    ['both', { parameters: { x: 1 }, image: 'other' }, ['spec.parameters[x]', 'spec.image']],
  ])('of a run with wrong %s', (_, spec, paths) => {
    expect(errorsOf(echoTemplate(), echoRun(spec))).toEqual({ of: 'run', paths });
  });
});

describe('the Job of a run', () => {
  it('has the label of a ClusterJobTemplate instead of that of a JobTemplate', () => {
    const { metadata } = rendered(echoTemplate(), echoRun({ templateKind: 'ClusterJobTemplate' }));
    expect(metadata?.labels).toMatchObject({ 'hematoscope.app/cluster-job-template': 'echo' });
    expect(metadata?.labels).not.toHaveProperty('hematoscope.app/job-template');
  });

  it('of a run without name and namespace has neither', () => {
    const run = { ...echoRun(), metadata: {} };
    const { metadata } = rendered(echoTemplate(), run);
    expect(metadata?.name).toMatch(/^job-[0-9a-f]{8}$/);
    expect(metadata).not.toHaveProperty('namespace');
    expect(metadata?.labels).toMatchObject({ 'hematoscope.app/job-run': '', 'app.kubernetes.io/instance': '' });
    expect(metadata?.annotations).toEqual({ 'hematoscope.app/job-run-name': '' });
  });

  it('of a run without a name has an owner with an empty name', () => {
    const run = { ...echoRun(), metadata: { uid: 'u' } };
    expect(rendered(echoTemplate(), run).metadata?.ownerReferences).toMatchObject([{ name: '', uid: 'u' }]);
  });
});

describe('the Job of a template with results', () => {
  const withResults = (more: object = {}): JobTemplate => ({ ...echoTemplate(), results: [{ name: 'rows' }], ...more });
  const refusedAt = (template: JobTemplate, run: JobRun) => {
    const result = render(compileTemplate(template), run);
    return 'job' in result ? [] : result.errors.map(({ path }) => `${result.of}: ${path}`);
  };
  const annotation = (template: JobTemplate) =>
    rendered(template, echoRun()).metadata?.annotations?.['hematoscope.app/results-from'];

  it('names the container that writes them', () => {
    expect(annotation(withResults())).toBe('echo');
    expect(annotation(withResults({ resultsFrom: 'sidecar' }))).toBe('sidecar');
    expect(annotation(echoTemplate())).toBeUndefined();
    expect(annotation(withResults({ results: [] }))).toBeUndefined();
  });

  it.each([
    ['parallelism', { parallelism: 2 }, ['run: spec.parallelism']],
    ['completions', { completions: 2, parallelism: 1 }, ['run: spec.completions']],
  ])('has one Pod, whatever %s a run sets', (_, spec, paths) => {
    expect(refusedAt(withResults(), echoRun(spec))).toEqual(paths);
    expect(refusedAt(echoTemplate(), echoRun(spec))).toEqual([]);
  });

  it('has one Pod, whatever value a parameter has', () => {
    const parameters = [{ name: 'n', schema: { type: 'integer' as const } }];
    const spec = { ...echoTemplate().spec, parallelism: '$(params.n)' as never };
    expect(refusedAt(withResults({ parameters, spec }), echoRun({ parameters: { n: 2 } }))).toEqual([
      'run: spec.parameters[n]',
    ]);
    expect(refusedAt(withResults({ parameters, spec }), echoRun({ parameters: { n: 1 } }))).toEqual([]);
  });
});
