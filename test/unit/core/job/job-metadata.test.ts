import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { TemplateContent } from '../../../../api/job-template.ts';
import { formatFieldError } from '../../../../core/errors/field-error.ts';
import { render, type Rendered } from '../../../../core/job/render.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { asRunErrors } from '../../../../core/template/template-reference.ts';
import { trialFindings } from '../../../../core/template/trial.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const QUEUE = 'kueue.x-k8s.io/queue-name';

const content: TemplateContent = {
  ...echoTemplate(),
  jobMetadata: {
    labels: { [QUEUE]: 'research', team: 'team-$(params.team)', 'app.kubernetes.io/name': 'train' },
    annotations: { 'example.com/note': '$(params.team) $$(params.team)' },
  },
  parameters: [{ name: 'team', default: 'red' }],
  overrides: { allow: ['metadata'] },
};
const template = compileTemplate(content);

const rendered = (spec: Partial<JobRun['spec']> = {}): Rendered => render(template, echoRun(spec));

function jobOf(spec: Partial<JobRun['spec']> = {}) {
  const result = rendered(spec);
  if ('errors' in result) throw new Error(JSON.stringify(result.errors));
  return result;
}

const errorsOf = (spec: Partial<JobRun['spec']>): string[] => {
  const result = rendered(spec);
  return 'errors' in result ? result.errors.map(formatFieldError) : [];
};

describe("the labels and annotations of a template's jobMetadata", () => {
  it('are set on the Job, with the values of parameters', () => {
    const { metadata } = jobOf({ parameters: { team: 'blue' } }).job;
    expect(metadata?.labels).toMatchObject({
      [QUEUE]: 'research',
      team: 'team-blue',
      'app.kubernetes.io/name': 'train',
      'hematoscope.app/job-run': 'echo-hello',
    });
    expect(metadata?.annotations).toEqual({
      'example.com/note': 'blue $(params.team)',
      'hematoscope.app/job-run-name': 'echo-hello',
    });
  });

  it('are not set on the Pods', () => {
    const { labels, annotations } = jobOf().job.spec!.template.metadata!;
    expect(Object.keys(labels!)).not.toContain(QUEUE);
    expect(Object.keys(annotations!)).toEqual(['hematoscope.app/job-run-name']);
  });

  it('are beside those of the run', () => {
    const { metadata } = jobOf({ metadata: { labels: { mine: 'x' }, annotations: { other: 'y' } } }).job;
    expect(metadata?.labels).toMatchObject({ mine: 'x', [QUEUE]: 'research' });
    expect(metadata?.annotations).toMatchObject({ other: 'y', 'example.com/note': 'red $(params.team)' });
  });

  it('cannot be overridden by a run', () => {
    expect(errorsOf({ metadata: { labels: { [QUEUE]: 'fast' }, annotations: { 'example.com/note': '' } } })).toEqual([
      `spec.metadata.labels[${QUEUE}]: Forbidden: is set on every Job by the template, in its jobMetadata; leave it out`,
      'spec.metadata.annotations[example.com/note]: Forbidden: is set on every Job by the template, in its jobMetadata; leave it out',
    ]);
  });

  it('select a queue also as labels of its Pods, and a run cannot choose another', () => {
    const { spec, ...others } = echoTemplate();
    const metadata = { labels: { [QUEUE]: 'research', team: 'red' } };
    const ofPods = compileTemplate({ ...others, spec: { ...spec, template: { ...spec.template, metadata } } });
    const withLabels = (labels: Record<string, string>) => render(ofPods, echoRun({ metadata: { labels } }));
    expect(withLabels({ team: 'blue' })).toMatchObject({
      job: { metadata: { labels: { [QUEUE]: 'research', team: 'blue' } } },
    });
    expect(withLabels({ [QUEUE]: 'research' })).toHaveProperty('job');
    expect(withLabels({ [QUEUE]: 'fast' })).toMatchObject({
      errors: [{ path: `spec.metadata.labels[${QUEUE}]`, message: expect.stringMatching(/another queue/) as string }],
    });
  });

  it('can be repeated by a run', () => {
    expect(errorsOf({ metadata: { labels: { [QUEUE]: 'research' } } })).toEqual([]);
  });

  it('are part of the revision, and a template without them has the revision that it always had', () => {
    const { spec, parameters, overrides } = content;
    const without = { spec, parameters, overrides } as TemplateContent;
    expect(compileTemplate(without).revision).not.toBe(template.revision);
    expect(compileTemplate({ ...without, jobMetadata: null } as unknown as TemplateContent).revision).toBe(
      compileTemplate(without).revision,
    );
  });

  it('count for the size of the Job', () => {
    expect(template.sizePlan.get('team')).toEqual({ plain: 2, expanded: 0, elements: 0 });
  });
});

describe('a placeholder in jobMetadata', () => {
  const withLabels = (labels: Record<string, string>): string[] =>
    compileTemplate({ ...content, jobMetadata: { labels } }).errors.map(formatFieldError);

  it('must name a declared parameter', () => {
    expect(withLabels({ team: '$(params.taem)' })).toEqual([
      expect.stringMatching(/^jobMetadata\.labels\[team\]: Not found: .*did you mean "team"/),
    ]);
  });

  it('cannot be in a key', () => {
    expect(withLabels({ 'a$(params.team)': 'x' })).toEqual([
      expect.stringMatching(/^jobMetadata\.labels\[a\$\(params\.team\)\]: .*only be used in a value, not in a key$/),
    ]);
  });
});

describe("an error of the Job's metadata", () => {
  const error = (path: string) => ({ path, reason: 'FieldValueInvalid' as const, message: 'wrong' });

  it('is reported at the parameter that the run sets', () => {
    const run = { parameters: { team: 'a b' } };
    const errors = asRunErrors([error('metadata.labels[team]')], echoRun(run), jobOf(run).origins());
    expect(errors).toEqual([error('spec.parameters[team]')]);
  });

  it('is reported at the jobMetadata of the template', () => {
    const [reported] = asRunErrors([error(`metadata.labels[${QUEUE}]`)], echoRun(), jobOf().origins());
    expect(reported?.message).toBe(`JobTemplate "echo" can't make a Job: jobMetadata.labels[${QUEUE}]: wrong`);
    expect(trialFindings(template, [error('metadata.annotations[example.com/note]')]).warnings).toHaveLength(1);
    const fixed = compileTemplate({ ...content, jobMetadata: { labels: { [QUEUE]: 'a b' } } });
    expect(trialFindings(fixed, [error(`metadata.labels[${QUEUE}]`)])).toEqual({
      errors: [error(`jobMetadata.labels[${QUEUE}]`)],
      warnings: [],
    });
  });
});
