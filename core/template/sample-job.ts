import type { JobRun } from '../../api/job-run.ts';
import type { Template } from '../../api/job-template.ts';
import { API_VERSION } from '../../api/names.ts';
import type { ParameterValue } from '../../api/parameter.ts';
import type { FieldError } from '../errors/field-error.ts';
import { render, type Rendered, type RenderErrors } from '../job/render.ts';
import type { CompiledTemplate } from './compile.ts';
import type { Trial } from './trial.ts';

/** What a sample Job is rendered from. */
export interface SampleSource {
  template: Pick<Template, 'kind' | 'metadata'>;
  compiled: CompiledTemplate;
  /** Called only if the template has no errors. */
  trial: () => Trial;
  namespace: string;
}

/**
 * The Job of a JobRun that overrides nothing and has a sample for each parameter.
 *
 * @param values used instead of the samples
 */
export function sampleJobOf(source: SampleSource, values: Record<string, ParameterValue> = {}): Rendered {
  const { errors } = source.compiled;
  if (errors.length > 0) return { errors, of: 'template' };
  const { template, parameters } = source.trial();
  return render(template, sampleRun(source, { ...parameters, ...values }));
}

function sampleRun({ template, namespace }: SampleSource, parameters: Trial['parameters']): JobRun {
  const name = template.metadata.name ?? 'example';
  const spec = { templateRef: name, templateKind: template.kind, parameters };
  return { apiVersion: API_VERSION, kind: 'JobRun', metadata: { name, namespace }, spec };
}

/** Why no Job can be rendered. An error of the run is caused by a made-up value: it is no error of the template. */
export function sampleErrors(sample: { job: unknown } | RenderErrors): readonly FieldError[] {
  return 'errors' in sample && sample.of === 'template' ? sample.errors : [];
}
