import type { JobRun } from '../../../api/job-run.ts';
import type { Job } from '../../../api/wire.ts';
import { render, type RenderedJob, type RenderErrors } from '../../../core/job/render.ts';
import type { Origins } from '../../../core/overrides/origins.ts';
import type { TemplateVersion } from '../../../core/template/template-version.ts';
import { isLarge, type JobToTry } from '../../lookups/job-to-try.ts';

/** The template of a JobRun, and either the Job that is rendered from it or the errors of one of them. */
export interface Rendering {
  template: TemplateVersion;
  rendered: JobOfRun | RenderErrors;
}

export function renderingOf(template: TemplateVersion, run: JobRun): Rendering {
  const rendered = render(template.compiled, run);
  return { template, rendered: 'errors' in rendered ? rendered : new JobOfRun(rendered, template, run) };
}

/**
 * The Job of a JobRun. Once it is released, a large one is rendered again for each use, so that a small JobRun whose Job is
 * large needs little memory while it waits.
 */
export class JobOfRun implements JobToTry {
  readonly namespace: string | undefined;
  readonly bytes: number;
  readonly #again: () => RenderedJob;
  #held: RenderedJob | undefined;

  constructor(rendered: RenderedJob, template: TemplateVersion, run: JobRun) {
    this.namespace = run.metadata.namespace;
    this.bytes = rendered.bytes;
    this.#held = rendered;
    this.#again = () => renderedAgain(template, run);
  }

  job(): Job {
    return this.#rendered().job;
  }

  origins(): Origins {
    return this.#rendered().origins();
  }

  release(): void {
    if (isLarge(this)) this.#held = undefined;
  }

  #rendered(): RenderedJob {
    return this.#held ?? this.#again();
  }
}

function renderedAgain({ compiled }: TemplateVersion, run: JobRun): RenderedJob {
  const rendered = render(compiled, run);
  if ('errors' in rendered) throw new Error('a run whose Job was rendered has no Job now');
  return rendered;
}
