import type { JobRun } from '../../../api/job-run.ts';
import { render, type RenderErrors } from '../../../core/job/render.ts';
import type { TemplateVersion } from '../../../core/template/template-version.ts';
import { repeatableJob, type RepeatableJob } from '../repeatable-job.ts';

/** The template of a JobRun, and either the Job that is rendered from it or the errors of one of them. */
export interface Rendering {
  template: TemplateVersion;
  rendered: RepeatableJob | RenderErrors;
}

export function renderingOf(template: TemplateVersion, run: JobRun): Rendering {
  return { template, rendered: repeatableJob(() => render(template.compiled, run)) };
}
